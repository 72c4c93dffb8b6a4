"""An interactive shell at this process's terminal.

One thread carries each output; the calling thread carries what is typed, follows the window's size
and waits for the end.
"""

import contextlib
import os
import select
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

import _ssh

from ..crowded import until_there_is_room
from .completed import returncode_of
from .escapes import Escapes, Leave
from .pumps import CHUNK, Pump, drain, writer_of
from .starting import set_variable
from .terminal import modes_of, raw, resizes, size_of

LEFT_STATUS = 255
_END_SECONDS = 0.2
"""For what the command said before its end by us."""


class Terminal(Enum):
    """When there is a terminal on the server."""

    NEVER = "never"
    AS_HERE = "if stdin is one here"
    ALWAYS = "always"


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What is to run there, and how."""

    command: str | None = None
    """A shell, if there is none."""
    is_subsystem: bool = False
    """The command is a subsystem's name."""
    terminal: Terminal = Terminal.AS_HERE
    escape: str | None = "~"
    """Counts where stdin is a terminal."""
    command_line: Callable[[str], str] | None = None
    """Does what a line behind `~C` says; None: `~C` is nothing special."""
    has_input: bool = True
    """stdin is read."""
    wishes: Mapping[str, str] = field(default_factory=dict)
    """Variables for a server that takes them."""
    prepare: Callable[[_ssh.Channel], None] | None = None
    """Asks for what the channel is to have besides."""


def interact(session: _ssh.Session, visit: Visit) -> int:
    """The exit status of what ran; 255 if the person left by `~.`."""
    escape = visit.escape
    if escape is not None and len(escape) != 1:
        raise ValueError("escape= is one character, or None")
    stdout, stderr = sys.stdout.fileno(), sys.stderr.fileno()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    with until_there_is_room(session.open_session) as channel, contextlib.ExitStack() as stack:
        stdin = stack.enter_context(_input(visit.has_input))
        for name, value in visit.wishes.items():
            set_variable(channel, name, value, set())
        if visit.prepare is not None:
            visit.prepare(channel)
        if os.isatty(stdin) and visit.terminal is not Terminal.NEVER:
            size = size_of(stdout if os.isatty(stdout) else stdin)
            channel.pty(_terminal_type(), *size, modes=modes_of(stdin))
            stack.enter_context(raw(stdin))
        else:
            escape = None
            if visit.terminal is Terminal.ALWAYS:
                channel.pty(_terminal_type(), *size_of(stdout))
        _start(channel, visit)
        escapes = Escapes(escape, visit.command_line)
        return _Interaction(channel, stdin, stdout, stderr, escapes).run()


@contextlib.contextmanager
def _input(is_wanted: bool) -> Iterator[int]:
    """The descriptor to read from."""
    if is_wanted:
        yield sys.stdin.fileno()
        return
    descriptor = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _start(channel: _ssh.Channel, visit: Visit) -> None:
    if visit.command is None:
        channel.shell()
    elif visit.is_subsystem:
        channel.subsystem(visit.command)
    else:
        channel.exec(visit.command)


def _terminal_type() -> str:
    return os.environ.get("TERM", "xterm")


class _Interaction:
    def __init__(
        self, channel: _ssh.Channel, stdin: int, stdout: int, stderr: int, escapes: Escapes
    ) -> None:
        self._channel = channel
        self._stdin, self._stdout, self._stderr = stdin, stdout, stderr
        self._escapes = escapes
        self._resized = False
        self._wake_reader, self._wake_writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._waking = threading.RLock()  # a signal may come while one is handled
        self._is_over = False

    def run(self) -> int:
        outputs = [
            drain(self._channel, self._channel.stdout, writer_of(self._stdout)),
            drain(self._channel, self._channel.stderr, writer_of(self._stderr)),
        ]
        ended = Pump(self._wait, "shell-end")
        try:
            with resizes(self._note_resize):
                self._carry_input()
            # A sink that failed comes first: that is why the rest ended.
            for pump in (*outputs, ended):
                pump.join()
                if pump.failure is not None:
                    raise pump.failure
            return returncode_of(self._channel.exit_status, self._channel.exit_signal)
        except Leave:
            return LEFT_STATUS
        finally:
            self._channel.close()
            # A server may not answer that before the command has ended, which may be never.
            deadline = time.monotonic() + _END_SECONDS
            for pump in (ended, *outputs):
                pump.join(max(deadline - time.monotonic(), 0))
            with self._waking:
                self._is_over = True
                for end in (self._wake_reader, self._wake_writer):
                    os.close(end)

    def _wait(self) -> None:
        """In a thread of its own: wakes the one that waits for keys."""
        try:
            self._channel.wait()
        finally:
            self._wake()

    def _wake(self) -> None:
        with self._waking, contextlib.suppress(BlockingIOError):
            if not self._is_over:
                os.write(self._wake_writer, b"\0")

    def _note_resize(self) -> None:
        self._resized = True
        self._wake()

    def _carry_input(self) -> None:
        """Until the channel is closed, or Leave."""
        for typed in self._typed():
            try:
                if not typed:
                    self._channel.shutdown_write()
                elif sent := self._escapes.filtered(typed):
                    self._channel.sendall(sent)
            except _ssh.Error:
                return  # it has just ended
            if shown := self._escapes.take_shown():
                os.write(self._stderr, shown)

    def _typed(self) -> Iterator[bytes]:
        """What comes from stdin, b'' once at its end, until the channel is closed."""
        watched = [self._stdin, self._wake_reader]
        while not self._channel.closed:
            readable, _, _ = select.select(watched, [], [])
            if self._wake_reader in readable:
                os.read(self._wake_reader, 4096)
                if self._resized:
                    self._resized = False
                    columns, rows = size_of(
                        self._stdout if os.isatty(self._stdout) else self._stdin
                    )
                    self._channel.window_change(columns, rows)
            if self._stdin in readable:
                typed = os.read(self._stdin, CHUNK)
                if not typed:
                    watched.remove(self._stdin)
                yield typed
