"""How a host key is shown to people: its fingerprint, and a drawing that is easier to recognise."""

from typing import NamedTuple

import _ssh

Key = _ssh.HostKey | _ssh.PublicKey

_TYPES = {"ssh-ed25519": "ED25519", "ssh-rsa": "RSA", "ecdsa-sha2-nistp256": "ECDSA"}
_TYPES |= {"ecdsa-sha2-nistp384": "ECDSA", "ecdsa-sha2-nistp521": "ECDSA"}
_BITS = {"ssh-ed25519": 256, "ecdsa-sha2-nistp256": 256}
_BITS |= {"ecdsa-sha2-nistp384": 384, "ecdsa-sha2-nistp521": 521}

_COLUMNS, _ROWS = 17, 9
_SHADES = " .o+=*BOX@%&#/^"
"""By how often a place was visited."""


class Looks(NamedTuple):
    """FingerprintHash and VisualHostKey of ssh_config."""

    hash: str = "sha256"
    draws: bool = False

    def fingerprint(self, key: Key) -> str:
        """As `ssh-keygen -l -E hash` has it."""
        if self.hash == "sha256":
            return key.fingerprint
        from base64 import b64encode

        digest = self._digest(key)
        name = self.hash.upper()
        if self.hash == "md5":
            return f"{name}:{digest.hex(':')}"
        return f"{name}:{b64encode(digest).decode().rstrip('=')}"

    def lines(self, key: Key) -> str:
        """The fingerprint, and below it the drawing if one is wanted."""
        drawing = f"\n{self.drawing(key)}" if self.draws else ""
        return self.fingerprint(key) + drawing

    def drawing(self, key: Key) -> str:
        """The walk of a bishop who is told the fingerprint two bits at a time (D. Loss et al.: The
        drunken bishop), framed as by OpenSSH."""
        digest = self._digest(key)
        visits = [[0] * _COLUMNS for _ in range(_ROWS)]
        x, y = _COLUMNS // 2, _ROWS // 2
        for byte in digest:
            for shift in (0, 2, 4, 6):
                step = byte >> shift
                x = min(max(x + (1 if step & 1 else -1), 0), _COLUMNS - 1)
                y = min(max(y + (1 if step & 2 else -1), 0), _ROWS - 1)
                visits[y][x] = min(visits[y][x] + 1, len(_SHADES) - 1)
        places = [[_SHADES[count] for count in row] for row in visits]
        places[_ROWS // 2][_COLUMNS // 2] = "S"
        places[y][x] = "E"
        rows = [f"|{''.join(row)}|" for row in places]
        return "\n".join([_edge(_title(key)), *rows, _edge(self.hash.upper())])

    def _digest(self, key: Key) -> bytes:
        import hashlib

        return hashlib.new(self.hash, key.blob, usedforsecurity=False).digest()


def type_of(key: Key) -> str:
    """For people: 'ED25519', and what has no such name as it is."""
    return _TYPES.get(key.type, key.type)


def _title(key: Key) -> str:
    bits = _BITS.get(key.type) or (_rsa_bits(key.blob) if key.type == "ssh-rsa" else 0)
    return f"{type_of(key)} {bits}" if bits else type_of(key)


def _rsa_bits(blob: bytes) -> int:
    """The blob's last field is the modulus (RFC 4253 6.6)."""
    fields = []
    while len(blob) >= 4:
        size = int.from_bytes(blob[:4])
        fields.append(blob[4 : 4 + size])
        blob = blob[4 + size :]
    return int.from_bytes(fields[-1]).bit_length() if len(fields) == 3 else 0


def _edge(text: str) -> str:
    return f"+{f'[{text[: _COLUMNS - 2]}]':-^{_COLUMNS}}+"
