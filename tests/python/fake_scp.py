"""A program called scp that says what a test wants: put on a server's PATH, it plays the lines of
the file `play` beside it and writes what it heard to `heard`.

    say HEX         to stdout         repeat N HEX   N times to stdout    err HEX   to stderr
    hear N          reads N bytes, fewer at the end                       exit N    ends

No test of its own: test_scp_hostile.py installs it.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def main() -> None:
    folder = Path(sys.argv[0]).resolve().parent
    heard = (folder / "heard").open("wb", buffering=0)
    for line in (folder / "play").read_text().splitlines():
        verb, *words = line.split()
        ACTIONS[verb](heard, *words)


def say(_heard: Any, text: str = "") -> None:
    sys.stdout.buffer.write(bytes.fromhex(text))
    sys.stdout.buffer.flush()


def repeat(heard: Any, count: str, text: str) -> None:
    for _ in range(int(count)):
        say(heard, text)


def err(_heard: Any, text: str) -> None:
    sys.stderr.buffer.write(bytes.fromhex(text))
    sys.stderr.buffer.flush()


def hear(heard: Any, count: str) -> None:
    heard.write(sys.stdin.buffer.read(int(count)))


def leave(_heard: Any, status: str) -> None:
    sys.exit(int(status))


ACTIONS: dict[str, Callable[..., None]] = {
    "say": say,
    "repeat": repeat,
    "err": err,
    "hear": hear,
    "exit": leave,
}

if __name__ == "__main__":
    main()
