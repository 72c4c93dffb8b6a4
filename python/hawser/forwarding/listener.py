"""A forward: a socket that listens here, and a relay for each connection to it."""

import contextlib
import logging
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

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
    connected then is ended."""

    def __init__(self, listener: socket.socket, open_channel: Open, shown: str) -> None:
        self._listener = listener
        self._open = open_channel
        self._shown = shown
        self._name: tuple[str, int] | str = listener.getsockname()
        self._lock = threading.Lock()
        self._relays: set[Relay] = set()
        self._closed = False
        self.accepted = 0
        """Connections so far."""
        self.refused = 0
        """Those of them that came to nothing."""
        self.bytes_sent = 0
        self.bytes_received = 0
        threads.start(self._accept, "listen")
        threads.close_at_exit(self)

    @property
    def address(self) -> tuple[str, int] | str:
        """Where it listens: (host, port), or a path."""
        name = self._name
        return name if isinstance(name, str) else name[:2]

    @property
    def port(self) -> int:
        """The port it listens at."""
        name = self._name
        if isinstance(name, str):
            raise AttributeError("a socket with a path has no port")
        return name[1]

    @property
    def connections(self) -> int:
        """How many there are now."""
        with self._lock:
            return len(self._relays)

    @property
    def closed(self) -> bool:
        return self._closed

    def __repr__(self) -> str:
        return f"<hawser Forward {self._shown}{' closed' if self._closed else ''}>"

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
            relays = list(self._relays)
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        if isinstance(self._name, str):
            with contextlib.suppress(OSError):
                os.unlink(self._name)  # noqa: PTH108
        for relay in relays:
            relay.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # ---- its threads -----------------------------------------------------------------------------

    def _accept(self) -> None:
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
                log.info("%s: %s", self._shown, error)
                channel = None
            if channel is None:
                self.refused += 1
                return
            with channel:
                relay = Relay(sock, channel, self._count)
                with self._lock:
                    if self._closed:
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
