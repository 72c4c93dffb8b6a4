"""What the caller of a lookup says, as statements that come before those of the files."""

import os
from collections.abc import Iterator, Mapping, Sequence

from .algorithms import Supplies
from .errors import ConfigError, Origin
from .statements import Setting, Unknown, parse_line

OptionValue = str | int | os.PathLike[str]
Options = Mapping[str, OptionValue | Sequence[OptionValue]]
"""As those of `ssh -o`, by keyword. A text is cut into words as in a file, a path is one word, and
True and False are yes and no. Several values are several lines."""


def statements(
    user: str | None, port: int | None, options: Options, supplies: Supplies
) -> Iterator[Setting | Unknown]:
    """ConfigError for an option that is none, or whose value it cannot have."""
    if user is not None:
        yield _statement(Origin("argument user"), "user", _quoted(user), supplies)
    if port is not None:
        yield _statement(Origin("argument port"), "port", str(port), supplies)
    for name, value in options.items():
        for each in _several(value):
            yield _statement(Origin(f"option {name}"), name, _text(name, each), supplies)


def _statement(where: Origin, name: str, text: str, supplies: Supplies) -> Setting | Unknown:
    if "\n" in text:
        raise ConfigError(where, "a line break cannot be part of it")
    statement = parse_line(f"{name}={text}", where, supplies) if name.isalnum() else None
    if statement is None:
        raise ConfigError(where, "this is not a keyword")
    if not isinstance(statement, Setting | Unknown):
        raise ConfigError(where, "this is for files only")
    return statement


def _several(value: OptionValue | Sequence[OptionValue]) -> Sequence[OptionValue]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return value
    return [value]


def _text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int):
        return str(value)
    if isinstance(value, os.PathLike):
        return _quoted(os.fspath(value))
    raise TypeError(f"option {name}: {value!r} is not a text, a number or a path")


def _quoted(text: str) -> str:
    """As one word, whatever is in it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
