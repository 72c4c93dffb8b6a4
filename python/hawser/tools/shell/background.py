"""What goes on while a person types: directories are listed for completion, and the server is told
that we live. A server that does not answer holds up neither the typing nor the leaving.
"""

import posixpath
import stat
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

import _ssh

from ...globbing import is_plain_name

_KEPT_SECONDS = 30.0
_WAITED_SECONDS = 1.5
_LISTED_SECONDS = 20.0
_MAX_NAMES = 20_000
_MAX_LINKS = 100


@dataclass(frozen=True)
class Name:
    name: str
    is_directory: bool
    """Symlinks followed."""


class Listings:
    """The server's directories as they were a moment ago, each read in a thread of its own."""

    def __init__(self, sftp: _ssh.SFTP) -> None:
        self._sftp = sftp
        self._lock = threading.Lock()
        self._known: dict[str, _Listing] = {}

    def names_in(self, path: str) -> list[Name]:
        """What is there; [] for what cannot be read. If that takes too long, too: but then it goes
        on, and who asks again may find it done."""
        with self._lock:
            listing = self._known.get(path)
            if listing is None or listing.is_old:
                listing = self._known[path] = _Listing(self._sftp, path)
        return listing.names(_WAITED_SECONDS)

    def forget(self) -> None:
        """Something may have changed."""
        with self._lock:
            self._known = {path: one for path, one in self._known.items() if one.is_alive}

    def close(self, session: _ssh.Session) -> None:
        with self._lock:
            threads = [listing.thread for listing in self._known.values()]
        for thread in threads:
            _end(thread, session)


class _Listing:
    """One directory, which is being read or has been."""

    def __init__(self, sftp: _ssh.SFTP, path: str) -> None:
        self._sftp = sftp
        self._path = path
        self._names: list[Name] = []
        self._began = time.monotonic()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    @property
    def is_alive(self) -> bool:
        return self.thread.is_alive()

    @property
    def is_old(self) -> bool:
        return not self.is_alive and time.monotonic() - self._began > _KEPT_SECONDS

    def names(self, seconds: float) -> list[Name]:
        self.thread.join(seconds)
        return self._names

    def _run(self) -> None:
        with suppress(OSError, ValueError):
            self._names = self._read()

    def _read(self) -> list[Name]:
        modes: dict[str, int] = {}
        end = self._began + _LISTED_SECONDS
        with self._sftp.scandir(self._path) as entries:
            for entry in entries:
                if is_plain_name(entry.name):
                    modes[entry.name] = entry.stat(follow_symlinks=False).st_mode or 0
                if len(modes) == _MAX_NAMES or time.monotonic() > end:
                    break
        links = [name for name, mode in modes.items() if stat.S_ISLNK(mode)]
        for name in links[:_MAX_LINKS]:
            with suppress(_ssh.SFTPError):
                modes[name] = self._sftp.stat(posixpath.join(self._path, name)).st_mode or 0
        return [Name(name, stat.S_ISDIR(mode)) for name, mode in modes.items()]


class Pulse:
    """Asks for a sign of life now and then. A session is served by its calls alone: without one,
    the server's own questions would stay unanswered, and it would hang up."""

    def __init__(self, session: _ssh.Session, seconds: float = 15.0) -> None:
        self._session = session
        self._seconds = seconds
        self._has_ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *exc: object) -> None:
        self._has_ended.set()
        _end(self._thread, self._session)

    def _beat(self) -> None:
        while not self._has_ended.wait(self._seconds):
            try:
                self._session.keepalive(timeout=self._seconds)
            except TimeoutError:
                continue
            except OSError:
                return  # the next command says why


def _end(thread: threading.Thread, session: _ssh.Session) -> None:
    """Waits for the thread; one that waits for the server itself loses its session: who leaves does
    not need it any more."""
    thread.join(0.3)
    if thread.is_alive():
        session.abort()
        thread.join(5)
