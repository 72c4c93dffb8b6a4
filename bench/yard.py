"""Where it takes place: OpenSSH servers that each speak one cipher, the line in front of them, and
the files to move, all in /dev/shm and gone in the end."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from servers import Keys, OpenSSHServer

from .clients.tasks import Place

_CIPHERS = {
    "gcm": ["Ciphers aes256-gcm@openssh.com"],
    "chacha": ["Ciphers chacha20-poly1305@openssh.com"],
    "ctr": ["Ciphers aes256-ctr", "MACs hmac-sha2-256"],
    # For what is not about ciphers: each contestant's favourite of the two that are cheap.
    "any": ["Ciphers aes256-gcm@openssh.com,aes256-ctr", "MACs hmac-sha2-256"],
}
CIPHERS = {
    "gcm": "aes256-gcm@openssh.com",
    "chacha": "chacha20-poly1305@openssh.com",
    "ctr": "aes256-ctr + hmac-sha2-256",
    "any": "aes256-gcm@openssh.com or aes256-ctr",
}
_TICK = 1 / os.sysconf("SC_CLK_TCK")
_PIECE = 64 << 20


class Yard:
    def __init__(self) -> None:
        self._stack = ExitStack()
        self._servers: dict[str, OpenSSHServer] = {}
        self._relays: dict[tuple[str, int], int] = {}

    def __enter__(self) -> Self:
        memory = Path("/dev/shm")
        where = memory if memory.is_dir() else None
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(dir=where)))
        self.folder.chmod(0o755)
        self._keys = Keys(self.folder / "keys")
        self._key = self._keys["ed25519"].path
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def server(self, cipher: str) -> OpenSSHServer:
        if cipher not in self._servers:
            config = ["Compression no", "LogLevel ERROR", *_CIPHERS[cipher]]
            server = self._stack.enter_context(OpenSSHServer(self._keys, config))
            self._servers[cipher] = server
        return self._servers[cipher]

    def place(self, cipher: str, round_trip_ms: int = 0) -> Place:
        server = self.server(cipher)
        port = self._relay(cipher, round_trip_ms) if round_trip_ms else server.port
        return Place(server.host, port, server.user, str(self._key))

    def _relay(self, cipher: str, round_trip_ms: int) -> int:
        line = (cipher, round_trip_ms)
        if line not in self._relays:
            relay = Path(__file__).with_name("relay.py")
            arguments = [str(self.server(cipher).port), str(round_trip_ms)]
            process = subprocess.Popen(
                [sys.executable, str(relay), *arguments], stdout=subprocess.PIPE, text=True
            )
            self._stack.callback(process.wait)
            self._stack.callback(process.kill)
            assert process.stdout is not None
            self._relays[line] = int(process.stdout.readline())
        return self._relays[line]

    # ---- files -----------------------------------------------------------------------------------

    def file(self, size: int) -> Path:
        """One of random bytes."""
        path = self.folder / f"file-{size}"
        if not path.exists():
            piece = os.urandom(min(size, _PIECE))
            with path.open("wb") as file:
                for at in range(0, size, _PIECE):
                    file.write(piece[: size - at])
        return path

    def tree(self, count: int, size: int = 1024) -> Path:
        """A directory of so many files."""
        path = self.folder / f"tree-{count}-{size}"
        if not path.exists():
            path.mkdir()
            content = os.urandom(size)
            for number in range(count):
                (path / f"file-{number:06}").write_bytes(content)
        return path

    def upload_target(self) -> Path:
        """Where the server's user can make a file, and there is none."""
        folder = self.folder / "incoming"
        if not folder.exists():
            folder.mkdir()
            folder.chmod(0o777)
        target = folder / "file"
        target.unlink(missing_ok=True)
        return target

    def fresh_folder(self) -> Path:
        path = self.folder / "target"
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        return path


def server_cpu(server: OpenSSHServer, most_seconds: float = 3.0) -> float:
    """CPU that the server and all it started have used, once nobody is connected: the processes
    that serve a connection are counted when they have ended."""
    end = time.monotonic() + most_seconds
    while len(pids := _daemon(server)) > 1 and time.monotonic() < end:
        time.sleep(0.002)
    return sum(_cpu_of(pid) for pid in pids)


def _daemon(server: OpenSSHServer) -> list[int]:
    return [pid for pid in server.processes() if _name_of(pid).startswith("sshd")]


def _name_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def _cpu_of(pid: int) -> float:
    """Its own and that of its children that it waited for (proc(5), fields 14 to 17)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(field) for field in fields[11:15]) * _TICK
