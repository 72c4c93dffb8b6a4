"""`Client.sync`: makes one tree like another, copying only what differs.

Each side is listed once; what is to be done is known before anything is done, which is also what a
dry run says. Nothing is written through a symlink: where one is in the way of a file or a
directory, the two are of different kinds.
"""

import errno
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from .sides import Entry, Side


@dataclass
class SyncReport:
    """What was done, or would be: names relative to the trees."""

    made: list[str] = field(default_factory=list)
    """Directories and, if they are copied, symlinks."""
    copied: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    """What was left out, and why: 'symlink', 'special' or 'excluded'."""
    unchanged: int = 0
    """Files that were alike."""
    is_dry_run: bool = False

    def __bool__(self) -> bool:
        """Something was to be done."""
        return bool(self.made or self.copied or self.deleted)


def sync(
    source: Side,
    target: Side,
    copy: Callable[[str], None],
    *,
    checksum: bool,
    delete: bool,
    dry_run: bool,
    exclude: Sequence[str],
    symlinks: bool,
) -> SyncReport:
    """`copy(name)` brings one file over."""
    report = SyncReport(is_dry_run=dry_run)
    wanted = _wanted(source, exclude, symlinks, report)
    there = target.entries()
    held = _with_an_excluded_one_below(there, exclude)
    in_the_way = _in_the_way(wanted, there)
    for name in in_the_way:
        if delete and name not in held:
            continue
        why = "it holds what is excluded" if delete else "delete=True takes it"
        text = f"a {there[name].kind} is where a {wanted[name].kind} should be ({why})"
        raise FileExistsError(errno.EEXIST, text, target.shown(name))
    differing = _by_content(source, target, wanted, there) if checksum else _by_time(wanted, there)
    _plan(wanted, there, differing, report)
    if delete:
        gone = [name for name in there if name not in wanted and name not in report.skipped]
        gone = [name for name in gone if name not in held and not _is_excluded(name, exclude)]
        report.deleted = sorted({*gone, *_with_all_below(in_the_way, there)}, reverse=True)
    if not dry_run:
        _do(source, target, copy, wanted, there, report)
    return report


def _wanted(
    source: Side, exclude: Sequence[str], symlinks: bool, report: SyncReport
) -> dict[str, Entry]:
    """What the target should have; the rest is told in the report."""
    wanted: dict[str, Entry] = {}
    for name, entry in source.entries().items():
        if any(name.startswith(f"{skipped}/") for skipped in report.skipped):
            continue
        if _is_excluded(name, exclude):
            report.skipped[name] = "excluded"
        elif entry.kind == "special" or (entry.kind == "symlink" and not symlinks):
            report.skipped[name] = entry.kind
        else:
            wanted[name] = entry
    return wanted


def _is_excluded(name: str, patterns: Sequence[str]) -> bool:
    """By its whole name in the tree or its last part, or because a directory above is."""
    parts = name.split("/")
    above = ["/".join(parts[: count + 1]) for count in range(len(parts))]
    return any(
        fnmatchcase(candidate, pattern) for pattern in patterns for candidate in (*above, *parts)
    )


def _with_an_excluded_one_below(there: dict[str, Entry], exclude: Sequence[str]) -> set[str]:
    """Directories that have to stay, because something in them does."""
    held: set[str] = set()
    for name in there:
        if _is_excluded(name, exclude):
            while "/" in name:
                name = name.rpartition("/")[0]
                held.add(name)
    return held


def _in_the_way(wanted: dict[str, Entry], there: dict[str, Entry]) -> list[str]:
    return [name for name in wanted if name in there and wanted[name].kind != there[name].kind]


def _with_all_below(names: Sequence[str], there: dict[str, Entry]) -> set[str]:
    return {each for each in there for name in names if each == name or each.startswith(f"{name}/")}


def _by_time(wanted: dict[str, Entry], there: dict[str, Entry]) -> set[str]:
    """What is there, but not with the size and the time that it should have; symlinks that lead
    elsewhere are among them."""
    return {name for name, entry in wanted.items() if name in there and there[name] != entry}


def _by_content(
    source: Side, target: Side, wanted: dict[str, Entry], there: dict[str, Entry]
) -> set[str]:
    """Only files of one size need to be read."""
    sized = [
        name
        for name, entry in wanted.items()
        if name in there and entry.kind == there[name].kind == "file"
        if entry.size == there[name].size
    ]
    ours, theirs = source.digests(sized), target.digests(sized)
    alike = {name for name in sized if ours[name] == theirs[name]}
    return _by_time(wanted, there) - alike | {name for name in sized if name not in alike}


def _plan(
    wanted: dict[str, Entry], there: dict[str, Entry], differing: set[str], report: SyncReport
) -> None:
    for name, entry in wanted.items():
        if name in there and name not in differing:
            report.unchanged += entry.kind == "file"
        elif entry.kind == "file":
            report.copied.append(name)
        else:
            report.made.append(name)


def _do(
    source: Side,
    target: Side,
    copy: Callable[[str], None],
    wanted: dict[str, Entry],
    there: dict[str, Entry],
    report: SyncReport,
) -> None:
    """Deletions first, what is below before what is above; directories before what is in them, and
    symlinks last, so that nothing goes through them."""
    for name in report.deleted:
        target.delete(name, there[name].kind)
    target.make_root()
    links = [name for name in report.made if wanted[name].kind == "symlink"]
    for name in report.made:
        if wanted[name].kind == "directory":
            target.make_directory(name)
    for name in report.copied:
        copy(name)
    for name in links:
        if name in there and name not in report.deleted:
            target.delete(name, "symlink")
        target.make_symlink(name, wanted[name].leads_to)
