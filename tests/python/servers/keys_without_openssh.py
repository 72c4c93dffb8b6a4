"""The keys of keys.py by asyncssh, for machines that have no ssh-keygen."""

import warnings
from pathlib import Path

import asyncssh

_KINDS: dict[str, tuple[str, dict[str, int]]] = {
    "ed25519": ("ssh-ed25519", {}),
    "ecdsa-256": ("ecdsa-sha2-nistp256", {}),
    "ecdsa-384": ("ecdsa-sha2-nistp384", {}),
    "ecdsa-521": ("ecdsa-sha2-nistp521", {}),
    "rsa": ("ssh-rsa", {"key_size": 3072}),
}
_FORMATS = {"PEM": "pkcs1-pem", "PKCS8": "pkcs8-pem"}


def make(path: Path, kind: str, comment: str) -> None:
    """A private key in OpenSSH's format without a passphrase, and its public half beside it."""
    algorithm, options = _KINDS[kind]
    key = asyncssh.generate_private_key(algorithm, comment=comment, **options)
    key.write_private_key(path)
    path.chmod(0o600)
    key.write_public_key(path.with_suffix(".pub"))


def convert(path: Path, arguments: list[str], passphrase: str) -> None:
    """Writes the key anew as `ssh-keygen -p` with these arguments does."""
    key = asyncssh.read_private_key(path)
    option, value = arguments or ["-Z", "aes256-ctr"]
    if option == "-m":
        text = key.export_private_key(_FORMATS[value], passphrase or None)
    else:
        with warnings.catch_warnings(action="ignore"):  # so few rounds are not for real keys
            text = key.export_private_key("openssh", passphrase or None, value, rounds=4)
    path.write_bytes(text)
