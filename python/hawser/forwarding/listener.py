"""A forward: a socket that listens here, and a relay for each connection to it."""

import contextlib
import logging
import os
import socket
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

import _ssh

from .. import threads
from .relay import Relay
from .socks import BadRequest, take_request

log = logging.getLogger("hawser.forward")

_REQUEST_SECONDS = 30.0
"""For a SOCKS client to say where to."""

Open = Callable[[socket.socket], _ssh.Channel | None]
"""The channel for a connection, None if it is not to be had; the socket is told why."""


class Forward:
    """Made by the client's `forward_...` calls. Listens until `close`, which `with` calls; what is
    connected then is ended. So it is with one that is dropped, and when its client closes."""

    def __init__(self, listener: socket.socket, open_channel: Open, shown: str) -> None:
        self._listening = Listening(listener, open_channel, shown)
        threads.start(self._listening.accept, "listen")
        threads.close_at_exit(self._listening)

    @property
    def listening(self) -> "Listening":
        """What does the work, for who has to end it."""
        return self._listening

    @property
    def address(self) -> tuple[str, int] | str:
        """Where it listens: (host, port), or a path."""
        name = self._listening.name
        return name if isinstance(name, str) else name[:2]

    @property
    def port(self) -> int:
        """The port it listens at."""
        name = self._listening.name
        if isinstance(name, str):
            raise AttributeError("a socket with a path has no port")
        return name[1]

    @property
    def accepted(self) -> int:
        """Connections so far."""
        return self._listening.accepted

    @property
    def refused(self) -> int:
        """Those of them that came to nothing."""
        return self._listening.refused

    @property
    def connections(self) -> int:
        """How many there are now."""
        return self._listening.connections()

    @property
    def bytes_sent(self) -> int:
        return self._listening.bytes_sent

    @property
    def bytes_received(self) -> int:
        return self._listening.bytes_received

    @property
    def closed(self) -> bool:
        return self._listening.closed

    def __repr__(self) -> str:
        return f"<hawser Forward {self._listening.shown}{' closed' if self.closed else ''}>"

    def close(self) -> None:
        self._listening.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        listening = getattr(self, "_listening", None)
        if listening is None or listening.closed or not listening.is_ours():
            return
        if not sys.is_finalizing():
            warnings.warn(f"unclosed {self!r}", ResourceWarning, stacklevel=2, source=self)
        listening.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a hawser.Forward cannot be pickled: its socket belongs to this process")


class Listening:
    """The socket and what it leads to, apart from the `Forward`, so that its threads do not keep
    that alive."""

    def __init__(self, listener: socket.socket, open_channel: Open, shown: str) -> None:
        self._listener = listener
        self._open = open_channel
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._relays: set[Relay] = set()
        self.shown = shown
        self.name: tuple[str, int] | str = listener.getsockname()
        self.closed = False
        self.accepted = 0
        self.refused = 0
        self.bytes_sent = 0
        self.bytes_received = 0

    def is_ours(self) -> bool:
        """No child of fork has it."""
        return os.getpid() == self._owner

    def connections(self) -> int:
        with self._lock:
            return len(self._relays)

    def close(self) -> None:
        if not self.is_ours():  # the socket, its path and the lock are the parent's
            self.closed = True
            self._listener.close()
            return
        with self._lock:
            if self.closed:
                return
            self.closed = True
            relays = list(self._relays)
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        if isinstance(self.name, str):
            with contextlib.suppress(OSError):
                os.unlink(self.name)  # noqa: PTH108
        for relay in relays:
            relay.close()

    # ---- its threads -----------------------------------------------------------------------------

    def accept(self) -> None:
        with contextlib.suppress(OSError):  # it is closed
            while True:
                sock, _ = self._listener.accept()
                self.accepted += 1
                threads.start(self._serve, "forward", sock)

    def _serve(self, sock: socket.socket) -> None:
        with sock:
            try:
                channel = self._open(sock)
            except OSError as error:
                log.info("%s: %s", self.shown, error)
                channel = None
            if channel is None:
                self.refused += 1
                return
            with channel:
                relay = Relay(sock, channel, self._count)
                with self._lock:
                    if self.closed:
                        return
                    self._relays.add(relay)
                try:
                    relay.run()
                finally:
                    with self._lock:
                        self._relays.discard(relay)

    def _count(self, sent: int, received: int) -> None:
        with self._lock:
            self.bytes_sent += sent
            self.bytes_received += received


def to_place(session: _ssh.Session, host: str, port: int) -> Open:
    """All connections go to one place, as the server sees it."""

    def open_channel(sock: socket.socket) -> _ssh.Channel:
        return session.open_direct_tcpip(host, port, *_origin(sock))

    return open_channel


def by_socks(session: _ssh.Session) -> Open:
    """Each connection says where to."""

    def open_channel(sock: socket.socket) -> _ssh.Channel | None:
        sock.settimeout(_REQUEST_SECONDS)
        try:
            request = take_request(sock)
        except BadRequest as error:
            log.info("SOCKS: %s", error)
            sock.sendall(error.answer)
            return None
        try:
            channel = session.open_direct_tcpip(request.host, request.port, *_origin(sock))
        except _ssh.ChannelError:
            sock.sendall(request.refused)
            raise
        sock.sendall(request.done)
        sock.settimeout(None)
        return channel

    return open_channel


def listen_at(host: str, port: int) -> socket.socket:
    """`""` is this machine alone, `"*"` every address of it."""
    if host == "*":
        return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host or "127.0.0.1", port), family=family)


def listen_at_path(path: str, *, mask: int = 0o177, replaces: bool = False) -> socket.socket:
    """A unix socket that only this account may use, unless the `mask` lets others. With `replaces`
    one that is there already gives way."""
    listener = socket.socket(socket.AF_UNIX)
    try:
        if replaces and Path(path).is_socket():
            os.unlink(path)  # noqa: PTH108
        listener.bind(path)
        os.chmod(path, 0o777 & ~mask)  # noqa: PTH101
        listener.listen()
    except BaseException:
        listener.close()
        raise
    return listener


def _origin(sock: socket.socket) -> tuple[str, int]:
    peer = sock.getpeername()
    return (peer[0], peer[1]) if isinstance(peer, tuple) else ("127.0.0.1", 0)
