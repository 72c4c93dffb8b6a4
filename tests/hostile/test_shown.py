"""Row P3: what a server says is data. Our programs show it escaped, at a terminal and in a pipe,
wherever the text stood."""

import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from fields import (
    AUTH_60,
    AUTH_BANNER,
    AUTH_FAILURE,
    AUTH_REQUEST,
    AUTH_SUCCESS,
    DISCONNECT,
    EXTENDED_DATA,
    INFO_RESPONSE,
    OPEN,
    OPEN_FAILURE,
    REQUEST,
    SUCCESS,
    names,
    string,
    u32,
)
from files import DENIED, FILE, FOLDER, LINK, LSTAT, OPENDIR, STAT, STATUS, Files, says, status
from key_exchange import ED25519
from peer import Peer
from playing import Script, played, serving
from terminal import Terminal

# Sets a terminal's title, is red, is C1, turns text round, and begins a line of its own.
EVIL = b"\x1b]0;HAWSERPWN\x07\x1b[31;7m\xc2\x9b5m\x9b5m\xe2\x80\xae\xef\xbb\xbf\xff\r\nroot# evil"
RAW = [b"\x1b]0;HAWSERPWN", b"\x1b[31;7m", b"\xc2\x9b", b"\x9b5m", b"\xe2\x80\xae", b"\xef\xbb\xbf",
       b"\xff", b"\nroot#", b"\rroot#"]  # fmt: skip
SHOWN = r"\x1b]0;HAWSERPWN\x07\x1b[31;7m"
NAME = EVIL
LINE = EVIL[: EVIL.index(b"\r")]  # what stands in a line of scp


BANNER = bytes([AUTH_BANNER]) + string(EVIL) + string(b"")


def nothing_raw(output: bytes, *, has_lines: bool = False) -> None:
    played["P"] += 1
    for each in RAW:
        if not (has_lines and each.endswith(b"root#")):
            assert each not in output, output


def at(step: str, *payloads: bytes) -> Script:
    def script(peer: Peer) -> None:
        peer.serve(until=step)
        for payload in payloads:
            peer.send(payload)
        peer.serve()

    return script


def bye(code: int = 2) -> bytes:
    return bytes([DISCONNECT]) + u32(code) + string(EVIL) + string(EVIL)


def says_before(peer: Peer) -> None:
    peer.raw(EVIL + b"\r\n")
    peer.line = b"SSH-2.0-" + EVIL[:40].replace(b"\r", b"").replace(b"\n", b"") + b"\r\n"
    peer.serve()


def refuses(peer: Peer) -> None:
    peer.serve(until="login")
    while True:
        peer.expect(AUTH_REQUEST)
        peer.send(BANNER)
        peer.send(bytes([AUTH_FAILURE]) + names("publickey", "x") + b"\0")


def asks(peer: Peer) -> None:
    """By keyboard-interactive, whatever was tried before."""
    peer.serve(until="login")
    while b"keyboard-interactive" not in peer.expect(AUTH_REQUEST):
        peer.send(bytes([AUTH_FAILURE]) + names("keyboard-interactive") + b"\0")
    question = string(EVIL) * 2 + string(b"") + u32(1) + string(EVIL + b": ") + b"\0"
    peer.send(bytes([AUTH_60]) + question)
    peer.expect(INFO_RESPONSE)
    peer.send(bytes([AUTH_SUCCESS]))
    peer.skip("login")
    peer.serve()


def opens_nothing(peer: Peer) -> None:
    peer.serve(until="open")
    peer.expect(OPEN)
    peer.send(bytes([OPEN_FAILURE]) + u32(0) + u32(1) + string(EVIL) + string(b""))


def ends_by_signal(peer: Peer) -> None:
    peer.serve(until="finish")
    said = string(EVIL) + b"\0" + string(EVIL) + string(b"")
    peer.say(REQUEST, string(b"exit-signal") + b"\0" + said)
    peer.say(97)


def negotiates(peer: Peer) -> None:
    peer.lists = {2: names("rot13-\x1b[31;7m")}
    peer.serve()


def scp_says(*records: bytes, stderr: bytes = b"") -> Script:
    def script(peer: Peer) -> None:
        peer.serve(until="exec")
        peer.expect(REQUEST)
        peer.say(SUCCESS)
        if stderr:
            peer.say(EXTENDED_DATA, u32(1) + string(stderr))
        for record in records:
            peer.data(record)
        peer.say(REQUEST, string(b"exit-status") + b"\0" + u32(1))
        peer.say(97)

    return script


def top(*entries: tuple[bytes, int]) -> Callable[[bytes], list[tuple[bytes, int]]]:
    return lambda path: list(entries) if path.strip(b"/.") in (b"", b"tree") else []


class Here:
    """A home directory from which the programs reach the peer."""

    def __init__(self, folder: Path, port: str) -> None:
        self.folder, self.port = folder, port
        (folder / ".ssh").mkdir(mode=0o700, exist_ok=True)
        line = f"[127.0.0.1]:{port} ssh-ed25519 {b64encode(ED25519.blob).decode()}\n"
        (folder / ".ssh/known_hosts").write_text(line)
        self.env = {**os.environ, "HOME": str(folder), "SSH_AUTH_SOCK": "",
                    "XDG_STATE_HOME": str(folder)}  # fmt: skip

    def words(self, program: str, *arguments: str) -> list[str]:
        flag = "-p" if program == "ssh" else "-P"
        tool = [sys.executable, "-m", f"hawser.tools.{program}", flag, self.port, "-F", "none"]
        return [*tool, *(each.replace("HOST", "user@127.0.0.1") for each in arguments)]

    def run(self, program: str, *arguments: str, stdin: str = "") -> bytes:
        done = subprocess.run(
            self.words(program, *arguments), input=stdin.encode(), env=self.env, cwd=self.folder,
            capture_output=True, timeout=30, start_new_session=True, check=False,
        )  # fmt: skip
        return done.stdout + done.stderr


NO_STAT = {each: says(STATUS, status(4, EVIL)) for each in (STAT, LSTAT)}
SSH, SFTP = ["-v", "HOST", "command"], ["-v", "-b", "-", "HOST"]
# what -> program, arguments, stdin, script, whether the escaped text must be there
IN_PIPES: dict[str, tuple[str, Sequence[str], str, Script, bool]] = {
    "identification": ("ssh", SSH, "", says_before, True),
    "banner": ("ssh", ["-o", "BatchMode=yes", *SSH], "", refuses, True),
    "disconnect in the handshake": ("ssh", SSH, "", at("reply", bye()), True),
    "disconnect at login": ("ssh", SSH, "", at("login", bye()), True),
    "disconnect later": ("ssh", SSH, "", at("finish", bye()), True),
    "another banner": ("ssh", ["-o", "BatchMode=yes", *SSH[1:]], "", refuses, True),
    "a channel refused": ("ssh", SSH, "", opens_nothing, True),
    "a signal": ("ssh", SSH, "", ends_by_signal, False),
    "algorithms": ("ssh", SSH, "", negotiates, False),
    "sftp, a status": ("sftp", SFTP, "stat x\n", Files(NO_STAT), True),
    "sftp, a directory": ("sftp", SFTP, "ls /tree\n",
                          Files({OPENDIR: says(STATUS, status(DENIED, EVIL))}), False),
    "sftp, names that fail": ("sftp", SFTP, "get -r /tree\n",
                              Files(tree=top((b"a\0" + NAME, FILE))), False),
    "scp, a status": ("scp", ["HOST:/tree", "."], "",
                      Files(NO_STAT), True),
    "scp -O, fatal": ("scp", ["-O", "HOST:x", "."], "", scp_says(b"\x02" + LINE + b"\n"), True),
    "scp -O, a warning": ("scp", ["-O", "HOST:x", "."], "", scp_says(b"\x01" + LINE + b"\n"),
                          True),
    "scp -O, another name": ("scp", ["-O", "HOST:x", "."], "",
                             scp_says(b"C0644 5 " + LINE + b"\n"), False),
    "scp -O, stderr": ("scp", ["-O", "HOST:x", "."], "", scp_says(stderr=EVIL), True),
}  # fmt: skip


@pytest.mark.parametrize("case", IN_PIPES)
def test_in_a_pipe(case: str, tmp_path: Path) -> None:
    program, words, stdin, script, is_shown = IN_PIPES[case]
    with serving(script) as (port, _):
        output = Here(tmp_path, port).run(program, *words, stdin=stdin)
    nothing_raw(output, has_lines="banner" in case)
    assert b"Traceback" not in output
    if is_shown:
        assert SHOWN.encode() in output, output


def test_questions_at_a_terminal(tmp_path: Path) -> None:
    with serving(asks) as (port, _):
        here = Here(tmp_path, port)
        with Terminal(here.words("ssh", "HOST", "command"), env=here.env, columns=400) as terminal:
            terminal.wait_for("HAWSERPWN")
            terminal.wait_for(": ")
            terminal.enter("answer")
            terminal.wait()
    nothing_raw(terminal.raw, has_lines=True)
    assert SHOWN in terminal.text


TREE = top((NAME, FILE), (NAME + b"2", FOLDER), (NAME + b"3", LINK), (b"plain", FILE))


LINES = [
    "ls",
    "ls -l",
    "ls -la /tree",
    "get -r /tree",
    "pwd",
    "stat *",
    "mkdir x",
    "df",
    "ln -s a b",
]


@pytest.mark.parametrize("line", LINES)
def test_lines_of_sftp_at_a_terminal(line: str, tmp_path: Path) -> None:
    files = Files({18: says(STATUS, status(4, EVIL)), 14: says(STATUS, status(4, EVIL)),
                   20: says(STATUS, status(4, EVIL))}, tree=TREE)  # fmt: skip
    with serving(files) as (port, _):
        here = Here(tmp_path, port)
        words = here.words("sftp", "HOST")
        with Terminal(words, env=here.env, cwd=tmp_path, columns=1000) as terminal:
            terminal.wait_for("> ")
            terminal.enter(line)
            terminal.enter("!echo the en''d")
            terminal.wait_for("the end")
            terminal.enter("bye")
            terminal.wait()
    nothing_raw(terminal.raw)
