"""Where connections go: to one place, or to where each asks for by SOCKS; as the server sees it,
for who comes here, or as this machine does, for who comes to the server."""

import errno
import socket
from collections.abc import Callable

import _ssh

from ..logs import Log
from .flow import Count, Flow
from .relay import Relay
from .socks import BadRequest, Talk, take_request

log = Log("hawser.forward")

_SECONDS = 30.0
"""For a SOCKS client to say where to, and for a place here to answer."""

Open = Callable[[socket.socket], _ssh.Channel | None]
Meet = Callable[[_ssh.Channel, Count], Flow | None]

# ---- of the server ------------------------------------------------------------------------------


def to_place(session: _ssh.Session, host: str, port: int) -> Open:
    def open_channel(sock: socket.socket) -> _ssh.Channel:
        return session.open_direct_tcpip(host, port, *_origin(sock))

    return open_channel


def to_path(session: _ssh.Session, path: str) -> Open:
    """A unix socket of the server's."""
    return lambda sock: session.open_direct_streamlocal(path)


def by_socks(session: _ssh.Session) -> Open:
    """Each connection says where to."""

    def open_channel(sock: socket.socket) -> _ssh.Channel | None:
        sock.settimeout(_SECONDS)
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


def _origin(sock: socket.socket) -> tuple[str, int]:
    peer = sock.getpeername()
    return (peer[0], peer[1]) if isinstance(peer, tuple) else ("127.0.0.1", 0)


# ---- of this machine -----------------------------------------------------------------------------


def to_place_here(host: str, port: int) -> Meet:
    return lambda channel, count: Relay(_connect(host, port), channel, count)


def to_path_here(path: str) -> Meet:
    """A unix socket of this machine's."""

    def meet(channel: _ssh.Channel, count: Count) -> Flow:
        sock = socket.socket(socket.AF_UNIX)
        try:
            sock.connect(path)
        except BaseException:
            sock.close()
            raise
        return Relay(sock, channel, count)

    return meet


def by_socks_here(permits: Callable[[str, int], bool] = lambda host, port: True) -> Meet:
    """Each says where to; the connection leaves from here, if it may."""

    def meet(channel: _ssh.Channel, count: Count) -> Flow | None:
        channel.settimeout(_SECONDS)
        talk: Talk = channel
        try:
            request = take_request(talk)
        except BadRequest as error:
            log.info("SOCKS: %s", error)
            channel.sendall(error.answer)
            return None
        try:
            if not permits(request.host, request.port):
                raise PermissionError(errno.EACCES, f"{request.host}:{request.port} is not allowed")
            sock = _connect(request.host, request.port)
        except OSError:
            channel.sendall(request.refused)
            raise
        channel.sendall(request.done)
        channel.settimeout(None)
        return Relay(sock, channel, count)

    return meet


def _connect(host: str, port: int) -> socket.socket:
    sock = socket.create_connection((host, port), timeout=_SECONDS)
    sock.settimeout(None)
    return sock
