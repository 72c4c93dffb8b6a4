"""What the harness asks of a contestant."""

import re
import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from bench.clients.tasks import Place


class Unavailable(Exception):
    """This contestant is not on this machine; the text says why."""


@dataclass(frozen=True)
class Command:
    """A process to measure."""

    arguments: Sequence[str]
    stdin: bytes = b""


class Contestant(ABC):
    name: str
    settings: str
    """How it was set, as a phrase for people."""

    @abstractmethod
    def version(self) -> str:
        """Raises Unavailable."""

    @abstractmethod
    def tasks(self) -> frozenset[str]:
        """Those of bench/clients/tasks.py that it can do."""

    @abstractmethod
    def command(self, task: str, place: Place, arguments: Sequence[str]) -> Command:
        """The process that does the task from its connection to its end."""


def found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise Unavailable(f"{program} is not installed")
    return path


def said(*command: str) -> str:
    """The first line that the command prints, wherever it prints it."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.stdout.splitlines()[0] if done.stdout else ""


def version_in(text: str) -> str:
    match = re.search(r"\d+(?:\.\w+)+", text)
    return match[0] if match else text
