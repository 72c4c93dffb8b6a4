"""The two sides of a `sync`: a tree here, or one on the server, with the same calls."""

import os
import stat
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

import _ssh

from .checksums import Run, local_digest, remote_digests

MAX_ENTRIES = 1_000_000
MAX_DEPTH = 64


@dataclass(frozen=True)
class Entry:
    kind: str
    """'file', 'directory', 'symlink' or 'special'"""
    size: int = 0
    mtime: int = 0
    leads_to: str = ""
    """Of a symlink."""


def kind_of(mode: int) -> str:
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "directory"
    return "symlink" if stat.S_ISLNK(mode) else "special"


def check_depth(folder: object, depth: int) -> None:
    """Deeper trees are taken for such as have no end: a server can list any."""
    if depth > MAX_DEPTH:
        raise _ssh.LimitError(f"{folder}: more than {MAX_DEPTH} directories deep")


class Side(ABC):
    """A tree. Names are relative to its root, with slashes."""

    def entries(self) -> dict[str, Entry]:
        """All below the root, directories before what is in them; {} if there is no root yet."""
        found: dict[str, Entry] = {}
        if self.has_root():
            self._collect("", found, 0)
        return found

    def _collect(self, folder: str, found: dict[str, Entry], depth: int) -> None:
        check_depth(self.shown(folder), depth)
        for name, entry in sorted(self._in_folder(folder), key=itemgetter(0)):
            if folder + name in found:
                raise _ssh.UnsafeNameError(f"{self.shown(folder + name)}: it is listed twice")
            found[folder + name] = entry
            if len(found) > MAX_ENTRIES:
                raise _ssh.LimitError(f"{self.shown('')}: more than {MAX_ENTRIES} entries")
            if entry.kind == "directory":
                self._collect(f"{folder}{name}/", found, depth + 1)

    @abstractmethod
    def shown(self, name: str) -> str:
        """The whole path."""

    @abstractmethod
    def has_root(self) -> bool:
        """NotADirectoryError if what is there is no directory."""

    @abstractmethod
    def _in_folder(self, folder: str) -> "list[tuple[str, Entry]]": ...

    @abstractmethod
    def digests(self, names: Sequence[str]) -> dict[str, str]:
        """The SHA-256 of files."""

    @abstractmethod
    def make_root(self) -> None: ...

    @abstractmethod
    def make_directory(self, name: str) -> None: ...

    @abstractmethod
    def make_symlink(self, name: str, leads_to: str) -> None: ...

    @abstractmethod
    def delete(self, name: str, kind: str) -> None: ...


class LocalSide(Side):
    def __init__(self, root: str) -> None:
        self._root = Path(root)

    def shown(self, name: str) -> str:
        return str(self._root / name)

    def has_root(self) -> bool:
        if not self._root.exists():
            return False
        os.scandir(self._root).close()
        return True

    def _in_folder(self, folder: str) -> list[tuple[str, Entry]]:
        with os.scandir(self._root / folder) as entries:
            return [(entry.name, _local_entry(entry)) for entry in entries]

    def digests(self, names: Sequence[str]) -> dict[str, str]:
        return {name: local_digest(self.shown(name)) for name in names}

    def make_root(self) -> None:
        self._root.mkdir(exist_ok=True)

    def make_directory(self, name: str) -> None:
        (self._root / name).mkdir()

    def make_symlink(self, name: str, leads_to: str) -> None:
        (self._root / name).symlink_to(leads_to)

    def delete(self, name: str, kind: str) -> None:
        path = self._root / name
        path.rmdir() if kind == "directory" else path.unlink()


def _local_entry(entry: "os.DirEntry[str]") -> Entry:
    found = entry.stat(follow_symlinks=False)
    kind = kind_of(found.st_mode)
    leads_to = os.readlink(entry.path) if kind == "symlink" else ""  # noqa: PTH115
    return Entry(kind, *_size_and_time(kind, found.st_size, int(found.st_mtime)), leads_to)


def _size_and_time(kind: str, size: int, mtime: int) -> tuple[int, int]:
    """Of files only: all else is alike if its kind is."""
    return (size, mtime) if kind == "file" else (0, 0)


class RemoteSide(Side):
    def __init__(self, sftp: _ssh.SFTP, run: Run, root: str) -> None:
        self.sftp = sftp
        self._run = run
        self._root = root.rstrip("/") or "/"

    def shown(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}" if name else self._root

    def has_root(self) -> bool:
        if not self.sftp.exists(self._root):
            return False
        self.sftp.opendir(self._root).close()
        return True

    def _in_folder(self, folder: str) -> list[tuple[str, Entry]]:
        found = []
        with self.sftp.scandir(self.shown(folder.rstrip("/"))) as entries:
            for entry in entries:
                what = entry.stat(follow_symlinks=False)
                kind = kind_of(what.st_mode or 0)
                size, mtime = _size_and_time(kind, what.st_size or 0, what.st_mtime or 0)
                found.append((entry.name, Entry(kind, size, mtime)))
        return [(name, self._with_link(folder + name, entry)) for name, entry in found]

    def _with_link(self, name: str, entry: Entry) -> Entry:
        if entry.kind != "symlink":
            return entry
        return Entry("symlink", leads_to=self.sftp.readlink(self.shown(name)))

    def digests(self, names: Sequence[str]) -> dict[str, str]:
        paths = {self.shown(name): name for name in names}
        found = remote_digests(self.sftp, self._run, list(paths))
        return {paths[path]: digest for path, digest in found.items()}

    def make_root(self) -> None:
        if not self.sftp.exists(self._root):
            self.sftp.mkdir(self._root)

    def make_directory(self, name: str) -> None:
        self.sftp.mkdir(self.shown(name))

    def make_symlink(self, name: str, leads_to: str) -> None:
        self.sftp.symlink(leads_to, self.shown(name))

    def delete(self, name: str, kind: str) -> None:
        path = self.shown(name)
        self.sftp.rmdir(path) if kind == "directory" else self.sftp.unlink(path)
