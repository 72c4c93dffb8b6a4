"""How packets are protected, one direction each: RFC 4253 6, RFC 4344, RFC 5647 as OpenSSH has it,
and chacha20-poly1305@openssh.com. For a server that is to be wrong on purpose: nothing is checked
but what the peer of a test needs to be."""

import hmac
import os
import struct
from collections.abc import Callable
from typing import Protocol

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.poly1305 import Poly1305

Derive = Callable[[int, int], bytes]
"""(letter of RFC 4253 7.2, size) -> key material."""
Read = Callable[[int], bytes]

TAG = 16


class Protection(Protocol):
    """Seals and opens packets: `packet` is length, padding length, payload and padding."""

    block: int
    counts_length: bool
    """Whether the length field is part of what must fill blocks."""

    def seal(self, sequence: int, packet: bytes) -> bytes: ...
    def open(self, sequence: int, read: Read) -> bytes: ...


def frame(
    payload: bytes, kind: Protection, padding: int | None = None, length: int | None = None
) -> bytes:
    """The packet before it is sealed. `padding` and `length` may be what they should not."""
    if padding is None:
        size = len(payload) + 1 + (4 if kind.counts_length else 0)
        padding = -size % kind.block
        if padding < 4:
            padding += kind.block
    body = bytes([padding & 0xFF]) + payload + os.urandom(padding)
    return struct.pack(">I", len(body) if length is None else length) + body


class Clear:
    block, counts_length = 8, True

    def seal(self, sequence: int, packet: bytes) -> bytes:
        return packet

    def open(self, sequence: int, read: Read) -> bytes:
        head = read(4)
        return head + read(_length(head))


class Gcm:
    """aes128-gcm@openssh.com"""

    block, counts_length = 16, False

    def __init__(self, derive: Derive, letters: tuple[int, int, int]) -> None:
        iv, key, _ = letters
        self._cipher = AESGCM(derive(key, 16))
        self._fixed, self._counter = struct.unpack(">IQ", derive(iv, 12))

    def _nonce(self) -> bytes:
        nonce = struct.pack(">IQ", self._fixed, self._counter)
        self._counter = (self._counter + 1) % 2**64
        return nonce

    def seal(self, sequence: int, packet: bytes) -> bytes:
        return packet[:4] + self._cipher.encrypt(self._nonce(), packet[4:], packet[:4])

    def open(self, sequence: int, read: Read) -> bytes:
        head = read(4)
        return head + self._cipher.decrypt(self._nonce(), read(_length(head) + TAG), head)


class Ctr:
    """aes128-ctr with hmac-sha2-256"""

    block, counts_length = 16, True

    def __init__(self, derive: Derive, letters: tuple[int, int, int]) -> None:
        iv, key, mac = letters
        context = Cipher(algorithms.AES(derive(key, 16)), modes.CTR(derive(iv, 16)))
        self._stream = context.encryptor()  # counter mode is its own inverse
        self._mac_key = derive(mac, 32)

    def _tag(self, sequence: int, content: bytes) -> bytes:
        return hmac.digest(self._mac_key, struct.pack(">I", sequence) + content, "sha256")

    def seal(self, sequence: int, packet: bytes) -> bytes:
        return self._stream.update(packet) + self._tag(sequence, packet)

    def open(self, sequence: int, read: Read) -> bytes:
        first = self._stream.update(read(16))
        packet = first + self._stream.update(read(_length(first) - 12))
        assert read(32) == self._tag(sequence, packet), "the client's MAC is wrong"
        return packet


class CtrEtm(Ctr):
    """aes128-ctr with hmac-sha2-256-etm@openssh.com"""

    counts_length = False

    def seal(self, sequence: int, packet: bytes) -> bytes:
        sealed = packet[:4] + self._stream.update(packet[4:])
        return sealed + self._tag(sequence, sealed)

    def open(self, sequence: int, read: Read) -> bytes:
        head = read(4)
        body = read(_length(head))
        assert read(32) == self._tag(sequence, head + body), "the client's MAC is wrong"
        return head + self._stream.update(body)


class ChaCha:
    """chacha20-poly1305@openssh.com"""

    block, counts_length = 8, False

    def __init__(self, derive: Derive, letters: tuple[int, int, int]) -> None:
        both = derive(letters[1], 64)
        self._main, self._header = both[:32], both[32:]

    @staticmethod
    def _xor(key: bytes, sequence: int, counter: int, data: bytes) -> bytes:
        nonce = struct.pack("<Q", counter) + struct.pack(">Q", sequence)
        return Cipher(algorithms.ChaCha20(key, nonce), None).encryptor().update(data)

    def _tag(self, sequence: int, sealed: bytes) -> bytes:
        one_time = self._xor(self._main, sequence, 0, bytes(32))
        return Poly1305.generate_tag(one_time, sealed)

    def seal(self, sequence: int, packet: bytes) -> bytes:
        head = self._xor(self._header, sequence, 0, packet[:4])
        sealed = head + self._xor(self._main, sequence, 1, packet[4:])
        return sealed + self._tag(sequence, sealed)

    def open(self, sequence: int, read: Read) -> bytes:
        sealed = read(4)
        head = self._xor(self._header, sequence, 0, sealed)
        body = read(_length(head))
        assert read(TAG) == self._tag(sequence, sealed + body), "the client's tag is wrong"
        return head + self._xor(self._main, sequence, 1, body)


KINDS: dict[str, tuple[Callable[[Derive, tuple[int, int, int]], Protection], str, str]] = {
    "gcm": (Gcm, "aes128-gcm@openssh.com", "hmac-sha2-256"),
    "ctr": (Ctr, "aes128-ctr", "hmac-sha2-256"),
    "ctr etm": (CtrEtm, "aes128-ctr", "hmac-sha2-256-etm@openssh.com"),
    "chacha": (ChaCha, "chacha20-poly1305@openssh.com", "hmac-sha2-256"),
}
"""name -> (maker, cipher, MAC)"""


def _length(head: bytes) -> int:
    (length,) = struct.unpack_from(">I", head)
    assert length < 1 << 20, "the client's packet is too long, or was not understood"
    return int(length)
