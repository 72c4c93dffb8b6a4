"""The commands that go and look, there and here, and those about the session itself."""

import os
import stat
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import _ssh
import hawser

from ..progress import human_size
from .flags import expect, octal, take_flags
from .state import Shell, local_name
from .words import Word

_KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISREG, "regular file"),
    (stat.S_ISDIR, "directory"),
    (stat.S_ISLNK, "symbolic link"),
    (stat.S_ISFIFO, "FIFO"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISCHR, "character device"),
    (stat.S_ISBLK, "block device"),
)


def cd(shell: Shell, words: Sequence[Word]) -> None:
    """Without a path to where the session began, with '-' to where one was before."""
    expect(words, 0, 1)
    if not words:
        path = shell.home
    elif words[0].text == "-" and not words[0].is_quoted:
        path = shell.previous
    else:
        path = shell.path(shell.name(words[0]))
    shell.change_directory(path)


def pwd(shell: Shell, words: Sequence[Word]) -> None:
    expect(words, 0, 0)
    shell.out.line(f"Remote working directory: {shell.out.name(shell.cwd)}")


def realpath(shell: Shell, words: Sequence[Word]) -> None:
    expect(words, 0, 1)
    path = shell.path(shell.name(words[0])) if words else shell.cwd
    shell.out.line(shell.out.name(shell.sftp.realpath(path)))


def stat_(shell: Shell, words: Sequence[Word]) -> None:
    _stat(shell, words, shell.sftp.stat)


def lstat(shell: Shell, words: Sequence[Word]) -> None:
    _stat(shell, words, shell.sftp.lstat)


def _stat(shell: Shell, words: Sequence[Word], look: Callable[[str], _ssh.SFTPAttributes]) -> None:
    expect(words, 1)
    for name in shell.matches(words):
        try:
            found = look(shell.path(name))
        except OSError as error:
            shell.complain(error)
            continue
        _print_attributes(shell, name, found)


def _print_attributes(shell: Shell, name: str, found: _ssh.SFTPAttributes) -> None:
    names = shell.owner_names
    names.learn([found.st_uid], [found.st_gid])
    mode = found.st_mode
    kind, permissions = "?", "?"
    if mode is not None:
        kind = next((text for is_kind, text in _KINDS if is_kind(mode)), "unknown")
        permissions = f"{stat.S_IMODE(mode):04o} ({stat.filemode(mode)})"
    rows = (
        ("Path", shell.out.name(name)),
        ("Type", kind),
        ("Size", "?" if found.st_size is None else str(found.st_size)),
        ("Mode", permissions),
        ("Owner", _owner(found.st_uid, names.user(found.st_uid))),
        ("Group", _owner(found.st_gid, names.group(found.st_gid))),
        ("Accessed", _moment(found.st_atime)),
        ("Modified", _moment(found.st_mtime)),
    )
    for label, value in rows:
        shell.out.line(f"{label + ':':<10}{value}")


def _owner(number: int | None, name: str) -> str:
    return name if name in ("?", str(number)) else f"{number} ({name})"


def _moment(when: float | None) -> str:
    if when is None:
        return "?"
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(when))
    except (OverflowError, ValueError, OSError):
        return str(when)


def df(shell: Shell, words: Sequence[Word]) -> None:
    """In KiB, with -h in fitting units, with -i inodes instead."""
    flags, rest = take_flags(words, "hi")
    expect(rest, 0, 1)
    found = shell.sftp.statvfs(shell.path(shell.name(rest[0])) if rest else shell.cwd)
    if "i" in flags:
        title, total, free, available = "Inodes", found.f_files, found.f_ffree, found.f_favail
        numbers = [str(n) for n in (total, total - free, available, free)]
    else:
        unit = found.f_frsize or found.f_bsize
        title, total, free, available = "Size", found.f_blocks, found.f_bfree, found.f_bavail
        show = human_size if "h" in flags else lambda size: str(size // 1024)
        numbers = [show(n * unit) for n in (total, total - free, available, free)]
    used = total - free
    share = f"{-(-100 * used // (used + available))}%" if used + available > 0 else "-"
    shell.out.line(f"{title:>12} {'Used':>12} {'Avail':>12} {'(root)':>12} {'Capacity':>9}")
    shell.out.line(" ".join(f"{number:>12}" for number in numbers) + f" {share:>9}")


# ---- here ----------------------------------------------------------------------------------------


def lcd(shell: Shell, words: Sequence[Word]) -> None:
    expect(words, 0, 1)
    os.chdir(local_name(words[0]) if words else Path.home())


def lpwd(shell: Shell, words: Sequence[Word]) -> None:
    expect(words, 0, 0)
    shell.out.line(f"Local working directory: {shell.out.name(os.getcwd())}")  # noqa: PTH109


def lmkdir(shell: Shell, words: Sequence[Word]) -> None:
    expect(words, 1)
    for word in words:
        try:
            os.mkdir(local_name(word))  # noqa: PTH102
        except OSError as error:
            shell.complain(error)


def lumask(shell: Shell, words: Sequence[Word]) -> None:
    expect(words, 1, 1)
    os.umask(octal(words[0]) & 0o777)


# ---- the session ---------------------------------------------------------------------------------


def progress(shell: Shell, words: Sequence[Word]) -> None:
    expect(words, 0, 0)
    shell.shows_progress = not shell.shows_progress
    shell.out.line(f"Progress is {'shown' if shell.shows_progress else 'not shown'}")


def version(shell: Shell, words: Sequence[Word]) -> None:
    expect(words, 0, 0)
    shell.out.line(f"SFTP protocol version {shell.sftp.version}, Hawser {hawser.__version__}")
