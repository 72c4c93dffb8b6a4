"""Groups I and J for the package `hawser`: patterns, syncs and paths on a server that lies about
names. Nothing is written outside of the directory that was named, whatever it says."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import _ssh
import hawser
from fields import string, u32
from files import BODY, FILE, FOLDER, LINK, NAME, READLINK, REALPATH, Answer, Entry, Files, says
from key_exchange import ED25519
from playing import played, serving

BAD = [b"", b"/", b"../x", b"x/", b"a/b", b"/etc/x", b"..//x", b"x\0", b"\0", b"../" * 300]
Tree = Callable[[bytes], list[Entry]]
Work = Callable[[hawser.Client, Path], object]


@contextmanager
def client_of(
    tree: Tree, folder: Path, answers: dict[int, Answer] | None = None
) -> Iterator[hawser.Client]:
    """A client of a server that has this tree at /tree."""
    with serving(Files(answers, tree=tree)) as (port, _):
        known = folder / "known_hosts"
        line = f"[127.0.0.1]:{port} ssh-ed25519 {b64encode(ED25519.blob).decode()}\n"
        known.write_text(line)
        with hawser.connect(
            "user@127.0.0.1", port=int(port), known_hosts=known, config=None, agent=False,
            default_keys=False, password="x",
        ) as client:  # fmt: skip
            yield client


def top(*entries: Entry) -> Tree:
    return lambda path: list(entries) if path.strip(b"/") == b"tree" else []


def written(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")} - {"known_hosts"}


WORKS: dict[str, Work] = {
    "get": lambda client, here: client.get("/tree", here),
    "get by pattern": lambda client, here: client.get("/tree/*", here),
    "get by two patterns": lambda client, here: client.get(["/tree/*", "/tree/f*"], here),
    "sync": lambda client, here: client.sync(client.path("/tree"), here),
    "sync with links": lambda client, here: client.sync(client.path("/tree"), here, symlinks=True),
    "sync, checked": lambda client, here: client.sync(client.path("/tree"), here, checksum=True),
    "iterdir": lambda client, here: list(client.path("/tree").iterdir()),
    "glob": lambda client, here: list(client.path("/tree").glob("*")),
    "rglob": lambda client, here: list(client.path("/tree").rglob("*")),
    "walk": lambda client, here: list(client.path("/tree").walk(on_error=_raise)),
}


def _raise(error: OSError) -> None:
    raise error


@pytest.mark.parametrize("work", WORKS)
def test_i10_names_that_are_paths(work: str, tmp_path: Path) -> None:
    for number, name in enumerate(BAD):
        for mode in (FILE, FOLDER, LINK):
            folder = tmp_path / f"{number}-{mode}"
            (folder / "here").mkdir(parents=True)
            played["I"] += 1
            tree = top((b"fine", FILE), (name, mode))
            with client_of(tree, folder) as client, pytest.raises(_ssh.UnsafeNameError):
                WORKS[work](client, folder / "here")
            left = {"here", "here/fine", "here/tree", "here/tree/fine"}
            assert written(folder) <= left, (work, name)


def test_i16_a_pattern_takes_what_matches_it_and_no_more(tmp_path: Path) -> None:
    played["I"] += 1
    names = [b"a.txt", b"b.txt", b"b.bin", b"a.txt.exe", b".bashrc", b"txt", b"\x1b.txt", b"ab.txt"]
    with client_of(top(*((name, FILE) for name in names)), tmp_path) as client:
        client.get("/tree/?.txt", tmp_path / "here")
    assert written(tmp_path / "here") == {"a.txt", "b.txt", "\x1b.txt"}


def test_i16_a_file_is_called_as_it_was_asked_for(tmp_path: Path) -> None:
    """Whatever the server says that its path is."""
    for answer in (b"/etc/passwd", b"../../x", b"/tree/.bashrc", b""):
        played["I"] += 1
        lie = {REALPATH: says(NAME, u32(1) + string(answer) + string(b"") + u32(0))}
        folder = tmp_path / answer.hex()
        (folder / "here").mkdir(parents=True)
        with client_of(top(), folder, lie) as client:
            client.get("/x/file.txt", folder / "here")
        assert written(folder / "here") == {"file.txt"}


def leads(to: bytes) -> dict[int, Answer]:
    return {READLINK: says(NAME, u32(1) + string(to) + string(b"") + u32(0))}


def test_i11_links_of_a_sync_are_never_written_through(tmp_path: Path) -> None:
    """The server has a symlink, and then a directory of that name with a file in it."""
    outside, here = tmp_path / "outside", tmp_path / "here"
    outside.mkdir()
    here.mkdir()

    def sync(tree: Tree, *, delete: bool = False) -> None:
        played["I"] += 1
        with client_of(tree, tmp_path, leads(bytes(outside))) as client:
            client.sync(client.path("/tree"), here, symlinks=True, delete=delete)

    def both(path: bytes) -> list[Entry]:
        if path.strip(b"/") == b"tree":
            return [(b"d", LINK), (b"d", FOLDER)]
        return [(b"file", FILE)]

    def folder(path: bytes) -> list[Entry]:
        return [(b"d", FOLDER)] if path.strip(b"/") == b"tree" else [(b"file", FILE)]

    with pytest.raises(_ssh.UnsafeNameError):
        sync(both)
    sync(top((b"d", LINK)))
    assert (here / "d").is_symlink()
    with pytest.raises(FileExistsError):
        sync(folder)
    assert list(outside.iterdir()) == []
    sync(folder, delete=True)
    assert not (here / "d").is_symlink()
    assert (here / "d/file").read_bytes() == BODY
    assert list(outside.iterdir()) == []


def test_i11_get_does_not_write_through_links_that_lie_there(tmp_path: Path) -> None:
    played["I"] += 1
    outside, here = tmp_path / "outside", tmp_path / "here"
    outside.mkdir()
    (here / "tree").mkdir(parents=True)
    (here / "tree/d").symlink_to(outside)
    (here / "tree/file").symlink_to(outside / "file")

    def tree(path: bytes) -> list[Entry]:
        if path.strip(b"/") == b"tree":
            return [(b"d", FOLDER), (b"file", FILE)]
        return [(b"file", FILE)]

    with client_of(tree, tmp_path) as client, pytest.raises(OSError, match="symbolic link"):
        client.get("/tree", here)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("work", ["get", "sync", "rglob", "walk"])
def test_i9_trees_without_end(work: str, tmp_path: Path) -> None:
    played["I"] += 1
    (tmp_path / "here").mkdir()
    with client_of(lambda _: [(b"d", FOLDER)], tmp_path) as client, pytest.raises(_ssh.LimitError):
        WORKS[work](client, tmp_path / "here")
    assert max(len(Path(name).parts) for name in written(tmp_path)) < 70
