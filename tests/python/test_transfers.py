"""get, put, getfo and putfo of single files: names, what arrives, what is kept."""

import io
import os
import stat
import threading
from pathlib import Path

import asyncssh
import pytest

from clients import MIB, login, names_in
from contents import pattern
from remotes import Remote, every_sftp_server
from servers import AsyncSSHServer, Keys, is_root

SIZES = [0, 1, 32767, 32768, 32769, 261119, 261120, 261121, 5 * MIB + 1]


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


pytestmark = pytest.mark.usefixtures("umask")


# what arrives -------------------------------------------------------------------------------------


@every_sftp_server
@pytest.mark.parametrize("size", SIZES)
def test_there_and_back(remote: Remote, tmp_path: Path, size: int) -> None:
    content = pattern(size)
    source, back = tmp_path / "source", tmp_path / "back"
    source.write_bytes(content)
    remote.sftp.put(source, remote.path("target"))
    assert remote.content("target") == content
    remote.sftp.get(remote.path("target"), back)
    assert back.read_bytes() == content
    assert names_in(remote.folder) == ["target"]
    assert names_in(tmp_path) == ["back", "source"]


@every_sftp_server
@pytest.mark.parametrize("size", [0, 1, 261121, 5 * MIB + 1])
def test_file_objects(remote: Remote, size: int) -> None:
    content = pattern(size)
    assert remote.sftp.putfo(io.BytesIO(content), remote.path("target"), size=size) == size
    assert remote.content("target") == content
    sink = io.BytesIO()
    assert remote.sftp.getfo(remote.path("target"), sink) == size
    assert sink.getvalue() == content


def test_many_at_once(remote: Remote, tmp_path: Path) -> None:
    contents = {f"file{i}": pattern(i * 100_003) for i in range(8)}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)

    def copy(name: str) -> None:
        remote.sftp.put(tmp_path / name, remote.path(name))
        remote.sftp.get(remote.path(name), tmp_path / f"{name}.back")

    threads = [threading.Thread(target=copy, args=(name,)) for name in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for name, content in contents.items():
        assert (tmp_path / f"{name}.back").read_bytes() == content


@pytest.mark.parametrize("name", ["with space", "new\nline", "-dash", "ünïcode", "$(id);'\"`"])
def test_names(remote: Remote, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"content")
    remote.sftp.put(tmp_path / name, remote.path(name))
    remote.sftp.get(remote.path(name), tmp_path / f"{name}2")
    assert (tmp_path / f"{name}2").read_bytes() == b"content"


def test_names_that_are_no_text(remote: Remote, tmp_path: Path) -> None:
    local = os.fsencode(tmp_path) + b"/\xff\xfe"
    target = os.fsencode(remote.folder) + b"/\xfd"
    Path(os.fsdecode(local)).write_bytes(b"content")
    remote.sftp.put(local, target)
    remote.sftp.get(target, local + b"2")
    remote.sftp.get(os.fsdecode(target), os.fsdecode(local + b"3"))
    names = [b"\xff\xfe", b"\xff\xfe2", b"\xff\xfe3"]
    assert names_in(tmp_path) == [os.fsdecode(name) for name in names]


def test_names_as_long_as_they_can_be(remote: Remote, tmp_path: Path) -> None:
    name = "n" * 255
    (tmp_path / name).write_bytes(b"content")
    remote.sftp.put(tmp_path / name, remote.path(name))
    (tmp_path / name).unlink()
    remote.sftp.get(remote.path(name), tmp_path)
    assert names_in(tmp_path) == [name]


# where it goes ------------------------------------------------------------------------------------


def test_into_a_directory(remote: Remote, tmp_path: Path) -> None:
    source = remote.make("name", b"content")
    remote.sftp.get(source, tmp_path)
    remote.sftp.get(source, f"{tmp_path}/")
    assert (tmp_path / "name").read_bytes() == b"content"
    remote.sftp.mkdir(remote.path("folder"))
    remote.sftp.put(tmp_path / "name", remote.path("folder"))
    assert remote.content("folder/name") == b"content"


def test_a_local_path_without_a_directory(
    remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    remote.sftp.get(remote.make("there", b"content"), "here")
    remote.sftp.put("here", remote.path("again"))
    assert remote.content("again") == b"content"
    with pytest.raises(FileNotFoundError) as missing:
        remote.sftp.put("nothing", remote.path("again"))
    assert missing.value.filename == "nothing"


def test_a_local_symlink_is_followed(remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("folder/real")
    remote.sftp.get(remote.make("source", b"new"), tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "folder/real").read_bytes() == b"new"
    assert names_in(tmp_path / "folder") == ["real"]


def test_a_symlink_that_leads_nowhere_is_not_followed(remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(FileNotFoundError):
        remote.sftp.get(remote.make("source", b"new"), tmp_path / "link")
    assert names_in(tmp_path) == ["link"]


def test_a_remote_symlink_is_written_through(remote: Remote, tmp_path: Path) -> None:
    remote.make("real", b"old, and longer")
    (remote.folder / "link").symlink_to("real")
    (tmp_path / "source").write_bytes(b"new")
    remote.sftp.put(tmp_path / "source", remote.path("link"))
    assert (remote.folder / "link").is_symlink()
    assert remote.content("real") == b"new"


def test_into_a_pipe_and_a_device(remote: Remote, tmp_path: Path) -> None:
    source = remote.make("source", pattern(MIB))
    os.mkfifo(tmp_path / "pipe")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    remote.sftp.get(source, tmp_path / "pipe")
    reader.join(30)
    assert got == [pattern(MIB)]
    remote.sftp.get(source, "/dev/null")
    with pytest.raises(OSError, match="No space left") as full:
        remote.sftp.get(source, "/dev/full")
    assert full.value.filename == "/dev/full"


# permissions and times ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("theirs", "preserve", "ours"),
    [
        (0o666, False, 0o644),
        (0o755, False, 0o755),
        (0o600, False, 0o600),
        (0o666, True, 0o666),
        (0o4755, False, 0o755),
        (0o6755, True, 0o755),
        (0o1777, True, 0o777),
    ],
)
def test_permissions_of_what_is_got(
    remote: Remote, tmp_path: Path, theirs: int, preserve: bool, ours: int
) -> None:
    remote.make("source", b"content")
    os.chown(remote.path("source"), (tmp_path.stat()).st_uid, -1)
    (remote.folder / "source").chmod(theirs | 0o444)
    remote.sftp.get(remote.path("source"), tmp_path / "target", preserve=preserve)
    assert mode_of(tmp_path / "target") == (ours | 0o444)


def test_a_file_that_is_replaced_keeps_its_permissions(remote: Remote, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"old")
    target.chmod(0o640)
    inode = target.stat().st_ino
    remote.sftp.get(remote.make("source", b"new"), target)
    assert mode_of(target) == 0o640
    assert target.stat().st_ino != inode, "it was written in place"


@every_sftp_server
def test_a_remote_file_that_is_replaced_keeps_its_permissions(
    remote: Remote, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"new")
    source.chmod(0o755)
    remote.sftp.put(source, remote.path("target"))
    assert mode_of(remote.folder / "target") == 0o755
    remote.sftp.chmod(remote.path("target"), 0o640)
    remote.sftp.put(source, remote.path("target"))
    assert mode_of(remote.folder / "target") == 0o640
    remote.sftp.put(source, remote.path("target"), preserve=True)
    assert mode_of(remote.folder / "target") == 0o755


@pytest.mark.skipif(not is_root(), reason="the server's account is ours")
def test_a_remote_file_of_another_owner_is_written_in_place(remote: Remote, tmp_path: Path) -> None:
    target = Path(remote.make("target", b"old"))  # root's, and may be written by all
    inode = target.stat().st_ino
    (tmp_path / "source").write_bytes(b"new")
    remote.sftp.put(tmp_path / "source", str(target))
    assert target.read_bytes() == b"new"
    assert (target.stat().st_ino, target.stat().st_uid) == (inode, 0)
    assert names_in(remote.folder) == ["target"]


@pytest.mark.skipif(not is_root(), reason="the server's account is ours")
def test_a_remote_folder_where_nothing_can_be_made(remote: Remote, tmp_path: Path) -> None:
    target = Path(remote.make("target", b"old, and longer"))
    remote.folder.chmod(0o755)
    (tmp_path / "source").write_bytes(b"new")
    remote.sftp.put(tmp_path / "source", str(target))
    assert target.read_bytes() == b"new"
    with pytest.raises(PermissionError) as refused:
        remote.sftp.put(tmp_path / "source", remote.path("other"))
    assert refused.value.filename == remote.path("other")


@every_sftp_server
def test_times_are_kept(remote: Remote, tmp_path: Path) -> None:
    source, back = tmp_path / "source", tmp_path / "back"
    source.write_bytes(b"content")
    os.utime(source, (1_000_000_000, 1_234_567_890))
    remote.sftp.put(source, remote.path("target"), preserve=True)
    remote.sftp.get(remote.path("target"), back, preserve=True)
    assert (remote.folder / "target").stat().st_mtime == 1_234_567_890
    assert back.stat().st_mtime == 1_234_567_890
    remote.sftp.get(remote.path("target"), back)
    assert back.stat().st_mtime > 1_234_567_890


# servers that know less ---------------------------------------------------------------------------


class ByNameOnly(asyncssh.SFTPServer):
    """As paramiko's, where nobody has written `SFTPHandle.stat`."""

    def fstat(self, file_obj: object) -> asyncssh.SFTPAttrs:
        raise asyncssh.SFTPOpUnsupported("no")


def test_a_server_that_knows_files_by_name_only(keys: Keys, tmp_path: Path) -> None:
    with (
        AsyncSSHServer(keys, sftp_factory=ByNameOnly) as server,
        login(server) as session,
        session.sftp() as sftp,
    ):
        folder = tmp_path / "there"
        folder.mkdir()
        for number, size in enumerate(SIZES):
            (folder / str(number)).write_bytes(pattern(size))
        sftp.get(str(folder / "5"), tmp_path / "one")
        assert (tmp_path / "one").read_bytes() == pattern(SIZES[5])
        into = io.BytesIO()
        assert sftp.getfo(str(folder / "5"), into) == SIZES[5]
        assert into.getvalue() == pattern(SIZES[5])
        sftp.get(str(folder), tmp_path / "all", recursive=True)
        assert names_in(tmp_path / "all") == names_in(folder)
        for number, size in enumerate(SIZES):
            assert (tmp_path / "all" / str(number)).read_bytes() == pattern(size)
        sftp.get(str(folder / "5"), tmp_path / "kept", preserve=True)
        assert mode_of(tmp_path / "kept") == mode_of(folder / "5")
        with pytest.raises(IsADirectoryError):
            sftp.get(str(folder), tmp_path / "none")
