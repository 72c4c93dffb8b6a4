"""hawser-sftp at a terminal: a person, completion, history, Ctrl-C."""

import stat
import time
from collections.abc import Callable

import pytest

import _ssh
from clients import login
from hawser.tools.shell.background import Pulse
from servers import OpenSSHServer
from servers.base import stopped
from terminal import Terminal
from tool_runs import Home, server_processes


def test_a_terminal(home: Home) -> None:
    (home.remote / "file").write_text("content")
    (home.remote / "esc\x1b[31m\u202e").touch()
    with home.terminal("sftp", home.place) as terminal:
        terminal.wait_for("sftp> ")
        terminal.enter("ls")
        terminal.wait_for(r"esc\\x1b\[31m\\xe2\\x80\\xae  file")
        terminal.enter("get file")
        terminal.wait_for("Fetching ")
        terminal.wait_for(r"100%\s+7B")
        terminal.enter("rm nothing")
        terminal.wait_for("hawser-sftp: .*nothing: No such file")
        terminal.enter("!echo $((6 * 7))")
        terminal.wait_for("42")
        terminal.enter("quit")
        assert terminal.wait() == 0
    assert b"\x1b[31m\xe2" not in terminal.raw
    assert (home.local / "file").read_text() == "content"


def test_ctrl_d_leaves(home: Home) -> None:
    with home.terminal("sftp", home.host) as terminal:
        terminal.wait_for("sftp> ")
        terminal.press("\x04")
        assert terminal.wait() == 0


def test_completion_at_a_terminal(home: Home) -> None:
    (home.remote / "a folder").mkdir()
    (home.remote / "a folder" / "first").touch()
    (home.remote / "a folder" / "second").touch()
    (home.local / "upload me").touch()
    with home.terminal("sftp", home.place) as terminal:
        terminal.wait_for("sftp> ")
        terminal.press("lpw\t")
        terminal.wait_for(r"d\s")
        terminal.enter("")
        terminal.wait_for("Local working directory")
        terminal.press("ls a\t")
        terminal.wait_for(r"\\ folder/")
        terminal.press("f\t")
        terminal.wait_for(r"irst\s")
        terminal.enter("")
        terminal.wait_for(r"\na folder/first\r")
        terminal.press("put u\t")
        terminal.wait_for(r"\\ me\s")
        terminal.enter("")
        terminal.wait_for("sftp> ")
        terminal.press("ls 'a folder/\t")  # two of them: a menu
        terminal.wait_for(r"first\s+second")
        terminal.interrupt()
        terminal.enter("exit")
        assert terminal.wait() == 0
    assert (home.remote / "upload me").exists()


def test_history(home: Home) -> None:
    up = "\x1b[A"
    for line in ("lpwd", up + up):
        with home.terminal("sftp", home.place) as terminal:
            terminal.wait_for("sftp> ")
            terminal.enter(line)
            terminal.wait_for("Local working directory")
            terminal.enter("exit")
            assert terminal.wait() == 0
    history = home.folder / "state" / "hawser" / "sftp_history"
    assert stat.S_IMODE(history.stat().st_mode) == 0o600


def test_a_line_that_is_no_text(home: Home) -> None:
    (home.remote / "caf\udce9").write_text("x")
    with home.terminal("sftp", home.place) as terminal:
        terminal.wait_for("sftp> ")
        terminal.enter("get 'caf\udce9' got")
        terminal.wait_for("100%")
        terminal.enter("exit")
        assert terminal.wait() == 0
    assert (home.local / "got").read_text() == "x"


def test_a_terminal_that_has_not_the_letters(home: Home) -> None:
    (home.remote / "日本").touch()
    command = ["env", "PYTHONIOENCODING=ascii", *home.command("sftp", home.place)]
    with Terminal(command, env=home.environment(), cwd=home.local) as terminal:
        terminal.wait_for("sftp> ")
        terminal.enter("ls")
        terminal.wait_for(r"\\u65e5\\u672c")
        terminal.enter("exit")
        assert terminal.wait() == 0


def test_ctrl_c_stops_the_command_alone(home: Home) -> None:
    with (home.remote / "big").open("wb") as big:
        big.truncate(4 << 30)
    (home.local / "big").write_text("what was there before")
    with home.terminal("sftp", "-l", "80000", home.place) as terminal:
        terminal.wait_for("sftp> ")
        terminal.press("some words")
        terminal.interrupt()
        terminal.wait_for("sftp> ")
        terminal.enter("get big")
        terminal.wait_for(r" [1-9]\d*MB ")
        terminal.interrupt()
        terminal.wait_for("interrupted")
        terminal.wait_for("sftp> ")
        terminal.enter("pwd")
        terminal.wait_for("Remote working directory")
        terminal.enter("exit")
        assert terminal.wait() == 0
    assert (home.local / "big").read_text() == "what was there before"


def test_ctrl_c_stops_a_single_copy(home: Home) -> None:
    with (home.remote / "big").open("wb") as big:
        big.truncate(4 << 30)
    with home.terminal("sftp", "-l", "80000", "get", f"{home.place}/big") as terminal:
        terminal.wait_for("MB ")
        terminal.interrupt()
        assert terminal.wait() == 130
    assert not (home.local / "big").exists()


def test_progress_is_switched(home: Home) -> None:
    (home.remote / "file").write_bytes(bytes(100_000))
    with home.terminal("sftp", home.place) as terminal:
        terminal.enter("progress")
        terminal.wait_for("not shown")
        terminal.enter("get file")
        terminal.wait_for("Fetching .*\n")
        terminal.wait_for("sftp> ")
        assert "%" not in terminal.text
        terminal.enter("exit")
        assert terminal.wait() == 0


def test_a_slow_server_does_not_hold_up_who_types(home: Home) -> None:
    """While the server's listing does not come, keys are echoed."""
    (home.remote / "file").touch()
    with home.terminal("sftp", home.place) as terminal:
        terminal.wait_for("sftp> ")
        with stopped(server_processes(home)):
            terminal.press("ls fi\t")
            terminal.press("xyz")
            terminal.wait_for("xyz", timeout=5)
        terminal.interrupt()
        terminal.enter("exit")
        assert terminal.wait() == 0


def test_who_leaves_does_not_wait_for_the_server(home: Home) -> None:
    with home.terminal("sftp", home.place) as terminal:
        terminal.wait_for("sftp> ")
        with stopped(server_processes(home)):
            terminal.press("ls fi\t")
            terminal.wait_for("fi")
            terminal.interrupt()
            terminal.enter("exit")
            assert terminal.wait(timeout=10) == 0
    assert "Traceback" not in terminal.text


def test_a_server_that_asks_is_answered_while_nobody_types(
    sshd_with: Callable[..., OpenSSHServer],
) -> None:
    server = sshd_with("ClientAliveInterval 1", "ClientAliveCountMax 1")
    with login(server) as served, login(server) as alone:
        with Pulse(served, 0.3):
            time.sleep(5)
        assert served.exec("echo alive") == b"alive\n"
        with pytest.raises(_ssh.ConnectionLost):
            alone.exec("echo alive")
