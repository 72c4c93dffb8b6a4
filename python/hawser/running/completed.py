"""What a command left behind, and how it ended."""

import signal
import subprocess
from typing import Any

from .errors import CommandFailed

UNKNOWN_STATUS = 255
"""The return code where the server said neither a status nor a signal, as of ssh itself."""


class CompletedProcess(subprocess.CompletedProcess[Any]):
    """As of `subprocess.run`, and `exit_signal`: the name of the signal that ended the command."""

    def __init__(
        self,
        args: Any,
        returncode: int,
        stdout: object = None,
        stderr: object = None,
        exit_signal: str | None = None,
    ) -> None:
        super().__init__(args, returncode, stdout, stderr)
        self.exit_signal = exit_signal

    @property
    def ok(self) -> bool:
        return self.returncode == 0

    def check_returncode(self) -> None:
        if self.returncode != 0:
            raise CommandFailed(self.returncode, self.args, self.stdout, self.stderr)


def returncode_of(exit_status: int | None, exit_signal: str | None) -> int:
    """As subprocess has it: the status, or minus the signal's number."""
    if exit_status is not None:
        return exit_status
    number = signal.Signals.__members__.get(f"SIG{exit_signal}")
    return UNKNOWN_STATUS if number is None else -number
