"""`Client.get` and `Client.put`: names, patterns, lists, trees."""

import time
from pathlib import Path

import pytest

import hawser
from client_homes import connect_to
from servers import OpenSSHServer


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_one_file(client: hawser.Client, here: Path, there: Path) -> None:
    (there / "file").write_bytes(b"content")
    assert client.get(str(there / "file"), here) == [str(here / "file")]
    assert client.get(str(there / "file"), here / "new") == [str(here / "new")]
    assert (here / "new").read_bytes() == b"content"
    assert client.put(here / "new", str(there)) == [str(there / "new")]
    assert client.put(here / "new", str(there / "third")) == [str(there / "third")]
    assert (there / "third").read_bytes() == b"content"


def test_patterns_and_lists(client: hawser.Client, here: Path, there: Path) -> None:
    for name in ("a.txt", "b.txt", "c.log", ".hidden.txt"):
        (there / name).write_text(name)
    assert client.get(f"{there}/*.txt", here) == [f"{here}/a.txt", f"{here}/b.txt"]
    client.get([f"{there}/*.log", there / ".hidden.txt"], here / "new folder")
    assert names(here / "new folder") == [".hidden.txt", "c.log"]
    client.put([str(here / "*.txt"), here / "new folder"], f"{there}/up/")
    assert names(there / "up") == [
        "a.txt",
        "b.txt",
        "new folder",
        "new folder/.hidden.txt",
        "new folder/c.log",
    ]


def test_names_that_look_like_patterns(client: hawser.Client, here: Path, there: Path) -> None:
    (there / "[a]").write_text("brackets")
    (there / "a").write_text("a")
    client.get(f"{there}/[a]", here)
    client.get(client.path(there, "[a]"), here / "by path")
    client.get(Path(f"{there}/[a]"), here / "by Path")
    assert (here / "a").read_text() == "a"
    assert (here / "by path").read_text() == (here / "by Path").read_text() == "brackets"
    (there / "[none]").write_text("itself")
    client.get(f"{there}/[none]", here)
    assert (here / "[none]").read_text() == "itself"
    client.put(str(here / "[none]"), str(there / "up"))
    assert (there / "up").read_text() == "itself"


def test_what_is_not_there(client: hawser.Client, here: Path, there: Path) -> None:
    for name in ("nothing", "no*thing"):
        with pytest.raises(FileNotFoundError):
            client.get(f"{there}/{name}", here)
        with pytest.raises(FileNotFoundError):
            client.put(str(here / name), str(there))


def test_trees(client: hawser.Client, here: Path, there: Path) -> None:
    (here / "tree" / "below").mkdir(parents=True)
    (here / "tree" / "below" / "file").write_bytes(b"x" * 100_000)
    (here / "tree" / "file").write_text("file")
    seen: dict[str, tuple[int, int]] = {}

    def progress(path: str, done: int, total: int) -> None:
        seen[path] = (done, total)

    client.put(here / "tree", str(there), progress=progress, preserve=True)
    assert seen[str(here / "tree" / "below" / "file")] == (100_000, 100_000)
    client.get(str(there / "tree"), here / "back", preserve=True)
    assert names(here / "back") == names(here / "tree")
    original, copy = here / "tree" / "file", here / "back" / "file"
    assert int(original.stat().st_mtime) == int(copy.stat().st_mtime)
    with pytest.raises(IsADirectoryError):
        client.get(str(there / "tree"), here / "other", recursive=False)


def test_progress_can_end_it(client: hawser.Client, here: Path, there: Path) -> None:
    (there / "file").write_bytes(b"new" * 1_000_000)
    (here / "file").write_bytes(b"old")

    def stop(path: str, done: int, total: int) -> None:
        raise KeyError(path)

    with pytest.raises(KeyError):
        client.get(str(there / "file"), here, progress=stop)
    assert (here / "file").read_bytes() == b"old"
    assert names(here) == ["file"]


def test_an_upload_that_is_given_up_leaves_nothing(
    openssh: OpenSSHServer, here: Path, there: Path
) -> None:
    """Not even if the client closes at once."""
    with (here / "file").open("wb") as file:
        file.truncate(64 << 30)

    def stop(path: str, done: int, total: int) -> None:
        if done > 10_000_000:
            raise KeyError("enough")

    with (
        pytest.raises(KeyError, match="enough"),
        connect_to(openssh, here) as client,
    ):
        client.put(here / "file", str(there), progress=stop)
    end = time.monotonic() + 2
    while (left := names(there)) and time.monotonic() < end:
        time.sleep(0.02)
    assert left == []


def test_the_home_directory(client: hawser.Client, here: Path) -> None:
    (here / "in home").write_text("x")
    client.put(here / "in home", "~")
    try:
        assert client.path("~/in home").read_text() == "x"
        client.get("~/in hom?", here / "back")
        assert (here / "back").read_text() == "x"
    finally:
        client.path("in home").unlink()
