"""What SFTP says about files and what can be set; links, renames, copies."""

import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import _ssh
from remotes import Remote, every_sftp_server, owner_of, remote_on
from servers import Server

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
    uid, gid = owner_of(path)
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
    os.chown(path, *owner_of(remote.path("file")))
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
