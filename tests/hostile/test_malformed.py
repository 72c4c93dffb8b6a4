"""Rows B16 to B18: every message cut after each byte, with a byte too much, and with each length
and count set to what it is not. The messages of key exchange are in test_kexinit.py."""

from collections.abc import Iterator

import pytest

import _ssh
from fields import Message
from messages import BY_STEP, BYE
from peer import Peer
from playing import Row, Script, play

# Declined by their kind alone: what follows it is not looked at, and a changed kind is another one.
DECLINED = {"OPEN x11", "OPEN forwarded-tcpip", "GLOBAL_REQUEST", "unknown request", "exit-status",
            "exit-signal"}  # fmt: skip


def instead(step: str, payload: bytes) -> Script:
    """Says this where the step was due, and then what is honest."""

    def script(peer: Peer) -> None:
        peer.serve(until=step)
        peer.send(payload)
        peer.serve()

    return script


MESSAGES = [(step, each) for step, messages in BY_STEP.items() for each in messages]
NAMES = [f"{step}-{each.name}" for step, each in MESSAGES]


def changed(each: Message) -> Iterator[tuple[str, str, bytes]]:
    """(row, what was done, the message)"""
    whole = each.encode()
    for cut in each.cut_everywhere():
        yield "B17", f"cut to {len(cut)} bytes", cut
    for what, lie in each.with_lies():
        yield "B18", f"a length or count {what}", lie
    for more in (b"\0", b"\0\0\0\0", b"more" * 100):
        yield "B16", f"{len(more)} bytes too much", whole + more


@pytest.mark.parametrize(("step", "each"), MESSAGES, ids=NAMES)
def test_what_is_malformed(step: str, each: Message) -> None:
    for row, what, payload in changed(each):
        script = instead(step, payload)
        passes = each.name in DECLINED
        play(Row(row, f"{each.name}, {what}", script, _ssh.ProtocolError, may_pass=passes))


def test_disconnect() -> None:
    for row, what, payload in changed(BYE):
        script = instead("service", payload)
        play(Row(row, f"DISCONNECT, {what}", script, _ssh.ProtocolError, "malformed"))
    play(Row("B15", "DISCONNECT", instead("service", BYE.encode()), _ssh.ConnectionLost, "bye"))
