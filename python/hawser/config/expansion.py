"""What stands for something else in values: %tokens, ${VARIABLES} of the environment, and ~."""

import os
import pwd
from collections.abc import Mapping
from typing import NamedTuple

BASIC = "CdhijkLlnpru"


class Expansion(NamedTuple):
    """What a keyword's values may hold: tokens by their letters, "~" in front, ${VARIABLES}."""

    tokens: str = ""
    tilde: bool = False
    environment: bool = False

    def __bool__(self) -> bool:
        return bool(self.tokens or self.tilde or self.environment)


NOTHING = Expansion()


def expand(text: str, expansion: Expansion, values: Mapping[str, str]) -> str:
    """The text with everything replaced that may stand in it. ValueError for what may not."""
    if expansion.tilde:
        text = expand_tilde(text, values["d"])
    if not expansion.tokens:
        return expand_environment(text) if expansion.environment else text
    parts = []
    at = 0
    while at < len(text):
        if expansion.environment and text.startswith("${", at):
            value, at = _variable(text, at)
            parts.append(value)
        elif text[at] == "%":
            parts.append(_token(text[at + 1 : at + 2], expansion.tokens, values))
            at += 2
        else:
            parts.append(text[at])
            at += 1
    return "".join(parts)


def expand_environment(text: str) -> str:
    """Only ${VARIABLES}."""
    parts = []
    at = 0
    while (found := text.find("${", at)) >= 0:
        parts.append(text[at:found])
        value, at = _variable(text, found)
        parts.append(value)
    return "".join([*parts, text[at:]])


def expand_tilde(text: str, home: str) -> str:
    """~ and ~user at the beginning."""
    if not text.startswith("~"):
        return text
    user, _, rest = text[1:].partition("/")
    if user:
        try:
            home = pwd.getpwnam(user).pw_dir
        except (KeyError, UnicodeError):
            raise ValueError(f"there is no user {user!r} for {text!r}") from None
    return home + ("" if home.endswith("/") else "/") + rest


def _variable(text: str, at: int) -> tuple[str, int]:
    end = text.find("}", at)
    if end < 0:
        raise ValueError(f"{text[at:]!r} has no closing brace")
    name = text[at + 2 : end]
    if name not in os.environ:
        raise ValueError(f"the environment has no {name!r}")
    return os.environ[name], end + 1


def _token(letter: str, allowed: str, values: Mapping[str, str]) -> str:
    if letter == "%":
        return "%"
    if not letter or letter not in allowed:
        may = " ".join(f"%{each}" for each in "%" + allowed)
        raise ValueError(f"%{letter} has no meaning here; what has: {may}")
    return values[letter]
