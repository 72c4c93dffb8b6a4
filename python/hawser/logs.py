"""Loggers that are quiet unless asked, and load `logging` for nobody: a program that has not loaded
it has asked for nothing."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging


class Log:
    """The logger of that name below `hawser`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def info(self, text: str, *args: object) -> None:
        if "logging" in sys.modules:
            self.logger().info(text, *args, stacklevel=2)

    def warning(self, text: str, *args: object) -> None:
        if "logging" in sys.modules:
            self.logger().warning(text, *args, stacklevel=2)

    def logger(self) -> "logging.Logger":
        import logging

        package = logging.getLogger("hawser")
        if not package.handlers:  # else warnings would go to stderr by themselves
            package.addHandler(logging.NullHandler())
        return logging.getLogger(self._name)
