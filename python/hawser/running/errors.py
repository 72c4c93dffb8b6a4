"""What becomes of a command that does not end as it should, as subprocess has it."""

import subprocess

import _ssh

from ..escape import harmless


class CommandFailed(subprocess.CalledProcessError, _ssh.Error):
    """A command of `run(check=True)` that did not end with status 0."""

    def __str__(self) -> str:
        how = f"the command {self.cmd!r} ended with status {self.returncode}"
        if self.returncode is not None and self.returncode < 0:
            how = f"the command {self.cmd!r} was ended by signal {-self.returncode}"
        words = last_words(self.stderr)
        return f"{how}: {words}" if words else how

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.returncode, self.cmd, self.output, self.stderr), vars(self)


class CommandTimeout(subprocess.TimeoutExpired, _ssh.Timeout):
    """A command that was not done in time; it was ended. `stdout` and `stderr` are what came."""

    phase = "command"

    def __str__(self) -> str:
        return f"the command {self.cmd!r} was not done after {self.timeout} seconds"

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.cmd, self.timeout, self.output, self.stderr), vars(self)


def last_words(stderr: object) -> str:
    """The last line that a command wrote to stderr, for a message."""
    text = stderr.decode("utf-8", "replace") if isinstance(stderr, bytes) else stderr
    lines = text.strip().splitlines() if isinstance(text, str) else []
    return harmless(lines[-1])[:300] if lines else ""
