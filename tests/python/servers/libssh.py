"""libssh's sample server, which tools/peers.sh compiles from the package's own examples."""

from .base import ProcessServer, Unavailable
from .keys import Keys, public_line
from .namespace import PASSWORD, USER
from .peers import PEERS

_SAMPLE = PEERS / "libssh/ssh_server"


class LibsshServer(ProcessServer):
    """It knows no accounts and runs commands as whoever runs it. It shows one ECDSA key: which."""

    name = "libssh"

    def __init__(self, keys: Keys, ecdsa: str = "ecdsa-256") -> None:
        super().__init__(keys, USER)
        self._host_keys = ["ed25519", ecdsa, "rsa"]
        if not _SAMPLE.exists():
            raise Unavailable("libssh's sample server is not built (tools/setup.sh --peers)")

    def command(self) -> list[str]:
        authorized = self.folder / "authorized_keys"
        authorized.write_text(self.keys.authorized())
        run = [str(_SAMPLE), "--no-default-keys", f"--port={self.port}"]
        for name in self._host_keys:
            path = self.private_copy(self.keys.host_key(name))
            run.append(f"--hostkey={path}")
            line = public_line(path)
            self.host_keys[line.split()[0]] = line
        login = [f"--user={self.user}", f"--pass={PASSWORD}", f"--authorizedkeys={authorized}"]
        return [*run, *login, self.host]
