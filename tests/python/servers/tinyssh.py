"""TinySSH, in a namespace of root's; each connection is a process of its own (see inetd.py)."""

import shutil
import subprocess

from .base import ProcessServer, Unavailable
from .inetd import inetd
from .keys import Keys
from .namespace import USER, in_namespace, require_root


class TinySSHServer(ProcessServer):
    name = "tinysshd"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys, USER)
        self._tinysshd = shutil.which("tinysshd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        if self._tinysshd is None:
            raise Unavailable("tinysshd is not installed (Debian: tinysshd)")
        require_root("tinysshd")

    def command(self) -> list[str]:
        assert self._tinysshd is not None
        folder = str(self.folder / "keys")
        subprocess.run(["tinysshd-makekey", "-q", folder], check=True, capture_output=True)
        shown = subprocess.run(
            ["tinysshd-printkey", folder], check=True, capture_output=True, text=True
        ).stdout
        self.host_keys = {
            line.split()[0]: " ".join(line.split()[:2])
            for line in shown.splitlines()
            if line.startswith("ssh-")
        }
        accept = [*inetd(self.host, self.port), self._tinysshd, "-v", folder]
        return in_namespace(self.folder, self.keys.authorized(), accept)
