"""What may stand at the end of a line: commands and names, there and here, spelled so that the
line reads them back."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from ...escape import display, is_harmless
from ..failures import CommandError
from . import table
from .background import Listings, Name
from .state import Shell, local_name
from .words import Unfinished, split_unfinished

_SPECIAL = " \t\n\\'\"*?[]#"


@dataclass(frozen=True)
class Candidate:
    """`text` replaces the line from `start` on; `shown` is what the menu says."""

    text: str
    start: int
    shown: str


def candidates(line: str, shell: Shell, listings: Listings) -> Iterator[Candidate]:
    """What may stand at the end of the line."""
    line_start = len(line) - len(line.lstrip(" \t-@"))
    typed = split_unfinished(line[line_start:])
    if line[line_start:].startswith(("!", "#")):
        return
    if not typed.words:
        yield from _commands(typed, line_start)
        return
    kind = _kind(typed)
    if kind == "command":
        yield from _commands(typed, line_start)
    elif kind:
        is_remote = kind.startswith("remote")
        names = _remote_names(typed, shell, listings) if is_remote else _local_names(typed)
        if kind.endswith("/"):
            names = [name for name in names if name.is_directory]
        yield from _names(typed, line_start, names)


def _kind(typed: Unfinished) -> str:
    """What the argument under way is; options before it do not count."""
    try:
        kinds = table.find(typed.words[0].text).completes
    except CommandError:
        return ""
    before = [word for word in typed.words[1:] if not word.text.startswith("-")]
    return kinds[min(len(before), len(kinds) - 1)] if kinds else ""


def _commands(typed: Unfinished, line_start: int) -> Iterator[Candidate]:
    prefix = typed.component.text
    if typed.folder.text:
        return
    for name in table.names():
        if name.startswith(prefix.lower()):
            yield Candidate(name + " ", line_start + typed.start, name)


def _names(typed: Unfinished, line_start: int, names: list[Name]) -> Iterator[Candidate]:
    prefix = typed.component.text
    for found in sorted(names, key=lambda name: name.name):
        if found.name.startswith(prefix) and (prefix or not found.name.startswith(".")):
            text = spelled(found.name, typed.quote)
            if text[0] in "-~" and not (typed.quote or typed.folder.pattern):
                text = "\\" + text  # neither an option nor a home directory
            end = "/" if found.is_directory else f"{typed.quote} "
            shown = display(found.name) + ("/" if found.is_directory else "")
            yield Candidate(text + end, line_start + typed.start, shown)


def spelled(name: str, quote: str) -> str:
    """A name as it is typed, inside a quotation or not. What a terminal must not see becomes '?',
    which matches it."""
    spelling = ""
    for letter in name:
        if not is_harmless(letter):
            spelling += f"{quote}?{quote}"  # outside of the quotation, where it is a pattern
        elif quote == "'":
            spelling += "'\\''" if letter == "'" else letter
        elif quote == '"':
            spelling += f"\\{letter}" if letter in '\\"' else letter
        else:
            spelling += f"\\{letter}" if letter in _SPECIAL else letter
    return spelling


def _remote_names(typed: Unfinished, shell: Shell, listings: Listings) -> list[Name]:
    try:
        return listings.names_in(shell.path(shell.name(typed.folder)))
    except (OSError, ValueError):
        return []


def _local_names(typed: Unfinished) -> list[Name]:
    folder = local_name(typed.folder) or "."
    try:
        with os.scandir(folder) as entries:
            return [Name(entry.name, entry.is_dir()) for entry in entries]
    except OSError:
        return []
