"""Reaching a host by TCP, over IPv6 and IPv4 at once (happy eyeballs, RFC 8305).

The addresses are tried in the system's order, the families in turn. Each has a quarter of a second
before the next is tried, too; the first that answers is taken.
"""

import contextlib
import os
import selectors
import socket
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from .. import threads

PAUSE_SECONDS = 1.0
"""Between two attempts at all addresses, as OpenSSH has it."""
ATTEMPT_SECONDS = 0.25
"""RFC 8305 5: the Connection Attempt Delay."""

_Address = tuple[socket.AddressFamily, tuple[Any, ...]]


def dial(
    host: str,
    port: int,
    *,
    family: socket.AddressFamily = socket.AF_UNSPEC,
    bind_address: str | None = None,
    bind_interface: str | None = None,
    timeout: float | None = None,
    attempts: int = 1,
    keeps_alive: bool = True,
    traffic_class: int | None = None,
) -> socket.socket:
    """A socket that is connected, without a timeout of its own; OSError says why there is none.

    All addresses are tried `attempts` times, each time for at most `timeout` seconds."""
    prepare = partial(_bind, address=bind_address, interface=bind_interface)
    while True:
        attempts -= 1
        try:
            sock = _attempt(host, port, family, timeout, prepare)
        except PermissionError:  # another time it is the same
            raise
        except OSError:
            if attempts <= 0:
                raise
            time.sleep(PAUSE_SECONDS)
            continue
        sock.setblocking(True)
        if keeps_alive:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if traffic_class is not None:
            mark(sock, traffic_class)
        return sock


def mark(sock: socket.socket, traffic_class: int) -> None:
    """Has the connection's packets say what traffic they are; a socket that has no such thing is
    left as it is."""
    with contextlib.suppress(OSError):
        if sock.family == socket.AF_INET:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, traffic_class)
        elif sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, traffic_class)


def _attempt(
    host: str,
    port: int,
    family: socket.AddressFamily,
    timeout: float | None,
    prepare: Callable[[socket.socket], None],
) -> socket.socket:
    """One try of all addresses."""
    end = None if timeout is None else time.monotonic() + timeout
    race = _Race(in_turn(look_up(host, port, family, timeout)), prepare)
    try:
        return race.winner(end)
    finally:
        race.close()


def look_up(
    host: str, port: int, family: socket.AddressFamily, timeout: float | None
) -> list[_Address]:
    """The host's addresses in the system's order (RFC 6724). The system's resolver knows neither
    deadlines nor Ctrl-C: it works in a thread, which may be left behind."""
    found: list[_Address] = []
    failure: list[Exception] = []

    def ask() -> None:
        try:
            for kind, _, _, _, address in socket.getaddrinfo(
                host, port, family, socket.SOCK_STREAM
            ):
                found.append((kind, address))
        except UnicodeError:
            failure.append(socket.gaierror(socket.EAI_NONAME, "that is no host name"))
        except Exception as error:
            failure.append(error)

    if _is_number(host):
        ask()
    else:
        thread = threading.Thread(target=ask, name="hawser-lookup", daemon=True)
        thread.start()
        if not threads.ends(thread, timeout):
            raise TimeoutError("the name server does not answer")
    if failure:
        raise failure[0]
    return list(dict.fromkeys(found))


def in_turn(addresses: Sequence[_Address]) -> list[_Address]:
    """One of each family by turns, beginning with that of the first (RFC 8305 4)."""
    queues: dict[socket.AddressFamily, list[_Address]] = {}
    for address in addresses:
        queues.setdefault(address[0], []).append(address)
    ordered = []
    while queues:
        for family in list(queues):
            ordered.append(queues[family].pop(0))
            if not queues[family]:
                del queues[family]
    return ordered


class _Race:
    """The attempts that are under way."""

    def __init__(
        self, addresses: Sequence[_Address], prepare: Callable[[socket.socket], None]
    ) -> None:
        """`prepare` binds a socket before it connects."""
        self._waiting = list(addresses)
        self._prepare = prepare
        self._selector = selectors.DefaultSelector()
        self._refusal: OSError = OSError("the name has no address")

    def winner(self, end: float | None) -> socket.socket:
        while True:
            if self._waiting:
                self._begin(*self._waiting.pop(0))
            if not self._selector.get_map():
                if not self._waiting:
                    raise self._refusal
                continue
            sock = self._first_answer(end)
            if sock is not None:
                return sock

    def close(self) -> None:
        """Those that lost."""
        for key in list(self._selector.get_map().values()):
            self._drop(key.fileobj)  # type: ignore[arg-type]
        self._selector.close()

    def _begin(self, family: socket.AddressFamily, address: tuple[Any, ...]) -> None:
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:  # a system without that family
            self._refusal = error
            return
        sock.setblocking(False)
        try:
            self._prepare(sock)
            sock.connect(address)
        except BlockingIOError:
            pass
        except OSError as error:
            self._refusal = error
            sock.close()
            return
        self._selector.register(sock, selectors.EVENT_WRITE)

    def _first_answer(self, end: float | None) -> socket.socket | None:
        """Waits until an attempt succeeds; None: it is the next one's turn, or one has failed."""
        patience = ATTEMPT_SECONDS if self._waiting else None
        if end is not None:
            remaining = end - time.monotonic()
            if remaining <= 0:
                raise TimeoutError("no address of the host answers in time")
            patience = remaining if patience is None else min(patience, remaining)
        for key, _ in self._selector.select(patience):
            sock = key.fileobj
            assert isinstance(sock, socket.socket)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code == 0:
                self._selector.unregister(sock)
                return sock
            self._refusal = OSError(code, os.strerror(code))
            self._drop(sock)
        return None

    def _drop(self, sock: socket.socket) -> None:
        self._selector.unregister(sock)
        sock.close()


def _bind(sock: socket.socket, *, address: str | None, interface: str | None) -> None:
    """Has the connection leave from there."""
    if interface is not None:
        name = interface.encode("utf-8", "surrogateescape")
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, name + b"\0")
        except PermissionError as error:
            text = f"the system does not let this account bind to the interface {interface!r}"
            raise PermissionError(error.errno, text) from None
        except OSError as error:
            raise OSError(error.errno, f"the interface {interface!r}: {error.strerror}") from None
    if address is not None:
        sock.bind((address, 0))


def _is_number(host: str) -> bool:
    """It is an address, which nobody has to be asked about."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except (OSError, ValueError):
            continue
        return True
    return False
