"""How far a copy is: a line on the terminal for each file, and the brake of -l.

A `Meter` is what `on_file` of a transfer calls, with the path, the bytes done and the bytes in all.
"""

import sys
import time
from collections import deque
from typing import TYPE_CHECKING, Protocol

from ..escape import display

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

_REDRAWS_PER_SECOND = 8
_BAR = 20
_WIDTH_FOR_RATE = 50
_WIDTH_FOR_BAR = 75
_RATE_SECONDS = 3.0
_UNITS = ("B", "KB", "MB", "GB", "TB", "PB", "EB")


class Meter(Protocol):
    """Told of each step of a transfer; `finish` when it has ended, well or not."""

    def step(self, path: str, done: int, total: int) -> None: ...
    def finish(self) -> None: ...


class Brake:
    """Sleeps so that the bytes of all transfers together keep to a rate."""

    def __init__(self, kbit_per_second: int) -> None:
        self._bytes_per_second = kbit_per_second * 1024 / 8
        self._path: str | None = None
        self._done = 0
        self._free_at = time.monotonic()

    def step(self, path: str, done: int, total: int) -> None:
        fresh = done - self._done if path == self._path and done >= self._done else done
        self._path, self._done = path, done
        now = time.monotonic()
        self._free_at = max(self._free_at, now - 1) + fresh / self._bytes_per_second
        if self._free_at > now:
            time.sleep(self._free_at - now)

    def finish(self) -> None:
        self._path, self._done = None, 0


class Bars:
    """Lines on stderr, drawn by rich: the file under way, and above it those that are done."""

    def __init__(self) -> None:
        self._file: _File | None = None
        self._live: Live | None = None

    def step(self, path: str, done: int, total: int) -> None:
        if self._file is None or self._file.path != path:
            self._leave_line()
            self._file = _File(path)
        if self._live is None:
            self._live = self._started()
        self._file.step(done, total)

    def finish(self) -> None:
        self._leave_line()
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _leave_line(self) -> None:
        if self._file is not None and self._live is not None:
            self._file.has_ended = True
            text = self._text()
            self._file = None
            self._live.console.print(text)
        self._file = None

    def _text(self) -> "Text":
        """The line as it is now. A Text, for a name is no markup."""
        from rich.text import Text

        file, live = self._file, self._live
        if file is None or live is None:
            return Text("")
        return Text(_row(file, live.console.width), no_wrap=True, overflow="crop")

    def _started(self) -> "Live":
        """Imported only here: rich takes a tenth of a second that scripts need not wait for."""
        from rich.console import Console
        from rich.live import Live

        live = Live(
            console=Console(stderr=True, highlight=False),
            get_renderable=self._text,
            refresh_per_second=_REDRAWS_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        live.start()
        return live


class _File:
    """How far one file is. A thread of rich's reads while the copying one writes."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.done = 0
        self.total = 0
        self.has_ended = False
        self._began = self._now = time.monotonic()
        self._marks: deque[tuple[float, int]] = deque([(self._began, 0)])

    def step(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        self._now = time.monotonic()
        if self._now - self._marks[-1][0] >= _RATE_SECONDS / 10:
            self._marks.append((self._now, done))
            if len(self._marks) > 10:
                self._marks.popleft()

    @property
    def percent(self) -> int | None:
        """None while nobody knows the size."""
        if self.total == 0:
            return 100 if self.has_ended and self.done == 0 else None
        return 100 * self.done // self.total

    @property
    def rate(self) -> float | None:
        """Bytes a second: lately, or in all when it has ended."""
        since, before = (self._began, 0) if self.has_ended else self._marks[0]
        seconds = self._now - since
        return (self.done - before) / seconds if seconds > 0.001 else None

    @property
    def seconds(self) -> float | None:
        """Those that it will take, or that it took when it has ended."""
        if self.has_ended:
            return self._now - self._began
        if not self.rate or self.total == 0:
            return None
        return max(self.total - self.done, 0) / self.rate


def _row(file: _File, width: int) -> str:
    """One line: name, bar, percent, bytes, rate, time. What is left of the width is the name's."""
    from rich.cells import cell_len, set_cell_size

    percent, rate = file.percent, file.rate
    numbers = f"{'' if percent is None else f'{percent}%':>5} {human_size(file.done):>7}"
    if width >= _WIDTH_FOR_RATE:
        numbers += f" {'' if rate is None else f'{human_size(int(rate))}/s':>9}"
        numbers += f" {_clock(file.seconds):>7} {'   ' if file.has_ended else 'ETA'}"
    if width >= _WIDTH_FOR_BAR:
        filled = _BAR * (percent or 0) // 100
        numbers = f" [{'=' * filled}{' ' * (_BAR - filled)}]{numbers}"
    room = max(width - len(numbers) - 1, 8)
    name = display(file.path.rstrip("/").rsplit("/", 1)[-1])
    if cell_len(name) > room:
        name = set_cell_size(name, room - 2) + ".."
    return set_cell_size(name, room) + numbers


def human_size(size: int) -> str:
    """Three digits and a unit of 1024: '512B', '1.5KB', '12MB'."""
    value, unit = float(size), 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value /= 1024
        unit += 1
    digits = 1 if unit and value < 9.95 else 0
    return f"{value:.{digits}f}{_UNITS[unit]}"


def _clock(seconds: float | None) -> str:
    if seconds is None or seconds >= 100 * 3600:
        return "--:--"
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute:02}:{second:02}"


class Chain:
    """Several meters as one."""

    def __init__(self, *meters: Meter) -> None:
        self._meters = meters

    def step(self, path: str, done: int, total: int) -> None:
        for meter in self._meters:
            meter.step(path, done, total)

    def finish(self) -> None:
        for meter in self._meters:
            meter.finish()


def make_meter(*, shows: bool, kbit_per_second: int | None) -> Chain:
    """The meters that are wanted; bars only where there is a terminal to draw them on."""
    meters: list[Meter] = []
    if shows and sys.stderr.isatty():
        meters.append(Bars())
    if kbit_per_second is not None:
        meters.append(Brake(kbit_per_second))
    return Chain(*meters)
