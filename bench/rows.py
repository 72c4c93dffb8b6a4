"""What is measured: the tables of the goals as rows. A contestant takes part in a row if it can do
the task; how much it is given depends on how fast it is (runner.py)."""

from dataclasses import dataclass, replace
from enum import Enum

from .contestants import OURS, OURS_IN_CPP

MIB = 1 << 20
GIB = 1 << 30


class Unit(Enum):
    """What an amount counts."""

    BYTES = "bytes"
    FILES = "files"
    TIMES = "times"
    """Of an operation, whose time and CPU the contestant measures itself, connecting left out."""


@dataclass(frozen=True)
class Row:
    name: str
    title: str
    task: str
    amount: int
    unit: Unit
    cipher: str = "any"
    round_trip_ms: int = 0
    who: tuple[str, ...] = ()
    """Only these; empty: whoever can."""
    is_to_a_file: bool = False
    """An upload makes a file: what we do for it, as over several channels, /dev/null hides."""
    is_fixed: bool = False
    """The amount is part of the question, so that nobody gets less."""

    def scaled(self, divisor: int) -> "Row":
        return self if self.is_fixed else replace(self, amount=self.amount // divisor)


def _stream(task: str, cipher: str, title: str, who: tuple[str, ...] = ()) -> Row:
    return Row(f"{task}-{cipher}", title, task, GIB, Unit.BYTES, cipher, who=who)


STREAMS = [
    _stream("get", "gcm", "SFTP get, aes256-gcm"),
    _stream("put", "gcm", "SFTP put, aes256-gcm"),
    _stream("get", "chacha", "SFTP get, chacha20-poly1305"),
    _stream("put", "chacha", "SFTP put, chacha20-poly1305"),
    _stream("get", "ctr", "SFTP get, aes256-ctr + hmac-sha2-256"),
    _stream("put", "ctr", "SFTP put, aes256-ctr + hmac-sha2-256"),
    _stream("scp_get", "gcm", "SCP get, aes256-gcm"),
    _stream("scp_put", "gcm", "SCP put, aes256-gcm"),
    _stream("exec", "gcm", "exec stream, aes256-gcm"),
]

_US = (OURS, OURS_IN_CPP)
THROUGH_PYTHON = [
    _stream("read", "gcm", "`read(1 << 20)` in a loop", _US),
    _stream("readinto", "gcm", "`readinto` of 1 MiB in a loop", _US),
    _stream("write", "gcm", "`write` of 1 MiB in a loop", _US),
]

# What each call of ours is in C++.
IN_CPP = {"get": "get", "read": "read", "readinto": "read", "put": "put", "write": "write"}

LIBRARIES = (OURS, "OpenSSH", "libssh", "libssh2", "paramiko", "asyncssh")
DISTANCES = (0, 10, 25, 50, 100)
FAR = 50


def _far(task: str, round_trip_ms: int) -> Row:
    return Row(
        f"{task}-{round_trip_ms}ms",
        f"{task}, {round_trip_ms} ms",
        task,
        256 * MIB,
        Unit.BYTES,
        round_trip_ms=round_trip_ms,
        who=LIBRARIES,
        is_to_a_file=True,
    )


SWEEP = [_far(task, distance) for task in ("get", "put") for distance in DISTANCES]
FAR_TREE = Row(
    "tree-50ms",
    "get `-r` of 1,000 files of 1 KiB",
    "tree",
    1000,
    Unit.FILES,
    round_trip_ms=FAR,
    who=(*LIBRARIES, "lftp"),
)

SMALL = [
    Row("login", "connect, key login, exec, close", "login", 20, Unit.TIMES, is_fixed=True),
    Row("stat", "stat, one by one", "stat", 20_000, Unit.TIMES),
    Row("stat_many", "stat, many in flight", "stat_many", 40_000, Unit.TIMES),
    Row("open_read", "open, read 1 KiB, close, one by one", "open_read", 5_000, Unit.TIMES),
    Row("tree", "the same in a tree of 10,000 files", "tree", 10_000, Unit.FILES),
    Row("list", "list a directory of 50,000", "list", 50_000, Unit.TIMES, is_fixed=True),
    Row("sessions", "200 connections at once", "sessions", 200, Unit.TIMES, is_fixed=True),
    Row("channels", "200 channels on one connection", "channels", 200, Unit.TIMES, is_fixed=True),
]
