"""Where to: the arguments that name a host or a path.

    [user@]host:path   user@[v6::address]:path   scp://[user@]host[:port][/path]
    [user@]host[:port]   ssh://[user@]host[:port]                   where no path can follow

As in OpenSSH, the path of a URL is relative to the home directory; a second slash makes it
absolute (scp://host//etc/motd). A local path that has a colon is written ./a:b.
"""

from typing import NamedTuple
from urllib.parse import unquote

from .escape import harmless

_NOT_IN_HOSTS = frozenset("/\\'\"`$&;|<>(){}[]*?!#,= @")


class BadTarget(ValueError):
    """The argument names no place that can be meant. It may have come from anywhere: what a
    terminal would obey is escaped."""

    def __init__(self, text: str) -> None:
        super().__init__(harmless(text))


class Target(NamedTuple):
    """A place on a host. `path` is '' where none was given: the home directory."""

    host: str
    path: str = ""
    user: str | None = None
    port: int | None = None

    def __str__(self) -> str:
        """The host as known_hosts and messages name it."""
        return self.host if self.port in (None, 22) else f"[{self.host}]:{self.port}"


def parse_copy_argument(text: str) -> Target | str:
    """A source or destination of scp: a Target, or the local path as it stands."""
    if text.startswith("scp://"):
        return _parse_url(text)
    colon = _colon(text)
    if colon is None:
        return text
    return _parse_place(text[:colon], text[colon + 1 :], text)


def parse_destination(text: str) -> Target:
    """sftp's argument: always a host, with or without a path."""
    if text.startswith("sftp://"):
        return _parse_url(text)
    colon = _colon(text)
    if colon is None:
        return _parse_place(text, "", text)
    return _parse_place(text[:colon], text[colon + 1 :], text)


def parse_address(text: str) -> Target:
    """Where to connect to: a host with the user and the port, but no path. An IPv6 address needs
    its brackets only before a port."""
    if text.startswith("ssh://"):
        target = _parse_url(text)
        if target.path:
            raise BadTarget(f"{text}: nothing may follow the host and its port")
        return target
    user, has_user, place = text.rpartition("@")
    host, port = place, None
    if place.startswith("["):
        host, closed, rest = place[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            raise BadTarget(f"{text}: the bracket around the address is not closed")
        port = _port(rest[1:], text) if rest else None
    elif place.count(":") == 1:
        host, _, number = place.partition(":")
        port = _port(number, text)
    return checked(Target(host, "", user if has_user else None, port), text)


def _colon(text: str) -> int | None:
    """Where the path of a remote place begins; None if a slash comes first, or no colon at all."""
    if text.startswith(":"):
        return None
    opened = False
    for at, letter in enumerate(text):
        if letter == "[" and (at == 0 or text[at - 1] == "@"):
            opened = True
        elif letter == "]":
            opened = False
        elif letter == "/" and not opened:
            return None
        elif letter == ":" and not opened:
            return at
    return None


def _parse_url(text: str) -> Target:
    authority, _, path = text.split("://", 1)[1].partition("/")
    user, has_user, place = authority.rpartition("@")
    if place.startswith("["):
        host, closed, port = place[1:].partition("]")
        if not closed or (port and not port.startswith(":")):
            raise BadTarget(f"{text}: the bracket around the address is not closed")
        port = port.removeprefix(":")
    else:
        host, _, port = place.partition(":")
    name = _unquoted(user) if has_user else None
    return checked(Target(host, _unquoted(path), name, _port(port, text)), text)


def _unquoted(text: str) -> str:
    return unquote(text, errors="surrogateescape")


def _port(text: str, whole: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise BadTarget(f"{whole}: a port is a number from 1 to 65535")
    return int(text)


def _parse_place(place: str, path: str, whole: str) -> Target:
    user, has_user, host = place.rpartition("@")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    return checked(Target(host, path, user if has_user else None), whole)


def checked(target: Target, whole: str) -> Target:
    """The target, unless its names could be taken for something else: an option of a program, a
    command of a shell or a terminal."""
    host, user = target.host, target.user
    if not host:
        raise BadTarget(f"{whole}: there is no host name in it")
    if host.startswith("-") or not host.isprintable() or not _NOT_IN_HOSTS.isdisjoint(host):
        raise BadTarget(f"{whole}: that cannot be the name of a host")
    if user is not None and not (user and user.isprintable() and not user.startswith("-")):
        raise BadTarget(f"{whole}: that cannot be the name of a user")
    if "\0" in target.path:
        raise BadTarget(f"{whole}: a path cannot have a NUL")
    return target
