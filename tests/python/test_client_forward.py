"""Forwarded ports: data both ways under load, ends, refusals, SOCKS."""

import contextlib
import hashlib
import queue
import socket
import stat
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import hawser
from client_homes import connect_to
from clients import Background, within
from hawser.forwarding.doors import Arrival
from hawser.forwarding.flow import Count, Flow
from hawser.forwarding.forward import Listening
from proxies import serving
from servers import OpenSSHServer
from servers.base import free_port


def echo(connection: socket.socket) -> None:
    """Says again what it hears, to the end."""
    while data := connection.recv(65536):
        connection.sendall(data)
    connection.shutdown(socket.SHUT_WR)


def digest(connection: socket.socket) -> None:
    """Hears all, then says what it was."""
    found = hashlib.sha256()
    while data := connection.recv(65536):
        found.update(data)
    connection.sendall(found.digest())


@pytest.fixture
def echo_port() -> Iterator[int]:
    with serving(echo) as port:
        yield port


def all_of(sock: socket.socket) -> bytes:
    parts = []
    while data := sock.recv(65536):
        parts.append(data)
    return b"".join(parts)


def settled(forward: hawser.Forward) -> bool:
    """Its connections have gone, within a moment."""
    for _ in range(100):
        if forward.connections == 0:
            return True
        time.sleep(0.02)
    return False


def test_a_port(client: hawser.Client, echo_port: int) -> None:
    with client.forward_local_port("", 0, "127.0.0.1", echo_port) as forward:
        assert forward.address == ("127.0.0.1", forward.port)
        with socket.create_connection(("127.0.0.1", forward.port)) as sock:
            sock.sendall(b"hello")
            assert sock.recv(100) == b"hello"
            assert forward.connections == 1
            sock.shutdown(socket.SHUT_WR)
            assert all_of(sock) == b""
        assert settled(forward)
        assert (forward.accepted, forward.refused) == (1, 0)
        assert (forward.bytes_sent, forward.bytes_received) == (5, 5)
    assert forward.closed
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", forward.port))
    forward.close()


def test_who_has_said_all_can_still_listen(client: hawser.Client) -> None:
    data = bytes(range(256)) * 20_000
    with (
        serving(digest) as port,
        client.forward_local_port("", 0, "127.0.0.1", port) as forward,
        socket.create_connection(("127.0.0.1", forward.port)) as sock,
    ):
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        assert all_of(sock) == hashlib.sha256(data).digest()


def test_many_at_once(client: hawser.Client, echo_port: int) -> None:
    """Each gets its own, while commands go on."""

    def exchange(number: int) -> bool:
        data = number.to_bytes(4) * 400_000
        with socket.create_connection(("127.0.0.1", forward.port)) as sock:
            heard = Background(lambda: all_of(sock))
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            received: bytes = heard.result()
            return received == data

    with client.forward_local_port("", 0, "127.0.0.1", echo_port) as forward, within(60):
        exchanges = [Background(partial(exchange, number)) for number in range(8)]
        assert client.run("echo meanwhile").stdout == b"meanwhile\n"
        assert all(each.result() for each in exchanges)
        assert settled(forward)
        assert forward.bytes_sent == forward.bytes_received == 8 * 1_600_000


def test_a_place_that_refuses(client: hawser.Client) -> None:
    with client.forward_local_port("", 0, "127.0.0.1", free_port()) as forward:
        for number in range(1, 21):
            with socket.create_connection(("127.0.0.1", forward.port)) as sock:
                assert sock.recv(1) == b""
            assert forward.refused == number  # who sees the end sees it counted
    assert client.run("true").ok


def test_who_is_turned_away_is_counted_first() -> None:
    """Whatever the threads do: who sees the end of the connection reads it."""
    seen = queue.SimpleQueue[int]()

    class Visitor:
        def meet(self, count: Count) -> Flow | None:
            return None

        def turn_away(self) -> None:
            seen.put(listening.refused)

    class Door:
        address: tuple[str, int] | str = "nowhere"

        def accept(self) -> Arrival:
            if listening.accepted:
                raise OSError
            return Visitor()

        def close(self) -> None: ...

        def abandon(self) -> None: ...

    listening = Listening(Door(), "nowhere")
    listening.accept()
    assert seen.get(timeout=5) == 1


def test_the_end_ends_what_is_connected(client: hawser.Client, echo_port: int) -> None:
    with client.forward_local_port("", 0, "127.0.0.1", echo_port) as forward:
        sock = socket.create_connection(("127.0.0.1", forward.port))
        sock.sendall(b"x")
        assert sock.recv(1) == b"x"
    with sock, within(5), contextlib.suppress(ConnectionResetError):
        assert sock.recv(1) == b""
    assert client.run("true").ok


def test_a_client_that_is_closed(openssh: OpenSSHServer, tmp_path: Path) -> None:
    """It would listen for ever, for nothing."""
    client = connect_to(openssh, tmp_path)
    client.close()
    path = tmp_path / "socket"
    with pytest.raises(OSError, match="closed"):
        client.forward_socks()
    with pytest.raises(OSError, match="closed"):
        client.forward_local_path_to_port(path, "127.0.0.1", 1)
    assert not path.exists()


def test_a_path(client: hawser.Client, echo_port: int, tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with client.forward_local_path_to_port(path, "127.0.0.1", echo_port) as forward:
        assert forward.address == str(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(str(path))
            sock.sendall(b"by path")
            assert sock.recv(100) == b"by path"
    assert not path.exists()


def test_a_port_that_is_taken(client: hawser.Client, echo_port: int) -> None:
    with pytest.raises(OSError, match="in use"):
        client.forward_local_port("", echo_port, "127.0.0.1", 1)


# ---- SOCKS ---------------------------------------------------------------------------------------


def port_bytes(port: int) -> bytes:
    return port.to_bytes(2)


@pytest.mark.parametrize("kind", ["4", "4a", "5", "5 name", "5 six"])
def test_socks(client: hawser.Client, echo_port: int, kind: str) -> None:
    port, local = port_bytes(echo_port), bytes([127, 0, 0, 1])
    requests = {
        "4": b"\x04\x01" + port + local + b"me\0",
        "4a": b"\x04\x01" + port + bytes([0, 0, 0, 1]) + b"me\0localhost\0",
        "5": b"\x05\x01\x00\x01" + local + port,
        "5 name": b"\x05\x01\x00\x03\x09localhost" + port,
        "5 six": b"\x05\x01\x00\x04" + bytes(10) + b"\xff\xff" + local + port,
    }
    with (
        client.forward_socks() as forward,
        socket.create_connection(("127.0.0.1", forward.port)) as sock,
    ):
        if kind.startswith("5"):
            sock.sendall(b"\x05\x02\x02\x00")
            assert sock.recv(2) == b"\x05\x00"
        sock.sendall(requests[kind] + b"right behind")
        answer = sock.recv(10 if kind.startswith("5") else 8, socket.MSG_WAITALL)
        assert answer[1] == (0 if kind.startswith("5") else 0x5A)
        assert sock.recv(12, socket.MSG_WAITALL) == b"right behind"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b""),
        (b"\x05\x01\x02", b"\x05\xff"),
        (b"\x05\x01\x00\x05\x02\x00\x01" + bytes(6), b"\x05\x00\x05\x07\x00\x01" + bytes(6)),
        (b"\x05\x01\x00\x05\x01\x00\x09", b"\x05\x00\x05\x08\x00\x01" + bytes(6)),
        (b"\x05\x01\x00\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x01",
         b"\x05\x00\x05\x05\x00\x01" + bytes(6)),
        (b"\x04\x02\x00\x01\x7f\x00\x00\x01\0", b"\x00\x5b" + bytes(6)),
        (b"\x04\x01\x00\x01\x7f\x00\x00\x01" + b"x" * 300, b""),
        (b"\x05", b""),
    ],
)  # fmt: skip
def test_socks_that_is_refused(client: hawser.Client, said: bytes, answer: bytes) -> None:
    with (
        client.forward_socks() as forward,
        socket.create_connection(("127.0.0.1", forward.port)) as sock,
        within(10),
    ):
        sock.sendall(said)
        with contextlib.suppress(OSError):  # reset, if what it said was not all read
            sock.shutdown(socket.SHUT_WR)
            assert all_of(sock) == answer


def test_nothing_is_left(client: hawser.Client, echo_port: int) -> None:
    before = threading.active_count()
    for _ in range(3):
        with client.forward_local_port("", 0, "127.0.0.1", echo_port) as forward:
            with socket.create_connection(("127.0.0.1", forward.port)) as sock:
                sock.sendall(b"x")
                sock.recv(1)
            assert settled(forward)
    for _ in range(100):
        if threading.active_count() <= before:
            return
        time.sleep(0.02)
    pytest.fail(str(threading.enumerate()))
