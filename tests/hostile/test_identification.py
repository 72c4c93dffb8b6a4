"""Group A: lines before and at the start (RFC 4253 4.2)."""

import re
import socket
import struct
import time

import pytest

import _ssh
from fields import KEXINIT
from peer import Peer
from playing import DELIVERIES, Row, Script, play

LIMIT, LOST, PROTOCOL = _ssh.LimitError, _ssh.ConnectionLost, _ssh.ProtocolError
TOO_LONG = "identification line is too long"
TOO_MUCH = "too much text before"
NO_SSH = "does not speak SSH"
OTHER_VERSION = "another SSH version"


def says(line: bytes, before: bytes = b"") -> Script:
    """An honest server with this line, after `before`."""

    def script(peer: Peer) -> None:
        peer.line = line
        peer.raw(before)
        peer.serve()

    return script


def only(*pieces: bytes, times: int = 1) -> Script:
    """A peer that says these bytes over and over, and no more."""

    def script(peer: Peer) -> None:
        for _ in range(times):
            for piece in pieces:
                peer.raw(piece)

    return script


def drips(peer: Peer) -> None:
    while True:
        peer.raw(b"S")
        time.sleep(0.05)


def with_kexinit_at_once(peer: Peer) -> None:
    """Before it has heard anything, in one segment."""
    peer.line += peer.prepared_kexinit()
    peer.raw(peer.line)
    peer.line = peer.line[: peer.line.index(b"\n") + 1]
    peer.skip("identify", "kexinit")
    peer.client_line = peer.read_line()
    peer.client_kexinit = peer.expect(KEXINIT)
    peer.serve()


SOON = {"banner_timeout": 0.3}
LONGEST = b"SSH-2.0-" + b"v" * 245 + b"\r\n"

ROWS = [
    Row("A1", "ten MiB without a line's end", only(b"A" * (1 << 20), times=10), LIMIT, TOO_LONG,
        only_whole=True),
    Row("A1", "zeros", only(bytes(1 << 16), times=10), PROTOCOL, NO_SSH, only_whole=True),
    Row("A2", "1,025 lines before", says(b"SSH-2.0-x\r\n", b"hello\r\n" * 1025), LIMIT, TOO_MUCH),
    Row("A2", "twin: 1,024 lines", says(b"SSH-2.0-x\r\n", b"hello\r\n" * 1024)),
    Row("A2", "64 KiB before in long lines", says(b"SSH-2.0-x\r\n", (b"h" * 8000 + b"\n") * 9),
        LIMIT, TOO_MUCH, only_whole=True),
    Row("A2", "a line of 8 KiB and one", says(b"SSH-2.0-x\r\n", b"h" * 8193 + b"\r\n"), LIMIT,
        TOO_LONG),
    Row("A2", "twin: a line of 8,000 bytes", says(b"SSH-2.0-x\r\n", b"h" * 8000 + b"\r\n")),
    Row("A3", "nothing", only(), _ssh.Timeout, "identification", options=SOON),
    Row("A3", "a byte now and then", drips, _ssh.Timeout, "identification", options=SOON),
    Row("A3", "lines without end", only(b"hello\r\n", times=10_000), LIMIT, TOO_MUCH),
    Row("A4", "1.5", says(b"SSH-1.5-x\r\n"), PROTOCOL, OTHER_VERSION),
    Row("A4", "2.0x", says(b"SSH-2.0x-y\r\n"), PROTOCOL, OTHER_VERSION),
    Row("A4", "3.0", says(b"SSH-3.0-x\r\n"), PROTOCOL, OTHER_VERSION),
    Row("A4", "2", says(b"SSH-2-x\r\n"), PROTOCOL, OTHER_VERSION),
    Row("A4", "no version", says(b"SSH-\r\n"), PROTOCOL, OTHER_VERSION),
    Row("A4", "small letters", only(b"ssh-2.0-x\r\n"), _ssh.Timeout, "identification",
        options=SOON),
    Row("A4", "twin: 1.99", says(b"SSH-1.99-x\r\n")),
    Row("A4", "twin: no software version", says(b"SSH-2.0-\r\n")),
    Row("A5", "NUL", says(b"SSH-2.0-a\0b\r\n"), PROTOCOL, NO_SSH),
    Row("A6", "256 bytes", says(LONGEST[:8] + b"v" + LONGEST[8:]), LIMIT, TOO_LONG),
    Row("A6", "twin: 255 bytes", says(LONGEST)),
    Row("A7", "twin: LF only", says(b"SSH-2.0-x\n")),
    Row("A7", "twin: a comment and spaces", says(b"SSH-2.0-x a comment  \r\n")),
    Row("A9", "a space before", only(b" SSH-2.0-x\r\n"), _ssh.Timeout, "identification",
        options=SOON),
    Row("A10", "twin: KEXINIT in the same segment", with_kexinit_at_once),
]  # fmt: skip


@pytest.mark.parametrize("delivery", DELIVERIES)
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row, delivery: str) -> None:
    if delivery == "whole" or not row.only_whole:
        play(row, delivery)


def test_a5_every_byte_in_the_line() -> None:
    """NUL and a CR in the middle are none; all others are bytes in the hash, escaped when shown."""
    for byte in range(256):
        line = b"SSH-2.0-a" + bytes([byte]) + b"b\r\n"
        if byte in (0, 13):
            play(Row("A5", f"{byte:#x}", says(line), PROTOCOL, NO_SSH))
            continue
        if byte == 10:
            continue  # ends the line
        shown: list[str] = []

        def use(session: _ssh.Session, shown: list[str] = shown) -> object:
            shown.append(session.server_version)
            session.userauth_password("user", "x")
            return session.exec("command")

        play(Row("A5", f"twin: {byte:#x}", says(line), use=use))
        assert shown[0].isprintable(), shown
        assert shown[0].startswith("SSH-2.0-a"), shown


def test_a8_an_end_after_every_byte() -> None:
    """Text that is no whole line may have been that of another protocol, and is said to be."""
    line = b"Welcome\r\nSSH-2.0-x comment\r\n"

    def ends(size: int) -> Script:
        def script(peer: Peer) -> None:
            peer.raw(line[:size])
            peer.end()

        return script

    for size in range(len(line) + 1):
        error, words = (PROTOCOL, NO_SSH) if 0 < size < len(line) else (LOST, "server closed it")
        play(Row("A8", f"{size} bytes", ends(size), error, words))


def test_a8_a_reset_after_every_byte() -> None:
    """Over TCP, where there are resets."""
    line = b"SSH-2.0-x comment\r\n"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        for size in range(len(line) + 1):
            client = socket.create_connection(listener.getsockname())
            server, _ = listener.accept()
            server.sendall(line[:size])
            server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            server.close()
            with client, pytest.raises(_ssh.ConnectionLost) as lost:
                _ssh.Session(client, banner_timeout=3, kex_timeout=3)
            assert re.search("reset|closed|Broken pipe", str(lost.value))
