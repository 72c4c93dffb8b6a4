"""`Listener`: places at the server that lead here, and channels to its Unix sockets."""

import errno
import gc
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import _ssh
from clients import MIB, Background, echo, login, within
from remotes import shared_folder
from servers import DropbearServer, OpenSSHServer
from servers.base import free_port
from servers.keys import Keys


@pytest.fixture(scope="module")
def session(openssh: OpenSSHServer) -> Iterator[_ssh.Session]:
    with login(openssh) as session:
        yield session


@pytest.fixture
def folder(openssh: OpenSSHServer) -> Path:
    return shared_folder(openssh)


def visit(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def exactly(visitor: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        data += visitor.recv(size - len(data))
    return bytes(data)


def is_listened_at(port: int) -> bool:
    with suppress(OSError), visit(port):
        return True
    return False


def gone(port: int) -> bool:
    """The server closes its port when it has read our request, not before `close()` returns."""
    with within(10):
        while is_listened_at(port):
            pass
    return True


def test_a_visitor_and_both_ways(session: _ssh.Session) -> None:
    with session.listen("127.0.0.1") as listener:
        assert 0 < listener.port < 65536
        assert listener.address == "127.0.0.1"
        assert repr(listener) == f"<_ssh.Listener 127.0.0.1:{listener.port}>"
        with visit(listener.port) as visitor:
            channel, origin = listener.accept(timeout=10)
            assert origin == visitor.getsockname()
            with channel:
                data = os.urandom(3 * MIB)
                sending = Background(lambda: visitor.sendall(data))
                got = bytearray()
                while len(got) < len(data):
                    got += channel.recv(MIB)
                sending.result(10)
                assert got == data
                back = Background(lambda: channel.sendall(data))
                assert exactly(visitor, len(data)) == data
                back.result(10)
                visitor.shutdown(socket.SHUT_WR)
                assert channel.recv(1) == b""
                channel.shutdown_write()
                assert visitor.recv(1) == b""
    assert listener.closed
    assert gone(listener.port)
    assert repr(listener) == f"<_ssh.Listener closed 127.0.0.1:{listener.port}>"


def test_a_port_of_our_choice_and_again(session: _ssh.Session) -> None:
    port = free_port()
    for _ in range(2):
        with session.listen("127.0.0.1", port) as listener:
            assert listener.port == port
            with visit(port), listener.accept(10)[0] as channel:
                assert not channel.closed
        assert gone(port)


def test_a_port_in_use(session: _ssh.Session) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(_ssh.ChannelError, match=rf"listen at 127\.0\.0\.1:{port}: .*in use"):
            session.listen("127.0.0.1", port)
    echo(session)


def test_many_listeners_and_many_visitors(session: _ssh.Session) -> None:
    """Each visitor comes out where they went in."""
    listeners = [session.listen("127.0.0.1") for _ in range(5)]
    assert len({listener.port for listener in listeners}) == 5
    for listener in listeners:
        visitors = [visit(listener.port) for _ in range(10)]
        for number, visitor in enumerate(visitors):
            visitor.sendall(b"%d %d\n" % (listener.port, number))
        said = []
        for _ in visitors:
            channel, _ = listener.accept(10)
            with channel, channel.stdout as lines:
                said.append(lines.readline())
        assert sorted(said) == sorted(b"%d %d\n" % (listener.port, n) for n in range(10))
        for visitor in visitors:
            visitor.close()
    for listener in listeners:
        listener.close()
    echo(session)


def test_who_is_not_accepted_waits(session: _ssh.Session) -> None:
    with session.listen("127.0.0.1") as listener, visit(listener.port) as visitor:
        visitor.sendall(b"before")
        echo(session)
        with listener.accept(10)[0] as channel:
            assert channel.recv(100) == b"before"


def test_closing_refuses_who_waits(session: _ssh.Session) -> None:
    listener = session.listen("127.0.0.1")
    with visit(listener.port) as visitor:
        echo(session)
        listener.close()
        listener.close()
        with suppress(ConnectionResetError):
            assert visitor.recv(1) == b""
    with pytest.raises(_ssh.Error) as caught:
        listener.accept(1)
    assert caught.value.errno == errno.EBADF


def test_accept_times_out(session: _ssh.Session) -> None:
    with session.listen("127.0.0.1") as listener, within(5):
        with pytest.raises(_ssh.Timeout):
            listener.accept(timeout=0.1)
        with visit(listener.port):
            listener.accept(10)[0].close()


def test_closing_ends_who_waits_in_accept(session: _ssh.Session) -> None:
    listener = session.listen("127.0.0.1")
    waiting = [Background(listener.accept) for _ in range(3)]
    echo(session)
    assert all(each.running for each in waiting)
    listener.close()
    for each in waiting:
        with pytest.raises(_ssh.Error):
            each.result(10)


def test_a_dropped_listener_is_given_up(session: _ssh.Session) -> None:
    port = session.listen("127.0.0.1").port
    gc.collect()
    echo(session)
    assert gone(port)


def test_the_end_of_the_session(openssh: OpenSSHServer) -> None:
    session = login(openssh)
    listener = session.listen("127.0.0.1")
    waiting = Background(listener.accept)
    echo(session)
    session.close()
    with pytest.raises(_ssh.Error):
        waiting.result(10)
    assert listener.closed
    listener.close()
    assert gone(listener.port)


def test_before_the_login(openssh: OpenSSHServer) -> None:
    with socket.create_connection((openssh.host, openssh.port)) as sock:
        session = _ssh.Session(sock, host_key_policy="insecure-accept-any")
        with pytest.raises(_ssh.Error, match="not logged in"):
            session.listen("127.0.0.1")
        session.close()


@pytest.mark.parametrize(
    ("address", "port"), [("a\0b", 0), ("localhost", -1), ("localhost", 65536)]
)
def test_bad_arguments(session: _ssh.Session, address: str, port: int) -> None:
    with pytest.raises(ValueError):
        session.listen(address, port)


def test_a_unix_socket_that_leads_here(session: _ssh.Session, folder: Path) -> None:
    path = folder / "socket"
    with session.listen_unix(str(path)) as listener:
        assert (listener.address, listener.port) == (str(path), 0)
        with socket.socket(socket.AF_UNIX) as visitor:
            visitor.connect(str(path))
            channel, origin = listener.accept(10)
            assert origin is None
            with channel:
                visitor.sendall(b"ping")
                assert channel.recv(10) == b"ping"
                channel.sendall(b"pong")
                assert visitor.recv(10) == b"pong"
        with pytest.raises(_ssh.ChannelError, match="refused to listen"):
            session.listen_unix(str(path))


def test_a_unix_socket_of_the_servers(session: _ssh.Session, folder: Path) -> None:
    path = str(folder / "socket")
    with pytest.raises(_ssh.ChannelError) as caught:
        session.open_direct_streamlocal(path)
    assert caught.value.code == 2
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        Path(path).chmod(0o777)
        server.listen()
        with session.open_direct_streamlocal(path) as channel:
            peer, _ = server.accept()
            with peer:
                channel.sendall(b"ping")
                assert peer.recv(10) == b"ping"
                peer.sendall(b"pong")
                assert channel.recv(10) == b"pong"


def test_a_server_that_forbids_it(keys: Keys) -> None:
    with OpenSSHServer(keys, ["AllowTcpForwarding no"]) as server, login(server) as session:
        with pytest.raises(_ssh.ChannelError, match="AllowTcpForwarding"):
            session.listen("127.0.0.1")
        echo(session)


def test_an_agent_that_is_shown(openssh: OpenSSHServer) -> None:
    """What the command says to the agent comes here, and our answer to it."""
    with (
        login(openssh) as session,
        session.listen_agent() as listener,
        session.open_session() as channel,
    ):
        assert repr(listener) == "<_ssh.Listener agent>"
        channel.request_agent()
        channel.exec("ssh-add -l; echo status $?")
        agent, origin = listener.accept(10)
        assert origin is None
        with agent:
            assert agent.recv(5) == b"\0\0\0\1\x0b"  # SSH_AGENTC_REQUEST_IDENTITIES
            agent.sendall(b"\0\0\0\5\x0c\0\0\0\0")  # none
            assert channel.stdout.read() == b"The agent has no identities.\nstatus 1\n"


def test_no_agent_is_shown_unasked(openssh: OpenSSHServer) -> None:
    with login(openssh) as session, session.listen_agent():
        assert session.run('echo "<$SSH_AUTH_SOCK>"').stdout == b"<>\n"


def test_a_server_that_forbids_agents(keys: Keys) -> None:
    with (
        OpenSSHServer(keys, ["AllowAgentForwarding no"]) as server,
        login(server) as session,
        session.open_session() as channel,
        pytest.raises(_ssh.ChannelError, match="AllowAgentForwarding"),
    ):
        channel.request_agent()


def test_threads_that_accept(session: _ssh.Session) -> None:
    with session.listen("127.0.0.1") as listener:

        def serve() -> None:
            with suppress(_ssh.Error):
                while True:
                    channel, _ = listener.accept()
                    with channel:
                        channel.sendall(channel.recv(100))

        threads = [threading.Thread(target=serve) for _ in range(4)]
        for thread in threads:
            thread.start()
        for number in range(40):
            with visit(listener.port) as visitor:
                visitor.sendall(b"%d" % number)
                assert visitor.recv(100) == b"%d" % number
        listener.close()
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()


def test_at_dropbear(dropbear: DropbearServer) -> None:
    with (
        login(dropbear) as session,
        session.listen("127.0.0.1", free_port()) as listener,
        visit(listener.port) as visitor,
        listener.accept(10)[0] as channel,
    ):
        visitor.sendall(b"ping")
        assert channel.recv(10) == b"ping"
