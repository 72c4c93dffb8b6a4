"""SFTP: paths, directories, attributes, links, and what the server tells about itself."""

import os
import stat
import time
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

import _ssh
from clients import within
from remotes import Remote, every_sftp_server, remote_on
from servers import OpenSSHServer, Server

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
    assert (size, uid, gid) == (5, *_owner(base + "/d/f"))
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


def _owner(path: str) -> tuple[int, int]:
    found = Path(path).stat()
    return found.st_uid, found.st_gid


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


# attributes ---------------------------------------------------------------------------------------


@every_sftp_server
def test_attributes(remote: Remote) -> None:
    path = remote.make("file", b"12345")
    os.utime(path, (1_000_000_000, 1_500_000_000))
    found = remote.sftp.stat(path)
    local = Path(path).stat()
    assert len(found) == 6
    assert found == (local.st_mode, 5, 1_000_000_000, 1_500_000_000, local.st_uid, local.st_gid)
    by_name = (found.st_mode, found.st_size, found.st_atime, found.st_mtime)
    assert (*by_name, found.st_uid, found.st_gid) == tuple(found)
    assert found.st_mtime_ns == 1_500_000_000 * 10**9
    assert found.st_atime_ns == 1_000_000_000 * 10**9
    assert repr(found) == (
        f"_ssh.SFTPAttributes(st_mode={local.st_mode}, st_size=5, st_atime=1000000000, "
        f"st_mtime=1500000000, st_uid={local.st_uid}, st_gid={local.st_gid})"
    )


def test_attributes_are_a_tuple() -> None:
    made = _ssh.SFTPAttributes((1, 2, 3, 4, 5, 6))
    assert hash(made) == hash((1, 2, 3, 4, 5, 6))
    assert made.st_mode is None
    with pytest.raises(AttributeError):
        made.st_mode = 1  # type: ignore[misc]
    with pytest.raises(TypeError):
        _ssh.SFTPAttributes((1, 2, 3))


@every_sftp_server
def test_setting_attributes(remote: Remote) -> None:
    sftp, path = remote.sftp, remote.path("file")
    with sftp.open(path, "w") as file:
        file.write(b"12345")
    sftp.chmod(path, 0o640)
    assert Path(path).stat().st_mode & 0o7777 == 0o640
    sftp.chmod(path, stat.S_IFREG | 0o604)
    assert Path(path).stat().st_mode & 0o7777 == 0o604
    sftp.utime(path, (1, 4_294_967_295))
    assert (Path(path).stat().st_atime, Path(path).stat().st_mtime) == (1, 4_294_967_295)
    sftp.utime(path, ns=(2_999_999_999, 5_000_000_000))
    assert (Path(path).stat().st_atime, Path(path).stat().st_mtime) == (2, 5)
    sftp.utime(path, (7.9, 8))
    assert (Path(path).stat().st_atime, Path(path).stat().st_mtime) == (7, 8)
    sftp.utime(path)
    assert abs(Path(path).stat().st_mtime - time.time()) < 60
    sftp.truncate(path, 3)
    assert remote.content("file") == b"123"
    sftp.truncate(path, 5)
    assert remote.content("file") == b"123\0\0"
    uid, gid = _owner(path)
    sftp.chown(path, uid, gid)
    sftp.setstat(path, mode=0o600, size=2, uid=uid, gid=gid, atime=11, mtime=12)
    found = Path(path).stat()
    assert (found.st_mode & 0o7777, found.st_size) == (0o600, 2)
    assert (found.st_atime, found.st_mtime) == (11, 12)
    sftp.setstat(path)
    assert Path(path).stat().st_mtime == 12


@pytest.mark.parametrize("sftp_server", ["sftp-server", "internal-sftp", "dropbear"], indirect=True)
def test_attributes_of_a_symlink_itself(remote: Remote) -> None:
    remote.make("file")
    (remote.folder / "link").symlink_to("file")
    path = remote.path("link")
    os.chown(path, *_owner(remote.path("file")))
    target = Path(path).stat()
    with remote.sftp.open(remote.path("mine"), "w") as file:
        owner = file.stat()
    os.chown(path, owner.st_uid or 0, owner.st_gid or 0, follow_symlinks=False)
    remote.sftp.utime(path, (1, 2), follow_symlinks=False)
    assert Path(path).lstat().st_mtime == 2
    assert Path(path).stat().st_mtime == target.st_mtime
    assert remote.sftp.lstat(path).st_mtime == 2
    assert stat.S_ISLNK(remote.sftp.lstat(path).st_mode or 0)
    assert stat.S_ISREG(remote.sftp.stat(path).st_mode or 0)


def test_what_cannot_be_set(remote: Remote) -> None:
    sftp, path = remote.sftp, remote.make("file")
    before = Path(path).stat()
    wrong: list[Callable[[], object]] = [
        lambda: sftp.chmod(path, -1),
        lambda: sftp.chmod(path, 1 << 32),
        lambda: sftp.chown(path, -2, 0),
        lambda: sftp.chown(path, 0, 1 << 32),
        lambda: sftp.utime(path, (-1, 0)),
        lambda: sftp.utime(path, (0, 1 << 32)),
        lambda: sftp.utime(path, (0, float("nan"))),
        lambda: sftp.utime(path, (0, float("inf"))),
        lambda: sftp.utime(path, ns=(-1, 0)),
        lambda: sftp.utime(path, (0, 0), ns=(0, 0)),
        lambda: sftp.truncate(path, -1),
        lambda: sftp.setstat(path, uid=1),
        lambda: sftp.setstat(path, gid=1),
        lambda: sftp.setstat(path, atime=1),
        lambda: sftp.setstat(path, mtime=1),
    ]
    for call in wrong:
        with pytest.raises(ValueError):
            call()
    mistyped: list[Callable[[], object]] = [
        lambda: sftp.chmod(path, "600"),  # type: ignore[arg-type]
        lambda: sftp.chmod(path, 1.5),  # type: ignore[arg-type]
        lambda: sftp.utime(path, 5),  # type: ignore[arg-type]
        lambda: sftp.utime(path, (1, 2, 3)),  # type: ignore[arg-type]
        lambda: sftp.utime(path, ("1", "2")),  # type: ignore[arg-type]
        lambda: sftp.utime(path, ns=(1.5, 2)),  # type: ignore[arg-type]
        lambda: sftp.truncate(path, None),  # type: ignore[arg-type]
    ]
    for call in mistyped:
        with pytest.raises(TypeError):
            call()
    assert Path(path).stat() == before


@every_sftp_server
def test_exists(remote: Remote) -> None:
    remote.make("file")
    (remote.folder / "dangling").symlink_to("nothing")
    assert remote.sftp.exists(remote.path("file"))
    assert remote.sftp.exists(remote.folder)
    assert not remote.sftp.exists(remote.path("nothing"))
    assert not remote.sftp.exists(remote.path("file/below"))
    assert not remote.sftp.exists(remote.path("dangling"))


# names --------------------------------------------------------------------------------------------


@every_sftp_server
def test_renames(remote: Remote) -> None:
    sftp = remote.sftp
    one, two = remote.make("one", b"1"), remote.make("two", b"2")
    with pytest.raises(FileExistsError) as caught:
        sftp.rename(one, two)
    assert (caught.value.filename, caught.value.filename2) == (one, two)
    sftp.posix_rename(one, two)
    assert remote.content("two") == b"1"
    sftp.replace(two, one)
    sftp.rename(one, remote.path("three"))
    assert remote.names() == ["three"]


@every_sftp_server
def test_links(remote: Remote) -> None:
    sftp, path = remote.sftp, remote.path("file")
    with sftp.open(path, "w") as file:  # the server's own: not everyone may link to others' files
        file.write(b"content")
    sftp.symlink("file", remote.path("soft"))
    assert Path(remote.path("soft")).readlink() == Path("file")
    assert sftp.readlink(remote.path("soft")) == "file"
    assert sftp.realpath(remote.path("soft")) == path
    sftp.link(path, remote.path("hard"))
    assert Path(remote.path("hard")).stat().st_nlink == 2
    with pytest.raises(FileExistsError):
        sftp.symlink("file", remote.path("soft"))
    with pytest.raises(FileExistsError):
        sftp.link(path, remote.path("hard"))
    sftp.remove(remote.path("soft"))
    sftp.unlink(remote.path("hard"))
    assert remote.names() == ["file"]


@every_sftp_server
def test_mkdir_takes_its_mode(remote: Remote) -> None:
    remote.sftp.mkdir(remote.path("usual"))
    remote.sftp.mkdir(remote.path("secret"), 0o700)
    assert (remote.folder / "usual").stat().st_mode & 0o777 == 0o755
    assert (remote.folder / "secret").stat().st_mode & 0o777 == 0o700


# copies -------------------------------------------------------------------------------------------


@every_sftp_server
@pytest.mark.parametrize("size", [0, 1, 100_000, (64 << 20) + 1])
def test_copy(remote: Remote, size: int) -> None:
    data = os.urandom(size)
    source = remote.make("source", data)
    Path(source).chmod(0o744)
    remote.sftp.copy(source, remote.path("target"))
    assert remote.content("target") == data
    assert (remote.folder / "target").stat().st_mode & 0o777 == 0o744


@every_sftp_server
def test_copy_over_a_longer_file(remote: Remote) -> None:
    source = remote.make("source", b"short")
    target = remote.make("target", b"something longer")
    remote.sftp.copy(source, target)
    assert remote.content("target") == b"short"


@every_sftp_server
def test_copies_that_are_refused(remote: Remote) -> None:
    sftp, source = remote.sftp, remote.make("source", b"content")
    (remote.folder / "link").symlink_to("source")
    for same in [source, str(remote.folder) + "/./source", remote.path("link")]:
        with pytest.raises(_ssh.SFTPError, match="same file") as caught:
            sftp.copy(source, same)
        assert caught.value.errno == 22
        assert (caught.value.filename, caught.value.filename2) == (source, same)
    with pytest.raises(IsADirectoryError):
        sftp.copy(remote.folder, remote.path("target"))
    with pytest.raises(FileNotFoundError):
        sftp.copy(remote.path("nothing"), remote.path("target"))
    with pytest.raises(FileNotFoundError):
        sftp.copy(source, remote.path("nowhere/target"))
    assert remote.content("source") == b"content"
    assert remote.names() == ["link", "source"]


def test_copy_onto_a_hard_link_loses_nothing(remote: Remote) -> None:
    source = remote.make("source", b"content")
    os.link(source, remote.path("same"))
    remote.sftp.copy(source, remote.path("same"))
    assert remote.content("source") == b"content"


# the server ---------------------------------------------------------------------------------------


@every_sftp_server
def test_what_the_server_tells(remote: Remote) -> None:
    sftp = remote.sftp
    assert sftp.version == 3
    assert sftp.extensions["posix-rename@openssh.com"] == b"1"
    assert set(sftp.limits) == {"max_packet", "max_read", "max_write", "max_handles"}
    assert not sftp.closed
    found, local = sftp.statvfs(remote.folder), os.statvfs(remote.folder)
    assert isinstance(found, os.statvfs_result)
    assert (found.f_bsize, found.f_frsize) == (local.f_bsize, local.f_frsize)
    assert (found.f_blocks, found.f_namemax) == (local.f_blocks, local.f_namemax)


def test_what_openssh_tells(remote: Remote) -> None:
    sftp = remote.sftp
    home = remote.session.exec("echo ~").decode().strip()
    assert sftp.home_directory() == home
    assert sftp.home_directory(remote.server.user) == home
    assert sftp.expand_path("~/x") == home + "/x"
    assert sftp.expand_path(b"~root") == b"/root"
    assert sftp.names_by_id([0, 4_000_000_000], [0]) == (["root", ""], ["root"])
    assert sftp.names_by_id() == ([], [])
    assert sftp.limits["max_read"] > 0
    with pytest.raises(ValueError, match="uids"):
        sftp.names_by_id([-1])


@pytest.mark.parametrize("name", ["expand_path", "home_directory"])
def test_what_a_server_does_not_offer(asyncssh_server: Server, name: str) -> None:
    with remote_on(asyncssh_server) as remote, pytest.raises(_ssh.SFTPError) as caught:
        getattr(remote.sftp, name)("x")
    assert caught.value.errno == 95
    assert caught.value.code == 8
    assert "does not offer" in str(caught.value)


def test_several_clients_on_one_session(remote: Remote) -> None:
    path = remote.path("file")
    with remote.session.sftp() as other, other.open(path, "w") as file:
        file.write(b"x")
        file.flush()
        with remote.sftp.open(path) as reader:
            assert reader.read() == b"x"
    assert other.closed
    assert not remote.sftp.closed
    with remote.session.open_sftp() as third:
        assert third.stat(path).st_size == 1
    assert repr(third) == "<_ssh.SFTP closed>"
