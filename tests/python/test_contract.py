"""The rows of the contract: an old script runs as it was written, errors are what they say."""

import builtins
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import _ssh
from clients import connect, dial, login
from servers import PASSWORD, OpenSSHServer, Server

ERRORS = [
    ("Error", "OSError"),
    ("ProtocolError", "Error ConnectionError"),
    ("LimitError", "ProtocolError"),
    ("UnsafeNameError", "ProtocolError"),
    ("NegotiationError", "Error ConnectionError"),
    ("ConnectionLost", "Error ConnectionError"),
    ("Timeout", "Error TimeoutError"),
    ("HostKeyError", "Error"),
    ("HostKeyUnknown", "HostKeyError"),
    ("HostKeyChanged", "HostKeyError"),
    ("HostKeyRevoked", "HostKeyError"),
    ("HostKeySignatureError", "HostKeyError"),
    ("AuthenticationError", "Error PermissionError"),
    ("AgentError", "Error"),
    ("KeyFileError", "Error ValueError"),
    ("PassphraseRequired", "KeyFileError"),
    ("WrongPassphrase", "KeyFileError"),
    ("UnsupportedKey", "KeyFileError"),
    ("DamagedKey", "KeyFileError"),
    ("ChannelError", "Error"),
    ("SFTPError", "Error"),
    ("SCPError", "Error"),
]


def test_versions() -> None:
    assert _ssh.version() == "1.11.1"
    assert _ssh.crypto_engine_name() == "openssl"
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", _ssh.__version__)


@pytest.mark.parametrize(("name", "bases"), ERRORS)
def test_error_classes(name: str, bases: str) -> None:
    error = getattr(_ssh, name)
    for base in bases.split():
        assert issubclass(error, getattr(_ssh, base, None) or getattr(builtins, base))
    assert error.__module__ == "_ssh"
    assert issubclass(error, OSError)


def test_a_script_of_the_first_module(openssh_password: Server) -> None:
    server = openssh_password
    sock = dial(server)
    sock.settimeout(0.1)
    session = _ssh.Session(sock)
    # The rows owe None; the stub says so too, hence the detour for the type checker.
    log_in: Callable[[str, str], object] = session.userauth_password
    close: Callable[[], object] = session.close
    assert log_in(server.user, PASSWORD) is None
    assert session.exec("echo hello; echo dropped >&2; exit 7") == b"hello\n"
    assert session.exec(b"sleep 0.5; printf 'a\\000b\\377'") == b"a\0b\xff"
    assert session.exec("true") == b""
    assert close() is None
    assert close() is None
    sock.close()


def test_key_login_returns_none(openssh: OpenSSHServer) -> None:
    with connect(openssh) as session:
        log_in: Callable[[str, bytes], object] = session.userauth_publickey
        assert log_in(openssh.user, openssh.keys["ed25519"].private) is None


def test_what_can_be_read_of_a_session(openssh: OpenSSHServer) -> None:
    with connect(openssh, algorithms={"host_key": "ssh-ed25519"}) as session:
        assert session.server_version.startswith("SSH-2.0-OpenSSH_")
        assert not session.authenticated
        assert len(session.session_id) >= 32
        agreed = session.algorithms
        assert agreed.kex
        assert agreed.host_key == "ssh-ed25519"
        assert agreed.cipher_client_to_server == agreed.cipher_server_to_client != ""
        assert agreed.compression_client_to_server == "none"
        assert agreed.strict_kex
        assert session.warnings == ()
        assert session.rekey_count == 0
        assert not session.closed
    assert session.closed


def test_host_key_is_shown_as_ssh_keygen_shows_it(openssh: OpenSSHServer) -> None:
    path = openssh.keys.host_key("ed25519").with_suffix(".pub")
    shown = subprocess.run(["ssh-keygen", "-lf", path], capture_output=True, text=True, check=True)
    with connect(openssh, algorithms={"host_key": "ssh-ed25519"}) as session:
        key = session.host_key
    assert key.type == "ssh-ed25519"
    assert key.fingerprint == shown.stdout.split()[1]
    assert key.blob.startswith(b"\0\0\0\x0bssh-ed25519\0\0\0 ")
    assert len(key.blob) == 51


def test_banner_is_readable_and_harmless(
    sshd_with: Callable[..., OpenSSHServer], tmp_path: Path
) -> None:
    text = tmp_path / "banner"
    text.write_bytes(b"Welcome aboard\n\x1b[31mred\x07\n")
    tmp_path.chmod(0o755)
    with login(sshd_with(f"Banner {text}")) as session:
        assert "Welcome aboard" in session.banner
        assert "red" in session.banner
        assert not any(ord(letter) < 32 and letter not in "\r\n\t" for letter in session.banner)


def test_no_banner_is_empty(openssh: OpenSSHServer) -> None:
    with login(openssh) as session:
        assert session.banner == ""


def test_session_as_context_manager_closes(openssh: OpenSSHServer) -> None:
    with login(openssh) as session:
        pass
    with pytest.raises(_ssh.Error):
        session.exec("true")
