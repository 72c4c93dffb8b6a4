"""Which names of hosts and users are taken, and ProxyJump, which is made of them.

Names end up in commands (ProxyCommand, Match exec), so that what a shell or a program could take
for something else is refused, as OpenSSH refuses it on its command line.
"""

from typing import NamedTuple

from .values import port_number

_NOT_IN_HOSTS = frozenset("'`\"$\\;&<>|(){}")
_NOT_IN_USERS = frozenset("'`\";&<>|(){}")


class Jump(NamedTuple):
    """One hop of ProxyJump."""

    host: str
    port: int | None = None
    user: str | None = None

    def __str__(self) -> str:
        user = f"{self.user}@" if self.user is not None else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{user}{host}{f':{self.port}' if self.port else ''}"


def check_host(host: str) -> None:
    """ValueError unless it can be the name of a host."""
    if not host or host.startswith("-"):
        raise ValueError(f"{host!r} cannot be a host: it is empty or begins with a dash")
    for char in host:
        if char in _NOT_IN_HOSTS or char.isspace() or not char.isprintable():
            raise ValueError(f"{host!r} cannot be a host: it has the character {char!r}")


def check_user(user: str) -> None:
    """ValueError unless it can be the name of a user."""
    if not user or user.startswith("-") or user.endswith("\\"):
        raise ValueError(
            f"{user!r} cannot be a user: it is empty, begins with a dash or ends with a backslash"
        )
    for char, following in zip(user, user[1:] + " ", strict=True):
        if char in _NOT_IN_USERS or not char.isprintable() or (char == " " and following == "-"):
            raise ValueError(f"{user!r} cannot be a user: it has the character {char!r}")


def jumps(text: str) -> tuple[Jump, ...]:
    """The hops of a ProxyJump, first hop first; () for "none"."""
    words = text.split()
    if not words:
        raise ValueError("the argument is missing")
    return () if words[0].lower() == "none" else tuple(map(jump, words[0].split(",")))


def jump(text: str) -> Jump:
    """[user@]host[:port] or ssh://[user@]host[:port]."""
    place = text.removeprefix("ssh://").removesuffix("/") if text.startswith("ssh://") else text
    user, at, address = place.rpartition("@")
    host, port = _host_and_port(address)
    if (at and not user) or not host or "/" in host:
        raise ValueError(f"{text!r} is not [user@]host[:port]")
    check_host(host)
    if at:
        check_user(user)
    return Jump(host, port_number(port, 1) if port is not None else None, user if at else None)


def as_written(text: str) -> str:
    """As `ssh -G` writes it: the last hop's address in brackets if it is a number."""
    before, comma, _ = text.rpartition(",")
    last = jumps(text)[-1]
    if not set(last.host) <= set("0123456789."):
        return before + comma + str(last)
    user = f"{last.user}@" if last.user is not None else ""
    return f"{before}{comma}{user}[{last.host}]{f':{last.port}' if last.port else ''}"


def _host_and_port(address: str) -> tuple[str, str | None]:
    if address.startswith("["):
        host, bracket, rest = address[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            return "", None
        return host, rest[1:] if rest else None
    host, colon, port = address.partition(":")
    if ":" in port:
        return "", None
    return host, port if colon else None
