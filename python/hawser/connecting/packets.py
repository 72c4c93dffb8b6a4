"""The packets of a connection, on request: which messages come and go, and how long they are."""

import sys
from collections.abc import Callable

from ..logs import Log

Trace = Callable[[str, int, str, int | None], object]
"""`trace(way, number, name, size)`: 'in' or 'out', the message, and the bytes of its payload; None
for the size of what may hold a password."""

log = Log("hawser.packets")
_DEBUG = 10  # of logging, which need not be loaded yet


def trace_of(name: str, wanted: Trace | bool | None) -> Trace | None:
    """What to give to `_ssh.Session` for the host of that name; None, which costs nothing, where
    nobody asked. Not said at all, a level of the logger's own counts; one that it inherits does
    not: who has all logs at DEBUG would be given each packet of each connection."""
    if callable(wanted):
        return wanted
    if wanted is None:
        wanted = "logging" in sys.modules and 0 < log.logger().level <= _DEBUG
    return _to_log(name) if wanted else None


def _to_log(name: str) -> Trace:
    logger = log.logger()

    def tell(way: str, number: int, message: str, size: int | None) -> None:
        arrow = "<-" if way == "in" else "->"
        length = "" if size is None else f", {size} bytes"
        logger.debug("%s %s %s (%d%s)", name, arrow, message, number, length)

    return tell
