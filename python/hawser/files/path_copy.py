"""`RemotePath.copy`: a file or a tree to another place of its server, or to another server."""

import errno
from typing import TYPE_CHECKING

from .copying import copy_file
from .sides import check_depth

if TYPE_CHECKING:
    from .remote_path import RemotePath


def copy_path(
    source: "RemotePath", target: "RemotePath", *, follows: bool, preserves: bool, depth: int = 0
) -> None:
    """What is neither file nor directory nor symlink is an error, for it cannot be copied."""
    check_depth(source, depth)
    if source.sftp is target.sftp and source.is_dir():
        _check_apart(source.resolve(), target.resolve())
    if not follows and source.is_symlink():
        target.symlink_to(source.readlink())
    elif source.is_dir():
        target.mkdir()
        for entry in source.iterdir():
            copy_path(
                entry,
                target / entry.name,
                follows=follows,
                preserves=preserves,
                depth=depth + 1,
            )
    elif source.is_file() or not source.exists():
        copy_file(source.sftp, str(source), target.sftp, str(target), preserve=preserves)
    else:
        raise OSError(f"{source}: neither a file nor a directory, and not to be copied")


def _check_apart(source: "RemotePath", target: "RemotePath") -> None:
    """A tree that is copied into itself has no end."""
    if source == target or source in target.parents:
        raise OSError(errno.EINVAL, "a directory cannot be copied into itself", str(source))
