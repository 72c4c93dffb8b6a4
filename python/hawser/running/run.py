"""A command to its end, after `subprocess.run`."""

from typing import Any

from .completed import CompletedProcess
from .process import Process


def run(process: Process, input: Any, *, check: bool, timeout: float | None) -> CompletedProcess:
    """Whatever ends the wait before the command has ended, ends the command, too."""
    try:
        stdout, stderr = process.communicate(input, timeout)
    except BaseException:
        process.end()
        raise
    process.channel.close()
    assert process.returncode is not None
    done = CompletedProcess(process.args, process.returncode, stdout, stderr, process.exit_signal)
    if check:
        done.check_returncode()
    return done
