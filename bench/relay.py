"""A line of a given length and width, on the loopback: holds all bytes for half a round trip each
way, and lets them through at 1 Gbit/s. 16 MiB fit into it a direction, so that SSH's own windows
have their effect. A process of its own:

python bench/relay.py PORT ROUND_TRIP_MS        prints the port that leads to PORT
"""

import socket
import sys
import threading
import time
from collections import deque
from contextlib import suppress

_BYTES_PER_SECOND = 1e9 / 8
_ROOM = 16 << 20
_PIECE = 128 << 10


class Direction:
    """From one socket to the other, by a thread at each end."""

    def __init__(self, source: socket.socket, target: socket.socket, delay: float) -> None:
        self._source = source
        self._target = target
        self._delay = delay
        self._under_way: deque[tuple[float, bytes]] = deque()
        self._held = 0
        self._changed = threading.Condition()
        for work in (self._take, self._give):
            threading.Thread(target=work, daemon=True).start()

    def _take(self) -> None:
        is_free_at = 0.0
        data = b"-"
        while data:
            try:
                data = self._source.recv(_PIECE)
            except OSError:
                data = b""
            is_free_at = max(is_free_at, time.monotonic()) + len(data) / _BYTES_PER_SECOND
            with self._changed:
                self._under_way.append((is_free_at + self._delay, data))
                self._held += len(data)
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._held <= _ROOM)

    def _give(self) -> None:
        data = b"-"
        while data:
            with self._changed:
                self._changed.wait_for(lambda: self._under_way)
                due, data = self._under_way.popleft()
            time.sleep(max(0.0, due - time.monotonic()))
            with suppress(OSError):
                self._target.sendall(data)
            with self._changed:
                self._held -= len(data)
                self._changed.notify_all()
        with suppress(OSError):
            self._target.shutdown(socket.SHUT_WR)


def main() -> None:
    port, delay = int(sys.argv[1]), float(sys.argv[2]) / 2000
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    print(listener.getsockname()[1], flush=True)
    while True:
        near, _ = listener.accept()
        far = socket.create_connection(("127.0.0.1", port))
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        Direction(near, far, delay)
        Direction(far, near, delay)


if __name__ == "__main__":
    main()
