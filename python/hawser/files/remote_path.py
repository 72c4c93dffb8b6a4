"""Paths on the server with what `pathlib.Path` can do with its own."""

import io
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, Any, Self

import _ssh

from .between import Between, Links
from .globs import glob
from .pure import PureRemotePath, StrPath
from .sides import check_depth


class RemotePath(PureRemotePath):
    """Made by `Client.path`. Relative ones begin in the directory that the server starts in, most
    often the account's home."""

    __slots__ = ("_sftp",)

    def __init__(self, sftp: _ssh.SFTP, pure: PurePosixPath) -> None:
        super().__init__(pure)
        self._sftp = sftp

    @classmethod
    def of(cls, sftp: _ssh.SFTP, *parts: StrPath) -> "RemotePath":
        """A leading `~` or `~user` is looked up."""
        path = cls(sftp, PurePosixPath(*parts))
        return path.expanduser()

    @property
    def sftp(self) -> _ssh.SFTP:
        """The client that all paths of a `Client` share."""
        return self._sftp

    def _like(self, pure: PurePosixPath) -> Self:
        return type(self)(self._sftp, pure)

    def _is_like(self, other: object) -> bool:
        return isinstance(other, RemotePath) and other._sftp is self._sftp

    # ---- where it leads --------------------------------------------------------------------------

    def expanduser(self) -> Self:
        if not self.parts or not self.parts[0].startswith("~"):
            return self
        first, rest = self.parts[0], self.parts[1:]
        home = self._sftp.realpath(".") if first == "~" else self._sftp.expand_path(first)
        return self._like(PurePosixPath(home, *rest))

    def absolute(self) -> Self:
        """Symlinks and `..` stay as they are."""
        if self.is_absolute():
            return self
        return self._like(PurePosixPath(self._sftp.realpath(".")) / self._pure)

    def resolve(self, strict: bool = False) -> Self:
        """Absolute, without symlinks and `..`."""
        if strict:
            self.stat()
        return self._like(PurePosixPath(self._resolved(self.absolute()._pure)))

    def _resolved(self, pure: PurePosixPath) -> str:
        """Servers differ about what is not there: the part that is there is asked for."""
        try:
            return self._sftp.realpath(str(pure))
        except FileNotFoundError:
            if pure == pure.parent:
                raise
            parent = self._resolved(pure.parent)
            return os.path.normpath(f"{parent}/{pure.name}")

    def readlink(self) -> Self:
        return self._like(PurePosixPath(self._sftp.readlink(self)))

    def samefile(self, other: StrPath) -> bool:
        """SFTP has no inode numbers: two hard links to one file are not known to be the same."""
        return self.resolve() == self._like(PurePosixPath(os.fspath(other))).resolve()

    # ---- what it is ------------------------------------------------------------------------------

    def stat(self, *, follow_symlinks: bool = True) -> _ssh.SFTPAttributes:
        return self._sftp.stat(self) if follow_symlinks else self._sftp.lstat(self)

    def lstat(self) -> _ssh.SFTPAttributes:
        return self._sftp.lstat(self)

    def exists(self, *, follow_symlinks: bool = True) -> bool:
        return self._mode(follow_symlinks=follow_symlinks) is not None

    def is_dir(self) -> bool:
        return stat.S_ISDIR(self._mode() or 0)

    def is_file(self) -> bool:
        return stat.S_ISREG(self._mode() or 0)

    def is_symlink(self) -> bool:
        return stat.S_ISLNK(self._mode(follow_symlinks=False) or 0)

    def is_fifo(self) -> bool:
        return stat.S_ISFIFO(self._mode() or 0)

    def is_socket(self) -> bool:
        return stat.S_ISSOCK(self._mode() or 0)

    def is_block_device(self) -> bool:
        return stat.S_ISBLK(self._mode() or 0)

    def is_char_device(self) -> bool:
        return stat.S_ISCHR(self._mode() or 0)

    def owner(self) -> str:
        users, _ = self._sftp.names_by_id(uids=[self._id("st_uid")])
        return _named(users, self)

    def group(self) -> str:
        _, groups = self._sftp.names_by_id(gids=[self._id("st_gid")])
        return _named(groups, self)

    def _id(self, name: str) -> int:
        number: int | None = getattr(self.stat(), name)
        if number is None:
            raise KeyError(f"the server does not say whose {self} is")
        return number

    def _mode(self, *, follow_symlinks: bool = True) -> int | None:
        """None for what is not there, as pathlib takes it: a symlink to nothing or to itself, names
        below a file, and those with a NUL, too. Where the server does not tell the mode it is 0."""
        try:
            return self.stat(follow_symlinks=follow_symlinks).st_mode or 0
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None
        except _ssh.SFTPError:
            if follow_symlinks and self._leads_nowhere():
                return None
            raise

    def _leads_nowhere(self) -> bool:
        """The server failed to follow a symlink: a loop, which SFTP has no code for."""
        try:
            return stat.S_ISLNK(self._sftp.lstat(self).st_mode or 0)
        except _ssh.SFTPError:
            return False

    # ---- directories -----------------------------------------------------------------------------

    def iterdir(self) -> Iterator[Self]:
        with self._sftp.scandir(self) as entries:
            for entry in entries:
                yield self._like(self._pure / entry.name)

    def glob(self, pattern: str) -> Iterator[Self]:
        yield from map(self._like, glob(self._sftp, self._pure, pattern))

    def rglob(self, pattern: str) -> Iterator[Self]:
        yield from self.glob(f"**/{pattern}")

    def walk(
        self,
        top_down: bool = True,
        on_error: Any = None,
        follow_symlinks: bool = False,
    ) -> Iterator[tuple[Self, list[str], list[str]]]:
        """As `Path.walk` of Python 3.12: (directory, names of directories, other names)."""
        return self._walk(top_down, on_error, follow_symlinks, 0)

    def _walk(
        self, top_down: bool, on_error: Any, follow_symlinks: bool, depth: int
    ) -> Iterator[tuple[Self, list[str], list[str]]]:
        check_depth(self, depth)
        folders: list[str] = []
        others: list[str] = []
        try:
            with self._sftp.scandir(self) as entries:
                for entry in entries:
                    is_folder = entry.is_dir(follow_symlinks=follow_symlinks)
                    (folders if is_folder else others).append(entry.name)
        except _ssh.SFTPError as error:  # a server that is lost, or lies, is another matter
            if on_error is not None:
                on_error(error)
            return
        if top_down:
            yield self, folders, others
        for name in folders:
            yield from (self / name)._walk(top_down, on_error, follow_symlinks, depth + 1)
        if not top_down:
            yield self, folders, others

    def mkdir(self, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        try:
            self._sftp.mkdir(self, mode)
        except FileNotFoundError:
            if not parents or self.parent == self:
                raise
            self.parent.mkdir(parents=True, exist_ok=True)
            self.mkdir(mode, parents=False, exist_ok=exist_ok)
        except OSError:
            if not exist_ok or not self.is_dir():
                raise

    def rmdir(self) -> None:
        self._sftp.rmdir(self)

    # ---- names -----------------------------------------------------------------------------------

    def rename(self, target: StrPath) -> Self:
        """Replaces a file at `target`, as pathlib does on POSIX, where the server can do that."""
        return self.replace(target)

    def replace(self, target: StrPath) -> Self:
        new = _pure(target)
        replaces = "posix-rename@openssh.com" in self._sftp.extensions
        move = self._sftp.replace if replaces else self._sftp.rename
        move(self, str(new))
        return self._like(new)

    def copy(
        self,
        target: "RemotePath | StrPath",
        *,
        follow_symlinks: bool = True,
        preserve_metadata: bool = False,
    ) -> "RemotePath":
        """This file, or this directory with all that is in it, under another name, as `Path.copy`
        of Python 3.14; a `RemotePath` of another client's is on its server, and the data goes
        through here. A file there is replaced, a directory there is an error. Returns where it is.

        Without `follow_symlinks` symlinks become such as lead to the same. `preserve_metadata`
        keeps permissions and times. Devices, pipes and sockets are errors.
        """
        new = target if isinstance(target, RemotePath) else self._like(_pure(target))
        sys.audit("hawser.copy", str(self), str(new))
        links = Links.FOLLOWED if follow_symlinks else Links.ALIKE
        between = Between(self._sftp, new.sftp, preserve=preserve_metadata, links=links)
        if self.is_symlink() and not follow_symlinks:
            new.symlink_to(self.readlink())
        elif self.is_dir():
            between.tree(str(self), str(new))
        else:
            between.file(str(self), str(new))
        return new

    def copy_into(
        self,
        target_dir: "RemotePath | StrPath",
        *,
        follow_symlinks: bool = True,
        preserve_metadata: bool = False,
    ) -> "RemotePath":
        """`copy` to its own name in that directory."""
        if not self.name:
            raise ValueError(f"{self} has no name")
        folder = target_dir if isinstance(target_dir, RemotePath) else self._like(_pure(target_dir))
        return self.copy(
            folder / self.name,
            follow_symlinks=follow_symlinks,
            preserve_metadata=preserve_metadata,
        )

    def unlink(self, missing_ok: bool = False) -> None:
        try:
            self._sftp.unlink(self)
        except FileNotFoundError:
            if not missing_ok:
                raise

    def symlink_to(self, target: StrPath, target_is_directory: bool = False) -> None:
        self._sftp.symlink(os.fspath(target), self)

    def hardlink_to(self, target: StrPath) -> None:
        self._sftp.link(os.fspath(target), self)

    def chmod(self, mode: int, *, follow_symlinks: bool = True) -> None:
        self._sftp.chmod(self, mode, follow_symlinks=follow_symlinks)

    def touch(self, mode: int = 0o666, exist_ok: bool = True) -> None:
        try:
            self._sftp.open(self, "x", permissions=mode).close()
        except OSError:
            if not exist_ok or not self.exists():
                raise
            self._sftp.utime(self)

    # ---- content ---------------------------------------------------------------------------------

    def open(
        self,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
    ) -> IO[Any]:
        """As the built-in: text unless there is a `b` in the mode. Text is UTF-8 by default.
        `buffering` is for text: 1 sends each line when it is written."""
        if "b" in mode:
            if "t" in mode:
                raise ValueError("a file is text or binary, not both")
            if encoding is not None or errors is not None or newline is not None:
                raise ValueError("binary files have no encoding, errors and newline")
            return self._opened(mode)  # type: ignore[return-value]
        if buffering == 0:
            raise ValueError("text cannot be unbuffered")
        binary = self._opened(mode.replace("t", "", 1))
        try:
            text: Any = io.TextIOWrapper(
                binary, encoding or "utf-8", errors, newline, line_buffering=buffering == 1
            )
        except BaseException:
            binary.close()
            raise
        text.mode = mode
        opened: IO[Any] = text
        return opened

    def _opened(self, mode: str) -> _ssh.SFTPFile:
        sys.audit("hawser.open", str(self), mode)
        return self._sftp.open(self, mode)

    def read_bytes(self) -> bytes:
        with self._opened("r") as file:
            return file.read()

    def read_text(self, encoding: str | None = None, errors: str | None = None) -> str:
        with self.open("r", encoding=encoding, errors=errors) as file:
            text: str = file.read()
            return text

    def write_bytes(self, data: bytes) -> int:
        with self._opened("w") as file:
            return file.write(data)

    def write_text(
        self,
        data: str,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
    ) -> int:
        with self.open("w", encoding=encoding, errors=errors, newline=newline) as file:
            return file.write(data)


def _named(names: list[str], path: RemotePath) -> str:
    if not names[0]:
        raise KeyError(f"the server has no name for the owner of {path}")
    return names[0]


def _pure(path: StrPath) -> PurePosixPath:
    return PurePosixPath(os.fspath(path))
