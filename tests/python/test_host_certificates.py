"""Host certificates against OpenSSH: offered where an authority is known, and judged."""

from collections.abc import Callable
from pathlib import Path

import pytest

import _ssh
from authority import Authority
from clients import connect, echo, log_in
from servers import OpenSSHServer

CERTIFICATES = {
    "ed25519": "ssh-ed25519-cert-v01@openssh.com",
    "ecdsa-256": "ecdsa-sha2-nistp256-cert-v01@openssh.com",
    "ecdsa-384": "ecdsa-sha2-nistp384-cert-v01@openssh.com",
    "ecdsa-521": "ecdsa-sha2-nistp521-cert-v01@openssh.com",
    "rsa": "rsa-sha2-512-cert-v01@openssh.com",
}

ServerWith = Callable[..., OpenSSHServer]


@pytest.fixture(scope="module")
def authority(openssh: OpenSSHServer, tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def server(authority: Authority, openssh: OpenSSHServer, sshd_with: ServerWith) -> OpenSSHServer:
    """Has a good certificate for each of its keys."""
    certificates = [
        authority.certify_host(
            openssh.keys.host_key(name).with_suffix(".pub"), "-n", "127.0.0.1,harbour.example"
        )
        for name in CERTIFICATES
    ]
    return sshd_with(*(f"HostCertificate {path}" for path in certificates))


@pytest.fixture
def known_hosts(tmp_path: Path) -> Path:
    path = tmp_path / "known_hosts"
    path.touch()
    return path


def judged(server: OpenSSHServer, known_hosts: Path, **options: object) -> _ssh.Session:
    return connect(server, host=server.host, port=server.port, known_hosts=known_hosts, **options)


def trust(authority: Authority, hosts: str = "127.0.0.1") -> str:
    return f"@cert-authority {hosts} {authority.public}\n"


def test_a_certificate_comes_first(
    server: OpenSSHServer, authority: Authority, known_hosts: Path
) -> None:
    known_hosts.write_text(trust(authority) + server.known_hosts_line("ssh-rsa"))
    with judged(server, known_hosts) as session:
        assert session.algorithms.host_key == "ssh-ed25519-cert-v01@openssh.com"
        assert session.host_key.type == "ssh-ed25519-cert-v01@openssh.com"
        log_in(session, server)
        session.rekey()
        echo(session)


@pytest.mark.parametrize("algorithm", [*CERTIFICATES.values(), "rsa-sha2-256-cert-v01@openssh.com"])
def test_of_each_type(
    server: OpenSSHServer, authority: Authority, known_hosts: Path, algorithm: str
) -> None:
    known_hosts.write_text(trust(authority))
    offer = {"host_key": algorithm}
    with judged(server, known_hosts, algorithms=offer) as session:
        assert session.algorithms.host_key == algorithm
        log_in(session, server)
        echo(session)


@pytest.mark.parametrize("kind", [("-t", "rsa", "-b", "2048"), ("-t", "ecdsa", "-b", "521")])
def test_by_an_authority_of_another_type(
    openssh: OpenSSHServer,
    sshd_with: ServerWith,
    known_hosts: Path,
    tmp_path: Path,
    kind: tuple[str, ...],
) -> None:
    tmp_path.chmod(0o755)
    other = Authority(tmp_path / "other", *kind)
    path = other.certify_host(
        openssh.keys.host_key("ed25519").with_suffix(".pub"), "-n", "127.0.0.*"
    )
    known_hosts.write_text(trust(other))
    judged(sshd_with(f"HostCertificate {path}"), known_hosts).close()


def test_the_fingerprint_is_that_of_the_key(
    server: OpenSSHServer, authority: Authority, known_hosts: Path
) -> None:
    known_hosts.write_text(trust(authority))
    with judged(server, known_hosts) as session, connect(server) as plain:
        assert plain.host_key.type == "ssh-ed25519"
        assert session.host_key.fingerprint == plain.host_key.fingerprint
        assert session.host_key.blob != plain.host_key.blob


def test_none_is_asked_for_without_an_authority(
    server: OpenSSHServer, authority: Authority, known_hosts: Path
) -> None:
    known_hosts.write_text(trust(authority, "other.example") + server.known_hosts_line())
    with judged(server, known_hosts) as session:
        assert session.host_key.type == "ssh-ed25519"


@pytest.mark.parametrize("hosts", ["[127.0.0.1]:{port}", "127.0.0.*", "*,!other.example"])
def test_the_authority_is_found_as_a_key_is(
    server: OpenSSHServer, authority: Authority, known_hosts: Path, hosts: str
) -> None:
    known_hosts.write_text(trust(authority, hosts.format(port=server.port)))
    with judged(server, known_hosts) as session:
        assert session.host_key.type.endswith("-cert-v01@openssh.com")


def test_the_name_is_looked_for_in_the_certificate(
    server: OpenSSHServer, authority: Authority, known_hosts: Path
) -> None:
    known_hosts.write_text(trust(authority, "*"))
    connect(server, host="Harbour.Example", known_hosts=known_hosts).close()
    with pytest.raises(_ssh.HostKeyUnknown, match=r"harbour\.example") as refused:
        connect(server, host="pier.example", known_hosts=known_hosts)
    assert refused.value.key_type == "ssh-ed25519-cert-v01@openssh.com"
    assert refused.value.host == "pier.example"


FAULTS: dict[str, tuple[tuple[str, ...], str]] = {
    "expired": (
        ("-n", "127.0.0.1", "-V", "20200101Z:20210101Z"),
        "expired at 2021-01-01T00:00:00Z",
    ),
    "not yet valid": (("-n", "127.0.0.1", "-V", "20900101Z:20910101Z"), "valid from 2090-01-01T"),
    "no names": ((), "names no host"),
    "other name": (("-n", "other.example"), "it is for other.example"),
    "critical option": (
        ("-n", "127.0.0.1", "-O", "critical:new@example.org=1"),
        "critical option 'new@example.org'",
    ),
}


@pytest.mark.parametrize(("options", "complaint"), FAULTS.values(), ids=FAULTS)
def test_a_faulty_certificate_counts_for_nothing(
    openssh: OpenSSHServer,
    authority: Authority,
    sshd_with: ServerWith,
    known_hosts: Path,
    options: tuple[str, ...],
    complaint: str,
) -> None:
    public_key = openssh.keys.host_key("ed25519").with_suffix(".pub")
    path = authority.certify_host(public_key, *options)
    faulty = sshd_with(f"HostCertificate {path}")
    asked: list[str] = []

    def accept(host: str, key: _ssh.HostKey) -> bool:
        asked.append(host)
        return True

    known_hosts.write_text(trust(authority))
    for policy in ("strict", "accept-new", accept):
        with pytest.raises(_ssh.HostKeyUnknown, match=complaint):
            judged(faulty, known_hosts, host_key_policy=policy)
    assert asked == []
    assert known_hosts.read_text() == trust(authority)

    # The key within is good for itself.
    known_hosts.write_text(trust(authority) + faulty.known_hosts_line())
    judged(faulty, known_hosts).close()


def test_of_an_authority_that_is_not_on_record(
    server: OpenSSHServer, known_hosts: Path, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path / "stranger")
    known_hosts.write_text(trust(stranger))
    with pytest.raises(_ssh.HostKeyUnknown, match="no @cert-authority line"):
        judged(server, known_hosts)
    other = f"[127.0.0.1]:{server.port} {stranger.public}\n"
    known_hosts.write_text(trust(stranger) + other)
    with pytest.raises(_ssh.HostKeyChanged):
        judged(server, known_hosts)
    known_hosts.write_text(trust(stranger))
    judged(server, known_hosts, host_key_policy="insecure-accept-any").close()


def test_a_revoked_authority_wins(
    server: OpenSSHServer, authority: Authority, known_hosts: Path
) -> None:
    lines = trust(authority) + server.known_hosts_line()
    known_hosts.write_text(lines + f"@revoked * {authority.public}\n")
    for policy in ("strict", "insecure-accept-any"):
        with pytest.raises(_ssh.HostKeyRevoked, match="authority"):
            judged(server, known_hosts, host_key_policy=policy)


def test_a_revoked_key_has_no_good_certificate(
    server: OpenSSHServer, authority: Authority, known_hosts: Path
) -> None:
    key = server.host_keys["ssh-ed25519"]
    known_hosts.write_text(trust(authority) + f"@revoked * {key}\n")
    with pytest.raises(_ssh.HostKeyRevoked):
        judged(server, known_hosts)


def test_signed_with_sha1_is_refused(
    openssh: OpenSSHServer, sshd_with: ServerWith, known_hosts: Path, tmp_path: Path
) -> None:
    tmp_path.chmod(0o755)
    old = Authority(tmp_path / "old", "-t", "rsa", "-b", "2048")
    public_key = openssh.keys.host_key("ed25519").with_suffix(".pub")
    path = old.certify_host(public_key, "-n", "127.0.0.1", "-t", "ssh-rsa")
    known_hosts.write_text(trust(old))
    with pytest.raises(_ssh.HostKeySignatureError):
        judged(sshd_with(f"HostCertificate {path}"), known_hosts)


def test_a_certificate_that_was_asked_for_by_name_is_shown(server: OpenSSHServer) -> None:
    offer = {"host_key": "ecdsa-sha2-nistp384-cert-v01@openssh.com"}
    with connect(server, algorithms=offer) as session:
        assert session.host_key.type == "ecdsa-sha2-nistp384-cert-v01@openssh.com"
