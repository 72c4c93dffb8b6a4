"""What is wrong with a configuration, and where: every message begins with its file and line."""

from typing import NamedTuple


class Origin(NamedTuple):
    """Where a statement stands: a file or what stands for it, and a line, 0 for all of it."""

    source: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.source}:{self.line}" if self.line else self.source


class ConfigError(ValueError):
    """A configuration that cannot be read, is not well formed, or cannot be used.

    `source` and `line` say where; `line` is 0 where no single line is to blame.
    """

    def __init__(self, where: Origin, text: str) -> None:
        super().__init__(f"{where}: {text}")
        self.source = where.source
        self.line = where.line

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), str(self)), vars(self)


def _again(kind: type[ConfigError], text: str) -> ConfigError:
    """Out of a pickle, whose text says already where it is."""
    return kind.__new__(kind, text)
