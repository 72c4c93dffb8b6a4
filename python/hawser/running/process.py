"""A command that runs on the server, after `subprocess.Popen`."""

import io
import os
import signal
import subprocess
import sys
import time
import warnings
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, NoReturn, Self, cast

import _ssh

from .completed import returncode_of
from .errors import CommandTimeout
from .pumps import Pump, Readable, Writable, discard, drain, feed, reader_of, writer_of
from .starting import Command, Start

if TYPE_CHECKING:
    from ..client import Client

Source = int | bytes | bytearray | memoryview | Readable
"""PIPE, DEVNULL, a descriptor, data, or a file."""
Sink = int | Writable
"""PIPE, DEVNULL, STDOUT (of stderr), a descriptor, or a file."""

PIPE, DEVNULL, STDOUT = subprocess.PIPE, subprocess.DEVNULL, subprocess.STDOUT
_GRACE_SECONDS = 1.0


class Process:
    """Made by `Client.popen`. `returncode` is None while the command runs."""

    def __init__(
        self,
        client: "Client",
        start: Start,
        stdin: Source | None = None,
        stdout: Sink | None = None,
        stderr: Sink | None = None,
        encoding: str | None = None,
        errors: str | None = None,
    ) -> None:
        if any(isinstance(each, int) and each == STDOUT for each in (stdin, stdout)):
            raise ValueError("STDOUT is for stderr alone")
        merges = isinstance(stderr, int) and stderr == STDOUT
        if merges and not start.pty:
            start = Start(**{**vars(start), "merges_stderr": True})
        self.args: Command = start.command
        self.returncode: int | None = None
        self._encoding, self._errors = encoding, errors
        self._owner = os.getpid()
        self._channel = start.on(client.session, client.refused_variables)
        self._readers = {"stdout": self._channel.stdout, "stderr": self._channel.stderr}
        self._pumps: list[Pump] = []
        self._collected: dict[str, bytearray] = {}
        self._fed = False
        self._has_failed = False
        """A sink or a source failed, which ended the command, and the caller was told."""
        self.stdin: Any = self._input(stdin)
        self.stdout: Any = self._output("stdout", stdout)
        self.stderr: Any = self._output("stderr", DEVNULL if merges else stderr)
        if merges:
            self.stderr = None

    @property
    def channel(self) -> _ssh.Channel:
        return self._channel

    @property
    def exit_signal(self) -> str | None:
        """The name of the signal that ended the command, without SIG."""
        return self._channel.exit_signal

    def __repr__(self) -> str:
        return f"<hawser Process {self.args!r} returncode={self.returncode}>"

    def __del__(self) -> None:
        channel = getattr(self, "_channel", None)
        if channel is None or self.returncode is not None or self._owner != os.getpid():
            return
        has_ended = channel.closed or channel.exit_status is not None
        if not has_ended and not sys.is_finalizing():
            text = f"the command still runs: {self!r}"
            warnings.warn(text, ResourceWarning, stacklevel=2, source=self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a hawser.Process cannot be pickled: its connection is this process's")

    # ---- its end ---------------------------------------------------------------------------------

    def poll(self) -> int | None:
        """The return code, None while the command runs."""
        try:
            return self.wait(0)
        except TimeoutError:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """Waits for the end; output that nobody reads is kept meanwhile (at most 64 MiB)."""
        if self.returncode is None:
            end = None if timeout is None else time.monotonic() + timeout
            try:
                status = self._channel.wait(timeout)
            except _ssh.Timeout:
                raise CommandTimeout(self.args, timeout or 0) from None
            except _ssh.Error:
                self._raise_failures()  # of a sink: that is why the channel is closed
                raise
            self._join(end, timeout)
            self.returncode = returncode_of(status, self._channel.exit_signal)
        return self.returncode

    def send_signal(self, number: int | str) -> None:
        """A number of the signal module, or a name. The protocol has no answer to it, and not every
        server does it; OpenSSH and Dropbear do."""
        if isinstance(number, int):
            number = signal.Signals(number).name
        if self.returncode is None:
            self._channel.signal(number.removeprefix("SIG"))

    def terminate(self) -> None:
        self.send_signal("TERM")

    def kill(self) -> None:
        self.send_signal("KILL")

    def resize(self, columns: int, rows: int) -> None:
        """The terminal of `pty=True` has a new size."""
        self._channel.window_change(columns, rows)

    def end(self) -> None:
        """Ends a command that still runs: TERM, after a second KILL, and its channel is closed."""
        if self._channel.closed:
            return
        try:
            for number in ("TERM", "KILL"):
                self.send_signal(number)
                try:
                    self.wait(_GRACE_SECONDS)
                except CommandTimeout:
                    continue
                return
        except OSError:
            pass
        finally:
            self._channel.close()

    # ---- its streams -----------------------------------------------------------------------------

    def communicate(self, input: Any = None, timeout: float | None = None) -> tuple[Any, Any]:
        """Feeds `input`, reads both outputs to their end and waits for the command. After a
        `CommandTimeout` it can be called again: nothing is lost."""
        end = None if timeout is None else time.monotonic() + timeout
        if self.stdin is not None and not self._fed:
            self._fed = True
            self._pumps.append(feed(self._channel, reader_of(input or b"", self._encoding)))
        elif input is not None:
            raise ValueError("the input was given before")
        for name in ("stdout", "stderr"):
            if getattr(self, name) is not None and name not in self._collected:
                self._collect(name)
        try:
            self._join(end, timeout)
            self.wait(None if end is None else max(end - time.monotonic(), 0))
        except CommandTimeout as error:
            raise self._timeout(error.timeout if timeout is None else timeout) from None
        return self._text("stdout"), self._text("stderr")

    def _collect(self, name: str) -> None:
        """What was read ahead by a text file that the caller used before is its own."""
        collected = self._collected[name] = bytearray()
        self._pumps.append(drain(self._channel, self._readers[name], collected.extend))

    def _timeout(self, timeout: float) -> CommandTimeout:
        out, err = (bytes(self._collected.get(name, b"")) for name in ("stdout", "stderr"))
        return CommandTimeout(self.args, timeout, out or None, err or None)

    def _join(self, end: float | None, timeout: float | None) -> None:
        """Waits for the pumps; what one of them raised is raised here."""
        for pump in self._pumps:
            if not pump.join(None if end is None else max(end - time.monotonic(), 0)):
                raise CommandTimeout(self.args, timeout or 0)
        self._raise_failures()

    def _raise_failures(self) -> None:
        for pump in self._pumps:
            failure, pump.failure = pump.failure, None
            if failure is not None:
                self._has_failed = True
                raise failure

    def _text(self, name: str) -> Any:
        """What was collected, as text if that was asked for; None if it went elsewhere."""
        if name not in self._collected:
            return None
        data = bytes(self._collected[name])
        if self._encoding is None:
            return data
        return io.TextIOWrapper(io.BytesIO(data), self._encoding, self._errors).read()

    def _input(self, source: Source | None) -> Any:
        if source is None or (isinstance(source, int) and source == PIPE):
            writer = self._channel.stdin
            if self._encoding is None:
                return writer
            return io.TextIOWrapper(
                cast("IO[bytes]", writer),
                self._encoding,
                self._errors,
                write_through=True,
            )
        if isinstance(source, int) and source == DEVNULL:
            self._channel.shutdown_write()
        else:
            self._pumps.append(feed(self._channel, reader_of(source, self._encoding)))
        return None

    def _output(self, name: str, sink: Sink | None) -> Any:
        reader = self._readers[name]
        if sink is None or (isinstance(sink, int) and sink == PIPE):
            if self._encoding is None:
                return reader
            return io.TextIOWrapper(reader, self._encoding, self._errors)
        discards = isinstance(sink, int) and sink == DEVNULL
        self._pumps.append(drain(self._channel, reader, None if discards else writer_of(sink)))
        return None

    def _discarded(self, name: str) -> Pump:
        """Reads a stream to its end, for nobody; the caller may have closed the file."""
        reader = self._readers[name]
        if not reader.closed:
            return drain(self._channel, reader, None)
        return discard(self._channel.recv if name == "stdout" else self._channel.recv_stderr)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Waits for the command, which reads end-of-file; after an exception it is ended."""
        if error is not None or self._has_failed:
            self.end()
            return
        if self.stdin is not None and not self._fed:
            self.stdin.close()
        for name in ("stdout", "stderr"):
            if getattr(self, name) is not None and name not in self._collected:
                self._pumps.append(self._discarded(name))
                self._collected[name] = bytearray()
        self.wait()
        self._channel.close()
