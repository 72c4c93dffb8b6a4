"""A forward: a door that is listened at, on this side or the server's, and what carries each
connection that comes through it."""

import contextlib
import os
import sys
import threading
import warnings
from types import TracebackType
from typing import NoReturn, Self

from .. import threads
from ..logs import Log
from .doors import Arrival, Door
from .flow import Flow

log = Log("hawser.forward")


class Forward:
    """Made by the client's `forward_...` calls. Listens until `close`, which `with` calls; what is
    connected then is ended. So it is with one that is dropped, and when its client closes."""

    def __init__(self, door: Door, shown: str) -> None:
        """`shown` says where it leads to."""
        self._listening = Listening(door, shown)
        threads.start(self._listening.accept, "listen")
        threads.close_at_exit(self._listening)

    @property
    def listening(self) -> "Listening":
        """What does the work, for who has to end it."""
        return self._listening

    @property
    def address(self) -> tuple[str, int] | str:
        """Where it listens, here or at the server: (host, port), or a path."""
        return self._listening.address

    @property
    def port(self) -> int:
        """The port it listens at."""
        address = self._listening.address
        if isinstance(address, str):
            raise AttributeError("a socket with a path has no port")
        return address[1]

    @property
    def destination(self) -> str:
        """Where it leads to, for people."""
        return self._listening.shown

    @property
    def accepted(self) -> int:
        """Connections so far."""
        return self._listening.accepted

    @property
    def refused(self) -> int:
        """Those of them that came to nothing."""
        return self._listening.refused

    @property
    def connections(self) -> int:
        """How many there are now."""
        return self._listening.connections()

    @property
    def bytes_sent(self) -> int:
        """To the server."""
        return self._listening.bytes_sent

    @property
    def bytes_received(self) -> int:
        return self._listening.bytes_received

    @property
    def closed(self) -> bool:
        return self._listening.closed

    def __repr__(self) -> str:
        return f"<hawser Forward {self._listening.shown}{' closed' if self.closed else ''}>"

    def close(self) -> None:
        self._listening.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        listening = getattr(self, "_listening", None)
        if listening is None or listening.closed or not listening.is_ours():
            return
        if not sys.is_finalizing():
            warnings.warn(f"unclosed {self!r}", ResourceWarning, stacklevel=2, source=self)
        listening.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a hawser.Forward cannot be pickled: its socket belongs to this process")


class Listening:
    """The door and what comes through it, apart from the `Forward`, so that its threads do not keep
    that alive."""

    def __init__(self, door: Door, shown: str) -> None:
        self._door = door
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._flows: set[Flow] = set()
        self.shown = shown
        self.address = door.address
        self.closed = False
        self.accepted = 0
        self.refused = 0
        self.bytes_sent = 0
        self.bytes_received = 0

    def is_ours(self) -> bool:
        """No child of fork has it."""
        return os.getpid() == self._owner

    def connections(self) -> int:
        with self._lock:
            return len(self._flows)

    def close(self) -> None:
        if not self.is_ours():  # the door and the lock are the parent's
            self.closed = True
            self._door.abandon()
            return
        with self._lock:
            if self.closed:
                return
            self.closed = True
            flows = list(self._flows)
        self._door.close()
        for flow in flows:
            flow.close()

    # ---- its threads -----------------------------------------------------------------------------

    def accept(self) -> None:
        with contextlib.suppress(OSError):  # it is closed
            while True:
                arrival = self._door.accept()
                self.accepted += 1
                threads.start(self._serve, "forward", arrival)

    def _serve(self, arrival: Arrival) -> None:
        flow = None
        try:
            flow = arrival.meet(self._count)
        except OSError as error:
            log.info("%s: %s", self.shown, error)
        finally:
            if flow is None:
                self._turn_away(arrival)
        if flow is None:
            return
        with self._lock:
            self._flows.add(flow)
            is_late = self.closed
        if is_late:
            flow.close()
        try:
            flow.run()
        finally:
            with self._lock:
                self._flows.discard(flow)

    def _turn_away(self, arrival: Arrival) -> None:
        """Counts first, for who sees the end may look at once."""
        with self._lock:
            self.refused += 1
        arrival.turn_away()

    def _count(self, sent: int, received: int) -> None:
        with self._lock:
            self.bytes_sent += sent
            self.bytes_received += received
