"""Erlang's ssh: a library in Erlang, with SFTP and without a shell."""

import shutil
from pathlib import Path

from .base import ProcessServer, Unavailable
from .keys import Keys, public_line
from .namespace import USER

_LIBRARIES = Path("/usr/lib/erlang/lib")
_DAEMON = Path(__file__).with_name("erlang_daemon.escript")


class ErlangServer(ProcessServer):
    """It knows no accounts and serves files as whoever runs it. It shows one ECDSA key: which."""

    name = "erlang"

    def __init__(self, keys: Keys, ecdsa: str = "ecdsa-256") -> None:
        super().__init__(keys, USER)
        # the names that it looks for
        self._host_keys = {"ed25519": "ed25519", ecdsa: "ecdsa", "rsa": "rsa"}
        if shutil.which("escript") is None or not list(_LIBRARIES.glob("ssh-*")):
            raise Unavailable("Erlang's ssh is not installed (Debian: erlang-ssh)")

    def command(self) -> list[str]:
        (self.folder / "authorized_keys").write_text(self.keys.authorized())
        for name, kind in self._host_keys.items():
            path = self.private_copy(self.keys.host_key(name), f"ssh_host_{kind}_key")
            line = public_line(path)
            self.host_keys[line.split()[0]] = line
        escript = shutil.which("escript")
        assert escript is not None
        home = f"HOME={self.folder}"  # Erlang does not start without one
        return ["env", home, escript, str(_DAEMON), self.host, str(self.port), str(self.folder)]
