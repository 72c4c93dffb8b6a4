"""hawser-ssh: a shell or a command on a server, and ports that lead there."""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

import _ssh

from ..config import HostConfig
from ..config.execution import users_shell
from ..connecting.connect import Link
from ..connecting.dialing import mark
from ..escape import describe
from ..forwarding.agent import to_agent
from ..forwarding.doors import RemoteDoor
from ..forwarding.forward import Forward
from ..running.shell import Terminal, Visit, interact
from ..target import BadTarget
from .command_line import CommandLine
from .connecting import ConnectFailed, connected
from .failures import CommandError
from .forwards import listen, listen_remotely
from .options import USAGE_STATUS
from .output import Output, prepare_streams
from .running import LOST_STATUS, run
from .ssh_arguments import PROGRAM, Arguments, parse
from .stdio import carry

_IDLE_SECONDS = 15.0
_TERMINALS = {"no": Terminal.NEVER, "yes": Terminal.AS_HERE, "force": Terminal.ALWAYS}


def main(argv: Sequence[str] | None = None) -> int:
    prepare_streams()
    out = Output(PROGRAM)
    try:
        arguments = parse(argv)
    except (ValueError, BadTarget) as error:
        out.error(str(error))
        return USAGE_STATUS
    out.quiet, out.verbosity = arguments.quiet, arguments.verbosity
    work = _print_config if arguments.prints_config else _visit
    return run(out, lambda: work(arguments, out), failed=LOST_STATUS)


def _print_config(arguments: Arguments, out: Output) -> int:
    target, settings = arguments.target, arguments.settings
    try:
        host = settings.config().lookup(
            target.host,
            user=target.user or settings.user,
            port=target.port or settings.port,
            options=settings.options,
            command=_joined(arguments.words),
        )
    except (OSError, ValueError) as error:
        raise ConnectFailed(f"{target}: {describe(error)}") from None
    for line in host.lines():
        out.line(out.name(line))
    return 0


def _visit(arguments: Arguments, out: Output) -> int:
    settings = arguments.settings
    settings.command = _joined(arguments.words)
    with ExitStack() as stack:
        link = stack.enter_context(connected(arguments.target, settings, out))[-1]
        host = link.settings.config
        assert host is not None  # the tools look every host up
        visit = None if host.session_type == "none" else _visit_of(arguments, link, host)
        _run_local_command(host, out)
        commands = CommandLine(link.session, host, stack)
        _forward(arguments, commands, link.session, host, stack, out)
        if visit is not None and host.enable_escape_commandline:
            visit = replace(visit, command_line=commands.run)
        if visit is not None and host.forward_agent:
            visit = _with_agent(visit, link.session, host, stack, out)
        if arguments.stdio_place is not None:
            return carry(link.session, *arguments.stdio_place)
        if visit is None:
            return _idle(link.session)
        _mark_as_interactive(link, visit, host)
        status = interact(link.session, visit)
        return status if status >= 0 else LOST_STATUS


def _joined(words: list[str]) -> str | None:
    return " ".join(words) or None


# ---- the session ---------------------------------------------------------------------------------


def _visit_of(arguments: Arguments, link: Link, host: HostConfig) -> Visit:
    """ConnectFailed for what the command line and the files cannot both mean."""
    command, is_subsystem = _joined(arguments.words), host.session_type == "subsystem"
    if host.remote_command is not None:
        if command is not None:
            raise ConnectFailed("a command is given, and RemoteCommand is another")
        command = host.remote_command
    if is_subsystem and command is None:
        raise ConnectFailed("the name of the subsystem is missing")
    terminal = _TERMINALS.get(host.request_tty)
    if terminal is None:
        terminal = Terminal.AS_HERE if command is None else Terminal.NEVER
    return Visit(
        command=command,
        is_subsystem=is_subsystem,
        terminal=terminal,
        escape=host.escape_char,
        has_input=not host.stdin_null,
        wishes=link.settings.variables,
    )


def _mark_as_interactive(link: Link, visit: Visit, host: HostConfig) -> None:
    interactive, _ = host.ip_qos
    has_terminal = visit.terminal is not Terminal.NEVER and os.isatty(sys.stdin.fileno())
    if has_terminal and host.is_set("ipqos") and interactive is not None and link.sock is not None:
        mark(link.sock, interactive)


def _idle(session: _ssh.Session) -> int:
    """Until the connection ends, which a sign of life is asked for to know."""
    pause = threading.Event()
    while not session.closed:
        session.keepalive(_IDLE_SECONDS)
        pause.wait(_IDLE_SECONDS)
    return LOST_STATUS


def _run_local_command(host: HostConfig, out: Output) -> None:
    """Its status is its own affair, as it is with `ssh`."""
    command = host.local_command
    if command is None:
        return
    sys.audit("hawser.config.exec", command)
    shell = users_shell()
    try:
        status = subprocess.run([shell, "-c", command], check=False).returncode
    except OSError as error:
        raise ConnectFailed(f"LocalCommand: {shell}: {describe(error)}") from None
    out.detail(f"LocalCommand ended with status {status}")


# ---- ports ---------------------------------------------------------------------------------------


def _forward(
    arguments: Arguments,
    commands: CommandLine,
    session: _ssh.Session,
    host: HostConfig,
    stack: ExitStack,
    out: Output,
) -> None:
    """Listens for those that are given and those of the files."""
    if host["clearallforwardings"] == "yes":
        return
    local = (*arguments.forwards, *host.local_forwards, *host.dynamic_forwards)
    remote = (*arguments.remote_forwards, *host.remote_forwards)
    wishes = [("D" if wanted.is_dynamic else "L", wanted) for wanted in local]
    wishes += [("R", wanted) for wanted in remote]
    for letter, wanted in wishes:
        listens = listen_remotely if letter == "R" else listen
        try:
            forward = stack.enter_context(listens(wanted, session, host))
        except CommandError as error:
            _cannot(str(error), host, out)
        else:
            commands.note(letter, wanted, forward)
            out.detail(f"{forward!r} listens at {forward.address}")
            if letter == "R" and wanted.listen_port == 0:
                _tell_port(forward, out)


def _tell_port(forward: Forward, out: Output) -> None:
    """Who let the server choose has to know."""
    if not out.quiet:
        out.block(f"{PROGRAM}: port {forward.port} of the server leads to {forward.destination}")


def _with_agent(
    visit: Visit, session: _ssh.Session, host: HostConfig, stack: ExitStack, out: Output
) -> Visit:
    """The visit, which is shown the agent if there is one and the server lets it."""
    path = host.forward_agent_socket or os.environ.get("SSH_AUTH_SOCK")
    if not path:
        out.detail("there is no agent to show")
        return visit
    stack.enter_context(Forward(RemoteDoor(session.listen_agent(), to_agent(path)), "the agent"))

    def show(channel: _ssh.Channel) -> None:
        try:
            channel.request_agent()
        except _ssh.ChannelError as error:
            out.warning(str(error))

    return replace(visit, prepare=show)


def _cannot(text: str, host: HostConfig, out: Output) -> None:
    """A warning, unless ExitOnForwardFailure has it end the program."""
    if host.exit_on_forward_failure:
        raise ConnectFailed(text)
    out.warning(text)


if __name__ == "__main__":
    sys.exit(main())
