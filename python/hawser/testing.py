"""For the tests of programs that use Hawser: a throwaway server on loopback.

    with hawser.testing.server() as server, server.connect() as client:
        assert client.run("echo hello").stdout == b"hello\\n"

It is OpenSSH's sshd, run by this account for this account, with keys of its own. A fixture of
pytest for it is `hawser_server`: say `pytest_plugins = ["hawser.testing_pytest"]`.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import _ssh

if TYPE_CHECKING:
    from .client import Client

HOST = "127.0.0.1"
_START_SECONDS = 15.0
_PATH = "/usr/sbin:/usr/local/sbin:/usr/bin"


class Unavailable(RuntimeError):
    """There is no sshd here, or it does not start; the text says why."""


class Server:
    """A server that runs. What it needs and logs is in a temporary folder, which goes with it."""

    host = HOST

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self.user = pwd.getpwuid(os.geteuid()).pw_name
        self.key_file = folder / "user_key"
        """A private key that it takes."""
        self.known_hosts = folder / "known_hosts"
        """A file that has its host key."""
        self.root = folder / "root"
        """An empty directory for files, in which SFTP begins."""
        self._log = folder / "log"

    def __repr__(self) -> str:
        return f"<hawser.testing.Server {self.destination}>"

    @property
    def destination(self) -> str:
        """For `hawser.connect`."""
        return f"{self.user}@{self.host}:{self.port}"

    @property
    def options(self) -> dict[str, Any]:
        """For `hawser.connect`: its key, and nothing of the account that runs the tests."""
        return {
            "keys": self.key_file,
            "known_hosts": self.known_hosts,
            "agent": False,
            "ask": False,
            "config": None,
        }

    @property
    def log(self) -> str:
        """What it said so far."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def connect(self, **options: Any) -> "Client":
        """A client that is logged in, with these options besides."""
        from .client import connect

        return connect(self.destination, **{**self.options, **options})


@contextlib.contextmanager
def server(*config: str) -> Iterator[Server]:
    """A server that is ready. `config` are further lines of sshd_config; the first of a keyword
    counts. Unavailable if there is none to be had."""
    sshd = shutil.which("sshd", path=_PATH)
    if sshd is None:
        raise Unavailable("sshd is not installed (Debian: openssh-server)")
    with tempfile.TemporaryDirectory(prefix="hawser-server-") as name:
        folder = Path(name)
        made = _made(folder, config)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [sshd, "-D", "-e", "-f", str(folder / "sshd_config")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            _wait(made, process)
            yield made
        finally:
            _end(process)


def _made(folder: Path, config: tuple[str, ...]) -> Server:
    """The files of a server that is about to start."""
    made = Server(folder, _free_port())
    made.root.mkdir()
    host_key, user_key = (_ssh.PrivateKey.generate("ed25519") for _ in range(2))
    host_key.save(folder / "host_key")
    user_key.save(made.key_file)
    (folder / "authorized_keys").write_text(f"{user_key.public_key}\n")
    made.known_hosts.write_text(f"[{HOST}]:{made.port} {host_key.public_key}\n")
    lines = (
        *config,
        f"ListenAddress {HOST}:{made.port}",
        f"HostKey {folder / 'host_key'}",
        f"AuthorizedKeysFile {folder / 'authorized_keys'}",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "PermitRootLogin prohibit-password",
        "StrictModes no",
        "UsePAM no",
        "PidFile none",
        f"Subsystem sftp internal-sftp -d {made.root}",
    )
    (folder / "sshd_config").write_text("".join(f"{line}\n" for line in lines))
    return made


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(made: Server, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with socket.create_connection((HOST, made.port), timeout=5) as probe:
                if probe.recv(4) == b"SSH-":
                    return
        except OSError:
            time.sleep(0.02)
    raise Unavailable(f"sshd does not start:\n{made.log}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """The server and what it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
