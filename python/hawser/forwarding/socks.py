"""What a SOCKS client asks for (RFC 1928; SOCKS4 and its names, 4a): CONNECT, without a login."""

import socket
from collections.abc import Callable
from typing import Protocol

MAX_TEXT = 255
"""Of a name or a user in SOCKS4, which has no lengths."""

Hear = Callable[[int], bytes]
"""`hear(size)` gives exactly so many bytes, or raises."""


class Talk(Protocol):
    """The client: a socket or a channel."""

    def recv(self, size: int, /) -> bytes: ...
    def sendall(self, data: bytes, /) -> None: ...


class BadRequest(Exception):
    """The client asks for what there is not, or speaks no SOCKS. `answer` is what to tell it."""

    def __init__(self, text: str, answer: bytes = b"") -> None:
        super().__init__(text)
        self.answer = answer


class Request:
    """Where to, and how to say whether that worked."""

    def __init__(self, host: str, port: int, *, done: bytes, refused: bytes) -> None:
        self.host = host
        self.port = port
        self.done = done
        self.refused = refused


def take_request(client: Talk) -> Request:
    """Reads byte by byte as far as the request goes: data may follow right behind."""

    def hear(size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = client.recv(size - len(data))
            if not more:
                raise BadRequest("the client has gone")
            data += more
        return data

    version = hear(1)[0]
    if version == 4:
        return _take_4(hear)
    if version == 5:
        return _take_5(hear, client.sendall)
    raise BadRequest("that is no SOCKS")


def _take_4(hear: Hear) -> Request:
    refused = b"\x00\x5b" + bytes(6)
    command = hear(1)[0]
    port = int.from_bytes(hear(2))
    address = hear(4)
    _until_zero(hear)  # the user
    is_name = address[:3] == bytes(3) and address[3] != 0
    host = _until_zero(hear).decode("latin-1") if is_name else socket.inet_ntoa(address)
    if command != 1:
        raise BadRequest("only CONNECT is done", refused)
    return Request(host, port, done=b"\x00\x5a" + bytes(6), refused=refused)


def _take_5(hear: Hear, say: Callable[[bytes], object]) -> Request:
    methods = hear(hear(1)[0])
    if 0 not in methods:
        raise BadRequest("the client wants to log in", b"\x05\xff")
    say(b"\x05\x00")
    version, command, _, kind = hear(4)
    if version != 5:
        raise BadRequest("that is no SOCKS")
    if kind == 1:
        host = socket.inet_ntoa(hear(4))
    elif kind == 4:
        host = socket.inet_ntop(socket.AF_INET6, hear(16))
    elif kind == 3:
        host = hear(hear(1)[0]).decode("latin-1")
    else:
        raise BadRequest("an unknown kind of address", _answer_5(8))
    port = int.from_bytes(hear(2))
    if command != 1:
        raise BadRequest("only CONNECT is done", _answer_5(7))
    return Request(host, port, done=_answer_5(0), refused=_answer_5(5))


def _answer_5(code: int) -> bytes:
    return bytes([5, code, 0, 1]) + bytes(6)


def _until_zero(hear: Hear) -> bytes:
    text = b""
    while (byte := hear(1)) != b"\0":
        text += byte
        if len(text) > MAX_TEXT:
            raise BadRequest("a name without an end")
    return text
