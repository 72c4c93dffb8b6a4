"""hawser-scp: copies files to or from a server, by SFTP, or by the legacy SCP protocol.

The direction is found from the colon: one side is [user@]host:path or scp://host/path.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby

import _ssh

from ..escape import describe, display
from ..globbing import literal
from ..target import BadTarget, Target, parse_copy_argument
from .connecting import connect
from .copying import Copier, Mover, ScpMover, SftpMover
from .failures import Lost
from .options import USAGE_STATUS, Parser, add_absent, add_ignored, settings_of
from .output import Output, prepare_streams
from .progress import make_meter
from .remote import RemoteFiles
from .running import run, warn_of_password
from .settings import Settings

PROGRAM = "hawser-scp"
_ABSENT = {
    "-3": "copies from server to server are not made",
    "-R": "copies from server to server are not made",
    "-D": "files are reached by SSH only",
    "-S": "no other program is run",
}
_IGNORED = {"-A": "", "-T": "", "-X": "OPTION"}
_USAGE = "hawser-scp [options] SOURCE... TARGET"
_DESCRIPTION = "Copies files to or from a server."
_EPILOG = """\
A place on a server is [user@]host:path, user@[v6::address]:path or scp://[user@]host[:port]/path.
The path is relative to the home directory; in a URL, too, unless it begins with a second slash.
Of a local file whose name has a colon write ./a:b.

  hawser-scp notes.txt ann@example.org:           to the home directory
  hawser-scp -r ann@example.org:src/ 'bob@[::1]:*.txt' .
  hawser-scp -P 2222 -i key scp://example.org//etc/motd motd"""


def main(argv: Sequence[str] | None = None) -> int:
    prepare_streams()
    arguments = _parser().parse_intermixed_args(argv)
    out = Output(PROGRAM, quiet=arguments.quiet, verbosity=arguments.verbosity)
    try:
        settings = settings_of(arguments)
        places = [parse_copy_argument(text) for text in arguments.places]
        work = _plan(places)
    except (ValueError, BadTarget) as error:
        out.error(str(error))
        return USAGE_STATUS
    settings.batch = settings.batch or arguments.batch
    warn_of_password(out, arguments.password)
    return run(out, lambda: _Copy(arguments, settings, out).run(*work))


def _parser() -> Parser:
    parser = Parser(PROGRAM, _USAGE, _DESCRIPTION, _EPILOG)
    parser.add_argument("places", metavar="SOURCE... TARGET", nargs="+")
    protocol = parser.add_mutually_exclusive_group().add_argument
    protocol(
        "-O", dest="protocol", action="store_const", const="scp", help="use the legacy SCP protocol"
    )
    protocol("-s", dest="protocol", action="store_const", const="sftp", help="use SFTP, or nothing")
    parser.add_argument("-B", dest="batch", action="store_true", help="never ask for anything")
    add_absent(parser, _ABSENT)
    add_ignored(parser, _IGNORED)
    return parser


def _plan(places: Sequence[Target | str]) -> tuple[list[Target | str], Target | str]:
    """Sources and target; ValueError unless exactly one side is remote."""
    if len(places) < 2:
        raise ValueError("name a source and a target; --help tells more")
    *sources, target = places
    remote = [isinstance(source, Target) for source in sources]
    if isinstance(target, Target):
        if any(remote):
            raise ValueError("copies from server to server are not made: copy here first")
    elif not all(remote):
        raise ValueError("one side is to be on a server, as host:path; the other one here")
    return list(sources), target


class _Copy:
    """One run of the program."""

    def __init__(self, arguments: argparse.Namespace, settings: Settings, out: Output) -> None:
        self._arguments = arguments
        self._settings = settings
        self._out = out
        self._meter = make_meter(shows=not arguments.quiet, kbit_per_second=arguments.limit)
        self._status = 0

    def run(self, sources: Sequence[Target | str], target: Target | str) -> int:
        if isinstance(target, Target):
            local = [source for source in sources if isinstance(source, str)]
            self._upload(local, target)
        else:
            remote = [source for source in sources if isinstance(source, Target)]
            for _, group in groupby(remote, lambda place: (place.host, place.user, place.port)):
                self._download(list(group), target, several=len(remote) > 1)
        return self._status

    def _upload(self, sources: Sequence[str], target: Target) -> None:
        with ExitStack() as stack:
            session = stack.enter_context(connect(target, self._settings, self._out))
            sftp = self._sftp(session, stack)
            path = target.path
            if sftp is not None:
                files = RemoteFiles(sftp)
                path = literal(files.expand_home(path)) if path.startswith("~") else path
            self._copier(session, sftp).send(sources, path or ".")

    def _download(self, sources: Sequence[Target], target: str, *, several: bool) -> None:
        with ExitStack() as stack:
            session = stack.enter_context(connect(sources[0], self._settings, self._out))
            self._session = session
            sftp = self._sftp(session, stack)
            names = list(self._names(sources, sftp))
            if names:
                self._copier(session, sftp).fetch(names, target, into=several)

    def _names(self, sources: Sequence[Target], sftp: _ssh.SFTP | None) -> Iterator[str]:
        """With SFTP the server's names that match; SCP gets the names as they are."""
        for source in sources:
            if sftp is None:
                yield literal(source.path) or "."
                continue
            files = RemoteFiles(sftp)
            found = files.matches(files.expand_home(source.path or "."))
            if not found:
                self._complain(f"{display(source.path)}: nothing matches")
            yield from found

    def _sftp(self, session: _ssh.Session, stack: ExitStack) -> _ssh.SFTP | None:
        """None where SCP is to be used: because it was asked for, or the server has no SFTP."""
        if self._arguments.protocol == "scp":
            return None
        try:
            return stack.enter_context(session.sftp())
        except OSError as error:
            if session.closed or self._arguments.protocol == "sftp":
                raise
            self._out.detail(f"the server has no SFTP ({error}): going on with SCP")
            return None

    def _copier(self, session: _ssh.Session, sftp: _ssh.SFTP | None) -> Copier:
        self._session = session
        recursive, preserve = self._arguments.recursive, self._arguments.preserve
        mover: Mover
        if sftp is None:
            mover = ScpMover(session, recursive=recursive, preserve=preserve)
        else:
            mover = SftpMover(RemoteFiles(sftp), recursive=recursive, preserve=preserve)
        return Copier(mover, self._meter, self._complain, self._out.warning, self._announce)

    def _announce(self, source: str, target: str) -> None:
        self._out.detail(f"copying {display(source)} to {display(target)}")

    def _complain(self, error: OSError | str) -> None:
        """Goes on with the next file, unless the connection is gone."""
        if isinstance(error, OSError) and self._session.closed:
            raise Lost(describe(error))
        self._status = 1
        self._out.error(error)


if __name__ == "__main__":
    sys.exit(main())
