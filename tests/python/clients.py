"""Short ways to a session with one of the servers, used by all tests."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import _ssh
from servers import Server

MIB = 1 << 20


def dial(server: Server) -> socket.socket:
    return socket.create_connection(server.address)


def connect(server: Server, **options: Any) -> _ssh.Session:
    """A session after its handshake, before login."""
    return _ssh.Session(dial(server), **options)


def login(server: Server, key: str = "ed25519", **options: Any) -> _ssh.Session:
    """A session that is logged in by key."""
    session = connect(server, **options)
    log_in(session, server, key)
    return session


def log_in(session: _ssh.Session, server: Server, key: str = "ed25519") -> None:
    chosen = server.keys[key]
    session.userauth_publickey(server.user, chosen.private, passphrase=chosen.passphrase)


def echo(session: _ssh.Session) -> None:
    """The session works: the proof that an error left it usable."""
    assert session.exec("echo still here") == b"still here\n"


def names_in(folder: Path) -> list[str]:
    """The names of all that is in a folder, sorted."""
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fails if the block takes longer; on its way out by exception, too."""
    began = time.monotonic()
    try:
        yield
    finally:
        took = time.monotonic() - began
        assert took < seconds, f"took {took:.2f} s, more than {seconds} s"


class Background:
    """A call in a thread of its own: `result()` waits for it and gives its value or its error."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self._value: Any = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(call,), daemon=True)
        self._thread.start()

    def _run(self, call: Callable[[], Any]) -> None:
        try:
            self._value = call()
        except BaseException as error:
            self._error = error

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def result(self, timeout: float = 60) -> Any:
        self._thread.join(timeout)
        assert not self.running, f"not done after {timeout} s"
        if self._error is not None:
            raise self._error
        return self._value
