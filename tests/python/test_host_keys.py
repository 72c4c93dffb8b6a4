"""Judging the host key: known, unknown, changed, revoked, lying; and what a policy may change."""

import subprocess
from pathlib import Path

import paramiko
import pytest

import _ssh
from clients import connect, echo, log_in
from servers import OpenSSHServer, ParamikoServer
from servers.keys import public_line

ED25519 = {"host_key": "ssh-ed25519"}


@pytest.fixture
def known_hosts(tmp_path: Path) -> Path:
    path = tmp_path / "known_hosts"
    path.touch()
    return path


def judged(server: OpenSSHServer, known_hosts: object, **options: object) -> _ssh.Session:
    return connect(server, host=server.host, port=server.port, known_hosts=known_hosts, **options)


def other_key(server: OpenSSHServer) -> str:
    """A good ed25519 key that is not the server's."""
    return public_line(server.keys["ed25519"].path)


def hashed(path: Path) -> None:
    subprocess.run(["ssh-keygen", "-Hf", path], check=True, capture_output=True)
    assert path.read_text().startswith("|1|")


@pytest.mark.parametrize("key_type", ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"])
def test_known(openssh: OpenSSHServer, known_hosts: Path, key_type: str) -> None:
    known_hosts.write_text(openssh.known_hosts_line(key_type))
    offer = "rsa-sha2-512" if key_type == "ssh-rsa" else key_type
    with judged(openssh, known_hosts, algorithms={"host_key": offer}) as session:
        assert session.host_key.type == key_type
        log_in(session, openssh)
        echo(session)


def test_known_hashed(openssh: OpenSSHServer, known_hosts: Path) -> None:
    known_hosts.write_text(openssh.known_hosts_line())
    hashed(known_hosts)
    judged(openssh, known_hosts).close()


@pytest.mark.parametrize(
    "names", ["[127.0.0.*]:{port}", "other.example,[127.0.0.1]:{port}", "[127.0.0.?]:{port}"]
)
def test_known_by_pattern(openssh: OpenSSHServer, known_hosts: Path, names: str) -> None:
    host = names.format(port=openssh.port)
    known_hosts.write_text("# a remark\n\n" + openssh.known_hosts_line(host=host))
    judged(openssh, known_hosts).close()


def test_known_under_its_plain_name(openssh: OpenSSHServer, known_hosts: Path) -> None:
    known_hosts.write_text(openssh.known_hosts_line(host="harbour.example"))
    connect(openssh, host="harbour.example", known_hosts=str(known_hosts)).close()
    connect(openssh, host="harbour.example", port=22, known_hosts=[known_hosts]).close()
    connect(openssh, host="HARBOUR.example", known_hosts=known_hosts).close()


def test_known_in_the_second_file(
    openssh: OpenSSHServer, known_hosts: Path, tmp_path: Path
) -> None:
    second = tmp_path / "second"
    second.write_text(openssh.known_hosts_line())
    judged(openssh, [known_hosts, second]).close()


def test_unknown(openssh: OpenSSHServer, known_hosts: Path) -> None:
    known_hosts.write_text(openssh.known_hosts_line(host="other.example"))
    with pytest.raises(_ssh.HostKeyUnknown) as refused:
        judged(openssh, known_hosts, algorithms=ED25519)
    error = refused.value
    assert error.host is not None
    assert openssh.host in error.host
    assert error.key_type == "ssh-ed25519"
    assert error.fingerprint is not None
    assert error.fingerprint.startswith("SHA256:")
    assert error.fingerprint in str(error)


def test_unknown_on_another_port(openssh: OpenSSHServer, known_hosts: Path) -> None:
    known_hosts.write_text(openssh.known_hosts_line(host=f"[127.0.0.1]:{openssh.port + 1}"))
    with pytest.raises(_ssh.HostKeyUnknown):
        judged(openssh, known_hosts)


def test_a_negated_pattern_is_no_match(openssh: OpenSSHServer, known_hosts: Path) -> None:
    known_hosts.write_text(openssh.known_hosts_line(host="*.example,!harbour.example"))
    connect(openssh, host="pier.example", known_hosts=known_hosts).close()
    with pytest.raises(_ssh.HostKeyUnknown):
        connect(openssh, host="harbour.example", known_hosts=known_hosts)


def test_changed(openssh: OpenSSHServer, known_hosts: Path) -> None:
    known_hosts.write_text(f"[127.0.0.1]:{openssh.port} {other_key(openssh)}\n")
    with pytest.raises(_ssh.HostKeyChanged) as refused:
        judged(openssh, known_hosts, algorithms=ED25519)
    assert refused.value.key_type == "ssh-ed25519"
    hashed(known_hosts)
    with pytest.raises(_ssh.HostKeyChanged):
        judged(openssh, known_hosts, algorithms=ED25519)


def test_revoked(openssh: OpenSSHServer, known_hosts: Path) -> None:
    good = openssh.known_hosts_line()
    known_hosts.write_text(f"{good}@revoked * {openssh.host_keys['ssh-ed25519']}\n")
    for policy in ("strict", "accept-new", lambda *_: True):
        with pytest.raises(_ssh.HostKeyRevoked):
            judged(openssh, known_hosts, host_key_policy=policy, algorithms=ED25519)


@pytest.mark.parametrize("policy", ["accept-new", "insecure-accept-any"])
def test_policies_that_take_an_unknown_key(
    openssh: OpenSSHServer, known_hosts: Path, policy: str
) -> None:
    with judged(openssh, known_hosts, host_key_policy=policy) as session:
        log_in(session, openssh)
        echo(session)


def test_accept_new_refuses_a_changed_key(openssh: OpenSSHServer, known_hosts: Path) -> None:
    known_hosts.write_text(f"[127.0.0.1]:{openssh.port} {other_key(openssh)}\n")
    with pytest.raises(_ssh.HostKeyChanged):
        judged(openssh, known_hosts, host_key_policy="accept-new", algorithms=ED25519)


@pytest.mark.parametrize("answer", [True, False])
def test_a_callback_decides_about_unknown_keys(
    openssh: OpenSSHServer, known_hosts: Path, answer: bool
) -> None:
    asked: list[tuple[str, str]] = []

    def decide(host: str, key: _ssh.HostKey) -> bool:
        asked.append((host, key.fingerprint))
        return answer

    if answer:
        with judged(openssh, known_hosts, host_key_policy=decide) as session:
            assert asked[0][1] == session.host_key.fingerprint
    else:
        with pytest.raises(_ssh.HostKeyUnknown):
            judged(openssh, known_hosts, host_key_policy=decide)
    assert len(asked) == 1
    assert openssh.host in asked[0][0]


def test_a_callback_is_not_asked_about_a_changed_key(
    openssh: OpenSSHServer, known_hosts: Path
) -> None:
    known_hosts.write_text(f"[127.0.0.1]:{openssh.port} {other_key(openssh)}\n")
    asked: list[str] = []

    def accept(host: str, key: _ssh.HostKey) -> bool:
        asked.append(host)
        return True

    with pytest.raises(_ssh.HostKeyChanged):
        judged(openssh, known_hosts, host_key_policy=accept, algorithms=ED25519)
    assert asked == []


def test_an_error_of_the_callback_comes_through(openssh: OpenSSHServer, known_hosts: Path) -> None:
    def fail(host: str, key: _ssh.HostKey) -> bool:
        raise LookupError("no directory today")

    with pytest.raises(LookupError, match="no directory today"):
        judged(openssh, known_hosts, host_key_policy=fail)


def test_damaged_lines_do_not_hide_good_ones(openssh: OpenSSHServer, known_hosts: Path) -> None:
    bad = b"[127.0.0.1]:1 ssh-ed25519 !!!\n|1|x|y ssh-rsa\n\xff\xfe\0\njust-a-name\n"
    known_hosts.write_bytes(bad + openssh.known_hosts_line().encode() + b"no newline")
    judged(openssh, known_hosts).close()


def test_unknown_policy_is_a_value_error(openssh: OpenSSHServer, known_hosts: Path) -> None:
    with pytest.raises(ValueError):
        judged(openssh, known_hosts, host_key_policy="trust-me")


def test_a_server_that_has_not_the_key_it_shows(
    paramiko_server: ParamikoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = paramiko.Ed25519Key.sign_ssh_data

    def lie(self: paramiko.Ed25519Key, data: bytes, *rest: object) -> object:
        return honest(self, data + b"?", *rest)

    monkeypatch.setattr(paramiko.Ed25519Key, "sign_ssh_data", lie)
    with pytest.raises(_ssh.HostKeySignatureError):
        connect(paramiko_server, algorithms=ED25519)
