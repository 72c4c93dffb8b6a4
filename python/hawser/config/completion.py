"""From what is set for a host to its `HostConfig`: defaults, lists of algorithms, expansions."""

from collections.abc import Callable

from . import algorithms, names
from .errors import ConfigError, Origin
from .expansion import expand
from .forwards import Forward
from .host_config import HostConfig
from .keywords import CLAIMED
from .kinds import Keyword, Shape
from .lookup import DEFAULT, Lookup
from .unclaimed import LEFT_OUT

_USERS_OWN_FILE = "~/.ssh/known_hosts"
_BATCH_ALIVE_SECONDS = "300"  # Debian's
_CLEARED_BY_NONE = (
    *("localcommand", "remotecommand", "proxycommand", "knownhostscommand", "controlpath"),
    *("revokedhostkeys", "pkcs11provider", "securitykeyprovider"),
)


def complete(lookup: Lookup, supplies: algorithms.Supplies) -> HostConfig:
    """All that is known about the host. ConfigError for what cannot be expanded or used."""
    tokens = lookup.tokens()
    _at(lookup.where("hostname"), lambda: names.check_host(lookup.host))
    _at(lookup.where("user"), lambda: names.check_user(tokens["r"]))
    if "refuseconnection" in lookup.settings:
        message = lookup.value("refuseconnection")
        raise ConfigError(lookup.where("refuseconnection"), f"RefuseConnection: {message}")
    values: dict[str, tuple[str, ...]] = {"hostname": (lookup.host,), "user": (tokens["r"],)}
    for keyword in (*CLAIMED, *LEFT_OUT):
        found = _values(keyword, lookup, supplies, tokens)
        if found:
            values.setdefault(keyword.key, found)
    origins = {
        key: tuple(each.where for each in found if each.where is not DEFAULT)
        for key, found in lookup.settings.items()
    }
    return HostConfig(lookup.original_host, values, _forwards(lookup, tokens), tokens, origins)


def _values(
    keyword: Keyword, lookup: Lookup, supplies: algorithms.Supplies, tokens: dict[str, str]
) -> tuple[str, ...]:
    key = keyword.key
    found = lookup.values(key)
    if key in algorithms.LISTS:
        return (_algorithms(keyword, lookup, supplies[key]),)
    if not found:
        found = _default(keyword, lookup)
    elif key in _CLEARED_BY_NONE and found[0].lower() == "none":
        return ()
    if key == "rekeylimit":
        return (*found, "0")[:2]
    if key == "proxyusefdpass" and names.jumps(lookup.value("proxyjump", "none")):
        return keyword.default
    if key == "proxyjump" and found:
        return (names.as_written(found[0]),) if names.jumps(found[0]) else ()
    if not keyword.is_early:
        return found
    where = lookup.where(key)
    return tuple(_expanded(each, keyword, where, tokens) for each in found)


def _algorithms(keyword: Keyword, lookup: Lookup, supply: algorithms.Supply) -> str:
    found = lookup.value(keyword.key)
    if not found:
        return ",".join(supply.default)
    where = lookup.where(keyword.key)
    try:
        return ",".join(algorithms.assemble(found, supply))
    except ValueError as error:
        raise ConfigError(where, f"{keyword.name}: {error}") from None


def _default(keyword: Keyword, lookup: Lookup) -> tuple[str, ...]:
    """What holds without a setting, and where that depends on other settings."""
    if keyword.key == "updatehostkeys":
        is_own = lookup.values("userknownhostsfile") in ((), (_USERS_OWN_FILE,))
        by_dns = lookup.value("verifyhostkeydns", "false") != "false"
        return ("true" if is_own and not by_dns else "false",)
    if keyword.key == "serveraliveinterval" and lookup.value("batchmode") == "yes":
        return (_BATCH_ALIVE_SECONDS,)
    return keyword.default


def _forwards(lookup: Lookup, tokens: dict[str, str]) -> dict[str, tuple[Forward, ...]]:
    if lookup.value("clearallforwardings") == "yes":
        return {}
    forwards = {}
    for key, settings in lookup.settings.items():
        if settings and settings[0].keyword.kind.shape is Shape.FORWARD:
            forwards[key] = tuple(
                _with_paths(each.forward, each.keyword, each.where, tokens)
                for each in settings
                if each.forward
            )
    return forwards


def _with_paths(
    forward: Forward, keyword: Keyword, where: Origin, tokens: dict[str, str]
) -> Forward:
    """With the tokens in the paths of its unix sockets expanded."""
    return forward.with_paths(lambda path: _expanded(path, keyword, where, tokens))


def _expanded(text: str, keyword: Keyword, where: Origin, tokens: dict[str, str]) -> str:
    try:
        return expand(text, keyword.expands, tokens)
    except ValueError as error:
        raise ConfigError(where, f"{keyword.name}: {error}") from None


def _at(where: Origin, check: Callable[[], None]) -> None:
    try:
        check()
    except ValueError as error:
        raise ConfigError(where, str(error)) from None
