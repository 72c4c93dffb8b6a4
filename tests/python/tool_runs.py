"""Runs hawser-scp and hawser-sftp as a person's account would: with a home of its own, against one
of the servers, with a terminal or without."""

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from servers import Server
from servers.base import ProcessServer, descendants
from terminal import Terminal

PROGRAMS = ("scp", "sftp")
_numbers = itertools.count()


@dataclass
class Run:
    """How a program ended."""

    status: int
    out: str
    err: str

    def __str__(self) -> str:
        return f"status {self.status}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


@dataclass
class Home:
    """A home directory here with a key that the server takes and its host key on record, and a
    directory there, `remote`, of which `local` is the one here to copy from and to."""

    server: Server
    folder: Path
    remote: Path = field(init=False)
    local: Path = field(init=False)

    def __post_init__(self) -> None:
        self.ssh.mkdir(parents=True, mode=0o700)
        self.trust()
        self.give_key("ed25519")
        self.remote = self.server.folder / f"remote-{next(_numbers)}"
        self.remote.mkdir()
        self.remote.chmod(0o777)  # the server may run as another user
        self.local = self.folder / "here"
        self.local.mkdir()

    @property
    def ssh(self) -> Path:
        return self.folder / ".ssh"

    @property
    def known_hosts(self) -> Path:
        return self.ssh / "known_hosts"

    @property
    def host(self) -> str:
        return f"{self.server.user}@{self.server.host}"

    @property
    def place(self) -> str:
        """The remote directory as an argument."""
        return f"{self.host}:{self.remote}"

    @property
    def host_name(self) -> str:
        """As known_hosts writes it."""
        return f"[{self.server.host}]:{self.server.port}"

    def trust(self) -> None:
        self.known_hosts.write_text("".join(map(self.server.known_hosts_line, self._key_types())))

    def _key_types(self) -> Iterator[str]:
        yield from self.server.host_keys

    def give_key(self, name: str) -> Path:
        """A key of the server's keys as ~/.ssh/id_ed25519."""
        path = self.ssh / "id_ed25519"
        shutil.copy(self.server.keys[name].path, path)
        path.chmod(0o600)
        return path

    def take_key(self) -> None:
        (self.ssh / "id_ed25519").unlink()

    def command(self, program: str, *arguments: str) -> list[str]:
        port = str(self.server.port)
        # The account that runs the tests may have an ssh_config of its own.
        files = () if "-F" in arguments else ("-F", "none")
        return [sys.executable, "-m", f"hawser.tools.{program}", "-P", port, *files, *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        state = str(self.folder / "state")
        own = {"HOME": str(self.folder), "XDG_STATE_HOME": state, "SSH_AUTH_SOCK": ""}
        return {**os.environ, **own, **more}

    def run(
        self,
        program: str,
        *arguments: str,
        stdin: str = "",
        timeout: float = 60,
        **environment: str,
    ) -> Run:
        """Without any terminal."""
        done = subprocess.run(
            self.command(program, *arguments),
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=timeout,
            cwd=self.local,
            env=self.environment(**environment),
            start_new_session=True,
            check=False,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    def batch(self, *lines: str, options: tuple[str, ...] = ("-q",)) -> Run:
        """Commands in hawser-sftp, beginning in the remote directory."""
        text = "".join(f"{line}\n" for line in lines)
        return self.run("sftp", *options, "-b", "-", self.place, stdin=text)

    def terminal(
        self, program: str, *arguments: str, columns: int = 100, **environment: str
    ) -> Terminal:
        return Terminal(
            self.command(program, *arguments),
            env=self.environment(**environment),
            cwd=self.local,
            columns=columns,
        )


def quote(name: str) -> str:
    return "'" + name.replace("'", "'\\''") + "'"


def read_tree(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def server_processes(home: Home) -> list[int]:
    """Those that serve a connection, not the one that listens."""
    assert isinstance(home.server, ProcessServer)
    assert home.server._process is not None
    commands = {pid: command_line(pid) for pid in descendants(home.server._process.pid)}
    return [
        pid
        for pid, command in commands.items()
        if b"sftp-server" in command
        or (command.startswith(b"sshd: ") and b"[listener" not in command)
    ]


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""  # it has just ended
