"""Contestants that take the command line of bench/worker.py: TASK HOST PORT USER KEY ARGUMENT..."""

import subprocess
import sys
from collections.abc import Sequence
from functools import cached_property
from importlib import metadata
from pathlib import Path

from bench.clients.tasks import Place

from .base import Command, Contestant, Unavailable, said, version_in


class Worker(Contestant):
    def __init__(self, name: str, run: Sequence[str], settings: str, version: str) -> None:
        self.name = name
        self.settings = settings
        self._run = run
        self._version = version

    @cached_property
    def _tasks(self) -> frozenset[str]:
        done = subprocess.run(self._run, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Unavailable(f"{self.name}: {done.stderr.strip().splitlines()[-1]}")
        return frozenset(done.stdout.split())

    def version(self) -> str:
        if not Path(self._run[0]).exists():
            raise Unavailable(f"{self._run[0]} was not built")
        _ = self._tasks
        return self._version

    def tasks(self) -> frozenset[str]:
        return self._tasks

    def command(self, task: str, place: Place, arguments: Sequence[str]) -> Command:
        where = [place.host, str(place.port), place.user, place.key]
        return Command([*self._run, task, *where, *arguments])


def library(name: str, module: str, distribution: str, settings: str) -> Worker:
    """A Python library with a file in bench/clients."""
    worker = Path(__file__).parents[1] / "worker.py"
    try:
        version = metadata.version(distribution)
    except metadata.PackageNotFoundError:
        version = ""
    return Worker(name, [sys.executable, str(worker), module], settings, version)


def program(name: str, path: Path, package: str, settings: str) -> Worker:
    """A program of bench/peers; `package` is the Debian package of its library."""
    version = said("dpkg-query", "-W", "-f", "${Version}", package) if package else "this tree"
    return Worker(name, [str(path)], settings, version_in(version) if package else version)
