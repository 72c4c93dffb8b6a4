"""OpenSSH's sshd: in a namespace with its own account as root, for keys alone otherwise."""

import grp
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from .base import ProcessServer, Unavailable
from .keys import Keys, public_line
from .namespace import USER, in_namespace, is_root, user_name

_SFTP_SERVER = Path("/usr/lib/openssh/sftp-server")


class OpenSSHServer(ProcessServer):
    """`config` are further lines of sshd_config, e.g. 'RekeyLimit 1M'; the first one said wins."""

    name = "sshd"

    def __init__(self, keys: Keys, config: Sequence[str] = (), *, passwords: bool = False) -> None:
        name = USER if is_root() else user_name()
        if name is None:
            raise Unavailable("sshd wants to know its user, and this one has no name")
        super().__init__(keys, name)
        self._config = config
        self._sshd = self.program()
        if passwords and not is_root():
            raise Unavailable("sshd takes passwords only as root")

    def program(self) -> list[str]:
        """What runs sshd."""
        sshd = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        if sshd is None:
            raise Unavailable("sshd is not installed (Debian: openssh-server)")
        return [sshd]

    def own_config(self) -> list[str]:
        """Lines that this sshd cannot do without; called when `folder` is known."""
        return []

    @property
    def gives_terminals(self) -> bool:
        """sshd hands a terminal over to the group tty. Without root it cannot, and ends the
        connection, unless the system gives new terminals to that group by itself."""
        if is_root():
            return True
        ends = os.openpty()
        try:
            return os.fstat(ends[1]).st_gid == grp.getgrnam("tty").gr_gid
        finally:
            for end in ends:
                os.close(end)

    def command(self) -> list[str]:
        host_keys = [self.private_copy(path) for path in self.keys.host_keys()]
        self.host_keys = {line.split()[0]: line for line in map(public_line, host_keys)}
        authorized = self.folder / "authorized_keys"
        authorized.write_text(self.keys.authorized())
        lines = [
            *self._config,
            *self.own_config(),
            f"ListenAddress {self.host}:{self.port}",
            *(f"HostKey {path}" for path in host_keys),
            f"AuthorizedKeysFile {authorized}",
            "PidFile none",
            "UsePAM no",
            "StrictModes no",
            "PasswordAuthentication yes",
            "KbdInteractiveAuthentication no",
            "MaxStartups 500",
            "MaxSessions 200",
            "MaxAuthTries 1000",
            "LogLevel VERBOSE",
            "UseDNS no",
            "PrintMotd no",
            "PrintLastLog no",
            "AcceptEnv LANG LC_* HAWSER_*",
        ]
        if not any(line.startswith("Subsystem") for line in self._config):
            lines.append(f"Subsystem sftp {_SFTP_SERVER}")
        config = self.folder / "sshd_config"
        config.write_text("\n".join(lines) + "\n")
        run = [*self._sshd, "-D", "-e", "-f", str(config)]
        return in_namespace(self.folder, self.keys.authorized(), run) if is_root() else run
