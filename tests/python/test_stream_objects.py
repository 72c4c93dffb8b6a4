"""What may carry a session: sockets with any timeout, socket pairs, and objects of one's own."""

import datetime
import select
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

import _ssh
from clients import MIB, Background, dial, echo, within
from faults import bridge, forwarder, scripted_peer
from servers import OpenSSHServer


class RecvSend:
    """Nothing but recv and send, over a blocking socket."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def recv(self, size: int, /) -> bytes:
        return self._sock.recv(size)

    def send(self, data: bytes, /) -> int | None:
        return self._sock.send(data)


class Few(RecvSend):
    """Gives and takes at most a few bytes at a time."""

    def recv(self, size: int, /) -> bytes:
        return self._sock.recv(min(size, 7))

    def send(self, data: bytes, /) -> int | None:
        return self._sock.send(data[:5])


class NotYet(RecvSend):
    """Says 'not yet' each second time, in both ways that Python knows."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self._turn = 0

    def _hesitate(self) -> None:
        self._turn += 1
        if self._turn % 2:
            raise BlockingIOError if self._turn % 4 == 1 else TimeoutError

    def recv(self, size: int, /) -> bytes:
        self._hesitate()
        return super().recv(size)

    def send(self, data: bytes, /) -> int | None:
        self._hesitate()
        return super().send(data)


class WithDescriptor(RecvSend):
    """Tells its descriptor, so that waits need not call recv."""

    def fileno(self) -> int:
        return self._sock.fileno()


def check(stream: "socket.socket | _ssh._Stream | _ssh.Channel", server: OpenSSHServer) -> None:
    with _ssh.Session(stream) as session:
        session.userauth_publickey(server.user, server.keys["ed25519"].private)
        echo(session)
        data = bytes(range(256)) * 512
        assert session.run("cat", input=data).stdout == data


@pytest.mark.parametrize("timeout", [None, 0, 0.1, 5])
def test_socket_with_timeout(openssh: OpenSSHServer, timeout: float | None) -> None:
    with dial(openssh) as sock:
        sock.settimeout(timeout)
        check(sock, openssh)
        assert sock.gettimeout() == timeout


def test_socket_pair(openssh: OpenSSHServer) -> None:
    with bridge(openssh.address) as sock:
        check(sock, openssh)


def test_ipv6(openssh: OpenSSHServer) -> None:
    with forwarder(openssh.address, socket.AF_INET6) as address:
        with socket.create_connection(address) as sock:
            assert sock.family == socket.AF_INET6
            check(sock, openssh)
        with socket.create_connection(address) as sock, pytest.raises(_ssh.HostKeyUnknown) as what:
            _ssh.Session(sock, known_hosts=[])
        assert what.value.host == "::1"


def test_unix_socket(openssh: OpenSSHServer, tmp_path: Path) -> None:
    with forwarder(openssh.address, socket.AF_UNIX, str(tmp_path / "socket")) as address:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(address)
            check(sock, openssh)
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(address)
            with pytest.raises(ValueError, match="needs host="):
                _ssh.Session(sock, known_hosts=[])


def test_tcp_waits_for_no_acknowledgement(openssh: OpenSSHServer) -> None:
    """Ours leave at once, and nothing of ours waits for one. A delayed ACK would be 40 ms each."""
    times = []
    for _ in range(20):
        with dial(openssh) as sock:
            session = _ssh.Session(sock)
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
            began = time.monotonic()
            session.userauth_publickey(openssh.user, openssh.keys["ed25519"].private)
            times.append(time.monotonic() - began)
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK) == 1
    assert min(times) < 0.035


def test_tls_socket(openssh: OpenSSHServer, tmp_path: Path) -> None:
    """Its recv and send are its own, and it holds bytes that poll() does not see."""
    certificate = self_signed(tmp_path)
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate)
    client_side = ssl.create_default_context(cafile=str(certificate))

    def serve(peer: socket.socket) -> None:
        with server_side.wrap_socket(peer, server_side=True) as tls:
            pump(tls, socket.create_connection(openssh.address))

    with (
        scripted_peer(serve) as address,
        socket.create_connection(address) as plain,
        client_side.wrap_socket(plain, server_hostname="localhost") as sock,
    ):
        check(sock, openssh)


def self_signed(folder: Path) -> Path:
    """A file with a certificate for localhost and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, none = serialization.Encoding.PEM, serialization.NoEncryption()
    path = folder / "certificate.pem"
    path.write_bytes(
        certificate.public_bytes(pem)
        + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, none)
    )
    return path


def pump(tls: ssl.SSLSocket, other: socket.socket) -> None:
    """Moves all bytes between the two in one thread: a TLS socket cannot be used by two."""
    with other, suppress(OSError):
        while True:
            readable = [tls] if tls.pending() else select.select([tls, other], [], [])[0]
            for source, sink in ((tls, other), (other, tls)):
                if source in readable:
                    data = source.recv(16384)
                    if not data:
                        return
                    sink.sendall(data)


@pytest.mark.parametrize("kind", [RecvSend, Few, NotYet, WithDescriptor])
def test_object(openssh: OpenSSHServer, kind: "Callable[[socket.socket], _ssh._Stream]") -> None:
    with dial(openssh) as sock:
        check(kind(sock), openssh)


def test_object_over_a_socket_with_a_timeout(openssh: OpenSSHServer) -> None:
    with dial(openssh) as sock:
        sock.settimeout(0.05)
        with _ssh.Session(RecvSend(sock)) as session:
            session.userauth_publickey(openssh.user, openssh.keys["ed25519"].private)
            assert session.exec("sleep 0.4; echo late") == b"late\n"


def test_a_blocking_send_does_not_hang_close(openssh: OpenSSHServer) -> None:
    """The server takes nothing any more, and the object's socket blocks when its buffer is full."""
    with dial(openssh) as sock:
        session = _ssh.Session(WithDescriptor(sock))
        session.userauth_publickey(openssh.user, openssh.keys["ed25519"].private)
        channels = [session.open_session() for _ in range(10)]
        for channel in channels:
            channel.exec("cat >/dev/null")
        with openssh.frozen():
            writers = [Background(partial(each.sendall, bytes(3 * MIB))) for each in channels]
            time.sleep(0.5)
            assert all(writer.running for writer in writers)
            with within(3):
                session.close()
            for writer in writers:
                with pytest.raises(_ssh.Error):
                    writer.result(5)


def test_nested_sessions(openssh: OpenSSHServer) -> None:
    with dial(openssh) as sock, _ssh.Session(sock) as outer:
        outer.userauth_publickey(openssh.user, openssh.keys["ed25519"].private)
        with outer.open_direct_tcpip(*openssh.address) as channel:
            check(channel, openssh)


def test_nested_session_with_a_deadline(openssh: OpenSSHServer) -> None:
    """A wait on the inner session meets its deadline though its socket is a channel."""
    with dial(openssh) as sock, _ssh.Session(sock) as outer:
        outer.userauth_publickey(openssh.user, openssh.keys["ed25519"].private)
        with _ssh.Session(outer.open_direct_tcpip(*openssh.address)) as inner:
            inner.userauth_publickey(openssh.user, openssh.keys["ed25519"].private)
            with pytest.raises(_ssh.Timeout):
                inner.run("sleep 20", timeout=0.3)
            assert len(inner.exec(f"head -c {MIB} /dev/zero")) == MIB


def test_an_error_of_the_object_comes_through(openssh: OpenSSHServer) -> None:
    class Broken(RecvSend):
        def recv(self, size: int, /) -> bytes:
            raise RuntimeError("the line is down")

    with dial(openssh) as sock, pytest.raises(RuntimeError, match="the line is down"):
        _ssh.Session(Broken(sock))


def test_an_oserror_of_the_object_is_one(openssh: OpenSSHServer) -> None:
    class Broken(RecvSend):
        def recv(self, size: int, /) -> bytes:
            raise ConnectionResetError(104, "reset by the object")

    with dial(openssh) as sock, pytest.raises(ConnectionError):
        _ssh.Session(Broken(sock))


@pytest.mark.parametrize("number", [socket.EAI_NONAME, 1 << 40, 0, "text"])
def test_an_oserror_with_no_errno_of_the_system(openssh: OpenSSHServer, number: object) -> None:
    class Failing(RecvSend):
        fails = False

        def recv(self, size: int, /) -> bytes:
            if self.fails:
                raise OSError(number, "what is no errno")
            return super().recv(size)

    with dial(openssh) as sock:
        stream = Failing(sock)
        session = _ssh.Session(stream)
        stream.fails = True
        for _ in range(2):  # the session is whole
            with pytest.raises(_ssh.ConnectionLost) as lost:
                session.userauth_none("user")
            assert lost.value.errno is None
        session.close()


@pytest.mark.parametrize("answer", ["text", None, 7])
def test_an_object_that_does_not_return_bytes(openssh: OpenSSHServer, answer: object) -> None:
    class Wrong(RecvSend):
        def recv(self, size: int, /) -> bytes:
            return answer  # type: ignore[return-value]

    with dial(openssh) as sock, pytest.raises(TypeError):
        _ssh.Session(Wrong(sock))


def test_an_object_that_gives_more_than_asked(openssh: OpenSSHServer) -> None:
    class Generous(RecvSend):
        def recv(self, size: int, /) -> bytes:
            return bytes(size + 1)

    with dial(openssh) as sock, pytest.raises((ValueError, _ssh.Error)):
        _ssh.Session(Generous(sock))


@pytest.mark.parametrize(
    ("answer", "error"), [("text", TypeError), (1.5, TypeError), (-1, ValueError)]
)
def test_an_object_that_does_not_count_what_it_sends(
    openssh: OpenSSHServer, answer: object, error: type[Exception]
) -> None:
    class Wrong(RecvSend):
        def send(self, data: bytes, /) -> int | None:
            return answer  # type: ignore[return-value]

    with dial(openssh) as sock, pytest.raises(error, match=r"what send\(\) returned"):
        _ssh.Session(Wrong(sock), kex_timeout=5)


def test_an_object_that_sends_more_than_it_got(openssh: OpenSSHServer) -> None:
    class Boastful(RecvSend):
        def send(self, data: bytes, /) -> int | None:
            return len(data) + 1

    with dial(openssh) as sock, pytest.raises((ValueError, _ssh.Error)):
        _ssh.Session(Boastful(sock))


@pytest.mark.parametrize("thing", [None, 3, "socket", b"socket", object()])
def test_no_stream_at_all(thing: object) -> None:
    with pytest.raises(TypeError):
        _ssh.Session(thing)  # type: ignore[arg-type]


def test_a_socket_that_is_not_connected() -> None:
    with socket.socket() as sock, pytest.raises(OSError):
        _ssh.Session(sock)


def test_a_closed_socket(openssh: OpenSSHServer) -> None:
    sock = dial(openssh)
    sock.close()
    with pytest.raises((OSError, ValueError)):
        _ssh.Session(sock)
