"""One line of a file as a statement that is checked but not yet decided: what depends on the host
waits for the lookup.
"""

from typing import NamedTuple

from . import algorithms, lexing, names
from .errors import ConfigError, Origin
from .expansion import BASIC, Expansion, expand, expand_environment
from .forwards import Forward
from .kinds import Keyword
from .unclaimed import find

_WITHOUT_ARGUMENT = ("all", "canonical", "final")
_CRITERIA = (
    *_WITHOUT_ARGUMENT,
    *("host", "originalhost", "user", "localuser", "exec", "tagged"),
    *("localnetwork", "version", "sessiontype", "command"),
)


class Setting(NamedTuple):
    """A keyword and its value, as `ssh -G` writes it unless it is still to be expanded."""

    where: Origin
    keyword: Keyword
    values: tuple[str, ...]
    forward: Forward | None = None


class HostBlock(NamedTuple):
    where: Origin
    patterns: tuple[str, ...]


class Criterion(NamedTuple):
    """One condition of a Match; `argument` is "" for those that have none."""

    name: str
    argument: str
    is_negated: bool


class MatchBlock(NamedTuple):
    where: Origin
    criteria: tuple[Criterion, ...]


class Include(NamedTuple):
    """Other files in this place. `files` are put in by whoever reads them."""

    where: Origin
    paths: tuple[str, ...]
    files: tuple["ConfigFile", ...] = ()


class Unknown(NamedTuple):
    """A keyword that nobody knows: an error, unless IgnoreUnknown holds when it counts."""

    where: Origin
    name: str


Statement = Setting | HostBlock | MatchBlock | Include | Unknown


class ConfigFile(NamedTuple):
    source: str
    statements: tuple[Statement, ...] = ()


def parse_line(line: str, where: Origin, supplies: algorithms.Supplies) -> Statement | None:
    """The statement of a line; None for a blank line or a comment."""
    try:
        if "\0" in line:
            raise ValueError("the line has a zero byte")
        cut = lexing.keyword_and_rest(line)
        return _statement(*cut, where, supplies) if cut else None
    except ValueError as error:
        raise ConfigError(where, str(error)) from None


def _statement(
    name: str, rest: str, where: Origin, supplies: algorithms.Supplies
) -> Statement | None:
    if not rest:
        raise ValueError(f"{name}: the argument is missing")
    args = lexing.arguments(rest)
    if name == "match":
        try:
            return MatchBlock(where, _criteria(rest))
        except ValueError as error:
            raise ValueError(f"Match: {error}") from None
    if name in ("host", "include"):
        if not all(args):
            raise ValueError(f"{name}: an argument is empty")
        return HostBlock(where, tuple(args)) if name == "host" else Include(where, tuple(args))
    keyword = find(name)
    if keyword is None:
        return Unknown(where, name)
    try:
        return _setting(keyword, args, rest, where, supplies)
    except ValueError as error:
        raise ValueError(f"{keyword.name}: {error}") from None


def _setting(
    keyword: Keyword, args: list[str], rest: str, where: Origin, supplies: algorithms.Supplies
) -> Setting:
    kind = keyword.kind
    if kind.forward:
        forward = kind.forward([expand_environment(arg) for arg in args])
        return Setting(where, keyword, (), forward)
    values = (rest.lstrip(" \t\r\n="),) if kind.is_raw else kind.parse(args)
    if kind.is_raw and not values[0]:
        raise ValueError("the argument is missing")
    if keyword.key == "proxyjump":
        values = (values[0].split()[0],)
        names.jumps(values[0])
    if keyword.key in algorithms.LISTS:
        algorithms.check(keyword.key, values[0], supplies[keyword.key])
    return Setting(where, keyword, values)


def _check_argument(name: str, argument: str) -> None:
    """What is wrong with it whatever the host is."""
    if name == "localnetwork":
        from . import local_networks

        local_networks.parse(argument)
    if name == "exec":
        expand(argument, Expansion(BASIC), dict.fromkeys(BASIC, ""))


def _criteria(rest: str) -> tuple[Criterion, ...]:
    """The conditions of a Match."""
    criteria: list[Criterion] = []
    words = lexing.match_words(rest)
    for word in words:
        negated = word.startswith("!")
        name = word.removeprefix("!").lower()
        if name not in _CRITERIA:
            raise ValueError(f"{word!r} is none of {', '.join(_CRITERIA)}")
        if name == "all":
            if len(criteria) > 1 or next(words, None) is not None:
                raise ValueError('"all" must stand alone, or behind "canonical" or "final"')
            return (*criteria, Criterion(name, "", negated))
        argument = "" if name in _WITHOUT_ARGUMENT else next(words, None)
        if argument is None:
            raise ValueError(f"{name} has no argument")
        _check_argument(name, argument)
        criteria.append(Criterion(name, argument, negated))
    if not criteria:
        raise ValueError("a condition is missing")
    return tuple(criteria)
