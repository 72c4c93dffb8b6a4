"""`Match exec`: the command's exit status decides, within a bounded time.

As OpenSSH does, the command is given to the user's shell with nothing to read and nowhere to
write. Names of hosts and users that a shell could take for more are refused first.
"""

import contextlib
import os
import signal
import subprocess
import sys

_SECONDS = 30.0  # OpenSSH waits for ever


def users_shell() -> str:
    """What OpenSSH gives the commands of ssh_config to: those who write them test them there."""
    return os.environ.get("SHELL") or "/bin/sh"


def succeeds(command: str) -> bool:
    """The command exits with status 0. ValueError if it cannot be run, is killed, or hangs."""
    sys.audit("hawser.config.exec", command)
    shell = users_shell()
    try:
        process = subprocess.Popen(
            [shell, "-c", command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise ValueError(f"exec: {shell} cannot be run: {error}") from None
    try:
        status = process.wait(_SECONDS)
    except subprocess.TimeoutExpired:
        raise ValueError(f"exec: {command!r} takes longer than {_SECONDS:.0f} s") from None
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if status < 0:
        raise ValueError(f"exec: {command!r} was ended by signal {-status}")
    return status == 0
