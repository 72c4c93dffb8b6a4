"""What all throwaway servers have in common: an address, host keys, a log, a start and an end."""

import logging
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from .keys import Keys

HOST = "127.0.0.1"
START_SECONDS = 15.0


class Unavailable(Exception):
    """This server cannot run on this machine; the text says why."""


class Server(ABC):
    """One server. `start` returns when `self.port` answers."""

    name = "server"

    def __init__(self, keys: "Keys", user: str) -> None:
        self.keys = keys
        self.user = user
        self.host = HOST
        self.port = 0
        self.host_keys: dict[str, str] = {}
        """Key type -> 'type base64', for every key that the server shows."""
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def address(self) -> tuple[str, int]:
        return self.host, self.port

    @property
    def folder(self) -> Path:
        assert self._folder is not None, "the server is not running"
        return Path(self._folder.name)

    @property
    @abstractmethod
    def log(self) -> str:
        """What the server said so far."""

    def known_hosts_line(self, key_type: str = "ssh-ed25519", host: str | None = None) -> str:
        return f"{host or f'[{self.host}]:{self.port}'} {self.host_keys[key_type]}\n"

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def stop(self) -> None: ...

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(
            prefix=f"hawser-{self.name}-", ignore_cleanup_errors=True
        )
        self.folder.chmod(0o755)  # the server's user comes in from outside
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            error.add_note(f"log of {self.name}:\n{self.log[-4000:]}")
        self.stop()
        assert self._folder is not None
        self._folder.cleanup()


class ProcessServer(Server):
    """A server that is a process, its log a file."""

    def __init__(self, keys: "Keys", user: str) -> None:
        super().__init__(keys, user)
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """What to execute; called when `folder` and `port` are known."""

    def start(self) -> None:
        self.port = free_port()
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                # If the tests are killed, so is the server.
                ["setpriv", "--pdeathsig", "KILL", *self.command()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{self.name} did not start:\n{self.log}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Ends the process and all it started, whatever session they moved to."""
        if self._process is None:
            return
        signal_all(self.processes(), signal.SIGKILL)
        self._process.wait()
        self._process = None

    def private_copy(self, key: Path, name: str | None = None) -> Path:
        """A host key and its public half in our folder: servers want theirs for themselves."""
        copy = self.folder / (name or key.name)
        shutil.copy(key, copy)
        shutil.copy(key.with_suffix(".pub"), copy.with_suffix(".pub"))
        copy.chmod(0o600)
        return copy

    def processes(self) -> list[int]:
        """The server's and all that it started."""
        assert self._process is not None
        return [self._process.pid, *descendants(self._process.pid)]

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """All its processes are stopped: it takes connections and bytes only as the kernel does."""
        family: list[int] = []
        try:
            # Who was stopped starts nobody: once a look shows nobody new, these are all. sshd's
            # process for the user comes after the login that it answered.
            while new := [pid for pid in self.processes() if pid not in family]:
                signal_all(new, signal.SIGSTOP)
                family += new
            yield
        finally:
            signal_all(family, signal.SIGCONT)

    @property
    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _answers(self) -> bool:
        try:
            with socket.create_connection(self.address, timeout=5) as probe:
                return probe.recv(4) == b"SSH-"
        except OSError:
            return False


class ThreadServer(Server):
    """A server that is a library in a thread of this process, its log what the library logs."""

    def __init__(self, keys: "Keys", user: str) -> None:
        super().__init__(keys, user)
        self._lines = _Lines()
        logger = logging.getLogger(self.name)
        logger.addHandler(self._lines)
        logger.setLevel(logging.INFO)
        logger.propagate = False

    @property
    def log(self) -> str:
        return "\n".join(self._lines.texts)


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def signal_all(pids: Iterable[int], number: signal.Signals) -> None:
    """To each that is still there: a process that ended since it was listed is no error."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


@contextmanager
def stopped(pids: Sequence[int]) -> Iterator[None]:
    try:
        signal_all(pids, signal.SIGSTOP)
        yield
    finally:
        signal_all(pids, signal.SIGCONT)


def descendants(pid: int) -> Iterator[int]:
    """Children, their children, and so on."""
    with suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield int(child)
            yield from descendants(int(child))
