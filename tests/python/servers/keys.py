"""Client and host keys, made once and used by every server of a test run: by ssh-keygen, or where
there is none by asyncssh."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import keys_without_openssh
from .namespace import user_name

PASSPHRASE = "correct horse battery staple"

# name -> arguments of ssh-keygen; the names are those of the tests.
_PLAIN = {
    "ed25519": ["-t", "ed25519"],
    "ecdsa-256": ["-t", "ecdsa", "-b", "256"],
    "ecdsa-384": ["-t", "ecdsa", "-b", "384"],
    "ecdsa-521": ["-t", "ecdsa", "-b", "521"],
    "rsa": ["-t", "rsa", "-b", "3072"],
}

# name -> the plain key it is a copy of, arguments of ssh-keygen -p, whether it is encrypted
_COPIES: dict[str, tuple[str, list[str], bool]] = {
    "ed25519-encrypted": ("ed25519", [], True),
    "ecdsa-256-encrypted": ("ecdsa-256", [], True),
    "rsa-encrypted": ("rsa", [], True),
    "ed25519-aes128-ctr": ("ed25519", ["-Z", "aes128-ctr"], True),
    "ed25519-aes256-cbc": ("ed25519", ["-Z", "aes256-cbc"], True),
    "ed25519-aes256-gcm": ("ed25519", ["-Z", "aes256-gcm@openssh.com"], True),
    "ed25519-chacha20": ("ed25519", ["-Z", "chacha20-poly1305@openssh.com"], True),
    "rsa-pem": ("rsa", ["-m", "PEM"], False),
    "rsa-pkcs8": ("rsa", ["-m", "PKCS8"], False),
    "rsa-pkcs8-encrypted": ("rsa", ["-m", "PKCS8"], True),
    "ecdsa-256-pem": ("ecdsa-256", ["-m", "PEM"], False),
    "ecdsa-384-pkcs8": ("ecdsa-384", ["-m", "PKCS8"], False),
}


@dataclass(frozen=True)
class ClientKey:
    """A private key file with its public half."""

    name: str
    path: Path
    passphrase: str | None = None

    @property
    def private(self) -> bytes:
        return self.path.read_bytes()

    @property
    def public(self) -> str:
        """The line of authorized_keys."""
        return self.path.with_suffix(".pub").read_text().strip()


class Keys:
    """All keys of one run, below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._client = folder / "client"
        self._host = folder / "host"
        for home in (self._client, self._host):
            home.mkdir(mode=0o755, parents=True)
            for name in _PLAIN:
                _make(home / name, name, name)
        for name, (original, arguments, encrypted) in _COPIES.items():
            self._copy(name, original, arguments, PASSPHRASE if encrypted else "")
        _make(self._client / "stranger", "ed25519", "stranger")

    def _copy(self, name: str, original: str, arguments: list[str], passphrase: str) -> None:
        path = self._client / name
        shutil.copy(self._client / original, path)
        shutil.copy((self._client / original).with_suffix(".pub"), path.with_suffix(".pub"))
        if not _has_keygen():
            keys_without_openssh.convert(path, arguments, passphrase)
            return
        # -a 4: the rounds of bcrypt_pbkdf; the default of 16 only costs the tests time.
        _keygen("-p", "-a", "4", *arguments, "-P", "", "-N", passphrase, "-f", str(path))

    def __getitem__(self, name: str) -> ClientKey:
        encrypted = name in _COPIES and _COPIES[name][2]
        return ClientKey(name, self._client / name, PASSPHRASE if encrypted else None)

    @property
    def stranger(self) -> ClientKey:
        """A good key that no server takes."""
        return ClientKey("stranger", self._client / "stranger")

    def authorized(self) -> str:
        """The text of authorized_keys."""
        return "".join(f"{self[name].public}\n" for name in _PLAIN)

    def host_keys(self) -> list[Path]:
        """The private host keys: ed25519, ecdsa on three curves, rsa."""
        return [self._host / name for name in _PLAIN]

    def host_key(self, name: str) -> Path:
        return self._host / name


def plain_names() -> list[str]:
    return list(_PLAIN)


def copy_names() -> list[str]:
    return list(_COPIES)


def public_line(private: Path) -> str:
    """'ssh-ed25519 AAAA...' of a private key's path."""
    return " ".join(private.with_suffix(".pub").read_text().split()[:2])


def _make(path: Path, kind: str, comment: str) -> None:
    if _has_keygen():
        _keygen(*_PLAIN[kind], "-N", "", "-C", comment, "-f", str(path))
    else:
        keys_without_openssh.make(path, kind, comment)


def _has_keygen() -> bool:
    return shutil.which("ssh-keygen") is not None and user_name() is not None


def _keygen(*arguments: str) -> None:
    subprocess.run(["ssh-keygen", "-q", *arguments], check=True, capture_output=True)
