"""`run` and `exec`: stdout, stderr, status and signal, input of every kind, no deadlock."""

import array
import io
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

import _ssh
from clients import MIB, echo, login
from servers import OpenSSHServer, ParamikoServer
from servers.paramiko_server import _Login as paramiko_login


@pytest.fixture(scope="module")
def session(openssh: OpenSSHServer) -> Iterator[_ssh.Session]:
    with login(openssh) as session:
        yield session


@pytest.mark.parametrize(
    ("command", "stdout", "stderr", "status"),
    [
        ("true", b"", b"", 0),
        ("echo out", b"out\n", b"", 0),
        ("echo err >&2", b"", b"err\n", 0),
        ("echo out; echo err >&2; exit 42", b"out\n", b"err\n", 42),
        ("exit 255", b"", b"", 255),
        (b"printf '\\377\\000'", b"\xff\0", b"", 0),
        ("echo größe", "größe\n".encode(), b"", 0),
    ],
)
def test_result(
    session: _ssh.Session, command: str | bytes, stdout: bytes, stderr: bytes, status: int
) -> None:
    result = session.run(command)
    assert (result.stdout, result.stderr) == (stdout, stderr)
    assert result.exit_status == result.returncode == status
    assert result.exit_signal is None


def test_unknown_command(session: _ssh.Session) -> None:
    result = session.run("no-such-command-here")
    assert result.exit_status == 127
    assert b"no-such-command-here" in result.stderr


@pytest.mark.parametrize(("signal", "number"), [("KILL", 9), ("TERM", 15)])
def test_ended_by_a_signal(session: _ssh.Session, signal: str, number: int) -> None:
    result = session.run(f"echo before; kill -{signal} $$")
    assert result.stdout == b"before\n"
    assert result.exit_status is None
    assert result.exit_signal == signal
    assert result.returncode == -number


def test_exec_drops_stderr_and_status(session: _ssh.Session) -> None:
    assert session.exec("echo out; echo err >&2; exit 9") == b"out\n"


def test_stdout_and_stderr_together_do_not_deadlock(session: _ssh.Session) -> None:
    half = 10 * MIB
    result = session.run(f"head -c {half} /dev/zero >&2; head -c {half} /dev/zero; echo x >&2")
    assert len(result.stdout) == half
    assert len(result.stderr) == half + 2
    assert len(session.exec(f"head -c {half} /dev/zero >&2; echo done")) == 5


def test_input_and_output_together_do_not_deadlock(session: _ssh.Session) -> None:
    data = bytes(range(256)) * (20 * MIB // 256)
    result = session.run("tee /dev/stderr", input=data)
    assert result.stdout == data
    assert result.stderr == data


@pytest.mark.parametrize(
    "data",
    [b"bytes", bytearray(b"bytes"), memoryview(b"bytes"), array.array("B", b"bytes"), b""],
    ids=lambda data: type(data).__name__,
)
def test_input_of_the_buffer_protocol(session: _ssh.Session, data: bytes) -> None:
    assert session.run("cat", input=data).stdout == bytes(data)


def test_input_from_a_file(session: _ssh.Session, tmp_path: Path) -> None:
    data = bytes(range(256)) * (5 * MIB // 256)
    path = tmp_path / "input"
    path.write_bytes(data)
    with path.open("rb") as file:
        assert session.run("cat", input=file).stdout == data
    with path.open("rb", buffering=0) as file:
        assert session.run("wc -c", input=file).stdout.split() == [str(len(data)).encode()]
    assert session.run("cat", input=io.BytesIO(data)).stdout == data


def test_an_error_of_the_input_comes_through(session: _ssh.Session) -> None:
    class Broken(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def read(self, size: int = -1, /) -> bytes:
            raise RuntimeError("the disk is gone")

        def readinto(self, buffer: object, /) -> int:
            raise RuntimeError("the disk is gone")

    with pytest.raises(RuntimeError, match="the disk is gone"):
        session.run("cat", input=Broken())
    echo(session)


def test_input_that_the_command_does_not_read(session: _ssh.Session) -> None:
    assert session.run("exit 5", input=bytes(8 * MIB)).exit_status == 5
    echo(session)


def test_without_input_the_command_reads_end_of_file(session: _ssh.Session) -> None:
    assert session.run("cat; echo end").stdout == b"end\n"
    assert session.exec("cat; echo end") == b"end\n"


def test_env(session: _ssh.Session) -> None:
    result = session.run("echo $HAWSER_ONE $HAWSER_TWO", env={"HAWSER_ONE": "1", "HAWSER_TWO": "ö"})
    assert result.stdout == "1 ö\n".encode()


@pytest.mark.usefixtures("terminals")
def test_pty(session: _ssh.Session) -> None:
    assert session.run("tty").stdout == b"not a tty\n"
    result = session.run("tty; stty size; echo $TERM", pty=True, term="vt220", width=91, height=17)
    where, size, term = result.stdout.splitlines()
    assert where.startswith(b"/dev/pts/")
    assert size == b"17 91"
    assert term == b"vt220"


def test_timeout_shows_what_came_and_leaves_the_session(session: _ssh.Session) -> None:
    with pytest.raises(_ssh.Timeout) as late:
        session.run("echo out; echo err >&2; sleep 30", timeout=0.5)
    assert isinstance(late.value, TimeoutError)
    assert late.value.phase == "command"
    assert late.value.stdout == b"out\n"
    assert late.value.stderr == b"err\n"
    echo(session)


def test_background_process_that_holds_the_streams(session: _ssh.Session) -> None:
    result = session.run("sleep 0.6 & echo started")
    assert result.stdout == b"started\n"


def test_many_commands_one_after_the_other(session: _ssh.Session) -> None:
    for number in range(50):
        assert session.exec(f"echo {number}") == b"%d\n" % number


def test_an_end_before_its_beginning(
    paramiko_server: ParamikoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that runs commands in threads may answer the request when all is over, its CLOSE
    included. OpenSSH's client does not mind."""

    def run_first(self: object, channel: paramiko.Channel, command: bytes) -> bool:
        channel.sendall(b"output\n")
        if command == b"with status":
            channel.send_exit_status(3)
        channel.shutdown_write()
        channel.close()
        return True

    monkeypatch.setattr(paramiko_login, "check_channel_exec_request", run_first)
    with login(paramiko_server) as session:
        result = session.run("with status")
        assert (result.stdout, result.exit_status) == (b"output\n", 3)
        assert session.run("without").stdout == b"output\n"
        channel = session.open_session()
        channel.exec("with status")
        assert channel.stdout.read() == b"output\n"
        assert channel.wait() == 3
        assert not session.closed
