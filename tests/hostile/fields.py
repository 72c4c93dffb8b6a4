"""Fields of RFC 4251 5, and messages whose lengths and counts can be made to lie."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

# Message numbers (RFC 4250 4.1)
DISCONNECT, IGNORE, UNIMPLEMENTED, DEBUG, SERVICE_REQUEST, SERVICE_ACCEPT, EXT_INFO = range(1, 8)
KEXINIT, NEWKEYS = 20, 21
KEX_INIT, KEX_REPLY, GEX_INIT, GEX_REPLY, GEX_REQUEST = 30, 31, 32, 33, 34
AUTH_REQUEST, AUTH_FAILURE, AUTH_SUCCESS, AUTH_BANNER = range(50, 54)
AUTH_60, INFO_RESPONSE = 60, 61
GLOBAL_REQUEST, REQUEST_SUCCESS, REQUEST_FAILURE = 80, 81, 82
OPEN, OPEN_CONFIRMATION, OPEN_FAILURE, WINDOW_ADJUST, DATA, EXTENDED_DATA = range(90, 96)
EOF, CLOSE, REQUEST, SUCCESS, FAILURE = range(96, 101)


def u32(number: int) -> bytes:
    return struct.pack(">I", number)


def string(content: bytes) -> bytes:
    return u32(len(content)) + content


def names(*each: str) -> bytes:
    return string(",".join(each).encode())


def mpint(number: int) -> bytes:
    size = (number.bit_length() + 8) // 8 if number else 0
    return string(number.to_bytes(size, "big", signed=True))


def take_string(content: bytes, at: int = 0) -> tuple[bytes, int]:
    """The string there, and where it ends."""
    (size,) = struct.unpack_from(">I", content, at)
    return content[at + 4 : at + 4 + size], at + 4 + size


@dataclass(frozen=True)
class Text:
    """A string: four bytes of length that can lie, and the content."""

    content: bytes


@dataclass(frozen=True)
class Count:
    """A number of things that follow."""

    value: int


@dataclass(frozen=True)
class Message:
    """A message, of which it is known where its lengths and counts stand."""

    name: str
    parts: tuple[bytes | Text | Count, ...]

    def encode(self) -> bytes:
        return b"".join(encoded for encoded, _ in self._pieces())

    def cut_everywhere(self) -> Iterator[bytes]:
        """The message cut after each byte, with its number at the least."""
        whole = self.encode()
        return (whole[:size] for size in range(1, len(whole)))

    def with_lies(self) -> Iterator[tuple[str, bytes]]:
        """The message with each length and count in turn set to what it is not."""
        whole, at = self.encode(), 0
        for encoded, value in self._pieces():
            if value is not None:
                for lie in sorted({0, value - 1, value + 1, 2**31 - 1, 2**31, 2**32 - 1} - {value}):
                    if lie >= 0:
                        yield f"{value}->{lie}", whole[:at] + u32(lie) + whole[at + 4 :]
            at += len(encoded)

    def _pieces(self) -> Iterator[tuple[bytes, int | None]]:
        for part in self.parts:
            if isinstance(part, Text):
                yield string(part.content), len(part.content)
            elif isinstance(part, Count):
                yield u32(part.value), part.value
            else:
                yield part, None


def message(name: str, number: int, *parts: bytes | Text | Count) -> Message:
    return Message(name, (bytes([number]), *parts))
