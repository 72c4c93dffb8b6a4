"""PrivateKey and PublicKey: made, read, written and shown as ssh-keygen does."""

import base64
import subprocess
from pathlib import Path

import pytest

import _ssh
from authority import Authority
from clients import connect, echo
from servers import Keys, OpenSSHServer
from servers.keys import PASSPHRASE, copy_names, plain_names

DATA = Path(__file__).parents[1] / "data" / "keys"
KINDS: dict[str, tuple[str, int | None, str]] = {
    "ed25519": ("ed25519", None, "ssh-ed25519"),
    "ecdsa": ("ecdsa", None, "ecdsa-sha2-nistp256"),
    "ecdsa-384": ("ecdsa", 384, "ecdsa-sha2-nistp384"),
    "ecdsa-521": ("ecdsa", 521, "ecdsa-sha2-nistp521"),
    "rsa": ("rsa", None, "ssh-rsa"),
    "rsa-2048": ("rsa", 2048, "ssh-rsa"),
}


def keygen(*arguments: str | Path) -> str:
    command = ["ssh-keygen", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="module", params=KINDS)
def made(request: pytest.FixtureRequest) -> _ssh.PrivateKey:
    kind, bits, type_ = KINDS[request.param]
    key = _ssh.PrivateKey.generate(kind, bits=bits, comment="of ours")  # type: ignore[arg-type]
    assert key.type == type_
    return key


# ---- what we write, read by ssh-keygen


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_ssh_keygen_reads_what_is_written(
    made: _ssh.PrivateKey, tmp_path: Path, passphrase: str | None
) -> None:
    path = tmp_path / "key"
    made.save(path, passphrase, rounds=4)
    assert path.stat().st_mode & 0o7777 == 0o600
    assert names_in(tmp_path) == ["key"]
    line = keygen("-y", "-P", passphrase or "", "-f", path)
    assert line == str(made.public_key)
    assert line.endswith(" of ours")
    assert made.fingerprint in keygen("-l", "-f", path)
    if passphrase is not None:
        refused = subprocess.run(
            ["ssh-keygen", "-y", "-P", "another", "-f", path], check=False, capture_output=True
        )
        assert refused.returncode != 0


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_it_reads_what_it_writes(made: _ssh.PrivateKey, passphrase: str | None) -> None:
    content = made.to_bytes(passphrase, rounds=4)
    again = _ssh.PrivateKey.from_bytes(content, passphrase)
    assert again == made
    assert again.comment == "of ours"
    assert content != made.to_bytes(passphrase, rounds=4)
    if passphrase is not None:
        with pytest.raises(_ssh.PassphraseRequired):
            _ssh.PrivateKey.from_bytes(content)
        with pytest.raises(_ssh.WrongPassphrase):
            _ssh.PrivateKey.from_bytes(content, "another")


@pytest.mark.parametrize("rounds", [2048, 2049])
def test_the_most_rounds(rounds: int) -> None:
    """What is too much is said before a passphrase is asked for; what is not is done."""
    armor = (DATA / "ed25519_rounds_2049").read_text()
    begin, *lines, end = armor.strip().splitlines()
    blob = base64.b64decode("".join(lines))
    assert blob.count(bytes.fromhex("00000801")) == 1
    blob = blob.replace(bytes.fromhex("00000801"), rounds.to_bytes(4))
    file = "\n".join([begin, base64.b64encode(blob).decode(), end, ""])
    refusal = _ssh.PassphraseRequired if rounds == 2048 else _ssh.UnsupportedKey
    with pytest.raises(refusal):
        _ssh.PrivateKey.from_bytes(file.encode())


@pytest.mark.parametrize("kib", [256 * 1024, 256 * 1024 + 1])
def test_the_most_memory(kib: int) -> None:
    file = (DATA / "ed25519_v3_encrypted.ppk").read_text()
    file = file.replace("Memory: 512", f"Memory: {kib}").replace("Passes: 3", "Passes: 1")
    refusal = _ssh.WrongPassphrase if kib == 256 * 1024 else _ssh.UnsupportedKey
    with pytest.raises(refusal):  # what is done with other costs gives another key
        _ssh.PrivateKey.from_bytes(file.encode(), PASSPHRASE)


def test_a_generated_key_signs(made: _ssh.PrivateKey, tmp_path: Path) -> None:
    """ssh-keygen judges a signature of its own; a server would judge ours: see test_login."""
    signature = made.sign(b"message")
    name = signature[4 : 4 + int.from_bytes(signature[:4])]
    assert name.decode() == ("rsa-sha2-512" if made.type == "ssh-rsa" else made.type)
    if made.type == "ssh-rsa":
        assert b"rsa-sha2-256" in made.sign(b"message", "rsa-sha2-256")
    with pytest.raises(_ssh.UnsupportedKey):
        made.sign(b"message", "ssh-dss")


# ---- what others write, read by us


@pytest.mark.parametrize("name", [*plain_names(), *copy_names()])
def test_a_key_file_is_read_as_by_ssh_keygen(keys: Keys, name: str) -> None:
    key = keys[name]
    read = _ssh.PrivateKey.from_file(key.path, key.passphrase)
    line = keygen("-y", "-P", key.passphrase or "", "-f", key.path)
    assert str(read.public_key).split()[:2] == line.split()[:2]
    assert read.fingerprint == keygen("-l", "-f", key.path.with_suffix(".pub")).split()[1]
    assert read == _ssh.PrivateKey.from_bytes(key.private, key.passphrase)
    assert read.public_key == _ssh.PublicKey.from_bytes(key.public)
    assert read.blob == read.public_key.blob


@pytest.mark.parametrize("name", plain_names())
def test_a_public_key_in_either_form(keys: Keys, tmp_path: Path, name: str) -> None:
    path = keys[name].path.with_suffix(".pub")
    read = _ssh.PublicKey.from_file(path)
    assert str(read) == path.read_text().strip()
    exported = keygen("-e", "-m", "RFC4716", "-f", path)
    assert _ssh.PublicKey.from_bytes(exported) == read
    assert "from OpenSSH" in _ssh.PublicKey.from_bytes(exported).comment
    ours = tmp_path / "rfc4716"
    ours.write_text(read.to_rfc4716())
    assert keygen("-i", "-m", "RFC4716", "-f", ours).split()[:2] == str(read).split()[:2]
    assert _ssh.PublicKey.from_file(ours) == read
    assert _ssh.PublicKey.from_file(ours).comment == read.comment
    assert _ssh.PublicKey.from_bytes(read.blob) == read


def test_a_certificate_is_a_public_key(openssh: OpenSSHServer, keys: Keys, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority")
    path = authority.certify_user(keys["rsa"].path.with_suffix(".pub"), "-n", "ann")
    certificate = _ssh.PublicKey.from_file(path)
    assert certificate.type == "ssh-rsa-cert-v01@openssh.com"
    assert str(certificate) == path.read_text().strip()
    assert certificate.fingerprint == _ssh.PrivateKey.from_file(keys["rsa"].path).fingerprint
    assert certificate != _ssh.PublicKey.from_bytes(keys["rsa"].public)


# ---- logins


def test_login_by_a_key_in_memory(openssh: OpenSSHServer, keys: Keys) -> None:
    for name in plain_names():
        key = _ssh.PrivateKey.from_file(keys[name].path)
        with connect(openssh) as session:
            session.userauth_publickey(openssh.user, key)
            echo(session)
    with connect(openssh) as session:
        with pytest.raises(_ssh.AuthenticationError):
            session.userauth_publickey(openssh.user, _ssh.PrivateKey.generate())
        with pytest.raises(_ssh.KeyFileError):
            session.userauth_publickey(
                openssh.user, key, _ssh.PublicKey.from_bytes(keys["ed25519"].public)
            )
        session.userauth_publickey(openssh.user, key, key.public_key)
        echo(session)


# ---- the objects


def test_what_is_shown_has_no_secret() -> None:
    key = _ssh.PrivateKey.generate(comment="line\nbreak")
    assert repr(key) == f"PrivateKey(ssh-ed25519 {key.fingerprint})"
    assert repr(key.public_key) == f"PublicKey(ssh-ed25519 {key.fingerprint})"
    assert "\n" not in str(key.public_key)
    assert len({key, _ssh.PrivateKey.from_bytes(key.to_bytes())}) == 1
    assert key != _ssh.PrivateKey.generate()
    assert key != "key"
    with pytest.raises(TypeError):
        _ssh.PrivateKey()


@pytest.mark.parametrize(
    ("kind", "bits"),
    [
        ("dsa", None),
        ("ed448", None),
        ("ed25519", 512),
        ("ecdsa", 224),
        ("rsa", 1024),
        ("rsa", 16385),
    ],
)
def test_what_cannot_be_generated(kind: str, bits: int | None) -> None:
    with pytest.raises(ValueError, match="2048 to 16384"):
        _ssh.PrivateKey.generate(kind, bits=bits)  # type: ignore[arg-type]


def test_saving_replaces_whole_or_not_at_all(tmp_path: Path) -> None:
    key = _ssh.PrivateKey.generate()
    target = tmp_path / "target"
    target.write_text("somebody's")
    link = tmp_path / "link"
    link.symlink_to(target)
    key.save(link)
    assert not link.is_symlink()
    assert target.read_text() == "somebody's"
    key.save(str(target))
    assert target.stat().st_mode & 0o7777 == 0o600
    assert _ssh.PrivateKey.from_file(target) == key
    with pytest.raises(FileNotFoundError) as missing:
        key.save(tmp_path / "none" / "key")
    assert missing.value.filename == str(tmp_path / "none" / "key")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):
        key.save(tmp_path / "folder")
    assert names_in(tmp_path) == ["folder", "link", "target"]
    for rounds in (0, 2049):
        with pytest.raises(ValueError, match="rounds"):
            key.save(target, PASSPHRASE, rounds=rounds)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        _ssh.PrivateKey.from_file(tmp_path / "none")
    with pytest.raises(IsADirectoryError):
        _ssh.PublicKey.from_file(tmp_path)
    large = tmp_path / "large"
    large.write_bytes(b"\n" * ((1 << 20) + 1))
    for read in (_ssh.PrivateKey.from_file, _ssh.PublicKey.from_file):
        with pytest.raises(_ssh.DamagedKey):
            read(large)
        with pytest.raises(_ssh.DamagedKey):
            read(Path("/dev/zero"))
    with pytest.raises(_ssh.DamagedKey):
        _ssh.PublicKey.from_bytes("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAAQA=")
    with pytest.raises(_ssh.UnsupportedKey):
        _ssh.PublicKey.from_bytes("ssh-dss AAAAB3NzaC1kc3M=")
