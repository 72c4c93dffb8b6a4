"""The package's own threads, and their end with the program.

They are daemons, so that a program can end while a command still runs. But none may be inside of
the engine when the interpreter goes: it would be torn out of there. So what is open is closed
first, and the threads, whose calls end by that, are waited for.
"""

import atexit
import contextlib
import os
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any, Protocol

_END_SECONDS = 2.0
_SIGNALS_SECONDS = 0.05


class Closable(Protocol):
    def close(self) -> None: ...


_threads: "weakref.WeakSet[threading.Thread]" = weakref.WeakSet()
_open: "weakref.WeakSet[Any]" = weakref.WeakSet()


def start(work: Callable[..., object], name: str, *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=work, args=arguments, name=f"hawser-{name}", daemon=True)
    _threads.add(thread)
    thread.start()
    return thread


def ends(thread: threading.Thread, timeout: float | None) -> bool:
    """Waits for it, and says whether it is done. Signals are looked at meanwhile: one that another
    thread was given does not wake the main thread by itself."""
    end = None if timeout is None else time.monotonic() + timeout
    while thread.is_alive():
        left = _SIGNALS_SECONDS if end is None else end - time.monotonic()
        if left <= 0:
            return False
        thread.join(min(left, _SIGNALS_SECONDS))
    return True


def close_at_exit(thing: Closable) -> None:
    """Unless it has gone by then."""
    _open.add(thing)


def _end() -> None:
    for thing in list(_open):
        with contextlib.suppress(Exception):
            thing.close()
    end = time.monotonic() + _END_SECONDS
    for thread in list(_threads):
        thread.join(max(end - time.monotonic(), 0))


def _after_fork() -> None:
    """All of it is the parent's."""
    _threads.clear()
    _open.clear()


atexit.register(_end)
os.register_at_fork(after_in_child=_after_fork)
