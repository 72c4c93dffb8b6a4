"""The sides of a `sync`, as its caller names them."""

import errno
import os
from collections.abc import Sequence

import _ssh

from .checksums import Run
from .copying import copier
from .pure import StrPath
from .remote_path import RemotePath
from .sides import LocalSide, RemoteSide, Side
from .sync import SyncReport, sync
from .transfers import Progress


def sync_paths(
    sftp: _ssh.SFTP,
    run: Run,
    source: StrPath,
    target: StrPath,
    *,
    checksum: bool,
    delete: bool,
    dry_run: bool,
    exclude: Sequence[str],
    symlinks: bool,
    progress: Progress | None,
) -> SyncReport:
    """A `RemotePath` is on its server, all else is here. `run` is for the server of `sftp`."""
    one, other = _side(sftp, run, source), _side(sftp, run, target)
    if not one.has_root():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), os.fspath(source))
    return sync(
        one,
        other,
        copier(one, other, progress),
        checksum=checksum,
        delete=delete,
        dry_run=dry_run,
        exclude=[exclude] if isinstance(exclude, str) else exclude,
        symlinks=symlinks,
    )


def _side(sftp: _ssh.SFTP, run: Run, path: StrPath) -> Side:
    if isinstance(path, RemotePath):
        return RemoteSide(path.sftp, run if path.sftp is sftp else _no_run, os.fspath(path))
    return LocalSide(os.fspath(path))


def _no_run(words: list[str]) -> bytes | None:
    """Of another server only the files are known."""
    return None
