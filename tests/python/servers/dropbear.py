"""Dropbear, in a namespace of root's: it looks for keys in the account's home and nowhere else."""

import shutil
import subprocess

from .base import ProcessServer, Unavailable
from .keys import Keys, public_line
from .namespace import USER, in_namespace, require_root

_HOST_KEYS = ("ed25519", "ecdsa-256", "rsa")


class DropbearServer(ProcessServer):
    name = "dropbear"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys, USER)
        self._dropbear = shutil.which("dropbear", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        if self._dropbear is None or shutil.which("dropbearconvert") is None:
            raise Unavailable("dropbear is not installed (Debian: dropbear-bin)")
        require_root("dropbear")

    def command(self) -> list[str]:
        assert self._dropbear is not None
        run = [self._dropbear, "-F", "-E", "-p", f"{self.host}:{self.port}", "-P", "/run/pid"]
        for name in _HOST_KEYS:
            original = self.keys.host_key(name)
            converted = self.folder / name
            subprocess.run(
                ["dropbearconvert", "openssh", "dropbear", str(original), str(converted)],
                check=True,
                capture_output=True,
            )
            run += ["-r", str(converted)]
            line = public_line(original)
            self.host_keys[line.split()[0]] = line
        return in_namespace(self.folder, self.keys.authorized(), run)
