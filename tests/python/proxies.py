"""Proxies for a test: SOCKS5 and HTTP CONNECT on loopback, written after the RFCs; and one that
says what it is told to."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Handler = Callable[[socket.socket], None]


@contextmanager
def serving(handler: Handler, host: str = "127.0.0.1") -> Iterator[int]:
    """The port of a listener that has each connection handled in a thread."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listener:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=handle, args=(connection,), daemon=True).start()

        def handle(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):
                handler(connection)

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def saying(*answers: bytes) -> Handler:
    """Waits for something before each answer; then ends the connection."""

    def handle(connection: socket.socket) -> None:
        for answer in answers:
            connection.recv(4096)
            connection.sendall(answer)

    return handle


def socks5(seen: list[tuple[str, int]], login: tuple[bytes, bytes] | None = None) -> Handler:
    def handle(connection: socket.socket) -> None:
        stream = connection.makefile("rwb", buffering=0)
        version, count = _exactly(stream, 2)
        methods = _exactly(stream, count)
        assert version == 5
        method = 2 if login else 0
        stream.write(bytes([5, method if method in methods else 255]))
        if method not in methods:
            return
        if login:
            assert _exactly(stream, 1) == b"\x01"
            user = _exactly(stream, _exactly(stream, 1)[0])
            password = _exactly(stream, _exactly(stream, 1)[0])
            is_right = (user, password) == login
            stream.write(bytes([1, 0 if is_right else 1]))
            if not is_right:
                return
        _, command, _, kind = _exactly(stream, 4)
        assert command == 1
        if kind == 3:
            host = _exactly(stream, _exactly(stream, 1)[0]).decode()
        else:
            host = socket.inet_ntop(
                socket.AF_INET if kind == 1 else socket.AF_INET6,
                _exactly(stream, 4 if kind == 1 else 16),
            )
        port = int.from_bytes(_exactly(stream, 2))
        seen.append((host, port))
        try:
            target = socket.create_connection((host, port))
        except OSError:
            stream.write(b"\x05\x05\x00\x01" + bytes(6))
            return
        stream.write(b"\x05\x00\x00\x03\x04name\x00\x50")
        _relay(connection, target)

    return handle


def http(seen: list[tuple[str, str]]) -> Handler:
    def handle(connection: socket.socket) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += connection.recv(1)
        lines = head.decode().split("\r\n")
        verb, place, _ = lines[0].split()
        assert verb == "CONNECT"
        login = [line for line in lines if line.startswith("Proxy-Authorization: ")]
        seen.append((place, login[0] if login else ""))
        host, _, port = place.rpartition(":")
        target = socket.create_connection((host, int(port)))
        connection.sendall(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
        _relay(connection, target)

    return handle


def relaying(address: tuple[str, int]) -> Handler:
    def handle(connection: socket.socket) -> None:
        _relay(connection, socket.create_connection(address))

    return handle


def _exactly(stream: socket.SocketIO, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = stream.read(size - len(data))
        if not more:
            raise OSError("the client has gone")
        data += more
    return data


def _relay(one: socket.socket, other: socket.socket) -> None:
    def carry(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    back = threading.Thread(target=carry, args=(other, one), daemon=True)
    back.start()
    carry(one, other)
    back.join()
    other.close()
