"""Places at the server that lead here: ports, unix sockets, SOCKS, the agent."""

import contextlib
import logging
import os
import socket
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import _ssh
import hawser
from agents import running_agent
from client_homes import connect_to
from clients import Background, within
from proxies import serving
from remotes import shared_folder
from servers import OpenSSHServer
from servers.base import free_port
from test_client_forward import all_of, digest, echo, settled


@pytest.fixture
def echo_port() -> Iterator[int]:
    with serving(echo) as port:
        yield port


@pytest.fixture
def folder(openssh: OpenSSHServer) -> Path:
    """Both sides see it."""
    return shared_folder(openssh)


def unix(path: Path) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(str(path))
    return sock


@contextlib.contextmanager
def unix_echo(path: Path) -> Iterator[None]:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        path.chmod(0o777)
        server.listen()

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    sock, _ = server.accept()
                    with sock:
                        echo(sock)

        serving_it = Background(serve)
        yield
        server.shutdown(socket.SHUT_RDWR)
        serving_it.result(5)


def says_again(sock: socket.socket) -> bool:
    sock.sendall(b"hello")
    return sock.recv(5, socket.MSG_WAITALL) == b"hello"


def test_a_port(client: hawser.Client, echo_port: int) -> None:
    with client.forward_remote_port("", 0, "127.0.0.1", echo_port) as forward:
        assert forward.address == ("localhost", forward.port)
        with socket.create_connection(("127.0.0.1", forward.port)) as sock:
            assert says_again(sock)
            assert forward.connections == 1
            sock.shutdown(socket.SHUT_WR)
            assert all_of(sock) == b""
        assert settled(forward)
        assert (forward.accepted, forward.refused) == (1, 0)
        assert (forward.bytes_sent, forward.bytes_received) == (5, 5)
    assert forward.closed
    forward.close()
    assert client.run("true").ok


def test_many_at_once(client: hawser.Client) -> None:
    data = os.urandom(3_000_000)

    def exchange() -> bytes:
        with socket.create_connection(("127.0.0.1", forward.port)) as sock:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            return all_of(sock)

    with (
        serving(digest) as port,
        client.forward_remote_port("", 0, "127.0.0.1", port) as forward,
        within(60),
    ):
        exchanges = [Background(exchange) for _ in range(8)]
        assert client.run("echo meanwhile").stdout == b"meanwhile\n"
        assert len({each.result() for each in exchanges}) == 1
        assert settled(forward)
        assert forward.bytes_received == 8 * len(data)


def test_a_place_that_refuses(client: hawser.Client) -> None:
    with client.forward_remote_port("", 0, "127.0.0.1", free_port()) as forward:
        for number in range(1, 21):
            with socket.create_connection(("127.0.0.1", forward.port)) as sock:
                assert sock.recv(1) == b""
            assert forward.refused == number  # who sees the end sees it counted
    assert client.run("true").ok


def test_a_port_that_is_taken(client: hawser.Client, echo_port: int) -> None:
    with pytest.raises(_ssh.ChannelError, match="in use"):
        client.forward_remote_port("127.0.0.1", echo_port, "127.0.0.1", 1)


def test_the_end_ends_what_is_connected(client: hawser.Client, echo_port: int) -> None:
    with client.forward_remote_port("", 0, "127.0.0.1", echo_port) as forward:
        sock = socket.create_connection(("127.0.0.1", forward.port))
        assert says_again(sock)
    with sock, within(5), contextlib.suppress(ConnectionResetError):
        assert sock.recv(1) == b""


def test_paths(client: hawser.Client, folder: Path, here: Path, echo_port: int) -> None:
    far, near = folder / "far", here / "near"
    with unix_echo(near):
        with client.forward_remote_path(str(far), near) as forward, unix(far) as sock:
            assert forward.address == str(far)
            assert says_again(sock)
        with (
            client.forward_remote_port_to_path("", 0, near) as forward,
            socket.create_connection(("127.0.0.1", forward.port)) as sock,
        ):
            assert says_again(sock)
    other = folder / "other"
    with (
        client.forward_remote_path_to_port(str(other), "127.0.0.1", echo_port),
        unix(other) as sock,
    ):
        assert says_again(sock)
    with unix_echo(folder / "theirs"):
        theirs = str(folder / "theirs")
        path = here / "ours"
        with client.forward_local_path(path, theirs), unix(path) as sock:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert says_again(sock)
        with (
            client.forward_local_port_to_path("", 0, theirs) as forward,
            socket.create_connection(("127.0.0.1", forward.port)) as sock,
        ):
            assert says_again(sock)


def test_socks_at_the_server(client: hawser.Client, echo_port: int) -> None:
    request = b"\x05\x01\x00\x05\x01\x00\x03\x09localhost"
    with client.forward_remote_socks() as forward:
        with socket.create_connection(("127.0.0.1", forward.port)) as sock:
            sock.sendall(request + echo_port.to_bytes(2))
            assert sock.recv(12, socket.MSG_WAITALL)[:4] == b"\x05\x00\x05\x00"
            assert says_again(sock)
        with socket.create_connection(("127.0.0.1", forward.port)) as sock:
            sock.sendall(request + free_port().to_bytes(2))
            assert sock.recv(12, socket.MSG_WAITALL)[:4] == b"\x05\x00\x05\x05"
        with socket.create_connection(("127.0.0.1", forward.port)) as sock:
            sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
            with contextlib.suppress(ConnectionResetError):
                assert all_of(sock) == b""


# ---- the agent -----------------------------------------------------------------------------------


@pytest.fixture
def agent(openssh: OpenSSHServer, tmp_path: Path) -> Iterator[str]:
    with running_agent(tmp_path / "agent") as path:
        subprocess.run(
            ["ssh-add", "-q", str(openssh.keys["ed25519"].path)],
            env={"PATH": os.environ["PATH"], "SSH_AUTH_SOCK": path},
            check=True,
            stderr=subprocess.DEVNULL,
        )
        yield path


def test_an_agent(client: hawser.Client, agent: str) -> None:
    with client.forward_agent(agent) as forward:
        assert client.shows_agent
        done = client.run(
            "f=$(mktemp); ssh-add -L > $f; cut -d' ' -f1 $f; ssh-add -T $f && echo signed; rm $f"
        )
        assert done.stdout == b"ssh-ed25519\nsigned\n", done.stderr
        assert settled(forward)
        assert forward.accepted >= 2
        assert forward.bytes_sent > 0 < forward.bytes_received
    assert not client.shows_agent
    assert not client.run("ssh-add -L").ok
    with client.forward_agent(agent):
        assert client.run("ssh-add -L").ok


def test_an_agent_is_not_shown_unasked(
    openssh: OpenSSHServer, tmp_path: Path, agent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", agent)
    with connect_to(openssh, tmp_path) as fresh:
        assert fresh.run('echo "<$SSH_AUTH_SOCK>"').stdout == b"<>\n"
        with fresh.forward_agent():
            assert fresh.run("ssh-add -l").ok


def test_an_agent_only_lists_and_signs(
    client: hawser.Client, agent: str, caplog: pytest.LogCaptureFixture
) -> None:
    with client.forward_agent(agent), caplog.at_level(logging.INFO, "hawser.forward"):
        assert not client.run("ssh-add -D").ok
        assert not client.run("ssh-add -x", input=b"secret\nsecret\n").ok
        assert client.run("ssh-add -l | wc -l").stdout == b"1\n"
    assert "a request of type 19 is refused" in caplog.text


def test_nonsense_for_the_agent(client: hawser.Client, agent: str) -> None:
    script = """
import os, socket
sock = socket.socket(socket.AF_UNIX); sock.connect(os.environ["SSH_AUTH_SOCK"])
sock.sendall({said!r}); sock.settimeout(10)
print(sock.recv(100))
"""
    with client.forward_agent(agent), within(30):
        for said in (b"\0\0\0\0", b"\xff\xff\xff\xff\x0b", b"\0\4\0\1\x0b"):
            done = client.run(["python3", "-c", script.format(said=said)])
            assert done.stdout == b"b''\n", done.stderr
        done = client.run(["python3", "-c", script.format(said=b"\0\0\0\1\x0c")])
        assert done.stdout == b"b'\\x00\\x00\\x00\\x01\\x05'\n", done.stderr


def test_no_agent(client: hawser.Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with pytest.raises(ValueError, match="SSH_AUTH_SOCK is not set"):
        client.forward_agent()
    with client.forward_agent(tmp_path / "nothing") as forward, within(20):
        assert not client.run("ssh-add -l").ok
        assert settled(forward)
        assert forward.refused >= 1
