"""lftp, which speaks SFTP itself over OpenSSH's ssh. It takes no part in uploads: after one to
/dev/null it waits for seconds."""

import shlex
from collections.abc import Sequence

from bench.clients.tasks import Place

from .base import Command, Contestant, found, said, version_in
from .openssh import options

_SETTINGS = """
set sftp:max-packets-in-flight 64
set sftp:size-read 0x20000
set net:connection-limit 1
set net:socket-buffer 4194304
set xfer:buffer-size 0x200000
set xfer:clobber yes
set cmd:fail-exit yes
"""


class Lftp(Contestant):
    name = "lftp"
    settings = "64 requests of 128 KiB in flight, `mirror --parallel=8`"

    def version(self) -> str:
        return version_in(said(found("lftp"), "--version"))

    def tasks(self) -> frozenset[str]:
        return frozenset({"get", "tree"})

    def command(self, task: str, place: Place, arguments: Sequence[str]) -> Command:
        connect = shlex.join(["ssh", "-a", "-x", *options(place)])
        script = f"set sftp:connect-program {shlex.quote(connect)}\n{_SETTINGS}"
        script += f"open -u {place.user},x -p {place.port} sftp://{place.host}\n"
        if task == "get":
            script += f"get1 -o /dev/null {arguments[0]}\n"
        else:
            script += "set net:connection-limit 8\n"
            script += f"mirror --parallel=8 --no-perms --no-umask {arguments[0]} {arguments[1]}\n"
        return Command(["lftp", "--norc"], script.encode())
