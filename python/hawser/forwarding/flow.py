"""What all that carries a forwarded connection has in common."""

from collections.abc import Callable
from typing import Protocol

Count = Callable[[int, int], None]
"""`count(sent, received)` hears of bytes as they flow, to the server and from it."""


class Flow(Protocol):
    def run(self) -> None:
        """Carries it to its end, in the calling thread, and lets go of both sides."""

    def close(self) -> None:
        """Ends it, from any thread."""
