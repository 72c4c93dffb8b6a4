"""`glob` on the server, as pathlib's: `*`, `?` and `[...]` within a name, `**` for any directories.

Directories are listed once each, symlinks to directories are not gone down by `**`, and names with
a dot in front match like others. What cannot be listed has nothing that matches.
"""

import fnmatch
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

import _ssh

from .sides import MAX_ENTRIES, check_depth

_MAGIC = re.compile(r"[*?\[]")


def glob(sftp: _ssh.SFTP, folder: PurePosixPath, pattern: str) -> Iterator[PurePosixPath]:
    """The paths below `folder` that match, each once."""
    relative = PurePosixPath(pattern)
    if not pattern:
        raise ValueError(f"Unacceptable pattern: {pattern!r}")
    if relative.is_absolute():
        raise NotImplementedError("Non-relative patterns are unsupported")
    seen: set[PurePosixPath] = set()
    for path in _matches(sftp, folder, relative.parts, wants_folder=pattern.endswith("/")):
        if path not in seen:
            if len(seen) == MAX_ENTRIES:
                raise _ssh.LimitError(f"{folder}: more than {MAX_ENTRIES} entries match")
            seen.add(path)
            yield path


def _matches(
    sftp: _ssh.SFTP, folder: PurePosixPath, parts: tuple[str, ...], *, wants_folder: bool
) -> Iterator[PurePosixPath]:
    if not parts:
        yield folder
        return
    part, rest = parts[0], parts[1:]
    if part == "**":
        for below in _folders(sftp, folder):
            yield from _matches(sftp, below, rest, wants_folder=wants_folder)
    elif "**" in part:
        raise ValueError("Invalid pattern: '**' can only be an entire path component")
    elif not _MAGIC.search(part):
        yield from _literal(sftp, folder / part, rest, wants_folder=wants_folder)
    else:
        is_match = re.compile(fnmatch.translate(part)).match
        must_be_folder = bool(rest) or wants_folder
        for name, is_folder in _entries(sftp, folder, follow=must_be_folder):
            if is_match(name) and (is_folder or not must_be_folder):
                yield from _matches(sftp, folder / name, rest, wants_folder=wants_folder)


def _literal(
    sftp: _ssh.SFTP, path: PurePosixPath, rest: tuple[str, ...], *, wants_folder: bool
) -> Iterator[PurePosixPath]:
    must_be_folder = bool(rest) or wants_folder
    try:
        found = stat.S_ISDIR(sftp.stat(path).st_mode or 0) if must_be_folder else sftp.exists(path)
    except _ssh.SFTPError:
        found = False
    if found:
        yield from _matches(sftp, path, rest, wants_folder=wants_folder)


def _folders(sftp: _ssh.SFTP, folder: PurePosixPath, depth: int = 0) -> Iterator[PurePosixPath]:
    """The folder, and all below it."""
    check_depth(folder, depth)
    yield folder
    for name, is_folder in _entries(sftp, folder, follow=False):
        if is_folder:
            yield from _folders(sftp, folder / name, depth + 1)


def _entries(sftp: _ssh.SFTP, folder: PurePosixPath, *, follow: bool) -> list[tuple[str, bool]]:
    try:
        with sftp.scandir(folder) as entries:
            return [(entry.name, _is_folder(entry.is_dir, follow)) for entry in entries]
    except _ssh.SFTPError:
        return []


def _is_folder(is_dir: Callable[..., bool], follow: bool) -> bool:
    try:
        return is_dir(follow_symlinks=follow)
    except _ssh.SFTPError:
        return False
