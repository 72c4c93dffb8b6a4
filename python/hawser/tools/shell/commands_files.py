"""The commands that change what is on the server."""

import posixpath
import stat
from collections.abc import Callable, Sequence

from ...escape import display
from ...globbing import is_plain_name
from ..failures import CommandError
from .flags import expect, number, octal, take_flags
from .state import Shell
from .words import Word

_MAX_DEPTH = 200


def mkdir(shell: Shell, words: Sequence[Word]) -> None:
    flags, rest = take_flags(words, "p")
    expect(rest, 1)
    make = _make_with_parents if "p" in flags else _make
    _each(shell, [shell.name(word) for word in rest], lambda name: make(shell, name))


def _make(shell: Shell, name: str) -> None:
    shell.sftp.mkdir(shell.path(name), 0o777)  # less the server's umask, as mkdir(1) has it


def _make_with_parents(shell: Shell, name: str) -> None:
    parents = [name]
    while (parent := posixpath.dirname(parents[-1].rstrip("/"))) not in ("", "/", parents[-1]):
        parents.append(parent)
    for path in reversed(parents):
        if not shell.files.is_directory(path):
            _make(shell, path)


def rmdir(shell: Shell, words: Sequence[Word]) -> None:
    expect(words, 1)
    _each(shell, shell.matches(words), lambda name: shell.sftp.rmdir(shell.path(name)))


def rm(shell: Shell, words: Sequence[Word]) -> None:
    flags, rest = take_flags(words, "frR")
    expect(rest, 1)
    recursive = not flags.isdisjoint("rR")

    def remove(name: str) -> None:
        shell.out.note(f"Removing {shell.out.name(shell.path(name))}")
        try:
            _remove(shell, shell.path(name), recursive, 0)
        except FileNotFoundError:
            if "f" not in flags:
                raise

    _each(shell, shell.matches(rest), remove)


def _remove(shell: Shell, path: str, recursive: bool, depth: int) -> None:
    """Symlinks are removed, never followed."""
    mode = shell.sftp.lstat(path).st_mode if recursive else None
    if mode is None or not stat.S_ISDIR(mode):
        shell.sftp.unlink(path)
        return
    if depth == _MAX_DEPTH:
        raise CommandError(f"{display(path)}: deeper than {_MAX_DEPTH} directories")
    for name in shell.sftp.listdir(path):
        if not is_plain_name(name):
            raise CommandError(f"{display(path)}: the server lists a name that is none")
        _remove(shell, posixpath.join(path, name), recursive, depth + 1)
    shell.sftp.rmdir(path)


def mv(shell: Shell, words: Sequence[Word]) -> None:
    """Into a directory, or over a file, as mv(1); with -l as the plain protocol has it, which
    refuses to replace."""
    flags, rest = take_flags(words, "l")
    expect(rest, 2)
    target = shell.name(rest[-1])
    sources = shell.matches(rest[:-1])
    into = shell.files.is_directory(target)
    if len(sources) > 1 and not into:
        raise CommandError(f"{display(target)}: not a directory, for several files")
    replaces = "l" not in flags and "posix-rename@openssh.com" in shell.sftp.extensions
    rename = shell.sftp.posix_rename if replaces else shell.sftp.rename

    def move(name: str) -> None:
        new = posixpath.join(target, posixpath.basename(name.rstrip("/"))) if into else target
        rename(shell.path(name), shell.path(new))

    _each(shell, sources, move)


def copy(shell: Shell, words: Sequence[Word]) -> None:
    expect(words, 2)
    target = shell.name(words[-1])
    sources = shell.matches(words[:-1])
    into = shell.files.is_directory(target)
    if len(sources) > 1 and not into:
        raise CommandError(f"{display(target)}: not a directory, for several files")

    def duplicate(name: str) -> None:
        new = posixpath.join(target, posixpath.basename(name.rstrip("/"))) if into else target
        shell.sftp.copy(shell.path(name), shell.path(new))

    _each(shell, sources, duplicate)


def ln(shell: Shell, words: Sequence[Word]) -> None:
    flags, rest = take_flags(words, "s")
    expect(rest, 2, 2)
    if "s" in flags:
        symlink(shell, rest)
    else:
        shell.sftp.link(shell.path(shell.name(rest[0])), shell.path(shell.name(rest[1])))


def symlink(shell: Shell, words: Sequence[Word]) -> None:
    """The target is text: it is taken as it was typed."""
    expect(words, 2, 2)
    shell.sftp.symlink(words[0].text, shell.path(shell.name(words[1])))


def chmod(shell: Shell, words: Sequence[Word]) -> None:
    flags, rest = take_flags(words, "h")
    expect(rest, 2)
    mode = octal(rest[0])

    def change(name: str) -> None:
        shell.out.note(f"Changing mode on {shell.out.name(shell.path(name))}")
        shell.sftp.chmod(shell.path(name), mode, follow_symlinks="h" not in flags)

    _each(shell, shell.matches(rest[1:]), change)


def chown(shell: Shell, words: Sequence[Word]) -> None:
    """OWNER or OWNER:GROUP, by number."""
    flags, rest = take_flags(words, "h")
    expect(rest, 2)
    owner, has_group, group = rest[0].text.partition(":")
    uid = number(Word(owner))
    _own(shell, rest[1:], flags, uid, number(Word(group)) if has_group else None)


def chgrp(shell: Shell, words: Sequence[Word]) -> None:
    flags, rest = take_flags(words, "h")
    expect(rest, 2)
    _own(shell, rest[1:], flags, None, number(rest[0]))


def _own(
    shell: Shell, words: Sequence[Word], flags: frozenset[str], uid: int | None, gid: int | None
) -> None:
    """The protocol sets both ids at once: the one that stays is asked for."""
    follows = "h" not in flags

    def change(name: str) -> None:
        path = shell.path(name)
        now = shell.sftp.stat(path) if follows else shell.sftp.lstat(path)
        if now.st_uid is None or now.st_gid is None:
            raise CommandError(f"{display(name)}: the server does not tell whose it is")
        shell.out.note(f"Changing owner on {shell.out.name(path)}")
        shell.sftp.chown(
            path,
            now.st_uid if uid is None else uid,
            now.st_gid if gid is None else gid,
            follow_symlinks=follows,
        )

    _each(shell, shell.matches(words), change)


def _each(shell: Shell, names: Sequence[str], change: Callable[[str], object]) -> None:
    """All of them, whatever becomes of one; a single one's error is the command's."""
    for name in names:
        try:
            change(name)
        except OSError as error:
            shell.complain(error)
        except CommandError as error:
            shell.complain(str(error))
