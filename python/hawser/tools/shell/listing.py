"""How `ls` and `lls` show files: in columns as wide as the names look, or one a line with all that
is known of it."""

import stat
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ..progress import human_size

_HALF_A_YEAR = 365 * 24 * 3600 / 2


@dataclass(frozen=True)
class Entry:
    """One file; None is what nobody told."""

    name: str
    mode: int | None = None
    size: int | None = None
    mtime: float | None = None
    uid: int | None = None
    gid: int | None = None
    links: int | None = None

    @property
    def is_directory(self) -> bool:
        return self.mode is not None and stat.S_ISDIR(self.mode)

    @property
    def is_link(self) -> bool:
        return self.mode is not None and stat.S_ISLNK(self.mode)


@dataclass(frozen=True)
class Style:
    """The options of ls, by their letters."""

    flags: frozenset[str]
    columns: int | None
    """The width of the terminal; None if there is none: one name a line then."""
    show: Callable[[str], str]
    """Makes a name fit to be shown."""

    def has(self, letter: str) -> bool:
        return letter in self.flags

    @property
    def is_long(self) -> bool:
        return self.has("l") or self.has("n")


LETTERS = "1adfhlnrSt"

Owners = Callable[[Entry], tuple[str, str]]
"""The user's and the group's name of an entry."""


def visible(entries: Iterable[Entry], style: Style) -> list[Entry]:
    """Without the hidden ones, unless -a."""
    return [entry for entry in entries if style.has("a") or not entry.name.startswith(".")]


def ordered(entries: Iterable[Entry], style: Style) -> list[Entry]:
    """By name, by size (-S) or by time (-t), turned round by -r; as they come with -f."""
    if style.has("f"):
        return list(entries)
    result = sorted(entries, key=lambda entry: entry.name)
    if style.has("S"):
        result.sort(key=lambda entry: -(entry.size or 0))
    elif style.has("t"):
        result.sort(key=lambda entry: -(entry.mtime or 0))
    return result[::-1] if style.has("r") else result


def lines_of(entries: Sequence[Entry], style: Style, owners: Owners) -> list[str]:
    """The lines to print."""
    if style.is_long:
        return _long(entries, style, owners)
    names = [style.show(entry.name) for entry in entries]
    if style.has("1") or style.columns is None:
        return names
    return in_columns(names, style.columns)


def in_columns(names: Sequence[str], width: int) -> list[str]:
    """Down, then right, in as many columns as fit."""
    from rich.cells import cell_len

    if not names:
        return []
    widths = [cell_len(name) for name in names]
    column_width = max(widths) + 2
    columns = max(width // column_width, 1)
    rows = -(-len(names) // columns)
    lines = []
    for row in range(rows):
        line, gap = "", 0
        for at in range(row, len(names), rows):
            line += " " * gap + names[at]
            gap = column_width - widths[at]
        lines.append(line)
    return lines


def _long(entries: Sequence[Entry], style: Style, owners: Owners) -> list[str]:
    size = human_size if style.has("h") else str
    rows = []
    for entry in entries:
        user, group = owners(entry)
        rows.append(
            (
                stat.filemode(entry.mode) if entry.mode is not None else "?---------",
                "?" if entry.links is None else str(entry.links),
                user,
                group,
                "?" if entry.size is None else size(entry.size),
                time_text(entry.mtime),
                style.show(entry.name),
            )
        )
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(6)]
    return [
        f"{mode} {links:>{widths[1]}} {user:<{widths[2]}} {group:<{widths[3]}} "
        f"{size_text:>{widths[4]}} {when:>{widths[5]}} {name}"
        for mode, links, user, group, size_text, when, name in rows
    ]


def time_text(when: float | None, now: float | None = None) -> str:
    """As `ls -l`: the hour for what is younger than half a year, else the year."""
    if when is None:
        return "?"
    now = time.time() if now is None else now
    form = "%b %e %H:%M" if 0 <= now - when < _HALF_A_YEAR else "%b %e  %Y"
    try:
        return time.strftime(form, time.localtime(when))
    except (OverflowError, ValueError, OSError):
        return "?"
