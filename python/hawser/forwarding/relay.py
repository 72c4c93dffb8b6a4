"""One forwarded connection: a socket here and a channel, and what flows between them."""

import contextlib
import socket

import _ssh

from .. import threads
from .flow import Count

_CHUNK = 1 << 17


class Relay:
    """Carries both directions until both have ended. Each end of a stream is passed on by itself:
    who has said all can still listen."""

    def __init__(self, sock: socket.socket, channel: _ssh.Channel, count: Count) -> None:
        self._sock = sock
        self._channel = channel
        self._count = count

    def run(self) -> None:
        """In the calling thread, and one more."""
        with self._sock, self._channel:
            back = threads.start(self._receive, "forward")
            self._send()
            back.join()
            self.close()

    def close(self) -> None:
        """Ends it, from any thread."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self._channel.close()

    def _send(self) -> None:
        buffer = memoryview(bytearray(_CHUNK))
        try:
            while size := self._sock.recv_into(buffer):
                self._channel.sendall(buffer[:size])
                self._count(size, 0)
            self._channel.shutdown_write()
        except OSError:  # the other direction ends, too
            self.close()

    def _receive(self) -> None:
        buffer = memoryview(bytearray(_CHUNK))
        try:
            while size := self._channel.recv_into(buffer):
                self._sock.sendall(buffer[:size])
                self._count(0, size)
            self._sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.close()
