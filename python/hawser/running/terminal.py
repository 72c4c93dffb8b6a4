"""The terminal of this process: raw while a remote shell has it, and as it was afterwards."""

import contextlib
import os
import signal
import termios
import threading
import tty
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

_ENDS = (signal.SIGTERM, signal.SIGHUP)

# RFC 4254 8: opcodes of the modes that a terminal has here, too.
_CHARACTERS = {
    1: "VINTR",
    2: "VQUIT",
    3: "VERASE",
    4: "VKILL",
    5: "VEOF",
    6: "VEOL",
    7: "VEOL2",
    8: "VSTART",
    9: "VSTOP",
    10: "VSUSP",
}
_FLAGS = {
    30: (0, "IGNPAR"),
    36: (0, "ICRNL"),
    38: (0, "IXON"),
    39: (0, "IXANY"),
    42: (0, "IUTF8"),
    50: (3, "ISIG"),
    51: (3, "ICANON"),
    53: (3, "ECHO"),
    54: (3, "ECHOE"),
    55: (3, "ECHOK"),
    56: (3, "ECHONL"),
    59: (3, "IEXTEN"),
    60: (3, "ECHOCTL"),
    61: (3, "ECHOKE"),
    70: (1, "OPOST"),
    72: (1, "ONLCR"),
}
_SPEED = 38400


def modes_of(descriptor: int) -> dict[int, int]:
    """The terminal's modes for a pty request: the remote one is to behave as this one does."""
    attributes = termios.tcgetattr(descriptor)
    modes = {128: _SPEED, 129: _SPEED}
    for opcode, name in _CHARACTERS.items():
        value = attributes[6][getattr(termios, name)]
        modes[opcode] = value[0] if isinstance(value, bytes) else int(value)
    for opcode, (field, name) in _FLAGS.items():
        flag = getattr(termios, name, None)
        if flag is not None:
            modes[opcode] = int(bool(attributes[field] & flag))
    return modes


def size_of(descriptor: int) -> tuple[int, int]:
    """Columns and rows."""
    try:
        size = os.get_terminal_size(descriptor)
    except OSError:
        return 80, 24
    return size.columns or 80, size.lines or 24


@contextlib.contextmanager
def raw(descriptor: int) -> Iterator[None]:
    """Raw mode within. It ends whatever happens: signals that would end the process leave the block
    first, as SystemExit."""
    before = termios.tcgetattr(descriptor)
    with _orderly_ends():
        try:
            tty.setraw(descriptor, termios.TCSADRAIN)  # what was typed ahead is kept
            yield
        finally:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


@contextlib.contextmanager
def resizes(call: Callable[[], None]) -> Iterator[None]:
    """Calls when the terminal's window has changed. Only the main thread is told of that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        call()

    before = signal.signal(signal.SIGWINCH, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGWINCH, before)


@contextlib.contextmanager
def _orderly_ends() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before: dict[signal.Signals, Any] = {}
    for number in _ENDS:
        if signal.getsignal(number) == signal.SIG_DFL:
            before[number] = signal.signal(number, leave)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
