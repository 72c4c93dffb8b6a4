"""Where connections come in: a socket of this machine, or a place at which the server listens."""

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import _ssh

from .flow import Count, Flow
from .relay import Relay


class Arrival(Protocol):
    """Somebody who came."""

    def meet(self, count: Count) -> Flow | None:
        """Finds the other side: None if it is not to be had, which they were told. May take long;
        OSError says why it is not."""
        raise NotImplementedError

    def turn_away(self) -> None:
        """Ends the connection of whom nothing was found for."""


class Door(Protocol):
    address: tuple[str, int] | str

    def accept(self) -> Arrival:
        """Waits for the next; OSError once it is closed."""
        raise NotImplementedError

    def close(self) -> None: ...

    def abandon(self) -> None:
        """In a child of fork: gives up what is the parent's, and leaves it as it is."""


class LocalDoor:
    """A listening socket here. `open_channel` gives the channel for a connection to it."""

    def __init__(
        self, listener: socket.socket, open_channel: Callable[[socket.socket], _ssh.Channel | None]
    ) -> None:
        self._listener = listener
        self._open = open_channel
        name = listener.getsockname()
        self.address: tuple[str, int] | str = name if isinstance(name, str) else name[:2]

    def accept(self) -> Arrival:
        sock, _ = self._listener.accept()
        return _LocalArrival(sock, self._open)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        if isinstance(self.address, str):
            with contextlib.suppress(OSError):
                os.unlink(self.address)  # noqa: PTH108

    def abandon(self) -> None:
        self._listener.close()


class _LocalArrival:
    def __init__(
        self, sock: socket.socket, open_channel: Callable[[socket.socket], _ssh.Channel | None]
    ) -> None:
        self._sock = sock
        self._open = open_channel

    def meet(self, count: Count) -> Flow | None:
        channel = self._open(self._sock)
        return None if channel is None else Relay(self._sock, channel, count)

    def turn_away(self) -> None:
        self._sock.close()


class RemoteDoor:
    """A place at which the server listens for us. `meet` gives what carries who came, whose channel
    is closed if it cannot."""

    def __init__(
        self,
        listener: _ssh.Listener,
        meet: Callable[[_ssh.Channel, Count], Flow | None],
    ) -> None:
        self._listener = listener
        self._meet = meet
        self.address: tuple[str, int] | str = listener.address
        if listener.port:
            self.address = (listener.address, listener.port)

    def accept(self) -> Arrival:
        channel, _ = self._listener.accept()
        return _RemoteArrival(channel, self._meet)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.close()

    def abandon(self) -> None:
        """The session is dead in the child, and with it this."""


class _RemoteArrival:
    def __init__(
        self, channel: _ssh.Channel, meet: Callable[[_ssh.Channel, Count], Flow | None]
    ) -> None:
        self._channel = channel
        self._meet = meet

    def meet(self, count: Count) -> Flow | None:
        return self._meet(self._channel, count)

    def turn_away(self) -> None:
        with contextlib.suppress(OSError):  # the session has ended
            self._channel.close()


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


def listen_there(session: _ssh.Session, place: tuple[str, int] | str) -> _ssh.Listener:
    """At the server; the names of its addresses are as of those here."""
    if isinstance(place, str):
        return session.listen_unix(place)
    host, port = place
    return session.listen({"": "localhost", "*": ""}.get(host, host), port)
