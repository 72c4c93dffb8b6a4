"""hawser-sftp: an interactive shell for files on a server; also for scripts and single copies."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from ..escape import display
from ..files.settling import settle
from ..globbing import quoted
from ..target import BadTarget, parse_destination
from .connecting import connect
from .failures import CommandError
from .options import USAGE_STATUS, Parser, add_absent, add_ignored, settings_of
from .output import Output, prepare_streams
from .progress import make_meter
from .running import FAILED_STATUS, run, warn_of_password
from .settings import Settings
from .shell import commands_transfers as transfers
from .shell.loop import attempt, run_script
from .shell.state import Shell
from .shell.table import Run
from .shell.words import Word

PROGRAM = "hawser-sftp"
_ABSENT = {"-D": "files are reached by SSH only", "-S": "no other program is run"}
_IGNORED = {"-A": "", "-B": "BYTES", "-R": "REQUESTS", "-X": "OPTION"}
_USAGE = """\
hawser-sftp [options] [user@]host[:path]            a shell, or one download
       hawser-sftp [options] [user@]host:path local        download
       hawser-sftp [options] get [user@]host:path [local]  download
       hawser-sftp [options] put local... [user@]host[:path]"""
_DESCRIPTION = "A shell for files on a server; 'help' in it lists the commands."
_EPILOG = """\
A place on a server is [user@]host:path, user@[v6::address]:path or sftp://[user@]host[:port]/path.
The path is relative to the home directory; in a URL, too, unless it begins with a second slash.

  hawser-sftp ann@example.org
  hawser-sftp -b nightly.batch backup@example.org
  hawser-sftp -r get 'ann@example.org:logs/*.gz' old"""


def main(argv: Sequence[str] | None = None) -> int:
    prepare_streams()
    arguments = _parser().parse(argv)
    quiet = arguments.quiet and not arguments.loud
    out = Output(PROGRAM, quiet=quiet, verbosity=arguments.verbosity)
    try:
        settings = settings_of(arguments)
        job = _Job(arguments)
    except (ValueError, BadTarget) as error:
        out.error(str(error))
        return USAGE_STATUS
    if arguments.batch_file is not None and "batchmode" not in settings.options:
        settings.batch = True
    warn_of_password(out, arguments.password)
    return run(out, lambda: job.run(settings, out))


def _parser() -> Parser:
    parser = Parser(PROGRAM, _USAGE, _DESCRIPTION, _EPILOG)
    parser.add_argument("places", metavar="PLACE", nargs="*")
    parser.add_argument(
        "-b",
        dest="batch_file",
        metavar="FILE",
        help="run the commands in the file ('-': stdin) up to the first that fails; never ask",
    )
    parser.add_argument(
        "-a", dest="resume", action="store_true", help="go on with copies that were broken off"
    )
    parser.add_argument(
        "-f", dest="flushes", action="store_true", help="copies are on the disk when they are done"
    )
    parser.add_argument(
        "-N",
        dest="loud",
        action="store_true",
        help="takes -q back; with -b shows progress, too",
    )
    parser.add_argument(
        "-s",
        dest="server",
        metavar="SERVER",
        default="sftp",
        help="the subsystem's name, or the path of an SFTP server there",
    )
    add_absent(parser, _ABSENT)
    add_ignored(parser, _IGNORED)
    return parser


class _Job:
    """What the arguments ask for: a shell, a script, or one copy."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments
        places: list[str] = arguments.places
        self._verb = places[0] if places[0] in ("get", "put") and len(places) > 1 else ""
        if self._verb == "put":
            self._local = places[1:-1]
            if not self._local:
                raise ValueError("put: name local files, then a server; --help tells more")
            self._target = parse_destination(places[-1])
        else:
            place, *self._local = places[1:] if self._verb else places
            self._target = parse_destination(place)
            if len(self._local) > 1:
                raise ValueError("too many arguments; --help tells more")
            if self._local or self._verb:
                self._verb = "get"
                if not self._target.path:
                    raise ValueError(f"{place}: the path of what to get is missing")
        if self._verb and arguments.batch_file is not None:
            raise ValueError("-b and a copy on the command line exclude each other")

    def run(self, settings: Settings, out: Output) -> int:
        with ExitStack() as stack:
            script = self._script(stack)  # before connecting: it may not be there
            session = stack.enter_context(connect(self._target, settings, out))
            sftp = stack.enter_context(session.sftp(self._arguments.server))
            limit = self._arguments.limit
            shows = not out.quiet and (script is None or self._arguments.loud)
            shell = Shell(
                session,
                sftp,
                out,
                make_meter(shows=shows, kbit_per_second=limit),
                make_meter(shows=False, kbit_per_second=limit),
                preserve=self._arguments.preserve,
                recursive=self._arguments.recursive,
                flushes=self._arguments.flushes,
            )
            status = FAILED_STATUS
            try:
                status = self._work(shell, script)
            finally:
                if status or shell.has_failed:
                    settle(sftp)
            return status

    def _script(self, stack: ExitStack) -> Iterable[str] | None:
        name = self._arguments.batch_file
        if name is None:
            return None
        if name == "-":
            return sys.stdin
        try:
            return stack.enter_context(Path(name).open(encoding="utf-8", errors="surrogateescape"))
        except OSError as error:
            raise CommandError(f"{display(name)}: {error.strerror}") from None

    def _work(self, shell: Shell, script: Iterable[str] | None) -> int:
        place = [Word(self._target.path)] if self._target.path else []
        local = [Word(quoted(name), is_quoted=True) for name in self._local]
        if self._verb == "put":
            return self._copy(shell, transfers.put, local + place)
        if self._verb == "get":
            return self._copy(shell, transfers.get, place + local)
        if place and script is None and not shell.files.is_directory(shell.name(place[0])):
            return self._copy(shell, transfers.get, place)
        if place and not attempt(shell, lambda: shell.change_directory(shell.name(place[0]))):
            return FAILED_STATUS
        echoes = not shell.out.quiet
        if script is not None:
            return run_script(shell, script, stops=True, echoes=echoes)
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            return run_script(shell, sys.stdin, stops=False, echoes=echoes)
        from .shell.prompt import run_prompt  # prompt_toolkit: nothing that scripts need wait for

        return run_prompt(shell)

    def _copy(self, shell: Shell, copy: Run, words: Sequence[Word]) -> int:
        flag = [Word("-a")] if self._arguments.resume else []
        return 0 if attempt(shell, lambda: copy(shell, [*flag, *words])) else FAILED_STATUS


if __name__ == "__main__":
    sys.exit(main())
