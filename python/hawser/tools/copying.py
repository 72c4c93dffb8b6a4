"""Copies several files between here and a server, or two, for both tools and both protocols.

A `Mover` copies one file or tree. What fails is complained about, and the next one follows; a lost
connection ends it all. Where a file goes is decided by what the person typed, never by what the
server answered.
"""

import errno
import os
import posixpath
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import _ssh

from ..crowded import until_there_is_room
from ..escape import display
from ..files.between import Between, Links
from .failures import CommandError
from .flushing import flush_local, flush_remote
from .progress import Meter
from .remote import RemoteFiles

_SKIPPED = {
    "symlink": "a symbolic link",
    "loop": "a symbolic link to where it is in",
    "special": "neither a file nor a directory",
}


@dataclass(frozen=True)
class Watch:
    """Who is told meanwhile. Each may raise, which ends the copy."""

    step: Callable[[str, int, int], object]
    """The file, bytes done, bytes in all."""
    skip: Callable[[str, str], object]
    """An entry of a tree that is left out, and of what kind it is."""
    complain: Callable[[OSError], object]
    """An entry of a tree that failed; the others follow."""


class Putter(Protocol):
    """One way to copy to a server. Targets may be directories to put the source into; of a source
    without a name ('.', '..', '/') it is the content that is copied."""

    def put(self, source: str, remote: str, watch: Watch, /) -> None: ...
    def is_directory(self, remote: str) -> bool: ...


class Mover(Putter, Protocol):
    """To a server and from it."""

    def get(self, remote: str, local: str, watch: Watch) -> None: ...


class SftpMover:
    """By SFTP."""

    def __init__(
        self,
        files: RemoteFiles,
        *,
        recursive: bool,
        preserve: bool,
        resume: bool = False,
        flushes: bool = False,
    ) -> None:
        self._files = files
        self._recursive = recursive
        self._preserve = preserve
        self._resume = resume
        self._flushes = flushes

    def get(self, remote: str, local: str, watch: Watch) -> None:
        self._files.sftp.get(
            remote,
            local,
            recursive=self._recursive,
            preserve=self._preserve,
            resume=self._resume,
            on_file=watch.step,
            on_skip=watch.skip,
            on_error=watch.complain,
        )
        if self._flushes:
            flush_local(remote, local)

    def put(self, local: str, remote: str, watch: Watch) -> None:
        self._files.sftp.put(
            local,
            remote,
            recursive=self._recursive,
            preserve=self._preserve,
            resume=self._resume,
            on_file=watch.step,
            on_skip=watch.skip,
            on_error=watch.complain,
        )
        if self._flushes:
            flush_remote(self._files, local, remote)

    def is_directory(self, remote: str) -> bool:
        return self._files.is_directory(remote)


class ScpMover:
    """By the legacy SCP protocol, which can copy and nothing else."""

    def __init__(self, session: _ssh.Session, *, recursive: bool, preserve: bool) -> None:
        self._session = session
        self._recursive = recursive
        self._preserve = preserve

    def get(self, remote: str, local: str, watch: Watch) -> None:
        self._copy(self._session.scp_get, remote, local, watch)

    def put(self, local: str, remote: str, watch: Watch) -> None:
        self._copy(self._session.scp_put, local, remote, watch)

    def _copy(self, way: Callable[..., object], source: str, target: str, watch: Watch) -> None:
        """Each copy has a channel of its own, right after that of the one before, or of SFTP."""
        copy = partial(
            way,
            source,
            target,
            recursive=self._recursive,
            preserve=self._preserve,
            on_file=watch.step,
            on_skip=watch.skip,
            on_error=watch.complain,
        )
        until_there_is_room(copy)

    def is_directory(self, remote: str) -> bool:
        """Not to be known. A wrong guess is refused by the remote scp, for the slash that `send`
        puts behind the name."""
        return True


class AcrossPutter:
    """From the server of `source` to that of `files`, or within it; the sources lie there."""

    def __init__(
        self, source: _ssh.SFTP, files: RemoteFiles, *, recursive: bool, preserve: bool
    ) -> None:
        self._source = source
        self._files = files
        self._recursive = recursive
        self._preserve = preserve

    def put(self, source: str, remote: str, watch: Watch) -> None:
        name = posixpath.basename(source)
        if name not in ("", ".", "..") and self.is_directory(remote):
            remote = posixpath.join(remote, name)
        between = Between(
            self._source,
            self._files.sftp,
            self._preserve,
            Links.LEFT_OUT,
            on_file=watch.step,
            on_skip=watch.skip,
            on_error=watch.complain,
        )
        if not RemoteFiles(self._source).is_directory(source):
            between.file(source, remote)
        elif self._recursive:
            between.tree(source, remote, exist_ok=True)
        else:
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), source)

    def is_directory(self, remote: str) -> bool:
        return self._files.is_directory(remote)


class Copier:
    """Copies lists of files. `complain` takes what went wrong with one of them, and may raise;
    `warn` is told what was left out, `announce` of each source and its target."""

    def __init__(
        self,
        meter: Meter,
        complain: Callable[[OSError | str], None],
        warn: Callable[[str], None],
        announce: Callable[[str, str], None],
    ) -> None:
        self._meter = meter
        self._complain = complain
        self._warn = warn
        self._announce = announce

    def fetch(
        self, mover: Mover, sources: Sequence[str], destination: str, *, into: bool = False
    ) -> None:
        """Downloads: into `destination` if it is a directory, else under that name. With `into`, or
        for several sources, it has to be one."""
        if (into or len(sources) > 1) and not Path(destination).is_dir():
            raise CommandError(f"{display(destination)}: not a directory, for several files")
        for source in sources:
            self._copy(mover.get, source.rstrip("/") or source[:1], destination)

    def send(
        self, mover: Putter, sources: Sequence[str], destination: str, *, into: bool = False
    ) -> None:
        """Uploads, likewise."""
        if into or len(sources) > 1:
            if not mover.is_directory(destination):
                raise CommandError(f"{display(destination)}: not a directory, for several files")
            destination = posixpath.join(destination, "")
        for source in sources:
            self._copy(mover.put, source.rstrip("/") or source[:1], destination)

    def _copy(self, copy: Callable[[str, str, Watch], None], source: str, target: str) -> None:
        self._announce(source, target)
        try:
            copy(source, target, Watch(self._meter.step, self._on_skip, self._on_error))
        except OSError as error:
            self._on_error(error)
        finally:
            self._meter.finish()

    def _on_skip(self, path: str, kind: str) -> None:
        self._meter.finish()
        self._warn(f"{display(path)}: {_SKIPPED.get(kind, kind)}, left out")

    def _on_error(self, error: OSError) -> None:
        self._meter.finish()
        self._complain(error)
