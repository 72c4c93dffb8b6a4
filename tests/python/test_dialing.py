"""Reaching a host by TCP: where from, how often, and what errors say."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from clients import within
from hawser.connecting import dialing
from hawser.connecting.dialing import dial
from servers.base import free_port


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield sock


def port_of(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


def test_where_it_leaves(listener: socket.socket) -> None:
    with dial("127.0.0.1", port_of(listener), bind_address="127.0.0.2"):
        connection, (host, _) = listener.accept()
        connection.close()
    assert host == "127.0.0.2"


def test_an_interface(listener: socket.socket) -> None:
    with dial("127.0.0.1", port_of(listener), bind_interface="lo") as sock:
        name = sock.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 16)
    assert name.rstrip(b"\0") == b"lo"


def test_an_interface_that_there_is_not(listener: socket.socket) -> None:
    with pytest.raises(OSError, match="the interface 'nosuch0'"):
        dial("127.0.0.1", port_of(listener), bind_interface="nosuch0")


def test_an_interface_that_is_not_allowed(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not tried again, and the error says what it is about."""

    class Refusing(socket.socket):
        def setsockopt(self, level: int, name: int, *value: Any) -> None:
            if name == socket.SO_BINDTODEVICE:
                raise PermissionError(1, "Operation not permitted")
            super().setsockopt(level, name, *value)

    monkeypatch.setattr(socket, "socket", Refusing)
    monkeypatch.setattr(dialing, "PAUSE_SECONDS", 3600.0)
    with pytest.raises(PermissionError, match="bind to the interface 'lo'"), within(60):
        dial("127.0.0.1", port_of(listener), bind_interface="lo", attempts=3)


@pytest.mark.parametrize("is_wanted", [True, False])
def test_keepalives(listener: socket.socket, is_wanted: bool) -> None:
    with dial("127.0.0.1", port_of(listener), keeps_alive=is_wanted) as sock:
        found = sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert bool(found) == is_wanted


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_traffic_classes(family: socket.AddressFamily) -> None:
    host = "127.0.0.1" if family == socket.AF_INET else "::1"
    level, name = (
        (socket.IPPROTO_IP, socket.IP_TOS)
        if family == socket.AF_INET
        else (socket.IPPROTO_IPV6, socket.IPV6_TCLASS)
    )
    try:
        listener = socket.create_server((host, 0), family=family)
    except OSError:
        pytest.skip(f"there is no {host} here")
    with listener, dial(host, port_of(listener), traffic_class=0x28) as sock:
        assert sock.getsockopt(level, name) == 0x28


def test_a_socket_without_a_class() -> None:
    one, other = socket.socketpair()
    with one, other:
        dialing.mark(one, 0x10)


def test_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that comes late is found; each attempt is a pause after the one before."""
    monkeypatch.setattr(dialing, "PAUSE_SECONDS", 0.2)
    port = free_port()
    began = time.monotonic()
    with pytest.raises(ConnectionRefusedError):
        dial("127.0.0.1", port, attempts=3)
    assert time.monotonic() - began >= 0.4

    with socket.socket() as late:
        late.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        late.bind(("127.0.0.1", port))
        timer = threading.Timer(0.5, late.listen)
        timer.start()
        dial("127.0.0.1", port, attempts=200).close()
        timer.join()
