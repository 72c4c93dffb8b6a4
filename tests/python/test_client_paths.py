"""`Client.path` beside pathlib: the same questions about the same tree."""

import os
import random
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import hawser
from client_homes import connect_to
from hawser.files.pure import PureRemotePath
from servers import OpenSSHServer, Server

NAMES = ["a", "b", "ab", ".h", "a.txt", "b.txt", "a b", "ü", "[x]", "*"]


@pytest.fixture(scope="module")
def tree(openssh: OpenSSHServer) -> Path:
    """Files, folders, links of all kinds."""
    root = openssh.folder / "a tree"
    root.mkdir()
    chance = random.Random(7)
    folders = [root]
    for _ in range(60):
        path = chance.choice(folders) / chance.choice(NAMES)
        kind = chance.choice(["file", "file", "folder", "link", "dangling", "loop"])
        if os.path.lexists(path):
            continue
        if kind == "file":
            path.write_text(path.name)
        elif kind == "folder":
            path.mkdir()
            folders.append(path)
        elif kind == "link":
            path.symlink_to(chance.choice(folders))
        else:
            path.symlink_to("nowhere" if kind == "dangling" else path.name)
    return root


def outcome(call: Callable[[], Any]) -> Any:
    """What it gives, as text where it is a path, or the class of what it raises."""
    try:
        found = call()
    except OSError as error:
        kinds = (FileNotFoundError, FileExistsError, NotADirectoryError, PermissionError)
        return next((kind for kind in kinds if isinstance(error, kind)), OSError)
    except (ValueError, NotImplementedError) as error:
        return type(error)
    if isinstance(found, PurePosixPath | PureRemotePath):
        return str(found)
    return found


QUESTIONS = ["exists", "is_dir", "is_file", "is_symlink", "is_fifo", "resolve", "readlink"]


def test_the_same_answers(client: hawser.Client, tree: Path) -> None:
    paths = [tree, *tree.rglob("*"), tree / "nothing", tree / "nothing" / "below"]
    paths += [path / "below" for path in paths if path.is_file()][:2]
    for path in paths:
        remote = client.path(path)
        for question in QUESTIONS:
            if question == "resolve" and path.is_symlink() and not path.exists():
                continue  # pathlib goes where the link does not; servers differ
            ours = outcome(getattr(remote, question))
            theirs = outcome(getattr(path, question))
            if question == "readlink" and not path.is_symlink():
                assert isinstance(ours, type), path
                continue
            assert ours == theirs, (path, question)


def test_the_same_walk(client: hawser.Client, tree: Path) -> None:
    for top_down in (True, False):
        for follows in (False,):
            ours = [
                (str(at), sorted(folders), sorted(others))
                for at, folders, others in client.path(tree).walk(top_down, None, follows)
            ]
            theirs = [
                (at, sorted(f for f in folders if not Path(at, f).is_symlink()),
                 sorted([*others, *(f for f in folders if Path(at, f).is_symlink())]))
                for at, folders, others in os.walk(tree, top_down, None, follows)
            ]  # fmt: skip
            assert sorted(ours) == sorted(theirs)
            places = [at for at, _, _ in ours]
            for place in places:
                parent = str(PurePosixPath(place).parent)
                if parent in places:
                    assert (places.index(parent) < places.index(place)) is top_down


patterns = st.lists(
    st.sampled_from(
        ["*", "**", "a", "b", "?", "*.txt", "[ab]", "[!a]*", ".*", "a*", "nothing", "ü"]
    ),
    min_size=1,
    max_size=4,
).map("/".join)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(pattern=patterns)
@example(pattern="a/**").via("a file, of which ** is nothing")
def test_the_same_globs(client: hawser.Client, tree: Path, pattern: str) -> None:
    if sys.version_info >= (3, 13) and "**" in pattern:
        return  # from there on a ** at the end gives files, too
    ours = sorted(str(path) for path in client.path(tree).glob(pattern))
    theirs = sorted({str(path) for path in tree.glob(pattern)})
    if sys.version_info >= (3, 12) and not set(pattern.rpartition("/")[2]) & set("*?["):
        # From there on a plain name at the end may be a symlink to nothing.
        theirs = [path for path in theirs if Path(path).exists()]
    assert ours == theirs
    assert len(set(ours)) == len(ours)


parts = st.lists(
    st.sampled_from(["a", "b.txt", "..", ".", "/", "/x", "", "a//b", ".h", "x.tar.gz"]), max_size=4
)


@given(one=parts, other=parts)
def test_the_same_parts(one: list[str], other: list[str]) -> None:
    theirs, second = PurePosixPath(*one), PurePosixPath(*other)
    ours, again = PureRemotePath(theirs), PureRemotePath(second)
    for name in ("name", "stem", "suffix", "suffixes", "parts", "root", "anchor"):
        assert getattr(ours, name) == getattr(theirs, name)
    assert str(ours.parent) == str(theirs.parent)
    assert list(map(str, ours.parents)) == list(map(str, theirs.parents))
    assert str(ours / again) == str(theirs / second)
    assert str(ours.joinpath(*other)) == str(theirs.joinpath(*other))
    assert str("x" / ours) == str("x" / theirs)
    assert ours.is_relative_to(again) == theirs.is_relative_to(second)
    assert (ours < again) == (theirs < second)
    assert (ours == again) == (theirs == second)
    for call in ("relative_to", "with_name", "with_suffix", "match"):
        argument = other[0] if other else "x"
        assert outcome(lambda: getattr(ours, call)(argument)) == outcome(  # noqa: B023
            lambda: getattr(theirs, call)(argument)  # noqa: B023
        )


# ---- changes -------------------------------------------------------------------------------------


def test_content(client: hawser.Client, there: Path) -> None:
    path = client.path(there) / "file"
    assert path.write_text("grün\n") == 5
    assert path.read_text() == "grün\n"
    assert path.read_bytes() == "grün\n".encode()
    assert path.write_bytes(b"\xff") == 1
    with pytest.raises(UnicodeDecodeError):
        path.read_text()
    assert path.read_text(encoding="latin-1") == "ÿ"
    with path.open("a") as file:
        file.write("more")
    with path.open("rb") as file:
        assert file.read() == b"\xffmore"
    with pytest.raises(FileExistsError):
        path.open("x")
    with pytest.raises(ValueError, match="encoding"):
        path.open("rb", encoding="utf-8")
    with (there / "file").open("rb") as file:
        assert file.read() == b"\xffmore"


def test_what_open_says_of_text(client: hawser.Client, there: Path) -> None:
    """As the built-in does."""
    path = client.path(there / "text")
    for mode, buffering in (("rbt", -1), ("wtt", -1), ("w", 0)):
        with pytest.raises(ValueError):
            path.open(mode, buffering)
        with pytest.raises(ValueError):
            (there / "here").open(mode, buffering)
    assert not path.exists()
    with path.open("w", buffering=1) as file:
        file.write("a line\n")
        assert (there / "text").read_text() == "a line\n"
        assert (file.mode, file.name) == ("w", str(there / "text"))
    with pytest.raises(LookupError):
        path.open("r", encoding="no such")


def test_names_that_no_file_can_have(client: hawser.Client, there: Path) -> None:
    for path in (client.path(there, "a\0b"), there / "a\0b"):
        assert not path.exists()
        assert not path.is_dir()
        with pytest.raises(ValueError):
            path.stat()


def test_directories(client: hawser.Client, there: Path) -> None:
    path = client.path(there, "a", "b")
    with pytest.raises(FileNotFoundError):
        path.mkdir()
    path.mkdir(parents=True)
    assert path.is_dir()
    with pytest.raises(FileExistsError):
        path.mkdir()
    path.mkdir(exist_ok=True)
    path.mkdir(parents=True, exist_ok=True)
    (path / "file").touch()
    with pytest.raises(FileExistsError):
        (path / "file").mkdir(exist_ok=True)
    with pytest.raises(OSError):
        path.rmdir()
    assert [str(each) for each in path.iterdir()] == [f"{there}/a/b/file"]
    (path / "file").unlink()
    path.rmdir()
    assert not path.exists()


def test_names(client: hawser.Client, there: Path) -> None:
    one, other = client.path(there, "one"), client.path(there, "other")
    one.write_text("one")
    other.write_text("other")
    assert one.rename(other) == other
    assert other.read_text() == "one"
    link = client.path(there, "link")
    link.symlink_to("other")
    assert (link.is_symlink(), str(link.readlink())) == (True, "other")
    assert link.read_text() == "one"
    assert link.samefile(other)
    assert link.resolve() == other.resolve()
    one.hardlink_to(other)
    assert one.read_text() == "one"
    one.unlink()
    one.unlink(missing_ok=True)
    with pytest.raises(FileNotFoundError):
        one.unlink()
    other.chmod(0o600)
    assert other.stat().st_mode == 0o100600
    with pytest.raises(FileExistsError):
        other.touch(exist_ok=False)
    os.utime(there / "other", (1, 1))
    other.touch()
    assert (there / "other").stat().st_mtime > 1


def test_a_new_name_where_none_is_replaced(
    sshd_with: Callable[..., OpenSSHServer], tmp_path: Path
) -> None:
    server = sshd_with("Subsystem sftp internal-sftp -P posix-rename")
    with connect_to(server, tmp_path) as client:
        one, other = client.path("one"), client.path("other")
        one.write_text("one")
        assert one.rename(other) == other
        assert (one.exists(), other.read_text()) == (False, "one")
        one.write_text("another")
        for move in (one.rename, one.replace):
            with pytest.raises(hawser.SFTPError):
                move(other)
        assert (one.read_text(), other.read_text()) == ("another", "one")


def test_the_home_directory(client: hawser.Client, openssh: OpenSSHServer) -> None:
    home = client.run("pwd", text=True).stdout.strip()
    assert str(client.path("~")) == home
    assert str(client.path("~", "x")) == f"{home}/x"
    assert str(client.path(f"~{openssh.user}/x")).endswith("/x")
    assert str(client.path("x").absolute()) == f"{home}/x"
    assert client.path().resolve() == client.path("~").resolve()
    assert client.path("/etc/passwd").owner() == "root"


def test_paths_of_different_servers(
    client: hawser.Client, dropbear: Server, tmp_path: Path
) -> None:
    with connect_to(dropbear, tmp_path) as other:
        assert client.path("/") != other.path("/")
        assert len({client.path("/"), client.path("/")}) == 1
        assert other.path("/etc").is_dir()
    with pytest.raises(TypeError):
        client.path("/") < "x"  # noqa: B015
    with pytest.raises(TypeError):
        client.path("/") / 7  # type: ignore[operator]
