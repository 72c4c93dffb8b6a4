"""Row C17, and with it C1, C3, C4, F14 and F15: each of the 256 message numbers at each step of a
session, with strict key exchange and without. The table here is written from the RFCs, apart from
that of the client."""

import pytest

import _ssh
from fields import (
    DISCONNECT,
    UNIMPLEMENTED,
    string,
    u32,
)
from messages import ANY_TIME, BY_STEP, BYE
from peer import OUTPUT, Peer
from playing import Row, play

WELL_FORMED = {
    each.encode()[0]: each.encode()
    for messages in (*BY_STEP.values(), ANY_TIME, [BYE])
    for each in messages
}
WELL_FORMED[94] = bytes([94]) + u32(0) + string(b"")
"""Number -> a message of that number with nothing wrong in it."""

KNOWN = {1, 2, 3, 4, 5, 6, 7, 20, 21, 30, 31, 32, 33, 34, 50, 51, 52, 53, 60, 61, 80, 81, 82,
         *range(90, 101)}  # fmt: skip
"""What RFC 4250 4.1 and the key exchanges define; the rest is to be answered UNIMPLEMENTED."""

NOISE = {2, 3, 4}

# Step before which it comes -> what is welcome there, or harmless.
WELCOME: dict[str, set[int]] = {
    "kexinit": NOISE,
    "reply": NOISE,
    "newkeys": NOISE,
    "service": NOISE | {7},
    "login": NOISE | {7, 53},
    "open": NOISE | {80, 90},
    "exec": NOISE | {80, 90, 93, 94, 95, 98},
    "finish": NOISE | {80, 90, 93, 94, 95, 98},
    "rekey": NOISE,
}
EXCHANGE = {"kexinit", "reply", "newkeys"}

# What ends a step in its own way: said by rows of their own.
APART = {
    ("login", 51), ("login", 52), ("login", 60), ("finish", 97), ("exec", 97), ("exec", 96),
    ("exec", 99), ("exec", 100),
    ("newkeys", 21), ("open", 91), ("open", 92),
}  # fmt: skip


def inject(peer: Peer, step: str, payload: bytes) -> int:
    """Says it before that step; returns the number under which it went."""
    if step == "rekey":
        peer.serve(until="finish")
        peer.kexinit()
    else:
        peer.serve(until=step)
    number = peer.sent_count
    peer.send(payload)
    if step == "rekey":
        peer.reply()
        peer.newkeys()
    peer.serve()
    return number


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "not strict"])
@pytest.mark.parametrize("step", WELCOME)
def test_c17_every_number(step: str, strict: bool) -> None:
    for number in range(256):
        if (step, number) not in APART:
            _play_number(step, number, strict)


def _play_number(step: str, number: int, strict: bool) -> None:
    sent_as: list[int] = []

    def script(peer: Peer) -> None:
        peer.is_strict = strict
        sent_as.append(inject(peer, step, WELL_FORMED.get(number, bytes([number]))))

    is_strict_exchange = strict and (step in EXCHANGE or step == "rekey")
    is_unknown = number not in KNOWN and number != 0
    is_noise_too_early = number in NOISE and strict and step in EXCHANGE
    goes_on = (number in WELCOME[step] and not is_noise_too_early) or (
        is_unknown and not is_strict_exchange
    )
    what = f"number {number} before {step}"
    if goes_on:
        peer = play(Row("C17", f"twin: {what}", script, result=OUTPUT))
        said = [each for each in peer.heard if each[0] == UNIMPLEMENTED]
        assert said == ([bytes([UNIMPLEMENTED]) + u32(sent_as[0])] if is_unknown else []), what
    elif number == DISCONNECT:
        play(Row("C17", what, script, _ssh.ConnectionLost, "bye"))
    else:
        play(Row("C17", what, script, _ssh.ProtocolError))
