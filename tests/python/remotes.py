"""An SFTP client on a real server with a folder that both sides see under the same path."""

import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import _ssh
from clients import login
from servers import Server
from servers.base import ProcessServer, signal_all, stopped

SFTP_SERVERS = ["sftp-server", "internal-sftp", "dropbear", "asyncssh"]

every_sftp_server = pytest.mark.parametrize("sftp_server", SFTP_SERVERS, indirect=True)
"""Runs a test that takes `remote` on each of them; without it, it runs on OpenSSH's sftp-server."""


@dataclass(frozen=True)
class Remote:
    server: Server
    session: _ssh.Session
    sftp: _ssh.SFTP
    folder: Path
    """A new folder, the server's account may write there."""

    def path(self, name: str) -> str:
        return str(self.folder / name)

    def make(self, name: str, content: bytes = b"") -> str:
        """A file that the server's account may read and write; its path."""
        path = self.folder / name
        path.write_bytes(content)
        path.chmod(0o666)
        return str(path)

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())

    def content(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()


def shared_folder(server: Server) -> Path:
    """Servers have the file system of the tests, but for /run, /var/log and the account's home."""
    folder = Path(tempfile.mkdtemp(dir=server.folder))
    folder.chmod(0o777)
    return folder


@contextmanager
def remote_on(server: Server, **options: Any) -> Iterator[Remote]:
    with login(server, **options) as session, session.sftp() as sftp:
        yield Remote(server, session, sftp, shared_folder(server))


def sftp_processes(remote: Remote) -> list[int]:
    """The processes of sftp-server below this server."""
    server = remote.server
    assert isinstance(server, ProcessServer)
    return [pid for pid in server.processes() if _name(pid) == "sftp-server"]


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().rstrip("\n")
    except OSError:
        return ""  # it has just ended


@contextmanager
def paused(remote: Remote) -> Iterator[Callable[[], None]]:
    """Stops sftp-server; what it gives makes it go on."""
    pids = sftp_processes(remote)
    assert pids

    with stopped(pids):
        yield lambda: signal_all(pids, signal.SIGCONT)


def owner_of(path: str) -> tuple[int, int]:
    """Of a file of the server, as this machine sees it."""
    found = Path(path).stat()
    return found.st_uid, found.st_gid
