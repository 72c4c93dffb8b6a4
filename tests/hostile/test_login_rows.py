"""Groups E and F: who the server is, and logins (RFC 4252, 4256, 8308)."""

import base64
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import _ssh
from fields import (
    AUTH_60,
    AUTH_BANNER,
    AUTH_FAILURE,
    AUTH_REQUEST,
    AUTH_SUCCESS,
    EXT_INFO,
    INFO_RESPONSE,
    KEXINIT,
    OPEN,
    SERVICE_ACCEPT,
    SERVICE_REQUEST,
    names,
    string,
    u32,
)
from key_exchange import ECDSA, ED25519, RAW, RSA
from peer import OUTPUT, SECRET, Peer
from playing import DELIVERIES, Row, Script, Use, play

PROTOCOL, LIMIT, LOST = _ssh.ProtocolError, _ssh.LimitError, _ssh.ConnectionLost
REFUSED = _ssh.AuthenticationError
EVIL = "\x1b[2J\x9b\r\nroot# \u202e".encode() + b"\xff"


def honest(peer: Peer) -> None:
    peer.serve()


def at(step: str, *payloads: bytes, times: int = 1) -> Script:
    def script(peer: Peer) -> None:
        peer.serve(until=step)
        for _ in range(times):
            for payload in payloads:
                peer.send(payload)
        peer.serve()

    return script


def answers(*payloads: bytes, times: int = 1) -> Script:
    """To login requests, one after the other; then the honest end."""

    def script(peer: Peer) -> None:
        peer.serve(until="login")
        for _ in range(times):
            for payload in payloads:
                peer.expect(AUTH_REQUEST)
                peer.send(payload)
        peer.serve()

    return script


def failure(*methods: str, partial: int = 0) -> bytes:
    return bytes([AUTH_FAILURE]) + names(*methods) + bytes([partial])


def banner(text: bytes) -> bytes:
    return bytes([AUTH_BANNER]) + string(text) + string(b"")


def questions(
    *prompts: bytes, count: int | None = None, title: bytes = b"", echo: int = 0
) -> bytes:
    asked = b"".join(string(prompt) + bytes([echo]) for prompt in prompts)
    number = len(prompts) if count is None else count
    return bytes([AUTH_60]) + string(title) * 2 + string(b"") + u32(number) + asked


def asks(question: bytes) -> Script:
    def script(peer: Peer) -> None:
        peer.serve(until="login")
        peer.expect(AUTH_REQUEST)
        peer.send(question)
        peer.expect(INFO_RESPONSE)
        peer.send(bytes([AUTH_SUCCESS]))
        peer.skip("login")
        peer.serve()

    return script


# ---- E: the host key, judged before a service is asked for

IDENTITIES: list[tuple[str, Callable[[str], str], type[Exception] | None]] = [
    ("E1 nobody there", lambda line: "", _ssh.HostKeyUnknown),
    ("E1 twin", lambda line: line, None),
    ("E2 another key", lambda line: line.replace(_b64(ED25519.blob), _b64(_other())),
     _ssh.HostKeyChanged),
    ("E3 another type", lambda line: f"here ecdsa-sha2-nistp256 {_b64(ECDSA.blob)}\n",
     _ssh.HostKeyChanged),
    ("E4 others around", lambda line: _others() + "unrelated" + line[4:] + _others(),
     _ssh.HostKeyUnknown),
    ("E4 twin", lambda line: _others() + line + _others(), None),
    ("E5 revoked", lambda line: line + "@revoked " + line, _ssh.HostKeyRevoked),
    ("E5 revoked first", lambda line: "@revoked * " + line.split(" ", 1)[1] + line,
     _ssh.HostKeyRevoked),
    ("E8 nonsense", lambda line: "\0\n@@x\nhere\nhere ssh-ed25519 !!!!\n", _ssh.HostKeyUnknown),
    ("E8 twin: nonsense around", lambda line: "\0\n@@x y z\nhere\n" + line + "here", None),
    ("E7 negated", lambda line: "*,!here" + line[4:], _ssh.HostKeyUnknown),
]  # fmt: skip


def _b64(blob: bytes) -> str:
    return base64.b64encode(blob).decode()


def _other() -> bytes:
    return ED25519.blob[:-1] + bytes([ED25519.blob[-1] ^ 1])


def _others() -> str:
    return f"there,*.example,|1|AAAA|AAAA ssh-ed25519 {_b64(_other())}\n"


@pytest.mark.parametrize("delivery", DELIVERIES)
@pytest.mark.parametrize(("what", "text", "error"), IDENTITIES, ids=lambda it: str(it)[:24])
def test_e_known_hosts(
    tmp_path: Path,
    what: str,
    text: Callable[[str], str],
    error: type[Exception] | None,
    delivery: str,
) -> None:
    known = tmp_path / "known_hosts"
    known.write_text(text(f"here ssh-ed25519 {_b64(ED25519.blob)}\n"))
    before = known.read_bytes()
    options = {"host": "here", "known_hosts": known}
    peer = play(Row(f"E {what}", "", honest, error, options=options), delivery)
    asked = [each[0] for each in peer.heard if each[0] >= SERVICE_REQUEST and each[0] < KEXINIT]
    assert asked == ([] if error else [SERVICE_REQUEST])
    assert known.read_bytes() == before


def test_e14_only_true_is_a_yes() -> None:
    class Odd:
        def __bool__(self) -> bool:
            raise RuntimeError("neither")

    def raises(*_: object) -> bool:
        raise KeyError("policy")

    verdicts: list[tuple[Callable[..., object], type[Exception]]] = [
        (lambda *_: None, _ssh.HostKeyError),
        (lambda *_: False, _ssh.HostKeyError),
        (lambda *_: 0, _ssh.HostKeyError),
        (lambda *_: "", _ssh.HostKeyError),
        (raises, KeyError),
        (lambda: True, TypeError),
        (lambda *_: Odd(), _ssh.HostKeyError),
    ]
    for policy, error in verdicts:
        options = {"host": "here", "known_hosts": "/dev/null", "host_key_policy": policy}
        row = Row("E14", f"{policy!r}", honest, error, options=options)
        peer = play(row)
        assert SERVICE_REQUEST not in [each[0] for each in peer.heard]


def rekeys_with(blob: bytes | None) -> Script:
    def script(peer: Peer) -> None:
        peer.serve(until="finish")
        peer.kexinit()
        if blob is None:
            peer.host_key = ED25519
        peer.reply(blob=blob)
        peer.newkeys()
        peer.serve()

    return script


def rekeys_as_another(peer: Peer) -> None:
    peer.serve(until="finish")
    peer.host_key = RSA
    peer.rekey()
    peer.serve()


# ---- F: uses


def by_questions(answer: Callable[..., Sequence[str | bytes] | None]) -> Use:
    def use(session: _ssh.Session) -> object:
        session.userauth_keyboard_interactive("user", answer)
        return session.exec("command")

    return use


def one_each(title: str, text: str, prompts: Sequence[tuple[str, bool]]) -> list[bytes]:
    for shown in (title, text, *(prompt for prompt, _ in prompts)):
        assert shown.replace("\n", "").replace("\t", "").isprintable() or not shown
    return [SECRET] * len(prompts)


def by_none(session: _ssh.Session) -> object:
    session.userauth_none("user")
    return session.exec("command")


_KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
KEY_FILE = _KEY.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
KEY_BLOB = string(b"ssh-ed25519") + string(_KEY.public_key().public_bytes(*RAW))


def by_key(session: _ssh.Session) -> object:
    session.userauth_publickey("user", KEY_FILE)
    return session.exec("command")


class Signer:
    """Counts what it is asked to sign."""

    asked = 0
    blob = KEY_BLOB

    def sign(self, data: bytes, algorithm: str, /) -> bytes:
        type(self).asked += 1
        return string(b"ssh-ed25519") + string(_KEY.sign(data))


def by_signer(session: _ssh.Session) -> object:
    session.userauth_publickey("user", Signer())
    return session.exec("command")


def pk_ok(algorithm: bytes, blob: bytes) -> bytes:
    return bytes([AUTH_60]) + string(algorithm) + string(blob)


ACCEPT = bytes([SERVICE_ACCEPT])
EXPIRED = bytes([AUTH_60]) + string(b"too old") + string(b"en")
SHORT = {"auth_timeout": 0.4}


def extensions(*pairs: tuple[bytes, bytes], count: int | None = None) -> bytes:
    number = len(pairs) if count is None else count
    said = b"".join(string(name) + string(value) for name, value in pairs)
    return bytes([EXT_INFO]) + u32(number) + said


ROWS = [
    Row("E11", "another host key in a rekey", rekeys_as_another, _ssh.HostKeyChanged),
    Row("E11", "a blob that is not signed in a rekey", rekeys_with(_other()),
        _ssh.HostKeyChanged),
    Row("E11", "twin: the same key", rekeys_with(None)),
    Row("F1", "another service", at("service", ACCEPT + string(b"ssh-connection")), PROTOCOL),
    Row("F1", "no service", at("service", ACCEPT + string(b"")), PROTOCOL),
    Row("F1", "a service that lies", at("service", ACCEPT + u32(2**32 - 1) + b"ssh-userauth"),
        PROTOCOL, "malformed"),
    Row("F1", "the service twice", at("login", ACCEPT + string(b"ssh-userauth")), PROTOCOL),
    Row("F2", "success before the service", at("service", bytes([AUTH_SUCCESS])), PROTOCOL),
    Row("F2", "twin: none is asked and granted", honest, use=by_none),
    Row("F3", "failure for ever", answers(failure("password", partial=1), times=2000), REFUSED),
    Row("F4", "10,001 banners", at("login", banner(b"x"), times=10_001), LIMIT, only_whole=True),
    Row("F4", "twin: a banner of 30,000 bytes", at("login", banner(EVIL * 1500))),
    Row("F4", "twin: 100 banners with escapes", at("login", banner(EVIL), times=100)),
    *(Row("F5", f"PK_OK for {what}", answers(pk_ok(*said)), PROTOCOL, use=by_signer)
      for what, said in {
          "another algorithm": (b"ssh-rsa", KEY_BLOB),
          "another key": (b"ssh-ed25519", KEY_BLOB[:-1] + b"\0"),
          "no key": (b"ssh-ed25519", b""),
          "a longer key": (b"ssh-ed25519", KEY_BLOB + b"\0"),
      }.items()),
    Row("F5", "PK_OK cut", answers(pk_ok(b"ssh-ed25519", KEY_BLOB)[:-1]), PROTOCOL,
        use=by_signer),
    Row("F5", "PK_OK and more", answers(pk_ok(b"ssh-ed25519", KEY_BLOB) + b"x"), PROTOCOL,
        use=by_signer),
    Row("F5", "PK_OK to a signature", answers(pk_ok(b"ssh-ed25519", KEY_BLOB)), PROTOCOL,
        use=by_key),
    Row("F6", "questions to a password", answers(questions(b"Password: ")), PROTOCOL, "malformed"),
    Row("F6", "PK_OK to a password", answers(pk_ok(b"ssh-ed25519", KEY_BLOB)), REFUSED, "expired"),
    Row("F6", "PK_OK to questions", answers(pk_ok(b"ssh-ed25519", KEY_BLOB)), PROTOCOL,
        use=by_questions(one_each)),
    Row("F6", "a change of password to a key", answers(EXPIRED), PROTOCOL, use=by_key),
    Row("F6", "60 to none", answers(EXPIRED), PROTOCOL, use=by_none),
    Row("F6", "what only we send", answers(bytes([INFO_RESPONSE]) + u32(0)), PROTOCOL),
    Row("F7", "2^32-1 questions", answers(questions(count=2**32 - 1)), LIMIT,
        use=by_questions(one_each)),
    Row("F7", "65 questions", answers(questions(*[b"q"] * 65)), LIMIT, use=by_questions(one_each)),
    Row("F7", "fewer than said", answers(questions(b"q", count=2)), PROTOCOL,
        use=by_questions(one_each)),
    Row("F7", "more than said", answers(questions(b"q", b"r", count=1)), PROTOCOL,
        use=by_questions(one_each)),
    Row("F7", "twin: 64 questions", asks(questions(*[EVIL] * 64, title=EVIL)),
        use=by_questions(one_each)),
    Row("F7", "twin: a question of 30,000 bytes", asks(questions(EVIL * 1000)),
        use=by_questions(one_each)),
    Row("F8", "the password has expired", answers(EXPIRED), REFUSED, "expired"),
    Row("F10", "2^32-1 extensions", at("service", extensions(count=2**32 - 1)), PROTOCOL),
    Row("F10", "65 extensions", at("service", extensions(*[(b"x", b"y")] * 65)), PROTOCOL),
    Row("F10", "twin: 64 extensions", at("service", extensions(*[(b"x", b"y")] * 64))),
    Row("F10", "twin: a value of 30,000 bytes", at("service", extensions((b"x", b"y" * 30_000)))),
    Row("F10", "three times", at("service", *[extensions((b"x", b""))] * 3), PROTOCOL),
    Row("F10", "twin: nonsense as algorithms", at("service", extensions(
        (b"server-sig-algs", EVIL))), use=by_key),
    Row("F12", "no answer", lambda peer: peer.serve(until="login"), _ssh.Timeout, "authentication",
        options=SHORT),
    Row("F14", "success twice", at("open", bytes([AUTH_SUCCESS])), PROTOCOL),
    Row("F14", "failure after success", at("open", failure("password")), PROTOCOL),
    Row("F15", "a channel before login", at("login", bytes([OPEN]) + string(b"x11") + u32(0) * 3),
        PROTOCOL),
]  # fmt: skip


@pytest.mark.parametrize("delivery", DELIVERIES)
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row, delivery: str) -> None:
    if delivery == "whole" or not row.only_whole:
        Signer.asked = 0
        play(row, delivery)
        assert Signer.asked == 0


def test_f5_a_signature_is_made_once_it_is_wanted() -> None:
    def script(peer: Peer) -> None:
        peer.serve(until="login")
        peer.expect(AUTH_REQUEST)
        assert Signer.asked == 0
        peer.send(pk_ok(b"ssh-ed25519", KEY_BLOB))
        peer.serve()

    Signer.asked = 0
    play(Row("F5", "twin: PK_OK", script, use=by_signer))
    assert Signer.asked == 1


def test_f2_success_that_nobody_asked_for() -> None:
    """SUCCESS in the same segment as SERVICE_ACCEPT is that to a request that is out already."""

    def early(peer: Peer) -> None:
        peer.serve(until="service")
        peer.send(bytes([AUTH_SUCCESS]))
        peer.serve()

    for delivery in DELIVERIES:
        play(Row("F2", "success first", early, PROTOCOL), delivery)


def test_f7_endless_rounds() -> None:
    def script(peer: Peer) -> None:
        peer.serve(until="login")
        peer.expect(AUTH_REQUEST)
        while True:
            peer.send(questions())
            peer.expect(INFO_RESPONSE)

    play(Row("F7", "rounds of nothing", script, LIMIT, use=by_questions(one_each)))


def test_f9_questions_get_what_the_handler_says_and_no_more() -> None:
    """A password that was tried before is never given to a question."""

    def script(peer: Peer) -> None:
        peer.serve(until="login")
        peer.expect(AUTH_REQUEST)
        peer.send(failure("keyboard-interactive"))
        peer.expect(AUTH_REQUEST)
        peer.send(questions(b"Password for other-host: "))
        peer.heard.clear()
        assert SECRET not in peer.expect(INFO_RESPONSE)
        peer.send(failure())

    def use(session: _ssh.Session) -> object:
        with pytest.raises(REFUSED):
            session.userauth_password("user", SECRET)
        session.userauth_keyboard_interactive("user", lambda *_: ["typed"])
        return OUTPUT

    play(Row("F9", "asks for another's password", script, REFUSED, use=use))


def test_f12_the_end_at_each_message() -> None:
    def script(peer: Peer, step: str) -> None:
        peer.serve(until=step)
        peer.end()

    for step in ("service", "login", "open", "exec", "finish"):
        for use in (None, by_none, by_key):
            row = Row("F12", f"the end before {step}", partial(script, step=step), LOST)
            play(row if use is None else Row(row.id, row.what, row.script, LOST, use=use))


def test_f2_none_is_told_from_a_login() -> None:
    """Who asks for a password and is let in without its being looked at cannot know; who asks for
    nothing is let in by `userauth_none` alone."""
    peer = play(Row("F2", "twin: password", honest))
    assert sum(SECRET in each for each in peer.heard) == 1
