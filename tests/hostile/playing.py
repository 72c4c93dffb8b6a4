"""Plays a row: a client of `_ssh` against a peer with a script, and what must be true of its end.

Whatever the peer does, the client ends in one error of the class and with the words that the row
names, quickly, in bounded memory, without having said anything secret too early, and the same way
however the bytes are dealt out. A row without an error is a legal twin: it must work.
"""

import random
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import _ssh
from peer import OUTPUT, SECRET, Gone, Peer

Script = Callable[[Peer], None]
Use = Callable[[_ssh.Session], object]
Sizes = Iterator[int]

PATIENCE = 4.0  # no case may take longer
MEMORY = 24 << 20  # more resident than before, the peer's own included

played: Counter[str] = Counter()
"""Group -> how many cases were played; for the summary."""


class Trickle:
    """A socket that gives its client as many bytes at a time as `sizes` says, and takes as many."""

    def __init__(self, sock: socket.socket, sizes: Sizes) -> None:
        sock.setblocking(False)
        self._sock, self._sizes = sock, sizes

    def fileno(self) -> int:
        return self._sock.fileno()

    def recv(self, size: int, /) -> bytes:
        return self._sock.recv(min(size, next(self._sizes)))

    def send(self, data: bytes, /) -> int:
        return self._sock.send(data[: next(self._sizes)])


def byte_by_byte(sock: socket.socket) -> Trickle:
    return Trickle(sock, iter(lambda: 1, 0))


def at_random(sock: socket.socket) -> Trickle:
    rng = random.Random(451)
    return Trickle(sock, iter(lambda: rng.choice((1, 2, 3, 5, 17, 100, 700)), 0))


Delivery = Callable[[socket.socket], Any]
DELIVERIES: dict[str, Delivery] = {
    "whole": lambda sock: sock,
    "bytes": byte_by_byte,
    "random": at_random,
}


def run_command(session: _ssh.Session) -> object:
    """What a client does unless its row says otherwise."""
    session.userauth_password("user", SECRET)
    return session.exec("command")


@dataclass(frozen=True)
class Row:
    """`id` is the row's in the plan; `error` None makes it a legal twin with `result`."""

    id: str
    what: str
    script: Script
    error: type[BaseException] | None = None
    words: str = ""
    use: Use = run_command
    options: Mapping[str, Any] = field(default_factory=dict)
    result: object = OUTPUT
    patience: float = PATIENCE
    only_whole: bool = False  # too long for byte by byte
    may_pass: bool = False  # an error, or the result: both are right

    def __str__(self) -> str:
        return f"{self.id} {self.what}"


def play(row: Row, delivery: str = "whole") -> Peer:
    """Fails unless the row goes as it says. Returns the peer, for what else is to be asked."""
    played[row.id[0]] += 1
    ours, theirs = socket.socketpair()
    peer = Peer(theirs)
    theirs.settimeout(2 * row.patience)
    troubles: list[BaseException] = []
    thread = threading.Thread(target=_run, args=(peer, row.script, troubles), daemon=True)
    before, began = _resident(), time.monotonic()
    thread.start()
    error, result = _client(row, DELIVERIES[delivery](ours))
    took, after = time.monotonic() - began, _resident()
    with suppress(OSError):
        ours.shutdown(socket.SHUT_RDWR)
    ours.close()
    thread.join(2 * row.patience)
    peer.close()

    where = f"{row} ({delivery})"
    if troubles:
        raise AssertionError(f"{where}: in the peer: {troubles[0]!r}") from troubles[0]
    if not isinstance(error, row.error or ()) and error is not None:
        raise AssertionError(f"{where}: {error!r}") from error
    assert not thread.is_alive(), f"{where}: the peer is stuck"
    assert took < row.patience, f"{where}: took {took:.1f} s"
    assert after - before < MEMORY, f"{where}: {(after - before) >> 20} MiB more"
    assert not peer.faults, f"{where}: {peer.faults}"
    if row.error is None or (row.may_pass and error is None):
        assert result == row.result, f"{where}: {result!r}"
    else:
        assert isinstance(error, row.error), f"{where}: {error!r}, {result!r}"
        assert re.search(row.words, str(error)), f"{where}: {error}"
        _is_shown_well(error, where)
    return peer


def _client(row: Row, sock: Any) -> tuple[BaseException | None, object]:
    limits = {"timeout": 3, "banner_timeout": 3, "kex_timeout": 3, "auth_timeout": 3}
    session = None
    try:
        session = _ssh.Session(sock, **(limits | dict(row.options)))
        return None, row.use(session)
    except Exception as error:
        if session is not None:
            _stays_as_it_is(session, error)
        return error, None
    finally:
        if session is not None:
            session.abort()


def _stays_as_it_is(session: _ssh.Session, error: Exception) -> None:
    """The session that failed says the same thing again. One that goes on is another matter."""
    if not isinstance(error, _ssh.ProtocolError | _ssh.ConnectionLost) or not session.closed:
        return
    for again in (lambda: session.exec("again"), session.open_session, session.rekey):
        said = _error_of(again)
        assert (type(said), str(said)) == (type(error), str(error)), f"then {said!r}"


def _error_of(call: Callable[[], object]) -> Exception | None:
    try:
        call()
    except Exception as error:
        return error
    return None


def _is_shown_well(error: BaseException | None, where: str) -> None:
    for text in (str(error), repr(error)):
        assert text.replace("\n", " ").isprintable(), f"{where}: {text!r}"
        assert len(text) < 2000, f"{where}: {len(text)} characters"
        assert SECRET.decode() not in text, f"{where}: the password in {text!r}"


def _run(peer: Peer, script: Script, troubles: list[BaseException]) -> None:
    try:
        script(peer)
        peer.drain()
    except Gone:
        pass
    except BaseException as error:
        troubles.append(error)


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@contextmanager
def serving(script: Script) -> Iterator[tuple[str, list[Peer]]]:
    """Plays the script to each connection."""
    peers: list[Peer] = []

    def run() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                peers.append(Peer(connection))
                with suppress(Gone):
                    script(peers[-1])
                    peers[-1].drain()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield str(listener.getsockname()[1]), peers
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)
    for peer in peers:
        peer.close()
