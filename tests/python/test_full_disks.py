"""Transfers onto a disk that fills up, there and here: told as such, nothing half left behind."""

import errno
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import _ssh
from client_homes import connect_to
from clients import MIB, echo
from remotes import Remote
from servers import TINY_DISK, is_root
from tool_runs import Home

TARGET = f"{TINY_DISK}/target"

pytestmark = pytest.mark.skipif(not is_root(), reason="small disks are mounted by root alone")


def test_an_upload(remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(4 * MIB))
    with remote.sftp.open(TARGET, "w") as old:
        old.write(b"old")
    try:
        with pytest.raises(_ssh.SFTPError) as told:
            remote.sftp.put(tmp_path / "large", TARGET)
        assert told.value.code == 4  # all that SSH_FX_FAILURE says
        assert told.value.filename == TARGET
        assert remote.sftp.listdir(TINY_DISK) == ["target"]
        with remote.sftp.open(TARGET) as left:
            assert left.read() == b"old"
    finally:
        remote.sftp.unlink(TARGET)
    echo(remote.session)


@pytest.mark.parametrize("command", ["put large", "-put large"])
def test_an_upload_that_ends_a_tool(home: Home, tmp_path: Path, command: str) -> None:
    """With the connection, and with requests that the server has not seen."""
    (home.local / "large").write_bytes(bytes(40 * MIB))
    run = home.batch(f"cd {TINY_DISK}", command)
    assert run.err.startswith(f"hawser-sftp: {TINY_DISK}/large: "), run
    with connect_to(home.server, tmp_path) as client:
        assert [path.name for path in client.path(TINY_DISK).iterdir()] == []


def test_an_upload_by_scp(remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(4 * MIB))
    try:
        with pytest.raises(_ssh.SCPError, match="No space left") as told:
            remote.session.scp_put(tmp_path / "large", TARGET)
        assert told.value.errno == errno.ENOSPC
    finally:
        remote.sftp.unlink(TARGET)  # scp writes in place, and leaves what fitted
    echo(remote.session)


def test_a_tree_goes_on(remote: Remote, tmp_path: Path) -> None:
    """What fits is there, what does not is told."""
    tree = tmp_path / "tree"
    tree.mkdir()
    for name, size in {"a": 1000, "large": 4 * MIB, "z": 1000}.items():
        (tree / name).write_bytes(bytes(size))
    failed: list[str] = []
    try:
        remote.sftp.put(
            tree, TARGET, recursive=True, on_error=lambda error: failed.append(error.filename)
        )
        # The small ones are under way at the same time, while the large one has filled the disk.
        assert f"{TARGET}/large" in failed
        whole = {"a", "z"} - {name.rpartition("/")[2] for name in failed}
        assert set(remote.sftp.listdir(TARGET)) == whole
    finally:
        for name in remote.sftp.listdir(TARGET):
            remote.sftp.unlink(f"{TARGET}/{name}")
        remote.sftp.rmdir(TARGET)


DOWNLOADS = """
import errno, os, socket, sys
import _ssh
host, port, user, key, source, disk = sys.argv[1:]
session = _ssh.Session(socket.create_connection((host, int(port))))
session.userauth_publickey(user, open(key, "rb").read())
target = disk + "/target"
open(target, "w").write("old")
sftp = session.sftp()
for get in (sftp.get, session.scp_get):
    try:
        get(source, target)
    except OSError as error:
        assert (error.errno, error.filename) == (errno.ENOSPC, target), repr(error)
    else:
        raise AssertionError("it fitted")
    assert os.listdir(disk) == ["target"]
    assert open(target).read() == "old"
    assert session.exec("echo here") == b"here\\n"
print("whole")
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="unshare is not installed")
def test_downloads(remote: Remote, tmp_path: Path) -> None:
    """In a process of its own, which alone sees the small disk."""
    disk, key = tmp_path / "disk", tmp_path / "key"
    disk.mkdir()
    server = remote.server
    key.write_bytes(server.keys["ed25519"].private)
    source = remote.make("large", bytes(4 * MIB))
    mount = 'mount -t tmpfs -o size=1m tmpfs "$0" && exec "$@"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", mount, disk, sys.executable, "-c", DOWNLOADS,
         server.host, str(server.port), server.user, key, source, disk],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("whole\n", "")
