"""The options that both tools share, as argparse sees them."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import hawser

from .settings import Settings, algorithm_list, port_number

USAGE_STATUS = 2

_EXIT_STATUS = """\
exit status: 0 all was done; 1 something failed; 2 the arguments are wrong; 255 no connection, no
login, or the connection was lost"""

T = TypeVar("T")


class Parser(argparse.ArgumentParser):
    """An ArgumentParser with the shared options."""

    def __init__(self, program: str, usage: str, description: str, epilog: str) -> None:
        super().__init__(
            prog=program,
            usage=usage,
            description=description,
            epilog=f"{epilog}\n\n{_EXIT_STATUS}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        self._add_connecting()
        self._add_copying()

    def parse(self, argv: Sequence[str] | None) -> argparse.Namespace:
        """What follows `--` are `places`, whatever they begin with."""
        words = list(sys.argv[1:] if argv is None else argv)
        end = words.index("--") if "--" in words else len(words)
        found = self.parse_intermixed_args(words[:end])
        found.places = [*found.places, *words[end + 1 :]]
        if not found.places:
            self.error("name what is to be done; --help tells more")
        return found

    def _add_connecting(self) -> None:
        group = self.add_argument_group("connecting")
        add = group.add_argument
        port = value_of(port_number)
        add("-P", dest="port", metavar="PORT", type=port, help="the server's port (22)")
        add("-u", dest="user", metavar="USER", help="the account there (named as yours here)")
        add(
            "-p",
            dest="password",
            metavar="PASS",
            help="the password. Others may read it in the list of processes: rather let it be "
            "asked for, or put it into the variable HAWSER_PASSWORD",
        )
        add_login_options(group)

    def _add_copying(self) -> None:
        add = self.add_argument_group("copying").add_argument
        add("-r", dest="recursive", action="store_true", help="copy whole directories")
        add(
            "--preserve", action="store_true", help="keep times and permissions (not -p: see there)"
        )
        add("-l", dest="limit", metavar="KBIT", type=value_of(_rate), help="at most so many Kbit/s")
        add("-q", dest="quiet", action="store_true", help="no progress, notes and warnings")
        add_verbosity(self)
        version = f"%(prog)s (Hawser) {hawser.__version__}"
        add("--version", action="version", version=version, help="show the version and leave")


def add_login_options(group: argparse._ArgumentGroup) -> None:
    """Those that all three tools have by the same letters."""
    add = group.add_argument
    add(
        "--password-fd",
        metavar="N",
        type=int,
        help="read the password from file descriptor N, up to a newline",
    )
    add(
        "-i",
        dest="identities",
        metavar="FILE",
        action="append",
        default=[],
        help="log in with this private key (else ~/.ssh/id_ed25519, id_ecdsa, id_rsa)",
    )
    add(
        "-c",
        dest="ciphers",
        metavar="CIPHER[,...]",
        type=value_of(algorithm_list),
        help="the ciphers to offer, best first; +CIPHER adds to the usual ones, -CIPHER takes "
        "away, ^CIPHER puts first",
    )
    add("-C", dest="compression", action="store_true", help="compress, if both sides can")
    add(
        "-o",
        dest="options",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="an option of ssh_config(5), e.g. StrictHostKeyChecking=accept-new",
    )
    add(
        "-F",
        dest="config_file",
        metavar="FILE",
        help="read this ssh_config instead of ~/.ssh/config and the system's ('none': none)",
    )
    add(
        "-J",
        dest="jumps",
        metavar="HOST[,...]",
        help="go by these hosts, each [user@]host[:port], one after the other",
    )
    family = group.add_mutually_exclusive_group().add_argument
    family("-4", dest="family", action="store_const", const="inet", help="IPv4 only")
    family("-6", dest="family", action="store_const", const="inet6", help="IPv6 only")


def add_verbosity(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-v",
        dest="verbosity",
        action="count",
        default=0,
        help="say what was negotiated and done; -vv says more, -vvv names each packet",
    )


def add_absent(parser: argparse.ArgumentParser, letters: Mapping[str, str]) -> None:
    """Letters of OpenSSH's that we have not: the error says why."""
    for letter, why in letters.items():
        parser.add_argument(letter, action=_Absent, nargs=0, const=why, help=argparse.SUPPRESS)


class _Absent(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        parser.error(f"there is no {self.option_strings[0]} here: {self.const}")


def add_ignored(parser: argparse.ArgumentParser, letters: Mapping[str, str]) -> None:
    """Letters of OpenSSH's that change nothing here. Those that take a value have its name."""
    for letter, value in letters.items():
        if value:
            parser.add_argument(letter, dest="ignored", metavar=value, help=argparse.SUPPRESS)
        else:
            parser.add_argument(letter, dest="ignored", action="store_true", help=argparse.SUPPRESS)


def settings_of(arguments: argparse.Namespace) -> Settings:
    """The settings that the arguments ask for; ValueError says which of them is wrong."""
    settings = Settings()
    for option in arguments.options:
        settings.apply(option)
    settings.user = arguments.user
    settings.port = arguments.port
    settings.family = arguments.family
    settings.identities = arguments.identities
    settings.compression = arguments.compression or None
    settings.ciphers = arguments.ciphers
    settings.config_file = arguments.config_file
    settings.jumps = arguments.jumps
    settings.password = _password(arguments)
    return settings


def _password(arguments: argparse.Namespace) -> str | None:
    """From -p, --password-fd or the environment, where programs that we start do not see it."""
    from_environment = os.environ.pop("HAWSER_PASSWORD", None)
    given: str | None = arguments.password
    if given is None and arguments.password_fd is not None:
        given = _first_line(arguments.password_fd)
    return from_environment if given is None else given


def _first_line(descriptor: int) -> str:
    """Read byte by byte: what follows the line may be meant for someone else, as on stdin."""
    line = bytearray()
    try:
        while len(line) < 65536 and (byte := os.read(descriptor, 1)) not in (b"", b"\n"):
            line += byte
    except OSError as error:
        raise ValueError(f"--password-fd {descriptor}: {error.strerror}") from None
    return line.rstrip(b"\r").decode("utf-8", "surrogateescape")


def _rate(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ValueError("the limit is a number of Kbit/s above 0")
    return int(text)


def value_of(convert: Callable[[str], T]) -> Callable[[str], T]:
    """`convert` for argparse, which shows the text of its own kind of error only."""

    def checked(text: str) -> T:
        try:
            return convert(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return checked
