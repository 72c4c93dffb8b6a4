"""The arguments of hawser-ssh: the letters of `ssh`, most of which are keywords of ssh_config said
shorter."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field

import hawser

from ..config import Forward
from ..target import Target, parse_address
from .forwards import parse_dynamic, parse_local, parse_place, parse_remote
from .options import add_absent, add_login_options, add_verbosity, settings_of, value_of
from .settings import Settings, port_number

PROGRAM = "hawser-ssh"
_USAGE = "hawser-ssh [options] [user@]host[:port] [command...]"
_EPILOG = """\
What follows the host and its options is the command, for the account's shell.

  hawser-ssh ann@example.org
  hawser-ssh -J gate inner uptime
  hawser-ssh -N -L 8080:db:80 -D 1080 -R 2222:localhost:22 gate

At a terminal, Enter, ~ and . leave at once.
exit status: that of the command; 2 the arguments are wrong; 255 no connection, or it was lost"""

_NOT_THERE = {
    "-X": "X11 is not forwarded",
    "-Y": "X11 is not forwarded",
    "-f": "the shell has & for what is to run in the background",
    "-K": "there is no GSSAPI",
    "-M": "connections are not shared between processes",
    "-O": "connections are not shared between processes",
    "-S": "connections are not shared between processes",
    "-I": "hardware keys are used through the agent",
    "-w": "there are no tunnels of packets",
}


@dataclass(kw_only=True)
class Arguments:
    """What they ask for, besides what `settings` have as options of ssh_config."""

    target: Target
    settings: Settings
    words: list[str] = field(default_factory=list)
    """Of the command."""
    forwards: list[Forward] = field(default_factory=list)
    remote_forwards: list[Forward] = field(default_factory=list)
    stdio_place: tuple[str, int] | None = None
    """Of -W."""
    prints_config: bool = False
    quiet: bool = False
    verbosity: int = 0


def parse(argv: Sequence[str] | None) -> Arguments:
    """ValueError, or the end of the program with status 2, for what is wrong."""
    found = _parser(has_host=True).parse_args(argv)
    if found.command and found.command[0].startswith("-"):  # as with `ssh`, some may stand behind
        rest, found.command = found.command, []
        found = _parser(has_host=False).parse_args(rest, found)
        if found.command[:1] == ["--"]:
            del found.command[0]
    settings = settings_of(found)
    for keyword, value in _keywords(found).items():
        settings.options[keyword] = [value, *settings.options.get(keyword, ())]
    return Arguments(
        target=parse_address(found.host),
        settings=settings,
        words=found.command,
        forwards=found.forwards,
        remote_forwards=found.remote_forwards,
        stdio_place=found.stdio_place,
        prints_config=found.prints_config,
        quiet=found.quiet,
        verbosity=found.verbosity,
    )


def _keywords(found: argparse.Namespace) -> dict[str, str]:
    """Those options that are keywords, which win over the files' and over -o."""
    said: dict[str, str | None] = {
        "bindaddress": found.bind_address,
        "bindinterface": found.bind_interface,
        "macs": found.macs,
        "tag": found.tag,
        "forwardagent": found.forward_agent,
        "escapechar": found.escape and f'"{found.escape}"',
        "stdinnull": "yes" if found.stdin_null else None,
        "gatewayports": "yes" if found.gateway_ports else None,
        "sessiontype": found.session_type,
        "requesttty": {None: None, 0: "no", 1: "yes"}.get(found.terminal, "force"),
    }
    if found.stdio_place is not None:
        said |= {"sessiontype": "none", "requesttty": "no", "exitonforwardfailure": "yes"}
        said |= {"clearallforwardings": "yes"}
    return {keyword: value for keyword, value in said.items() if value is not None}


def _parser(*, has_host: bool) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        usage=_USAGE,
        description="Runs a shell or a command on a server.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    if has_host:
        add("host", metavar="HOST")
    add("command", metavar="COMMAND", nargs=argparse.REMAINDER)
    group = parser.add_argument_group("connecting")
    connecting = group.add_argument
    port = value_of(port_number)
    connecting("-p", dest="port", metavar="PORT", type=port, help="the server's port")
    connecting("-l", dest="user", metavar="USER", help="the account there")
    connecting("-b", dest="bind_address", metavar="ADDRESS", help="come from this address")
    connecting("-B", dest="bind_interface", metavar="NAME", help="leave by this interface")
    connecting("-m", dest="macs", metavar="MAC[,...]", help="the MACs to offer, as -c")
    connecting("-P", dest="tag", metavar="TAG", help="what `Match tagged` of ssh_config looks at")
    add_login_options(group)
    _add_ports(parser.add_argument_group("ports"))
    _add_session(parser)
    _add_telling(parser)
    add_absent(parser, _NOT_THERE)
    parser.set_defaults(password=None)
    return parser


def _add_ports(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "-L",
        dest="forwards",
        metavar="[HERE:]PORT:HOST:PORT",
        action="append",
        default=[],
        type=value_of(parse_local),
        help="connections to a port here go to a place that the server sees",
    )
    add(
        "-R",
        dest="remote_forwards",
        metavar="[AT:]PORT[:HOST:PORT]",
        action="append",
        default=[],
        type=value_of(parse_remote),
        help="connections to a port of the server's go to a place that is seen from here",
    )
    add(
        "-D",
        dest="forwards",
        metavar="[HERE:]PORT",
        action="append",
        default=[],
        type=value_of(parse_dynamic),
        help="a SOCKS proxy here",
    )
    add(
        "-W",
        dest="stdio_place",
        metavar="HOST:PORT",
        type=value_of(parse_place),
        help="stdin and stdout lead to a place that the server sees",
    )
    add("-g", dest="gateway_ports", action="store_true", help="ports here are for all machines")


def _add_session(parser: argparse.ArgumentParser) -> None:
    kind = parser.add_mutually_exclusive_group().add_argument
    none, subsystem = "none", "subsystem"
    kind("-N", dest="session_type", action="store_const", const=none, help="the ports alone")
    kind("-s", dest="session_type", action="store_const", const=subsystem, help="a subsystem")
    terminal = parser.add_mutually_exclusive_group().add_argument
    terminal(
        "-t",
        dest="terminal",
        action="count",
        help="a terminal for a command, too; twice: even without one here",
    )
    terminal("-T", dest="terminal", action="store_const", const=0, help="no terminal")
    add = parser.add_argument
    add("-n", dest="stdin_null", action="store_true", help="the command has nothing to read")
    add("-e", dest="escape", metavar="CHAR", help="instead of ~; ^X, or 'none' for none")
    agent = parser.add_mutually_exclusive_group().add_argument
    yes, no = "yes", "no"
    agent(
        "-A",
        dest="forward_agent",
        action="store_const",
        const=yes,
        help="show the agent to what runs there; who has the account can use it, too",
    )
    agent("-a", dest="forward_agent", action="store_const", const=no, help="do not")
    for letter, what in (("-x", "X11"), ("-k", "a ticket")):
        add(letter, dest="ignored", action="store_true", help=f"{what} is not forwarded anyway")


def _add_telling(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("-G", dest="prints_config", action="store_true", help="print what ssh_config says of HOST")
    add("-q", dest="quiet", action="store_true", help="no notes and warnings")
    add_verbosity(parser)
    version = f"%(prog)s (Hawser) {hawser.__version__}"
    add("-V", "--version", action="version", version=version, help="show the version and leave")
