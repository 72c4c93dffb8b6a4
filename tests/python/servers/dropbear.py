"""Dropbear, in a namespace of root's: it looks for keys in the account's home and nowhere else."""

import shutil
import subprocess

from .base import ProcessServer, Unavailable
from .keys import Keys, public_line
from .namespace import USER, in_namespace, require_root


class DropbearServer(ProcessServer):
    """It takes at most four host keys, so it shows one ECDSA key: which."""

    name = "dropbear"

    def __init__(self, keys: Keys, ecdsa: str = "ecdsa-256") -> None:
        super().__init__(keys, USER)
        self._host_keys = ["ed25519", ecdsa, "rsa"]
        self._dropbear, self._dropbearconvert = self.programs()
        require_root("dropbear")

    def programs(self) -> tuple[list[str], list[str]]:
        """What runs dropbear and dropbearconvert."""
        dropbear = shutil.which("dropbear", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        convert = shutil.which("dropbearconvert")
        if dropbear is None or convert is None:
            raise Unavailable("dropbear is not installed (Debian: dropbear-bin)")
        return [dropbear], [convert]

    def listening(self) -> list[str]:
        """The command that takes connections; its host keys follow."""
        return [*self._dropbear, "-F", "-E", "-p", f"{self.host}:{self.port}", "-P", "/run/pid"]

    def command(self) -> list[str]:
        run = self.listening()
        for name in self._host_keys:
            original = self.keys.host_key(name)
            converted = self.folder / name
            subprocess.run(
                [*self._dropbearconvert, "openssh", "dropbear", str(original), str(converted)],
                check=True,
                capture_output=True,
            )
            run += ["-r", str(converted)]
            line = public_line(original)
            self.host_keys[line.split()[0]] = line
        return in_namespace(self.folder, self.keys.authorized(), run)
