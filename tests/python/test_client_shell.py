"""`Client.shell` at a pseudo-terminal, and without one."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from client_homes import address_of, options_for
from hawser.running.escapes import Escapes, Leave
from servers import OpenSSHServer
from terminal import Terminal

PROGRAM = """
import sys, hawser
address, known_hosts, key, *rest = sys.argv[1:]
with hawser.connect(address, known_hosts=known_hosts, keys=key, agent=False) as client:
    print("connected", flush=True)
    status = client.shell(*rest)
print("left with", status, flush=True)
"""


@pytest.fixture
def command(openssh: OpenSSHServer, tmp_path: Path) -> list[str]:
    options = options_for(openssh, tmp_path)
    places = [address_of(openssh), str(options["known_hosts"]), str(options["keys"])]
    return [sys.executable, "-c", PROGRAM, *places]


@pytest.fixture
def terminal(command: list[str], terminals: None) -> Iterator[Terminal]:
    with Terminal(command, columns=93, rows=27, env={"PS1": "$ "}) as terminal:
        terminal.wait_for("connected")
        yield terminal


def test_a_shell(terminal: Terminal) -> None:
    terminal.enter("echo $TERM $((6*7))")
    terminal.wait_for("xterm 42")
    assert not terminal.echoes
    terminal.enter("stty size")
    terminal.wait_for("27 93")
    terminal.resize(71, 19)
    terminal.enter("sleep 0.1; stty size")
    terminal.wait_for("19 71")
    terminal.enter("sleep 60")
    terminal.wait_for("sleep 60")
    terminal.interrupt()  # goes to the server, whose terminal drops what is typed too early
    terminal.wait_for(r"\^C\s*\$ ")
    terminal.enter("echo still $((1+1))")
    terminal.wait_for("still 2")
    terminal.enter("exit 5")
    terminal.wait_for("left with 5")
    assert terminal.wait() == 0


def test_a_window_that_is_dragged(terminal: Terminal) -> None:
    """Many signals at once, some of them while one is handled."""
    terminal.enter("echo ready$((1+1))")
    terminal.wait_for("ready2")
    for columns in range(2000):
        terminal.resize(20 + columns % 60, 19)
    terminal.enter("echo still $((1+1))")
    terminal.wait_for("still 2")
    terminal.enter("stty size; exit")
    terminal.wait_for("19 39")
    assert terminal.wait() == 0


def test_leaving_by_the_escape(terminal: Terminal) -> None:
    terminal.enter("echo ready$((1+1))")
    terminal.wait_for("ready2")
    terminal.enter("sleep 60")
    terminal.press("~?")
    terminal.wait_for("leave at once")
    terminal.press("~.")
    terminal.wait_for("left with 255")
    assert terminal.echoes
    assert terminal.wait() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_terminal_is_restored(terminal: Terminal, number: signal.Signals) -> None:
    terminal.enter("echo ready$((1+1))")
    terminal.wait_for("ready2")
    assert not terminal.echoes
    terminal.kill(number)
    assert terminal.wait() == 128 + number
    assert terminal.echoes


def test_a_server_that_dies(terminal: Terminal) -> None:
    terminal.enter("kill -9 $PPID")
    terminal.wait_for("ConnectionLost|left with")
    terminal.wait()
    assert terminal.echoes


def test_a_command_at_the_terminal(command: list[str], terminals: None) -> None:
    with Terminal([*command, "tty; read line; echo got $line"]) as terminal:
        terminal.wait_for("/dev/pts/")
        terminal.enter("this")
        terminal.wait_for("got this")
        terminal.wait_for("left with 0")


def test_without_a_terminal(command: list[str]) -> None:
    done = subprocess.run(
        command, input="~.\necho out; echo err >&2\nexit 3\n", capture_output=True, text=True,
        timeout=30, check=False,
    )  # fmt: skip
    assert done.stdout == "connected\nout\nleft with 3\n"
    assert "err\n" in done.stderr


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        (b"a~.b", b"a~.b"),
        (b"~~x", b"~x"),
        (b"~x", b"~x"),
        (b"\r~~\r~~", b"\r~\r~"),
        (b"ls\n~?x", b"ls\nx"),
        (b"~", b""),
    ],
)
def test_escapes(typed: bytes, sent: bytes) -> None:
    assert Escapes("~").filtered(typed) == sent
    one_by_one = Escapes("~")
    assert b"".join(one_by_one.filtered(bytes([byte])) for byte in typed) == sent
    assert Escapes(None).filtered(typed) == typed


@pytest.mark.parametrize("typed", [b"~.", b"x\r~.", b"x\n~.y"])
def test_the_escape_that_leaves(typed: bytes) -> None:
    with pytest.raises(Leave):
        Escapes("~").filtered(typed)
    Escapes("%").filtered(typed)


@pytest.mark.parametrize(
    ("typed", "sent", "lines", "shown"),
    [
        (b"~C-L 1:h:2\rx", b"x", ["-L 1:h:2"], b"\r\nssh> -L 1:h:2\r\ndone\r\n"),
        (b"~Cab\x7f\x7f\x7fc\r", b"", ["c"], b"\r\nssh> ab\b \b\b \bc\r\ndone\r\n"),
        (b"~C\r~C\x03\r~.x", b"\r", [], b"\r\nssh> \r\n" * 2),
        (b"a~C", b"a~C", [], b""),
    ],
)
def test_a_command_line(typed: bytes, sent: bytes, lines: list[str], shown: bytes) -> None:
    def command(line: str) -> str:
        told.append(line)
        return "done\n"

    for size in (1, len(typed)):
        told: list[str] = []
        escapes = Escapes("~", command)
        passed = b""
        with contextlib.suppress(Leave):
            for at in range(0, len(typed), size):
                passed += escapes.filtered(typed[at : at + size])
        assert (told, escapes.take_shown()) == (lines, shown)
        assert passed == sent or b"~." in typed
    assert Escapes("~").filtered(b"~C-L") == b"~C-L"
