"""Group M: compressed packets (RFC 4253 6.2, zlib@openssh.com)."""

import zlib
from collections.abc import Callable

import pytest

import _ssh
from fields import DATA, IGNORE, names, string, u32
from peer import Peer
from playing import DELIVERIES, Row, Script, play

PROTOCOL, LIMIT = _ssh.ProtocolError, _ssh.LimitError
ASKED = {"compression": True}
Act = Callable[[Peer], None]


def compresses(act: Act = lambda peer: None) -> Script:
    """From the login on; `act` before the command ends."""

    def script(peer: Peer) -> None:
        peer.lists = {7: names("zlib@openssh.com")}
        peer.serve(until="open")
        stream = zlib.compressobj()
        peer.pack = lambda payload: stream.compress(payload) + stream.flush(zlib.Z_SYNC_FLUSH)
        peer.serve(until="finish")
        act(peer)
        peer.serve()

    return script


def raw(payload: bytes) -> Act:
    """A packet whose payload is no part of the stream."""

    def act(peer: Peer) -> None:
        packed, peer.pack = peer.pack, bytes
        peer.send(payload)
        peer.pack = packed

    return act


def says(payload: bytes) -> Act:
    return lambda peer: peer.send(payload)


def ends_stream(peer: Peer) -> None:
    raw(zlib.compress(bytes([IGNORE]) + string(b"x")))(peer)


def with_dictionary(peer: Peer) -> None:
    stream = zlib.compressobj(zdict=b"a dictionary that nobody knows")
    raw(stream.compress(bytes([IGNORE]) + string(b"a dictionary")) + stream.flush())(peer)


def ignore(size: int) -> bytes:
    return bytes([IGNORE]) + string(bytes(size))


def too_early(peer: Peer) -> None:
    """Compressed before the login is over: the first byte of that is no message's number."""
    peer.lists = {7: names("zlib@openssh.com")}
    peer.serve(until="login")
    stream = zlib.compressobj()
    peer.pack = lambda payload: stream.compress(payload) + stream.flush(zlib.Z_SYNC_FLUSH)
    peer.serve()


def not_at_all(peer: Peer) -> None:
    peer.lists = {7: names("zlib@openssh.com")}
    peer.serve()


ROWS = [
    Row("M0", "twin: compressed", compresses(), options=ASKED),
    Row("M0", "twin: 200,000 bytes in a few", compresses(says(ignore(200_000))), options=ASKED),
    Row("M1", "a bomb of 10 MiB", compresses(says(ignore(10 << 20))), LIMIT, "expands",
        options=ASKED),
    Row("M1", "a bomb of 100 MiB", compresses(says(ignore(100 << 20))), LIMIT, "expands",
        options=ASKED, only_whole=True),
    Row("M1", "a byte too much", compresses(says(ignore(256 * 1024))), LIMIT, "expands",
        options=ASKED),
    Row("M2", "noise", compresses(raw(bytes(range(200)))), PROTOCOL, "damaged", options=ASKED),
    Row("M2", "not compressed", compresses(raw(bytes([DATA]) + u32(0) + string(b"x"))), PROTOCOL,
        "damaged", options=ASKED),
    Row("M2", "a stream that ends", compresses(ends_stream), PROTOCOL, "", options=ASKED),
    Row("M2", "a dictionary", compresses(with_dictionary), PROTOCOL, "damaged", options=ASKED),
    Row("M2", "nothing in it", compresses(raw(b"\0\0\0\xff\xff")), PROTOCOL, "", options=ASKED),
    Row("M3", "not offered", not_at_all, _ssh.NegotiationError, "compression"),
    Row("F16", "compressed before the login", too_early, _ssh.Timeout, "",
        options=ASKED | {"auth_timeout": 0.3}),
    Row("F16", "not compressed after it", not_at_all, PROTOCOL, "damaged", options=ASKED),
]  # fmt: skip


@pytest.mark.parametrize("delivery", DELIVERIES)
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row, delivery: str) -> None:
    if delivery == "whole" or not row.only_whole:
        play(row, delivery)
