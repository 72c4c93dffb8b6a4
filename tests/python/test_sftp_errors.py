"""SFTP: what goes wrong is of the class that the contract names; the rest goes on."""

import errno
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

import _ssh
from clients import MIB, Background, connect, echo, login, within
from remotes import Remote, every_sftp_server, paused, remote_on, sftp_processes
from servers import TINY_DISK, OpenSSHServer, ParamikoServer, Server, is_root
from servers.base import signal_all

# refusals -----------------------------------------------------------------------------------------

Call = Callable[[_ssh.SFTP, str], object]

MISSING: list[Call] = [
    lambda sftp, base: sftp.open(base + "/nothing"),
    lambda sftp, base: sftp.open(base + "/nothing", "r+"),
    lambda sftp, base: sftp.open(base + "/nowhere/new", "w"),
    lambda sftp, base: sftp.opendir(base + "/nothing").read(),
    lambda sftp, base: sftp.listdir(base + "/nothing"),
    lambda sftp, base: list(sftp.scandir(base + "/nothing")),
    lambda sftp, base: sftp.stat(base + "/nothing"),
    lambda sftp, base: sftp.lstat(base + "/nothing"),
    lambda sftp, base: sftp.stat(base + "/dangling"),
    lambda sftp, base: sftp.opendir(base + "/dangling").read(),
    lambda sftp, base: sftp.mkdir(base + "/nowhere/new"),
    lambda sftp, base: sftp.rmdir(base + "/nothing"),
    lambda sftp, base: sftp.unlink(base + "/nothing"),
    lambda sftp, base: sftp.rename(base + "/nothing", base + "/new"),
    lambda sftp, base: sftp.posix_rename(base + "/nothing", base + "/new"),
    lambda sftp, base: sftp.link(base + "/nothing", base + "/new"),
    lambda sftp, base: sftp.readlink(base + "/nothing"),
    lambda sftp, base: sftp.chmod(base + "/nothing", 0o600),
    lambda sftp, base: sftp.utime(base + "/nothing"),
    lambda sftp, base: sftp.truncate(base + "/nothing", 0),
    lambda sftp, base: sftp.statvfs(base + "/nothing"),
    lambda sftp, base: sftp.copy(base + "/nothing", base + "/new"),
]


def furnish(remote: Remote) -> str:
    remote.make("file", b"content")
    (remote.folder / "folder").mkdir(mode=0o777)
    (remote.folder / "folder").chmod(0o777)
    (remote.folder / "folder" / "inside").touch()
    (remote.folder / "dangling").symlink_to("nothing")
    return str(remote.folder)


@every_sftp_server
def test_what_is_not_there(remote: Remote) -> None:
    base = furnish(remote)
    for call in MISSING:
        with pytest.raises(FileNotFoundError) as caught:
            call(remote.sftp, base)
        error = caught.value
        assert isinstance(error, _ssh.SFTPError)
        assert (error.errno, error.code) == (errno.ENOENT, 2)
        assert str(error.filename).startswith(base)
        assert str(error).startswith("[Errno 2] no such file or directory")
        assert repr(error.filename) in str(error)
    assert remote.names() == ["dangling", "file", "folder"]


OTHERS: dict[str, tuple[Call, type[OSError], int]] = {
    "mkdir over a file": (lambda s, b: s.mkdir(b + "/file"), FileExistsError, errno.EEXIST),
    "mkdir over a folder": (lambda s, b: s.mkdir(b + "/folder"), FileExistsError, errno.EEXIST),
    "open x": (lambda s, b: s.open(b + "/file", "x"), FileExistsError, errno.EEXIST),
    "open x link": (lambda s, b: s.open(b + "/dangling", "x"), FileExistsError, errno.EEXIST),
    "symlink": (lambda s, b: s.symlink("x", b + "/file"), FileExistsError, errno.EEXIST),
    "rename": (lambda s, b: s.rename(b + "/file", b + "/folder"), FileExistsError, errno.EEXIST),
    "opendir": (lambda s, b: s.opendir(b + "/file").read(), NotADirectoryError, errno.ENOTDIR),
    "listdir": (lambda s, b: s.listdir(b + "/file"), NotADirectoryError, errno.ENOTDIR),
    "rmdir": (lambda s, b: s.rmdir(b + "/file"), NotADirectoryError, errno.ENOTDIR),
    "write folder": (lambda s, b: s.open(b + "/folder", "w"), IsADirectoryError, errno.EISDIR),
    "append folder": (lambda s, b: s.open(b + "/folder", "a"), IsADirectoryError, errno.EISDIR),
    "read folder": (lambda s, b: s.open(b + "/folder").read(), IsADirectoryError, errno.EISDIR),
    "lines of folder": (lambda s, b: list(s.open(b + "/folder")), IsADirectoryError, errno.EISDIR),
    "unlink folder": (lambda s, b: s.unlink(b + "/folder"), IsADirectoryError, errno.EISDIR),
    "rmdir full": (lambda s, b: s.rmdir(b + "/folder"), _ssh.SFTPError, errno.ENOTEMPTY),
}


@every_sftp_server
@pytest.mark.parametrize("case", OTHERS)
def test_what_is_something_else(remote: Remote, case: str) -> None:
    call, kind, number = OTHERS[case]
    base = furnish(remote)
    with pytest.raises(kind) as caught:
        call(remote.sftp, base)
    error = caught.value
    assert isinstance(error, _ssh.SFTPError)
    assert error.errno == number
    assert error.code is not None
    assert base in f"{error.filename} {error.filename2}"
    assert str(error).startswith(f"[Errno {number}] ")
    assert remote.names() == ["dangling", "file", "folder"]
    assert remote.content("file") == b"content"


@pytest.mark.skipif(not is_root(), reason="the server's account is our own then")
@pytest.mark.parametrize("sftp_server", ["sftp-server", "internal-sftp", "dropbear"], indirect=True)
def test_what_is_not_allowed(remote: Remote) -> None:
    private = remote.folder / "private"
    private.mkdir(mode=0o700)
    (private / "file").write_bytes(b"x")
    (remote.folder / "read-only").touch(mode=0o644)
    calls: list[Call] = [
        lambda sftp, base: sftp.open(base + "/private/file"),
        lambda sftp, base: sftp.listdir(base + "/private"),
        lambda sftp, base: sftp.stat(base + "/private/file"),
        lambda sftp, base: sftp.open(base + "/read-only", "w"),
        lambda sftp, base: sftp.chmod(base + "/read-only", 0o666),
        lambda sftp, base: sftp.unlink("/etc/hostname"),
        lambda sftp, base: sftp.mkdir("/etc/new"),
        lambda sftp, base: sftp.exists(base + "/private/file"),
    ]
    for call in calls:
        with pytest.raises(PermissionError) as caught:
            call(remote.sftp, str(remote.folder))
        assert isinstance(caught.value, _ssh.SFTPError)
        assert (caught.value.errno, caught.value.code) == (errno.EACCES, 3)


@every_sftp_server
def test_names_that_are_too_long(remote: Remote) -> None:
    long = remote.path("x" * 256)
    with pytest.raises(_ssh.SFTPError) as caught:
        remote.sftp.open(long, "w")
    assert caught.value.filename == long
    longer = "x/" * 20_000  # not sent: no server has to take such packets
    with pytest.raises(_ssh.SFTPError, match="too long") as caught:
        remote.sftp.mkdir(longer)
    assert (caught.value.errno, caught.value.filename) == (errno.ENAMETOOLONG, longer)
    with pytest.raises(_ssh.SFTPError, match="too long"):
        remote.sftp.rename(longer[:20_000], longer[:20_000])
    remote.sftp.mkdir(remote.path("x" * 255))


def test_filenames_are_as_they_were_given(remote: Remote) -> None:
    path = remote.path("nothing")
    spellings: list[str | bytes] = [path, os.fsencode(path)]
    for given in spellings:
        with pytest.raises(FileNotFoundError) as caught:
            remote.sftp.stat(given)
        assert caught.value.filename == given
        with pytest.raises(FileNotFoundError) as caught:
            remote.sftp.rename(given, given)
        assert (caught.value.filename, caught.value.filename2) == (given, given)
    with pytest.raises(FileNotFoundError) as caught:
        remote.sftp.stat(Path(path))
    assert caught.value.filename == path
    assert str(caught.value) == f"[Errno 2] no such file or directory: {path!r}"
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (type(copy), str(copy), copy.code) == (type(caught.value), str(caught.value), 2)


def test_a_refusal_without_a_reason() -> None:
    error = _ssh.SFTPError(None, "no reason", "file")
    assert str(error) == "no reason: 'file'"
    assert str(_ssh.SFTPError(None, "no reason", "a", None, "b")) == "no reason: 'a' -> 'b'"
    assert str(_ssh.SFTPError(None, "no reason")) == "no reason"
    assert str(_ssh.SFTPError(28, "full", "file")) == "[Errno 28] full: 'file'"
    assert str(_ssh.SFTPError("text")) == "text"


# the server's end ---------------------------------------------------------------------------------


@pytest.mark.skipif(not is_root(), reason="a small file system takes root")
@pytest.mark.parametrize("sftp_server", ["sftp-server", "internal-sftp", "dropbear"], indirect=True)
@pytest.mark.parametrize("piece", [100, 5000, 4 * MIB])
def test_a_full_disk(remote: Remote, piece: int) -> None:
    path = TINY_DISK + "/file"
    file = remote.sftp.open(path, "w")

    def write_all() -> None:
        for _ in range(4 * MIB // piece):
            file.write(b"x" * piece)
        file.close()

    with pytest.raises(_ssh.SFTPError) as caught:
        write_all()
    assert caught.value.code == 4
    assert caught.value.filename == path
    with suppress(_ssh.SFTPError):  # told once, or once more for what was in flight
        file.close()
    assert file.closed
    remote.sftp.unlink(path)
    with remote.sftp.open(path, "w") as small:
        small.write(b"fits")
    remote.sftp.unlink(path)


def test_killed_in_the_middle(openssh: OpenSSHServer) -> None:
    with remote_on(openssh) as remote, login(openssh) as _:
        path = remote.path("file")
        writer = remote.sftp.open(path, "w")
        reader = remote.sftp.open(remote.make("large", b"x" * (8 * MIB)))
        idle = remote.sftp.open(remote.make("idle"), "r+")

        def write() -> None:
            while True:
                writer.write(b"x" * MIB)
                writer.seek(0)

        def read() -> None:
            while True:
                reader.read(MIB)
                reader.seek(0)

        working = [Background(write), Background(read)]
        time.sleep(0.3)
        assert all(each.running for each in working)
        with within(5):
            signal_all(sftp_processes(remote), signal.SIGKILL)
            for each in working:
                with pytest.raises(_ssh.ConnectionLost):
                    each.result(5)
        with pytest.raises(_ssh.ConnectionLost, match="ended before"):
            idle.read()
        with pytest.raises(_ssh.ConnectionLost):
            remote.sftp.stat(path)
        assert remote.sftp.closed
        echo(remote.session)
        with pytest.raises(_ssh.ConnectionLost):
            writer.close()
        reader.close()
        with remote.session.sftp() as other:
            assert other.exists(path)
        with suppress(_ssh.ConnectionLost):
            idle.close()


def test_a_lost_connection(openssh: OpenSSHServer) -> None:
    with remote_on(openssh) as remote:
        writer = remote.sftp.open(remote.path("file"), "w")
        writer.write(b"x")
        directory = remote.sftp.opendir()
        remote.session.abort()
        calls: list[Callable[[], object]] = [
            writer.flush,
            directory.read,
            remote.sftp.listdir,
            writer.close,
        ]
        for call in calls:
            with pytest.raises(_ssh.ConnectionLost):
                call()
        assert writer.closed
        assert remote.sftp.closed


def test_after_the_session_was_closed(openssh: OpenSSHServer) -> None:
    session = login(openssh)
    sftp = session.sftp()
    session.close()
    calls: list[Callable[[], object]] = [session.sftp, sftp.listdir, lambda: sftp.open("x", "w")]
    for call in calls:
        with pytest.raises(_ssh.Error) as caught:
            call()
        assert caught.value.errno == errno.EBADF
    sftp.close()


def test_before_login(openssh: OpenSSHServer) -> None:
    with connect(openssh) as session:
        with pytest.raises(_ssh.Error) as caught:
            session.sftp()
        assert caught.value.errno == errno.EINVAL


# no SFTP at the other end -------------------------------------------------------------------------


def test_a_server_without_sftp(paramiko_server: ParamikoServer) -> None:
    with login(paramiko_server) as session:
        with pytest.raises(_ssh.ChannelError, match="subsystem sftp"):
            session.sftp()
        echo(session)


def test_a_subsystem_that_is_missing(sshd_with: Callable[..., OpenSSHServer]) -> None:
    with login(sshd_with("Subsystem sftp /does/not/exist")) as session:
        with pytest.raises(_ssh.Error, match=r"sftp|SFTP"):
            session.sftp()
        echo(session)


def test_a_shell_that_greets(sshd_with: Callable[..., OpenSSHServer]) -> None:
    server = sshd_with("Subsystem sftp printf 'Welcome, \\\\033[1mstranger'; sleep 1")
    with login(server) as session:
        with pytest.raises(_ssh.ProtocolError, match="Welcome") as caught:
            session.sftp()
        assert "\x1b" not in str(caught.value)
        echo(session)


# deadlines and Ctrl-C -----------------------------------------------------------------------------


def test_a_server_that_does_not_answer(remote: Remote) -> None:
    with remote.sftp.open(remote.make("file", b"content"), "r+") as file:
        remote.session.timeout = 0.3
        with paused(remote):
            calls: list[Callable[[], object]] = [
                file.read,
                file.stat,
                lambda: remote.sftp.stat(remote.folder),
                lambda: remote.sftp.listdir(remote.folder),
            ]
            for call in calls:
                with within(2), pytest.raises(_ssh.Timeout) as caught:
                    call()
                assert caught.value.phase.startswith("SFTP")
            echo(remote.session)
        remote.session.timeout = 10
        assert file.read() == b"content"
        assert remote.sftp.stat(remote.path("file")).st_size == 7


@pytest.mark.parametrize("what", ["read", "readline", "write", "flush", "stat", "listdir"])
def test_ctrl_c(remote: Remote, what: str) -> None:
    data = b"line\n" * 100_000
    with remote.sftp.open(remote.make("file", data), "r+") as file:

        def write_and_flush() -> None:
            file.write(b"LINE")
            file.flush()

        calls: dict[str, Callable[[], object]] = {
            "read": file.read,
            "readline": file.readline,
            "write": lambda: file.write(bytes(64 * MIB)),
            "flush": write_and_flush,
            "stat": lambda: remote.sftp.stat(remote.folder),
            "listdir": lambda: remote.sftp.listdir(remote.folder),
        }
        with paused(remote):
            threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGINT]).start()
            with within(2), pytest.raises(KeyboardInterrupt):
                calls[what]()
        echo(remote.session)
        file.seek(5)
        if what != "write":
            assert file.read(5) == b"line\n"
        assert (file.stat().st_size or 0) >= len(data)


# re-keying ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sftp_server", ["sftp-server", "asyncssh"], indirect=True)
def test_64_mib_while_keys_are_exchanged(sftp_server: Server) -> None:
    data = os.urandom(MIB) * 64
    with remote_on(sftp_server, rekey_bytes=MIB) as remote:
        with remote.sftp.open(remote.path("file"), "w") as file:
            for start in range(0, len(data), 300_000):
                file.write(data[start : start + 300_000])
        assert remote.content("file") == data
        assert remote.session.rekey_count >= 20
        with remote.sftp.open(remote.path("file")) as file:
            assert b"".join(iter(lambda: file.read(300_000), b"")) == data
        assert remote.session.rekey_count >= 40


def test_64_mib_while_the_server_exchanges_keys(sshd_with: Callable[..., OpenSSHServer]) -> None:
    data = os.urandom(MIB) * 64
    with remote_on(sshd_with("RekeyLimit 1M")) as remote:
        with remote.sftp.open(remote.path("file"), "w+") as file:
            file.write(data)
            file.seek(0)
            assert file.read() == data
        assert remote.session.rekey_count >= 40
