"""Rows H16 and H17: channels that the server opens, to a client that listens through it and to one
that does not (RFC 4254 7, OpenSSH's PROTOCOL 2.4 and its agents)."""

from collections.abc import Callable

import pytest

import _ssh
from fields import (
    CLOSE,
    DATA,
    EOF,
    GLOBAL_REQUEST,
    OPEN,
    OPEN_CONFIRMATION,
    OPEN_FAILURE,
    REQUEST,
    REQUEST_SUCCESS,
    SUCCESS,
    WINDOW_ADJUST,
    Message,
    Text,
    message,
    string,
    u32,
)
from peer import OUTPUT, SECRET, Peer
from playing import DELIVERIES, Row, Script, play

PROTOCOL, LIMIT = _ssh.ProtocolError, _ssh.LimitError
EVIL = "\x1b[2J\x9b\r\nroot# \u202e".encode() + b"\xff"
PROHIBITED, UNKNOWN_TYPE, SHORTAGE = 1, 3, 4  # RFC 4254 5.1
WAITING = 128  # of those whom nobody took yet; limits.h
LONGEST = 4096  # of an address; limits.h
Act = Callable[[Peer], None]


def offer(
    origin: bytes = b"10.0.0.1", address: bytes = b"127.0.0.1", port: int = 4000, number: int = 9,
    most: int = 32768,
) -> bytes:  # fmt: skip
    """Somebody came to a port at which the server listens for us."""
    where = string(address) + u32(port) + string(origin) + u32(5555)
    return opens(b"forwarded-tcpip", where, number, most)


def opens(kind: bytes, rest: bytes = b"", number: int = 9, most: int = 32768) -> bytes:
    return bytes([OPEN]) + string(kind) + u32(number) + u32(1 << 20) + u32(most) + rest


def listening(*acts: Act, answer: bytes = b"", at: str = "finish") -> Script:
    """Grants what is asked for, and does its worst while the client waits for a command, or at once
    where that is what it waits for."""

    def script(peer: Peer) -> None:
        peer.serve(until="open")
        peer.expect(GLOBAL_REQUEST)
        peer.send(bytes([REQUEST_SUCCESS]) + answer)
        peer.serve(until=at)
        for act in acts:
            act(peer)
        peer.serve()

    return script


def sends(*payloads: bytes) -> Act:
    def act(peer: Peer) -> None:
        for payload in payloads:
            peer.send(payload)

    return act


def refused(*reasons: int, first: int = 9) -> Act:
    """The client refuses the next offers, in their order, and says no word of the server's."""

    def act(peer: Peer) -> None:
        for number, reason in enumerate(reasons, first):
            said = peer.expect(OPEN_FAILURE)
            assert said[1:9] == u32(number) + u32(reason), (number, reason, said)
            assert EVIL not in said

    return act


def talks(peer: Peer) -> None:
    """Who was taken is heard."""
    said = peer.expect(OPEN_CONFIRMATION)
    assert said[1:5] == u32(9)
    number = int.from_bytes(said[5:9], "big")
    peer.say(DATA, string(b"hello"), number)
    peer.say(CLOSE, channel=number)


def listens(session: _ssh.Session) -> object:
    session.userauth_password("user", SECRET)
    with session.listen("127.0.0.1", 4000):
        return session.exec("command")


def accepts(session: _ssh.Session) -> object:
    session.userauth_password("user", SECRET)
    with session.listen("127.0.0.1", 4000) as listener:
        channel, origin = listener.accept(timeout=3)
        assert origin is not None
        said = channel.recv(100)
        session.exec("command")
        return said, *origin


def chooses(session: _ssh.Session) -> object:
    """The server chooses the port."""
    session.userauth_password("user", SECRET)
    with session.listen("127.0.0.1") as listener:
        return listener.port, session.exec("command")


def gives_up(session: _ssh.Session) -> object:
    session.userauth_password("user", SECRET)
    session.listen("127.0.0.1", 4000).close()
    return session.exec("command")


def shows_an_agent(session: _ssh.Session) -> object:
    session.userauth_password("user", SECRET)
    with session.listen_agent() as listener, session.open_session() as shown:
        shown.request_agent()
        shown.exec("command")
        output = shown.stdout.read()
        channel, origin = listener.accept(timeout=3)
        assert origin is None
        return output, channel.recv(100)


def with_an_agent(peer: Peer) -> None:
    """Who listens for agents has not asked for ports."""
    peer.serve(until="exec")
    peer.exec()  # the request to show it
    peer.serve(until="finish")
    peer.send(offer())
    refused(PROHIBITED)(peer)
    peer.send(opens(b"auth-agent@openssh.com"))
    peer.serve()
    talks(peer)


def after_it_was_given_up(peer: Peer) -> None:
    peer.serve(until="open")
    for _ in ("listen", "cancel"):
        peer.expect(GLOBAL_REQUEST)
        peer.send(bytes([REQUEST_SUCCESS]))
    peer.serve(until="finish")
    peer.send(offer())
    refused(PROHIBITED)(peer)
    peer.serve()


def unasked(*payloads: bytes) -> Script:
    def script(peer: Peer) -> None:
        peer.serve(until="finish")
        for payload in payloads:
            peer.send(payload)
        refused(*[PROHIBITED] * len(payloads))(peer)
        peer.serve()

    return script


def flood(count: int, kept: int) -> Act:
    """Of which so many are kept waiting; each that is too many is refused."""

    def act(peer: Peer) -> None:
        for number in range(count):
            peer.send(offer(number=number))
        refused(*[SHORTAGE] * (count - kept), first=kept)(peer)

    return act


def early(number: int, body: bytes = b"") -> Act:
    """Into an offer that nobody has taken: the client's channel 1."""

    def act(peer: Peer) -> None:
        peer.send(offer())
        peer.say(number, body, 1)

    return act


ASKED = string(b"127.0.0.1") + u32(4000)
EXTRA = {
    b"forwarded-tcpip": ASKED + string(EVIL) + u32(1),
    b"forwarded-streamlocal@openssh.com": string(EVIL) + string(b""),
    b"auth-agent@openssh.com": b"",
    b"x11": string(EVIL) + u32(6000),
    EVIL: b"",
}

OFFERS = [
    *(Row("H16", f"twin: opens {kind!r} unasked", unasked(*[opens(kind, rest, number)
          for number in range(9, 12)])) for kind, rest in EXTRA.items()),
    Row("H16", "twin: 3,000 unasked", unasked(*[offer(number=n) for n in range(9, 3009)]),
        only_whole=True),
    *(Row("H16", f"twin: opens {kind!r} to who listens",
          listening(sends(opens(kind, rest)), refused(why)), use=listens)
      for kind, rest, why in [
          (b"auth-agent@openssh.com", b"", PROHIBITED), (b"session", b"", UNKNOWN_TYPE),
          (b"forwarded-streamlocal@openssh.com", string(EVIL) + string(b""), PROHIBITED),
          (b"x11", string(b"") + u32(1), UNKNOWN_TYPE), (b"", b"", UNKNOWN_TYPE),
          (EVIL, EVIL, UNKNOWN_TYPE), (b"forwarded-tcpip\0", ASKED, UNKNOWN_TYPE),
          (b"Forwarded-TCPIP", ASKED, UNKNOWN_TYPE),
      ]),
    *(Row("H17", f"twin: at port {port}, not asked for",
          listening(sends(offer(port=port)), refused(PROHIBITED)), use=listens)
      for port in (0, 1, 3999, 4001, 4000 + 2**16, 2**32 - 1)),
    Row("H17", "twin: after it was given up", after_it_was_given_up, use=gives_up),
    Row("H17", "twin: who comes is taken", listening(sends(offer()), talks, at="open"), use=accepts,
        result=(b"hello", "10.0.0.1", 5555)),
    Row("H17", "twin: who comes has a name of control characters",
        listening(sends(offer(EVIL)), talks, at="open"), use=accepts,
        result=(b"hello", r"\x1b[2J\xc2\x9b\x0d\x0aroot# \xe2\x80\xae\xff", 5555)),
    Row("H17", "twin: who comes is nobody", listening(sends(offer(b"")), talks, at="open"),
        use=accepts, result=(b"hello", "", 5555)),
    Row("H17", "twin: for an agent, and for nothing else", with_an_agent, use=shows_an_agent,
        result=(OUTPUT, b"hello")),
    Row("H16", "twin: 3,000 to who listens", listening(flood(3000, WAITING)), use=listens,
        only_whole=True),
    *(Row("H16", f"twin: {count} to who listens", listening(flood(count, WAITING)), use=listens,
          only_whole=True) for count in (WAITING, WAITING + 1)),
    Row("H16", "an address that is too long", listening(sends(offer(address=b"a" * (LONGEST + 1)))),
        LIMIT, "limit", use=listens),
    Row("H16", "an origin that is too long", listening(sends(offer(b"a" * (LONGEST + 1)))),
        LIMIT, "limit", use=listens),
    Row("H16", "twin: an address just short enough", listening(
        sends(offer(address=b"a" * LONGEST, port=1)), refused(PROHIBITED)), use=listens),
    Row("H3", "an offer without packets", listening(sends(offer(most=0))), PROTOCOL, "",
        use=listens),
    *(Row("H2", f"{number} into an offer", listening(early(number, body)), PROTOCOL, "",
          use=listens)
      for number, body in {
          DATA: string(b"x"), EOF: b"", CLOSE: b"", WINDOW_ADJUST: u32(1), SUCCESS: b"",
          REQUEST: string(b"exit-status") + b"\0" + u32(0),
          OPEN_CONFIRMATION: u32(1) * 3, OPEN_FAILURE: u32(1) + string(b"") * 2,
      }.items()),
    Row("H13", "granted twice", listening(sends(bytes([REQUEST_SUCCESS]))), PROTOCOL,
        "nobody asked", use=listens),
    *(Row("H17", f"the port {answer!r}", listening(answer=answer), PROTOCOL, "malformed",
          use=chooses)
      for answer in (b"", u32(0), u32(65536), u32(2**32 - 1), u32(4000)[:3], u32(4000) + b"x")),
    *(Row("H17", f"twin: the port {port}", listening(answer=u32(port)), use=chooses,
          result=(port, OUTPUT)) for port in (1, 65535)),
]  # fmt: skip


@pytest.mark.parametrize("delivery", DELIVERIES)
@pytest.mark.parametrize("row", OFFERS, ids=str)
def test_offers(row: Row, delivery: str) -> None:
    if delivery == "whole" or not row.only_whole:
        play(row, delivery)


WELL_FORMED: dict[str, Message] = {
    "tcpip": message("OPEN", OPEN, Text(b"forwarded-tcpip"), u32(9), u32(1 << 20), u32(32768),
                     Text(b"127.0.0.1"), u32(4000), Text(b"10.0.0.1"), u32(5555)),
    "streamlocal": message("OPEN", OPEN, Text(b"forwarded-streamlocal@openssh.com"), u32(9),
                           u32(1 << 20), u32(32768), Text(b"/run/x"), Text(b"")),
}  # fmt: skip


@pytest.mark.parametrize("kind", WELL_FORMED)
def test_offers_cut_everywhere_and_with_lies(kind: str) -> None:
    """Of a kind that is listened for, one that is malformed is the end."""
    whole = WELL_FORMED[kind]
    bad = [*whole.cut_everywhere(), *(lie for _, lie in whole.with_lies()), whole.encode() + b"x"]
    for payload in bad:
        script = listening(sends(payload))
        other = _has_another_type(payload)
        play(Row("H16", f"malformed {payload!r}", script, PROTOCOL, use=listens, may_pass=other))


def _has_another_type(payload: bytes) -> bool:
    """Then it is refused for that, whatever else it says."""
    return len(payload) > 20 and not payload[1:].startswith(
        (string(b"forwarded-tcpip"), string(b"forwarded-streamlocal@openssh.com"))
    )
