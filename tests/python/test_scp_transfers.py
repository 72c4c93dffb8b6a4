"""scp_get and scp_put: files, streamed, with real servers."""

import errno
import filecmp
import os
import resource
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import _ssh
from clients import MIB, Background, echo, login, within
from scp_remotes import Remote, every_server, make_tree, mode_of, noise
from servers import OpenSSHServer

SIZES = [0, 1, 32768, 262143, 262144, 262145, 3 * MIB + 1]


# files --------------------------------------------------------------------------------------------


@every_server
def test_files_up_and_down(scp_remote: Remote, tmp_path: Path) -> None:
    for size in SIZES:
        source, back = tmp_path / "source", tmp_path / "back"
        source.write_bytes(noise(size))
        scp_remote.session.scp_put(source, scp_remote.path("file"))
        assert (scp_remote.folder / "file").read_bytes() == noise(size)
        scp_remote.session.scp_get(scp_remote.path("file"), back)
        assert back.read_bytes() == noise(size)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["back", "source"]
    echo(scp_remote.session)


@every_server
def test_into_a_directory(scp_remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "name").write_bytes(b"content")
    scp_remote.session.scp_put(tmp_path / "name", scp_remote.folder)
    assert (scp_remote.folder / "name").read_bytes() == b"content"
    (tmp_path / "there").mkdir()
    scp_remote.session.scp_get(scp_remote.path("name"), tmp_path / "there")
    scp_remote.session.scp_get(scp_remote.path("name"), f"{tmp_path}/there/")
    assert (tmp_path / "there" / "name").read_bytes() == b"content"


@every_server
def test_preserve(scp_remote: Remote, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"content")
    source.chmod(0o751)
    os.utime(source, (1_000_000_000, 1_100_000_000))
    scp_remote.session.scp_put(source, scp_remote.path("kept"), preserve=True)
    scp_remote.session.scp_put(source, scp_remote.path("fresh"))
    kept, fresh = (scp_remote.folder / name for name in ("kept", "fresh"))
    assert (mode_of(kept), kept.stat().st_mtime) == (0o751, 1_100_000_000)
    assert fresh.stat().st_mtime > 1_600_000_000
    for name, expected in [("kept", 0o751), ("fresh", 0o751 & ~umask())]:
        is_kept = name == "kept"
        scp_remote.session.scp_get(scp_remote.path("kept"), tmp_path / name, preserve=is_kept)
        assert mode_of(tmp_path / name) == expected
        assert ((tmp_path / name).stat().st_mtime == 1_100_000_000) is is_kept


def umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_special_bits_do_not_come_over(scp_remote: Remote, tmp_path: Path) -> None:
    path = scp_remote.make("file", b"x")
    Path(path).chmod(0o4777)
    for preserve in (False, True):
        scp_remote.session.scp_get(path, tmp_path / "file", preserve=preserve)
        assert mode_of(tmp_path / "file") & 0o7000 == 0


def test_a_target_that_is_there(scp_remote: Remote, tmp_path: Path) -> None:
    """It keeps its own permissions; a symlink is followed."""
    path = scp_remote.make("file", b"new")
    target = tmp_path / "target"
    target.write_bytes(b"the old content")
    target.chmod(0o604)
    (tmp_path / "link").symlink_to("target")
    scp_remote.session.scp_get(path, tmp_path / "link")
    assert target.read_bytes() == b"new"
    assert mode_of(target) == 0o604
    assert (tmp_path / "link").is_symlink()


def test_into_a_device(scp_remote: Remote, tmp_path: Path) -> None:
    path = scp_remote.make("file", noise(MIB))
    scp_remote.session.scp_get(path, "/dev/null")
    with pytest.raises(OSError, match="No space left") as error:
        scp_remote.session.scp_get(path, "/dev/full")
    assert (error.value.errno, error.value.filename) == (errno.ENOSPC, "/dev/full")
    os.mkfifo(tmp_path / "pipe")
    reading = Background(lambda: (tmp_path / "pipe").read_bytes())
    scp_remote.session.scp_get(path, tmp_path / "pipe")
    assert reading.result() == noise(MIB)
    echo(scp_remote.session)


def test_64_mib_while_keys_change(sshd_with: Callable[..., OpenSSHServer], tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(noise(MIB) * 64)
    with login(sshd_with("RekeyLimit 1M"), rekey_bytes=MIB) as session:
        name = session.exec("mktemp").decode().strip()
        try:
            session.scp_put(tmp_path / "source", name)
            session.scp_get(name, tmp_path / "back")
        finally:
            session.exec(f"rm {name}")
        assert session.rekey_count >= 100
    assert filecmp.cmp(tmp_path / "source", tmp_path / "back", shallow=False)


def test_memory_is_bounded(scp_remote: Remote, tmp_path: Path) -> None:
    size = 400 * MIB
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    scp_remote.session.scp_put(tmp_path / "sparse", scp_remote.path("file"))
    assert (scp_remote.folder / "file").stat().st_size == size
    scp_remote.session.scp_get(scp_remote.path("file"), tmp_path / "back")
    assert (tmp_path / "back").stat().st_size == size
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (after - before) * 1024 < 16 * MIB


# progress -----------------------------------------------------------------------------------------


def test_progress_of_a_file(scp_remote: Remote, tmp_path: Path) -> None:
    size = 3 * MIB + 1
    path = scp_remote.make("file", noise(size))
    told: list[tuple[int, int]] = []
    scp_remote.session.scp_get(path, tmp_path / "file", callback=lambda *now: told.append(now))
    assert told == sorted(told)
    assert told[-1] == (size, size)
    assert {total for _, total in told} == {size}
    up: list[tuple[Any, ...]] = []
    scp_remote.session.scp_put(tmp_path / "file", path, on_file=lambda *now: up.append(now))
    assert up[-1] == (str(tmp_path / "file"), size, size)
    assert len(up) > 3


@pytest.mark.parametrize("recursive", [False, True])
def test_an_exception_ends_it(scp_remote: Remote, tmp_path: Path, recursive: bool) -> None:
    path = scp_remote.make("file", noise(8 * MIB))
    target = tmp_path / "target"
    target.write_bytes(b"old")

    def stop(done: int, _total: int) -> None:
        if done > MIB:
            raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        scp_remote.session.scp_get(path, target, callback=stop, recursive=recursive)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]
    target.write_bytes(noise(8 * MIB))
    with pytest.raises(LookupError, match="enough"):
        scp_remote.session.scp_put(
            target, scp_remote.path("up"), callback=stop, recursive=recursive
        )
    echo(scp_remote.session)


# what goes wrong ----------------------------------------------------------------------------------


def test_what_is_not_there(scp_remote: Remote, tmp_path: Path) -> None:
    session = scp_remote.session
    there = scp_remote.make("file", b"x")
    (tmp_path / "file").write_bytes(b"old")
    tree = make_tree(tmp_path / "tree")
    cases: list[tuple[Callable[[], object], type[OSError], str | None]] = [
        (lambda: session.scp_get(scp_remote.path("none"), tmp_path / "x"), _ssh.SCPError, None),
        (lambda: session.scp_get(scp_remote.folder, tmp_path / "x"), _ssh.SCPError, None),
        (lambda: session.scp_get(there, tmp_path / "none" / "x"), FileNotFoundError, "none/x"),
        (lambda: session.scp_get(there, f"{tmp_path}/new/"), NotADirectoryError, "new/"),
        (lambda: session.scp_get(there, tmp_path / "file" / "x"), NotADirectoryError, "file/x"),
        (lambda: session.scp_put(tmp_path / "none", there), FileNotFoundError, "none"),
        (lambda: session.scp_put(tree, there), IsADirectoryError, "tree"),
        (lambda: session.scp_put(tree, there, recursive=True), _ssh.SCPError, None),
        (lambda: session.scp_put(tmp_path / "file", "/none/x"), _ssh.SCPError, None),
        (lambda: session.scp_put("/dev/null", there), OSError, "/dev/null"),
    ]
    for call, kind, path in cases:
        with pytest.raises(OSError) as error:
            call()
        assert type(error.value) is kind, error.value
        if path is not None:
            assert str(error.value.filename).endswith(path)
    assert not (tmp_path / "x").exists()
    assert (tmp_path / "file").read_bytes() == b"old"
    assert Path(there).read_bytes() == b"x"
    echo(session)


@pytest.mark.parametrize("size", [MIB, 5 * MIB])
def test_a_source_that_changes(scp_remote: Remote, tmp_path: Path, size: int) -> None:
    """The remote gets as many bytes as were announced, and is told that they are worth nothing."""
    source = tmp_path / "tree" / "a"
    source.parent.mkdir()
    (tmp_path / "tree" / "b").write_bytes(b"the next one")

    def change(path: str, _done: int, _total: int) -> None:
        if path == str(source):
            os.truncate(source, size)

    for recursive in (False, True):
        source.write_bytes(noise(3 * MIB))
        with pytest.raises(_ssh.Error, match="changed"):
            scp_remote.session.scp_put(
                source.parent if recursive else source,
                scp_remote.folder,
                on_file=change,
                recursive=recursive,
            )
    assert (scp_remote.folder / "tree" / "a").stat().st_size == 3 * MIB
    assert (scp_remote.folder / "tree" / "b").read_bytes() == b"the next one"
    echo(scp_remote.session)


def test_a_full_disk_there(scp_remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(noise(MIB))
    with pytest.raises(_ssh.SCPError, match="No space left"):
        scp_remote.session.scp_put(tmp_path / "file", "/dev/full")
    echo(scp_remote.session)


def test_others_go_on_meanwhile(scp_remote: Remote, tmp_path: Path) -> None:
    """A callback that takes its time holds up its own transfer only."""
    path = scp_remote.make("file", noise(MIB))
    in_callback, go_on = threading.Event(), threading.Event()

    def wait(_done: int, _total: int) -> None:
        in_callback.set()
        assert go_on.wait(30)

    transfer = Background(
        lambda: scp_remote.session.scp_get(path, tmp_path / "file", callback=wait)
    )
    assert in_callback.wait(30)
    with within(10):
        echo(scp_remote.session)
        assert scp_remote.session.scp_recv(path) == noise(MIB)
    go_on.set()
    transfer.result()
    assert (tmp_path / "file").read_bytes() == noise(MIB)


def test_wrong_arguments(scp_remote: Remote, tmp_path: Path) -> None:
    session: Any = scp_remote.session
    for call in (session.scp_get, session.scp_put):
        for arguments in [(), ("x",), (1, "x"), ("x", None), ("x", "y", True)]:
            with pytest.raises(TypeError):
                call(*arguments)
        for name in ("callback", "on_file", "on_skip", "on_error"):
            with pytest.raises(TypeError, match=name):
                call("x", str(tmp_path), **{name: 1})
        with pytest.raises(TypeError):
            call("x", "y", resume=True)
        with pytest.raises(ValueError, match="NUL"):
            call("a\0b", "x")
