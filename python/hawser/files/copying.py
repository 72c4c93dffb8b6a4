"""One file from side to side: up, down, within a server, or from server to server.

In a `sync` a copy has the time and the permissions of its source, so that the next one finds them
alike.
"""

from collections.abc import Callable
from functools import partial

import _ssh

from .sides import LocalSide, RemoteSide, Side
from .transfers import Progress


def copier(source: Side, target: Side, progress: Progress | None) -> Callable[[str], None]:
    """How to bring a file over, by its name in the trees."""
    if isinstance(source, LocalSide) and isinstance(target, RemoteSide):
        up = target.sftp

        def upload(name: str) -> None:
            up.put(source.shown(name), target.shown(name), preserve=True, on_file=progress)

        return upload
    if isinstance(source, RemoteSide) and isinstance(target, LocalSide):
        down = source.sftp

        def download(name: str) -> None:
            down.get(source.shown(name), target.shown(name), preserve=True, on_file=progress)

        return download
    if isinstance(source, RemoteSide) and isinstance(target, RemoteSide):
        return _between(source, target, progress)
    raise ValueError("one side of a sync, at least, is on a server: client.path(...)")


def _between(
    source: RemoteSide, target: RemoteSide, progress: Progress | None
) -> Callable[[str], None]:
    def copy(name: str) -> None:
        old, new = source.shown(name), target.shown(name)
        report = None if progress is None else partial(progress, old)
        copy_file(source.sftp, old, target.sftp, new, preserve=True, report=report)

    return copy


def copy_file(
    source: _ssh.SFTP,
    old: str,
    target: _ssh.SFTP,
    new: str,
    *,
    preserve: bool,
    report: Callable[[int, int], object] | None = None,
) -> None:
    """On one server by the server itself, if it can; else through here, without a file here."""
    found = source.stat(old)
    if source is target:
        target.copy(old, new)
    else:
        with source.open(old) as file:
            target.putfo(file, new, size=found.st_size or 0, callback=report)
    if preserve:
        target.setstat(
            new,
            mode=None if found.st_mode is None else found.st_mode & 0o777,
            atime=found.st_atime,
            mtime=found.st_mtime,
        )
