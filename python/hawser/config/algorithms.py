"""Lists of algorithms: which names are known, and what "+", "-" and "^" make of the defaults.

A name that OpenSSH has and we do not is passed over, so that one file serves both; a name that
neither has is an error, as is a list of which nothing is left.
"""

from collections.abc import Mapping
from typing import NamedTuple

from .patterns import matches

LISTS = (
    "ciphers",
    "macs",
    "kexalgorithms",
    "hostkeyalgorithms",
    "pubkeyacceptedalgorithms",
    "casignaturealgorithms",
)

# Of these three, lists may hold patterns; of the others, only those that take away.
_WITH_PATTERNS = ("hostkeyalgorithms", "pubkeyacceptedalgorithms", "casignaturealgorithms")

_KEYS_ELSEWHERE = (
    *("ssh-dss", "ssh-dss-cert-v01@openssh.com", "ssh-xmss@openssh.com"),
    *("ssh-xmss-cert-v01@openssh.com", "webauthn-sk-ecdsa-sha2-nistp256@openssh.com"),
    *("sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com"),
    *("sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com"),
)
_ELSEWHERE: dict[str, tuple[str, ...]] = {
    "ciphers": (
        *("arcfour", "arcfour128", "arcfour256", "blowfish-cbc", "cast128-cbc"),
        "rijndael-cbc@lysator.liu.se",
    ),
    "macs": (
        *("umac-64@openssh.com", "umac-128@openssh.com"),
        *("umac-64-etm@openssh.com", "umac-128-etm@openssh.com"),
        *("hmac-ripemd160", "hmac-ripemd160@openssh.com", "hmac-ripemd160-etm@openssh.com"),
    ),
    "kexalgorithms": ("sntrup4591761x25519-sha512@tinyssh.org",),
    "hostkeyalgorithms": _KEYS_ELSEWHERE,
    "pubkeyacceptedalgorithms": _KEYS_ELSEWHERE,
    "casignaturealgorithms": _KEYS_ELSEWHERE,
}
"""What OpenSSH has, or had, and we have not."""


class Supply(NamedTuple):
    """What there is of one kind: all names, and those that are offered by default."""

    supported: tuple[str, ...]
    default: tuple[str, ...]


Supplies = Mapping[str, Supply]


def our_supplies() -> dict[str, Supply]:
    """What `_ssh` has."""
    import _ssh

    kinds: dict[str, tuple[list[str], list[str]]] = {}
    for row in _ssh.supported_algorithms():
        supported, default = kinds.setdefault(row.kind.lower(), ([], []))
        supported.append(row.name)
        if row.default:
            default.append(row.name)
    supplies = {kind: Supply(tuple(each[0]), tuple(each[1])) for kind, each in kinds.items()}
    host_keys = supplies["hostkeyalgorithms"]
    supplies["casignaturealgorithms"] = Supply(
        *map(_plain, (host_keys.supported, host_keys.default))
    )
    return supplies


def check(kind: str, text: str, supply: Supply) -> None:
    """ValueError unless each name of the list is one that somebody has."""
    from difflib import get_close_matches

    if text.startswith("-"):
        return
    names = [name for name in text.lstrip("+^").split(",") if name]
    if not names:
        raise ValueError("the list is empty")
    known = {*supply.supported, *_ELSEWHERE[kind]}
    for name in names:
        if name in known:
            continue
        if kind in _WITH_PATTERNS and any(matches(each, name) for each in known):
            continue
        nearest = get_close_matches(name, sorted(known), 1)
        hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
        raise ValueError(f"{name!r} is not known{hint}")


def assemble(text: str, supply: Supply) -> tuple[str, ...]:
    """What the list stands for, in order of preference. ValueError if nothing is left."""
    names = text.lstrip("+-^").split(",")
    if text.startswith("-"):
        found = [each for each in supply.default if not any(matches(each, name) for name in names)]
    else:
        wanted = {
            "+": [*supply.default, *names],
            "^": [*names, *supply.default],
        }.get(text[:1], names)
        found = [each for name in wanted for each in supply.supported if matches(each, name)]
    if not found:
        raise ValueError(f"{text!r} leaves nothing that is supported here")
    return tuple(dict.fromkeys(found))


def _plain(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if "-cert-" not in name)
