"""One process, measured: time, CPU of it and of its children, memory."""

import ctypes
import os
import signal
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .contestants import Command

_MOST_SECONDS = 300.0
_PR_SET_CHILD_SUBREAPER = 36  # prctl(2)


class Failed(Exception):
    """The process failed or took too long; the text is its last words."""


@dataclass(frozen=True)
class Sample:
    """`seconds` and `cpu` are of the whole process, or of the part that it measured itself."""

    seconds: float
    cpu: float
    peak_kib: int
    server_cpu: float = 0.0


def run(command: Command) -> Sample:
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as output:
        stdin.write(command.stdin)
        stdin.seek(0)
        known = _children()
        began = time.monotonic()
        process = subprocess.Popen(
            command.arguments,
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        alarm = threading.Timer(_MOST_SECONDS, os.killpg, (process.pid, signal.SIGKILL))
        alarm.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            alarm.cancel()
        seconds = time.monotonic() - began
        cpu = usage.ru_utime + usage.ru_stime + _orphans_cpu(known)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        words = output.read().decode(errors="replace").strip()
    if process.returncode != 0:
        last = words.splitlines()[-1] if words else ""
        raise Failed(last or f"{command.arguments[0]} ended with {process.returncode}")
    told = _told(words)
    return Sample(
        told.get("seconds", seconds),
        told.get("cpu", cpu),
        int(told.get("peak_kib", usage.ru_maxrss)),
    )


def adopt_orphans() -> None:
    """Processes whose parent ended without waiting for them become ours, so that their CPU counts,
    too: lftp leaves its ssh behind."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _children() -> set[int]:
    words = Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split()
    return {int(word) for word in words}


def _orphans_cpu(known: set[int]) -> float:
    cpu = 0.0
    for pid in _children() - known:
        with suppress(ChildProcessError):
            _, _, usage = os.wait4(pid, 0)
            cpu += usage.ru_utime + usage.ru_stime
    return cpu


def _told(words: str) -> dict[str, float]:
    """The lines by which a worker says what it measured itself."""
    told = {}
    for line in words.splitlines():
        name, _, value = line.partition(" ")
        if name in ("seconds", "cpu", "peak_kib"):
            told[name] = float(value)
    return told


def private_kib(command: Command) -> int:
    """The private memory of a process that says "idle" and waits for the end of its input."""
    process = subprocess.Popen(
        command.arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    if process.stdout.readline().strip() != b"idle":
        _, words = process.communicate()
        raise Failed(words.decode(errors="replace").strip() or "it did not become idle")
    rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    process.communicate()
    fields = [line.split() for line in rollup.splitlines()]
    return sum(int(line[1]) for line in fields if line[0] in ("Private_Clean:", "Private_Dirty:"))


def system_calls(command: Command) -> int:
    """As strace counts them, over all its processes."""
    with tempfile.NamedTemporaryFile() as table:
        strace = ["strace", "-c", "-f", "-o", table.name]
        run(Command([*strace, *command.arguments], command.stdin))
        total = Path(table.name).read_text().splitlines()[-1].split()
    if total[-1] != "total":
        raise Failed("strace counted nothing")
    return int(total[3])
