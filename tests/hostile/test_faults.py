"""Group O with an honest server: processes that are killed, and connections that hesitate."""

import io
import os
import random
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

import _ssh
from clients import log_in, login, names_in, within
from playing import played
from servers import OpenSSHServer
from servers.base import signal_all

CONTENT = os.urandom(1000) * 100
LONG = 64 << 20


# ---- O5: the server's processes are killed in the middle


class Victim:
    """A session, and the processes of sshd that serve it alone."""

    def __init__(self, server: OpenSSHServer) -> None:
        before = set(server.processes())
        self.session = login(server)
        self.session.exec("true")
        self._others, self._server = before, server
        self.was_killed = False

    def kill(self, *_: object) -> None:
        if not self.was_killed:
            self.was_killed = True
            own = set(self._server.processes()) - self._others
            assert own
            signal_all(sorted(own), signal.SIGKILL)  # sshd before what it runs


class Source(io.RawIOBase):
    """Zeros; kills when some were read."""

    def __init__(self, victim: Victim) -> None:
        self._victim, self._read = victim, 0

    def read(self, size: int = -1) -> bytes:
        self._read += size
        if self._read > 4 << 20:
            self._victim.kill()
        return bytes(size)


def started(victim: Victim) -> _ssh.Channel:
    channel = victim.session.open_session()
    channel.exec("head -c 100000000 /dev/zero; sleep 60")
    channel.recv(1)
    return channel


def read_channel(victim: Victim, here: Path) -> None:
    channel = started(victim)
    victim.kill()
    while channel.recv(1 << 20):
        pass
    raise AssertionError("an end of the stream that is none")


def wait_channel(victim: Victim, here: Path) -> None:
    channel = started(victim)
    victim.kill()
    channel.wait()


def run_with_input(victim: Victim, here: Path) -> None:
    victim.session.run("cat >/dev/null", input=Source(victim))


def get(victim: Victim, here: Path) -> None:
    victim.session.sftp().get(here / "long", here / "target", callback=victim.kill)


def put(victim: Victim, here: Path) -> None:
    victim.session.sftp().putfo(Source(victim), here / "there/target")


def scp_get(victim: Victim, here: Path) -> None:
    victim.session.scp_get(here / "long", here / "target", callback=victim.kill)


def scp_put(victim: Victim, here: Path) -> None:
    victim.session.scp_put(here / "long", here / "there/copy", callback=victim.kill)


def list_for_ever(victim: Victim, here: Path) -> None:
    sftp = victim.session.sftp()
    victim.kill()
    while True:
        sftp.listdir("/usr/bin")


@pytest.mark.parametrize(
    "work", [read_channel, wait_channel, run_with_input, get, put, scp_get, scp_put, list_for_ever]
)
def test_o5_killed_in_the_middle(
    openssh: OpenSSHServer, tmp_path: Path, work: Callable[[Victim, Path], None]
) -> None:
    played["O"] += 1
    for folder in (*list(tmp_path.parents)[:3], tmp_path):  # the server's account may be another
        folder.chmod(folder.stat().st_mode | 0o055)
    with (tmp_path / "long").open("wb") as file:
        file.truncate(LONG)
    (tmp_path / "there").mkdir(mode=0o777)
    (tmp_path / "there").chmod(0o777)
    (tmp_path / "target").write_bytes(b"old")
    victim = Victim(openssh)
    with within(10), pytest.raises(_ssh.ConnectionLost):
        work(victim, tmp_path)
    assert victim.was_killed
    assert (tmp_path / "target").read_bytes() == b"old"
    assert names_in(tmp_path) == ["long", "target", "there"]
    with pytest.raises(_ssh.ConnectionLost):
        victim.session.exec("true")
    with login(openssh) as other:  # nobody else has noticed
        assert other.exec("echo here") == b"here\n"


# ---- O2 and O3: connections that hesitate


class Stormy:
    """A socket that says "not now" many times before it does anything, and then does little."""

    def __init__(self, sock: socket.socket, seed: int) -> None:
        sock.setblocking(False)
        self._sock, self._rng = sock, random.Random(seed)
        self._patience = 0
        self.calls = 0

    def fileno(self) -> int:
        return self._sock.fileno()

    def _hesitate(self) -> int:
        """How much to do now."""
        self.calls += 1
        if self._patience:
            self._patience -= 1
            raise self._rng.choice([BlockingIOError, InterruptedError, TimeoutError])("not now")
        self._patience = self._rng.randrange(20)
        return self._rng.choice((1, 2, 7, 300, 5000, 40_000))

    def recv(self, size: int, /) -> bytes:
        return self._sock.recv(min(size, self._hesitate()))

    def send(self, data: bytes, /) -> int:
        return self._sock.send(data[: self._hesitate()])


@contextmanager
def narrow(server: OpenSSHServer, seed: int) -> Iterator[socket.socket]:
    """A connection through the smallest buffers that the kernel has, and a relay of few bytes."""
    ours, theirs = socket.socketpair()
    far = socket.create_connection(server.address)
    far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for each in (ours, theirs):
        each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
        each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    pairs = ((theirs, far), (far, theirs))
    threads = [threading.Thread(target=_trickle, args=(*pair, seed), daemon=True) for pair in pairs]
    for thread in threads:
        thread.start()
    try:
        yield ours
    finally:
        for each in (ours, theirs, far):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(5)
        for each in (ours, theirs, far):
            each.close()


def _trickle(source: socket.socket, sink: socket.socket, seed: int) -> None:
    rng = random.Random(seed)
    with suppress(OSError):
        while data := source.recv(rng.choice((1, 2, 3, 100, 1000, 3000))):
            sink.sendall(data)


def all_ways(server: OpenSSHServer, sock: Any, folder: Path, **options: Any) -> int:
    """Data by commands and files in both directions; returns how often keys were exchanged anew."""
    session = _ssh.Session(sock, timeout=30, **options)
    try:
        log_in(session, server)
        assert session.run("cat", input=CONTENT).stdout == CONTENT
        with session.sftp() as sftp:
            path = f"/tmp/hawser-{os.getpid()}-{folder.name}"
            try:
                sftp.putfo(io.BytesIO(CONTENT), path)
                sink = io.BytesIO()
                sftp.getfo(path, sink)
                assert sink.getvalue() == CONTENT
                assert session.scp_recv(path) == CONTENT
            finally:
                sftp.remove(path)
        return session.rekey_count
    finally:
        session.abort()


@pytest.mark.parametrize("seed", range(2))
def test_o3_storms(openssh: OpenSSHServer, tmp_path: Path, seed: int) -> None:
    played["O"] += 1
    with socket.create_connection(openssh.address) as sock:
        stream = Stormy(sock, seed)
        all_ways(openssh, stream, tmp_path)
    assert stream.calls < 100_000  # it is not asked over and over for nothing


@pytest.mark.parametrize("packets", [1 << 30, 10, 3])
def test_o2_few_bytes_at_a_time_and_new_keys_at_every_few_packets(
    openssh: OpenSSHServer, tmp_path: Path, packets: int
) -> None:
    played["O"] += 1
    with narrow(openssh, packets) as sock:
        count = all_ways(openssh, sock, tmp_path, rekey_packets=packets)
    assert (count >= 2) == (packets < 1000)


def test_o2_storms_and_new_keys(openssh: OpenSSHServer, tmp_path: Path) -> None:
    played["O"] += 1
    with narrow(openssh, 4) as sock:
        assert all_ways(openssh, Stormy(sock, 5), tmp_path, rekey_bytes=10_000) >= 2
