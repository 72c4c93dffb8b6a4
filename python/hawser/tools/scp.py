"""hawser-scp: copies files to or from a server, by SFTP, or by the legacy SCP protocol; or from one
server to another.

The direction is found from the colon: a place on a server is [user@]host:path or scp://host/path.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby

import _ssh

from ..escape import describe, display
from ..files.settling import settle
from ..globbing import literal
from ..target import BadTarget, Target, parse_copy_argument
from .connecting import connect
from .copying import AcrossPutter, Copier, Mover, ScpMover, SftpMover
from .failures import CommandError, Lost
from .options import USAGE_STATUS, Parser, add_absent, add_ignored, settings_of
from .output import Output, prepare_streams
from .progress import make_meter
from .remote import RemoteFiles
from .running import run, warn_of_password
from .settings import Settings

PROGRAM = "hawser-scp"
_ABSENT = {
    "-R": "copies from server to server go through here",
    "-D": "files are reached by SSH only",
    "-S": "no other program is run",
}
_IGNORED = {"-3": "", "-A": "", "-T": "", "-X": "OPTION"}
_USAGE = "hawser-scp [options] SOURCE... TARGET"
_DESCRIPTION = "Copies files to or from a server, or from server to server."
_EPILOG = """\
A place on a server is [user@]host:path, user@[v6::address]:path or scp://[user@]host[:port]/path.
The path is relative to the home directory; in a URL, too, unless it begins with a second slash.
Of a local file whose name has a colon write ./a:b.

  hawser-scp notes.txt ann@example.org:           to the home directory
  hawser-scp -r ann@example.org:src/ 'bob@[::1]:*.txt' .
  hawser-scp -P 2222 -i key scp://example.org//etc/motd motd
  hawser-scp -r ann@example.org:src bob@example.net:   from server to server, through here"""


def main(argv: Sequence[str] | None = None) -> int:
    prepare_streams()
    arguments = _parser().parse(argv)
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
    parser.add_argument("places", metavar="SOURCE... TARGET", nargs="*")
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
    """Sources and target; ValueError if both sides are here."""
    if len(places) < 2:
        raise ValueError("name a source and a target; --help tells more")
    *sources, target = places
    if not isinstance(target, Target) and not all(isinstance(each, Target) for each in sources):
        raise ValueError("one side, at least, is to be on a server, as host:path")
    return list(sources), target


def _server(place: Target) -> tuple[object, ...]:
    return (place.host, place.user, place.port)


class _Copy:
    """One run of the program."""

    def __init__(self, arguments: argparse.Namespace, settings: Settings, out: Output) -> None:
        self._arguments = arguments
        self._settings = settings
        self._out = out
        self._meter = make_meter(shows=not arguments.quiet, kbit_per_second=arguments.limit)
        self._status = 0
        self._sessions: list[_ssh.Session] = []
        self._copier = Copier(self._meter, self._complain, self._out.warning, self._announce)

    def run(self, sources: Sequence[Target | str], target: Target | str) -> int:
        several = len(sources) > 1
        local = [source for source in sources if isinstance(source, str)]
        remote = [source for source in sources if isinstance(source, Target)]
        groups = [list(group) for _, group in groupby(remote, _server)]
        if isinstance(target, Target):
            with ExitStack() as stack:
                self._to_server(local, groups, target, stack, several=several)
        else:
            for group in groups:
                self._download(group, target, several=several)
        return self._status

    def _to_server(
        self,
        local: Sequence[str],
        groups: Sequence[Sequence[Target]],
        target: Target,
        stack: ExitStack,
        *,
        several: bool,
    ) -> None:
        session = self._connect(target, stack)
        sftp = self._sftp(session, stack)
        path = target.path
        if sftp is not None:
            files = RemoteFiles(sftp)
            path = literal(files.expand_home(path)) if path.startswith("~") else path
        if local:
            self._copier.send(self._mover(session, sftp), local, path or ".", into=several)
        for group in groups:
            if sftp is None:
                raise CommandError("copies from server to server need SFTP on both")
            with ExitStack() as inner:
                source = sftp
                if _server(group[0]) != _server(target):
                    source = inner.enter_context(self._connect(group[0], inner).sftp())
                names = list(self._names(group, source))
                if names:
                    mover = AcrossPutter(
                        source,
                        RemoteFiles(sftp),
                        recursive=self._arguments.recursive,
                        preserve=self._arguments.preserve,
                    )
                    into = several or len(names) > 1
                    self._copier.send(mover, names, path or ".", into=into)

    def _connect(self, place: Target, stack: ExitStack) -> _ssh.Session:
        session = stack.enter_context(connect(place, self._settings, self._out))
        self._sessions.append(session)
        return session

    def _download(self, sources: Sequence[Target], target: str, *, several: bool) -> None:
        with ExitStack() as stack:
            session = self._connect(sources[0], stack)
            sftp = self._sftp(session, stack)
            names = list(self._names(sources, sftp))
            if names:
                self._copier.fetch(self._mover(session, sftp), names, target, into=several)

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
            sftp = stack.enter_context(session.sftp())
        except OSError as error:
            if session.closed or self._arguments.protocol == "sftp":
                raise
            self._out.detail(f"the server has no SFTP ({error}): going on with SCP")
            return None
        stack.push(lambda kind, _error, _trace: self._settle(sftp, is_broken=kind is not None))
        return sftp

    def _settle(self, sftp: _ssh.SFTP, *, is_broken: bool) -> None:
        if is_broken or self._status:
            settle(sftp)

    def _mover(self, session: _ssh.Session, sftp: _ssh.SFTP | None) -> Mover:
        recursive, preserve = self._arguments.recursive, self._arguments.preserve
        if sftp is None:
            return ScpMover(session, recursive=recursive, preserve=preserve)
        return SftpMover(RemoteFiles(sftp), recursive=recursive, preserve=preserve)

    def _announce(self, source: str, target: str) -> None:
        self._out.detail(f"copying {display(source)} to {display(target)}")

    def _complain(self, error: OSError | str) -> None:
        """Goes on with the next file, unless the connection is gone."""
        if isinstance(error, OSError) and any(each.closed for each in self._sessions):
            raise Lost(describe(error))
        self._status = 1
        self._out.error(error)


if __name__ == "__main__":
    sys.exit(main())
