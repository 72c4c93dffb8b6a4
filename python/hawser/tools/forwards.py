"""What -L, -D and -W say: [HERE:]PORT:HOST:PORT, [HERE:]PORT and HOST:PORT, addresses with colons
in brackets; and listening as they say, or as LocalForward and DynamicForward of ssh_config do.
"""

import re

import _ssh

from ..config import Forward as Wanted
from ..config import HostConfig
from ..escape import describe
from ..forwarding.listener import Forward, by_socks, listen_at, listen_at_path, to_place
from .failures import CommandError
from .settings import port_number

_PART = re.compile(r"\[([^\]]*)\]|([^:\[\]]*)")


def parse_local(text: str) -> Wanted:
    here, rest = _split(text, 3)
    if len(rest) != 3 or not rest[1]:
        raise ValueError("-L takes [HERE:]PORT:HOST:PORT")
    port, host, host_port = rest
    return Wanted(here, _listen_port(port), connect_host=host, connect_port=port_number(host_port))


def parse_dynamic(text: str) -> Wanted:
    here, rest = _split(text, 1)
    if len(rest) != 1:
        raise ValueError("-D takes [HERE:]PORT")
    return Wanted(here, _listen_port(rest[0]))


def parse_place(text: str) -> tuple[str, int]:
    parts = _parts(text)
    if len(parts) != 2 or not parts[0]:
        raise ValueError("-W takes HOST:PORT")
    return parts[0], port_number(parts[1])


def listen(wanted: Wanted, session: _ssh.Session, config: HostConfig) -> Forward:
    """CommandError if there is nothing to listen at, or nothing that it could lead to."""
    if wanted.connect_path is not None:
        raise CommandError(f"{wanted.destination}: unix sockets of the server are not there yet")
    try:
        if wanted.listen_path is not None:
            listener = listen_at_path(
                wanted.listen_path,
                mask=config.stream_local_bind_mask,
                replaces=config.stream_local_bind_unlink,
            )
        else:
            here = wanted.listen_host or "*"  # an empty name says that all may come
            if wanted.listen_host is None:
                here = "*" if config.gateway_ports else ""
            listener = listen_at(here, wanted.listen_port or 0)
    except OSError as error:
        raise CommandError(f"{wanted.listener}: {describe(error)}") from None
    if wanted.connect_host is None:
        return Forward(listener, by_socks(session), "SOCKS")
    opens = to_place(session, wanted.connect_host, wanted.connect_port or 0)
    return Forward(listener, opens, wanted.destination)


def _split(text: str, count: int) -> tuple[str | None, list[str]]:
    """HERE if it is said, and the rest, which should have `count` parts."""
    parts = _parts(text)
    return (parts[0], parts[1:]) if len(parts) == count + 1 else (None, parts)


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
