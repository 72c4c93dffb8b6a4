"""Transfers that break off, and go on: servers that die, Ctrl-C, resume, files beyond 4 GiB."""

import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import _ssh
from clients import MIB, log_in, names_in, within
from faults import Fault, Proxy
from remotes import Remote, remote_on, sftp_processes
from servers import OpenSSHServer
from servers.base import signal_all

SIZE = 48 * MIB
IN_FLIGHT = 17 * MIB
"""What an upload may have to send again: 64 writes of at most 255 KiB."""


def content() -> bytes:
    return bytes(range(256)) * (SIZE // 256)


def sizes_of_hidden(folder: Path) -> list[int]:
    return [path.stat().st_size for path in folder.iterdir() if path.name.startswith(".")]


# servers that die ---------------------------------------------------------------------------------


def test_a_server_that_dies_leaves_the_local_file(remote: Remote, tmp_path: Path) -> None:
    source = remote.make("source", content())
    (tmp_path / "file").write_bytes(b"old")

    pids = sftp_processes(remote)

    def kill(_done: int, _total: int) -> None:
        while pids:
            os.kill(pids.pop(), signal.SIGKILL)

    with within(10), pytest.raises(_ssh.ConnectionLost):
        remote.sftp.get(source, tmp_path / "file", callback=kill)
    assert (tmp_path / "file").read_bytes() == b"old"
    assert names_in(tmp_path) == ["file"]
    assert remote.session.exec("echo here") == b"here\n"
    with remote.session.sftp() as again:
        again.get(source, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == content()


def test_a_server_that_dies_leaves_the_remote_file(remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(content())
    remote.sftp.putfo(io.BytesIO(b"old"), remote.path("target"))

    pids = sftp_processes(remote)

    def kill(done: int, _total: int) -> None:
        while done and pids:
            os.kill(pids.pop(), signal.SIGKILL)

    with within(10), pytest.raises(_ssh.ConnectionLost):
        remote.sftp.put(tmp_path / "file", remote.path("target"), callback=kill)
    assert remote.content("target") == b"old"


def test_a_server_that_falls_silent(openssh: OpenSSHServer, tmp_path: Path) -> None:
    with remote_on(openssh, timeout=1.0) as remote:
        source = remote.make("source", content())

        def stop(_done: int, _total: int) -> None:
            signal_all(sftp_processes(remote), signal.SIGSTOP)

        try:
            with within(5), pytest.raises(_ssh.Timeout) as passed:
                remote.sftp.get(source, tmp_path / "file", callback=stop)
            assert passed.value.phase == "SFTP read"
            assert names_in(tmp_path) == []
        finally:
            signal_all(sftp_processes(remote), signal.SIGCONT)
        remote.sftp.get(source, tmp_path / "file")
        assert (tmp_path / "file").read_bytes() == content()


# resume -------------------------------------------------------------------------------------------


@contextmanager
def through(proxy: Proxy, server: OpenSSHServer) -> Iterator[_ssh.SFTP]:
    with _ssh.Session(socket.create_connection(proxy.address)) as session:
        log_in(session, server)
        yield session.sftp()


def test_a_download_goes_on_where_it_broke_off(
    remote: Remote, openssh: OpenSSHServer, tmp_path: Path
) -> None:
    source = remote.make("source", content())
    target = tmp_path / "target"
    target.write_bytes(b"old")
    done = 0
    for cut in (20 * MIB, 10 * MIB):
        with (
            Proxy(openssh.address, Fault("cut", cut)) as proxy,
            pytest.raises(_ssh.ConnectionLost),
            through(proxy, openssh) as sftp,
        ):
            sftp.get(source, target, resume=True)
        assert target.read_bytes() == b"old"
        (there,) = sizes_of_hidden(tmp_path)
        assert there > done + cut - 3 * MIB
        done = there
    with Proxy(openssh.address) as proxy, through(proxy, openssh) as sftp:
        sftp.get(source, target, resume=True)
        assert SIZE - done <= proxy.moved["down"] < SIZE - done + MIB
    assert target.read_bytes() == content()
    assert names_in(tmp_path) == ["target"]


def test_an_upload_goes_on_where_it_broke_off(
    remote: Remote, openssh: OpenSSHServer, tmp_path: Path
) -> None:
    source, target = tmp_path / "source", remote.path("target")
    source.write_bytes(content())
    remote.sftp.putfo(io.BytesIO(b"old"), target)
    with (
        Proxy(openssh.address, Fault("cut", 40 * MIB, "up")) as proxy,
        pytest.raises(_ssh.ConnectionLost),
        through(proxy, openssh) as sftp,
    ):
        sftp.put(source, target, resume=True)
    assert remote.content("target") == b"old"
    while (there := sizes_of_hidden(remote.folder)[0]) < 36 * MIB:
        time.sleep(0.01)  # the server still writes what had come
    with Proxy(openssh.address) as proxy, through(proxy, openssh) as sftp:
        sftp.put(source, target, resume=True)
        assert proxy.moved["up"] < SIZE - there + IN_FLIGHT + MIB
    assert remote.content("target") == content()
    assert names_in(remote.folder) == ["target"]


def test_another_file_is_not_gone_on_with(remote: Remote, tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(_done: int, _total: int) -> None:
        raise Stop

    source = Path(remote.make("source", b"1" * MIB))
    with pytest.raises(Stop):
        remote.sftp.get(str(source), tmp_path / "target", resume=True, callback=stop)
    source.write_bytes(b"2" * MIB)
    os.utime(source, (1, 1_000_000_000))
    remote.sftp.get(str(source), tmp_path / "target", resume=True)
    assert (tmp_path / "target").read_bytes() == b"2" * MIB

    (tmp_path / "up").write_bytes(b"1" * MIB)
    with pytest.raises(Stop):
        remote.sftp.put(tmp_path / "up", remote.path("up"), resume=True, callback=stop)
    (tmp_path / "up").write_bytes(b"2" * MIB)
    os.utime(tmp_path / "up", (1, 1_000_000_000))
    remote.sftp.put(tmp_path / "up", remote.path("up"), resume=True)
    assert remote.content("up") == b"2" * MIB


def test_a_part_that_is_a_symlink_is_not_written(remote: Remote, tmp_path: Path) -> None:
    source = Path(remote.make("source", b"new"))
    os.utime(source, (1, 1_000_000_000))
    mine = tmp_path / "mine"
    mine.write_bytes(b"mine")
    (tmp_path / ".target.3-1000000000.part").symlink_to(mine)
    with pytest.raises(OSError, match="symbolic links"):
        remote.sftp.get(str(source), tmp_path / "target", resume=True)
    assert mine.read_bytes() == b"mine"

    Path(remote.make("theirs", b"theirs"))
    (tmp_path / "up").write_bytes(b"new")
    os.utime(tmp_path / "up", (1, 1_000_000_000))
    (remote.folder / ".up.3-1000000000.part").symlink_to("theirs")
    remote.sftp.put(tmp_path / "up", remote.path("up"), resume=True)
    assert remote.content("up") == b"new"
    assert remote.content("theirs") == b"theirs"


# Ctrl-C -------------------------------------------------------------------------------------------

INTERRUPTED = """
import os, signal, socket, sys, threading, time
import _ssh
host, port, user, key, call, first, second = sys.argv[1:]
session = _ssh.Session(socket.create_connection((host, int(port))))
session.userauth_publickey(user, open(key, "rb").read())
sftp = session.sftp()
threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
began = time.monotonic()
try:
    while True:
        getattr(sftp, call)(first, second)
except KeyboardInterrupt:
    print(time.monotonic() - began < 1.5, sftp.exists("."))
"""


@pytest.mark.parametrize("call", ["get", "put"])
def test_ctrl_c(remote: Remote, tmp_path: Path, call: str) -> None:
    theirs, ours = remote.path("file"), tmp_path / "file"
    ours.write_bytes(content())
    remote.sftp.put(ours, theirs)
    server = remote.server
    key = tmp_path / "key"
    key.write_bytes(server.keys["ed25519"].private)
    paths = [theirs, str(ours)] if call == "get" else [str(ours), theirs]
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, server.host, str(server.port), server.user, str(key),
         call, *paths],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("True True\n", "")
    assert ours.read_bytes() == content()
    assert names_in(tmp_path) == ["file", "key"]
    assert remote.content("file") == content()


# beyond 4 GiB -------------------------------------------------------------------------------------

GIB = 1 << 30


def sparse(path: Path, size: int, *marks: tuple[int, bytes]) -> None:
    with path.open("wb") as file:
        file.truncate(size)
        for offset, mark in marks:
            file.seek(offset)
            file.write(mark)
    path.chmod(0o666)


def test_offsets_beyond_4_gib(remote: Remote, tmp_path: Path) -> None:
    """Resumed near the end of sparse files, so that nobody has to move all of them."""
    size = 5 * GIB + 1
    marks = [(4 * GIB - 2, b"before and after"), (5 * GIB - MIB, b"near"), (size - 3, b"end")]
    source, local = remote.folder / "source", tmp_path / "local"
    sparse(source, size, *marks)
    os.utime(source, (1, 1_000_000_000))
    sparse(tmp_path / f".local.{size}-1000000000.part", 5 * GIB - 2 * MIB, *marks[:1])
    remote.sftp.get(str(source), local, resume=True)
    assert local.stat().st_size == size
    os.utime(local, (1, 1_000_000_000))
    part = remote.folder / f".target.{size}-1000000000.part"
    sparse(part, 5 * GIB - 2 * MIB, *marks[:1])
    os.chown(part, remote.folder.stat().st_uid, -1)
    remote.sftp.put(local, remote.path("target"), resume=True)
    for path in (local, remote.folder / "target"):
        assert path.stat().st_size == size
        with path.open("rb") as file:
            for offset, mark in marks:
                file.seek(offset)
                assert file.read(len(mark)) == mark


BIG = """
import socket, sys, threading
import _ssh
host, port, user, key, theirs, ours, size = sys.argv[1:]
session = _ssh.Session(
    socket.create_connection((host, int(port))), algorithms={"cipher": "aes128-gcm@openssh.com"})
session.userauth_publickey(user, open(key, "rb").read())
sftp = session.sftp()
size, done = int(size), {}
def peak():
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM"):
            return int(line.split()[1]) << 10
before = peak()
class Sink:
    def __init__(self):
        self.size, self.last = 0, b""
    def write(self, data):
        self.size, self.last = self.size + len(data), data[-1:]
sink = Sink()
def tell(*told):
    done["put"] = told
up = threading.Thread(target=lambda: sftp.put(ours, "/dev/null", callback=tell))
up.start()
assert sftp.getfo(theirs, sink) == size
up.join()
assert (sink.size, sink.last) == (size, b"!"), (sink.size, sink.last)
assert done["put"] == (size, size), done
assert peak() - before < 64 << 20, (before, peak())
print("whole")
"""


def test_big_files_both_ways_in_bounded_memory(remote: Remote, tmp_path: Path) -> None:
    """256 MiB, so that the everyday tests stay short; HAWSER_BIG_FILE=5368709121 for 5 GiB."""
    size = int(os.environ.get("HAWSER_BIG_FILE", GIB // 4 + 1))
    theirs, ours = remote.folder / "theirs", tmp_path / "ours"
    sparse(theirs, size, (size - 1, b"!"))
    sparse(ours, size)
    server = remote.server
    key = tmp_path / "key"
    key.write_bytes(server.keys["ed25519"].private)
    done = subprocess.run(
        [sys.executable, "-c", BIG, server.host, str(server.port), server.user, str(key),
         str(theirs), str(ours), str(size)],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("whole\n", "")
