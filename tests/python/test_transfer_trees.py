"""Recursive get and put: trees compare equal, what is left out is told, and no server leads out."""

import os
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

import _ssh
from clients import login, names_in, within
from remotes import Remote, every_sftp_server, remote_on
from servers import AsyncSSHServer, Keys, is_root


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


Tree = dict[str, tuple[int, float, bytes | None]]


def tree_at(root: Path) -> Tree:
    """Every path below -> mode, time of modification, content (None: a directory)."""
    tree: Tree = {}
    for path in root.rglob("*"):
        facts = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(facts.st_mode) else None
        tree[str(path.relative_to(root))] = (facts.st_mode, facts.st_mtime, content)
    return tree


def plant(root: Path) -> None:
    """A tree with all that is odd and can be copied."""
    files = {
        "plain": b"content",
        "empty": b"",
        "with space": b"1",
        "new\nline": b"2",
        os.fsdecode(b"\xff\xfe no text"): b"3",
        "ünïcode": b"4",
        "-rf": b"5",
        "a\\b": b"6",
        "C:x": b"7",
        "deep/er/and/deeper/still": b"8" * 300_000,
        ".hidden/.too": b"9",
        "n" * 255: b"10",
    }
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    for name in ("empty folder", os.fsdecode(b"\xfd/\xfc")):
        (root / name).mkdir(parents=True)
    for name, mode in {
        "plain": 0o755,
        "with space": 0o400,
        "deep/er": 0o555,
        "empty folder": 0o700,
    }.items():
        (root / name).chmod(mode)
    for number, path in enumerate(sorted(root.rglob("*"), reverse=True)):
        os.utime(path, (1, 1_000_000_000 + number))
    os.utime(root, (1, 999_999_999))


@every_sftp_server
def test_there_and_back(remote: Remote, tmp_path: Path) -> None:
    source, back = tmp_path / "source", tmp_path / "back"
    source.mkdir()
    plant(source)
    there = remote.path("there")
    remote.sftp.put(source, there, recursive=True, preserve=True)
    assert tree_at(Path(there)) == tree_at(source)
    remote.sftp.get(there, back, recursive=True, preserve=True)
    assert tree_at(back) == tree_at(source)
    assert back.stat().st_mtime == source.stat().st_mtime
    # Once more onto what is there.
    remote.sftp.get(there, back.parent, recursive=True, preserve=True)
    assert tree_at(tmp_path / "there") == tree_at(source)
    remote.sftp.put(source, remote.path(""), recursive=True, preserve=True)
    assert tree_at(remote.folder / "source") == tree_at(source)
    (back / "deep/er").chmod(0o755)
    remote.sftp.get(f"{there}/.", back, recursive=True, preserve=True)
    assert tree_at(back) == tree_at(source)
    for folder in (source, back, tmp_path / "there"):
        (folder / "deep/er").chmod(0o755)  # so that pytest can clear up without root


def test_without_preserve_the_umask_counts(remote: Remote, tmp_path: Path) -> None:
    source = remote.folder / "source"
    (source / "folder").mkdir(parents=True)
    (source / "file").write_bytes(b"")
    for path, mode in ((source, 0o777), (source / "folder", 0o2775), (source / "file", 0o666)):
        path.chmod(mode)
    remote.sftp.get(str(source), tmp_path / "got", recursive=True)
    modes = {
        str(path.relative_to(tmp_path)): path.stat().st_mode & 0o7777
        for path in tmp_path.rglob("*")
    }
    assert modes == {"got": 0o755, "got/folder": 0o755, "got/file": 0o644}


def test_merged_into_what_is_there(remote: Remote, tmp_path: Path) -> None:
    source, got = remote.folder / "source", tmp_path / "source"
    for folder in (source / "both", source / "theirs", got / "both", got / "ours"):
        folder.mkdir(parents=True)
    (source / "both/file").write_bytes(b"new")
    (got / "both/file").write_bytes(b"old")
    (got / "both").chmod(0o700)
    (got / "both/kept").write_bytes(b"kept")
    remote.sftp.get(str(source), tmp_path, recursive=True)
    assert sorted(p.relative_to(got).as_posix() for p in got.rglob("*")) == [
        "both", "both/file", "both/kept", "ours", "theirs",
    ]  # fmt: skip
    assert (got / "both/file").read_bytes() == b"new"
    assert got.joinpath("both").stat().st_mode & 0o777 == 0o700


def test_progress_by_file_and_in_all(remote: Remote, tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "b").mkdir(parents=True)
    (source / "a").write_bytes(b"x" * 300_000)
    (source / "b/c").write_bytes(b"y" * 5)
    files: list[tuple[Any, int, int]] = []
    sums: list[tuple[int, int]] = []
    remote.sftp.put(
        str(source),
        remote.path("target"),
        recursive=True,
        on_file=lambda *told: files.append(told),
        callback=lambda *told: sums.append(told),
    )
    assert {path for path, *_ in files} == {f"{source}/a", f"{source}/b/c"}
    assert (f"{source}/a", 300_000, 300_000) in files
    assert files[-1] == (f"{source}/b/c", 5, 5)
    assert sums == sorted(sums)
    assert sums[-1] == (300_005, 0)
    files.clear()
    remote.sftp.get(
        os.fsencode(remote.path("target")),
        tmp_path / "back",
        recursive=True,
        on_file=lambda *told: files.append(told),
    )
    assert {path for path, *_ in files} == {
        os.fsencode(remote.path("target/a")), os.fsencode(remote.path("target/b/c"))
    }  # fmt: skip


def test_a_callback_that_raises_ends_it(remote: Remote, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for number in range(10):
        (source / str(number)).write_bytes(b"x" * 100_000)

    def stop(path: str, _done: int, _total: int) -> None:
        if path.endswith("/5"):
            raise KeyError(path)

    with pytest.raises(KeyError):
        remote.sftp.put(source, remote.path("target"), recursive=True, on_file=stop)
    # Asked of the server, so that it has done all that was sent before.
    assert sorted(remote.sftp.listdir(remote.path("target"))) == ["0", "1", "2", "3", "4"]
    remote.sftp.put(source, remote.path("all"), recursive=True)
    with pytest.raises(KeyError):
        remote.sftp.get(remote.path("all"), tmp_path / "back", recursive=True, on_file=stop)
    assert not [name for name in names_in(tmp_path / "back") if name.startswith(".")]
    assert remote.sftp.exists(remote.path("all/5"))


# what is left out ---------------------------------------------------------------------------------

Skipped = list[tuple[str, str]]


def test_remote_symlinks_and_special_files_are_left_out(remote: Remote, tmp_path: Path) -> None:
    source = remote.folder / "source"
    source.mkdir()
    (source / "file").write_bytes(b"content")
    (source / "to file").symlink_to("file")
    (source / "to folder").symlink_to("/etc")
    (source / "dangling").symlink_to("nowhere")
    (source / "loop").symlink_to(".")
    os.mkfifo(source / "pipe")
    skipped: Skipped = []
    with within(10):
        remote.sftp.get(
            str(source), tmp_path / "got", recursive=True, on_skip=lambda *s: skipped.append(s)
        )
    assert names_in(tmp_path / "got") == ["file"]
    links = {
        (f"{source}/{name}", "symlink") for name in ("to file", "to folder", "dangling", "loop")
    }
    assert set(skipped) == links | {(f"{source}/pipe", "special")}


def test_local_symlinks_are_followed_but_not_round_and_round(
    remote: Remote, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    (source / "folder").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/file").write_bytes(b"content")
    (source / "folder/up").symlink_to("..")
    (source / "here").symlink_to(".")
    (source / "there").symlink_to("../elsewhere")
    (source / "file").symlink_to("../elsewhere/file")
    os.mkfifo(source / "pipe")
    skipped: Skipped = []
    with within(10):
        remote.sftp.put(
            source, remote.path("target"), recursive=True, on_skip=lambda *s: skipped.append(s)
        )
    got = sorted(p.relative_to(remote.folder).as_posix() for p in remote.folder.rglob("*"))
    assert got == ["target", "target/file", "target/folder", "target/there", "target/there/file"]
    assert sorted(skipped) == [
        (f"{source}/folder/up", "loop"), (f"{source}/here", "loop"), (f"{source}/pipe", "special")
    ]  # fmt: skip


# entries that fail --------------------------------------------------------------------------------


@pytest.mark.skipif(not is_root(), reason="the server's account is ours")
def test_the_others_go_on_when_entries_fail(remote: Remote, tmp_path: Path) -> None:
    source = remote.folder / "source"
    (source / "closed").mkdir(parents=True)
    for name in ("a", "b", "c"):
        (source / name).write_bytes(b"content")
    (source / "b").chmod(0o600)
    (source / "closed").chmod(0o700)
    with pytest.raises(PermissionError, match="1 more entries failed") as first:
        remote.sftp.get(str(source), tmp_path / "got", recursive=True)
    assert first.value.filename in (f"{source}/b", f"{source}/closed")
    assert names_in(tmp_path / "got") == ["a", "c"]

    failed: list[OSError] = []
    remote.sftp.get(str(source), tmp_path / "again", recursive=True, on_error=failed.append)
    assert names_in(tmp_path / "again") == ["a", "c"]
    assert {error.filename for error in failed} == {f"{source}/b", f"{source}/closed"}
    assert all(isinstance(error, PermissionError) for error in failed)

    def stop(error: OSError) -> None:
        raise error

    with pytest.raises(PermissionError):
        remote.sftp.get(str(source), tmp_path / "third", recursive=True, on_error=stop)


def test_local_entries_that_fail(remote: Remote, tmp_path: Path) -> None:
    source, got = remote.folder / "source", tmp_path / "got"
    for folder in (source / "was file", got / "was folder"):
        folder.mkdir(parents=True)
    (source / "was file/x").write_bytes(b"x")
    for file in (source / "was folder", source / "z", got / "was file"):
        file.write_bytes(b"content")
    failed: list[OSError] = []
    remote.sftp.get(f"{source}/.", got, recursive=True, on_error=failed.append)
    assert {(type(error), error.filename) for error in failed} == {
        (NotADirectoryError, f"{got}/was file"),
        (IsADirectoryError, f"{got}/was folder"),
    }
    assert (got / "z").read_bytes() == b"content"
    assert names_in(got) == ["was file", "was folder", "z"]


def test_uploads_that_fail(remote: Remote, tmp_path: Path) -> None:
    source, target = tmp_path / "source", remote.folder / "target"
    for folder in (source / "was file", target / "was folder"):
        folder.mkdir(parents=True)
        folder.chmod(0o777)
        folder.parent.chmod(0o777)
    (source / "was file/x").write_bytes(b"x")
    for file in (source / "was folder", source / "z", target / "was file"):
        file.write_bytes(b"content")
    (source / "dangling").symlink_to("nowhere")
    failed: list[OSError] = []
    remote.sftp.put(f"{source}/.", target, recursive=True, on_error=failed.append)
    assert {(type(error).__mro__[1], error.filename) for error in failed if error.errno != 2} == {
        (_ssh.SFTPError, f"{target}/was file"),
        (_ssh.SFTPError, f"{target}/was folder"),
    }
    assert [error.filename for error in failed if error.errno == 2] == [f"{source}/./dangling"]
    assert (target / "z").read_bytes() == b"content"


# servers that lie ---------------------------------------------------------------------------------

REGULAR, FOLDER, SYMLINK, DEVICE, SETUID = 0o100644, 0o40755, 0o120777, 0o20666, 0o106755
Entry = tuple[bytes, int]


class Liar(asyncssh.SFTPServer):
    """Has whatever tree `lies` says: path -> entries; every file has the content b'evil'."""

    lies: Callable[[bytes], list[Entry]]

    def _attributes(self, mode: int) -> asyncssh.SFTPAttrs:
        return asyncssh.SFTPAttrs(permissions=mode, size=4, atime=1, mtime=2**32 - 1)

    def stat(self, path: bytes) -> asyncssh.SFTPAttrs:
        return self._attributes(FOLDER if os.path.normpath(path) == b"/tree" else REGULAR)

    lstat = stat

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        yield asyncssh.SFTPName(b".", attrs=self._attributes(FOLDER))
        yield asyncssh.SFTPName(b"..", attrs=self._attributes(FOLDER))
        for name, mode in type(self).lies(os.path.normpath(path)):
            yield asyncssh.SFTPName(name, attrs=self._attributes(mode))

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        if path.endswith(b"refused"):
            raise asyncssh.SFTPPermissionDenied("no")
        return [b"evil"]

    def fstat(self, file_obj: object) -> asyncssh.SFTPAttrs:
        return self._attributes(REGULAR)

    def read(self, file_obj: Any, offset: int, size: int) -> bytes:
        content: bytes = file_obj[0][offset : offset + size]
        return content

    def close(self, file_obj: object) -> None:
        pass


@pytest.fixture
def liar(keys: Keys) -> Iterator[Callable[[Callable[[bytes], list[Entry]]], _ssh.SFTP]]:
    """An SFTP client on a server that has this tree at /tree."""
    with AsyncSSHServer(keys, sftp_factory=Liar) as server, login(server) as session:

        def client(lies: Callable[[bytes], list[Entry]]) -> _ssh.SFTP:
            Liar.lies = staticmethod(lies)
            return session.sftp()

        yield client


LiarClient = Callable[[Callable[[bytes], list[Entry]]], _ssh.SFTP]


def at_top(*entries: Entry) -> Callable[[bytes], list[Entry]]:
    return lambda path: list(entries) if path == b"/tree" else []


BAD_NAMES = [
    b"../x",
    b"..//x",
    b"a/../../x",
    b"/etc/hawser-was-here",
    b"a/b",
    b"/",
    b"",
    b"x\0y",
    b"../" * 2000 + b"x",
]


@pytest.mark.parametrize("name", BAD_NAMES, ids=lambda name: repr(name[:20]))
@pytest.mark.parametrize("mode", [REGULAR, FOLDER, SYMLINK, DEVICE])
def test_names_that_lead_out_end_it(
    liar: LiarClient, tmp_path: Path, name: bytes, mode: int
) -> None:
    (tmp_path / "root").mkdir()
    sftp = liar(at_top((b"fine", REGULAR), (name, mode), (b"after", REGULAR)))
    with within(10), pytest.raises(_ssh.UnsafeNameError):
        sftp.get("/tree", tmp_path / "root/got", recursive=True)
    found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*"))
    assert found == ["root", "root/got", "root/got/fine"]
    assert not Path("/etc/hawser-was-here").exists()
    assert sftp.stat("/tree").st_size == 4  # the session goes on


def test_names_that_are_odd_and_harmless(liar: LiarClient, tmp_path: Path) -> None:
    names = [b"a\\b", b"C:x", b"\x1b[31m", b"\xff", b"con", b"dot.", b"same", b"SAME", b"..."]
    sftp = liar(at_top(*((name, REGULAR) for name in names), (b"same", REGULAR)))
    sftp.get("/tree", tmp_path / "got", recursive=True)
    assert {os.fsencode(name) for name in names_in(tmp_path / "got")} == set(names)


def test_a_name_longer_than_the_disk_takes_is_one_that_fails(
    liar: LiarClient, tmp_path: Path
) -> None:
    sftp = liar(at_top((b"n" * 256, REGULAR), (b"m" * 60_000, FOLDER), (b"fine", REGULAR)))
    failed: list[OSError] = []
    sftp.get("/tree", tmp_path / "got", recursive=True, on_error=failed.append)
    assert [error.errno for error in failed] == [36, 36]
    assert names_in(tmp_path / "got") == ["fine"]


def test_a_bottomless_tree_ends(liar: LiarClient, tmp_path: Path) -> None:
    sftp = liar(lambda _: [(b"d", FOLDER)])
    with within(20), pytest.raises(_ssh.LimitError, match="depth"):
        sftp.get("/tree", tmp_path / "got", recursive=True)
    deepest = max(len(path.relative_to(tmp_path).parts) for path in tmp_path.rglob("*"))
    assert deepest == 64


def test_one_name_twice(liar: LiarClient, tmp_path: Path) -> None:
    sftp = liar(lambda path: [(b"x", REGULAR), (b"x", FOLDER)] if path == b"/tree" else
                [(b"y", REGULAR)])  # fmt: skip
    with pytest.raises(NotADirectoryError):
        sftp.get("/tree", tmp_path / "got", recursive=True)
    assert (tmp_path / "got/x").read_bytes() == b"evil"


def test_special_bits_and_types_are_never_made(liar: LiarClient, tmp_path: Path) -> None:
    skipped: Skipped = []
    sftp = liar(at_top((b"setuid", SETUID), (b"device", DEVICE), (b"socket", 0o140777),
                       (b"sticky", 0o41777), (b"no type", 0o644)))  # fmt: skip
    sftp.get(
        "/tree", tmp_path / "got", recursive=True, preserve=True,
        on_skip=lambda *skip: skipped.append(skip),
    )  # fmt: skip
    modes = {path.name: path.stat().st_mode & 0o7777 for path in (tmp_path / "got").iterdir()}
    assert modes == {"setuid": 0o644, "sticky": 0o777, "no type": 0o644}
    assert {path for path, _ in skipped} == {"/tree/device", "/tree/socket"}


def test_symlinks_that_lie_there_are_not_followed(liar: LiarClient, tmp_path: Path) -> None:
    outside, got = tmp_path / "outside", tmp_path / "got"
    outside.mkdir()
    got.mkdir()
    (outside / "file").write_bytes(b"mine")
    (got / "folder").symlink_to(outside)
    (got / "file").symlink_to(outside / "file")
    (got / "dangling").symlink_to(outside / "new")
    sftp = liar(lambda path: [(b"folder", FOLDER), (b"file", REGULAR), (b"dangling", REGULAR)]
                if path == b"/tree" else [(b"file", REGULAR), (b"new", REGULAR)])  # fmt: skip
    failed: list[OSError] = []
    sftp.get("/tree/.", got, recursive=True, on_error=failed.append)
    assert {(error.errno, error.filename) for error in failed} == {
        (40, f"{got}/{name}") for name in ("folder", "file", "dangling")
    }
    assert names_in(outside) == ["file"]
    assert (outside / "file").read_bytes() == b"mine"


def test_a_link_put_there_in_the_middle_is_not_followed(liar: LiarClient, tmp_path: Path) -> None:
    """The directory that is being filled is swapped for a symlink, again and again."""
    outside, got = tmp_path / "outside", tmp_path / "got"
    outside.mkdir()
    sftp = liar(lambda path: [(b"d", FOLDER)] if path == b"/tree" else
                [(b"%d" % number, REGULAR) for number in range(50)])  # fmt: skip

    def swap(_path: str, _done: int, _total: int) -> None:
        if (got / "d").is_symlink():
            (got / "d").unlink()
            (got / "moved").rename(got / "d")
        else:
            (got / "d").rename(got / "moved")
            (got / "d").symlink_to(outside)

    failed: list[OSError] = []
    sftp.get("/tree", got, recursive=True, on_file=swap, on_error=failed.append)
    assert failed
    assert names_in(outside) == []


def test_an_entry_that_is_refused(liar: LiarClient, tmp_path: Path) -> None:
    sftp = liar(at_top((b"refused", REGULAR), (b"fine", REGULAR)))
    with pytest.raises(PermissionError) as refused:
        sftp.get("/tree", tmp_path / "got", recursive=True)
    assert refused.value.filename == "/tree/refused"
    assert names_in(tmp_path / "got") == ["fine"]


def test_a_single_file_is_called_as_the_caller_said(asyncssh_server: AsyncSSHServer,
                                                     tmp_path: Path) -> None:  # fmt: skip
    with remote_on(asyncssh_server) as remote:
        (remote.folder / "real").write_bytes(b"content")
        (remote.folder / "link").symlink_to("real")
        remote.sftp.get(remote.path("link"), tmp_path)
        assert names_in(tmp_path) == ["link"]
        with pytest.raises(IsADirectoryError):
            remote.sftp.get(remote.path(".."), tmp_path)
