"""Hostile and broken input: each gets its error, and nothing partial is passed off as whole."""

import errno
import socket
from collections.abc import Callable
from dataclasses import dataclass

import pytest

import _ssh
from clients import connect, echo, log_in, login, within
from faults import Fault, Proxy, relay, scripted_peer
from servers import OpenSSHServer

COMMAND = "seq 1 40000"
OUTPUT = b"".join(b"%d\n" % number for number in range(1, 40001))

# ---- peers that are no SSH servers

NO_SSH = {
    "http": b"HTTP/1.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "smtp": b"220 mail.example ESMTP\r\n",
    "version 1": b"SSH-1.5-old\r\n",
    "zeros": bytes(5000),
    "a long line": b"x" * 100_000,
    "many lines": b"hello\r\n" * 20_000,
    "a long version": b"SSH-2.0-" + b"x" * 400 + b"\r\n",
    "nonsense after the version": b"SSH-2.0-x\r\n" + b"\xff" * 200,
    "an empty packet": b"SSH-2.0-x\r\n" + bytes(16),
    "a disconnect": b"SSH-2.0-x\r\n"
    + b"\0\0\0\x1c\x06\x01\0\0\0\x02\0\0\0\x08go away!\0\0\0\0"
    + bytes(6),
    "nothing": b"",
}


@pytest.mark.parametrize("greeting", NO_SSH.values(), ids=NO_SSH)
def test_a_peer_that_is_no_ssh_server(greeting: bytes) -> None:
    def greet(peer: socket.socket) -> None:
        peer.sendall(greeting)
        peer.shutdown(socket.SHUT_WR)

    with scripted_peer(greet) as address, socket.create_connection(address) as sock:
        with within(5), pytest.raises(_ssh.Error) as error:
            _ssh.Session(sock, banner_timeout=3, kex_timeout=3)
        assert isinstance(error.value, ConnectionError)


def test_the_peers_reason_is_told() -> None:
    message = NO_SSH["a disconnect"]
    with scripted_peer(lambda peer: peer.sendall(message)) as address:
        with socket.create_connection(address) as sock, pytest.raises(_ssh.ConnectionLost) as lost:
            _ssh.Session(sock, kex_timeout=3)
        assert lost.value.disconnect_code == 2
        assert "go away!" in str(lost.value)


def test_lines_before_the_version_are_allowed(openssh: OpenSSHServer) -> None:
    """RFC 4253 4.2: a server may send other lines first."""
    servers: list[socket.socket] = []

    def serve(peer: socket.socket) -> None:
        peer.sendall(b"Welcome to the harbour\r\nMind the gap\r\n")
        servers.append(socket.create_connection(openssh.address))
        relay(peer, servers[0])

    with scripted_peer(serve) as address, socket.create_connection(address) as sock:
        session = _ssh.Session(sock)
        log_in(session, openssh)
        echo(session)
    servers[0].close()


# ---- cut and damaged connections


@dataclass(frozen=True)
class Conversation:
    """Bytes that a session moves: down in its handshake and in all, up until it is logged in."""

    handshake: int
    total: int
    sent: int


@pytest.fixture(scope="module")
def conversation(openssh: OpenSSHServer) -> Conversation:
    with Proxy(openssh.address) as proxy:
        session = _ssh.Session(socket.create_connection(proxy.address))
        handshake = proxy.moved["down"]
        log_in(session, openssh)
        sent = proxy.moved["up"]
        assert session.exec(COMMAND) == OUTPUT
        return Conversation(handshake, proxy.moved["down"], sent)


def converse(server: OpenSSHServer, fault: Fault) -> bytes:
    """The output of COMMAND through a connection with this fault."""
    with Proxy(server.address, fault) as proxy, socket.create_connection(proxy.address) as sock:
        session = _ssh.Session(sock, timeout=4, banner_timeout=4, kex_timeout=4, auth_timeout=4)
        log_in(session, server)
        return session.run(COMMAND, timeout=4).stdout


@pytest.mark.parametrize("share", [n / 40 for n in range(40)])
def test_a_connection_cut_at_any_point(
    openssh: OpenSSHServer, conversation: Conversation, share: float
) -> None:
    at = int(conversation.total * share)
    with pytest.raises(_ssh.ConnectionLost):
        converse(openssh, Fault("cut", at))


@pytest.mark.parametrize("share", [n / 25 for n in range(25)])
def test_a_connection_cut_in_the_handshake(
    openssh: OpenSSHServer, conversation: Conversation, share: float
) -> None:
    with pytest.raises(_ssh.ConnectionLost):
        converse(openssh, Fault("cut", int(conversation.handshake * share)))


@pytest.mark.parametrize("back", range(1, 80, 6))
def test_a_connection_cut_near_the_end(
    openssh: OpenSSHServer, conversation: Conversation, back: int
) -> None:
    """The last messages are the status, end-of-file and close: all of the output or an error."""
    try:
        output = converse(openssh, Fault("cut", conversation.total - back))
    except _ssh.ConnectionLost:
        return
    assert output == OUTPUT


@pytest.mark.parametrize("share", [n / 20 for n in range(20)])
def test_what_the_server_gets_is_cut(
    openssh: OpenSSHServer, conversation: Conversation, share: float
) -> None:
    with pytest.raises(_ssh.ConnectionLost):
        converse(openssh, Fault("cut", int(conversation.sent * share), "up"))


@pytest.mark.parametrize("share", [n / 30 for n in range(30)])
def test_a_flipped_bit(openssh: OpenSSHServer, conversation: Conversation, share: float) -> None:
    at = conversation.handshake + int((conversation.total - conversation.handshake) * share * 0.9)
    with pytest.raises(_ssh.Error):
        converse(openssh, Fault("flip", at))


@pytest.mark.parametrize(
    "cipher", ["chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com", "aes128-ctr"]
)
def test_a_flipped_bit_in_a_stream_is_a_protocol_error(openssh: OpenSSHServer, cipher: str) -> None:
    with Proxy(openssh.address) as proxy, socket.create_connection(proxy.address) as sock:
        session = _ssh.Session(sock, algorithms={"cipher": cipher})
        log_in(session, openssh)
        proxy.fault = Fault("flip", proxy.moved["down"] + 300_000)
        with pytest.raises(_ssh.ProtocolError) as error:
            session.exec("head -c 3000000 /dev/zero")
        assert isinstance(error.value, ConnectionError)
        with pytest.raises(_ssh.ProtocolError):  # and it stays what it was
            session.exec("true")


@pytest.mark.parametrize("at", range(8, 1400, 41))
def test_a_flipped_bit_in_the_handshake(openssh: OpenSSHServer, at: int) -> None:
    """Padding is not signed before there are keys: all of the output or an error."""
    try:
        output = converse(openssh, Fault("flip", at))
    except _ssh.Error:
        return
    assert output == OUTPUT


def test_the_servers_end_is_connection_lost(openssh: OpenSSHServer) -> None:
    with Proxy(openssh.address) as proxy, socket.create_connection(proxy.address) as sock:
        session = _ssh.Session(sock)
        log_in(session, openssh)
        channel = session.open_session()
        channel.exec("echo part; cat")
        assert channel.recv(100) == b"part\n"
        proxy.cut()
        with pytest.raises(_ssh.ConnectionLost):
            channel.recv(100)
        with pytest.raises(_ssh.ConnectionLost):
            session.exec("true")
        session.close()


# ---- wrong order


def test_a_command_before_login(openssh: OpenSSHServer) -> None:
    with connect(openssh) as session:
        uses: list[Callable[[], object]] = [
            lambda: session.exec("true"),
            lambda: session.run("true"),
            session.open_session,
            lambda: session.open_direct_tcpip("127.0.0.1", 22),
            session.keepalive,
            session.rekey,
        ]
        for use in uses:
            with pytest.raises(_ssh.Error, match="not logged in") as error:
                use()
            assert error.value.errno == errno.EINVAL
        log_in(session, openssh)
        echo(session)


def test_use_after_close(openssh: OpenSSHServer) -> None:
    session = login(openssh)
    session.close()
    uses: list[Callable[[], object]] = [
        lambda: session.exec("true"),
        lambda: session.run("true"),
        session.open_session,
        lambda: session.open_direct_tcpip("127.0.0.1", 22),
        lambda: session.userauth_password("user", "password"),
        lambda: log_in(session, openssh),
        session.keepalive,
        session.rekey,
    ]
    for use in uses:
        with pytest.raises(_ssh.Error) as error:
            use()
        assert error.value.errno == errno.EBADF
    session.close()
    session.abort()


def test_use_after_close_of_what_had_ended_before(openssh: OpenSSHServer) -> None:
    session = login(openssh)
    session.abort()
    with pytest.raises(_ssh.ConnectionLost) as lost:
        session.exec("true")
    assert lost.value.errno == errno.ECONNABORTED
    session.close()
    for use in (lambda: session.exec("true"), session.sftp, session.keepalive):
        with pytest.raises(_ssh.Error, match="the session is closed") as error:
            use()
        assert error.value.errno == errno.EBADF
    (result,) = _ssh.run_all([(session, "true")])
    assert isinstance(result, _ssh.Error)
    assert result.errno == errno.EBADF


# ---- wrong arguments, refused before anything is sent


def test_wrong_arguments_of_a_login(openssh: OpenSSHServer) -> None:
    with connect(openssh) as session:
        wrong: list[Callable[[], object]] = [
            lambda: session.userauth_password(1, "x"),  # type: ignore[arg-type]
            lambda: session.userauth_password("user", None),  # type: ignore[arg-type]
            lambda: session.userauth_password("user"),  # type: ignore[call-arg]
            lambda: session.userauth_publickey("user", 5),  # type: ignore[arg-type]
            lambda: session.userauth_publickey("user", b"key", passphrase=3),  # type: ignore[arg-type]
        ]
        for use in wrong:
            with pytest.raises(TypeError):
                use()
        log_in(session, openssh)
        echo(session)


def test_wrong_arguments_of_a_command(openssh: OpenSSHServer) -> None:
    with login(openssh) as session, session.open_session() as channel:
        wrong: list[Callable[[], object]] = [
            lambda: session.exec(5),  # type: ignore[arg-type]
            lambda: session.exec(None),  # type: ignore[arg-type]
            lambda: session.run("true", input="text"),
            lambda: session.run("true", input=5),
            lambda: session.run("true", timeout="soon"),  # type: ignore[arg-type]
            lambda: session.run("true", env={"A": 5}),  # type: ignore[dict-item]
            lambda: session.open_direct_tcpip("localhost", "22"),  # type: ignore[arg-type]
            lambda: channel.send("text"),  # type: ignore[arg-type]
            lambda: channel.recv("many"),  # type: ignore[arg-type]
            lambda: channel.env("A", 5),  # type: ignore[arg-type]
            lambda: channel.signal(15),  # type: ignore[arg-type]
            lambda: channel.pty(width="80"),  # type: ignore[arg-type]
            lambda: channel.pty(modes={"ECHO": 0}),  # type: ignore[dict-item]
            lambda: channel.pty(modes=[53]),  # type: ignore[arg-type]
            lambda: channel.window_change(80.5, 24),  # type: ignore[arg-type]
            lambda: channel.recv_into(b"read-only"),
        ]
        for use in wrong:
            with pytest.raises(TypeError):
                use()
        values: list[Callable[[], object]] = [
            lambda: session.run("true", timeout=-1),
            lambda: session.open_direct_tcpip("localhost", -1),
            lambda: session.open_direct_tcpip("localhost", 65536),
            lambda: channel.recv(-1),
            lambda: channel.settimeout(-1),
            lambda: channel.settimeout(float("nan")),
            lambda: channel.pty(width=-1),
            lambda: channel.pty(modes={0: 1}),
            lambda: channel.pty(modes={53: 1 << 32}),
            lambda: channel.window_change(80, 1 << 32),
            lambda: session.run("true", pty=True, height=-1),
            lambda: session.run("true", env={"A=B": "x"}),
            lambda: session.exec("a\0b"),
            lambda: session.exec("x" * 300_000),
            lambda: channel.exec("x" * 300_000),
            lambda: session.run("true", env={"A": "x\0"}),
            lambda: session.open_direct_tcpip("local\0host", 22),
            lambda: channel.subsystem("sftp\0"),
        ]
        for use in values:
            with pytest.raises((ValueError, OverflowError)):
                use()
        echo(session)


@pytest.mark.parametrize(
    "options",
    [
        {"rekey_bytes": "many"},
        {"rekey_bytes": -1},
        {"rekey_packets": 0},
        {"rekey_bytes": 1 << 70},
        {"rekey_interval": 0},
        {"port": 65536},
        {"host": "a\0b"},
        {"host": ""},
        {"timeout": "soon"},
        {"algorithms": 5},
        {"algorithms": {"kex": 5}},
        {"host": 5},
        {"host": "localhost", "known_hosts": 5},
        {"no_such_option": 1},
    ],
    ids=str,
)
def test_wrong_options_of_a_session(openssh: OpenSSHServer, options: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError, OverflowError)):
        connect(openssh, **options)
