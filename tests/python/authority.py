"""An authority that certifies keys of hosts and users, by ssh-keygen."""

import shutil
import subprocess
from pathlib import Path


class Authority:
    """`certify_host` and `certify_user` give the path of a certificate in `folder`."""

    def __init__(self, folder: Path, *kind: str) -> None:
        self._folder = folder
        self._key = folder / "authority"
        self._count = 0
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # the server reads what lies here
        _keygen(*(kind or ("-t", "ed25519")), "-N", "", "-C", "authority", "-f", str(self._key))

    @property
    def public_key(self) -> Path:
        return self._key.with_suffix(".pub")

    @property
    def public(self) -> str:
        """'type base64'"""
        return " ".join(self.public_key.read_text().split()[:2])

    def certify_host(self, public_key: Path, *options: str) -> Path:
        return self._certify(public_key, "-h", *options)

    def certify_user(self, public_key: Path, *options: str) -> Path:
        return self._certify(public_key, *options)

    def _certify(self, public_key: Path, *options: str) -> Path:
        self._count += 1
        copy = self._folder / f"{self._count}-{public_key.name}"
        shutil.copy(public_key, copy)
        _keygen("-s", str(self._key), "-I", "one of ours", *options, str(copy))
        return copy.with_name(copy.stem + "-cert.pub")


def _keygen(*arguments: str) -> None:
    subprocess.run(["ssh-keygen", "-q", *arguments], check=True, capture_output=True)
