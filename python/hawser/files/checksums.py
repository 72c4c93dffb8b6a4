"""SHA-256 of files here and there, to know whether a copy is what it was copied from."""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import _ssh

_CHUNK = 1 << 20
_FILES_A_COMMAND = 100

Run = Callable[[list[str]], bytes | None]
"""Runs a command on the server: its stdout, None if it failed."""


class VerifyError(_ssh.Error):
    """A copy is not what it was copied from. `filename` is the copy, `filename2` the source."""


def verify(sftp: _ssh.SFTP, run: Run, pairs: Sequence[tuple[str, str]]) -> None:
    """Compares (local, remote) files and trees; VerifyError for the first that differ."""
    files = [pair for local, remote in pairs for pair in _files(sftp, local, remote)]
    digests = remote_digests(sftp, run, [remote for _, remote in files])
    for local, remote in files:
        if local_digest(local) != digests[remote]:
            raise VerifyError(errno.EIO, "the copy differs", remote, None, local)


def local_digest(path: str) -> str:
    with Path(path).open("rb") as file:
        return _digest(file)


def remote_digests(sftp: _ssh.SFTP, run: Run, paths: Sequence[str]) -> dict[str, str]:
    """By the server's own sha256sum where it has one; else the files are read."""
    digests: dict[str, str] = {}
    for first in range(0, len(paths), _FILES_A_COMMAND):
        some = paths[first : first + _FILES_A_COMMAND]
        digests |= _by_command(sftp, run, some) or _by_reading(sftp, some)
    return digests


def _by_command(sftp: _ssh.SFTP, run: Run, paths: Sequence[str]) -> dict[str, str] | None:
    """None if the server has no such command, or it says anything else than it should."""
    absolute = {sftp.realpath(path): path for path in paths}
    output = run(["sha256sum", "-z", "--", *absolute])
    if output is None:
        return None
    digests = {}
    for line in output.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        digest, name = line[:64], line[66:]
        if name not in absolute or len(digest) != 64:
            return None
        digests[absolute[name]] = digest
    return digests if len(digests) == len(set(paths)) else None


def _by_reading(sftp: _ssh.SFTP, paths: Sequence[str]) -> dict[str, str]:
    digests = {}
    for path in paths:
        with sftp.open(path) as file:
            digests[path] = _digest(file)
    return digests


def _digest(file: "IO[bytes] | _ssh.SFTPFile") -> str:
    found = hashlib.sha256()
    while data := file.read(_CHUNK):
        found.update(data)
    return found.hexdigest()


def _files(sftp: _ssh.SFTP, local: str, remote: str) -> Iterator[tuple[str, str]]:
    """The regular files that are on both sides, as copies leave them."""
    if not Path(local).is_dir():
        yield local, remote
        return
    with os.scandir(local) as entries:
        names = sorted(entry.name for entry in entries)
    for name in names:
        below = f"{remote.rstrip('/')}/{name}"
        mode = _mode(sftp, below)
        path = str(Path(local) / name)
        if stat.S_ISDIR(mode) and Path(path).is_dir():
            yield from _files(sftp, path, below)
        elif stat.S_ISREG(mode) and Path(path).is_file():
            yield path, below


def _mode(sftp: _ssh.SFTP, path: str) -> int:
    try:
        found: Any = sftp.lstat(path).st_mode
    except FileNotFoundError:
        return 0
    return found or 0
