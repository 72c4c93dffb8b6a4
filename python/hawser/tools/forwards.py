"""What -L, -R, -D and -W say: [AT:]PORT:HOST:PORT, [AT:]PORT and HOST:PORT, addresses with colons
in brackets, paths for unix sockets; and listening as they say, or as LocalForward, RemoteForward
and DynamicForward of ssh_config do.
"""

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

import _ssh

from ..config import Forward as Wanted
from ..config import HostConfig
from ..escape import describe
from ..forwarding.doors import (
    LocalDoor,
    RemoteDoor,
    listen_at,
    listen_at_path,
    listen_there,
)
from ..forwarding.forward import Forward
from ..forwarding.places import (
    Meet,
    Open,
    by_socks,
    by_socks_here,
    to_path,
    to_path_here,
    to_place,
    to_place_here,
)
from .failures import CommandError
from .settings import port_number

_PART = re.compile(r"\[([^\]]*)\]|([^:\[\]]*)")


def parse_local(text: str) -> Wanted:
    return _parse(text, "-L takes [HERE:]PORT:HOST:PORT, or paths for [HERE:]PORT and HOST:PORT")


def parse_remote(text: str) -> Wanted:
    """[AT:]PORT alone: each connection says by SOCKS where to."""
    at, rest = _split(text, 1)
    if len(rest) == 1 and not text.startswith("/") and not rest[0].startswith("/"):
        return Wanted(at, _listen_port(rest[0]))
    return _parse(text, "-R takes [AT:]PORT[:HOST:PORT], or paths for [AT:]PORT and HOST:PORT")


def _parse(text: str, usage: str) -> Wanted:
    parts = _parts(text)
    listen: dict[str, Any]
    if parts and parts[0].startswith("/"):
        listen, rest = {"listen_path": parts[0]}, parts[1:]
    elif len(parts) >= 2 and (len(parts) == 4 or (len(parts) == 3 and parts[2].startswith("/"))):
        listen, rest = {"listen_host": parts[0], "listen_port": _listen_port(parts[1])}, parts[2:]
    elif parts:
        listen, rest = {"listen_port": _listen_port(parts[0])}, parts[1:]
    else:
        raise ValueError(usage)
    if len(rest) == 1 and rest[0].startswith("/"):
        return Wanted(**listen, connect_path=rest[0])
    if len(rest) == 2 and rest[0]:
        return Wanted(**listen, connect_host=rest[0], connect_port=port_number(rest[1]))
    raise ValueError(usage)


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
    """CommandError if there is nothing to listen at."""
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
    opens: Open
    if wanted.connect_path is not None:
        opens = to_path(session, wanted.connect_path)
    elif wanted.connect_host is not None:
        opens = to_place(session, wanted.connect_host, wanted.connect_port or 0)
    else:
        return Forward(LocalDoor(listener, by_socks(session)), "SOCKS")
    return Forward(LocalDoor(listener, opens), wanted.destination)


def listen_remotely(wanted: Wanted, session: _ssh.Session, config: HostConfig) -> Forward:
    """At the server. CommandError if it will not."""
    meet: Meet
    if wanted.connect_path is not None:
        meet = to_path_here(wanted.connect_path)
    elif wanted.connect_host is not None:
        meet = to_place_here(wanted.connect_host, wanted.connect_port or 0)
    else:
        meet = by_socks_here(partial(_is_permitted, config.permit_remote_open))
    place: tuple[str, int] | str = (
        "*" if wanted.listen_host == "" else wanted.listen_host or "",
        wanted.listen_port or 0,
    )
    if wanted.listen_path is not None:
        place = wanted.listen_path
    try:
        listener = listen_there(session, place)
    except _ssh.ChannelError as error:
        raise CommandError(f"{wanted.listener}: {describe(error)}") from None
    return Forward(RemoteDoor(listener, meet), wanted.destination or "SOCKS")


def _is_permitted(places: Sequence[str], host: str, port: int) -> bool:
    """PermitRemoteOpen: `any`, `none`, or places, whose host or port may be `*`."""
    for place in places:
        if place in ("any", "none"):
            return place == "any"
        wanted_host, _, wanted_port = place.rpartition(":")
        if wanted_host.strip("[]") in ("*", host) and wanted_port in ("*", str(port)):
            return True
    return False


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
