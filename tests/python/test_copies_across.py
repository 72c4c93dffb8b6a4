"""Copies from server to server, and within one: `RemotePath.copy`, and hawser-scp of two places."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

import _ssh
from client_homes import connect_to
from hawser.files.between import Between
from servers import DropbearServer, OpenSSHServer
from test_client_sync import plant, seen
from tool_runs import Home

TREE = {"a": "a", "folder": None, "folder/b": "b" * 300_000, "link": "-> a", "ü *": "odd"}


@pytest.fixture
def near(openssh: OpenSSHServer, tmp_path: Path) -> Home:
    return Home(openssh, tmp_path / "home")


@pytest.fixture
def far(near: Home, dropbear: DropbearServer) -> Path:
    """A directory of another server, which `near` knows, too."""
    with near.known_hosts.open("a") as file:
        file.write(dropbear.known_hosts_line())
    folder = dropbear.folder / f"far-{os.urandom(4).hex()}"
    folder.mkdir()
    folder.chmod(0o777)
    return folder


def place(dropbear: DropbearServer, path: Path) -> str:
    return f"scp://{dropbear.user}@{dropbear.host}:{dropbear.port}/{path}"


class TestPaths:
    def test_a_file(self, near: Home, far: Path, dropbear: DropbearServer, tmp_path: Path) -> None:
        content = os.urandom(3_000_000)
        (near.remote / "file").write_bytes(content)
        (near.remote / "file").chmod(0o754)
        os.utime(near.remote / "file", (1_600_000_000, 1_600_000_001))
        with (
            connect_to(near.server, tmp_path) as one,
            connect_to(dropbear, tmp_path) as other,
        ):
            source = one.path(near.remote, "file")
            target = source.copy(other.path(far, "copy"), preserve_metadata=True)
            assert (far / "copy").read_bytes() == content
            found = (far / "copy").stat()
            assert (found.st_mode & 0o777, found.st_mtime) == (0o754, 1_600_000_001)
            assert target == other.path(far, "copy")
            assert source.copy_into(other.path(far)) == other.path(far, "file")
            (near.remote / "file").write_bytes(b"shorter")
            source.copy(target)  # what is there is replaced
            assert (far / "copy").read_bytes() == b"shorter"
            with pytest.raises(FileNotFoundError):
                one.path(near.remote, "missing").copy(other.path(far, "x"))
            assert not (far / "x").exists()

    def test_what_nobody_may_write(
        self, near: Home, far: Path, dropbear: DropbearServer, tmp_path: Path
    ) -> None:
        """Such files can be copied; by root it would work anyhow."""
        plant(near.remote, {"one": None, "one/a": "a" * 100_000})
        (near.remote / "one" / "a").chmod(0o444)
        with (
            connect_to(near.server, tmp_path) as client,
            connect_to(dropbear, tmp_path) as other,
        ):
            one = client.path(near.remote, "one")
            one.copy(near.remote / "two")
            one.copy(near.remote / "three", preserve_metadata=True)
            one.copy(other.path(far, "four"))
            client.sync(one, client.path(near.remote, "five"))
        places = [*(near.remote / name for name in ("two", "three", "five")), far / "four"]
        for copy in (place / "a" for place in places):
            assert copy.read_text() == "a" * 100_000
            assert copy.stat().st_mode & 0o777 == 0o444

    def test_within_a_server(self, near: Home, tmp_path: Path) -> None:
        plant(near.remote, {"one": None, "one/a": "a" * 100_000})
        with connect_to(near.server, tmp_path) as client:
            one = client.path(near.remote, "one")
            two = one.copy(f"{near.remote}/two")
            assert seen(near.remote / "two") == {"a": "a" * 100_000}
            assert (two / "a").copy(near.remote / "b").read_text() == "a" * 100_000
            with pytest.raises(OSError, match="same file"):
                (one / "a").copy(near.remote / "one" / "." / "a")
            assert (near.remote / "one" / "a").stat().st_size == 100_000
            with pytest.raises(OSError, match="into itself"):
                one.copy(one / "below")
            assert not (near.remote / "one" / "below").exists()
            with pytest.raises(OSError, match="two"):
                one.copy(two)  # a directory is there

    @pytest.mark.parametrize("follow", [True, False])
    def test_trees(
        self, near: Home, far: Path, dropbear: DropbearServer, tmp_path: Path, follow: bool
    ) -> None:
        plant(near.remote, TREE)
        with (
            connect_to(near.server, tmp_path) as one,
            connect_to(dropbear, tmp_path) as other,
        ):
            one.path(near.remote).copy(other.path(far, "tree"), follow_symlinks=follow)
        assert seen(far / "tree") == {**TREE, "link": "a" if follow else "-> a"}

    def test_loops_end(self, near: Home, tmp_path: Path) -> None:
        plant(near.remote, {"one": None, "one/two": "-> ../other", "other": None})
        plant(near.remote, {"other/back": "-> ../one"})
        with (
            connect_to(near.server, tmp_path) as client,
            pytest.raises(OSError, match="symbolic links") as caught,
        ):
            client.path(near.remote, "one").copy(near.remote / "copy")
        assert caught.value.filename == f"{near.remote}/one/two/back"

    def test_what_breaks_leaves_nothing(
        self, near: Home, far: Path, dropbear: DropbearServer, tmp_path: Path
    ) -> None:
        (near.remote / "new").write_bytes(os.urandom(1_000_000))
        (near.remote / "old").write_bytes(os.urandom(1_000_000))

        def refuse(path: str, done: int, total: int) -> None:
            if done > 0:
                raise InterruptedError(path)

        with (
            connect_to(near.server, tmp_path) as one,
            connect_to(dropbear, tmp_path) as other,
        ):
            other.path(far, "old").write_text("as it was")
            between = Between(one.files, other.files, on_file=refuse)
            for name in ("new", "old"):
                with pytest.raises(InterruptedError, match=name):
                    between.file(f"{near.remote}/{name}", f"{far}/{name}")
        assert seen(far) == {"old": "as it was"}

    @pytest.mark.parametrize(
        ("names", "refusal"), [(["a", "a"], _ssh.UnsafeNameError), ("abc", _ssh.LimitError)]
    )
    def test_listings_that_lie(
        self,
        near: Home,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        names: list[str],
        refusal: type[Exception],
    ) -> None:
        """A name that is a symlink first and then a file would be written through; and one that
        lists without an end would fill the memory."""
        monkeypatch.setattr("hawser.files.between.MAX_ENTRIES", 2)
        (near.remote / "tree").mkdir()

        class Liar:
            def __init__(self, honest: _ssh.SFTP) -> None:
                self.honest = honest

            def __getattr__(self, name: str) -> Any:
                return getattr(self.honest, name)

            @contextlib.contextmanager
            def scandir(self, path: str) -> Iterator[list[Any]]:
                what = self.honest.stat("/etc/passwd")
                yield [SimpleNamespace(name=name, stat=lambda **_: what) for name in names]

        with connect_to(near.server, tmp_path) as client:
            between = Between(cast(_ssh.SFTP, Liar(client.files)), client.files)
            with pytest.raises(refusal):
                between.tree(f"{near.remote}/tree", f"{near.remote}/copy")
        assert seen(near.remote) == {"tree": None, "copy": None}


class TestTool:
    def test_a_file(self, near: Home, far: Path, dropbear: DropbearServer) -> None:
        content = os.urandom(1_000_000)
        (near.remote / "file").write_bytes(content)
        run = near.run("scp", "-3", f"{near.place}/file", place(dropbear, far))
        assert (run.status, run.err, run.out) == (0, "", ""), run
        assert (far / "file").read_bytes() == content
        run = near.run("scp", place(dropbear, far / "file"), f"{near.place}/renamed")
        assert run.status == 0, run
        assert (near.remote / "renamed").read_bytes() == content

    def test_trees_and_several(self, near: Home, far: Path, dropbear: DropbearServer) -> None:
        plant(near.remote, {"tree": None, **{f"tree/{name}": what for name, what in TREE.items()}})
        (near.local / "here").write_text("here")
        run = near.run("scp", "-r", f"{near.place}/tree", "here", place(dropbear, far))
        assert run.status == 0, run
        assert "link: a symbolic link, left out" in run.err
        expected = {f"tree/{name}": what for name, what in TREE.items() if name != "link"}
        assert seen(far) == {"tree": None, **expected, "here": "here"}

    def test_a_directory_needs_r(self, near: Home, far: Path, dropbear: DropbearServer) -> None:
        (near.remote / "tree").mkdir()
        run = near.run("scp", f"{near.place}/tree", place(dropbear, far))
        assert run.status == 1
        assert "Is a directory" in run.err
        assert not (far / "tree").exists()

    def test_within_a_server(self, near: Home) -> None:
        """On one connection, and never over itself."""
        (near.remote / "file").write_text("text")
        run = near.run("scp", f"{near.place}/file", f"{near.place}/other")
        assert run.status == 0, run
        assert (near.remote / "other").read_text() == "text"
        run = near.run("scp", f"{near.place}/file", f"{near.place}/file")
        assert run.status == 1
        assert "same file" in run.err
        assert (near.remote / "file").read_text() == "text"

    def test_nothing_is_remote(self, near: Home) -> None:
        run = near.run("scp", "one", "two")
        assert run.status == 2
        assert "on a server" in run.err
