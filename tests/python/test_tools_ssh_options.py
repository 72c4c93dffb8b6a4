"""hawser-ssh: each option by itself, and the keywords of ssh_config that it heeds."""

import os
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from hawser.tools.forwards import parse_place
from hawser.tools.ssh_arguments import parse
from servers.base import free_port
from terminal import Terminal
from test_tools_ssh import command, ssh
from tool_runs import Home


def config(folder: Path, *lines: str) -> tuple[str, str]:
    file = folder / "config"
    file.write_text("".join(f"{line}\n" for line in lines))
    return "-F", str(file)


# ---- what runs -----------------------------------------------------------------------------------


def test_a_remote_command(home: Home, tmp_path: Path) -> None:
    files = config(tmp_path, "RemoteCommand echo at %h:%p; exit 3")
    done = ssh(home, *files, home.host)
    server = home.server
    assert (done.returncode, done.stdout) == (3, f"at {server.host}:{server.port}\n")
    two = ssh(home, *files, home.host, "true")
    assert (two.returncode, "RemoteCommand is another" in two.stderr) == (255, True)
    assert ssh(home, "-o", "RemoteCommand=none", *files, home.host, "exit 4").returncode == 4


def test_nothing_to_read(home: Home, tmp_path: Path) -> None:
    files = config(tmp_path, "StdinNull yes")
    for words in (("-n", home.host), (*files, home.host)):
        done = ssh(home, *words, "cat; echo end", stdin="not read\n")
        assert done.stdout == "end\n"


def test_a_subsystem(home: Home, tmp_path: Path) -> None:
    """An SFTP server answers to a version."""
    hello = b"\x00\x00\x00\x05\x01\x00\x00\x00\x03"
    for words in (
        ("-s", home.host, "sftp"),
        (*config(tmp_path, "SessionType subsystem", "RemoteCommand sftp"), home.host),
    ):
        with subprocess.Popen(
            command(home, *words),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=home.environment(),
        ) as process:
            assert process.stdin and process.stdout
            process.stdin.write(hello)
            process.stdin.flush()
            assert process.stdout.read(5)[4:] == b"\x02"
            process.stdin.close()
    assert "subsystem is missing" in ssh(home, "-s", home.host).stderr


@pytest.mark.usefixtures("terminals")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["-tt"], "/dev/pts/"),
        (["-o", "RequestTTY=force"], "/dev/pts/"),
        (["-t"], "not a tty"),
        (["-o", "RequestTTY=yes"], "not a tty"),
        (["-T", "-o", "RequestTTY=force"], "not a tty"),
    ],
)
def test_a_terminal_without_one_here(home: Home, words: list[str], expected: str) -> None:
    assert expected in ssh(home, *words, home.host, "tty").stdout


@pytest.mark.usefixtures("terminals")
def test_another_escape(home: Home, tmp_path: Path) -> None:
    environment = home.environment(PS1="$ ")
    files = config(tmp_path, "EscapeChar ^B")
    for words, keys in ((("-e", "x"), "x."), (files, "\x02.")):
        with Terminal(command(home, *words, home.host), env=environment) as terminal:
            terminal.enter("echo re''ady")
            terminal.wait_for("ready")
            terminal.press("\r~.")  # nothing special
            terminal.wait_for(r"~\.")
            terminal.press("\r" + keys)
            assert terminal.wait() == 255
            assert terminal.echoes


@pytest.mark.usefixtures("terminals")
def test_no_escape(home: Home) -> None:
    with Terminal(
        command(home, "-e", "none", home.host), env=home.environment(PS1="$ ")
    ) as terminal:
        terminal.press("\r~.\r")
        terminal.wait_for("not found")
        terminal.enter("exit 6")
        assert terminal.wait() == 6


def test_a_local_command(home: Home, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    line = f"LocalCommand echo %n %p %T >{mark}"
    files = config(tmp_path, line)
    assert ssh(home, *files, home.host, "true").returncode == 0
    assert not mark.exists(), "it has to be permitted"
    files = config(tmp_path, line, "PermitLocalCommand yes")
    assert ssh(home, *files, home.host, "true").returncode == 0
    assert mark.read_text() == f"{home.server.host} {home.server.port} NONE\n"


def test_options_behind_the_host(home: Home) -> None:
    done = ssh(home, home.server.host, "-l", home.server.user, "-T", "--", "echo", "-n", "x")
    assert (done.returncode, done.stdout) == (0, "x")


# ---- the connection ------------------------------------------------------------------------------


def test_where_it_comes_from(home: Home) -> None:
    done = ssh(home, "-b", "127.0.0.2", home.host, "echo $SSH_CONNECTION")
    assert done.stdout.split()[0] == "127.0.0.2"
    assert ssh(home, "-B", "lo", home.host, "true").returncode == 0
    done = ssh(home, "-B", "nosuch0", home.host, "true")
    assert (done.returncode, "he interface 'nosuch0'" in done.stderr) == (255, True)


def test_macs(home: Home) -> None:
    words = ("-v", "-c", "aes128-ctr", "-m", "hmac-sha2-512")
    assert "MAC hmac-sha2-512," in ssh(home, *words, home.host, "true").stderr


@pytest.mark.parametrize(
    ("level", "shows_details", "shows_warnings"),
    [("QUIET", False, False), ("ERROR", False, False), ("INFO", False, True),
     ("VERBOSE", True, True), ("DEBUG3", True, True)],
)  # fmt: skip
def test_how_much_is_told(
    home: Home, tmp_path: Path, level: str, shows_details: bool, shows_warnings: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        forward = f"LocalForward {taken.getsockname()[1]} h:1"
        told = ssh(home, *config(tmp_path, f"LogLevel {level}", forward), home.host, "true").stderr
    assert ("key exchange" in told) == shows_details
    assert ("warning" in told) == shows_warnings


def test_tags(home: Home, tmp_path: Path) -> None:
    files = config(tmp_path, "Match tagged work", "SetEnv LANG=tagged")
    for words, expected in ((("-P", "work"), "tagged\n"), ((), "\n")):
        done = ssh(home, *words, *files, home.host, "echo $LANG")
        assert done.stdout in (expected, f"{os.environ.get('LANG', '')}\n" if not words else "")


# ---- ports ---------------------------------------------------------------------------------------


def test_stdio(home: Home) -> None:
    """-W as the way to the same server: ssh's own ProxyCommand."""
    server = home.server
    place = f"{server.host}:{server.port}"
    done = subprocess.run(
        command(home, "-W", place, home.host),
        input=b"SSH-2.0-x\r\n",
        capture_output=True,
        timeout=60,
        env=home.environment(),
        check=False,
    )
    assert done.stdout.startswith(b"SSH-2.0-OpenSSH")
    way = " ".join(command(home, "-W", "%h:%p", home.host))
    through = ssh(home, "-o", f"ProxyCommand={way}", home.host, "echo through; exit 7")
    assert (through.returncode, through.stdout) == (7, "through\n")
    nobody = ssh(home, "-W", f"127.0.0.1:{free_port()}", home.host)
    assert (nobody.returncode, "onnect" in nobody.stderr) == (255, True)


@pytest.mark.parametrize(("text", "place"), [("h:1", ("h", 1)), ("[::1]:22", ("::1", 22))])
def test_places(text: str, place: tuple[str, int]) -> None:
    assert parse_place(text) == place


@pytest.mark.parametrize("text", ["", "h", ":1", "h:x", "h:0", "a:b:1", "[::1:1"])
def test_places_that_there_are_not(text: str) -> None:
    with pytest.raises(ValueError):
        parse_place(text)


def test_ports_for_all(home: Home, tmp_path: Path) -> None:
    """GatewayPorts, and the two keywords of unix sockets."""
    here, path = free_port(), tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as old:
        old.bind(str(path))
    server = home.server
    place = f"{server.host}:{server.port}"
    files = config(
        tmp_path, "StreamLocalBindMask 0117", "StreamLocalBindUnlink yes",
        f"LocalForward {path} {place}", "ExitOnForwardFailure yes",
    )  # fmt: skip
    with subprocess.Popen(
        command(home, "-g", "-L", f"{here}:{place}", *files, home.host, "echo ready; cat"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=home.environment(),
    ) as process:
        assert process.stdin and process.stdout
        assert process.stdout.readline() == b"ready\n"
        with socket.create_connection(("127.0.0.3", here)) as sock:  # not only 127.0.0.1
            assert sock.recv(4, socket.MSG_WAITALL) == b"SSH-"
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        process.stdin.close()
        assert process.wait(20) == 0


# ---- what is said --------------------------------------------------------------------------------


def test_the_configuration(home: Home, tmp_path: Path) -> None:
    files = config(tmp_path, "Host short", "HostName long.example.com", "ForwardAgent yes")
    done = ssh(home, "-G", "-tt", "-e", "^A", "-l", "ann", "-n", *files, "short")
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    for line in (
        "host short", "hostname long.example.com", "user ann", f"port {home.server.port}",
        "forwardagent yes", "requesttty force", "stdinnull yes", "escapechar \\^A",
    ):  # fmt: skip
        assert line in lines, done.stdout
    wrong = ssh(home, "-G", *config(tmp_path, "ProxyJmp x"), "short")
    assert (wrong.returncode, "did you mean ProxyJump" in wrong.stderr) == (255, True)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["-X"], "X11"),
        (["-M"], "not shared"),
        (["-f"], "background"),
        (["-e", "xy"], "escapechar"),
        (["-W", "h"], "-W takes"),
        (["-N", "-s"], "not allowed with"),
        (["-t", "-T"], "not allowed with"),
        (["-m", "nonsense"], "nonsense"),
    ],
)
def test_what_is_wrong(home: Home, words: list[str], text: str) -> None:
    done = ssh(home, *words, "host")
    assert (done.returncode in (2, 255), text in done.stderr.lower() + done.stderr) == (True, True)
    assert not done.stdout


def test_flags_win_over_options() -> None:
    arguments = parse(["-o", "RequestTTY=no", "-t", "-o", "EscapeChar=y", "-e", "z", "host"])
    options = arguments.settings.options
    assert (options["requesttty"][0], options["escapechar"][0]) == ("yes", '"z"')
