"""Login by certificates of users: from files, from an agent, by objects that sign."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import _ssh
from agents import running_agent
from authority import Authority
from clients import connect, echo
from servers import Keys, OpenSSHServer, Server
from servers.keys import plain_names

ServerWith = Callable[..., OpenSSHServer]


@pytest.fixture(scope="module")
def authority(openssh: OpenSSHServer, tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def server(authority: Authority, sshd_with: ServerWith) -> OpenSSHServer:
    """Takes certificates alone."""
    return sshd_with("AuthorizedKeysFile none", f"TrustedUserCAKeys {authority.public_key}")


def certificate_for(
    authority: Authority, keys: Keys, name: str, *options: str, user: str | None
) -> bytes:
    names = () if user is None else ("-n", user)
    public_key = keys[name].path.with_suffix(".pub")
    return authority.certify_user(public_key, *names, *options).read_bytes()


@pytest.mark.parametrize("name", plain_names())
def test_of_each_type(server: OpenSSHServer, authority: Authority, keys: Keys, name: str) -> None:
    certificate = certificate_for(authority, keys, name, user=server.user)
    with connect(server) as session:
        with pytest.raises(_ssh.AuthenticationError):
            session.userauth_publickey(server.user, keys[name].private)
        session.userauth_publickey(server.user, keys[name].private, certificate=certificate)
        echo(session)
    assert "-CERT SHA256:" in accepted(server)


def accepted(server: Server) -> str:
    return [line for line in server.log.splitlines() if "Accepted publickey" in line][-1]


def test_in_the_place_of_the_public_half(
    server: OpenSSHServer, authority: Authority, keys: Keys
) -> None:
    """As libssh2 takes it, encrypted keys and texts included."""
    certificate = certificate_for(authority, keys, "ed25519", user=server.user)
    key = keys["ed25519-encrypted"]
    with connect(server) as session:
        session.userauth_publickey(
            server.user, key.private, certificate.decode(), passphrase=key.passphrase
        )
        echo(session)
    with connect(server) as session:
        session.userauth_publickey(
            server.user,
            key.private,
            key.public,
            key.passphrase,
            certificate=certificate.decode(),
        )
        echo(session)


@pytest.mark.parametrize("algorithm", ["rsa-sha2-256", "rsa-sha2-512"])
def test_rsa_signs_as_the_server_asks(
    authority: Authority, sshd_with: ServerWith, keys: Keys, algorithm: str
) -> None:
    server = sshd_with(
        "AuthorizedKeysFile none",
        f"TrustedUserCAKeys {authority.public_key}",
        f"PubkeyAcceptedAlgorithms {algorithm}-cert-v01@openssh.com",
    )
    certificate = certificate_for(authority, keys, "rsa", user=server.user)
    with connect(server) as session:
        session.userauth_publickey(server.user, keys["rsa"].private, certificate=certificate)
        echo(session)


@pytest.mark.parametrize("kind", [("-t", "rsa", "-b", "2048"), ("-t", "ecdsa", "-b", "384")])
def test_by_an_authority_of_another_type(
    sshd_with: ServerWith, keys: Keys, tmp_path: Path, kind: tuple[str, ...]
) -> None:
    tmp_path.chmod(0o755)
    other = Authority(tmp_path / "other", *kind)
    server = sshd_with(f"TrustedUserCAKeys {other.public_key}")
    certificate = certificate_for(other, keys, "stranger", user=server.user)
    with connect(server) as session:
        session.userauth_publickey(server.user, keys.stranger.private, certificate=certificate)
        echo(session)


# ---- what the server refuses, and why it may have

REFUSED: dict[str, tuple[str | None, tuple[str, ...], str]] = {
    "expired": ("{user}", ("-V", "20200101Z:20210101Z"), "expired at 2021-01-01T00:00:00Z"),
    "not yet valid": ("{user}", ("-V", "20900101Z:20910101Z"), "valid from 2090-01-01T"),
    "other user": ("somebody,else", (), "it is for somebody, else"),
    "no names": (None, (), "names no user"),
    "unknown option": ("{user}", ("-O", "critical:new@example.org=1"), "'new@example.org'"),
    "from elsewhere": ("{user}", ("-O", "source-address=192.0.2.1"), "trust its authority"),
}


@pytest.mark.parametrize(("names", "options", "complaint"), REFUSED.values(), ids=REFUSED)
def test_what_the_server_refuses(
    server: OpenSSHServer,
    authority: Authority,
    keys: Keys,
    names: str | None,
    options: tuple[str, ...],
    complaint: str,
) -> None:
    user = None if names is None else names.format(user=server.user)
    certificate = certificate_for(authority, keys, "ed25519", *options, user=user)
    good = certificate_for(authority, keys, "ed25519", user=server.user)
    key = keys["ed25519"].private
    with connect(server) as session:
        with pytest.raises(_ssh.AuthenticationError, match=complaint) as refused:
            session.userauth_publickey(server.user, key, certificate=certificate)
        assert "'one of ours'" in str(refused.value)
        session.userauth_publickey(server.user, key, certificate=good)
        echo(session)


def test_an_authority_that_the_server_does_not_trust(
    server: OpenSSHServer, keys: Keys, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path / "stranger")
    certificate = certificate_for(stranger, keys, "ed25519", user=server.user)
    key = keys["ed25519"].private
    complaint = "does the server trust its authority"
    with connect(server) as session, pytest.raises(_ssh.AuthenticationError, match=complaint):
        session.userauth_publickey(server.user, key, certificate=certificate)


# ---- what is refused before anything is sent


def damaged(certificate: bytes) -> bytes:
    kind, blob, _ = certificate.split(maxsplit=2)
    return kind + b" " + blob[: len(blob) // 8 * 4]


UNFIT: dict[str, tuple[Callable[[Authority, Keys], bytes], type[_ssh.KeyFileError], str]] = {
    "another key's": (
        lambda authority, keys: certificate_for(authority, keys, "rsa", user="ann"),
        _ssh.KeyFileError,
        "belongs to another key",
    ),
    "a host's": (
        lambda authority, keys: authority.certify_host(
            keys["ed25519"].path.with_suffix(".pub"), "-n", "ann"
        ).read_bytes(),
        _ssh.KeyFileError,
        "not one for users",
    ),
    "a plain key": (
        lambda _, keys: keys["ed25519"].public.encode(),
        _ssh.KeyFileError,
        "not one for users",
    ),
    "damaged": (
        lambda authority, keys: damaged(certificate_for(authority, keys, "ed25519", user="ann")),
        _ssh.DamagedKey,
        "the certificate is damaged",
    ),
    "no text of one": (lambda _authority, _keys: b"hello", _ssh.DamagedKey, "certificate"),
    "unknown": (
        lambda _authority, _keys: b"x-cert@example.org AAAAEngtY2VydEBleGFtcGxlLm9yZw==",
        _ssh.UnsupportedKey,
        "kind that is not known",
    ),
}


@pytest.mark.parametrize(("make", "error", "complaint"), UNFIT.values(), ids=UNFIT)
def test_what_does_not_fit_is_not_sent(
    server: OpenSSHServer,
    authority: Authority,
    keys: Keys,
    make: Callable[[Authority, Keys], bytes],
    error: type[_ssh.KeyFileError],
    complaint: str,
) -> None:
    certificate = make(authority, keys)
    before = server.log.count("Failed publickey")
    with connect(server) as session:
        with pytest.raises(error, match=complaint):
            session.userauth_publickey(
                server.user, keys["ed25519"].private, certificate=certificate
            )
        with pytest.raises(TypeError, match="certificate"):
            session.userauth_publickey(server.user, keys["ed25519"].private, certificate=3)  # type: ignore[arg-type]
    assert server.log.count("Failed publickey") == before


def test_signed_with_sha1_is_for_the_server_to_judge(
    sshd_with: ServerWith, keys: Keys, tmp_path: Path
) -> None:
    tmp_path.chmod(0o755)
    old = Authority(tmp_path / "old", "-t", "rsa", "-b", "2048")
    server = sshd_with(
        "AuthorizedKeysFile none",
        f"TrustedUserCAKeys {old.public_key}",
        "CASignatureAlgorithms +ssh-rsa",
    )
    certificate = certificate_for(old, keys, "ed25519", "-t", "ssh-rsa", user=server.user)
    with connect(server) as session:
        session.userauth_publickey(server.user, keys["ed25519"].private, certificate=certificate)
        echo(session)


# ---- agents and objects


@pytest.fixture(scope="module")
def agent(
    server: OpenSSHServer,
    authority: Authority,
    keys: Keys,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Holds a key that no server takes, and two keys with certificates."""
    folder = tmp_path_factory.mktemp("certified")
    with running_agent(folder / "socket") as path:
        for name in ("stranger", "ed25519", "rsa"):
            key = folder / name
            key.write_bytes(keys[name].private)
            key.chmod(0o600)
            if name != "stranger":
                certificate = certificate_for(authority, keys, name, user=server.user)
                (folder / f"{name}-cert.pub").write_bytes(certificate)
            subprocess.run(
                ["ssh-add", "-q", str(key)],
                env={**os.environ, "SSH_AUTH_SOCK": path},
                check=True,
                capture_output=True,
            )
        yield path


def test_an_agent_that_holds_certificates(server: OpenSSHServer, agent: str) -> None:
    listed = _ssh.Agent(agent).keys()
    certified = [key for key in listed if key.type.endswith("-cert-v01@openssh.com")]
    assert [key.type.split("-cert")[0] for key in certified] == ["ssh-ed25519", "ssh-rsa"]
    with connect(server) as session:
        session.userauth_agent(server.user, agent)
        echo(session)
    assert "ED25519-CERT" in accepted(server)
    for key in certified:
        with connect(server) as session:
            session.userauth_publickey(server.user, key)
            echo(session)
    assert "RSA-CERT" in accepted(server)
    with connect(server) as session:
        session.userauth_agent(server.user, agent, first=certified[1])
    assert "RSA-CERT" in accepted(server)


def test_a_certificate_beside_the_agents_key(
    server: OpenSSHServer, authority: Authority, keys: Keys, agent: str
) -> None:
    listed = _ssh.Agent(agent).keys()
    plain = {key.type: key for key in listed}
    certificate = certificate_for(authority, keys, "rsa", user=server.user)
    with connect(server) as session:
        with pytest.raises(_ssh.KeyFileError, match="another key"):
            session.userauth_publickey(server.user, plain["ssh-ed25519"], certificate=certificate)
        session.userauth_publickey(server.user, plain["ssh-rsa"], certificate=certificate)
        echo(session)


def test_an_object_is_asked_for_plain_signatures(
    server: OpenSSHServer, authority: Authority, keys: Keys, agent: str
) -> None:
    listed = _ssh.Agent(agent).keys()
    key = next(key for key in listed if key.type == "ssh-rsa")
    asked: list[str] = []

    class Vault:
        blob = key.blob

        def sign(self, data: bytes, algorithm: str, /) -> bytes:
            asked.append(algorithm)
            return key.sign(data, algorithm)

    certificate = certificate_for(authority, keys, "rsa", user=server.user)
    with connect(server) as session:
        session.userauth_publickey(server.user, Vault(), certificate=certificate)
        echo(session)
    assert asked == ["rsa-sha2-512"]
