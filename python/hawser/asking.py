"""Questions to the person at the terminal: never to a pipe, and never in batch mode."""

import os
import warnings

TERMINAL = "/dev/tty"


class CannotAsk(Exception):
    """Nobody is there to be asked."""


def can_ask() -> bool:
    """There is a terminal to ask at, whatever stdin and stdout are."""
    try:
        os.close(os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def ask(prompt: str) -> str:
    """The answer, shown as it is typed; EOFError for Ctrl-D."""
    try:
        with open(TERMINAL, "w") as writer, open(TERMINAL) as reader:  # noqa: PTH123
            writer.write(prompt)
            writer.flush()
            line = reader.readline()
    except OSError:
        raise CannotAsk from None
    if not line:
        raise EOFError
    return line.strip()


def ask_secret(prompt: str) -> str:
    """The answer, not shown; EOFError for Ctrl-D."""
    import getpass

    if not can_ask():
        raise CannotAsk
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(prompt)
        except getpass.GetPassWarning:  # it would be shown
            raise CannotAsk from None
