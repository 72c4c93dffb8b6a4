"""The person who runs a tool: asked at the terminal, but not in batch mode; told by its output."""

from ..connecting.person import AtTerminal
from .output import Output


class Asked(AtTerminal):
    def __init__(self, out: Output, *, is_mute: bool) -> None:
        self._out = out
        self._is_mute = is_mute

    def can_be_asked(self) -> bool:
        return not self._is_mute and super().can_be_asked()

    def show(self, text: str) -> None:
        self._out.block(text)

    def banner(self, text: str) -> None:
        if not self._out.quiet:
            self._out.block(text)

    def warning(self, text: str) -> None:
        self._out.warning(text)

    def detail(self, text: str) -> None:
        self._out.detail(text)
