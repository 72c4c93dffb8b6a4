"""What the tools say: results on stdout, all else on stderr, nothing raw on a terminal."""

import os
import shutil
import sys
from typing import TextIO

from ..escape import describe, display, harmless


class Output:
    """The two streams of a tool called `program`."""

    def __init__(
        self,
        program: str,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
        *,
        quiet: bool = False,
        verbosity: int = 0,
    ) -> None:
        self.program = program
        self.quiet = quiet
        self.verbosity = verbosity
        """How many v."""
        self._stdout = sys.stdout if stdout is None else stdout
        self._stderr = sys.stderr if stderr is None else stderr
        self.is_terminal = self._stdout.isatty()

    @property
    def columns(self) -> int:
        return max(shutil.get_terminal_size().columns, 20)

    def name(self, name: str) -> str:
        """A file's name for stdout: escaped for people, as it is for programs."""
        return display(name) if self.is_terminal else name

    def line(self, text: str = "") -> None:
        """A line of the result; names in it went through `name`."""
        self._stdout.write(text + "\n")

    def flush(self) -> None:
        self._stdout.flush()

    def note(self, text: str) -> None:
        """What is done, for people; -q silences it."""
        if not self.quiet:
            self.line(text)

    def error(self, error: BaseException | str) -> None:
        text = harmless(error) if isinstance(error, str) else describe(error)
        self._say(f"{self.program}: {text}")

    def warning(self, text: str) -> None:
        if not self.quiet:
            self._say(f"{self.program}: warning: {harmless(text)}")

    def detail(self, text: str) -> None:
        """What -v shows."""
        if self.verbosity > 0:
            self._say(f"{self.program}: {harmless(text)}")

    def block(self, text: str) -> None:
        """Several lines on stderr as they stand; what a server said is escaped line by line."""
        for line in text.splitlines():
            self._say(harmless(line))

    def _say(self, text: str) -> None:
        self.flush()
        # A shell has the terminal in raw mode: there a line does not begin at the left by itself.
        self._stderr.write(text + ("\r\n" if self._stderr.isatty() else "\n"))
        self._stderr.flush()


def prepare_streams() -> None:
    """Names that are not UTF-8 pass through pipes and files unchanged; a terminal that has not the
    letters of a name gets escapes. What the caller has closed is empty or goes nowhere, as with
    `ssh`: else a file or a socket of ours would get its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)  # the lowest that is free: its own
            os.set_inheritable(descriptor, True)
            setattr(sys, name, os.fdopen(descriptor, mode, encoding="utf-8"))
    for stream in (sys.stdout, sys.stdin):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace" if stream.isatty() else "surrogateescape")


def abandon_stdout() -> None:
    """After a broken pipe: what is still buffered goes nowhere, without a complaint at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
