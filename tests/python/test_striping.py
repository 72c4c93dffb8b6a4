"""Uploads over a long path: several channels where one server's window is what is slow."""

import io
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import _ssh
from clients import MIB, log_in, names_in, within
from faults import far_away
from remotes import Remote, sftp_processes, shared_folder
from servers import OpenSSHServer, Server

WAY = 0.05
"""Of the path, in seconds: so far that even on a busy machine the window is what is slow."""

SIZE = 24 * MIB
SPREAD = 16 * MIB
"""How far from its end a part may have gaps."""


def content(size: int = SIZE) -> bytes:
    return b"".join(number.to_bytes(8, "big") * 512 for number in range(size // 4096))


@contextmanager
def far_from(server: Server) -> Iterator[Remote]:
    with (
        far_away(server.address, WAY) as address,
        _ssh.Session(socket.create_connection(address)) as session,
    ):
        log_in(session, server)
        with session.sftp() as sftp:
            yield Remote(server, session, sftp, shared_folder(server))


@dataclass
class Watch:
    """A callback that counts the server processes, and lets something happen on the way."""

    remote: Remote
    at: int = SIZE
    then: Callable[[list[int]], None] = lambda _: None
    most: int = 0
    seen: list[int] = field(default_factory=list)

    def __call__(self, done: int, _total: int) -> None:
        pids = sftp_processes(self.remote)
        self.seen += [pid for pid in pids if pid not in self.seen]
        self.most = max(self.most, len(pids))
        if done >= self.at and len(pids) > 1:
            self.at = 2 * SIZE
            self.then(self.seen)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(content())
    return path


def test_several_channels_carry_one_file(openssh: OpenSSHServer, source: Path) -> None:
    with far_from(openssh) as remote:
        watch = Watch(remote)
        remote.sftp.put(source, remote.path("target"), callback=watch)
        assert watch.most >= 4
        assert remote.content("target") == content()
        assert names_in(remote.folder) == ["target"]
        remote.sftp.stat(".")
        with within(5):
            while len(sftp_processes(remote)) > 1:
                pass


def test_a_stream_of_unknown_size(openssh: OpenSSHServer) -> None:
    with far_from(openssh) as remote:
        watch = Watch(remote)
        assert (
            remote.sftp.putfo(io.BytesIO(content()), remote.path("target"), callback=watch) == SIZE
        )
        assert watch.most >= 4
        assert remote.content("target") == content()


def test_one_session_is_enough(sshd_with: Callable[..., OpenSSHServer], source: Path) -> None:
    with far_from(sshd_with("MaxSessions 1")) as remote:
        watch = Watch(remote)
        remote.sftp.put(source, remote.path("target"), callback=watch)
        assert watch.most == 1
        assert remote.content("target") == content()


def test_others_find_a_session_left(sshd_with: Callable[..., OpenSSHServer], source: Path) -> None:
    with far_from(sshd_with("MaxSessions 10")) as remote:
        said = []

        def ask(_: list[int]) -> None:
            said.append(remote.session.exec("echo here"))

        remote.sftp.put(source, remote.path("target"), callback=Watch(remote, SIZE // 2, ask))
        assert said == [b"here\n"]


def test_a_channel_that_dies_on_the_way(openssh: OpenSSHServer, source: Path) -> None:
    with far_from(openssh) as remote:

        def kill(pids: list[int]) -> None:
            os.kill(pids[-1], signal.SIGKILL)

        watch = Watch(remote, SIZE // 3, kill)
        remote.sftp.put(source, remote.path("target"), callback=watch)
        assert watch.at == 2 * SIZE
        assert remote.content("target") == content()
        assert remote.session.exec("echo here") == b"here\n"


def test_the_first_channel_dies(openssh: OpenSSHServer, source: Path) -> None:
    with far_from(openssh) as remote:
        remote.sftp.putfo(io.BytesIO(b"old"), remote.path("target"))

        (first,) = sftp_processes(remote)

        def kill(_: list[int]) -> None:
            os.kill(first, signal.SIGKILL)

        watch = Watch(remote, SIZE // 3, kill)
        with within(10), pytest.raises(_ssh.ConnectionLost):
            remote.sftp.put(source, remote.path("target"), callback=watch)
        assert remote.content("target") == b"old"


def test_what_broke_off_is_gone_on_with(openssh: OpenSSHServer, source: Path) -> None:
    class Stop(Exception):
        pass

    def stop(_: list[int]) -> None:
        raise Stop

    with far_from(openssh) as remote:
        watch = Watch(remote, 3 * SIZE // 4, stop)
        with pytest.raises(Stop):
            remote.sftp.put(source, remote.path("target"), resume=True, callback=watch)
        with within(5):
            while len(sftp_processes(remote)) > 1:
                pass
        (part,) = remote.folder.iterdir()
        there = part.read_bytes()
        assert len(there) > SIZE // 2
        assert there[:-SPREAD] == content()[: len(there) - SPREAD]
        remote.sftp.put(source, remote.path("target"), resume=True)
        assert remote.content("target") == content()
        assert names_in(remote.folder) == ["target"]


def test_a_server_that_is_not_openssh(asyncssh_server: Server, source: Path) -> None:
    with far_from(asyncssh_server) as remote:
        remote.sftp.put(source, remote.path("target"))
        assert remote.content("target") == content()
        assert names_in(remote.folder) == ["target"]
