"""OpenSSH's ssh-agent, for as long as a test needs it."""

import contextlib
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def running_agent(path: Path) -> Iterator[str]:
    """An empty agent at `path`."""
    with subprocess.Popen(
        ["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_for(str(path))
            yield str(path)
        finally:
            process.kill()


def _wait_for(path: str) -> None:
    for _ in range(200):
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(path) == 0:
                return
        threading.Event().wait(0.02)
    pytest.fail("ssh-agent does not come up")
