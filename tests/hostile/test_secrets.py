"""Rows P4 and P6: secrets that a program gave as bytearrays, and wiped when the call was over, are
nowhere in its memory any more once the session is closed, nor in anything that it printed. A parent
looks: the program itself never holds what is looked for but where it was told to."""

import base64
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

import _ssh
from fields import AUTH_60, AUTH_FAILURE, AUTH_REQUEST, INFO_RESPONSE, names, string, u32
from peer import Peer
from playing import Script, played, serving
from protection import KINDS

# What the program does: each line is one call, and forgets what it was given.
PRELUDE = """
import gc, logging, os, socket, sys, traceback
import _ssh
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
kept = []

def taken():
    buffer = bytearray(int.from_bytes(os.read(0, 4), "big"))
    view = memoryview(buffer)
    while view:
        view = view[os.readv(0, [view]):]
    return buffer

def wipe(*buffers):
    for buffer in buffers:
        buffer[:] = bytes(len(buffer))

def connect(**options):
    sock = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    return _ssh.Session(sock, timeout=3, **options)

def attempt(call, *arguments, **named):
    try:
        print(repr(call(*arguments, **named)))
    except Exception:
        traceback.print_exc(file=sys.stdout)

def main():
"""
EPILOGUE = """
main()
gc.collect()
print("done", flush=True)
os.read(0, 1)
"""

PASSWORD = """
    session, password = connect(), taken()
    attempt(session.userauth_password, "user", password)
    print(repr(session), vars(type(session)).keys())
    session.close()
    wipe(password)
"""
PASSWORD_KEPT = PASSWORD.replace("wipe(password)", "kept.append(password)")
DROPPED = PASSWORD.replace("session.close()", "del session")
ABORTED = PASSWORD.replace("session.close()", "session.abort()")
COMPRESSED = PASSWORD.replace("connect()", "connect(compression=True)")
NEW_PASSWORD = """
    session, password, new = connect(), taken(), taken()
    attempt(session.userauth_password, "user", password, new)
    session.close()
    wipe(password, new)
"""
QUESTIONS = """
    session, answer = connect(), taken()
    attempt(session.userauth_keyboard_interactive, "user", lambda *_: [answer])
    session.close()
    wipe(answer)
"""
KEY = """
    session, content, phrase = connect(), taken(), taken()
    attempt(session.userauth_publickey, "user", content, passphrase=phrase or None)
    session.close()
    wipe(content, phrase)
"""
LOADED = """
    content, phrase = taken(), taken()
    key = _ssh.PrivateKey.from_bytes(content, phrase or None)
    attempt(key.sign, b"data")
    print(repr(key), str(key.public_key))
    attempt(key.save, sys.argv[2] + "/saved", phrase or None, rounds=1)
    wipe(content, phrase)
    del key
"""
WRONG_PHRASE = """
    content, phrase = taken(), taken()
    phrase[0] ^= 1
    attempt(_ssh.PrivateKey.from_bytes, content, phrase)
    phrase[0] ^= 1
    attempt(_ssh.PrivateKey.from_bytes, content[:-100], phrase)
    wipe(content, phrase)
"""
RUN = """
    session, password = connect(), taken()
    session.userauth_password("user", password)
    wipe(password)
    attempt(session.exec, "command")
    session.close()
"""


@dataclass
class Looked:
    """Where each secret was found: in memory, or among what the program printed."""

    memory: dict[str, list[str]] = field(default_factory=dict)
    printed: str = ""


def look(
    script: str,
    given: Sequence[bytes],
    secrets: dict[str, bytes] | Callable[[], dict[str, bytes]],
    *arguments: str,
) -> Looked:
    """Runs the program, tells it what it asks for, and looks when it is done."""
    program = subprocess.Popen(
        [sys.executable, "-c", PRELUDE + script + EPILOGUE, *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert program.stdin and program.stdout
        for each in given:
            program.stdin.write(string(each))
        program.stdin.flush()
        lines = []
        while (line := program.stdout.readline()) and line != b"done\n":
            lines.append(line)
        assert line == b"done\n", b"".join(lines).decode()
        found = Looked(printed=b"".join(lines).decode())
        for name, secret in (secrets() if callable(secrets) else secrets).items():
            assert len(secret) >= 16
            found.memory[name] = list(_places(program.pid, secret))
            if secret in found.printed.encode() or repr(secret)[2:-1] in found.printed:
                found.memory[name].append("stdout")
        return found
    finally:
        program.kill()
        program.communicate()


def _places(pid: int, secret: bytes) -> Iterator[str]:
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights, *_ = line.split()
            begin, end = (int(each, 16) for each in span.split("-"))
            if not rights.startswith("rw"):
                continue
            memory.seek(begin)
            with suppress(OSError):
                content = memory.read(end - begin)
                at = content.find(secret)
                while at >= 0:
                    where = line.split()[-1] if len(line.split()) > 5 else "anonymous"
                    yield f"{where}+{at:#x}"
                    at = content.find(secret, at + 1)


def fresh() -> bytes:
    return os.urandom(16).hex().encode()


def nothing_left(found: Looked, what: str = "") -> None:
    played["P"] += 1
    left = {name: places for name, places in found.memory.items() if places}
    assert not left, f"{what}: {left}\n{found.printed}"


def accepts(kind: str) -> Script:
    def script(peer: Peer) -> None:
        peer.kind = kind
        peer.serve()

    return script


def refuses(peer: Peer) -> None:
    peer.serve(until="login")
    peer.expect(AUTH_REQUEST)
    peer.send(bytes([AUTH_FAILURE]) + names("publickey") + b"\0")


def wants_another(peer: Peer) -> None:
    peer.serve(until="login")
    peer.expect(AUTH_REQUEST)
    peer.send(bytes([AUTH_60]) + string(b"too old") + string(b""))
    peer.serve()


def asks(peer: Peer) -> None:
    peer.serve(until="login")
    peer.expect(AUTH_REQUEST)
    peer.send(bytes([AUTH_60]) + string(b"") * 3 + u32(1) + string(b"Code: ") + b"\0")
    peer.expect(INFO_RESPONSE)
    peer.send(bytes([52]))
    peer.skip("login")
    peer.serve()


def falls_silent(peer: Peer) -> None:
    peer.serve(until="login")
    peer.expect(AUTH_REQUEST)


def compresses(peer: Peer) -> None:
    """In the client's direction, from the first key exchange on."""
    peer.lists = {6: names("zlib@openssh.com")}
    refuses(peer)


LOGINS: dict[str, tuple[str, Script, int]] = {
    **{f"password, {kind}": (PASSWORD, accepts(kind), 1) for kind in KINDS},
    "password refused": (PASSWORD, refuses, 1),
    "password, no answer": (ABORTED, falls_silent, 1),
    "password, session dropped": (DROPPED, accepts("gcm"), 1),
    "password, compression": (COMPRESSED, compresses, 1),
    "password changed": (NEW_PASSWORD, wants_another, 2),
    "answers": (QUESTIONS, asks, 1),
}


@pytest.mark.parametrize("case", LOGINS)
def test_passwords_and_answers(case: str) -> None:
    script, server, count = LOGINS[case]
    given = [fresh() for _ in range(count)]
    with serving(server) as (port, peers):
        found = look(script, given, dict(zip("ab", given, strict=False)), port)
    assert any(given[0] in payload for payload in peers[0].heard)
    nothing_left(found)


def test_the_search_finds_what_is_there() -> None:
    """The twin: a password that the program keeps is found."""
    password = fresh()
    with serving(accepts("gcm")) as (port, _):
        found = look(PASSWORD_KEPT, [password], {"password": password}, port)
    assert len(found.memory["password"]) == 1


def number(value: int) -> dict[str, bytes]:
    """As it stands in files, and as libraries have it in memory."""
    big = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return {"big": big, "little": big[::-1]}


Parts = dict[str, bytes]
Key = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def parts_of(key: Key) -> Parts:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return {"seed": key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())}
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return number(key.private_numbers().private_value)
    numbers = key.private_numbers()
    values = {"d": numbers.d, "p": numbers.p, "q": numbers.q}
    values |= {"dp": numbers.dmp1, "dq": numbers.dmq1, "u": numbers.iqmp}
    return {
        f"{name} {order}": part
        for name, value in values.items()
        for order, part in number(value).items()
    }


KEYS: dict[str, Key] = {
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
    "ecdsa 256": ec.generate_private_key(ec.SECP256R1()),
    "ecdsa 521": ec.generate_private_key(ec.SECP521R1()),
    "rsa": rsa.generate_private_key(65537, 2048),
}


def file_of(key: Key, form: str, phrase: bytes) -> bytes:
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    if form == "openssh":
        return _ssh.PrivateKey.from_bytes(plain).to_bytes(phrase or None, rounds=1)
    hides: KeySerializationEncryption = (
        BestAvailableEncryption(phrase) if phrase else NoEncryption()
    )
    kind = PrivateFormat.PKCS8 if form == "pkcs8" else PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(Encoding.PEM, kind, hides)


def secret_line(content: bytes, part: bytes) -> bytes:
    """The line of the file in which the part begins."""
    lines = content.splitlines()
    at = base64.b64decode(b"".join(lines[1:-1])).index(part)
    return lines[1 + (at * 4 // 3 + 8) // len(lines[1])]


FORMS = [("openssh", True), ("openssh", False), ("pkcs8", True), ("pkcs8", False), ("pem", True),
         ("pem", False)]  # fmt: skip


RUNS = [
    *(pytest.param(KEY, name, id=f"login by {name}") for name in KEYS),
    *(pytest.param(LOADED, name, id=f"{name} loaded") for name in ("ed25519", "rsa")),
    pytest.param(WRONG_PHRASE, "ecdsa 256", id="wrong passphrases"),
]


@pytest.mark.parametrize(("program", "name"), RUNS)
def test_private_keys(name: str, program: str, tmp_path: Path) -> None:
    key = KEYS[name]
    for form, is_hidden in FORMS:
        if (form == "pem" and name == "ed25519") or (program == WRONG_PHRASE and not is_hidden):
            continue
        phrase = fresh() if is_hidden else b""
        content = file_of(key, form, phrase)
        # OpenSSL, which reads PKCS #8, does not wipe all of its own copies: see SECURITY.md.
        secrets = {} if form == "pkcs8" else parts_of(key)
        if is_hidden:
            secrets["phrase"] = phrase
        else:
            secrets["base64"] = secret_line(content, next(iter(parts_of(key).values())))
        with serving(accepts("gcm")) as (port, _):
            found = look(program, [content, phrase], secrets, port, str(tmp_path))
        nothing_left(found, f"{form}, {is_hidden=}")


def keys_of(peers: list[Peer]) -> dict[str, bytes]:
    material = {chr(letter): peers[0].keys(letter, 32) for letter in b"CDEF"}
    return material | {"secret": peers[0].secret}


def test_keys_of_the_session() -> None:
    """What the key exchange came to: the shared secret and all that was derived from it."""
    for kind in KINDS:
        with serving(accepts(kind)) as (port, peers):
            found = look(RUN, [fresh()], partial(keys_of, peers), port)
        nothing_left(found)
