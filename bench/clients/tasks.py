"""The tasks, made of the calls that a Client has.

A Client is connected and logged in when it exists. Its calls, of which it may lack any:

    close()                     ends the session
    get(path)                   downloads a file to nowhere; so do scp_get, read, readinto
    put(path, target)           uploads a file
    scp_put(path)               uploads a file to /dev/null; so does write
    exec(command)               runs it and drops its output
    sftp()                      opens SFTP; called before the clock starts
    stat(path, count)           one after the other
    stat_many(path, count)      as many at once as it likes
    open_read(path, count)      opens, reads 1 KiB, closes, one after the other
    list(path)                  a directory with attributes
    tree(remote, local)         downloads a flat directory
    channels(count)             at once on this session, each `sleep 1; echo`
    sessions(place, count)      a static method: sessions at once, each `sleep 1; echo`
"""

from __future__ import annotations

import resource
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

SLEEP_AND_ECHO = "sleep 1; echo"


class Place:
    def __init__(self, host: str, port: int, user: str, key: str) -> None:
        self.host = host
        self.port = port
        self.user = user
        self.key = key


class Watch:
    """Measures what is within it, and prints it for the harness."""

    def __enter__(self) -> None:
        self._began, self._cpu_began = time.monotonic(), cpu_used()

    def __exit__(self, *_: object) -> None:
        seconds, cpu = time.monotonic() - self._began, cpu_used() - self._cpu_began
        print(f"seconds {seconds:.6f}\ncpu {cpu:.6f}")


def cpu_used() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def whole(client: Any, task: str, place: Place, arguments: list[str]) -> None:
    """The harness subtracts what the same takes with nothing to move."""
    session = client(place)
    getattr(session, task)(*arguments)
    session.close()


def timed(client: Any, task: str, place: Place, arguments: list[str]) -> None:
    session = client(place)
    if hasattr(session, "sftp") and task != "channels":
        session.sftp()
    with Watch():
        getattr(session, task)(*[int(word) if word.isdigit() else word for word in arguments])
    session.close()


def login(client: Any, _: str, place: Place, arguments: list[str]) -> None:
    with Watch():
        for _turn in range(int(arguments[0])):
            session = client(place)
            session.exec("true")
            session.close()


def idle(client: Any, _: str, place: Place, arguments: list[str]) -> None:
    sessions = [client(place) for _turn in range(int(arguments[0]))]
    print("idle", flush=True)
    sys.stdin.read()
    for session in sessions:
        session.close()


def sessions(client: Any, _: str, place: Place, arguments: list[str]) -> None:
    client.sessions(place, int(arguments[0]))
    print(f"peak_kib {peak_kib()}")


def peak_kib() -> int:
    """Of this program; rusage would count the harness' own before exec, too."""
    with open("/proc/self/status") as status:  # noqa: PTH123
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


def in_threads(count: int, work: Callable[[], object]) -> None:
    threading.stack_size(256 * 1024)
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


_WHOLE = ("get", "put", "scp_get", "scp_put", "exec", "read", "readinto", "write", "tree")
_TIMED = ("stat", "stat_many", "open_read", "list", "channels")
_OTHERS = {"login": login, "idle": idle, "sessions": sessions}


def tasks_of(client: Any) -> list[str]:
    return [
        *(name for name in (*_WHOLE, *_TIMED, "sessions") if hasattr(client, name)),
        "login",
        "idle",
    ]


def run(client: Any, task: str, place: Place, arguments: list[str]) -> None:
    if task in _WHOLE:
        whole(client, task, place, arguments)
    elif task in _TIMED:
        timed(client, task, place, arguments)
    else:
        _OTHERS[task](client, task, place, arguments)
