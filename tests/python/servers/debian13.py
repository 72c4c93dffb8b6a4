"""OpenSSH and Dropbear of Debian 13, run by their own libraries: the first of either with ML-KEM.
tools/peers.sh unpacks them."""

from .base import Unavailable
from .dropbear import DropbearServer
from .inetd import inetd
from .openssh import OpenSSHServer
from .peers import PEERS

_ROOT = PEERS / "debian13"


class OpenSSH13Server(OpenSSHServer):
    name = "sshd-debian13"

    def program(self) -> list[str]:
        return _run("usr/sbin/sshd")

    def own_config(self) -> list[str]:
        """sshd starts a program for the login and one for the session: here a script for each."""
        lines = ["PerSourcePenalties no"]
        for option, program in (("SshdAuthPath", "sshd-auth"), ("SshdSessionPath", "sshd-session")):
            script = self.folder / program
            run, path = _run(f"usr/lib/openssh/{program}")
            script.write_text(f'#!/bin/sh\nexec "{run}" {path} "$@"\n')
            script.chmod(0o755)
            lines.append(f"{option} {script}")
        return lines


class Dropbear13Server(DropbearServer):
    """A process for each connection, started by our inetd: dropbear that listens executes itself
    anew, which is the loader here."""

    name = "dropbear-debian13"

    def programs(self) -> tuple[list[str], list[str]]:
        return _run("usr/sbin/dropbear"), _run("usr/bin/dropbearconvert")

    def listening(self) -> list[str]:
        return [*inetd(self.host, self.port), *self._dropbear, "-i", "-E"]


def _run(program: str) -> list[str]:
    if not (_ROOT / program).exists():
        raise Unavailable(f"{program} of Debian 13 is not unpacked (tools/setup.sh --peers)")
    return [str(_ROOT / "run"), program]
