"""Login by password and by every kind of key, refusals, and the next try on the same session."""

import errno
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import _ssh
from clients import connect, echo, log_in, login
from servers import (
    PASSWORD,
    AsyncSSHServer,
    DropbearServer,
    OpenSSHServer,
    ParamikoServer,
    Server,
    TinySSHServer,
    is_root,
)
from servers.keys import copy_names, plain_names

# ---- passwords


@pytest.mark.parametrize("kind", [str, str.encode, lambda text: bytearray(text, "utf-8")])
def test_password(openssh_password: Server, kind: Callable[[str], str | bytes | bytearray]) -> None:
    with connect(openssh_password) as session:
        assert not session.authenticated
        session.userauth_password(openssh_password.user, kind(PASSWORD))
        assert session.authenticated
        echo(session)


def test_wrong_password_then_the_right_one(openssh_password: Server) -> None:
    with connect(openssh_password) as session:
        with pytest.raises(_ssh.AuthenticationError) as refused:
            session.userauth_password(openssh_password.user, "not the password")
        assert isinstance(refused.value, PermissionError)
        assert "password" in refused.value.allowed
        assert "publickey" in refused.value.allowed
        assert not refused.value.partial
        assert "not the password" not in str(refused.value)
        assert not session.authenticated
        session.userauth_password(openssh_password.user, PASSWORD)
        echo(session)


def test_wrong_password_then_a_key(openssh_password: Server) -> None:
    with connect(openssh_password) as session:
        with pytest.raises(_ssh.AuthenticationError):
            session.userauth_password(openssh_password.user, "")
        log_in(session, openssh_password)
        echo(session)


def test_a_second_login_meanwhile_leaves_the_first_alone(openssh: OpenSSHServer) -> None:
    key = _ssh.PrivateKey.from_bytes(openssh.keys["ed25519"].private)

    class Signer:
        blob = key.blob

        def sign(self, data: bytes, algorithm: str, /) -> bytes:
            with pytest.raises(_ssh.Error) as error:
                session.userauth_password(openssh.user, "another")
            assert error.value.errno == errno.EINVAL
            return key.sign(data, algorithm)

    with connect(openssh) as session:
        session.userauth_publickey(openssh.user, Signer())
        assert session.authenticated
        echo(session)


def test_unknown_user(openssh: OpenSSHServer) -> None:
    with connect(openssh) as session, pytest.raises(_ssh.AuthenticationError):
        session.userauth_publickey("nobody-of-this-name", openssh.keys["ed25519"].private)


def test_none_tells_the_methods(openssh: OpenSSHServer) -> None:
    with connect(openssh) as session:
        with pytest.raises(_ssh.AuthenticationError) as refused:
            session.userauth_none(openssh.user)
        assert "publickey" in refused.value.allowed
        log_in(session, openssh)
        echo(session)


@pytest.mark.skipif(not is_root(), reason="sshd takes passwords only as root")
def test_two_steps(sshd_with: Callable[..., OpenSSHServer]) -> None:
    server = sshd_with("AuthenticationMethods publickey,password")
    with connect(server) as session:
        with pytest.raises(_ssh.AuthenticationError) as half:
            log_in(session, server)
        assert half.value.partial
        assert half.value.allowed == ("password",)
        assert not session.authenticated
        session.userauth_password(server.user, PASSWORD)
        assert session.authenticated
        echo(session)


# ---- keys


@pytest.mark.parametrize("name", [*plain_names(), *copy_names()])
def test_key(openssh: OpenSSHServer, name: str) -> None:
    with login(openssh, name) as session:
        assert session.authenticated
        echo(session)


@pytest.mark.parametrize("name", ["ed25519", "ecdsa-256", "rsa"])
def test_key_with_its_public_half(openssh: OpenSSHServer, name: str) -> None:
    key = openssh.keys[name]
    with connect(openssh) as session:
        session.userauth_publickey(openssh.user, key.private.decode(), key.public)
        echo(session)


def test_a_foreign_public_half_is_refused(openssh: OpenSSHServer) -> None:
    with connect(openssh) as session:
        with pytest.raises((_ssh.KeyFileError, _ssh.AuthenticationError)):
            session.userauth_publickey(
                openssh.user, openssh.keys.stranger.private, openssh.keys["ed25519"].public
            )
        assert not session.authenticated


@pytest.mark.parametrize("algorithm", ["rsa-sha2-256", "rsa-sha2-512"])
def test_rsa_signs_as_the_server_asks(
    sshd_with: Callable[..., OpenSSHServer], algorithm: str
) -> None:
    with login(sshd_with(f"PubkeyAcceptedAlgorithms {algorithm}"), "rsa") as session:
        echo(session)


def test_a_key_that_the_server_does_not_take(openssh: OpenSSHServer) -> None:
    with connect(openssh) as session:
        with pytest.raises(_ssh.AuthenticationError) as refused:
            session.userauth_publickey(openssh.user, openssh.keys.stranger.private)
        assert "publickey" in refused.value.allowed
        log_in(session, openssh)
        echo(session)


# ---- other servers


@pytest.mark.parametrize("name", ["ed25519", "ecdsa-256", "ecdsa-521", "rsa"])
def test_dropbear(dropbear: DropbearServer, name: str) -> None:
    with login(dropbear, name) as session:
        assert session.run("cat; exit 3", input=b"in").stdout == b"in"


def test_dropbear_password(dropbear: DropbearServer) -> None:
    with connect(dropbear) as session:
        with pytest.raises(_ssh.AuthenticationError):
            session.userauth_password(dropbear.user, "wrong")
        session.userauth_password(dropbear.user, PASSWORD)
        echo(session)


def test_tinyssh(tinyssh: TinySSHServer) -> None:
    with login(tinyssh) as session:
        assert session.algorithms.host_key == "ssh-ed25519"
        assert session.algorithms.cipher_client_to_server == "chacha20-poly1305@openssh.com"
        result = session.run("cat; echo err >&2; exit 3", input=b"in")
        assert (result.stdout, result.stderr, result.exit_status) == (b"in", b"err\n", 3)


@pytest.mark.parametrize("name", ["ed25519", "ecdsa-384", "rsa"])
def test_asyncssh(asyncssh_server: AsyncSSHServer, name: str) -> None:
    with login(asyncssh_server, name) as session:
        assert session.run("cat; exit 3", input=b"in").stdout == b"in"


def test_asyncssh_password(asyncssh_server: AsyncSSHServer) -> None:
    with connect(asyncssh_server) as session:
        with pytest.raises(_ssh.AuthenticationError):
            session.userauth_password(asyncssh_server.user, "wrong")
        session.userauth_password(asyncssh_server.user, PASSWORD)
        echo(session)


@pytest.mark.parametrize("name", ["ed25519", "ecdsa-256", "rsa"])
def test_paramiko(paramiko_server: ParamikoServer, name: str) -> None:
    with login(paramiko_server, name) as session:
        result = session.run("cat; echo err >&2; exit 3", input=b"in")
        assert (result.stdout, result.stderr, result.exit_status) == (b"in", b"err\n", 3)


# ---- keys that cannot be used


def test_encrypted_without_passphrase(openssh: OpenSSHServer) -> None:
    with connect(openssh) as session:
        for name in ("ed25519-encrypted", "rsa-pkcs8-encrypted"):
            with pytest.raises(_ssh.PassphraseRequired):
                session.userauth_publickey(openssh.user, openssh.keys[name].private)
        log_in(session, openssh, "ed25519-encrypted")
        echo(session)


def test_wrong_passphrase(openssh: OpenSSHServer) -> None:
    with connect(openssh) as session:
        for name in ("ed25519-encrypted", "ed25519-aes256-gcm", "rsa-pkcs8-encrypted"):
            with pytest.raises(_ssh.WrongPassphrase):
                session.userauth_publickey(
                    openssh.user, openssh.keys[name].private, passphrase="wrong"
                )
        log_in(session, openssh, "rsa-encrypted")
        echo(session)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "no key at all": lambda _: b"hello, world\n",
    "cut": lambda key: key[: len(key) // 2],
    "no end line": lambda key: b"\n".join(key.splitlines()[:-1]),
    "line missing": lambda key: b"\n".join(key.splitlines()[:2] + key.splitlines()[3:]),
    "no base64": lambda key: key.replace(key.splitlines()[2], b"!" * 70),
    "other magic": lambda key: key.replace(b"b3BlbnNzaC1rZXktdjE", b"b3BlbnNzaC1rZXktdjI"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damaged_key(openssh: OpenSSHServer, damage: Callable[[bytes], bytes]) -> None:
    damaged = damage(openssh.keys["ed25519"].private)
    with connect(openssh) as session:
        with pytest.raises(_ssh.KeyFileError):
            session.userauth_publickey(openssh.user, damaged)
        log_in(session, openssh)
        echo(session)


def test_unsupported_curve(openssh: OpenSSHServer) -> None:
    key = ec.generate_private_key(ec.SECP256K1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with connect(openssh) as session, pytest.raises(_ssh.UnsupportedKey):
        session.userauth_publickey(openssh.user, key)


def test_a_public_key_instead_of_the_private_one(openssh: OpenSSHServer) -> None:
    with connect(openssh) as session, pytest.raises(_ssh.KeyFileError):
        session.userauth_publickey(openssh.user, openssh.keys["ed25519"].public)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_changed_byte_of_a_key_is_an_error(openssh: OpenSSHServer, data: st.DataObject) -> None:
    private = bytearray(openssh.keys.stranger.private)
    at = data.draw(st.integers(0, len(private) - 1))
    private[at] = data.draw(st.integers(0, 255))
    with connect(openssh) as session, pytest.raises((_ssh.KeyFileError, _ssh.AuthenticationError)):
        session.userauth_publickey(openssh.user, bytes(private))
