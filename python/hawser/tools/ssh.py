"""hawser-ssh: a shell or a command on a server, and ports that lead there."""

import argparse
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack

import _ssh
import hawser

from ..config import Forward
from ..connecting.connect import Link
from ..running.shell import interact
from ..target import BadTarget, Target, parse_address
from .connecting import connected
from .forwards import listen, parse_dynamic, parse_local
from .options import USAGE_STATUS, add_login_options, settings_of, value_of
from .output import Output, prepare_streams
from .running import LOST_STATUS, run
from .settings import Settings, port_number

PROGRAM = "hawser-ssh"
_IDLE_SECONDS = 15.0
_EPILOG = """\
Options stand before the host; what follows it is the command, for the account's shell.

  hawser-ssh ann@example.org
  hawser-ssh -J gate inner uptime
  hawser-ssh -N -L 8080:db:80 -D 1080 gate

At a terminal, Enter, ~ and . leave at once.
exit status: that of the command; 2 the arguments are wrong; 255 no connection, or it was lost"""


def main(argv: Sequence[str] | None = None) -> int:
    prepare_streams()
    arguments = _parser().parse_args(argv)
    out = Output(PROGRAM, quiet=arguments.quiet, verbose=arguments.verbose)
    try:
        settings = settings_of(arguments)
        target = parse_address(arguments.host)
    except (ValueError, BadTarget) as error:
        out.error(str(error))
        return USAGE_STATUS
    return run(out, lambda: _Visit(arguments, out).run(target, settings))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        usage="hawser-ssh [options] [user@]host[:port] [command...]",
        description="Runs a shell or a command on a server.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("host", metavar="HOST")
    add("command", metavar="COMMAND", nargs=argparse.REMAINDER)
    add("-p", dest="port", metavar="PORT", type=value_of(port_number), help="the server's port")
    add("-l", dest="user", metavar="USER", help="the account there")
    add_login_options(parser.add_argument_group("connecting"))
    group = parser.add_argument_group("ports").add_argument
    group(
        "-L",
        dest="forwards",
        metavar="[HERE:]PORT:HOST:PORT",
        action="append",
        default=[],
        type=value_of(parse_local),
        help="connections to a port here go to a place that the server sees",
    )
    group(
        "-D",
        dest="forwards",
        metavar="[HERE:]PORT",
        action="append",
        default=[],
        type=value_of(parse_dynamic),
        help="a SOCKS proxy here",
    )
    group("-N", dest="idle", action="store_true", help="no command: the ports alone")
    terminal = parser.add_mutually_exclusive_group().add_argument
    terminal("-t", dest="terminal", action="store_true", help="a terminal for a command, too")
    terminal("-T", dest="no_terminal", action="store_true", help="no terminal")
    add("-e", dest="escape", metavar="CHAR", default="~", help="instead of ~; 'none' for none")
    add("-q", dest="quiet", action="store_true", help="no notes and warnings")
    add("-v", dest="verbose", action="store_true", help="say what was negotiated and done")
    version = f"%(prog)s (Hawser) {hawser.__version__}"
    add("--version", action="version", version=version, help="show the version and leave")
    parser.set_defaults(password=None)
    return parser


class _Visit:
    """One run of the program."""

    def __init__(self, arguments: argparse.Namespace, out: Output) -> None:
        self._arguments = arguments
        self._out = out

    def run(self, target: Target, settings: Settings) -> int:
        with ExitStack() as stack:
            link = stack.enter_context(connected(target, settings, self._out))[-1]
            for wanted in (*self._arguments.forwards, *_of_the_file(link)):
                forward = stack.enter_context(listen(wanted, link.session))
                self._out.detail(f"listening at {forward.address}")
            if self._arguments.idle:
                return self._idle(link.session)
            return self._interact(link)

    def _idle(self, session: _ssh.Session) -> int:
        """Until the connection ends, which a sign of life is asked for to know."""
        pause = threading.Event()
        while not session.closed:
            session.keepalive(_IDLE_SECONDS)
            pause.wait(_IDLE_SECONDS)
        return LOST_STATUS

    def _interact(self, link: Link) -> int:
        arguments = self._arguments
        command = " ".join(arguments.command) or None
        is_wanted = arguments.terminal or command is None
        is_there = os.isatty(sys.stdin.fileno()) and not arguments.no_terminal
        status = interact(
            link.session,
            command,
            None if arguments.escape == "none" else arguments.escape,
            takes_terminal=is_wanted and is_there,
            wishes=link.settings.variables,
        )
        return status if status >= 0 else LOST_STATUS


def _of_the_file(link: Link) -> tuple[Forward, ...]:
    host = link.settings.config
    return () if host is None else (*host.local_forwards, *host.dynamic_forwards)


if __name__ == "__main__":
    sys.exit(main())
