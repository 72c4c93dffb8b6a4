"""Real servers with SCP, each with a folder that both sides see under the same path."""

import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import _ssh
from clients import login
from servers import Server

SERVERS = ["openssh", "dropbear", "paramiko_server", "asyncssh_scp"]

every_server = pytest.mark.parametrize("scp_remote", SERVERS, indirect=True)
"""Runs a test that takes `scp_remote` on each of them; without it, it runs on OpenSSH."""


@dataclass(frozen=True)
class Remote:
    server: Server
    session: _ssh.Session
    folder: Path
    """A new folder that both sides see; the server's account may write there."""

    def path(self, name: str) -> str:
        return f"{self.folder}/{name}"

    def make(self, name: str, content: bytes = b"") -> str:
        path = self.folder / name
        path.write_bytes(content)
        path.chmod(0o666)
        return str(path)


@contextmanager
def remote_on(server: Server) -> Iterator[Remote]:
    with tempfile.TemporaryDirectory() as name, login(server) as session:
        folder = Path(name)
        folder.chmod(0o777)
        yield Remote(server, session, folder)


def noise(size: int, seed: int = 7) -> bytes:
    return random.Random(seed).randbytes(size)


def mode_of(path: str | Path) -> int:
    return Path(path).stat().st_mode & 0o7777


def make_tree(root: Path) -> Path:
    """Files and folders with names, modes and times to be kept."""
    (root / "sub" / "deep er").mkdir(parents=True)
    (root / "empty dir").mkdir()
    (root / "empty").write_bytes(b"")
    (root / "it's").write_bytes(b"quoted")
    (root / "sub" / "big").write_bytes(noise(700_001))
    (root / "sub" / "deep er" / "-x").write_bytes(b"dash")
    os.utime(root / "sub" / "big", (1_000_000_000, 1_100_000_000))
    (root / "sub" / "big").chmod(0o640)
    (root / "it's").chmod(0o700)
    os.utime(root / "sub" / "deep er", (1_000_000_000, 1_200_000_000))
    return root
