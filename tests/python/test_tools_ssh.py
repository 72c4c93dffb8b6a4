"""hawser-ssh end to end: commands, shells, ports."""

import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agents import running_agent
from clients import within
from hawser.config import Forward
from hawser.tools.forwards import parse_dynamic, parse_local, parse_remote
from remotes import shared_folder
from servers import OpenSSHServer
from servers.base import free_port
from terminal import Terminal
from tool_runs import Home


def command(home: Home, *words: str) -> list[str]:
    files = () if "-F" in words else ("-F", "none")
    port = str(home.server.port)
    return [sys.executable, "-m", "hawser.tools.ssh", "-p", port, *files, *words]


def ssh(
    home: Home, *words: str, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(home, *words),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        env=home.environment(**environment),
        start_new_session=True,
        check=False,
    )


def test_a_command(home: Home) -> None:
    done = ssh(home, home.host, "cat; echo err >&2; exit 5", stdin="in\n")
    assert (done.returncode, done.stdout, done.stderr) == (5, "in\n", "err\n")
    words = ssh(home, "-l", home.server.user, home.server.host, "echo", "-n", "a  b", "$((1+1))")
    assert (words.returncode, words.stdout) == (0, "a b 2")
    assert ssh(home, home.host, "kill -9 $$").returncode == 255


def test_much_output(home: Home) -> None:
    with within(60):
        done = ssh(
            home, home.host, "head -c 20000000 /dev/zero | tr '\\0' x; head -c 100 /dev/null"
        )
    assert len(done.stdout) == 20_000_000


def test_a_script_by_stdin(home: Home) -> None:
    done = ssh(home, home.host, stdin="echo from a script\nexit 3\n")
    assert (done.returncode, done.stdout) == (3, "from a script\n")


def test_a_reader_that_has_enough(home: Home) -> None:
    line = " ".join(f"'{word}'" for word in command(home, home.host, "yes"))
    with within(20):
        done = subprocess.run(
            ["sh", "-c", f"{line} | head -n 1"],
            capture_output=True, text=True, env=home.environment(), check=False,
        )  # fmt: skip
    assert done.stdout == "y\n"


@pytest.mark.parametrize(
    ("closed", "out"), [("<&-", "out\n"), (">&-", ""), ("2>&-", "out\n"), ("<&- >&- 2>&-", "")]
)
def test_streams_that_are_closed(home: Home, closed: str, out: str) -> None:
    line = shlex.join(command(home, home.host, "cat; echo out; exit 5"))
    done = subprocess.run(
        ["sh", "-c", f"{line} {closed}"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30,
        env=home.environment(), check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (5, out, "")


def test_output_that_finds_no_room(home: Home) -> None:
    """It is not taken for the command's own status."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command(home, home.host, "echo out"),
            stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, text=True, timeout=30,
            env=home.environment(), check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (255, "hawser-ssh: No space left on device\n")


def test_sigterm_ends_it_at_once(home: Home) -> None:
    """OpenSSH closes the channel of a command without a terminal only when that has ended."""
    with subprocess.Popen(
        command(home, home.host, "echo ready; exec sleep 20"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env=home.environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(4) == 143


@pytest.mark.usefixtures("terminals")
def test_a_shell(home: Home) -> None:
    with Terminal(command(home, home.host), env=home.environment(PS1="$ ")) as terminal:
        terminal.enter("tty; stty size")
        terminal.wait_for(r"/dev/pts/\d+\s+30 100")
        terminal.enter("exit 4")
        assert terminal.wait() == 4
        assert terminal.echoes


@pytest.mark.usefixtures("terminals")
def test_forwards_come_and_go_by_the_command_line(home: Home) -> None:
    port, server = free_port(), home.server
    words = ["-o", "EnableEscapeCommandline=yes", home.host]
    with Terminal(command(home, *words), env=home.environment(PS1="$ ")) as terminal:
        terminal.enter("echo re''ady")
        terminal.wait_for("ready")
        terminal.press("\r~?")
        terminal.wait_for("~C  a command line")
        for line, answer in (
            ("help", "-KL"),
            (f"-L{port}:{server.host}:{server.port}", "listens at"),
            (f"-L{port}:{server.host}:{server.port}", "in use"),
            ("-Lnonsense", "a port is a number"),
            ("-Q", "no such command"),
        ):
            terminal.press("\r~C")
            terminal.wait_for("ssh> ")
            terminal.press(f"{line}\r")
            terminal.wait_for(answer)
        with socket.create_connection(("127.0.0.1", port), timeout=10) as through:
            assert through.recv(4) == b"SSH-"
        terminal.press(f"\r~C-KL {port}\r")
        terminal.wait_for("closed>")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=10)
        terminal.press(f"\r~C-KL {port}\r")
        terminal.wait_for("there is no -L at")
        terminal.press("\r~.")
        assert terminal.wait() == 255


@pytest.mark.usefixtures("terminals")
def test_what_is_told_while_a_shell_runs(home: Home) -> None:
    """Each on a line of its own, from the left."""
    with Terminal(command(home, "-vvv", home.host), env=home.environment(PS1="$ ")) as terminal:
        terminal.wait_for(r"CHANNEL_SUCCESS \(99")
        terminal.enter("echo re''ady")
        for _ in range(2):
            terminal.wait_for(r"\r\nhawser-ssh: \S+ <- CHANNEL_DATA \(94, \d+ bytes\)\r\n")
        terminal.enter("exit")
        assert terminal.wait() == 0


@pytest.mark.usefixtures("terminals")
def test_who_gets_a_terminal(home: Home) -> None:
    environment = home.environment()
    for flags, expected in ((["-t"], "/dev/pts/"), ([], "not a tty")):
        with Terminal(command(home, *flags, home.host, "tty"), env=environment) as terminal:
            terminal.wait_for(expected)
            terminal.wait()
    with Terminal(command(home, "-T", home.host), env=environment) as terminal:
        terminal.enter("tty; exit 1")
        terminal.wait_for("not a tty")


def test_ports(home: Home) -> None:
    """Of -L and -D, while a command runs and without one."""
    here, socks = free_port(), free_port()
    server = home.server
    ports = ["-L", f"{here}:{server.host}:{server.port}", "-D", str(socks)]
    with subprocess.Popen(
        command(home, "-v", "-N", *ports, home.host),
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env=home.environment(),
    ) as process:
        try:
            assert process.stderr is not None
            heard = 0
            while heard < 2:
                line = process.stderr.readline()
                assert line, "it ended"
                heard += "listens at" in line
            with socket.create_connection(("127.0.0.1", here)) as sock:
                assert sock.recv(4, socket.MSG_WAITALL) == b"SSH-"
            with socket.create_connection(("127.0.0.1", socks)) as sock:
                sock.sendall(b"\x05\x01\x00")
                assert sock.recv(2) == b"\x05\x00"
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 130
        finally:
            process.kill()


def test_ports_of_the_server(home: Home, tmp_path: Path) -> None:
    """Of -R and RemoteForward: a port of its choice, a path, and SOCKS that may lead nowhere."""
    server, path, socks = home.server, shared_folder(home.server) / "socket", free_port()
    place = f"{server.host}:{server.port}"
    config = tmp_path / "config"
    config.write_text(f"RemoteForward {path} {place}\nPermitRemoteOpen none\n")
    words = ["-F", str(config), "-R", f"0:{place}", "-R", str(socks)]
    with subprocess.Popen(
        command(home, *words, home.host, "echo ready; cat"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=home.environment(),
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        told = re.search(rb"port (\d+) of the server leads to", process.stderr.readline())
        assert told
        assert process.stdout.readline() == b"ready\n", process.stderr.read()
        with socket.create_connection(("127.0.0.1", int(told[1]))) as sock:
            assert sock.recv(4, socket.MSG_WAITALL) == b"SSH-"
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(str(path))
            assert sock.recv(4, socket.MSG_WAITALL) == b"SSH-"
        with socket.create_connection(("127.0.0.1", socks)) as sock:
            sock.sendall(b"\x05\x01\x00\x05\x01\x00\x03\x09localhost\x00\x50")
            assert sock.recv(12, socket.MSG_WAITALL)[:4] == b"\x05\x00\x05\x05"
        process.stdin.close()
        assert process.wait(20) == 0


def test_the_agent(home: Home, tmp_path: Path) -> None:
    with running_agent(tmp_path / "agent") as agent:
        shown = ssh(home, "-A", home.host, "ssh-add -l", SSH_AUTH_SOCK=agent)
        assert shown.stdout == "The agent has no identities.\n"
        hidden = ssh(home, home.host, 'echo "<$SSH_AUTH_SOCK>"', SSH_AUTH_SOCK=agent)
        assert hidden.stdout == "<>\n"
        refused = ssh(home, "-A", "-a", home.host, "true")
        assert (refused.returncode, "not allowed with" in refused.stderr) == (2, True)


def test_a_jump_host(home: Home, sshd_with: Callable[..., OpenSSHServer]) -> None:
    gate = sshd_with("Banner none")
    with home.known_hosts.open("a") as file:
        file.write(gate.known_hosts_line())
    jump = f"{gate.user}@{gate.host}:{gate.port}"
    done = ssh(home, "-J", jump, home.host, "echo $SSH_CONNECTION")
    assert done.stdout.split()[3:] == [str(home.server.port)]


def test_variables_of_the_file(home: Home, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("SetEnv LANG=C.UTF-8 OTHER=x\n")
    done = ssh(home, "-F", str(config), home.host, "echo $LANG,$OTHER")
    assert done.stdout == "C.UTF-8,\n"


@pytest.mark.parametrize(
    ("words", "status", "text"),
    [
        (["-L", "8080", "host"], 2, "-L takes"),
        (["-D", "x", "host"], 2, "a port is a number"),
        (["-p", "0", "host"], 2, "a port is a number"),
        (["--", "-oProxyCommand=id"], 2, "cannot be the name of a host"),
        (["host/path"], 2, "cannot be the name of a host"),
        (["-o", "Nonsense=1", "host"], 2, "nonsense"),
        (["no-such-host.invalid"], 255, "no-such-host.invalid"),
    ],
)
def test_what_is_wrong(home: Home, words: list[str], status: int, text: str) -> None:
    done = ssh(home, *words)
    assert (done.returncode, text in done.stderr) == (status, True), done.stderr


def test_a_port_that_is_taken(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = ssh(home, "-L", f"{port}:host:1", home.host, "true")
        strict = ("-o", "ExitOnForwardFailure=yes")
        refused = ssh(home, *strict, "-L", f"{port}:host:1", home.host, "true")
    assert done.returncode == 0
    assert re.search(f"warning: {port}: .*in use", done.stderr)
    assert refused.returncode == 255
    assert re.search(f"{port}: .*in use", refused.stderr)


def test_ports_of_the_file(home: Home, tmp_path: Path) -> None:
    here, path = free_port(), tmp_path / "socket"
    server = home.server
    config = tmp_path / "config"
    config.write_text(f"""
        LocalForward {here} {server.host}:{server.port}
        LocalForward {path} {server.host}:{server.port}
        """)
    with subprocess.Popen(
        command(home, "-F", str(config), home.host, "echo ready; cat"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=home.environment(),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        with socket.create_connection(("127.0.0.1", here)) as sock:
            assert sock.recv(4, socket.MSG_WAITALL) == b"SSH-"
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(str(path))
            assert sock.recv(4, socket.MSG_WAITALL) == b"SSH-"
        process.stdin.close()
        assert process.wait(10) == 0
    assert not path.exists()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for forward in (f"LocalForward={port} h:1", f"RemoteForward=127.0.0.1:{port} h:1"):
            strict = ("-o", "ExitOnForwardFailure=yes", "-o", forward)
            done = ssh(home, *strict, home.host, "true")
            assert (done.returncode, "in use" in done.stderr) == (255, True)
            done = ssh(home, *strict, "-o", "ClearAllForwardings=yes", home.host, "true")
            assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("8080:db:80", (None, 8080, "db", 80)),
        ("*:8080:db:80", ("*", 8080, "db", 80)),
        (":8080:db:80", ("", 8080, "db", 80)),
        ("127.0.0.1:0:[::1]:80", ("127.0.0.1", 0, "::1", 80)),
        ("[::1]:1:h:2", ("::1", 1, "h", 2)),
    ],
)
def test_local_forwards(text: str, parsed: tuple[str | None, int, str, int]) -> None:
    here, port, host, host_port = parsed
    assert parse_local(text) == Forward(here, port, connect_host=host, connect_port=host_port)


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("2222:h:22", Forward(None, 2222, connect_host="h", connect_port=22)),
        ("*:0:h:22", Forward("*", 0, connect_host="h", connect_port=22)),
        (":1:h:22", Forward("", 1, connect_host="h", connect_port=22)),
        ("1080", Forward(None, 1080)),
        ("[::1]:1080", Forward("::1", 1080)),
        ("/a:/b", Forward(listen_path="/a", connect_path="/b")),
        ("/a:h:1", Forward(listen_path="/a", connect_host="h", connect_port=1)),
        ("1:/b", Forward(None, 1, connect_path="/b")),
        ("h:1:/b", Forward("h", 1, connect_path="/b")),
    ],
)
def test_remote_forwards(text: str, parsed: Forward) -> None:
    assert parse_remote(text) == parsed


@pytest.mark.parametrize("text", ["", "x", "/a", "1:h:x", "/a:1", "1:2:3:4:5", "[::1:1"])
def test_remote_forwards_that_there_are_not(text: str) -> None:
    with pytest.raises(ValueError):
        parse_remote(text)


@pytest.mark.parametrize(
    "text", ["", "1", "1:2", "1:h:x", "x:h:1", "1::2", "[::1:1:h:2", "1:2:3:4:5"]
)
def test_local_forwards_that_there_are_not(text: str) -> None:
    with pytest.raises(ValueError):
        parse_local(text)


def test_dynamic_forwards() -> None:
    assert parse_dynamic("1080") == Forward(None, 1080)
    assert parse_dynamic("[::]:1080") == Forward("::", 1080)
    for text in ("", "x", "a:b:1", "[1080"):
        with pytest.raises(ValueError):
            parse_dynamic(text)
