"""`Client.get` and `Client.put`: files and trees, by names, patterns or lists of them.

`_ssh.SFTP` does the copying: a target is replaced when it is whole. Here it is found what is to be
copied, and where to.
"""

import errno
import glob as local_globbing
import os
import posixpath
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import _ssh

from ..globbing import expand, has_magic, literal
from .pure import PureRemotePath

StrPath = str | os.PathLike[str]
Paths = StrPath | Sequence[StrPath]
Progress = Callable[[str, int, int], object]
"""`progress(path, done, total)`: bytes of the file that is read from; raising ends the transfer."""


def get(
    sftp: _ssh.SFTP,
    remote: Paths,
    local: StrPath,
    *,
    recursive: bool,
    preserve: bool,
    resume: bool,
    progress: Progress | None,
) -> list[tuple[str, str]]:
    """What was copied, and the local path that it has now."""
    target = os.fspath(local)
    sources = [found for name in _several(remote) for found in _remote_matches(sftp, name)]
    goes_into = Path(target).is_dir()
    if not goes_into and (len(sources) > 1 or target.endswith("/")):
        Path(target).mkdir()
        goes_into = True
    for source in sources:
        sftp.get(
            source, target, recursive=recursive, preserve=preserve, resume=resume, on_file=progress
        )
    return [(source, _place(target, source, goes_into=goes_into)) for source in sources]


def put(
    sftp: _ssh.SFTP,
    local: Paths,
    remote: StrPath,
    *,
    recursive: bool,
    preserve: bool,
    resume: bool,
    progress: Progress | None,
) -> list[tuple[str, str]]:
    """What was copied, and the remote path that it has now."""
    target = _at_home(sftp, os.fspath(remote))
    sources = [found for name in _several(local) for found in _local_matches(name)]
    goes_into = _is_folder(sftp, target)
    if not goes_into and (len(sources) > 1 or target.endswith("/")):
        sftp.mkdir(target)
        goes_into = True
    for source in sources:
        sftp.put(
            source, target, recursive=recursive, preserve=preserve, resume=resume, on_file=progress
        )
    return [(source, _place(target, source, goes_into=goes_into)) for source in sources]


# ---- what is meant -------------------------------------------------------------------------------


def _several(paths: Paths) -> list[StrPath]:
    return [paths] if isinstance(paths, str | os.PathLike) else list(paths)


def _remote_matches(sftp: _ssh.SFTP, name: StrPath) -> list[str]:
    """A `str` may be a pattern; a path object is the name that it is."""
    text = os.fspath(name)
    if isinstance(name, PureRemotePath) or not isinstance(name, str):
        return [text]
    pattern = _at_home(sftp, text)
    if not has_magic(pattern):
        return [literal(pattern) if "\\" in pattern else pattern]

    def names_in(folder: str) -> Iterator[str]:
        with sftp.scandir(folder or ".") as entries:
            yield from (entry.name for entry in entries)

    def exists(path: str) -> bool:
        try:
            sftp.lstat(path)
        except _ssh.SFTPError:
            return False
        return True

    return expand(pattern, names_in, exists) or _itself(text, exists(text))


def _local_matches(name: StrPath) -> list[str]:
    text = os.fspath(name)
    if not isinstance(name, str):
        return [text]
    path = os.path.expanduser(text)  # noqa: PTH111
    if os.path.lexists(path) or not local_globbing.has_magic(path):
        return [path]
    return sorted(local_globbing.glob(path)) or _itself(text, False)  # noqa: PTH207


def _itself(name: str, is_there: bool) -> list[str]:
    """A name that only looks like a pattern; FileNotFoundError if it is not even that."""
    if is_there:
        return [name]
    raise FileNotFoundError(errno.ENOENT, "nothing matches", name)


def _at_home(sftp: _ssh.SFTP, path: str) -> str:
    """`~` is the directory that the server starts in; `~user` it has to look up."""
    if not path.startswith("~"):
        return path
    first, slash, rest = path.partition("/")
    home = "." if first == "~" else sftp.expand_path(first)
    return posixpath.join(home, rest) if slash else home


def _is_folder(sftp: _ssh.SFTP, path: str) -> bool:
    try:
        return stat.S_ISDIR(sftp.stat(path).st_mode or 0)
    except _ssh.SFTPError:
        return False


def _place(target: str, source: str, *, goes_into: bool) -> str:
    """Where a copy went: as `_ssh` does it, the content of `.` goes into the target itself."""
    name = posixpath.basename(source.rstrip("/"))
    if not goes_into or name in ("", ".", ".."):
        return target
    return posixpath.join(target, name)
