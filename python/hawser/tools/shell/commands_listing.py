"""ls and lls: the same listing of files there and here."""

import grp
import os
import posixpath
import pwd
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import _ssh

from .flags import take_flags
from .listing import LETTERS, Entry, Owners, Style, lines_of, ordered, visible
from .owners import shown_id
from .state import Shell
from .words import Word

_DOTS = (".", "..")


class _Side(Protocol):
    """Where the files are."""

    def look(self, name: str, /) -> Entry:
        """A file, a symlink as such."""
        ...

    def is_directory(self, name: str, /) -> bool:
        """Symlinks followed."""
        ...

    def read(self, name: str, /) -> list[Entry]:
        """What is in a directory, without '.' and '..'."""
        ...

    def owners(self, entries: Sequence[Entry]) -> Owners: ...


def ls(shell: Shell, words: Sequence[Word]) -> None:
    flags, rest = take_flags(words, LETTERS)
    _list(shell, flags, shell.matches(rest) if rest else ["."], _There(shell))


def lls(shell: Shell, words: Sequence[Word]) -> None:
    flags, rest = take_flags(words, LETTERS)
    _list(shell, flags, shell.local_matches(rest) if rest else ["."], _Here())


def _list(shell: Shell, flags: frozenset[str], names: Sequence[str], side: _Side) -> None:
    """Files first, then what is in the directories, each under its name if there are several."""
    columns = shell.out.columns if shell.out.is_terminal else None
    style = Style(flags, columns, shell.out.name)
    files: list[Entry] = []
    folders: list[str] = []
    for name in names:
        try:
            entry = side.look(name)
        except OSError as error:
            shell.complain(error)
            continue
        follows = entry.is_link and not style.is_long
        is_folder = entry.is_directory or (follows and side.is_directory(name))
        if is_folder and not style.has("d"):
            folders.append(name)
        else:
            files.append(entry)
    _print(shell, ordered(files, style), style, side)
    for at, name in enumerate(folders):
        if len(names) > 1:
            shell.out.line(("\n" if at or files else "") + f"{shell.out.name(name)}:")
        try:
            entries = side.read(name)
            if style.has("a"):
                entries += [_dots(side, name, dots) for dots in _DOTS]
        except OSError as error:
            shell.complain(error)
            continue
        _print(shell, ordered(visible(entries, style), style), style, side)


def _dots(side: _Side, name: str, dots: str) -> Entry:
    entry = side.look(posixpath.join(name, dots))
    return Entry(dots, entry.mode, entry.size, entry.mtime, entry.uid, entry.gid, entry.links)


def _print(shell: Shell, entries: list[Entry], style: Style, side: _Side) -> None:
    named = style.is_long and not style.has("n")
    for line in lines_of(entries, style, side.owners(entries) if named else _numbers):
        shell.out.line(line)


def _numbers(entry: Entry) -> tuple[str, str]:
    return shown_id(entry.uid), shown_id(entry.gid)


class _There:
    """The server."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._sftp = shell.sftp
        self.is_directory: Callable[[str], bool] = shell.files.is_directory

    def look(self, name: str) -> Entry:
        return _remote(name, self._sftp.lstat(self._shell.path(name)))

    def read(self, name: str) -> list[Entry]:
        with self._sftp.scandir(self._shell.path(name)) as scan:
            return [_remote(entry.name, entry.stat(follow_symlinks=False)) for entry in scan]

    def owners(self, entries: Sequence[Entry]) -> Owners:
        """Names where the server tells them, numbers elsewhere."""
        names = self._shell.owner_names
        names.learn({e.uid for e in entries}, {e.gid for e in entries})
        return lambda entry: (names.user(entry.uid), names.group(entry.gid))


def _remote(name: str, attributes: _ssh.SFTPAttributes) -> Entry:
    return Entry(
        name,
        attributes.st_mode,
        attributes.st_size,
        attributes.st_mtime,
        attributes.st_uid,
        attributes.st_gid,
    )


class _Here:
    """This machine."""

    def look(self, name: str) -> Entry:
        return _local(name, os.lstat(name))

    def is_directory(self, name: str) -> bool:
        return Path(name).is_dir()

    def read(self, name: str) -> list[Entry]:
        with os.scandir(name) as scan:
            return [_local(entry.name, entry.stat(follow_symlinks=False)) for entry in scan]

    def owners(self, entries: Sequence[Entry]) -> Owners:
        return lambda entry: (_local_user(entry.uid), _local_group(entry.gid))


def _local(name: str, found: os.stat_result) -> Entry:
    return Entry(
        name,
        found.st_mode,
        found.st_size,
        found.st_mtime,
        found.st_uid,
        found.st_gid,
        found.st_nlink,
    )


def _local_user(uid: int | None) -> str:
    with suppress(KeyError):
        return pwd.getpwuid(uid or 0).pw_name
    return shown_id(uid)


def _local_group(gid: int | None) -> str:
    with suppress(KeyError):
        return grp.getgrgid(gid or 0).gr_name
    return shown_id(gid)
