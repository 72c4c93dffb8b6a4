"""How the demo prints: each call with its result, and what was not as expected."""

from collections.abc import Callable
from typing import Any

import _ssh

COLUMN = 58


class Demo:
    """Prints calls and results, and counts what was not as expected."""

    def __init__(self) -> None:
        self.surprises = 0

    def title(self, text: str) -> None:
        print(f"\n# {text}")

    def call(self, text: str, call: Callable[[], Any], expect: object = ...) -> Any:
        """Prints `text` with the result of `call`, which is to equal `expect` if that is given."""
        try:
            result = call()
        except Exception as error:
            return self._surprise(text, f"{type(error).__name__}: {error}", expect)
        if expect is not ... and result != expect:
            return self._surprise(text, shown(result), expect)
        self._line(text, "" if result is None or expect is ... else shown(result))
        return result

    def show(self, text: str, value: object) -> None:
        """Prints `text` with a value that has no expectation."""
        self._line(text, shown(value))

    def refused(self, text: str, call: Callable[[], Any], expect: type[Exception]) -> None:
        """Prints `text` with the error of `call`, which is to be an `expect`."""
        try:
            result = call()
        except expect as error:
            self._line(text, f"{type(error).__name__}: {error}")
        except Exception as error:
            self._surprise(text, f"{type(error).__name__}: {error}", expect.__name__)
        else:
            self._surprise(text, shown(result), expect.__name__)

    def _line(self, text: str, result: str) -> None:
        print(f">>> {text:<{COLUMN}} {result}".rstrip())

    def _surprise(self, text: str, result: str, expect: object) -> None:
        self.surprises += 1
        wanted = "a result" if expect is ... else repr(expect)
        self._line(text, f"{result}   <-- NOT AS EXPECTED: {wanted}")


def shown(value: object) -> str:
    if isinstance(value, _ssh.RunResult):
        return (
            f"stdout={value.stdout!r} stderr={value.stderr!r} "
            f"exit_status={value.exit_status} exit_signal={value.exit_signal}"
        )
    return repr(value)
