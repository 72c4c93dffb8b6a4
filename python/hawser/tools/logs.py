"""-vv and -vvv: what the package logs goes to stderr, too; with the third v each packet."""

import logging

from ..connecting.packets import log as packets
from .output import Output


def show_logs(out: Output) -> None:
    """As much as `out` tells; may be called again when it is to tell more."""
    if out.verbosity < 2:
        return
    package = logging.getLogger("hawser")
    if not any(isinstance(handler, _ToOutput) for handler in package.handlers):
        package.addHandler(_ToOutput(out))
        package.setLevel(logging.DEBUG)
        package.propagate = False
    packets.logger().setLevel(logging.DEBUG if out.verbosity > 2 else logging.WARNING)


class _ToOutput(logging.Handler):
    def __init__(self, out: Output) -> None:
        super().__init__()
        self._out = out

    def emit(self, record: logging.LogRecord) -> None:
        self._out.detail(record.getMessage())
