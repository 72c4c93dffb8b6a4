"""The server's files as a person names them: relative to a directory, with '~' and patterns."""

import posixpath
import stat
from collections.abc import Iterator

import _ssh

from ..escape import display
from ..globbing import expand, first_and_rest, quoted
from .failures import CommandError

MAX_NAMES = 1_000_000
"""Of one directory: a server that never ends a listing does not fill our memory."""


class RemoteFiles:
    """`cwd` is '' for the directory that the server starts in, which `home` is, too."""

    def __init__(self, sftp: _ssh.SFTP, home: str = ".") -> None:
        self.sftp = sftp
        self.home = home
        self.cwd = ""

    def path(self, name: str) -> str:
        """What to tell the server about a name."""
        return posixpath.join(self.cwd, name) if name else self.cwd or "."

    def expand_home(self, pattern: str) -> str:
        """The pattern with the home directory that its first component may stand for."""
        if not pattern.startswith("~"):
            return pattern
        first, rest = first_and_rest(pattern)
        home = self.sftp.expand_path(first) if first != "~" else self.home
        return quoted(home) + rest

    def matches(self, pattern: str) -> list[str]:
        """The names that match, as the pattern spells their directories; one without magic is not
        looked up. A file whose name looks like a pattern is found, too."""
        found = expand(pattern, self._names_in, self._exists)
        return found or [pattern] * self._exists(pattern)

    def is_directory(self, name: str) -> bool:
        """Symlinks followed. What is not there or cannot be looked at is none."""
        try:
            mode = self.sftp.stat(self.path(name)).st_mode
        except _ssh.SFTPError:
            return False
        return mode is not None and stat.S_ISDIR(mode)

    def _names_in(self, folder: str) -> Iterator[str]:
        with self.sftp.scandir(self.path(folder)) as entries:
            for count, entry in enumerate(entries):
                if count == MAX_NAMES:
                    raise CommandError(f"{display(folder)}: more than {MAX_NAMES} names")
                yield entry.name

    def _exists(self, name: str) -> bool:
        """Symlinks as such: one that leads nowhere is there."""
        try:
            self.sftp.lstat(self.path(name))
        except _ssh.SFTPError:
            return False
        return True
