"""Compression by the servers' own zlibs: both ways, large and small, with new keys in between."""

import os
import random
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import _ssh
from clients import MIB, connect, dial, echo, log_in, login
from remotes import remote_on
from servers import AsyncSSHServer, OpenSSHServer, Server
from tool_runs import Home

DELAYED = "zlib@openssh.com"


def compression_of(session: _ssh.Session) -> tuple[str, str]:
    agreed = session.algorithms
    return agreed.compression_client_to_server, agreed.compression_server_to_client


def text(size: int) -> bytes:
    """Compressible, but not to nothing, and never the same again."""
    words = [b"%d" % random.Random(7).randrange(10**6) for _ in range(1000)]
    picked = random.Random(8).choices(words, k=100_000)
    block = b" ".join(picked)
    return (block * (size // len(block) + 1))[:size]


class CountedSocket:
    """A stream object that counts what passes."""

    def __init__(self, server: Server) -> None:
        self._socket = dial(server)
        self.received = 0
        self.sent = 0

    def recv(self, size: int, /) -> bytes:
        data = self._socket.recv(size)
        self.received += len(data)
        return data

    def send(self, data: bytes, /) -> int:
        size = self._socket.send(data)
        self.sent += size
        return size

    def shutdown(self, how: int) -> None:
        self._socket.shutdown(how)

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()


def test_is_off_by_itself(openssh: OpenSSHServer) -> None:
    with login(openssh) as session:
        assert compression_of(session) == ("none", "none")


def test_is_named(openssh: OpenSSHServer) -> None:
    with login(openssh, compression=True) as session:
        assert compression_of(session) == (DELAYED, DELAYED)
        echo(session)
        session.rekey()
        assert compression_of(session) == (DELAYED, DELAYED)
        echo(session)


def test_fewer_bytes_are_on_the_line(openssh: OpenSSHServer) -> None:
    data = text(MIB)
    for compression in (False, True):
        counted = CountedSocket(openssh)
        with _ssh.Session(counted, compression=compression) as session:
            log_in(session, openssh)
            assert session.run("cat", input=data).stdout == data
            for passed in (counted.sent, counted.received):
                assert (passed < MIB // 2) == compression
        counted.close()


@pytest.mark.parametrize("kind", ["text", "zeros", "random"])
def test_64_mib_both_ways_while_both_sides_rekey(
    sshd_with: Callable[..., OpenSSHServer], kind: str
) -> None:
    makers: dict[str, Callable[[int], bytes]] = {"text": text, "zeros": bytes, "random": os.urandom}
    data = makers[kind](64 * MIB)
    with login(sshd_with("RekeyLimit 1M"), compression=True, rekey_packets=500) as session:
        assert session.run("cat", input=data).stdout == data
        assert session.rekey_count >= 3
        assert compression_of(session) == (DELAYED, DELAYED)
        echo(session)


@pytest.mark.parametrize(
    "cipher", ["chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr"]
)
def test_every_kind_of_cipher(openssh: OpenSSHServer, cipher: str) -> None:
    data = text(3 * MIB) + os.urandom(3 * MIB)
    with login(openssh, compression=True, algorithms={"cipher": cipher}) as session:
        assert session.run("cat", input=data).stdout == data


def test_a_server_that_has_none(sshd_with: Callable[..., OpenSSHServer]) -> None:
    server = sshd_with("Compression no")
    with login(server, compression=True) as session:
        assert compression_of(session) == ("none", "none")
        echo(session)
    with pytest.raises(_ssh.NegotiationError) as caught:
        connect(server, algorithms={"compression": DELAYED})
    assert caught.value.kind == "compression client to server"
    assert caught.value.theirs == ("none",)


@pytest.mark.parametrize("fixture", ["openssh", "dropbear", "asyncssh_server"])
def test_servers(request: pytest.FixtureRequest, fixture: str) -> None:
    server: Server = request.getfixturevalue(fixture)
    data = text(4 * MIB) + os.urandom(4 * MIB)
    with login(server, compression=True, rekey_bytes=MIB) as session:
        assert compression_of(session) == (DELAYED, DELAYED)
        assert session.run("cat", input=data).stdout == data
        assert session.rekey_count >= 3


def test_before_the_login(asyncssh_zlib: AsyncSSHServer) -> None:
    """By name only; neither sshd nor Dropbear has it any more."""
    data = text(2 * MIB) + os.urandom(2 * MIB)
    names = {"compression": "zlib"}
    with login(asyncssh_zlib, algorithms=names, rekey_bytes=MIB) as session:
        assert compression_of(session) == ("zlib", "zlib")
        assert session.run("cat", input=data).stdout == data
        assert session.rekey_count >= 2


@pytest.fixture
def asyncssh_zlib(asyncssh_server: AsyncSSHServer) -> Iterator[AsyncSSHServer]:
    with AsyncSSHServer(asyncssh_server.keys, compression_algs=["zlib"]) as server:
        yield server


def test_asyncssh_rekeys_too(asyncssh_server: AsyncSSHServer) -> None:
    data = text(MIB) + os.urandom(MIB)
    with (
        AsyncSSHServer(asyncssh_server.keys, rekey_bytes=MIB // 2) as server,
        login(server, compression=True) as session,
    ):
        assert session.run("cat", input=data).stdout == data
        assert session.rekey_count >= 2


def test_a_failed_login_first(openssh: OpenSSHServer) -> None:
    with connect(openssh, compression=True) as session:
        with pytest.raises(_ssh.AuthenticationError):
            session.userauth_none(openssh.user)
        log_in(session, openssh)
        echo(session)


def test_files(openssh: OpenSSHServer, tmp_path: Path) -> None:
    data = text(2 * MIB)
    (tmp_path / "file").write_bytes(data)
    with remote_on(openssh, compression=True) as remote:
        remote.sftp.put(tmp_path / "file", remote.path("file"))
        assert remote.content("file") == data
        remote.sftp.get(remote.path("file"), tmp_path / "back")
        assert (tmp_path / "back").read_bytes() == data
        assert remote.session.scp_recv(remote.path("file")) == data


def test_a_list_wins_over_the_option(openssh: OpenSSHServer) -> None:
    with login(openssh, compression=True, algorithms={"compression": ["none"]}) as session:
        assert compression_of(session) == ("none", "none")


def test_names_that_nobody_knows(openssh: OpenSSHServer) -> None:
    sock = socket.socket()
    known = r"'lzma'.* there are: zlib@openssh\.com, zlib, none"
    with sock, pytest.raises(ValueError, match=known):
        _ssh.Session(sock, algorithms={"compression": "lzma"})


# ---- the tools -----------------------------------------------------------------------------------


@pytest.mark.parametrize("option", [["-C"], ["-o", "Compression=yes"]])
def test_tools(home: Home, option: list[str]) -> None:
    (home.local / "file").write_bytes(text(MIB))
    run = home.run("scp", "-v", *option, str(home.local / "file"), home.place)
    assert run.status == 0, run
    assert run.err.count(f"compression {DELAYED}") == 2
    assert (home.remote / "file").read_bytes() == text(MIB)


def test_tools_say_that_a_server_has_none(
    sshd_with: Callable[..., OpenSSHServer], tmp_path: Path
) -> None:
    home = Home(sshd_with("Compression no"), tmp_path / "home")
    (home.local / "file").write_text("content")
    run = home.run("scp", "-C", str(home.local / "file"), home.place)
    assert run.status == 0, run
    assert "the server does not compress; going on without it" in run.err
    assert (home.remote / "file").read_text() == "content"
