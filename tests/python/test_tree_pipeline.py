"""Trees of many small files, of which many are under way at once, and long listings."""

import os
from pathlib import Path
from typing import Any

import pytest

import _ssh
from clients import names_in, within
from remotes import Remote, every_sftp_server, remote_on
from servers import Keys, OpenSSHServer

FOLDERS, FILES = 15, 20


def plant(root: Path) -> dict[str, bytes]:
    """Folders in folders, some empty, of small files; every path -> content."""
    content = {}
    for folder in range(FOLDERS):
        below = root / f"folder{folder:02}" / "inner"
        below.mkdir(parents=True)
        (root / f"folder{folder:02}/empty").mkdir()
        for number in range(FILES):
            for place in (below, below.parent):
                path = place / f"file{number:02}"
                path.write_bytes(b"%d " % (folder * FILES + number) * number)
                content[path.relative_to(root).as_posix()] = path.read_bytes()
    return content


def content_at(root: Path) -> dict[str, bytes]:
    files = [path for path in root.rglob("*") if path.is_file()]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


@every_sftp_server
def test_there_and_back_in_order(remote: Remote, tmp_path: Path) -> None:
    source, back = tmp_path / "source", tmp_path / "back"
    content = plant(source)
    told: list[str] = []

    def note(path: str, _done: int, _total: int) -> None:
        if not told or told[-1] != path:
            told.append(path)

    with within(60):
        remote.sftp.put(str(source), remote.path("there"), recursive=True, on_file=note)
    assert told == sorted(str(source / name) for name in content)
    assert content_at(remote.folder / "there") == content
    assert len(list((remote.folder / "there").rglob("empty"))) == FOLDERS
    told.clear()
    with within(60):
        remote.sftp.get(remote.path("there"), back, recursive=True, preserve=True, on_file=note)
    assert len(told) == len(set(told)) == len(content)
    assert content_at(back) == content
    with within(60):  # onto what is there
        remote.sftp.put(back, remote.path("there"), recursive=True, preserve=True)
        remote.sftp.put(f"{back}/.", remote.path("there"), recursive=True, preserve=True)
    assert content_at(remote.folder / "there/back") == content
    assert {name: text for name, text in content_at(remote.folder / "there").items()
            if not name.startswith("back")} == content  # fmt: skip


def test_a_server_with_few_handles(keys: Keys, tmp_path: Path) -> None:
    command = "Subsystem sftp ulimit -n 14; exec /usr/lib/openssh/sftp-server"
    content = plant(tmp_path / "source")
    with OpenSSHServer(keys, [command]) as server, remote_on(server) as remote, within(120):
        remote.sftp.put(tmp_path / "source", remote.path("there"), recursive=True)
        remote.sftp.get(remote.path("there"), tmp_path / "back", recursive=True)
        assert content_at(remote.folder / "there") == content
        assert content_at(tmp_path / "back") == content
        # Others have some of them, too: it tries again with fewer.
        opened = [remote.sftp.open(remote.path("there/folder00/file01")) for _ in range(4)]
        remote.sftp.get(remote.path("there"), tmp_path / "again", recursive=True)
        remote.sftp.put(tmp_path / "source", remote.path("there again"), recursive=True)
        assert content_at(tmp_path / "again") == content
        assert content_at(remote.folder / "there again") == content
        for file in opened:
            file.close()


def test_failures_come_in_the_order_of_the_names(remote: Remote, tmp_path: Path) -> None:
    source = tmp_path / "source"
    content = plant(source)
    target = remote.folder / "there"
    bad = ["folder02/file03", "folder02/inner", "folder07/inner/file11", "folder14/file19"]
    for name in bad:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
    (target / bad[1]).write_bytes(b"a file in a folder's place")
    for name in (bad[0], bad[2], bad[3]):
        (target / name).mkdir()
    for folder in [target, *target.rglob("*")]:
        folder.chmod(0o777)
    failed: list[Any] = []
    remote.sftp.put(f"{source}/.", target, recursive=True, on_error=failed.append)
    assert [error.filename for error in failed] == [str(target / name) for name in bad]
    lost = {name for name in content if any(name.startswith(start) for start in bad)}
    there = content_at(target)
    assert {name for name in there if there[name] == content.get(name)} == set(content) - lost


@every_sftp_server
def test_long_listings_are_whole(remote: Remote) -> None:
    names = {f"entry {number}" for number in range(2500)}
    for name in names:
        (remote.folder / name).touch()
    with within(60):
        listed = remote.sftp.listdir(remote.folder)
        assert len(listed) == len(names)
        assert set(listed) == names
        scanned = [entry.name for entry in remote.sftp.scandir(remote.folder)]
        assert sorted(scanned) == sorted(names)
        with remote.sftp.opendir(remote.folder) as folder:
            assert {name for name, _ in folder} == names | {".", ".."}


def test_a_scan_that_is_closed_has_no_more(remote: Remote) -> None:
    for number in range(300):
        (remote.folder / str(number)).touch()
    scan = remote.sftp.scandir(remote.folder)
    next(scan)
    scan.close()
    with pytest.raises(StopIteration):
        next(scan)
    folder = remote.sftp.opendir(remote.folder)
    folder.read()
    folder.close()
    with pytest.raises(ValueError):
        folder.read()
    assert names_in(remote.folder)


def test_an_interrupt_leaves_no_parts(remote: Remote, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for number in range(200):
        (source / f"{number:03}").write_bytes(os.urandom(1000))

    def stop(path: str, _done: int, _total: int) -> None:
        if path.endswith("/100"):
            raise _ssh.Error("enough")

    with pytest.raises(_ssh.Error, match="enough"):
        remote.sftp.put(source, remote.path("there"), recursive=True, on_file=stop)
    assert sorted(remote.sftp.listdir(remote.path("there"))) == [f"{n:03}" for n in range(100)]
    remote.sftp.put(source, remote.path("all"), recursive=True)
    with pytest.raises(_ssh.Error, match="enough"):
        remote.sftp.get(remote.path("all"), tmp_path / "back", recursive=True, on_file=stop)
    assert all(not name.startswith(".") for name in names_in(tmp_path / "back"))
