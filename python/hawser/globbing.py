"""Patterns of file names, for a server's files and for ours: * ? [a-z] [!a-z], and \\ before a
character that is to mean itself.

What a server lists is compared with what the person typed; an entry that is no plain name (it has a
slash, or is '.' or '..') never comes out, whatever the pattern.
"""

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator

import _ssh

_MAGIC = re.compile(r"\\.|[*?\[]", re.DOTALL)
_QUOTED = re.compile(r"\\(.)", re.DOTALL)
_SPECIAL = re.compile(r"([\\*?\[\]])")


def has_magic(pattern: str) -> bool:
    return any(not match[0].startswith("\\") for match in _MAGIC.finditer(pattern))


def literal(pattern: str) -> str:
    """The name that a pattern without magic stands for."""
    return _QUOTED.sub(r"\1", pattern)


def quoted(name: str) -> str:
    """The pattern that stands for this very name."""
    return _SPECIAL.sub(r"\\\1", name)


def first_and_rest(path: str) -> tuple[str, str]:
    """The first component, and what follows it with its slash."""
    first, slash, rest = path.partition("/")
    return first, slash + rest


def is_plain_name(name: str) -> bool:
    """One component of a path: what a listing may contain."""
    return name not in ("", ".", "..") and "/" not in name and "\0" not in name


def expand(
    pattern: str, names_in: Callable[[str], Iterable[str]], exists: Callable[[str], bool]
) -> list[str]:
    """The paths that match, sorted; [] if none does. A pattern without magic is not looked up.

    `names_in` gives the names in a directory, '' being the current one.
    """
    if not has_magic(pattern):
        return [literal(pattern)]
    return sorted(_expand("", pattern, names_in, exists))


def _expand(
    folder: str,
    pattern: str,
    names_in: Callable[[str], Iterable[str]],
    exists: Callable[[str], bool],
) -> Iterator[str]:
    """The paths that begin with `folder` and go on as `pattern` says."""
    part, slash, rest = pattern.partition("/")
    if not has_magic(part):
        path = folder + literal(part) + slash
        if has_magic(rest):
            yield from _expand(path, rest, names_in, exists)
        elif exists(path + literal(rest)):
            yield path + literal(rest)
        return
    is_match = _matcher(part)
    for name in _names(folder, names_in):
        if not is_match(name):
            continue
        if not slash:
            yield folder + name
        else:
            yield from _expand(folder + name + slash, rest, names_in, exists)


def _names(folder: str, names_in: Callable[[str], Iterable[str]]) -> list[str]:
    """What cannot be listed has nothing that matches; a server that is lost, or lies, is told."""
    try:
        return [name for name in names_in(folder) if is_plain_name(name)]
    except OSError as error:
        if isinstance(error, _ssh.Error) and not isinstance(error, _ssh.SFTPError):
            raise
        return []


def _matcher(pattern: str) -> Callable[[str], bool]:
    """As the shell does: names with a dot in front only match a pattern with a dot in front."""
    shows_hidden = pattern.startswith((".", "\\."))
    expression = re.compile(fnmatch.translate(_for_fnmatch(pattern)))
    return lambda name: (
        (shows_hidden or not name.startswith(".")) and expression.match(name) is not None
    )


def _for_fnmatch(pattern: str) -> str:
    """fnmatch has no backslash: what one stands before goes into brackets."""
    without = _QUOTED.sub(lambda match: f"[{match[1]}]" if match[1] in "*?[" else match[1], pattern)
    return without.replace("[^", "[!")
