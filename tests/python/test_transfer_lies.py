"""Trees from servers that lie about names, types and sizes."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

import _ssh
from clients import login, names_in, within
from remotes import remote_on
from servers import AsyncSSHServer, Keys

pytestmark = pytest.mark.usefixtures("umask")

Entry = tuple[bytes, int]


REGULAR, FOLDER, SYMLINK, DEVICE, SETUID = 0o100644, 0o40755, 0o120777, 0o20666, 0o106755


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
    skipped: list[tuple[str, str]] = []
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
