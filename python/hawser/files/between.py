"""Files and trees from one server to another, through here; within a server it copies them itself.

What `sync`, `RemotePath.copy` and a hawser-scp of two servers have in common.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from functools import partial
from operator import itemgetter

import _ssh

from .sides import MAX_ENTRIES, check_depth, kind_of
from .transfers import Progress


class Links(Enum):
    """What becomes of a symlink in a tree."""

    FOLLOWED = "what it leads to is copied"
    ALIKE = "one that leads to the same"
    LEFT_OUT = "on_skip is told"


@dataclass(frozen=True)
class Between:
    source: _ssh.SFTP
    target: _ssh.SFTP
    """The same as `source` for a copy within a server."""
    preserve: bool = False
    """Times, and permissions whatever the server's umask is."""
    links: Links = Links.FOLLOWED
    on_file: Progress | None = None
    on_skip: Callable[[str, str], object] | None = None
    """An entry of a tree that is left out, and of what kind it is: 'symlink' or 'special'. None: it
    is an error."""
    on_error: Callable[[OSError], object] | None = None
    """An entry of a tree that failed: the others follow. None: it is raised."""

    def file(self, old: str, new: str) -> None:
        found = self.source.stat(old)
        if kind_of(found.st_mode or stat.S_IFREG) != "file":
            raise _not_to_be_copied(old)
        self._file(old, new, found)

    def tree(self, old: str, new: str, *, exist_ok: bool = False) -> None:
        """With `exist_ok` into the directory that is there."""
        if self._is_same_server() and _is_beneath(self._real(new), self._real(old)):
            raise OSError(errno.EINVAL, f"{new}: a directory cannot be copied into itself", old)
        self._tree(old, new, self.source.stat(old), exist_ok, (self.source.realpath(old),))

    def _is_same_server(self) -> bool:
        return self.source is self.target

    def _real(self, path: str) -> str:
        """Of what is not there yet, too, if the directory that it is to be in is there."""
        if self.target.exists(path):
            return self.target.realpath(path)
        folder, _, name = path.rstrip("/").rpartition("/")
        return _join(self.target.realpath(folder or "."), name)

    def _file(self, old: str, new: str, found: _ssh.SFTPAttributes) -> None:
        mode = stat.S_IMODE(found.st_mode or 0o644) & 0o777
        is_same = self._is_same_server() and self.target.exists(new)
        if is_same and self._real(old) == self._real(new):
            raise OSError(errno.EINVAL, f"{old} and {new} are the same file")
        with self.source.open(old) as file, self._made(new, mode):
            if self._is_same_server():
                self.target.copy(old, new)
            else:
                report = None if self.on_file is None else partial(self.on_file, old)
                self.target.putfo(file, new, size=found.st_size or 0, callback=report)
        if self.preserve:
            self._set(new, mode, found)

    @contextmanager
    def _made(self, new: str, mode: int) -> Iterator[None]:
        """Made empty first, so that nobody reads in it who may not read the source; and gone again
        if the copy fails."""
        if self.target.exists(new):
            yield
            return
        self.target.open(new, "x", permissions=mode).close()
        try:
            yield
        except BaseException:
            with suppress(OSError):
                self.target.unlink(new)
            raise

    def _set(self, new: str, mode: int, found: _ssh.SFTPAttributes) -> None:
        self.target.setstat(new, mode=mode, atime=found.st_atime, mtime=found.st_mtime)

    def _tree(
        self,
        old: str,
        new: str,
        found: _ssh.SFTPAttributes,
        exist_ok: bool,
        within: tuple[str, ...],
    ) -> None:
        """`within`: the real paths of all directories from the root to this one."""
        check_depth(old, len(within) - 1)
        if not (exist_ok and self.target.exists(new)):
            self.target.mkdir(new)
        for name, entry in sorted(self._listed(old).items(), key=itemgetter(0)):
            try:
                self._entry(_join(old, name), _join(new, name), entry, exist_ok, within)
            except _ssh.SFTPError as error:  # a server that is lost, or lies, is another matter
                if self.on_error is None:
                    raise
                self.on_error(error)
        if self.preserve:
            self._set(new, stat.S_IMODE(found.st_mode or 0o755) & 0o777, found)

    def _listed(self, folder: str) -> dict[str, _ssh.SFTPAttributes]:
        """A name that stands there as a symlink and as a file would be written through."""
        found: dict[str, _ssh.SFTPAttributes] = {}
        with self.source.scandir(folder) as entries:
            for entry in entries:
                if entry.name in found:
                    raise _ssh.UnsafeNameError(f"{_join(folder, entry.name)}: it is listed twice")
                found[entry.name] = entry.stat(follow_symlinks=False)
                if len(found) > MAX_ENTRIES:
                    raise _ssh.LimitError(f"{folder}: more than {MAX_ENTRIES} entries")
        return found

    def _entry(
        self,
        old: str,
        new: str,
        found: _ssh.SFTPAttributes,
        exist_ok: bool,
        within: tuple[str, ...],
    ) -> None:
        kind = kind_of(found.st_mode or 0)
        is_followed = kind == "symlink" and self.links is Links.FOLLOWED
        if is_followed:
            found = self.source.stat(old)
            kind = kind_of(found.st_mode or 0)
        if kind == "file":
            self._file(old, new, found)
        elif kind == "directory":
            real = self.source.realpath(old) if is_followed else _join(within[-1], _name(old))
            if real in within:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), old)
            self._tree(old, new, found, exist_ok, (*within, real))
        elif kind == "symlink" and self.links is Links.ALIKE:
            self.target.symlink(self.source.readlink(old), new)
        elif self.on_skip is not None:
            self.on_skip(old, kind)
        else:
            raise _not_to_be_copied(old)


def _not_to_be_copied(path: str) -> OSError:
    text = "neither a file nor a directory, and not to be copied"
    return OSError(errno.EINVAL, text, path)


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _join(folder: str, name: str) -> str:
    return f"{folder.rstrip('/')}/{name}"


def _is_beneath(path: str, folder: str) -> bool:
    return f"{path}/".startswith(f"{folder.rstrip('/')}/")
