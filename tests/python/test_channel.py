"""`Channel`: starting, bytes both ways, file objects, requests, endings, direct-tcpip."""

import io
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

import _ssh
from clients import MIB, echo, login, within
from servers import OpenSSHServer
from servers.base import free_port


@pytest.fixture(scope="module")
def session(openssh: OpenSSHServer) -> Iterator[_ssh.Session]:
    with login(openssh) as session:
        yield session


def read_all(channel: _ssh.Channel) -> bytes:
    return b"".join(iter(lambda: channel.recv(65536), b""))


# ---- bytes


def test_recv_send_and_end_of_file(session: _ssh.Session) -> None:
    with session.open_session() as channel:
        channel.exec("cat; echo err >&2; exit 4")
        assert channel.exit_status is None
        assert not channel.eof_received
        channel.sendall(b"one")
        assert channel.recv(100) == b"one"
        assert 1 <= channel.send(b"two") <= 3
        assert channel.recv(2) == b"tw"
        assert channel.recv(2) == b"o"
        channel.shutdown_write()
        assert channel.recv(100) == b""
        assert channel.recv_stderr(100) == b"err\n"
        assert channel.recv_stderr(100) == b""
        assert channel.eof_received
        assert channel.wait() == 4
        assert channel.exit_status == 4
        assert channel.exit_signal is None
    assert channel.closed


def test_recv_into(session: _ssh.Session) -> None:
    with session.open_session() as channel:
        channel.exec("printf 12345678")
        buffer = bytearray(b".........")
        assert channel.recv_into(buffer, 3) == 3
        assert buffer == b"123......"
        assert channel.recv_into(memoryview(buffer)[4:]) == 5
        assert buffer == b"123.45678"
        assert channel.recv_into(buffer) == 0


def test_streams_are_files(session: _ssh.Session) -> None:
    with session.open_session() as channel:
        channel.exec("cat; echo err >&2")
        assert isinstance(channel.stdout, io.BufferedReader)
        with channel.stdin as stdin:
            assert stdin.writable()
            assert stdin.write(b"first\nsecond\n") == 13
            stdin.writelines([b"third\n", b"fourth"])
            stdin.flush()
        assert stdin.closed
        assert channel.stdout.readline() == b"first\n"
        assert list(channel.stdout) == [b"second\n", b"third\n", b"fourth"]
        assert channel.stderr.read() == b"err\n"
        assert channel.wait() == 0


def test_stdin_after_close_is_a_value_error(session: _ssh.Session) -> None:
    with session.open_session() as channel:
        channel.exec("cat")
        channel.stdin.close()
        channel.stdin.close()
        with pytest.raises(ValueError, match="closed"):
            channel.stdin.write(b"late")


def test_text_over_a_channel(session: _ssh.Session) -> None:
    with session.open_session() as channel:
        channel.exec("echo größe")
        assert io.TextIOWrapper(channel.stdout, encoding="utf-8").read() == "größe\n"


def test_output_waits_for_its_reader(session: _ssh.Session) -> None:
    """A channel that nobody reads keeps what came and holds up no other."""
    with session.open_session() as slow:
        slow.exec(f"head -c {30 * MIB} /dev/zero")
        for _ in range(5):
            echo(session)
        assert sum(map(len, iter(lambda: slow.recv(MIB), b""))) == 30 * MIB


def test_wait_drops_what_nobody_reads(session: _ssh.Session) -> None:
    with session.open_session() as channel:
        channel.exec(f"head -c {30 * MIB} /dev/zero; exit 6")
        assert channel.wait() == 6


def test_many_channels_at_once(session: _ssh.Session) -> None:
    channels = [session.open_session() for _ in range(60)]
    assert len({channel.id for channel in channels}) == 60
    for channel in channels:
        channel.exec("cat")
    for number, channel in enumerate(reversed(channels)):
        channel.sendall(b"%d" % number)
        channel.shutdown_write()
    for number, channel in enumerate(reversed(channels)):
        assert read_all(channel) == b"%d" % number
        channel.close()


# ---- requests


def test_shell(session: _ssh.Session) -> None:
    with session.open_session() as channel:
        channel.shell()
        channel.sendall(b"echo from the shell; exit 8\n")
        assert b"from the shell" in read_all(channel)
        assert channel.wait() == 8


def test_subsystem(session: _ssh.Session) -> None:
    with session.open_session() as channel:
        channel.subsystem("sftp")
        channel.sendall(struct.pack(">IBI", 5, 1, 3))  # SSH_FXP_INIT, version 3
        length, kind, version = struct.unpack(">IBI", channel.stdout.read(9))
        assert (kind, version) == (2, 3)
        assert length >= 5


@pytest.mark.usefixtures("terminals")
def test_pty_and_its_size(session: _ssh.Session) -> None:
    with session.open_session() as channel:
        channel.pty("xterm-256color", 100, 40, modes={53: 0})  # 53: ECHO off
        channel.exec("echo $TERM; stty size; read line; stty size; stty -a | grep -c -e -echo")
        lines = channel.stdout
        assert lines.readline().rstrip() == b"xterm-256color"
        assert lines.readline().rstrip() == b"40 100"
        channel.window_change(132, 50)
        channel.sendall(b"go on\n")
        assert lines.readline().rstrip() == b"50 132"
        assert lines.readline().rstrip() == b"1"


def test_env(session: _ssh.Session) -> None:
    with session.open_session() as channel:
        channel.env("HAWSER_NAME", "value")
        channel.exec("echo $HAWSER_NAME")
        assert read_all(channel) == b"value\n"


def test_signal_ends_the_command(session: _ssh.Session) -> None:
    with session.open_session() as channel:
        channel.exec("echo ready; exec sleep 30")
        assert channel.recv(100) == b"ready\n"
        with within(5):
            channel.signal("TERM")
            assert channel.wait() is None
        assert channel.exit_signal == "TERM"
        assert channel.exit_status is None


def test_refused_subsystem(session: _ssh.Session) -> None:
    with session.open_session() as channel, pytest.raises(_ssh.ChannelError) as refused:
        channel.subsystem("no-such-subsystem")
    assert refused.value.code is None
    echo(session)


@pytest.mark.usefixtures("terminals")
def test_names_of_paramiko(session: _ssh.Session) -> None:
    with session.open_session() as channel:
        channel.get_pty("vt100", 70, 20)
        channel.set_environment_variable("HAWSER_NAME", "value")
        channel.exec_command("stty size; echo $HAWSER_NAME; read line; stty size; exit 2")
        assert channel.stdout.readline().rstrip() == b"20 70"
        assert channel.stdout.readline().rstrip() == b"value"
        assert not channel.exit_status_ready()
        channel.resize_pty(60, 10)
        channel.sendall(b"\n")
        assert b"10 60" in channel.stdout.read()
        assert channel.recv_exit_status() == 2
        assert channel.exit_status_ready()
    with session.open_session() as channel:
        channel.invoke_shell()
        channel.sendall(b"exit 3\n")
        assert channel.recv_exit_status() == 3
    with session.open_session() as channel:
        channel.invoke_subsystem("sftp")


# ---- waiting and ending


def test_timeout_of_a_channel(session: _ssh.Session) -> None:
    with session.open_session() as channel:
        assert channel.timeout is None
        channel.exec("sleep 0.6; echo late")
        channel.settimeout(0.1)
        assert channel.gettimeout() == channel.timeout == pytest.approx(0.1)
        with within(0.5), pytest.raises(_ssh.Timeout):
            channel.recv(10)
        channel.timeout = None
        assert channel.recv(10) == b"late\n"


def test_wait_with_a_timeout(session: _ssh.Session) -> None:
    with session.open_session() as channel:
        channel.exec("sleep 0.6; exit 9")
        with within(0.5), pytest.raises(_ssh.Timeout):
            channel.wait(0.1)
        assert channel.wait(10) == 9


def test_close_twice_and_use_after_close(session: _ssh.Session) -> None:
    channel = session.open_session()
    channel.exec("sleep 30")
    channel.close()
    channel.close()
    assert channel.closed
    for use in (lambda: channel.recv(1), lambda: channel.sendall(b"x"), lambda: channel.exec("id")):
        with pytest.raises((_ssh.Error, ValueError)):
            use()
    echo(session)


def test_writing_to_a_command_that_ended(session: _ssh.Session) -> None:
    with session.open_session() as channel:
        channel.exec("exit 0")
        channel.wait()
        with pytest.raises(OSError):
            channel.sendall(b"nobody reads this")
    echo(session)


# ---- direct-tcpip


@pytest.fixture
def echo_service() -> Iterator[tuple[str, int]]:
    """Gives back what it gets, then closes."""

    def serve(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while data := connection.recv(65536):
                connection.sendall(data)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        yield listener.getsockname()


def test_direct_tcpip(session: _ssh.Session, echo_service: tuple[str, int]) -> None:
    with session.open_direct_tcpip(*echo_service) as channel:
        channel.sendall(b"through the tunnel")
        assert channel.recv(100) == b"through the tunnel"
        channel.shutdown_write()
        assert channel.recv(100) == b""


def test_direct_tcpip_refused(session: _ssh.Session) -> None:
    with pytest.raises(_ssh.ChannelError) as refused:
        session.open_direct_tcpip("127.0.0.1", free_port())
    assert refused.value.code == 2  # SSH_OPEN_CONNECT_FAILED
    echo(session)


def test_session_over_a_channel_of_a_session(session: _ssh.Session, openssh: OpenSSHServer) -> None:
    channel = session.open_direct_tcpip(*openssh.address)
    with _ssh.Session(channel) as nested:
        nested.userauth_publickey(openssh.user, openssh.keys["ed25519"].private)
        assert len(nested.exec(f"head -c {5 * MIB} /dev/zero")) == 5 * MIB
        inner = nested.open_direct_tcpip(*openssh.address)
        with _ssh.Session(inner) as third:
            third.userauth_publickey(openssh.user, openssh.keys["rsa"].private)
            echo(third)
        echo(nested)
    echo(session)
