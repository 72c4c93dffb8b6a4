"""Groups G and H: re-keying (RFC 4253 9) and channels (RFC 4254)."""

from collections.abc import Callable

import pytest

import _ssh
from fields import (
    AUTH_REQUEST,
    AUTH_SUCCESS,
    CLOSE,
    DATA,
    EOF,
    EXTENDED_DATA,
    FAILURE,
    GLOBAL_REQUEST,
    IGNORE,
    KEXINIT,
    OPEN,
    OPEN_CONFIRMATION,
    OPEN_FAILURE,
    REQUEST,
    REQUEST_FAILURE,
    REQUEST_SUCCESS,
    SUCCESS,
    WINDOW_ADJUST,
    string,
    u32,
)
from peer import OUTPUT, SECRET, Peer
from playing import DELIVERIES, Row, Script, play

PROTOCOL, LIMIT = _ssh.ProtocolError, _ssh.LimitError
CHANNEL = _ssh.ChannelError
EVIL = "\x1b[2J\x9b\r\nroot# \u202e".encode() + b"\xff"
WINDOW = 2 << 20  # ours, to begin with
Act = Callable[[Peer], None]


def at(step: str, *acts: Act) -> Script:
    def script(peer: Peer) -> None:
        peer.serve(until=step)
        for act in acts:
            act(peer)
        peer.serve()

    return script


def says(number: int, body: bytes = b"", channel: int | None = None, times: int = 1) -> Act:
    def act(peer: Peer) -> None:
        for _ in range(times):
            peer.say(number, body, channel)

    return act


def sends(payload: bytes, times: int = 1) -> Act:
    def act(peer: Peer) -> None:
        for _ in range(times):
            peer.send(payload)

    return act


def ends(*acts: Act) -> Script:
    """In place of the honest end of the command."""

    def script(peer: Peer) -> None:
        peer.serve(until="finish")
        for act in acts:
            act(peer)
        peer.skip("finish")

    return script


def confirmed(window: int, most: int) -> Script:
    def script(peer: Peer) -> None:
        peer.window, peer.most = window, most
        peer.serve()

    return script


def opens(kind: bytes, rest: bytes = b"") -> bytes:
    return bytes([OPEN]) + string(kind) + u32(9) + u32(1 << 20) + u32(32768) + rest


def status(code: bytes = u32(0), kind: bytes = b"exit-status") -> Act:
    return says(REQUEST, string(kind) + b"\0" + code)


def signal(name: bytes) -> Act:
    said = string(name) + b"\0" + string(EVIL) + string(b"")
    return says(REQUEST, string(b"exit-signal") + b"\0" + said)


def flood(peer: Peer) -> None:
    """As much as the window has, and a byte."""
    left = WINDOW
    while left:
        peer.data(bytes(min(left, 32768)))
        left -= min(left, 32768)
    peer.data(b"x")


def no_open_but(body: bytes) -> Script:
    def script(peer: Peer) -> None:
        peer.serve(until="open")
        peer.expect(OPEN)
        peer.send(body)

    return script


def failed(reason: int, text: bytes) -> bytes:
    return bytes([OPEN_FAILURE]) + u32(0) + u32(reason) + string(text) + string(b"")


def shuts(peer: Peer) -> None:
    peer.window = 0
    peer.serve(until="finish")
    peer.drain()


def refuses(peer: Peer) -> None:
    peer.serve(until="exec")
    peer.expect(REQUEST)
    peer.say(FAILURE)


# ---- re-keying


def breaks_in(payload: bytes, step: int) -> Script:
    """Something else between its KEXINIT and its NEWKEYS."""

    def script(peer: Peer) -> None:
        peer.serve(until="finish")
        peer.kexinit()
        if step == 1:
            peer.reply()
        peer.send(payload)
        if step == 0:
            peer.reply()
        peer.newkeys()
        peer.serve()

    return script


def exchanges(times: int, data: bytes = b"") -> Script:
    def script(peer: Peer) -> None:
        peer.serve(until="finish")
        for _ in range(times):
            peer.rekey()
            if data:
                peer.data(data)
        peer.serve()

    return script


def exchange_before_login(peer: Peer) -> None:
    """While its answer to a login is awaited."""
    peer.serve(until="login")
    peer.expect(AUTH_REQUEST)
    peer.rekey()
    peer.send(bytes([AUTH_SUCCESS]))
    peer.skip("login")
    peer.serve()


def other_ciphers(peer: Peer) -> None:
    peer.serve(until="finish")
    session = peer.session
    for kind in ("ctr", "chacha", "ctr etm", "gcm"):
        peer.kind = kind
        peer.rekey()
        assert peer.session == session
    peer.serve()


def silent(peer: Peer) -> None:
    """Takes the client's KEXINIT, and never says its own."""
    peer.serve(until="finish")
    peer.expect(KEXINIT)


def rekeys(session: _ssh.Session) -> object:
    session.userauth_password("user", SECRET)
    channel = session.open_session()
    channel.exec("command")
    session.rekey()
    return OUTPUT


def uses_pty(session: _ssh.Session) -> object:
    session.userauth_password("user", SECRET)
    channel = session.open_session()
    channel.exec("command")
    channel.settimeout(0.5)
    channel.sendall(bytes(1000))
    return OUTPUT


DATA_0 = bytes([DATA]) + u32(0) + string(b"x")

REKEYS = [
    *(Row("G1", f"{what} in an exchange, {step}", breaks_in(payload, step), PROTOCOL, "not allowed")
      for step in (0, 1)
      for what, payload in {
          "data": DATA_0, "a window": bytes([WINDOW_ADJUST]) + u32(0) * 2,
          "EOF": bytes([EOF]) + u32(0), "KEXINIT": bytes([KEXINIT]) + bytes(62),
          "an unknown message": bytes([192]),
      }.items()),
    Row("G1", "twin: IGNORE in an exchange", breaks_in(bytes([IGNORE]) + string(b""), 0)),
    Row("G2", "no answer to our KEXINIT", silent, _ssh.Timeout, "key exchange", use=rekeys,
        options={"kex_timeout": 0.4, "timeout": 0.4}),
    Row("G3", "65 exchanges without data", exchanges(65), LIMIT, "over and over",
        only_whole=True),
    Row("G3", "twin: 60 exchanges", exchanges(60), only_whole=True),
    Row("G3", "twin: 100 exchanges with data", exchanges(100, b"."), result=b"." * 100 + OUTPUT,
        only_whole=True),
    Row("G5", "twin: with other ciphers", other_ciphers),
    Row("G6", "twin: an exchange before login", exchange_before_login),
]  # fmt: skip

# ---- channels

UNKNOWN = [1, 7, 1023, 1024, 2**31, 2**32 - 1]

CHANNELS = [
    *(Row("H1", f"{number} to channel {channel}", at("finish", says(number, body, channel)),
          PROTOCOL, "channel")
      for channel in UNKNOWN
      for number, body in {
          DATA: string(b"x"), EXTENDED_DATA: u32(1) + string(b"x"), WINDOW_ADJUST: u32(1),
          EOF: b"", CLOSE: b"", SUCCESS: b"", FAILURE: b"",
          REQUEST: string(b"exit-status") + b"\0" + u32(0),
          OPEN_CONFIRMATION: u32(1) + u32(1) + u32(1),
          OPEN_FAILURE: u32(1) + string(b"") + string(b""),
      }.items()),
    Row("H2", "confirmed twice", at("exec", Peer.confirm), PROTOCOL, "wrong state"),
    Row("H2", "failed after it was confirmed", at("exec", sends(failed(1, b""))), PROTOCOL,
        "wrong state"),
    Row("H2", "data before it is open", no_open_but(DATA_0), PROTOCOL, "wrong state"),
    Row("H3", "a maximum packet of 0", confirmed(1 << 20, 0), PROTOCOL),
    Row("H3", "twin: of 1", confirmed(1 << 20, 1)),
    Row("H3", "twin: of 2^32-1", confirmed(2**32 - 1, 2**32 - 1)),
    Row("H4", "a window of 0 for ever", shuts, _ssh.Timeout, "",
        use=uses_pty),
    Row("H5", "a window beyond 2^32-1", at("finish", says(WINDOW_ADJUST, u32(2**32 - 1))), PROTOCOL,
        "overflow"),
    Row("H5", "twin: adjusted by 0", at("finish", says(WINDOW_ADJUST, u32(0)))),
    Row("H5", "twin: 5,000 adjustments", at("finish", says(WINDOW_ADJUST, u32(1), times=5000)),
        only_whole=True),
    Row("H7", "data beyond our maximum packet", at("finish", lambda peer: peer.data(bytes(32769))),
        PROTOCOL, ""),
    Row("H8", "data after EOF", at("finish", says(EOF)), PROTOCOL, "wrong state"),
    Row("H8", "stderr after EOF", ends(says(EOF), says(EXTENDED_DATA, u32(1) + string(b"x"))),
        PROTOCOL, "wrong state"),
    Row("H9", "EOF twice", ends(says(EOF, times=2)), PROTOCOL, "wrong state"),
    Row("H9", "twin: CLOSE without EOF", ends(says(DATA, string(OUTPUT)), says(CLOSE))),
    Row("H10", "a status cut", ends(status(b"\0\0\0")), PROTOCOL, "malformed"),
    Row("H10", "a status too long", ends(status(bytes(5))), PROTOCOL, "malformed"),
    Row("H10", "a signal that lies", ends(status(u32(2**32 - 1), b"exit-signal")), PROTOCOL,
        "malformed"),
    Row("H10", "twin: 20,000 of them", ends(*[status(), signal(b"TERM")] * 10_000,
        says(DATA, string(OUTPUT)), says(CLOSE)), only_whole=True),
    Row("H11", "twin: unknown requests", at("finish", says(REQUEST, string(EVIL) + b"\1"),
        says(REQUEST, string(b"x") + b"\0"))),
    *(Row("H12", f"{number} that nobody asked for", at("finish", says(number)), PROTOCOL,
          "nobody asked") for number in (SUCCESS, FAILURE)),
    *(Row("H13", f"{number} that nobody asked for", at("finish", sends(bytes([number]))), PROTOCOL,
          "nobody asked") for number in (REQUEST_SUCCESS, REQUEST_FAILURE)),
    Row("H14", "twin: 3,000 requests", at("finish", sends(
        bytes([GLOBAL_REQUEST]) + string(b"keepalive@openssh.com") + b"\1", times=3000)),
        only_whole=True),
    Row("H15", "twin: 3,000 PINGs", at("finish", sends(bytes([192]) + string(b"x"), times=3000)),
        only_whole=True),
    *(Row("H16", f"twin: opens {kind!r}", at("finish", sends(opens(kind, rest))))
      for kind, rest in {
          b"session": b"", b"x11": string(EVIL) + u32(6000), b"auth-agent@openssh.com": b"",
          b"tun@openssh.com": u32(1) + u32(0), EVIL: b"", b"": b"",
          b"forwarded-tcpip": string(b"0.0.0.0") + u32(22) + string(EVIL) + u32(1),
          b"direct-tcpip": string(b"localhost") + u32(22) + string(b"") + u32(1),
          b"forwarded-streamlocal@openssh.com": string(b"/x") + string(b""),
      }.items()),
    Row("H16", "twin: opens 3,000", at("finish", sends(opens(b"x11", string(b"") + u32(1)), 3000)),
        only_whole=True),
    Row("H16", "opens what is cut", at("finish", sends(bytes([OPEN]) + string(b"x11") + u32(1))),
        PROTOCOL, "malformed"),
    Row("H18", "twin: streams that are unknown", at("finish", *[
        says(EXTENDED_DATA, u32(kind) + string(b"x" * 1000)) for kind in (0, 2, 2**32 - 1)])),
    Row("H19", "twin: 1 MiB of stderr", at("finish", says(
        EXTENDED_DATA, u32(1) + string(bytes(32000)), times=32)), only_whole=True),
    Row("H21", "refused with escapes", no_open_but(failed(2**32 - 1, EVIL)), CHANNEL, r"\\x1b"),
    Row("H21", "refused at length", no_open_but(failed(2, b"no " * 60_000)), CHANNEL, r"\.\.\."),
    Row("H21", "refused cut", no_open_but(failed(1, b"no")[:-3]), PROTOCOL, "malformed"),
    Row("H21", "the request refused", refuses, CHANNEL, "refused"),
]  # fmt: skip


@pytest.mark.parametrize("delivery", DELIVERIES)
@pytest.mark.parametrize("row", REKEYS, ids=str)
def test_rekeying(row: Row, delivery: str) -> None:
    if delivery == "whole" or not row.only_whole:
        play(row, delivery)


@pytest.mark.parametrize("delivery", DELIVERIES)
@pytest.mark.parametrize("row", CHANNELS, ids=str)
def test_channels(row: Row, delivery: str) -> None:
    if delivery == "whole" or not row.only_whole:
        play(row, delivery)


def test_h6_more_than_the_window() -> None:
    """Nobody reads: the window is not given back, and a byte more than it is the end."""

    def use(session: _ssh.Session) -> object:
        session.userauth_password("user", SECRET)
        channel = session.open_session()
        channel.exec("command")
        session.keepalive(3)
        return OUTPUT

    row = Row("H6", "a byte beyond", at("finish", flood), PROTOCOL, "window", use=use)
    play(row)


def test_h8_what_comes_after_close() -> None:
    """The server's CLOSE ends the channel: whatever names it then is wrong."""

    def use(session: _ssh.Session) -> object:
        session.userauth_password("user", SECRET)
        channel = session.open_session()
        channel.exec("command")
        assert channel.wait() == 0
        session.keepalive(3)
        return OUTPUT

    for number, body in {DATA: string(b"x"), EOF: b"", CLOSE: b"", WINDOW_ADJUST: u32(1),
                         REQUEST: string(b"exit-status") + b"\0" + u32(0),
                         SUCCESS: b""}.items():  # fmt: skip
        script = ends(Peer.finish, says(number, body))
        play(Row("H8", f"{number} after CLOSE", script, PROTOCOL, "channel", use=use))


def test_h23_signals_are_shown_escaped() -> None:
    for name in (b"TERM", b"sig@example", b"", EVIL, b"x" * 20_000):

        def use(session: _ssh.Session) -> object:
            session.userauth_password("user", SECRET)
            result = session.run("command")
            assert result.exit_status is None
            assert result.exit_signal is not None and result.exit_signal.isprintable()
            assert len(result.exit_signal) < 600
            return OUTPUT

        play(Row("H23", f"twin: signal {name[:9]!r}", ends(signal(name), says(CLOSE)), use=use))


def test_h20_the_servers_numbers_are_its_own() -> None:
    """Two channels with the same number on its side are told apart by ours."""

    def script(peer: Peer) -> None:
        peer.serve(until="open")
        numbers = []
        for _ in range(2):
            opened = peer.expect(OPEN)
            numbers.append(int.from_bytes(opened[12:16], "big"))
            peer.channel = numbers[-1]
            peer.confirm()
        for number in reversed(numbers):
            peer.say(DATA, string(b"%d" % number), number)
            peer.say(CLOSE, channel=number)

    def use(session: _ssh.Session) -> object:
        session.userauth_password("user", SECRET)
        channels = [session.open_session(), session.open_session()]
        return [channel.recv(10) for channel in channels]

    play(Row("H20", "twin: the same number twice", script, use=use, result=[b"0", b"1"]))
