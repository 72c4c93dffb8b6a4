"""The options of the shell's commands: single letters in front, `--` ends them."""

from collections.abc import Sequence

from .state import UsageError
from .words import Word


def take_flags(words: Sequence[Word], letters: str) -> tuple[frozenset[str], list[Word]]:
    """The letters that were given, and the other words."""
    flags: set[str] = set()
    for at, word in enumerate(words):
        if word.is_quoted or not word.text.startswith("-") or word.text == "-":
            return frozenset(flags), list(words[at:])
        if word.text == "--":
            return frozenset(flags), list(words[at + 1 :])
        unknown = [letter for letter in word.text[1:] if letter not in letters]
        if unknown:
            raise UsageError(f"there is no option -{unknown[0]}")
        flags.update(word.text[1:])
    return frozenset(flags), []


def expect(words: Sequence[Word], least: int, most: int | None = None) -> None:
    """The number of words, flags apart."""
    if len(words) < least:
        raise UsageError("too few arguments")
    if most is not None and len(words) > most:
        raise UsageError("too many arguments")


def octal(word: Word) -> int:
    """A mode of permissions."""
    try:
        mode = int(word.text, 8)
    except ValueError:
        mode = -1
    if not 0 <= mode <= 0o7777:
        raise UsageError(f"{word.text}: a mode is an octal number, e.g. 644")
    return mode


def number(word: Word) -> int:
    """The id of a user or a group."""
    if not (word.text.isascii() and word.text.isdigit() and int(word.text) < 2**32):
        raise UsageError(f"{word.text}: that is no id; ids are numbers")
    return int(word.text)
