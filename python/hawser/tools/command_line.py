"""What hawser-ssh does with a line behind `~C` (EnableEscapeCommandline): forwards come and go
while the shell runs, as with `ssh`."""

from collections.abc import Callable
from contextlib import ExitStack

import _ssh

from ..config import Forward as Wanted
from ..config import HostConfig
from ..escape import describe
from ..forwarding.forward import Forward
from .failures import CommandError
from .forwards import listen, listen_remotely, parse_dynamic, parse_local, parse_remote

_HELP = """\
-L[HERE:]PORT:HOST:PORT    connections to a port here go to a place that the server sees
-R[AT:]PORT:HOST:PORT      connections to a port there go to a place that is seen from here
-D[HERE:]PORT              a SOCKS proxy here
-KL[HERE:]PORT, -KR[AT:]PORT, -KD[HERE:]PORT    no such forward any more
"""
_Parse = Callable[[str], Wanted]
_Listen = Callable[[Wanted, _ssh.Session, HostConfig], Forward]
_KINDS: dict[str, tuple[_Parse, _Listen]] = {
    "L": (parse_local, listen),
    "R": (parse_remote, listen_remotely),
    "D": (parse_dynamic, listen),
}


class CommandLine:
    """`open` are the forwards that there are, by their letter and where they listen; `stack` closes
    those that are added."""

    def __init__(self, session: _ssh.Session, host: HostConfig, stack: ExitStack) -> None:
        self._session = session
        self._host = host
        self._stack = stack
        self._open: dict[tuple[str, str], Forward] = {}

    def note(self, letter: str, wanted: Wanted, forward: Forward) -> None:
        self._open[letter, wanted.listener] = forward

    def run(self, line: str) -> str:
        """What is to be shown."""
        if line.lower() in ("help", "?", "h"):
            return _HELP
        takes_away = line.startswith("-K")
        letter, place = line[2 if takes_away else 1 :][:1], line[3 if takes_away else 2 :].strip()
        if not line.startswith("-") or letter not in _KINDS:
            return "there is no such command; help lists them\n"
        try:
            return self._close(letter, place) if takes_away else self._add(letter, place)
        except (CommandError, ValueError, OSError) as error:
            return f"{describe(error) if isinstance(error, OSError) else error}\n"

    def _add(self, letter: str, place: str) -> str:
        parse, listens = _KINDS[letter]
        wanted = parse(place)
        forward = self._stack.enter_context(listens(wanted, self._session, self._host))
        self.note(letter, wanted, forward)
        return f"{forward!r} listens at {forward.address}\n"

    def _close(self, letter: str, place: str) -> str:
        forward = self._open.pop((letter, parse_dynamic(place).listener), None)
        if forward is None:
            return f"there is no -{letter} at {place}\n"
        forward.close()
        return f"{forward!r}\n"
