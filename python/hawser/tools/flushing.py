"""-f of hawser-sftp, and of its get and put: a copy that is done is on the disk."""

import os
import posixpath
import stat
from pathlib import Path

import _ssh

from .remote import RemoteFiles


def flush_local(source: str, target: str) -> None:
    """What `get` brought from `source`, with what else is in a directory of that name."""
    copy = Path(target)
    inside = copy / posixpath.basename(source)
    if copy.is_dir() and inside.exists():
        copy = inside
    for path in copy.rglob("*") if copy.is_dir() else [copy]:
        if not path.is_file():
            continue
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def flush_remote(files: RemoteFiles, source: str, target: str) -> None:
    """What `put` brought, likewise; as with `sftp` only if the server can (fsync@openssh.com)."""
    if "fsync@openssh.com" not in files.sftp.extensions:
        return
    path = target or "."
    inside = posixpath.join(path, Path(source).name)
    if files.is_directory(path) and files.sftp.exists(inside):
        path = inside
    _flush(files.sftp, path)


def _flush(sftp: _ssh.SFTP, path: str) -> None:
    mode = sftp.lstat(path).st_mode or 0
    if stat.S_ISDIR(mode):
        for name in sftp.listdir(path):
            _flush(sftp, posixpath.join(path, name))
    elif stat.S_ISREG(mode):
        with sftp.open(path, "r") as file:
            file.fsync()
