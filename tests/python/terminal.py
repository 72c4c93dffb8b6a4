"""A program at a terminal: what it shows can be waited for, keys can be pressed."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

_ESCAPES = re.compile(
    rb"\x1b(?:\[[0-9;?>=]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[=>()][AB0]?)"
)
_TO_THE_RIGHT = re.compile(rb"\x1b\[(\d*)C")
# The program becomes the leader of a session of its own; the first terminal that it opens controls
# that session, so that /dev/tty and Ctrl-C work.
_TAKE_TERMINAL = 'exec <"$0" >"$0" 2>&1; exec "$@"'


class Terminal:
    """Runs `command` at a pseudo-terminal of `columns` by `rows`."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        columns: int = 100,
        rows: int = 30,
    ) -> None:
        self._master, slave = pty.openpty()
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
        variables = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", **(env or {})}
        self._process = subprocess.Popen(
            ["sh", "-c", _TAKE_TERMINAL, os.ttyname(slave), *command],
            stdin=subprocess.DEVNULL,
            env=variables,
            cwd=cwd,
            start_new_session=True,
        )
        os.close(slave)
        self.raw = b""
        """All that came, escape sequences included."""
        self._seen = 0

    @property
    def text(self) -> str:
        """All that came, without escape sequences; a move to the right is as many blanks."""
        moved = _TO_THE_RIGHT.sub(lambda match: b" " * int(match[1] or b"1"), self.raw)
        return _ESCAPES.sub(b"", moved).decode(errors="backslashreplace")

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode(errors="surrogateescape"))

    def enter(self, line: str) -> None:
        self.press(line + "\r")

    def interrupt(self) -> None:
        """Ctrl-C."""
        self.press("\x03")

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def echoes(self) -> bool:
        """The terminal is as a program finds it: typed characters are shown, lines are edited."""
        flags: int = termios.tcgetattr(self._master)[3]
        return bool(flags & termios.ECHO and flags & termios.ICANON)

    def kill(self, number: signal.Signals) -> None:
        """A signal to the program alone."""
        self._process.send_signal(number)

    def wait_for(self, pattern: str, timeout: float = 20) -> re.Match[str]:
        """Waits until what came after the last match matches the regular expression."""
        end = time.monotonic() + timeout
        while True:
            match = re.compile(pattern).search(self.text, self._seen)
            if match is not None:
                self._seen = match.end()
                return match
            if not self._read(end):
                raise AssertionError(f"{pattern!r} did not come; since then:\n{self.rest!r}")

    @property
    def rest(self) -> str:
        """What came after the last match."""
        return self.text[self._seen :]

    def wait(self, timeout: float = 20) -> int:
        """Waits for the end of the program; its exit status."""
        end = time.monotonic() + timeout
        while self._read(end):
            pass
        return self._process.wait(max(end - time.monotonic(), 0.1))

    def _read(self, end: float) -> bool:
        """Takes what comes next; False if nothing does any more, or not in time."""
        remaining = end - time.monotonic()
        if remaining <= 0 or not select.select([self._master], [], [], remaining)[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # EIO: nobody has the terminal open, yet or any more
            time.sleep(0.01)
            return self._process.poll() is None
        self.raw += data
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            error.add_note(f"the terminal showed:\n{self.text[-4000:]}")
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        os.close(self._master)
