"""Group C: KEXINIT and strict key exchange (RFC 4253 7, PROTOCOL of OpenSSH 1.9)."""

import os
import socket
from collections.abc import Callable

import pytest

import _ssh
from fields import (
    EXT_INFO,
    IGNORE,
    KEX_INIT,
    KEXINIT,
    NEWKEYS,
    Message,
    Text,
    message,
    names,
    string,
    take_string,
    u32,
)
from peer import Peer
from playing import DELIVERIES, Row, Script, play

PROTOCOL, NEGOTIATION = _ssh.ProtocolError, _ssh.NegotiationError
SIGNATURE = _ssh.HostKeySignatureError
OUT_OF_TURN = "not allowed"
REST = ["service", "login", "open", "exec", "finish"]


def peer_with(**what: object) -> Script:
    def script(peer: Peer) -> None:
        for name, value in what.items():
            setattr(peer, name, value)
        peer.serve()

    return script


def lists(**each: bytes) -> Script:
    """KEXINIT with these name-lists in place of the usual."""
    return peer_with(lists={int(place[1:]): text for place, text in each.items()})


def kexinit_message(peer: Peer) -> Message:
    parts = [Text(take_string(each)[0]) for each in peer.name_lists()]
    return message("KEXINIT", KEXINIT, os.urandom(16), *parts, b"\0", u32(0))


def sends_kexinit(body: bytes | Callable[[bytes], bytes], rest: str = "reply") -> Script:
    """A KEXINIT of its own making, then honest."""

    def script(peer: Peer) -> None:
        peer.serve(until="kexinit")
        whole = kexinit_message(peer).encode()
        peer.send_kexinit(body(whole) if callable(body) else body)
        peer.client_kexinit = peer.expect(KEXINIT)
        peer.skip("kexinit")
        peer.serve()

    return script


# ---- B17 and B18 of KEXINIT and of the reply


def test_kexinit_cut_everywhere_and_with_lies() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        whole = kexinit_message(Peer(ours))
    for cut in whole.cut_everywhere():
        play(Row("B17", f"KEXINIT of {len(cut)} bytes", sends_kexinit(cut), PROTOCOL))
    for what, lie in whole.with_lies():
        play(Row("B18", f"KEXINIT, a length {what}", sends_kexinit(lie), PROTOCOL))
    for more in (b"\0", b"more" * 10):
        body = whole.encode() + more
        play(Row("B16", "KEXINIT and more", sends_kexinit(body), PROTOCOL))


def replies(change: Callable[[bytes], bytes]) -> Script:
    def script(peer: Peer) -> None:
        peer.serve(until="reply")
        peer.is_lying = True
        peer.reply(then=change)
        peer.is_lying = True
        peer.skip("reply")
        peer.serve()

    return script


def cut_to(size: int) -> Callable[[bytes], bytes]:
    return lambda payload: payload[:size]


def reply_message(payload: bytes) -> Message:
    blob, at = take_string(payload, 1)
    share, at = take_string(payload, at)
    signature, _ = take_string(payload, at)
    return message("KEX_ECDH_REPLY", payload[0], Text(blob), Text(share), Text(signature))


def test_the_reply_cut_everywhere_and_with_lies() -> None:
    size = 1 + 4 + 51 + 4 + 32 + 4 + 83
    for at in range(1, size):
        row = Row("B17", f"reply of {at} bytes", replies(cut_to(at)), PROTOCOL)
        play(row)
    for index in range(len(list(reply_message(_a_reply()).with_lies()))):

        def lie(payload: bytes, index: int = index) -> bytes:
            return list(reply_message(payload).with_lies())[index][1]

        play(Row("B18", f"reply, lie {index}", replies(lie), PROTOCOL))
    play(Row("B16", "reply and more", replies(lambda it: it + b"\0"), PROTOCOL))


def _a_reply() -> bytes:
    return bytes([31]) + string(bytes(51)) + string(bytes(32)) + string(bytes(83))


# ---- rows


def noise_before_newkeys(payload: bytes, strict: bool) -> Script:
    def script(peer: Peer) -> None:
        peer.is_strict = strict
        peer.serve(until="newkeys")
        peer.send(payload)
        peer.serve()

    return script


def at_reply(act: Callable[[Peer], None]) -> Script:
    def script(peer: Peer) -> None:
        peer.serve(until="reply")
        act(peer)
        peer.serve()

    return script


def second_kexinit(peer: Peer) -> None:
    peer.send_kexinit()


def newkeys_now(peer: Peer) -> None:
    peer.send(bytes([NEWKEYS]))


def reply_twice(peer: Peer) -> None:
    peer.serve(until="newkeys")
    peer.send(_a_reply())


def newkeys_with_body(peer: Peer) -> None:
    peer.serve(until="newkeys")
    peer.send(bytes([NEWKEYS, 0]))


def newkeys_twice(peer: Peer) -> None:
    peer.serve(until="newkeys")
    peer.send(bytes([NEWKEYS]))
    peer.switch_output()
    peer.send(bytes([NEWKEYS]))


def keeps_counting(peer: Peer) -> None:
    """Strict key exchange, but the numbers of its packets go on."""
    peer.serve(until="newkeys")
    peer.send(bytes([NEWKEYS]))
    count = peer.sent_count
    peer.switch_output()
    peer.sent_count = count
    peer.expect(NEWKEYS)
    peer.switch_input()
    peer.skip("newkeys")
    peer.serve()


def chacha_keeps_counting(peer: Peer) -> None:
    peer.kind = "chacha"
    keeps_counting(peer)


def marker_only_later(peer: Peer) -> None:
    """Without strict key exchange at first: that a later KEXINIT names it changes nothing."""
    peer.is_strict = False
    peer.kind = "chacha"
    peer.serve(until="finish")
    peer.lists = {0: names(peer.method, "kex-strict-s-v00@openssh.com")}
    peer.rekey()
    peer.serve()


def guesses(method: bytes, flag: int = 1) -> Script:
    """first_kex_packet_follows, and the guessed packet: with a wrong guess it is dropped."""

    def script(peer: Peer) -> None:
        peer.is_strict = False
        peer.serve(until="kexinit")
        peer.lists = {0: names(method.decode(), peer.method)}
        whole = bytes([KEXINIT]) + os.urandom(16) + b"".join(peer.name_lists())
        peer.send_kexinit(whole + bytes([flag]) + u32(0))
        peer.send(_a_reply())
        peer.client_kexinit = peer.expect(KEXINIT)
        peer.skip("kexinit")
        peer.serve()

    return script


def edited(change: Callable[[bytes], bytes]) -> Script:
    """A middleman changed the server's KEXINIT on its way."""

    def script(peer: Peer) -> None:
        peer.serve(until="kexinit")
        whole = kexinit_message(peer).encode()
        peer.send_kexinit(change(whole))
        peer.kexinit_sent = whole
        peer.is_lying = True
        peer.client_kexinit = peer.expect(KEXINIT)
        peer.skip("kexinit")
        peer.expect(KEX_INIT)
        peer.heard.pop()
        peer.serve()

    return script


def middleman(peer: Peer) -> None:
    """Takes the marker of strict key exchange out of the client's KEXINIT."""
    peer.serve(until="reply")
    peer.client_kexinit = peer.client_kexinit.replace(b"kex-strict-c", b"kex-strikt-c")
    peer.reply(signature=lambda proof: proof)


def first_other(peer: Peer) -> None:
    peer.serve(until="kexinit")
    peer.kexinit()
    peer.kexinit_sent = peer.kexinit_sent.replace(b"gcm", b"gcn")
    peer.skip("kexinit")
    peer.reply(signature=lambda proof: proof)


EMPTY = names()
MANY = string(b",".join(b"name-%05d" % number for number in range(2_000)))

ROWS = [
    *(Row(f"C3 {strict}", "EXT_INFO before NEWKEYS", noise_before_newkeys(
        bytes([EXT_INFO]) + u32(0), strict), PROTOCOL, OUT_OF_TURN) for strict in (True, False)),
    Row("C2", "IGNORE before NEWKEYS", noise_before_newkeys(
        bytes([IGNORE]) + string(b""), True), PROTOCOL, OUT_OF_TURN),
    Row("C2", "twin: the same when not strict", noise_before_newkeys(
        bytes([IGNORE]) + string(b""), False)),
    Row("C5", "a second KEXINIT", at_reply(second_kexinit), PROTOCOL, OUT_OF_TURN),
    Row("C6", "NEWKEYS instead of the reply", at_reply(newkeys_now), PROTOCOL, OUT_OF_TURN),
    Row("C6", "the reply twice", reply_twice, PROTOCOL, OUT_OF_TURN),
    Row("C6", "NEWKEYS with a body", newkeys_with_body, PROTOCOL, "malformed"),
    Row("C6", "NEWKEYS twice", newkeys_twice, PROTOCOL, OUT_OF_TURN),
    *(Row("C7", f"list {place} empty", lists(**{f"_{place}": EMPTY}), NEGOTIATION, "no .*common")
      for place in (0, 1, 2, 3, 6, 7)),
    Row("C7", "MAC lists empty with a plain cipher", peer_with(
        kind="ctr", lists={4: EMPTY, 5: EMPTY}), NEGOTIATION, "mac|MAC"),
    Row("C7", "twin: MAC lists empty with an AEAD", lists(_4=EMPTY, _5=EMPTY)),
    Row("C7", "twin: languages", lists(_8=names("en"), _9=names("tlh", "en"))),
    Row("C8", "2,000 names", lists(_2=MANY), PROTOCOL, ""),
    Row("C8", "twin: a name of 30,000 bytes", lists(_2=names("x" * 30_000,
        "aes128-gcm@openssh.com"))),
    Row("C8", "only commas", lists(_0=string(b",,,")), NEGOTIATION, "kex"),
    Row("C8", "twin: an empty name is none", lists(_2=string(b",aes128-gcm@openssh.com"))),
    Row("C8", "not ASCII", lists(_2=string(b"aes\xff,aes128-gcm@openssh.com")), PROTOCOL, ""),
    Row("C8", "NUL", lists(_2=string(b"a\0b,aes128-gcm@openssh.com")), PROTOCOL, ""),
    Row("C8", "an escape", lists(_2=string(b"\x1b[2J")), PROTOCOL, ""),
    Row("C8", "twin: a name twice", lists(_2=names(*["aes128-gcm@openssh.com"] * 2))),
    *(Row("C9", marker, lists(_0=names(marker)), NEGOTIATION, "kex") for marker in (
        "kex-strict-s-v00@openssh.com", "kex-strict-c-v00@openssh.com", "ext-info-s",
        "ext-info-c")),
    Row("C9", "twin: markers first", lists(_0=names(
        "ext-info-c", "kex-strict-c-v00@openssh.com", "kex-strict-s-v00@openssh.com",
        "curve25519-sha256"))),
    Row("C10", "twin: the marker in a rekey only", marker_only_later),
    Row("C11", "sequence numbers that go on", chacha_keeps_counting, PROTOCOL,
        "authentication failed|short|long|padding"),
    Row("C12", "twin: a wrong guess", guesses(b"ecdh-sha2-nistp521")),
    Row("C12", "twin: a wrong guess, flag 2", guesses(b"ecdh-sha2-nistp521", 2)),
    Row("C13", "twin: reserved", sends_kexinit(lambda whole: whole[:-4] + b"\xff" * 4)),
    Row("C14", "host keys", lists(_1=names("ssh-dss", "ssh-xmss@openssh.com")), NEGOTIATION,
        "host key"),
    Row("C14", "one ECDSA type is not all", peer_with(lists={1: names("ecdsa-sha2-nistp384")}),
        NEGOTIATION, "host key", options={"algorithms": {"host_key": "ecdsa-sha2-nistp256"}}),
    Row("C15", "the client's KEXINIT edited", middleman, SIGNATURE, "signature"),
    Row("C15", "the server's KEXINIT edited", first_other, SIGNATURE, "signature"),
    Row("C16", "not strict where that is required", peer_with(is_strict=False), NEGOTIATION,
        "strict", options={"require_strict_kex": True}),
]  # fmt: skip


@pytest.mark.parametrize("delivery", DELIVERIES)
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row, delivery: str) -> None:
    play(row, delivery)


def test_c14_both_lists_are_told() -> None:
    row = Row("C14", "no cipher", lists(_2=names("rot13", "caesar")), NEGOTIATION, "rot13.*caesar")
    play(row)
    with pytest.raises(AssertionError):  # the harness can fail
        play(Row("C14", "no cipher", row.script, _ssh.ConnectionLost))


def test_c16_not_strict_is_warned_of() -> None:
    def use(session: _ssh.Session) -> object:
        assert any("strict" in warning for warning in session.warnings)
        session.userauth_password("user", "x")
        return session.exec("command")

    for kind in ("chacha", "ctr etm", "gcm"):
        with pytest.warns(_ssh.SecurityWarning):
            play(Row("C16", f"twin: {kind}", peer_with(is_strict=False, kind=kind), use=use))
