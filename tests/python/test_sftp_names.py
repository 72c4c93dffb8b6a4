"""SFTP: what is a path, and directories and their listings."""

import os
import stat
import time
from collections.abc import Callable
from pathlib import PurePosixPath

import pytest

from clients import within
from remotes import Remote, every_sftp_server, owner_of, remote_on
from servers import OpenSSHServer

# the contract's rows ------------------------------------------------------------------------------


@every_sftp_server
def test_a_script_of_the_first_module(remote: Remote) -> None:
    sftp, base = remote.sftp, str(remote.folder)
    make: Callable[[str], object] = sftp.mkdir
    assert make(base + "/d") is None
    file = sftp.open(base + "/d/f", "w")
    assert file.write(b"12345") == 5
    file.close()
    file = sftp.open(base + "/d/f")
    assert (file.read(2), file.read(), file.read()) == (b"12", b"345", b"")
    file.close()
    mode, size, atime, mtime, uid, gid = sftp.stat(base + "/d/f")
    assert stat.S_ISREG(mode)
    assert (size, uid, gid) == (5, *owner_of(base + "/d/f"))
    assert abs(time.time() - mtime) < 100
    assert abs(time.time() - atime) < 100
    sftp.rename(base + "/d/f", base + "/d/g")
    directory = sftp.opendir(base + "/d")
    entries = {}
    while (entry := directory.read()) is not None:
        entries[entry[0]] = entry[1]
    assert directory.read() is None
    directory.close()
    assert set(entries) - {".", ".."} == {"g"}
    assert tuple(entries["g"])[:2] == (mode, 5)
    assert sftp.realpath(base + "/d/../d") == base + "/d"
    sftp.unlink(base + "/d/g")
    sftp.rmdir(base + "/d")
    assert remote.names() == []
    sftp.close()
    sftp.close()


# paths --------------------------------------------------------------------------------------------


@every_sftp_server
def test_str_bytes_and_pathlike(remote: Remote) -> None:
    path = remote.make("file", b"content")
    names: list[str | bytes | os.PathLike[str]] = [path, os.fsencode(path), PurePosixPath(path)]
    for name in names:
        assert remote.sftp.stat(name).st_size == 7
        with remote.sftp.open(name) as file:
            assert file.name == (name if isinstance(name, bytes) else path)
    assert remote.sftp.realpath(os.fsencode(path)) == os.fsencode(path)
    assert remote.sftp.listdir(remote.folder) == ["file"]
    assert remote.sftp.listdir(os.fsencode(remote.folder)) == [b"file"]
    remote.sftp.symlink(b"file", os.fsencode(remote.folder) + b"/link")
    assert remote.sftp.readlink(remote.path("link")) == "file"
    assert remote.sftp.readlink(os.fsencode(remote.path("link"))) == b"file"


NAMES = [
    b"\xff\xfe not UTF-8",
    b"\xc3\xbcml\xc3\xa4ut",
    b"half a character \xc3",
    b"new\nline",
    b"tab\t and \x1b[31mcolour",
    b" leading blank",
    b"-dash",
    b"quote'\"`$(id);|&*?[]{}~\\",
    b"a" * 255,
]


@pytest.mark.parametrize("sftp_server", ["sftp-server", "internal-sftp", "dropbear"], indirect=True)
@pytest.mark.parametrize("raw", NAMES, ids=range(len(NAMES)))
def test_names_of_every_kind_go_there_and_back(remote: Remote, raw: bytes) -> None:
    sftp, base = remote.sftp, os.fsencode(remote.folder)
    with sftp.open(base + b"/" + raw, "w") as file:
        file.write(b"x")
    assert remote.names() == [os.fsdecode(raw)]
    (name,) = sftp.listdir(remote.folder)
    assert name == os.fsdecode(raw)
    assert sftp.stat(remote.path(name)).st_size == 1
    assert sftp.realpath(remote.path(name)) == remote.path(name)
    assert sftp.listdir(base) == [raw]
    entry = next(sftp.scandir(remote.folder))
    assert (entry.name, entry.path, os.fspath(entry)) == (name, *[remote.path(name)] * 2)
    assert "\x1b" not in entry.longname
    assert "\n" not in entry.longname
    entry = next(sftp.scandir(base))
    as_bytes: tuple[object, object] = (entry.name, entry.path)
    assert as_bytes == (raw, base + b"/" + raw)
    sftp.symlink(name, remote.path("link"))
    assert sftp.readlink(remote.path("link")) == name
    sftp.unlink(base + b"/" + raw)
    with pytest.raises(FileNotFoundError) as caught:
        sftp.stat(base + b"/" + raw)
    assert caught.value.filename == base + b"/" + raw


def test_relative_paths_begin_at_home(openssh: OpenSSHServer) -> None:
    with remote_on(openssh) as remote:
        home = remote.sftp.realpath(".")
        assert home == remote.session.exec("pwd").decode().strip()
        assert remote.sftp.realpath("") == home
        with remote.sftp.open("relative", "w"):
            pass
        assert "relative" in remote.sftp.listdir()
        assert "relative" in [entry.name for entry in remote.sftp.scandir()]
        assert next(remote.sftp.scandir()).path.startswith("./")
        remote.sftp.unlink("relative")


def bad_paths() -> list[tuple[object, type[Exception]]]:
    return [
        ("nul\0", ValueError),
        (b"nul\0", ValueError),
        (None, TypeError),
        (3, TypeError),
        (bytearray(b"x"), TypeError),
        (["x"], TypeError),
        ("\udfff", ValueError),
    ]


@pytest.mark.parametrize(("bad", "error"), bad_paths(), ids=lambda value: repr(value)[:12])
def test_what_is_no_path(remote: Remote, bad: object, error: type[Exception]) -> None:
    sftp, good = remote.sftp, remote.make("good")
    calls: list[Callable[..., object]] = [
        sftp.open,
        sftp.opendir,
        sftp.listdir,
        sftp.scandir,
        sftp.stat,
        sftp.lstat,
        sftp.exists,
        sftp.realpath,
        sftp.mkdir,
        sftp.rmdir,
        sftp.unlink,
        sftp.remove,
        sftp.readlink,
        sftp.statvfs,
        sftp.expand_path,
        lambda path: sftp.chmod(path, 0o600),
        lambda path: sftp.chown(path, 0, 0),
        sftp.utime,
        sftp.setstat,
        lambda path: sftp.truncate(path, 0),
    ]
    pairs: list[Callable[..., object]] = [
        sftp.rename,
        sftp.posix_rename,
        sftp.replace,
        sftp.symlink,
        sftp.link,
        sftp.copy,
    ]
    for call in calls:
        with pytest.raises(error):
            call(bad)
    for call in pairs:
        with pytest.raises(error):
            call(bad, good)
        with pytest.raises(error):
            call(good, bad)
    assert sftp.listdir(remote.folder) == ["good"]


# directories --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sftp_server", "count"),
    [("sftp-server", 50_000), ("internal-sftp", 1000), ("dropbear", 1000), ("asyncssh", 1000)],
    indirect=["sftp_server"],
)
def test_large_directories(remote: Remote, count: int) -> None:
    names = {f"name-{number:05}" for number in range(count)}
    for name in names:
        os.close(os.open(remote.path(name), os.O_CREAT, 0o644))
    with within(60):
        found = remote.sftp.listdir(remote.folder)
        assert len(found) == count
        assert set(found) == names
        with remote.sftp.scandir(remote.folder) as scan:
            assert sum(entry.is_file() for entry in scan) == count


@every_sftp_server
def test_scandir(remote: Remote) -> None:
    sftp = remote.sftp
    remote.make("file", b"12345")
    (remote.folder / "folder").mkdir()
    (remote.folder / "to_file").symlink_to("file")
    (remote.folder / "to_folder").symlink_to("folder")
    (remote.folder / "to_nothing").symlink_to("nothing")
    entries = {entry.name: entry for entry in sftp.scandir(remote.folder)}
    assert set(entries) == {"file", "folder", "to_file", "to_folder", "to_nothing"}
    facts = {
        name: (entry.is_file(), entry.is_dir(), entry.is_symlink())
        for name, entry in entries.items()
    }
    assert facts == {
        "file": (True, False, False),
        "folder": (False, True, False),
        "to_file": (True, False, True),
        "to_folder": (False, True, True),
        "to_nothing": (False, False, True),
    }
    assert entries["to_file"].stat().st_size == 5
    assert stat.S_ISLNK(entries["to_file"].stat(follow_symlinks=False).st_mode or 0)
    assert not entries["to_file"].is_file(follow_symlinks=False)
    assert not entries["to_folder"].is_dir(follow_symlinks=False)
    with pytest.raises(FileNotFoundError) as caught:
        entries["to_nothing"].stat()
    assert caught.value.filename == remote.path("to_nothing")
    assert repr(entries["file"]) == "<_ssh.SFTPDirEntry 'file'>"
    with sftp.open(entries["file"]) as file:
        assert file.read() == b"12345"


def test_scans_that_end_early(remote: Remote) -> None:
    for number in range(300):
        remote.make(f"name-{number}")
    with remote.sftp.scandir(remote.folder) as scan:
        next(scan)
    assert list(scan) == []
    scan.close()
    scan = remote.sftp.scandir(remote.folder)
    assert len(list(scan)) == 300
    assert list(scan) == []
    directory = remote.sftp.opendir(remote.folder)
    assert not directory.closed
    directory.close()
    directory.close()
    assert directory.closed
    with pytest.raises(ValueError, match="closed directory"):
        directory.read()
    with remote.sftp.opendir(remote.folder) as directory:
        assert len(list(directory)) == 302
        assert directory.read() is None
        assert directory.read() is None


def test_a_directory_that_changes_while_it_is_read(remote: Remote) -> None:
    for number in range(1000):
        remote.make(f"name-{number}")
    with remote.sftp.scandir(remote.folder) as scan:
        first = next(scan).name
        for path in remote.folder.iterdir():
            path.unlink()
        rest = [entry.name for entry in scan]
    assert len({first, *rest}) == 1 + len(rest) <= 1000
