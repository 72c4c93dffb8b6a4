"""What the commands of the shell share: the connection, both working directories, the output."""

import errno
import os
import posixpath
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field

import _ssh

from ...escape import describe, display
from ...globbing import expand, first_and_rest, literal, quoted
from ..failures import Lost
from ..output import Output
from ..progress import Meter
from ..remote import RemoteFiles
from .owners import OwnerNames
from .words import Word


class UsageError(Exception):
    """The command was called in a way that it does not know; its usage is shown."""


class Leave(Exception):
    """The shell is to end."""


@dataclass
class Shell:
    """One run of the shell. Commands raise what goes wrong with all they do, and `complain` about
    what goes wrong with one file of several."""

    session: _ssh.Session
    sftp: _ssh.SFTP
    out: Output
    meter: Meter
    quiet_meter: Meter
    """The meter while progress is switched off."""
    preserve: bool = False
    recursive: bool = False
    flushes: bool = False
    """What is copied is to be on the disk before the copy is done."""
    previous: str = ""
    shows_progress: bool = True
    has_failed: bool = False
    """Of the command under way: it complained."""
    files: RemoteFiles = field(init=False)
    owner_names: OwnerNames = field(init=False)

    def __post_init__(self) -> None:
        self.previous = self.sftp.realpath(".")
        self.files = RemoteFiles(self.sftp, self.previous)
        self.files.cwd = self.previous
        self.owner_names = OwnerNames(self.sftp)

    @property
    def cwd(self) -> str:
        return self.files.cwd

    @property
    def home(self) -> str:
        return self.files.home

    @property
    def active_meter(self) -> Meter:
        return self.meter if self.shows_progress else self.quiet_meter

    def complain(self, error: OSError | str) -> None:
        """For a command that goes on; a lost connection ends it all the same."""
        if isinstance(error, OSError) and (self.session.closed or self.sftp.closed):
            raise Lost(describe(error))
        self.has_failed = True
        self.out.error(error)

    # ---- names of files --------------------------------------------------------------------------

    def path(self, name: str) -> str:
        """The absolute path of a name that is relative to the remote working directory."""
        return self.files.path(name)

    def name(self, word: Word) -> str:
        """What a word that is no pattern names; relative if it was typed so."""
        return word.text if word.is_quoted else literal(self.files.expand_home(word.pattern))

    def matches(self, words: Iterable[Word]) -> list[str]:
        """What the words name, patterns expanded; complains about those that match nothing."""
        names: list[str] = []
        for word in words:
            pattern = word.pattern if word.is_quoted else self.files.expand_home(word.pattern)
            names += self._found(word, self.files.matches(pattern))
        return names

    def local_matches(self, words: Iterable[Word]) -> list[str]:
        """As `matches`, for files here."""
        names: list[str] = []
        for word in words:
            pattern = word.pattern if word.is_quoted else _with_local_home(word.pattern)
            names += self._found(word, expand(pattern, _local_names, os.path.lexists))
        return names

    def _found(self, word: Word, names: list[str]) -> list[str]:
        if not names:
            self.complain(f"{display(word.text)}: nothing matches")
        return names

    def change_directory(self, name: str) -> None:
        """The working directory from now on; it must be one that can be entered, not listed."""
        target = self.sftp.realpath(self.path(name))
        if not stat.S_ISDIR(self.sftp.stat(target).st_mode or stat.S_IFDIR):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), target)
        try:
            self.sftp.stat(posixpath.join(target, "."))
        except OSError as error:
            error.filename = target
            raise
        self.previous, self.files.cwd = self.cwd, target


def local_name(word: Word) -> str:
    """What a word that is no pattern names here."""
    return word.text if word.is_quoted else literal(_with_local_home(word.pattern))


def _with_local_home(pattern: str) -> str:
    if not pattern.startswith("~"):
        return pattern
    first, rest = first_and_rest(pattern)
    return quoted(os.path.expanduser(first)) + rest  # noqa: PTH111


def _local_names(folder: str) -> list[str]:
    return [entry.name for entry in os.scandir(folder or ".")]
