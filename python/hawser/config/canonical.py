"""CanonicalizeHostname: short names looked up in domains, aliases followed by rule.

The only part of a lookup that asks the network, and only where the configuration says so.
"""

import socket
from collections.abc import Sequence
from typing import NamedTuple

from .patterns import matches_host


class Rules(NamedTuple):
    """The settings that decide."""

    is_enabled: bool
    is_direct: bool  # no proxy, or "always"
    domains: tuple[str, ...]
    max_dots: int
    falls_back: bool
    cnames: tuple[str, ...]


def numeric(host: str) -> str | None:
    """An address in its usual form; None if the name is no address."""
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    try:
        found = socket.getaddrinfo(host, 22, 0, socket.SOCK_STREAM, 0, flags)
        return socket.getnameinfo(found[0][4], socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)[0]
    except (OSError, UnicodeError):
        return None


def canonical(host: str, rules: Rules) -> str:
    """The name that the host goes by. ValueError if it has none and must have one."""
    if rules.is_enabled and rules.is_direct and host.count(".") <= rules.max_dots:
        for name in _candidates(host, rules.domains):
            alias = _resolve(name)
            if alias is not None:
                return _followed(name.removesuffix("."), alias, rules.cnames)
        if not rules.falls_back:
            raise ValueError(f"{host!r} is in none of the CanonicalDomains")
    if rules.is_direct and rules.cnames:
        alias = _resolve(host)
        if alias is not None:
            return _followed(host, alias, rules.cnames)
    return host


def _candidates(host: str, domains: Sequence[str]) -> list[str]:
    """Names that end with a dot, so that the resolver's own search rules stay out of it."""
    if host.endswith("."):
        return [host]
    return [f"{host}.{domain}." for domain in domains]


def _resolve(name: str) -> str | None:
    """The name that the DNS gives for it, "" if it gives none; None if it does not know it."""
    try:
        found = socket.getaddrinfo(name, 22, 0, socket.SOCK_STREAM, 0, socket.AI_CANONNAME)
    except (OSError, UnicodeError):
        return None
    return found[0][3].lower().removesuffix(".")


def _followed(name: str, alias: str, rules: Sequence[str]) -> str:
    for rule in rules if alias and alias != name else ():
        sources, _, targets = rule.partition(":")
        if matches_host(name, sources) and matches_host(alias, targets):
            return alias
    return name
