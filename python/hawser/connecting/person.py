"""Whom to ask and tell while a connection is made: nobody, a callback, a person at a terminal."""

import sys
import threading
from collections.abc import Callable

from ..asking import CannotAsk, ask, ask_secret, can_ask
from ..escape import harmless
from ..logs import Log

log = Log("hawser.connect")

Ask = Callable[[str, bool], str | None]
"""`ask(prompt, echo)` gives the answer, None for none; `echo`: what is typed may be seen."""


class Person:
    """Nobody: cannot be asked. What is told goes to the log `hawser.connect`."""

    def can_be_asked(self) -> bool:
        return False

    def answer(self, prompt: str, *, echo: bool = False) -> str:
        """EOFError if the person gives none."""
        raise CannotAsk

    def show(self, text: str) -> None:
        """What belongs to the questions; several lines, perhaps the server's words."""
        log.info("%s", harmless_lines(text))

    def banner(self, text: str) -> None:
        """What is shown before the login: the server's words, and how its key looks."""
        log.info("%s", harmless_lines(text))

    def warning(self, text: str) -> None:
        log.warning("%s", harmless(text))

    def detail(self, text: str) -> None:
        log.info("%s", harmless(text))


class Callback(Person):
    """Whoever stands behind a function of the caller's."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def can_be_asked(self) -> bool:
        return True

    def answer(self, prompt: str, *, echo: bool = False) -> str:
        answer = self._ask(harmless(prompt), echo)
        if answer is None:
            raise EOFError
        return answer


class AtTerminal(Person):
    """Who sits at the terminal of this process, if anybody does. One question at a time: several
    connections may be made at once."""

    _turn = threading.Lock()

    def can_be_asked(self) -> bool:
        return can_ask()

    def answer(self, prompt: str, *, echo: bool = False) -> str:
        with self._turn:
            return ask(harmless_lines(prompt)) if echo else ask_secret(harmless(prompt))

    def show(self, text: str) -> None:
        sys.stderr.write(harmless_lines(text) + "\n")


def harmless_lines(text: str) -> str:
    return "\n".join(map(harmless, text.split("\n")))
