"""Connections and peers that misbehave: a proxy that cuts, holds or damages, and scripted peers."""

import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal

Address = tuple[str, int]


@dataclass(frozen=True)
class Fault:
    """What happens at byte `at` of one direction; 'down' is from server to client."""

    kind: Literal["cut", "hold", "flip"]
    at: int
    direction: Literal["down", "up"] = "down"


class Proxy:
    """Relays connections to `target`, with at most one fault. `fault` may be set at any time."""

    def __init__(self, target: Address, fault: Fault | None = None) -> None:
        self.fault = fault
        self.moved = {"down": 0, "up": 0}
        """How many bytes went each way, over all connections."""
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.address: Address = self._listener.getsockname()
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *exc: object) -> None:
        for each in (self._listener, *self._sockets):
            _end(each)
            each.close()

    def hold(self) -> None:
        """From now on nothing more comes down, and the connection stays open."""
        self.fault = Fault("hold", self.moved["down"])

    def cut(self) -> None:
        """Ends all connections now."""
        for each in self._sockets:
            _end(each)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                self._sockets += [client, server]
                for source, sink, direction in ((client, server, "up"), (server, client, "down")):
                    threading.Thread(
                        target=self._relay_judged, args=(source, sink, direction), daemon=True
                    ).start()

    def _relay_judged(self, source: socket.socket, sink: socket.socket, direction: str) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                passed, ends = self._judge(data, direction)
                sink.sendall(passed)
                if ends:
                    break
        _end(source)
        _end(sink)

    def _judge(self, data: bytes, direction: str) -> tuple[bytes, bool]:
        """What of `data` goes on, and whether the connection ends then."""
        begin = self.moved[direction]
        self.moved[direction] += len(data)
        fault = self.fault
        if fault is None or fault.direction != direction or fault.at >= begin + len(data):
            return data, False
        at = max(fault.at - begin, 0)
        if fault.kind == "flip":
            if fault.at < begin:
                return data, False
            return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :], False
        return data[:at], fault.kind == "cut"


def _end(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)


@contextmanager
def far_away(
    target: Address, seconds: float, notice: Callable[[int], None] = lambda _: None
) -> Iterator[Address]:
    """A listener whose connections are relayed to `target`; each byte is `seconds` on its way.
    `notice` hears how many are on their way back, in a thread of the relay."""
    sockets: list[socket.socket] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(target)
                sockets.extend((client, server))
                _relay_late(client, server, seconds, lambda _: None)
                _relay_late(server, client, seconds, notice)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()
    finally:
        for each in (listener, *sockets):
            _end(each)
            each.close()


def _relay_late(
    source: socket.socket, sink: socket.socket, seconds: float, notice: Callable[[int], None]
) -> None:
    way: queue.Queue[tuple[float, bytes]] = queue.Queue()
    taken = given = 0

    def read() -> None:
        nonlocal taken
        data = b"begin"
        while data:
            try:
                data = source.recv(1 << 18)
            except OSError:
                data = b""
            way.put((time.monotonic() + seconds, data))
            taken += len(data)
            notice(taken - given)

    def write() -> None:
        nonlocal given
        with suppress(OSError):
            while True:
                due, data = way.get()
                if not data:
                    break
                time.sleep(max(due - time.monotonic(), 0))
                sink.sendall(data)
                given += len(data)
        _end(source)
        _end(sink)

    for each in (read, write):
        threading.Thread(target=each, daemon=True).start()


def relay(one: socket.socket, other: socket.socket) -> None:
    """Moves all bytes between the two, in threads of its own."""
    for pair in ((one, other), (other, one)):
        threading.Thread(target=_relay, args=pair, daemon=True).start()


def say_nothing(peer: socket.socket) -> None:
    """The script of a peer that takes the connection and is silent."""


def _relay(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    _end(source)
    _end(sink)


@contextmanager
def scripted_peer(script: Callable[[socket.socket], object]) -> Iterator[Address]:
    """A peer that runs `script` on each connection and then holds it open until the end."""
    connections: list[socket.socket] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connections.append(connection)
                with suppress(OSError):
                    script(connection)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()
    finally:
        for each in (listener, *connections):
            _end(each)
            each.close()


@contextmanager
def forwarder(target: Address, family: socket.AddressFamily, path: str = "") -> Iterator[Any]:
    """A listener of another family, whose connections are relayed to `target`."""
    listener = socket.socket(family)
    listener.bind(path or ("::1", 0))
    listener.listen()
    servers: list[socket.socket] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                servers.append(socket.create_connection(target))
                relay(connection, servers[-1])

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield path or listener.getsockname()[:2]
    finally:
        for each in (listener, *servers):
            _end(each)
            each.close()


@contextmanager
def bridge(target: Address) -> Iterator[socket.socket]:
    """One end of a Unix socket pair whose other end is relayed to `target`."""
    ours, theirs = socket.socketpair()
    server = socket.create_connection(target)
    relay(theirs, server)
    try:
        yield ours
    finally:
        for each in (ours, theirs, server):
            _end(each)
            each.close()
