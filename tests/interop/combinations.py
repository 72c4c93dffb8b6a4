"""What we and a server have in common, and which combinations of it are worth a connection."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import _ssh
from kexinit import Offer

# These authenticate by themselves: no MAC is agreed on.
AEAD = {"chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com", "aes256-gcm@openssh.com"}


class Protection(NamedTuple):
    """A cipher and its MAC, '' for one that authenticates by itself."""

    cipher: str
    mac: str


class Combination(NamedTuple):
    kex: str
    host_key: str
    protection: Protection

    def __str__(self) -> str:
        return " ".join(filter(None, [self.kex, self.host_key, *self.protection]))


@dataclass(frozen=True)
class Common:
    """Names that both sides have, in our order."""

    kex: Sequence[str]
    host_keys: Sequence[str]
    protections: Sequence[Protection]

    def all(self) -> list[Combination]:
        return [
            Combination(kex, host_key, protection)
            for kex in self.kex
            for host_key in self.host_keys
            for protection in self.protections
        ]

    def pairs(self) -> list[Combination]:
        """So many that any two names of different lists meet once. The two longest lists are
        multiplied, and the third is dealt out along the diagonals."""
        indices = [range(len(names)) for names in (self.kex, self.host_keys, self.protections)]
        long, middle, short = sorted(range(3), key=lambda which: -len(indices[which]))
        if not indices[short]:
            return []
        found = []
        for i in indices[long]:
            for j in indices[middle]:
                at = {long: i, middle: j, short: (i + j) % len(indices[short])}
                found.append(
                    Combination(self.kex[at[0]], self.host_keys[at[1]], self.protections[at[2]])
                )
        return found


def in_common(offers: Sequence[Offer], *, every_protection: bool) -> Common:
    """With one peer, whose servers may differ in their host keys. Legacy ciphers and MACs would
    make most of the protections: unless every one is asked for, each of them is in one or two."""
    kex, host_keys, ciphers, macs = (
        [name for name in _ours(kind) if any(name in offer[kind] for offer in offers)]
        for kind in ("kex", "host_key", "cipher", "mac")
    )
    protections = [
        Protection(cipher, mac) for cipher in ciphers for mac in ([""] if cipher in AEAD else macs)
    ]
    if not every_protection:
        bare = [cipher for cipher in ciphers if cipher not in AEAD]
        longer = max(len(bare), len(macs)) if bare and macs else 0
        dealt = {Protection(bare[i % len(bare)], macs[i % len(macs)]) for i in range(longer)}
        legacy = _legacy_names()
        protections = [each for each in protections if each in dealt or legacy.isdisjoint(each)]
    return Common(kex, host_keys, protections)


_OPTIONS = {
    "kex": "KexAlgorithms",
    "host_key": "HostKeyAlgorithms",
    "cipher": "Ciphers",
    "mac": "MACs",
}


def _ours(kind: str) -> list[str]:
    """All that the module knows, also what it does not offer by default."""
    return [row.name for row in _ssh.supported_algorithms() if row.kind == _OPTIONS[kind]]


def _legacy_names() -> set[str]:
    return {row.name for row in _ssh.supported_algorithms() if row.legacy}
