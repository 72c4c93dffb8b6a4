"""get and put, and their variants."""

from collections.abc import Sequence

from ..copying import Copier, SftpMover
from .flags import expect, take_flags
from .state import Shell, local_name
from .words import Word

FLAGS = "afpPrR"


def get(shell: Shell, words: Sequence[Word]) -> None:
    _get(shell, words, resume=False)


def reget(shell: Shell, words: Sequence[Word]) -> None:
    _get(shell, words, resume=True)


def put(shell: Shell, words: Sequence[Word]) -> None:
    _put(shell, words, resume=False)


def reput(shell: Shell, words: Sequence[Word]) -> None:
    _put(shell, words, resume=True)


def _get(shell: Shell, words: Sequence[Word], *, resume: bool) -> None:
    flags, rest = take_flags(words, FLAGS)
    expect(rest, 1)
    sources, target = (rest[:-1], local_name(rest[-1])) if len(rest) > 1 else (rest, ".")
    matches = [shell.path(name) for name in shell.matches(sources)]
    if matches:
        mover = _mover(shell, flags, resume)
        _copier(shell, "Fetching").fetch(mover, matches, target)


def _put(shell: Shell, words: Sequence[Word], *, resume: bool) -> None:
    flags, rest = take_flags(words, FLAGS)
    expect(rest, 1)
    sources, target = (rest[:-1], shell.name(rest[-1])) if len(rest) > 1 else (rest, "")
    matches = shell.local_matches(sources)
    if matches:
        destination = shell.path(target) if target else shell.cwd
        mover = _mover(shell, flags, resume)
        _copier(shell, "Uploading").send(mover, matches, destination)


def _mover(shell: Shell, flags: frozenset[str], resume: bool) -> SftpMover:
    return SftpMover(
        shell.files,
        recursive=shell.recursive or not flags.isdisjoint("rR"),
        preserve=shell.preserve or not flags.isdisjoint("pP"),
        resume=resume or "a" in flags,
        flushes=shell.flushes or "f" in flags,
    )


def _copier(shell: Shell, verb: str) -> Copier:
    def announce(source: str, target: str) -> None:
        shell.out.note(f"{verb} {shell.out.name(source)} to {shell.out.name(target)}")
        shell.out.flush()

    return Copier(shell.active_meter, shell.complain, shell.out.warning, announce)
