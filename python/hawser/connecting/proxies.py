"""Reaching a host through a proxy: SOCKS5 (RFC 1928, RFC 1929) or HTTP CONNECT (RFC 9110 9.3.6).

    socks5://[user:password@]host[:1080]      http://[user:password@]host[:8080]

The proxy looks the host's name up. What it answers is read byte by byte as far as it goes: the
server's first bytes follow right behind.
"""

import base64
import functools
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from ..escape import harmless

MAX_HEAD = 16384
"""Of an HTTP answer, in bytes."""
_PORTS = {"socks5": 1080, "http": 8080}


class ProxyError(ConnectionError):
    """The proxy refused, or it is none; the text says which."""


@dataclass(frozen=True)
class Proxy:
    kind: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        """Without the password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.kind}://{host}:{self.port}"


def parse_proxy(url: str) -> Proxy:
    """ValueError if it is no proxy that we know; the text does not show a password."""
    parts = urlsplit(url)
    kind = {"socks": "socks5", "socks5h": "socks5"}.get(parts.scheme, parts.scheme)
    if kind not in _PORTS or not parts.hostname:
        raise ValueError("a proxy is socks5://[user:password@]host[:port] or http://...")
    try:
        port = parts.port or _PORTS[kind]
    except ValueError:
        raise ValueError("the proxy's port is a number from 1 to 65535") from None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Proxy(kind, parts.hostname, port, user, password)


def ask_proxy(
    sock: socket.socket, proxy: Proxy, host: str, port: int, timeout: float | None
) -> None:
    """Has the proxy at the other end connect to `host`; then the socket is the way there."""
    talk = _Talk(sock, timeout)
    (_ask_socks if proxy.kind == "socks5" else _ask_http)(talk, proxy, host, port)
    sock.settimeout(None)


class _Talk:
    """The conversation with a proxy, within the time that there is."""

    def __init__(self, sock: socket.socket, timeout: float | None) -> None:
        self._sock = sock
        self._end = None if timeout is None else time.monotonic() + timeout

    def say(self, data: bytes) -> None:
        self._in_time(lambda: self._sock.sendall(data))

    def hear(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self._in_time(functools.partial(self._sock.recv, size - len(data)))
            if not more:
                raise ProxyError("the proxy ended the connection")
            data += more
        return data

    def _in_time(self, call: Callable[[], bytes | None]) -> bytes:
        if self._end is not None:
            self._sock.settimeout(max(self._end - time.monotonic(), 0.001))
        try:
            return call() or b""
        except TimeoutError:
            raise TimeoutError("the proxy does not answer in time") from None


# ---- SOCKS5 --------------------------------------------------------------------------------------

_BY_PASSWORD = 2
_REPLIES = {
    1: "general failure",
    2: "not allowed by its rules",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused",
    6: "TTL expired",
    7: "command not supported",
    8: "address type not supported",
}


def _ask_socks(talk: _Talk, proxy: Proxy, host: str, port: int) -> None:
    talk.say(bytes([5, 2, 0, _BY_PASSWORD]) if proxy.user else bytes([5, 1, 0]))
    version, method = talk.hear(2)
    if version != 5:
        raise ProxyError("what answers there is no SOCKS5 proxy")
    if method == _BY_PASSWORD and proxy.user:
        user, password = proxy.user.encode(), proxy.password.encode()
        if max(len(user), len(password)) > 255:
            raise ProxyError("the proxy's user and password have at most 255 bytes each")
        talk.say(b"\x01" + bytes([len(user)]) + user + bytes([len(password)]) + password)
        if talk.hear(2)[1] != 0:
            raise ProxyError("the proxy does not take the user and the password")
    elif method != 0:
        raise ProxyError("the proxy wants a login that we have not (user:password@ in its URL)")
    talk.say(b"\x05\x01\x00" + _socks_address(host) + port.to_bytes(2))
    version, reply, _, kind = talk.hear(4)
    if version != 5:
        raise ProxyError("the proxy broke its protocol")
    if reply != 0:
        raise ProxyError(f"the proxy refused: {_REPLIES.get(reply, f'code {reply}')}")
    lengths = {1: 4, 4: 16}
    if kind not in (*lengths, 3):
        raise ProxyError("the proxy broke its protocol")
    talk.hear((lengths[kind] if kind in lengths else talk.hear(1)[0]) + 2)


def _socks_address(host: str) -> bytes:
    for kind, family in ((1, socket.AF_INET), (4, socket.AF_INET6)):
        try:
            return bytes([kind]) + socket.inet_pton(family, host)
        except OSError:
            continue
    name = _encoded(host)
    if len(name) > 255:
        raise ProxyError("the host's name is too long for the proxy")
    return b"\x03" + bytes([len(name)]) + name


def _encoded(host: str) -> bytes:
    try:
        return host.encode("ascii") if host.isascii() else host.encode("idna")
    except UnicodeError:
        raise ProxyError("that is no host name") from None


# ---- HTTP ----------------------------------------------------------------------------------------


def _ask_http(talk: _Talk, proxy: Proxy, host: str, port: int) -> None:
    name = f"[{host}]" if ":" in host else _encoded(host).decode()
    place = f"{name}:{port}"
    lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
    if proxy.user:
        login = base64.b64encode(f"{proxy.user}:{proxy.password}".encode()).decode()
        lines.append(f"Proxy-Authorization: Basic {login}")
    talk.say("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
    status, _, words = _status_line(talk).partition(" ")
    if status == "407":
        raise ProxyError("the proxy wants a user and a password (user:password@ in its URL)")
    if len(status) != 3 or not status.startswith("2"):
        raise ProxyError(f"the proxy refused: {harmless(f'{status} {words}'.strip()[:200])}")


def _status_line(talk: _Talk) -> str:
    """'200 OK', after the whole head of the answer was read."""
    head = talk.hear(5)
    if head != b"HTTP/":
        raise ProxyError("what answers there is no HTTP proxy")
    while not head.endswith((b"\r\n\r\n", b"\n\n")):
        if len(head) == MAX_HEAD:
            raise ProxyError("the proxy's answer has no end")
        head += talk.hear(1)
    return head.splitlines()[0].decode("latin-1").partition(" ")[2]
