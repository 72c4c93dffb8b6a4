"""OpenSSH's own programs: sftp, scp with the SCP protocol, ssh."""

import sys
from collections.abc import Sequence
from pathlib import Path

from bench.clients.tasks import SLEEP_AND_ECHO, Place

from .base import Command, Contestant, found, said, version_in

_TASKS = ("get", "put", "scp_get", "scp_put", "exec", "login", "tree", "list", "idle", "sessions")
_BATCHES = {
    "get": "get {0} /dev/null\n",
    "put": "put {0} {1}\n",
    "tree": "get -r {0}/. {1}\n",
    "list": "ls -1f {0}\n",
}


def options(place: Place) -> list[str]:
    """What every program of OpenSSH takes, the port apart."""
    return [
        *("-F", "none", "-i", place.key, "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none"),
        *("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"),
        *("-o", "LogLevel=ERROR", "-o", "Compression=no"),
    ]


class OpenSSH(Contestant):
    name = "OpenSSH"
    settings = "`sftp -B 261120 -R 64`, `scp -O`, `ssh`; no configuration, one key"

    def version(self) -> str:
        return version_in(said(found("ssh"), "-V"))

    def tasks(self) -> frozenset[str]:
        return frozenset(_TASKS)

    def command(self, task: str, place: Place, arguments: Sequence[str]) -> Command:
        there = f"{place.user}@{place.host}"
        port = str(place.port)
        ssh = ["ssh", *options(place), "-p", port, there]
        if task in _BATCHES:
            sftp = [
                "sftp",
                *options(place),
                "-P",
                port,
                "-q",
                "-B",
                "261120",
                "-R",
                "64",
                "-b",
                "-",
            ]
            return Command([*sftp, there], _BATCHES[task].format(*arguments).encode())
        if task == "scp_get":
            scp = ["scp", "-O", "-q", *options(place), "-P", port]
            return Command([*scp, f"{there}:{arguments[0]}", "/dev/null"])
        if task == "scp_put":
            scp = ["scp", "-O", "-q", *options(place), "-P", port]
            return Command([*scp, arguments[0], f"{there}:/dev/null"])
        if task == "exec":
            return Command([*ssh, arguments[0]])
        if task == "idle":
            return Command([*ssh, "echo idle; cat"])
        repeat = Path(__file__).parents[1] / "repeat.py"
        how, command = ("together", SLEEP_AND_ECHO) if task == "sessions" else ("in_turn", "true")
        return Command([sys.executable, str(repeat), how, arguments[0], *ssh, command])
