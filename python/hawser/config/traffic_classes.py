"""IPQoS: the names of classes of traffic (RFC 2474, RFC 2597, RFC 3246, RFC 8622, RFC 1349)."""

from collections.abc import Sequence

_CLASSES = {f"af{i}{j}": (8 * i + 2 * j) << 2 for i in range(1, 5) for j in range(1, 4)}
_CLASSES |= {f"cs{i}": i << 5 for i in range(8)}
_CLASSES |= {"ef": 0xB8, "le": 0x04, "lowdelay": 0x10, "throughput": 0x08, "reliability": 0x04}


def classes(args: Sequence[str]) -> tuple[str, ...]:
    """One class for all sessions, or one for those with a terminal and one for the others."""
    if not 1 <= len(args) <= 2:
        raise ValueError("one class or two are wanted")
    names = [_name(arg) for arg in args]
    return (f"{names[0]} {names[-1]}",)


def value_of(name: str) -> int | None:
    """The byte for IP_TOS; None for "none"."""
    return None if name == "none" else _CLASSES[name] if name in _CLASSES else int(name, 16)


def _name(word: str) -> str:
    lower = word.lower()
    if lower == "none":
        return lower
    try:
        value = _CLASSES[lower] if lower in _CLASSES else int(lower, 0)
    except ValueError:
        value = -1
    if not 0 <= value <= 255:
        raise ValueError(f"{word!r} is not a class of traffic")
    return next((name for name, each in _CLASSES.items() if each == value), f"0x{value:02x}")
