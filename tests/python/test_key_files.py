"""Private key files as ssh-keygen and puttygen write them: each logs in, or says why it cannot."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import _ssh
from clients import connect, echo
from servers import Keys, OpenSSHServer
from servers.keys import PASSPHRASE, plain_names

CIPHERS = [
    *(f"aes{bits}-{mode}" for bits in (128, 192, 256) for mode in ("cbc", "ctr")),
    "3des-cbc",
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "chacha20-poly1305@openssh.com",
]
PUTTYGEN = shutil.which("puttygen")
needs_puttygen = pytest.mark.skipif(PUTTYGEN is None, reason="puttygen is not installed")


def locked_copy(keys: Keys, name: str, path: Path, *options: str) -> bytes:
    """The key encrypted anew by ssh-keygen."""
    path.write_bytes(keys[name].private)
    path.chmod(0o600)
    command = ["ssh-keygen", "-q", "-p", "-P", "", "-N", PASSPHRASE, *options, "-f", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path.read_bytes()


def opens_only_with_its_passphrase(server: OpenSSHServer, content: bytes) -> None:
    with connect(server) as session:
        with pytest.raises(_ssh.PassphraseRequired):
            session.userauth_publickey(server.user, content)
        with pytest.raises(_ssh.WrongPassphrase):
            session.userauth_publickey(server.user, content, passphrase="another")
        session.userauth_publickey(server.user, content, passphrase=PASSPHRASE)
        echo(session)


@pytest.mark.parametrize("cipher", CIPHERS)
def test_every_cipher_of_ssh_keygen(
    openssh: OpenSSHServer, keys: Keys, tmp_path: Path, cipher: str
) -> None:
    content = locked_copy(keys, "ed25519", tmp_path / "key", "-a", "4", "-Z", cipher)
    opens_only_with_its_passphrase(openssh, content)


@pytest.mark.parametrize("form", ["PEM", "PKCS8"])
@pytest.mark.parametrize("name", ["ecdsa-256", "ecdsa-384", "ecdsa-521", "rsa"])
def test_the_forms_before_openssh(
    openssh: OpenSSHServer, keys: Keys, tmp_path: Path, form: str, name: str
) -> None:
    content = locked_copy(keys, name, tmp_path / "key", "-m", form)
    assert (b"DEK-Info" in content) == (form == "PEM")
    opens_only_with_its_passphrase(openssh, content)


DEK_CIPHERS = ["-aes128", "-aes192", "-aes256", "-des3"]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize("cipher", DEK_CIPHERS)
def test_every_cipher_of_old_pem_files(openssh: OpenSSHServer, keys: Keys, cipher: str) -> None:
    command = ["openssl", "rsa", "-traditional", cipher, "-passout", f"pass:{PASSPHRASE}"]
    content = subprocess.run(
        command, input=keys["rsa-pem"].private, check=True, capture_output=True
    ).stdout
    assert b"DEK-Info" in content
    opens_only_with_its_passphrase(openssh, content)


def ppk(keys: Keys, name: str, folder: Path, parameters: str, passphrase: str) -> bytes:
    assert PUTTYGEN is not None
    secret = folder / "passphrase"
    secret.write_text(passphrase)
    path = folder / "key.ppk"
    command = [PUTTYGEN, str(keys[name].path), "-O", "private", "-o", str(path)]
    command += ["--ppk-param", parameters, "--new-passphrase", str(secret)]
    subprocess.run(command, check=True, capture_output=True)
    return path.read_bytes()


@needs_puttygen
@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("name", plain_names())
def test_ppk(openssh: OpenSSHServer, keys: Keys, tmp_path: Path, name: str, version: int) -> None:
    content = ppk(keys, name, tmp_path, f"version={version}", "")
    assert content.startswith(f"PuTTY-User-Key-File-{version}:".encode())
    with connect(openssh) as session:
        session.userauth_publickey(openssh.user, content, keys[name].public)
        echo(session)


@needs_puttygen
@pytest.mark.parametrize(
    "parameters",
    [
        "version=2",
        "version=3",  # with puttygen's own costs
        "version=3,kdf=argon2i,memory=64,passes=2",
        "version=3,kdf=argon2d,memory=64,passes=2,parallelism=2",
        "version=3,kdf=argon2id,memory=262144,passes=1,parallelism=3",  # as much as is taken
    ],
)
def test_ppk_encrypted(openssh: OpenSSHServer, keys: Keys, tmp_path: Path, parameters: str) -> None:
    content = ppk(keys, "ed25519", tmp_path, parameters, PASSPHRASE)
    opens_only_with_its_passphrase(openssh, content)


@needs_puttygen
def test_ppk_that_asks_for_too_much(openssh: OpenSSHServer, keys: Keys, tmp_path: Path) -> None:
    content = ppk(keys, "ed25519", tmp_path, "version=3,memory=262145,passes=1", PASSPHRASE)
    with connect(openssh) as session, pytest.raises(_ssh.UnsupportedKey, match="256 MiB"):
        session.userauth_publickey(openssh.user, content, passphrase=PASSPHRASE)


@needs_puttygen
def test_ppk_that_is_damaged(openssh: OpenSSHServer, keys: Keys, tmp_path: Path) -> None:
    plain = ppk(keys, "ed25519", tmp_path, "version=3", "")
    locked = ppk(keys, "ed25519", tmp_path, "version=3,memory=64,passes=1", PASSPHRASE)
    with connect(openssh) as session:
        with pytest.raises(_ssh.DamagedKey):
            session.userauth_publickey(openssh.user, plain.replace(b"Comment: ", b"Comment: x"))
        with pytest.raises(_ssh.DamagedKey):
            session.userauth_publickey(openssh.user, plain[: len(plain) // 2])
        with pytest.raises(_ssh.WrongPassphrase, match="or the encrypted part is damaged"):
            session.userauth_publickey(
                openssh.user, locked.replace(b"Comment: ", b"Comment: x"), passphrase=PASSPHRASE
            )
        with pytest.raises(_ssh.UnsupportedKey):
            session.userauth_publickey(openssh.user, plain.replace(b"File-3", b"File-1"))


@pytest.fixture(scope="module")
def samples(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """One key as a .ppk, plain and encrypted."""
    folder = tmp_path_factory.mktemp("ppk")
    parameters = "version=3,memory=64,passes=1"
    return [ppk(keys, "stranger", folder, parameters, phrase) for phrase in ("", PASSPHRASE)]


@needs_puttygen
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_changed_byte_of_a_ppk_is_an_error(
    keys: Keys, samples: list[bytes], data: st.DataObject
) -> None:
    """But for what means the same: hex digits in capitals, line ends."""
    content = bytearray(data.draw(st.sampled_from(samples)))
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        key = _ssh.PrivateKey.from_bytes(content, PASSPHRASE)
    except _ssh.KeyFileError:
        return
    assert key == _ssh.PrivateKey.from_file(keys.stranger.path)
