"""Group B: binary packets (RFC 4253 6), in the clear and in each kind of protection."""

import struct
from collections.abc import Callable

import pytest

import _ssh
from fields import DEBUG, DISCONNECT, IGNORE, UNIMPLEMENTED, string, u32
from peer import Gone, Peer
from playing import DELIVERIES, Row, Script, play
from protection import KINDS, TAG

LIMIT, LOST, PROTOCOL = _ssh.LimitError, _ssh.ConnectionLost, _ssh.ProtocolError
ALTERED = "message authentication failed"
BROKEN = f"{ALTERED}|too short|too long|padding"  # a length that is noise is found first

# Where a packet is put, and how it is protected there.
PLACES = [("kexinit", "gcm"), *(("service", kind) for kind in KINDS), ("finish", "gcm")]


def at(place: str, kind: str, act: Callable[[Peer], None]) -> Script:
    """Honest up to there, then `act`, then honest again."""

    def script(peer: Peer) -> None:
        peer.kind = kind
        peer.serve(until=place)
        act(peer)
        peer.serve()

    return script


def says(payload: bytes, times: int = 1) -> Callable[[Peer], None]:
    def act(peer: Peer) -> None:
        for _ in range(times):
            peer.send(payload)

    return act


def packet(length: int | None = None, padding: int | None = None, payload: bytes = b"") -> bytes:
    """One whose numbers are what they are told to be."""
    body = payload + bytes(padding or 0)
    size = len(body) + 1 if length is None else length
    return struct.pack(">IB", size, (padding or 0) & 0xFF) + body


def packets(*each: bytes) -> Callable[[Peer], None]:
    def act(peer: Peer) -> None:
        for one in each:
            peer.raw(peer.sealed_packet(one))

    return act


def filled(peer: Peer, padding: int) -> bytes:
    """A good packet but for its padding: an IGNORE of the size that fills blocks."""
    block = peer.protection.block
    rest = -(1 + 5 + padding + (4 if peer.protection.counts_length else 0)) % block
    return packet(padding=padding, payload=bytes([IGNORE]) + string(bytes(rest)))


# ---- lengths and padding


LENGTHS = [0, 1, 2, 3, 4, 5, 7, 15, 17, 35_001, 2**18 + 1, 2**31 - 1, 2**31,
           *range(2**32 - 20, 2**32)]  # fmt: skip


@pytest.mark.parametrize(("place", "kind"), PLACES)
def test_b1_b3_b6_lengths(place: str, kind: str) -> None:
    for length in LENGTHS:
        lie = packet(length, 11, bytes([IGNORE]) + string(bytes(18)))
        if length == 35_001 and place == "finish":
            continue  # a size that packets may have by then
        is_long = length > 35_000
        error, words = (LIMIT, "too long") if is_long else (PROTOCOL, "too short|padding|altered")
        row = Row("B1", f"length {length} at {place}", at(place, kind, packets(lie)), error, words)
        if kind.startswith("ctr") and not is_long:
            continue  # where the length says where the tag is, a lie is found there or at the end
        play(row)


@pytest.mark.parametrize("delivery", DELIVERIES)
@pytest.mark.parametrize(("place", "kind"), PLACES)
def test_b2_b4_padding(place: str, kind: str, delivery: str) -> None:
    def act(padding: int) -> Callable[[Peer], None]:
        return lambda peer: peer.raw(peer.sealed_packet(filled(peer, padding)))

    def empty(peer: Peer) -> None:
        block = peer.protection.block
        padding = 2 * block - 1 - (4 if peer.protection.counts_length else 0)
        peer.raw(peer.sealed_packet(packet(padding=padding)))

    def more_than_all(says: int) -> Callable[[Peer], None]:
        def act(peer: Peer) -> None:
            good = bytearray(filled(peer, 8))
            good[4] = len(good) - 4 if says == 0 else says
            peer.raw(peer.sealed_packet(bytes(good)))

        return act

    for padding in range(4):
        what = f"padding of {padding} at {place}, {kind}"
        play(Row("B2", what, at(place, kind, act(padding)), PROTOCOL, "padding"), delivery)
    for padding in (4, 5, 100, 255):
        what = f"twin: padding of {padding} at {place}, {kind}"
        if place != "kexinit":  # strict key exchange takes no IGNORE there
            play(Row("B2", what, at(place, kind, act(padding))), delivery)
    play(Row("B4", f"empty at {place}, {kind}", at(place, kind, empty), PROTOCOL, "padding|short"),
         delivery)  # fmt: skip
    for says in (0, 255, 200):
        what = f"padding beyond all at {place}, {kind}"
        play(Row("B2", what, at(place, kind, more_than_all(says)), PROTOCOL, "padding|short"),
             delivery)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_b3_what_fills_no_blocks(kind: str) -> None:
    for size in range(1, 16):
        content = packet(padding=8, payload=bytes([IGNORE]) + string(bytes(size)))
        act = packets(content + (bytes(16) if kind == "ctr" else b""))
        counted = len(content) - (0 if kind == "ctr" else 4)
        block = 8 if kind == "chacha" else 16
        if counted % block:
            row = Row("B3", f"{counted} bytes", at("service", kind, act), PROTOCOL, "")
            play(row)


@pytest.mark.parametrize("kind", ["gcm", "chacha", "ctr etm"])
def test_b5_b6_short_and_authentic(kind: str) -> None:
    """What the tag covers is right, but there is no room for a packet in it."""
    for size in range(16):
        content = struct.pack(">I", size) + bytes([4]) * size
        row = Row("B5", f"{size} bytes in {kind}", at("service", kind, packets(content)),
                  PROTOCOL, "short|padding|malformed")  # fmt: skip
        play(row)


# ---- what the tag protects


def flipped(offset: int, bit: int) -> Callable[[bytes], bytes]:
    def mangle(sealed: bytes) -> bytes:
        at = offset % len(sealed)
        return sealed[:at] + bytes([sealed[at] ^ (1 << bit)]) + sealed[at + 1 :]

    return mangle


@pytest.mark.parametrize("kind", KINDS)
def test_b7_every_byte_of_a_packet(kind: str) -> None:
    """A length that was altered may ask for more than comes, so that more comes."""

    def act(offset: int) -> Callable[[Peer], None]:
        def act(peer: Peer) -> None:
            peer.send(bytes([5 + 1]) + string(b"ssh-userauth"), mangle=flipped(offset, offset % 8))
            peer.raw(bytes(40_000))

        return act

    size = 4 + 32 + (32 if kind.startswith("ctr") else TAG)
    for offset in range(size):
        script = at("service", kind, act(offset))
        play(Row("B7", f"byte {offset} in {kind}", script, PROTOCOL, BROKEN))


@pytest.mark.parametrize("kind", KINDS)
def test_b7_every_byte_of_data(kind: str) -> None:
    def act(offset: int) -> Callable[[Peer], None]:
        def act(peer: Peer) -> None:
            peer.send(bytes([94]) + u32(peer.channel) + string(b"false"),
                      mangle=flipped(offset, 7 - offset % 8))  # fmt: skip
            peer.raw(bytes(600_000))

        return act

    for offset in range(4 + 16 + (32 if kind.startswith("ctr") else TAG)):
        script = at("finish", kind, act(offset))
        play(Row("B7", f"byte {offset} of data in {kind}", script, PROTOCOL, BROKEN))


@pytest.mark.parametrize("delivery", DELIVERIES)
@pytest.mark.parametrize("kind", KINDS)
def test_b8_tags(kind: str, delivery: str) -> None:
    size = 32 if kind.startswith("ctr") else TAG
    ignore = bytes([IGNORE]) + string(b"x")

    def with_tag(tag: Callable[[bytes], bytes]) -> Callable[[Peer], None]:
        return lambda peer: peer.send(ignore, mangle=lambda it: it[:-size] + tag(it[-size:]))

    def replayed(peer: Peer) -> None:
        sealed = peer.sealed(ignore)
        peer.raw(sealed)
        peer.raw(sealed)

    def swapped(peer: Peer) -> None:
        one, other = peer.sealed(ignore), peer.sealed(ignore)
        peer.raw(other)
        peer.raw(one)

    def left_out(peer: Peer) -> None:
        peer.sealed(ignore)
        peer.send(ignore)

    def cut(peer: Peer) -> None:
        peer.raw(peer.sealed(ignore)[:-1])
        peer.end()
        raise Gone

    acts: dict[str, tuple[Callable[[Peer], None], type[Exception], str]] = {
        "of zeros": (with_tag(lambda tag: bytes(len(tag))), PROTOCOL, ALTERED),
        "of another packet": (with_tag(lambda tag: tag[::-1]), PROTOCOL, ALTERED),
        "replayed": (replayed, PROTOCOL, BROKEN),
        "swapped": (swapped, PROTOCOL, BROKEN),
        "left out": (left_out, PROTOCOL, BROKEN),
        "cut": (cut, LOST, "closed"),
    }
    for what, (act, error, words) in acts.items():
        play(Row("B8", f"{what} in {kind}", at("service", kind, act), error, words), delivery)


# ---- the end at every byte


def ends_after(size: int, kind: str, sent: list[int]) -> Script:
    """An honest server whose connection ends when it has said so many bytes."""

    def script(peer: Peer) -> None:
        peer.kind = kind
        say, said = peer.raw, 0

        def raw(data: bytes) -> None:
            nonlocal said
            say(data[: max(size - said, 0)])
            said += len(data)
            if said > size:
                peer.end()
                raise Gone

        peer.raw = raw  # type: ignore[method-assign]
        peer.serve()
        sent.append(said)

    return script


@pytest.mark.parametrize("kind", KINDS)
def test_b9_the_end_at_every_byte(kind: str) -> None:
    sent: list[int] = []
    play(Row("B9", f"twin: all in {kind}", ends_after(1 << 20, kind, sent)))
    for size in range(0, sent[0], 1 if kind == "gcm" else 7):
        error = PROTOCOL if 0 < size < len(b"SSH-2.0-peer\r\n") else LOST  # text that may be no SSH
        play(Row("B9", f"{size} bytes in {kind}", ends_after(size, kind, []), error))


# ---- floods, remarks and the end by word


def text(code: int, content: bytes) -> bytes:
    return bytes([DISCONNECT]) + u32(code) + string(content) + string(b"en")


def debug(content: bytes, shown: int = 1) -> bytes:
    return bytes([DEBUG, shown]) + string(content) + string(b"")


EVIL = b"\x1b[2J\x9b31m\r\nroot# \xe2\x80\xae\xff"
FLOOD = bytes([IGNORE]) + string(b"")
LONG = bytes([IGNORE]) + string(bytes(30_000))

REMARKS = [
    Row("B11", "20,000 IGNOREs before login", at("login", "gcm", says(FLOOD, 20_000)), LIMIT,
        "too much before login", only_whole=True),
    Row("B11", "long IGNOREs before login", at("login", "gcm", says(LONG, 400)), LIMIT,
        "too much before login", only_whole=True),
    Row("B11", "twin: 20,000 IGNOREs after it", at("finish", "gcm", says(FLOOD, 20_000)),
        only_whole=True),
    Row("B12", "DEBUG that lies", at("service", "gcm", says(bytes([DEBUG, 1]) + u32(2**32 - 1))),
        PROTOCOL, "malformed"),
    Row("B12", "twin: DEBUG with escapes", at("service", "gcm", says(debug(EVIL)))),
    Row("B12", "twin: DEBUG with flag 2", at("service", "gcm", says(debug(b"x", 2)))),
    Row("B13", "UNIMPLEMENTED cut", at("service", "gcm", says(bytes([UNIMPLEMENTED, 0, 0]))),
        PROTOCOL, "malformed"),
    Row("B13", "twin: UNIMPLEMENTED of what was never sent",
        at("service", "gcm", says(bytes([UNIMPLEMENTED]) + u32(2**32 - 1)))),
    Row("B15", "DISCONNECT, escapes", at("finish", "gcm", says(text(2**32 - 1, EVIL))), LOST,
        r"\\x1b\[2J"),
    Row("B15", "DISCONNECT, 28,000 bytes", at("kexinit", "gcm", says(text(2, EVIL * 1500))), LOST,
        r"\\x1b\[2J"),
    Row("B15", "DISCONNECT, 250,000 bytes", at("finish", "gcm", says(text(2, EVIL * 13_000))), LOST,
        r"\.\.\."),
    Row("B15", "DISCONNECT that lies", at("service", "gcm",
        says(bytes([DISCONNECT]) + u32(2) + u32(2**32 - 1) + b"x")), PROTOCOL, "malformed"),
    Row("B15", "DISCONNECT in the clear", at("reply", "gcm", says(text(11, b"bye"))), LOST, "bye"),
]  # fmt: skip


@pytest.mark.parametrize("delivery", DELIVERIES)
@pytest.mark.parametrize("row", REMARKS, ids=str)
def test_rows(row: Row, delivery: str) -> None:
    if delivery == "whole" or not row.only_whole:
        play(row, delivery)


def test_b15_the_reason_is_told() -> None:
    for code in (0, 1, 2, 11, 14, 15, 255, 2**31, 2**32 - 1):

        def use(session: _ssh.Session, code: int = code) -> object:
            with pytest.raises(_ssh.ConnectionLost) as lost:
                session.userauth_password("user", "x")
            return lost.value.disconnect_code == code

        play(Row("B15", f"reason {code}", at("login", "gcm", says(text(code, b""))), use=use,
                 result=True))  # fmt: skip


# ---- algorithms that were not offered


def offers(**lists: bytes) -> Script:
    def script(peer: Peer) -> None:
        peer.lists = {int(place[1:]): names for place, names in lists.items()}
        peer.serve()

    return script


def test_b19_algorithms_that_were_not_offered() -> None:
    for name in (b"none", b"3des-cbc", b"arcfour", b"x" * 64, b"aes128-cbc"):
        for place in (2, 3):
            row = Row("B19", f"cipher {name!r}", offers(**{f"_{place}": string(name)}),
                      _ssh.NegotiationError, "cipher")  # fmt: skip
            play(row)
    for place in (4, 5):
        lists = {"_2": string(b"aes128-ctr"), "_3": string(b"aes128-ctr")}
        lists[f"_{place}"] = string(b"none")
        play(Row("B19", "MAC none", offers(**lists), _ssh.NegotiationError, "mac|MAC"))
    for place in (6, 7):
        play(Row("B19", "compression zlib", offers(**{f"_{place}": string(b"zlib")}),
                 _ssh.NegotiationError, "compression"))  # fmt: skip
