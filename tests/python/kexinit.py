"""What a server offers, read from its first packet without any client."""

import struct
from collections.abc import Iterator

from clients import dial
from servers import Server

Offer = dict[str, set[str]]
"""List, as `algorithms=` names it -> the names in it."""


def offer_of(server: Server) -> Offer:
    """The server's KEXINIT (RFC 4253 7.1)."""
    with dial(server) as sock, sock.makefile("rb") as stream:
        sock.settimeout(20)
        sock.sendall(b"SSH-2.0-Hawser_test\r\n")
        while not stream.readline().startswith(b"SSH-2.0-"):
            pass
        size, _padding, number = struct.unpack(">IBB", stream.read(6))
        assert number == 20
        lists = _name_lists(stream.read(size - 2)[16:])  # behind the cookie
        return {
            "kex": next(lists),
            "host_key": next(lists),
            "cipher": next(lists) & next(lists),
            "mac": next(lists) & next(lists),
        }


def _name_lists(fields: bytes) -> Iterator[set[str]]:
    while True:
        (length,) = struct.unpack_from(">I", fields)
        yield set(fields[4 : 4 + length].decode().split(","))
        fields = fields[4 + length :]
