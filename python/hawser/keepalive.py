"""Keepalives: one thread a process asks the servers of idle sessions for a sign of life.

A server that owes `count_max` answers is taken for dead: its session is aborted, so that every
call that waits on it ends. The thread starts with the first session that wants it and ends with the
last. It asks with little patience, so that one slow server does not hold up the others; who does
not answer at once is waited for in a thread of its own.
"""

import os
import threading
import time
import weakref

import _ssh

from . import threads
from .logs import Log

log = Log("hawser.keepalive")

_INLINE_SECONDS = 0.25


class Watched:
    """A session with its interval. `lost` says why it was given up."""

    def __init__(self, session: _ssh.Session, name: str, interval: float, count_max: int) -> None:
        self.session = session
        self.name = name
        self.interval = interval
        self.count_max = count_max
        self.missed = 0
        self.is_waiting = False
        self.lost = ""

    def ask(self, patience: float) -> bool:
        """Whether the server answered. False also for a session that has ended."""
        try:
            self.session.keepalive(patience)
        except TimeoutError:
            return False
        except OSError:
            return False
        self.missed = 0
        return True

    def wait_for_answers(self) -> None:
        """Until there is one, or too many are missing."""
        try:
            while not self.session.closed:
                if self.ask(self.interval):
                    return
                self.missed += 1
                if self.missed >= self.count_max:
                    self.give_up()
                    return
        finally:
            self.is_waiting = False

    def give_up(self) -> None:
        seconds = self.missed * self.interval
        self.lost = f"the server did not answer {self.missed} keepalives in {seconds:g} seconds"
        log.warning("%s: %s", self.name, self.lost)
        self.session.abort()


class _Service:
    """The thread, and whom it asks when."""

    def __init__(self) -> None:
        self.due: dict[int, tuple[float, weakref.ref[Watched]]] = {}
        self.changed = threading.Condition()
        self.thread: threading.Thread | None = None

    def add(self, watched: Watched) -> None:
        with self.changed:
            entry = (time.monotonic() + watched.interval, weakref.ref(watched))
            self.due[id(watched)] = entry
            if self.thread is None:
                self.thread = threads.start(self.run, "keepalive")
            self.changed.notify()

    def remove(self, watched: Watched) -> None:
        with self.changed:
            self.due.pop(id(watched), None)
            self.changed.notify()

    def run(self) -> None:
        while (watched := self.next_due()) is not None:
            if not watched.is_waiting and not watched.ask(min(_INLINE_SECONDS, watched.interval)):
                if watched.session.closed:
                    continue
                watched.is_waiting = True
                threads.start(watched.wait_for_answers, "keepalive-wait")
            del watched  # it may go while we sleep

    def next_due(self) -> Watched | None:
        """Sleeps until somebody is due; None, and the end of the thread, if nobody is left."""
        with self.changed:
            while True:
                self.forget_the_dead()
                if not self.due:
                    self.thread = None
                    return None
                key, (when, reference) = min(self.due.items(), key=lambda item: item[1][0])
                if (delay := when - time.monotonic()) > 0:
                    self.changed.wait(delay)
                    continue
                if (watched := reference()) is not None:
                    self.due[key] = (time.monotonic() + watched.interval, reference)
                    return watched

    def forget_the_dead(self) -> None:
        for key, (_, reference) in list(self.due.items()):
            watched = reference()
            if watched is None or watched.session.closed:
                del self.due[key]


_service = _Service()


def watch(watched: Watched) -> None:
    _service.add(watched)


def unwatch(watched: Watched) -> None:
    _service.remove(watched)


def _after_fork() -> None:
    """The child has neither the thread nor the sessions."""
    global _service
    _service = _Service()


os.register_at_fork(after_in_child=_after_fork)
