"""Configuration files read, with those that they include.

A file is refused that others could have written (as OpenSSH refuses it: the user's own file, and
whatever is included), that is not a regular file (/dev/null counts as empty), or that is huge.
"""

import glob
import grp
import os
import pwd
import stat
from pathlib import Path

from .algorithms import Supplies
from .errors import ConfigError, Origin
from .statements import ConfigFile, Include, parse_line

_MAX_DEPTH = 16  # OpenSSH's
_MAX_BYTES = 4 << 20  # far more than anybody writes by hand
_MAX_FILES = 1024  # in one configuration, so that includes cannot multiply

SYSTEM_FILE = "/etc/ssh/ssh_config"


class Reader:
    """Reads one file and what it includes. `is_user` decides where relative paths lead."""

    def __init__(self, supplies: Supplies, is_user: bool) -> None:
        self.supplies = supplies
        self.is_user = is_user
        self._count = 0

    def read(self, path: str, is_checked: bool) -> ConfigFile:
        """The file. OSError if it cannot be opened, ConfigError if it is no good."""
        return self._file(path, is_checked, ())

    def parse(self, text: str, source: str, chain: tuple[str, ...] = ()) -> ConfigFile:
        statements = []
        for number, line in enumerate(text.split("\n"), 1):
            statement = parse_line(line, Origin(source, number), self.supplies)
            if isinstance(statement, Include):
                statement = statement._replace(files=self._included(statement, chain))
            if statement:
                statements.append(statement)
        return ConfigFile(source, tuple(statements))

    def _file(self, path: str, is_checked: bool, chain: tuple[str, ...]) -> ConfigFile:
        text = _contents(path, is_checked)
        return self.parse(text, path, (*chain, os.path.realpath(path)))

    def _included(self, include: Include, chain: tuple[str, ...]) -> tuple[ConfigFile, ...]:
        files = []
        for pattern in include.paths:
            for path in self._paths(include.where, pattern):
                files.append(self._one_included(include.where, path, chain))
        return tuple(each for each in files if each)

    def _one_included(self, where: Origin, path: str, chain: tuple[str, ...]) -> ConfigFile | None:
        if os.path.realpath(path) in chain:
            raise ConfigError(where, f"Include: {path} includes itself, by way of {chain[-1]}")
        if len(chain) > _MAX_DEPTH:
            raise ConfigError(where, f"Include: more than {_MAX_DEPTH} files within one another")
        self._count += 1
        if self._count > _MAX_FILES:
            raise ConfigError(where, f"Include: more than {_MAX_FILES} files")
        try:
            return self._file(path, True, chain)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ConfigError(where, f"Include: {path}: {error.strerror}") from None

    def _paths(self, where: Origin, pattern: str) -> list[str]:
        if pattern.startswith("~") and not self.is_user:
            raise ConfigError(where, f"Include: {pattern!r} is for users' own files")
        folder = "~/.ssh" if self.is_user else str(Path(SYSTEM_FILE).parent)
        path = pattern if pattern.startswith(("/", "~")) else f"{folder}/{pattern}"
        return sorted(glob.glob(os.path.expanduser(path)))  # noqa: PTH111, PTH207


def _contents(path: str, is_checked: bool) -> str:
    where = Origin(path)
    with open(path, "rb", opener=_open_without_waiting) as file:
        status = os.fstat(file.fileno())
        if is_checked:
            _check_owner(where, status)
        if stat.S_ISCHR(status.st_mode) and os.path.samestat(status, Path(os.devnull).stat()):
            return ""
        if not stat.S_ISREG(status.st_mode):
            raise ConfigError(where, "this is not a regular file")
        data = file.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise ConfigError(where, f"the file is larger than {_MAX_BYTES} bytes")
    return data.decode("utf-8", "surrogateescape")


def _open_without_waiting(path: str, flags: int) -> int:
    """A FIFO would wait for a writer."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)


def _check_owner(where: Origin, status: os.stat_result) -> None:
    if status.st_uid not in (0, os.getuid()):
        raise ConfigError(where, "the file belongs to somebody else: it must be yours or root's")
    if status.st_mode & stat.S_IWOTH:
        raise ConfigError(where, "others may write the file: chmod go-w it")
    if status.st_mode & stat.S_IWGRP and not _is_private(status.st_gid, status.st_uid):
        raise ConfigError(where, "its group may write the file: chmod g-w it")


def _is_private(group: int, owner: int) -> bool:
    """Nobody but the owner is in the group."""
    try:
        members = {pwd.getpwnam(name).pw_uid for name in grp.getgrgid(group).gr_mem}
    except KeyError:
        return False
    members |= {each.pw_uid for each in pwd.getpwall() if each.pw_gid == group}
    return members <= {owner}
