"""Threads that carry a command's streams while its owner waits or does something else.

A channel has no descriptor to select on, so each stream that is not read by the caller has a thread
of its own, as in subprocess on Windows. What a sink or a source raises is kept for who waits.
"""

import contextlib
import io
import os
from collections.abc import Callable
from typing import Protocol

import _ssh

from .. import threads

CHUNK = 1 << 16


class Writable(Protocol):
    def write(self, data: bytes, /) -> object: ...


class Readable(Protocol):
    def read(self, size: int, /) -> bytes | str: ...


class Pump:
    """A thread that runs `work` once; `failure` is what it raised. `give_up` is called once that is
    known, so that who is woken by it knows why."""

    def __init__(
        self, work: Callable[[], None], name: str, give_up: Callable[[], None] = lambda: None
    ) -> None:
        self._work = work
        self._give_up = give_up
        self.failure: BaseException | None = None
        self._thread = threads.start(self._run, name)

    def join(self, timeout: float | None = None) -> bool:
        """Whether it is done."""
        return threads.ends(self._thread, timeout)

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as error:
            self.failure = error
            self._give_up()


def drain(
    channel: _ssh.Channel, source: io.BufferedReader, write: Callable[[bytes], object] | None
) -> Pump:
    """Reads to the end of the stream. A sink that fails ends the command, as a pipe that nobody
    reads does."""

    def work() -> None:
        while data := source.read1(CHUNK):
            if write is not None:
                write(data)

    return Pump(work, "output", channel.close)


def discard(receive: Callable[[int], bytes]) -> Pump:
    """Reads to the end of a stream whose file is closed."""

    def work() -> None:
        while receive(CHUNK):
            pass

    return Pump(work, "output")


def feed(channel: _ssh.Channel, read: Callable[[int], bytes]) -> Pump:
    """Writes all that the source has, then end-of-file; a command may take less."""

    def work() -> None:
        try:
            while data := read(CHUNK):
                channel.sendall(data)
        except _ssh.Error:
            return  # the command has gone, or the session; who waits for it is told
        finally:
            with contextlib.suppress(_ssh.Error):
                channel.shutdown_write()

    return Pump(work, "input")


def reader_of(source: object, encoding: str | None) -> Callable[[int], bytes]:
    """How to read `source`: a buffer, a descriptor, or an object with `read`."""
    if isinstance(source, str):
        source = source.encode(encoding or "utf-8", "surrogateescape")
    if isinstance(source, int):
        descriptor = source
        return lambda size: os.read(descriptor, size)
    read = getattr(source, "read", None)
    if read is None:
        stream = io.BytesIO(memoryview(source))  # type: ignore[arg-type]
        return stream.read

    def as_bytes(size: int) -> bytes:
        data: bytes | str | None = read(size)
        return data.encode(encoding or "utf-8") if isinstance(data, str) else data or b""

    return as_bytes


def writer_of(sink: object) -> Callable[[bytes], object]:
    """How to write to `sink`: a descriptor, or an object with `write`."""
    if isinstance(sink, int):
        descriptor = sink

        def write_all(data: bytes) -> None:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]

        return write_all
    write = getattr(sink, "write", None)
    if write is None:
        raise TypeError(f"output goes to a file or a descriptor, not to {type(sink).__name__}")
    found: Callable[[bytes], object] = write
    return found
