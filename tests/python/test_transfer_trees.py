"""Recursive get and put: trees compare equal, what is left out is told."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest

import _ssh
from clients import names_in, within
from remotes import Remote, every_sftp_server
from servers import is_root

Skipped = list[tuple[str, str]]


pytestmark = pytest.mark.usefixtures("umask")


Tree = dict[str, tuple[int, float, bytes | None]]


def tree_at(root: Path) -> Tree:
    """Every path below -> mode, time of modification, content (None: a directory)."""
    tree: Tree = {}
    for path in root.rglob("*"):
        facts = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(facts.st_mode) else None
        tree[str(path.relative_to(root))] = (facts.st_mode, facts.st_mtime, content)
    return tree


def plant(root: Path) -> None:
    """A tree with all that is odd and can be copied."""
    files = {
        "plain": b"content",
        "empty": b"",
        "with space": b"1",
        "new\nline": b"2",
        os.fsdecode(b"\xff\xfe no text"): b"3",
        "ünïcode": b"4",
        "-rf": b"5",
        "a\\b": b"6",
        "C:x": b"7",
        "deep/er/and/deeper/still": b"8" * 300_000,
        ".hidden/.too": b"9",
        "n" * 255: b"10",
    }
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    for name in ("empty folder", os.fsdecode(b"\xfd/\xfc")):
        (root / name).mkdir(parents=True)
    for name, mode in {
        "plain": 0o755,
        "with space": 0o400,
        "deep/er": 0o555,
        "empty folder": 0o700,
    }.items():
        (root / name).chmod(mode)
    for number, path in enumerate(sorted(root.rglob("*"), reverse=True)):
        os.utime(path, (1, 1_000_000_000 + number))
    os.utime(root, (1, 999_999_999))


@every_sftp_server
def test_there_and_back(remote: Remote, tmp_path: Path) -> None:
    source, back = tmp_path / "source", tmp_path / "back"
    source.mkdir()
    plant(source)
    there = remote.path("there")
    remote.sftp.put(source, there, recursive=True, preserve=True)
    assert tree_at(Path(there)) == tree_at(source)
    remote.sftp.get(there, back, recursive=True, preserve=True)
    assert tree_at(back) == tree_at(source)
    assert back.stat().st_mtime == source.stat().st_mtime
    # Once more onto what is there.
    remote.sftp.get(there, back.parent, recursive=True, preserve=True)
    assert tree_at(tmp_path / "there") == tree_at(source)
    remote.sftp.put(source, remote.path(""), recursive=True, preserve=True)
    assert tree_at(remote.folder / "source") == tree_at(source)
    (back / "deep/er").chmod(0o755)
    remote.sftp.get(f"{there}/.", back, recursive=True, preserve=True)
    assert tree_at(back) == tree_at(source)
    for folder in (source, back, tmp_path / "there"):
        (folder / "deep/er").chmod(0o755)  # so that pytest can clear up without root


def test_without_preserve_the_umask_counts(remote: Remote, tmp_path: Path) -> None:
    source = remote.folder / "source"
    (source / "folder").mkdir(parents=True)
    (source / "file").write_bytes(b"")
    for path, mode in ((source, 0o777), (source / "folder", 0o2775), (source / "file", 0o666)):
        path.chmod(mode)
    remote.sftp.get(str(source), tmp_path / "got", recursive=True)
    modes = {
        str(path.relative_to(tmp_path)): path.stat().st_mode & 0o7777
        for path in tmp_path.rglob("*")
    }
    assert modes == {"got": 0o755, "got/folder": 0o755, "got/file": 0o644}


def test_merged_into_what_is_there(remote: Remote, tmp_path: Path) -> None:
    source, got = remote.folder / "source", tmp_path / "source"
    for folder in (source / "both", source / "theirs", got / "both", got / "ours"):
        folder.mkdir(parents=True)
    (source / "both/file").write_bytes(b"new")
    (got / "both/file").write_bytes(b"old")
    (got / "both").chmod(0o700)
    (got / "both/kept").write_bytes(b"kept")
    remote.sftp.get(str(source), tmp_path, recursive=True)
    assert sorted(p.relative_to(got).as_posix() for p in got.rglob("*")) == [
        "both", "both/file", "both/kept", "ours", "theirs",
    ]  # fmt: skip
    assert (got / "both/file").read_bytes() == b"new"
    assert got.joinpath("both").stat().st_mode & 0o777 == 0o700


def test_progress_by_file_and_in_all(remote: Remote, tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "b").mkdir(parents=True)
    (source / "a").write_bytes(b"x" * 300_000)
    (source / "b/c").write_bytes(b"y" * 5)
    files: list[tuple[Any, int, int]] = []
    sums: list[tuple[int, int]] = []
    remote.sftp.put(
        str(source),
        remote.path("target"),
        recursive=True,
        on_file=lambda *told: files.append(told),
        callback=lambda *told: sums.append(told),
    )
    assert {path for path, *_ in files} == {f"{source}/a", f"{source}/b/c"}
    assert (f"{source}/a", 300_000, 300_000) in files
    assert files[-1] == (f"{source}/b/c", 5, 5)
    assert sums == sorted(sums)
    assert sums[-1] == (300_005, 0)
    files.clear()
    remote.sftp.get(
        os.fsencode(remote.path("target")),
        tmp_path / "back",
        recursive=True,
        on_file=lambda *told: files.append(told),
    )
    assert {path for path, *_ in files} == {
        os.fsencode(remote.path("target/a")), os.fsencode(remote.path("target/b/c"))
    }  # fmt: skip


def test_a_callback_that_raises_ends_it(remote: Remote, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for number in range(10):
        (source / str(number)).write_bytes(b"x" * 100_000)

    def stop(path: str, _done: int, _total: int) -> None:
        if path.endswith("/5"):
            raise KeyError(path)

    with pytest.raises(KeyError):
        remote.sftp.put(source, remote.path("target"), recursive=True, on_file=stop)
    # Asked of the server, so that it has done all that was sent before.
    assert sorted(remote.sftp.listdir(remote.path("target"))) == ["0", "1", "2", "3", "4"]
    remote.sftp.put(source, remote.path("all"), recursive=True)
    with pytest.raises(KeyError):
        remote.sftp.get(remote.path("all"), tmp_path / "back", recursive=True, on_file=stop)
    assert not [name for name in names_in(tmp_path / "back") if name.startswith(".")]
    assert remote.sftp.exists(remote.path("all/5"))


def test_remote_symlinks_and_special_files_are_left_out(remote: Remote, tmp_path: Path) -> None:
    source = remote.folder / "source"
    source.mkdir()
    (source / "file").write_bytes(b"content")
    (source / "to file").symlink_to("file")
    (source / "to folder").symlink_to("/etc")
    (source / "dangling").symlink_to("nowhere")
    (source / "loop").symlink_to(".")
    os.mkfifo(source / "pipe")
    skipped: Skipped = []
    with within(10):
        remote.sftp.get(
            str(source), tmp_path / "got", recursive=True, on_skip=lambda *s: skipped.append(s)
        )
    assert names_in(tmp_path / "got") == ["file"]
    links = {
        (f"{source}/{name}", "symlink") for name in ("to file", "to folder", "dangling", "loop")
    }
    assert set(skipped) == links | {(f"{source}/pipe", "special")}


def test_local_symlinks_are_followed_but_not_round_and_round(
    remote: Remote, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    (source / "folder").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/file").write_bytes(b"content")
    (source / "folder/up").symlink_to("..")
    (source / "here").symlink_to(".")
    (source / "there").symlink_to("../elsewhere")
    (source / "file").symlink_to("../elsewhere/file")
    os.mkfifo(source / "pipe")
    skipped: Skipped = []
    with within(10):
        remote.sftp.put(
            source, remote.path("target"), recursive=True, on_skip=lambda *s: skipped.append(s)
        )
    got = sorted(p.relative_to(remote.folder).as_posix() for p in remote.folder.rglob("*"))
    assert got == ["target", "target/file", "target/folder", "target/there", "target/there/file"]
    assert sorted(skipped) == [
        (f"{source}/folder/up", "loop"), (f"{source}/here", "loop"), (f"{source}/pipe", "special")
    ]  # fmt: skip


# entries that fail --------------------------------------------------------------------------------


@pytest.mark.skipif(not is_root(), reason="the server's account is ours")
def test_the_others_go_on_when_entries_fail(remote: Remote, tmp_path: Path) -> None:
    source = remote.folder / "source"
    (source / "closed").mkdir(parents=True)
    for name in ("a", "b", "c"):
        (source / name).write_bytes(b"content")
    (source / "b").chmod(0o600)
    (source / "closed").chmod(0o700)
    with pytest.raises(PermissionError, match="1 more entries failed") as first:
        remote.sftp.get(str(source), tmp_path / "got", recursive=True)
    assert first.value.filename in (f"{source}/b", f"{source}/closed")
    assert names_in(tmp_path / "got") == ["a", "c"]

    failed: list[OSError] = []
    remote.sftp.get(str(source), tmp_path / "again", recursive=True, on_error=failed.append)
    assert names_in(tmp_path / "again") == ["a", "c"]
    assert {error.filename for error in failed} == {f"{source}/b", f"{source}/closed"}
    assert all(isinstance(error, PermissionError) for error in failed)

    def stop(error: OSError) -> None:
        raise error

    with pytest.raises(PermissionError):
        remote.sftp.get(str(source), tmp_path / "third", recursive=True, on_error=stop)


def test_local_entries_that_fail(remote: Remote, tmp_path: Path) -> None:
    source, got = remote.folder / "source", tmp_path / "got"
    for folder in (source / "was file", got / "was folder"):
        folder.mkdir(parents=True)
    (source / "was file/x").write_bytes(b"x")
    for file in (source / "was folder", source / "z", got / "was file"):
        file.write_bytes(b"content")
    failed: list[OSError] = []
    remote.sftp.get(f"{source}/.", got, recursive=True, on_error=failed.append)
    assert {(type(error), error.filename) for error in failed} == {
        (NotADirectoryError, f"{got}/was file"),
        (IsADirectoryError, f"{got}/was folder"),
    }
    assert (got / "z").read_bytes() == b"content"
    assert names_in(got) == ["was file", "was folder", "z"]


def test_uploads_that_fail(remote: Remote, tmp_path: Path) -> None:
    source, target = tmp_path / "source", remote.folder / "target"
    for folder in (source / "was file", target / "was folder"):
        folder.mkdir(parents=True)
        folder.chmod(0o777)
        folder.parent.chmod(0o777)
    (source / "was file/x").write_bytes(b"x")
    for file in (source / "was folder", source / "z", target / "was file"):
        file.write_bytes(b"content")
    (source / "dangling").symlink_to("nowhere")
    failed: list[OSError] = []
    remote.sftp.put(f"{source}/.", target, recursive=True, on_error=failed.append)
    assert {(type(error).__mro__[1], error.filename) for error in failed if error.errno != 2} == {
        (_ssh.SFTPError, f"{target}/was file"),
        (_ssh.SFTPError, f"{target}/was folder"),
    }
    assert [error.filename for error in failed if error.errno == 2] == [f"{source}/./dangling"]
    assert (target / "z").read_bytes() == b"content"


# servers that lie ---------------------------------------------------------------------------------
