"""Who takes part, and how each is set."""

from pathlib import Path

from .base import Command, Contestant, Unavailable
from .curl import Curl
from .lftp import Lftp
from .openssh import OpenSSH
from .worker import Worker, library, program

OURS = "Hawser"
OURS_IN_CPP = "Hawser C++"


def contestants(programs: Path) -> list[Contestant]:
    """All there are; `programs` is where the C programs of bench/peers were built. Who cannot run
    here says so when asked for its version."""
    return [
        library(OURS, "hawser", "hawser", "as installed: it has no knobs of speed"),
        program(OURS_IN_CPP, programs / "bench_hawser", "", "as it comes"),
        OpenSSH(),
        program(
            "libssh",
            programs / "bench_libssh",
            "libssh-4",
            "64 reads of 32 KiB in flight (its asynchronous calls), writes of 261,120 bytes",
        ),
        program(
            "libssh2",
            programs / "bench_libssh2",
            "libssh2-1",
            "4 MiB a call, from which it makes requests in flight, receive windows of 64 MiB",
        ),
        library(
            "paramiko",
            "paramiko",
            "paramiko",
            "windows of 64 MiB, `prefetch`, `set_pipelined`, `listdir_iter` with 50 ahead",
        ),
        library(
            "asyncssh",
            "asyncssh",
            "asyncssh",
            "no compression, windows of 64 MiB, 128 requests of 128 KiB, 64 tasks by `gather`",
        ),
        library(
            "ssh2-python",
            "ssh2_python",
            "ssh2-python",
            "4 MiB a call, a window of 64 MiB for commands",
        ),
        library(
            "ssh-python",
            "ssh_python",
            "ssh-python",
            "64 reads of 32 KiB in flight, writes of 261,120 bytes",
        ),
        Curl(),
        Lftp(),
    ]


__all__ = ["OURS", "OURS_IN_CPP", "Command", "Contestant", "Unavailable", "Worker", "contestants"]
