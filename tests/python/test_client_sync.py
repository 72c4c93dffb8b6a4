"""`Client.sync`, and copies that are verified."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import hawser
from client_homes import connect_to
from clients import names_in
from hawser.files.sides import Entry, LocalSide
from servers import DropbearServer

Tree = dict[str, str | None]
"""Name -> content, None for a directory, '-> x' for a symlink."""


TREE: Tree = {
    "a": "a",
    "empty": None,
    "folder": None,
    "folder/b": "b" * 100_000,
    "folder/below": None,
    "folder/below/c d": "c",
    "link": "-> a",
    "dangling": "-> nowhere",
    "ü*": "odd",
}


def plant(root: Path, tree: Tree) -> Path:
    for name, content in tree.items():
        path = root / name
        if content is None:
            path.mkdir()
        elif content.startswith("-> "):
            path.symlink_to(content[3:])
        else:
            path.write_text(content)
            os.utime(path, (1_700_000_000, 1_600_000_000))
    return root


def seen(root: Path) -> Tree:
    found: Tree = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        else:
            found[name] = None if path.is_dir() else path.read_text()
    return found


Sides = Callable[[hawser.Client, Path, Path], tuple[Any, Any, Path]]


def up(client: hawser.Client, here: Path, there: Path) -> tuple[Any, Any, Path]:
    return plant(here, TREE), client.path(there, "new"), there / "new"


def down(client: hawser.Client, here: Path, there: Path) -> tuple[Any, Any, Path]:
    return client.path(plant(there, TREE)), str(here / "new"), here / "new"


def across(client: hawser.Client, here: Path, there: Path) -> tuple[Any, Any, Path]:
    (there / "old").mkdir()
    return client.path(plant(there / "old", TREE)), client.path(there, "new"), there / "new"


@pytest.mark.parametrize("sides", [up, down, across])
@pytest.mark.parametrize("symlinks", [False, True])
def test_a_tree(
    client: hawser.Client, here: Path, there: Path, sides: Sides, symlinks: bool
) -> None:
    source, target, result = sides(client, here, there)
    wanted = {name: what for name, what in TREE.items() if symlinks or "link" not in name}
    if not symlinks:
        del wanted["dangling"]
    planned = client.sync(source, target, symlinks=symlinks, dry_run=True)
    assert not result.exists()
    report = client.sync(source, target, symlinks=symlinks)
    assert seen(result) == wanted
    assert planned.copied == report.copied == ["a", "folder/b", "folder/below/c d", "ü*"]
    assert planned.is_dry_run
    assert not report.is_dry_run
    expected = {} if symlinks else {"dangling": "symlink", "link": "symlink"}
    assert report.skipped == expected
    again = client.sync(source, target, symlinks=symlinks)
    assert not again, again
    assert again.unchanged == 4
    assert not client.sync(source, target, symlinks=symlinks, checksum=True)


def test_only_what_differs(client: hawser.Client, here: Path, there: Path) -> None:
    plant(here, TREE)
    target = client.path(there)
    client.sync(here, target)
    (here / "a").write_text("longer")
    os.utime(here / "folder" / "b", (1, 1))
    (here / "folder" / "below" / "c d").write_text("C")
    os.utime(here / "folder" / "below" / "c d", (1_700_000_000, 1_600_000_000))
    assert client.sync(here, target, dry_run=True).copied == ["a", "folder/b"]
    # The same size and time, but not the same content; and the other way round.
    by_content = client.sync(here, target, checksum=True)
    assert by_content.copied == ["a", "folder/below/c d"]
    assert (there / "folder" / "below" / "c d").read_text() == "C"


def test_what_is_there_besides(client: hawser.Client, here: Path, there: Path) -> None:
    plant(here, {"a": "a", "x.tmp": "x"})
    plant(there, {"b": "b", "old": None, "old/c": "c", "keep.tmp": "k", "l": "-> b"})
    there_path = client.path(there)
    report = client.sync(here, there_path, exclude="*.tmp")  # one pattern, not six of a letter
    assert (report.deleted, report.skipped) == ([], {"x.tmp": "excluded"})
    there.joinpath("old").chmod(0o777)
    report = client.sync(here, there_path, exclude=["*.tmp"], delete=True)
    assert report.deleted == ["old/c", "old", "l", "b"]
    assert seen(there) == {"a": "a", "keep.tmp": "k"}


def test_what_is_excluded_holds_its_directory(
    client: hawser.Client, here: Path, there: Path
) -> None:
    plant(here, {"a": "a"})
    plant(there, {"old": None, "old/in": None, "old/in/keep.tmp": "k", "old/b": "b", "c": None})
    for folder in ("old", "old/in", "c"):
        (there / folder).chmod(0o777)
    report = client.sync(here, client.path(there), exclude=["*.tmp"], delete=True)
    assert sorted(report.deleted) == ["c", "old/b"]
    kept = {"a": "a", "old": None, "old/in": None, "old/in/keep.tmp": "k"}
    assert seen(there) == kept
    plant(here, {"old": "a file", "z": "z"})
    with pytest.raises(FileExistsError, match="holds what is excluded"):
        client.sync(here, client.path(there), exclude=["*.tmp"], delete=True)
    assert seen(there) == kept


@pytest.mark.parametrize("kind", ["file", "link"])
def test_another_kind_is_in_the_way(
    client: hawser.Client, here: Path, there: Path, kind: str
) -> None:
    outside = there / "outside"
    outside.mkdir()
    outside.chmod(0o777)
    (there / "root").mkdir()
    (there / "root").chmod(0o777)
    plant(here, {"a": None, "a/b": "b"})
    plant(there / "root", {"a": "file" if kind == "file" else f"-> {outside}"})
    target = client.path(there, "root")
    with pytest.raises(FileExistsError, match="is where a directory should be"):
        client.sync(here, target)
    report = client.sync(here, target, delete=True)
    assert report.deleted == ["a"]
    assert seen(there / "root") == {"a": None, "a/b": "b"}
    assert seen(outside) == {}


def test_from_server_to_server(
    client: hawser.Client, dropbear: DropbearServer, there: Path, tmp_path: Path
) -> None:
    plant(there, TREE)
    target = dropbear.folder / "synced"
    target.mkdir()
    target.chmod(0o777)
    with connect_to(dropbear, tmp_path) as other:
        copied: list[str] = []
        report = client.sync(
            client.path(there), other.path(target), progress=lambda path, *_: copied.append(path)
        )
        assert len(report.copied) == len(set(copied)) == 4
        assert seen(target)["folder/b"] == TREE["folder/b"]
        assert not client.sync(client.path(there), other.path(target), checksum=True)
        assert not other.sync(client.path(there), other.path(target), checksum=True)


def test_what_cannot_be_synced(client: hawser.Client, here: Path, there: Path) -> None:
    with pytest.raises(ValueError, match="on a server"):
        client.sync(here, here)
    with pytest.raises(FileNotFoundError):
        client.sync(here / "nothing", client.path(there))
    with pytest.raises(FileNotFoundError):
        client.sync(client.path(there, "nothing"), here)
    (here / "file").touch()
    with pytest.raises(NotADirectoryError):
        client.sync(here / "file", client.path(there))


def test_names_that_are_listed_twice(here: Path) -> None:
    """As a symlink and as a directory: what is in it would be written through it."""

    class Twice(LocalSide):
        def _in_folder(self, folder: str) -> list[tuple[str, Entry]]:
            link = Entry("symlink", leads_to="/etc")
            return [] if folder else [("a", Entry("directory")), ("a", link)]

    with pytest.raises(hawser.ProtocolError, match="listed twice"):
        Twice(str(here)).entries()


# ---- verification --------------------------------------------------------------------------------


@pytest.mark.parametrize("has_command", [True, False])
def test_copies_are_verified(
    client: hawser.Client,
    here: Path,
    there: Path,
    has_command: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plant(here, {name: what for name, what in TREE.items() if name != "dangling"})
    if not has_command:
        monkeypatch.setattr(client, "_output_of", lambda words: None)
    client.put(here, client.path(there, "up"), verify=True)
    client.get(client.path(there, "up"), here.parent / "back", verify=True)
    client.put([str(here / "a"), here / "ü*"], str(there), verify=True)

    def damage(path: str, done: int, total: int) -> None:
        """Behind our back, after the copy."""
        if done == total:
            (here / "a").write_text("b")

    with pytest.raises(hawser.VerifyError, match="the copy differs") as caught:
        client.put(here / "a", str(there / "damaged"), verify=True, progress=damage)
    assert caught.value.filename == str(there / "damaged")
    assert caught.value.filename2 == str(here / "a")


# ---- RemotePath.copy -----------------------------------------------------------------------------


@pytest.fixture(params=["the same server", "another server"])
def goal(
    request: pytest.FixtureRequest, client: hawser.Client, dropbear: DropbearServer, tmp_path: Path
) -> Iterator[tuple[hawser.RemotePath, Path]]:
    """A path on a server that there is nothing at, and the same here."""
    folder = dropbear.folder / "goal"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    folder.chmod(0o777)
    if request.param == "the same server":
        yield client.path(folder, "new"), folder / "new"
        return
    with connect_to(dropbear, tmp_path) as other:
        yield other.path(folder, "new"), folder / "new"


def test_a_copy_of_a_tree(
    client: hawser.Client, goal: tuple[hawser.RemotePath, Path], there: Path
) -> None:
    plant(there, TREE)
    target, at = goal
    with pytest.raises(FileNotFoundError):  # as shutil.copytree has it: the dangling one
        client.path(there).copy(target)
    shutil.rmtree(at)
    copied = client.path(there).copy(target, follow_symlinks=False, preserve_metadata=True)
    assert copied == target
    assert seen(at) == TREE
    assert (at / "a").stat().st_mtime == 1_600_000_000
    with pytest.raises(FileExistsError):
        client.path(there).copy(target)


def test_a_copy_of_a_file(
    client: hawser.Client, goal: tuple[hawser.RemotePath, Path], there: Path
) -> None:
    content = os.urandom(3_000_000)
    (there / "file").write_bytes(content)
    (there / "link").symlink_to("file")
    target, at = goal
    for source in ("file", "link"):
        assert client.path(there, source).copy(target) == target
        assert at.read_bytes() == content
        assert not at.is_symlink()
    with pytest.raises(FileNotFoundError, match="nothing"):
        client.path(there, "nothing").copy(target)
    with pytest.raises(OSError, match="not to be copied"):
        client.path("/dev/null").copy(target)


def test_a_copy_into_itself(client: hawser.Client, there: Path) -> None:
    (there / "folder").mkdir()
    (there / "folder").chmod(0o777)
    with pytest.raises(OSError, match="into itself"):
        client.path(there, "folder").copy(there / "folder" / "below")
    assert names_in(there / "folder") == []
