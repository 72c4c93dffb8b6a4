"""No peer can make a call wait longer than its deadline, nor hang `close` or `abort`."""

import errno
import socket
import time
from functools import partial

import pytest

import _ssh
from clients import MIB, Background, connect, dial, echo, login, within
from faults import Address, Fault, Proxy, say_nothing, scripted_peer
from servers import OpenSSHServer, Server


def through(proxy: Proxy, server: Server, **options: float) -> _ssh.Session:
    """A session through the proxy, logged in."""
    session = _ssh.Session(socket.create_connection(proxy.address), **options)  # type: ignore[arg-type]
    session.userauth_publickey(server.user, server.keys["ed25519"].private)
    return session


def fail_within(address: Address, phase: str, **deadlines: float) -> None:
    with socket.create_connection(address) as sock:
        with within(2), pytest.raises(_ssh.Timeout) as late:
            _ssh.Session(sock, **deadlines)  # type: ignore[arg-type]
        assert late.value.phase == phase
        assert isinstance(late.value, TimeoutError)
        assert late.value.stdout is None


def test_a_peer_that_says_nothing() -> None:
    with scripted_peer(say_nothing) as address:
        fail_within(address, "identification", banner_timeout=0.3)


def test_a_peer_that_says_a_byte_now_and_then() -> None:
    def drip(peer: socket.socket) -> None:
        for letter in b"SSH-2.0-drip":
            peer.sendall(bytes([letter]))
            time.sleep(0.2)

    with scripted_peer(drip) as address:
        fail_within(address, "identification", banner_timeout=0.5)


def test_a_peer_that_stops_in_key_exchange() -> None:
    with scripted_peer(lambda peer: peer.sendall(b"SSH-2.0-stop\r\n")) as address:
        fail_within(address, "key exchange", kex_timeout=0.3)


@pytest.mark.parametrize("at", [100, 800, 1300])
def test_a_server_that_stops_in_key_exchange(openssh: OpenSSHServer, at: int) -> None:
    with Proxy(openssh.address, Fault("hold", at)) as proxy:
        fail_within(proxy.address, "key exchange", kex_timeout=0.4)


def test_a_server_that_stops_in_login(openssh: OpenSSHServer) -> None:
    with Proxy(openssh.address) as proxy:
        session = _ssh.Session(socket.create_connection(proxy.address), auth_timeout=0.3)
        proxy.hold()
        with within(2), pytest.raises(_ssh.Timeout) as late:
            session.userauth_publickey(openssh.user, openssh.keys["ed25519"].private)
        assert late.value.phase == "authentication"
        with within(2):
            session.close()


def test_timeout_bounds_the_servers_answers(openssh: OpenSSHServer) -> None:
    with Proxy(openssh.address) as proxy:
        session = through(proxy, openssh, timeout=0.3)
        assert session.timeout == pytest.approx(0.3)
        echo(session)
        proxy.hold()
        with within(2), pytest.raises(_ssh.Timeout):
            session.open_session()
        with within(2):
            session.close()


def test_timeout_is_no_limit_of_a_commands_time(openssh: OpenSSHServer) -> None:
    with login(openssh, timeout=0.3) as session:
        assert session.exec("sleep 1; echo done") == b"done\n"
        session.timeout = None
        assert session.timeout is None
        echo(session)


def test_the_sockets_timeout_is_no_deadline(openssh: OpenSSHServer) -> None:
    sock = dial(openssh)
    sock.settimeout(0.1)
    with _ssh.Session(sock) as session:
        session.userauth_publickey(openssh.user, openssh.keys["ed25519"].private)
        assert session.exec("sleep 1; echo done") == b"done\n"


def test_keepalive(openssh: OpenSSHServer) -> None:
    with Proxy(openssh.address) as proxy:
        session = through(proxy, openssh)
        session.keepalive()
        session.keepalive(5)
        echo(session)
        proxy.hold()
        with within(2), pytest.raises(_ssh.Timeout):
            session.keepalive(0.3)
        session.abort()


def test_close_does_not_wait_for_a_hung_server(openssh: OpenSSHServer) -> None:
    with Proxy(openssh.address) as proxy:
        session = through(proxy, openssh)
        channel = session.open_session()
        channel.exec("cat")
        proxy.hold()
        with within(3):
            session.close()
        assert session.closed


def test_close_does_not_wait_for_a_peer_that_reads_nothing(openssh: OpenSSHServer) -> None:
    with Proxy(openssh.address) as proxy:
        session = through(proxy, openssh)
        channel = session.open_session()
        channel.exec("sleep 30")
        channel.timeout = 0.5
        with pytest.raises(_ssh.Timeout):
            channel.sendall(bytes(32 << 20))
        with within(3):
            session.close()


# ---- a server that is stopped in the middle of everything (SIGSTOP)


def test_a_frozen_server_before_its_banner(openssh: OpenSSHServer) -> None:
    with openssh.frozen():
        fail_within(openssh.address, "identification", banner_timeout=0.3)


@pytest.mark.parametrize("end", ["close", "abort"])
def test_a_frozen_server_does_not_hang_an_end(openssh: OpenSSHServer, end: str) -> None:
    session = login(openssh)
    channels = [session.open_session() for _ in range(10)]
    for channel in channels:
        channel.exec("cat")
    with openssh.frozen():
        with within(2), pytest.raises(_ssh.Timeout):
            session.keepalive(0.3)
        waiting = [Background(lambda: session.exec("true"))]
        waiting += [Background(partial(each.sendall, bytes(3 * MIB))) for each in channels]
        time.sleep(0.5)
        assert all(each.running for each in waiting)
        with within(3):
            getattr(session, end)()
        for each in waiting:
            with pytest.raises(_ssh.Error):
                each.result(5)
    assert session.closed


def test_a_server_that_thaws_goes_on(openssh: OpenSSHServer) -> None:
    with login(openssh) as session:
        with openssh.frozen():
            late = Background(lambda: session.exec("echo late"))
            time.sleep(0.3)
            assert late.running
        assert late.result(10) == b"late\n"


def test_abort_ends_a_hung_wait(openssh: OpenSSHServer) -> None:
    with Proxy(openssh.address) as proxy:
        session = through(proxy, openssh)
        proxy.hold()
        waiting = Background(lambda: session.exec("true"))
        time.sleep(0.3)
        assert waiting.running
        with within(2):
            session.abort()
            with pytest.raises(_ssh.ConnectionLost, match="aborted") as lost:
                waiting.result(5)
        assert lost.value.errno == errno.ECONNABORTED
        assert session.closed


def test_a_deadline_that_is_not_reached(openssh: OpenSSHServer) -> None:
    with connect(openssh, banner_timeout=None, kex_timeout=None, auth_timeout=None) as session:
        session.userauth_publickey(openssh.user, openssh.keys["ed25519"].private)
        assert session.run("sleep 0.3; echo in time", timeout=20).stdout == b"in time\n"


@pytest.mark.parametrize("name", ["timeout", "banner_timeout", "kex_timeout", "auth_timeout"])
def test_a_negative_deadline_is_a_value_error(openssh: OpenSSHServer, name: str) -> None:
    with pytest.raises(ValueError):
        connect(openssh, **{name: -1.0})
