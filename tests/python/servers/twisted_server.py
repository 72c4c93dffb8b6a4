"""Twisted's conch in a process of its own, because its reactor starts once a process."""

import importlib.util
import sys
from pathlib import Path

from .base import ProcessServer, Unavailable
from .keys import Keys, public_line
from .namespace import USER

_DAEMON = Path(__file__).with_name("twisted_daemon.py")


class TwistedServer(ProcessServer):
    """It knows no accounts and runs commands as whoever runs it."""

    name = "twisted"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys, USER)
        if importlib.util.find_spec("twisted") is None:
            raise Unavailable("Twisted is not installed (PyPI: twisted[conch])")

    def command(self) -> list[str]:
        host_keys = [self.private_copy(path) for path in self.keys.host_keys()]
        self.host_keys = {line.split()[0]: line for line in map(public_line, host_keys)}
        authorized = self.folder / "authorized_keys"
        authorized.write_text(self.keys.authorized())
        run = [sys.executable, str(_DAEMON), self.host, str(self.port)]
        return [*run, self.user, str(authorized), *map(str, host_keys)]
