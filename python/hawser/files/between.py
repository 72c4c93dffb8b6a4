"""Files and trees from one server to another, through here; within a server it copies them itself.

What `sync`, `RemotePath.copy` and a hawser-scp of two servers have in common.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
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
class _Spot:
    """An entry of a tree that is being copied, here and there."""

    old: str
    new: str
    within: tuple[str, ...]
    """The real paths of all directories from the root to the one that is being read."""
    exist_ok: bool

    def entry(self, name: str) -> "_Spot":
        return replace(self, old=_join(self.old, name), new=_join(self.new, name))

    def entered(self, real: str) -> "_Spot":
        return replace(self, within=(*self.within, real))


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
        root = _Spot(old, new, (self.source.realpath(old),), exist_ok)
        self._tree(root, self.source.stat(old))

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
        if the copy fails. That nobody may write it comes last: it is opened once more."""
        if self.target.exists(new):
            yield
            return
        self.target.open(new, "x", permissions=mode | stat.S_IWUSR).close()
        try:
            yield
            made = self.target.stat(new).st_mode if not mode & stat.S_IWUSR else None
            if made is not None:
                self.target.chmod(new, stat.S_IMODE(made) & ~stat.S_IWUSR)
        except BaseException:
            with suppress(OSError):
                self.target.unlink(new)
            raise

    def _set(self, new: str, mode: int, found: _ssh.SFTPAttributes) -> None:
        self.target.setstat(new, mode=mode, atime=found.st_atime, mtime=found.st_mtime)

    def _tree(self, at: _Spot, found: _ssh.SFTPAttributes) -> None:
        check_depth(at.old, len(at.within) - 1)
        if not (at.exist_ok and self.target.exists(at.new)):
            self.target.mkdir(at.new)
        for name, entry in sorted(self._listed(at.old).items(), key=itemgetter(0)):
            try:
                self._entry(at.entry(name), entry)
            except _ssh.SFTPError as error:  # a server that is lost, or lies, is another matter
                if self.on_error is None:
                    raise
                self.on_error(error)
        if self.preserve:
            self._set(at.new, stat.S_IMODE(found.st_mode or 0o755) & 0o777, found)

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

    def _entry(self, at: _Spot, found: _ssh.SFTPAttributes) -> None:
        kind = kind_of(found.st_mode or 0)
        is_followed = kind == "symlink" and self.links is Links.FOLLOWED
        if is_followed:
            found = self.source.stat(at.old)
            kind = kind_of(found.st_mode or 0)
        if kind == "file":
            self._file(at.old, at.new, found)
        elif kind == "directory":
            parent = at.within[-1]
            real = self.source.realpath(at.old) if is_followed else _join(parent, _name(at.old))
            if real in at.within:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), at.old)
            self._tree(at.entered(real), found)
        elif kind == "symlink" and self.links is Links.ALIKE:
            self.target.symlink(self.source.readlink(at.old), at.new)
        elif self.on_skip is not None:
            self.on_skip(at.old, kind)
        else:
            raise _not_to_be_copied(at.old)


def _not_to_be_copied(path: str) -> OSError:
    text = "neither a file nor a directory, and not to be copied"
    return OSError(errno.EINVAL, text, path)


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _join(folder: str, name: str) -> str:
    return f"{folder.rstrip('/')}/{name}"


def _is_beneath(path: str, folder: str) -> bool:
    return f"{path}/".startswith(f"{folder.rstrip('/')}/")
