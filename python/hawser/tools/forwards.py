"""What -L and -D say: [HERE:]PORT:HOST:PORT and [HERE:]PORT, addresses with colons in brackets."""

import re
from dataclasses import dataclass

from .settings import port_number

_PART = re.compile(r"\[([^\]]*)\]|([^:\[\]]*)")


@dataclass(frozen=True)
class Dynamic:
    here: str
    """'' for this machine alone, '*' for all who can reach it."""
    port: int


@dataclass(frozen=True)
class Local:
    here: str
    port: int
    host: str
    host_port: int


def parse_local(text: str) -> Local:
    parts = _parts(text)
    if len(parts) == 3:
        parts.insert(0, "")
    if len(parts) != 4 or not parts[2]:
        raise ValueError("-L takes [HERE:]PORT:HOST:PORT")
    here, port, host, host_port = parts
    return Local(here, _listen_port(port), host, port_number(host_port))


def parse_dynamic(text: str) -> Dynamic:
    parts = _parts(text)
    if len(parts) == 1:
        parts.insert(0, "")
    if len(parts) != 2:
        raise ValueError("-D takes [HERE:]PORT")
    return Dynamic(parts[0], _listen_port(parts[1]))


def _listen_port(text: str) -> int:
    """0 is any free one."""
    return 0 if text == "0" else port_number(text)


def _parts(text: str) -> list[str]:
    """Between the colons that stand outside of brackets; an empty list if they do not close."""
    parts = []
    at = 0
    while match := _PART.match(text, at):
        parts.append(match[1] if match[1] is not None else match[2])
        at = match.end()
        if at == len(text):
            return parts
        if text[at] != ":":
            break
        at += 1
    return []
