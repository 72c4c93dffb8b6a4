"""proftpd with mod_sftp, in a namespace of root's: SFTP without a shell, and an SSH of its own."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .base import ProcessServer, Unavailable
from .keys import Keys, public_line
from .namespace import USER, in_namespace, require_root

_MODULES = Path("/usr/lib/proftpd")


class ProftpdServer(ProcessServer):
    """`config` are further lines of proftpd.conf, e.g. 'SFTPCiphers aes128-ctr'."""

    name = "mod_sftp"

    def __init__(self, keys: Keys, config: Sequence[str] = ()) -> None:
        super().__init__(keys, USER)
        self._config = config
        self._proftpd = shutil.which("proftpd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        if self._proftpd is None or not (_MODULES / "mod_sftp.so").exists():
            raise Unavailable("mod_sftp is not installed (Debian: proftpd-mod-crypto)")
        require_root("proftpd")

    def command(self) -> list[str]:
        assert self._proftpd is not None
        host_keys = [self.private_copy(path) for path in self.keys.host_keys()]
        self.host_keys = {line.split()[0]: line for line in map(public_line, host_keys)}
        lines = [
            "ServerType standalone",
            "ServerName hawser",
            f"DefaultAddress {self.host}",
            "SocketBindTight on",
            f"Port {self.port}",
            "User nobody",
            "Group nogroup",
            "UseReverseDNS off",
            "RequireValidShell off",
            "PidFile /run/proftpd.pid",
            "ScoreboardFile /run/proftpd.scoreboard",
            "SystemLog none",
            "WtmpLog off",
            f"ModulePath {_MODULES}",
            "LoadModule mod_sftp.c",
            "AuthOrder mod_auth_unix.c",
            "DelayEngine off",
            "SFTPEngine on",
            f"SFTPLog {self._log_file}",
            *(f"SFTPHostKey {path}" for path in host_keys),
            "SFTPAuthMethods publickey password",
            f"SFTPAuthorizedUserKeys file:{self._authorized()}",
            *self._config,
        ]
        config = self.folder / "proftpd.conf"
        config.write_text("\n".join(lines) + "\n")
        run = [self._proftpd, "--nodaemon", "--config", str(config)]
        return in_namespace(self.folder, self.keys.authorized(), run)

    @property
    def log(self) -> str:
        its_own = self._log_file.read_text(errors="replace") if self._log_file.exists() else ""
        return super().log + its_own

    @property
    def _log_file(self) -> Path:
        return self.folder / "sftp.log"

    def _authorized(self) -> Path:
        """mod_sftp wants the keys in the form of RFC 4716."""
        path = self.folder / "authorized"
        shown = [
            subprocess.run(
                ["ssh-keygen", "-e", "-f", str(self._public_copy(number, line))],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
            for number, line in enumerate(self.keys.authorized().splitlines())
        ]
        path.write_text("".join(shown))
        return path

    def _public_copy(self, number: int, line: str) -> Path:
        path = self.folder / f"{number}.pub"
        path.write_text(line + "\n")
        return path
