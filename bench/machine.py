"""What the figures were measured on and by."""

import os
import platform
import subprocess
import time
from pathlib import Path

from .contestants.base import found, said, version_in
from .runner import Pace

_QUIET = 0.1
_BUSY = "of its time went to others: times are too long, and small differences mean nothing"


def describe(pace: Pace) -> dict[str, str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    busy = _busy_part()
    return {
        "date": time.strftime("%Y-%m-%d"),
        "commit": _commit(),
        "processor": f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB",
        "system": f"{_system()}, Linux {platform.release()}",
        **({"**made on a busy machine**": f"{busy:.0%} {_BUSY}"} if busy > _QUIET else {}),
        "server": f"OpenSSH {version_in(said(found('ssh'), '-V'))} on the loopback, no compression",
        "OpenSSL": version_in(said("openssl", "version")),
        "Python": platform.python_version(),
        "rounds": f"{pace.rounds}, over distance 3 at most, of which the median counts",
    }


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def _busy_part(seconds: float = 3.0) -> float:
    """What others use of all cores, before it begins (proc(5), "cpu" in stat)."""

    def ticks() -> tuple[int, int]:
        fields = [int(field) for field in Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
        return sum(fields[:8]), fields[3] + fields[4]

    all_before, idle_before = ticks()
    time.sleep(seconds)
    all_after, idle_after = ticks()
    return 1 - (idle_after - idle_before) / max(all_after - all_before, 1)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _system() -> str:
    for line in Path("/etc/os-release").read_text().splitlines():
        if line.startswith("PRETTY_NAME="):
            return line.partition("=")[2].strip('"')
    return platform.system()
