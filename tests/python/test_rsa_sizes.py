"""How long an RSA key must be: the server's, its authority's, and ours."""

import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import _ssh
import hawser
from clients import connect
from servers import OpenSSHServer
from servers.keys import public_line

pytestmark = pytest.mark.filterwarnings("ignore::_ssh.SecurityWarning")


def _generate(path: Path, bits: int) -> Path:
    size = ["-t", "rsa", "-b", str(bits)]
    subprocess.run(["ssh-keygen", "-q", "-N", "", *size, "-f", str(path)], check=True)
    return path


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _generate(tmp_path_factory.mktemp("short") / "rsa_1024", 1024)


@pytest.fixture(scope="module")
def old_gear(sshd_with: Callable[..., OpenSSHServer], short: Path) -> Iterator[OpenSSHServer]:
    """A server with a host key of 1024 bits, which lets such a key in."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # sshd reads the file as the user
        authorized = Path(folder) / "keys"
        authorized.write_text(public_line(short) + "\n")
        yield sshd_with(
            f"HostKey {short}", "HostKeyAlgorithms rsa-sha2-512", f"AuthorizedKeysFile {authorized}"
        )


def test_a_short_host_key_is_refused(old_gear: OpenSSHServer) -> None:
    with pytest.raises(_ssh.HostKeyError, match=r"1024 bits; 2048 .*required_rsa_size=1024") as no:
        connect(old_gear)
    assert type(no.value) is _ssh.HostKeyError
    with pytest.raises(_ssh.HostKeyError, match="1024 bits; 1025 are required"):
        connect(old_gear, required_rsa_size=1025)


@pytest.mark.parametrize("options", [{"required_rsa_size": 1024}, {"algorithms": "legacy"}])
def test_a_short_host_key_is_accepted_by_opt_in(
    old_gear: OpenSSHServer, short: Path, options: dict[str, object]
) -> None:
    with pytest.warns(_ssh.SecurityWarning, match="RSA of 1024 bits"):
        session = connect(old_gear, **options)
    with session:
        assert any("1024 bits" in text for text in session.warnings)
        session.userauth_publickey(old_gear.user, short.read_bytes())
        assert session.run("echo in").stdout == b"in\n"


def test_one_legacy_algorithm_is_no_word_for_short_keys(old_gear: OpenSSHServer) -> None:
    with pytest.raises(_ssh.HostKeyError, match="1024 bits"):
        connect(old_gear, algorithms=_ssh.Legacy("ssh-rsa"))


def test_a_short_key_of_ours_is_not_used(openssh: OpenSSHServer, short: Path) -> None:
    key = _ssh.PrivateKey.from_file(short)
    with connect(openssh) as session:
        with pytest.raises(_ssh.UnsupportedKey, match="the key is RSA of 1024 bits; 2048"):
            session.userauth_publickey(openssh.user, key)
        # Nothing was tried: the server had no chance to refuse.
        with pytest.raises(_ssh.AuthenticationError):
            session.userauth_none(openssh.user)


def test_a_longer_key_can_be_required(openssh: OpenSSHServer, short: Path, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", _ssh.SecurityWarning)
        with connect(openssh, required_rsa_size=3072, algorithms={"host_key": "rsa-sha2-256"}):
            pass
    with pytest.raises(_ssh.HostKeyError, match="3072 bits; 3073 are required"):
        connect(openssh, required_rsa_size=3073, algorithms={"host_key": "rsa-sha2-256"})


def test_the_authority_of_a_certificate_counts(
    sshd_with: Callable[..., OpenSSHServer], short: Path, tmp_path: Path
) -> None:
    host = tmp_path / "host"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", host], check=True)
    names = ["-h", "-n", "127.0.0.1", "-I", "host"]
    subprocess.run(["ssh-keygen", "-q", "-s", short, *names, f"{host}.pub"], check=True)
    server = sshd_with(f"HostKey {host}", f"HostCertificate {host}-cert.pub")
    known = tmp_path / "known_hosts"
    known.write_text(f"@cert-authority * {public_line(short)}\n")
    judged = {"host": "127.0.0.1", "known_hosts": known}
    with pytest.raises(_ssh.HostKeyError, match="1024 bits"):
        connect(server, **judged)
    connect(server, required_rsa_size=1024, **judged).close()


def test_the_package_and_its_configuration(old_gear: OpenSSHServer, short: Path) -> None:
    host = f"{old_gear.user}@{old_gear.host}:{old_gear.port}"
    policy = hawser.host_keys.Pinned(_ssh.PublicKey.from_file(f"{short}.pub").fingerprint)
    usual: dict[str, Any] = {"host_keys": policy, "keys": [short], "agent": False}
    with pytest.raises(_ssh.HostKeyError, match="1024 bits"):
        hawser.connect(host, config=False, **usual)
    with hawser.connect(host, config=False, required_rsa_size=1024, **usual) as client:
        assert client.run("echo in", encoding="utf-8").stdout == "in\n"
    text = hawser.config.SSHConfig.from_text("RequiredRSASize 512")
    hawser.connect(host, config=text, **usual).close()


@pytest.mark.parametrize("size", [0, 1023, 16385, -1, 2.5, "2048"])
def test_what_cannot_be_required(openssh: OpenSSHServer, size: object) -> None:
    with pytest.raises((ValueError, TypeError), match="required_rsa_size"):
        connect(openssh, required_rsa_size=size)
