"""One file from side to side: up, down, within a server, or from server to server.

In a `sync` a copy has the time and the permissions of its source, so that the next one finds them
alike.
"""

from collections.abc import Callable

from .between import Between
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
        between = Between(source.sftp, target.sftp, preserve=True, on_file=progress)
        return lambda name: between.file(source.shown(name), target.shown(name))
    raise ValueError("one side of a sync, at least, is on a server: client.path(...)")
