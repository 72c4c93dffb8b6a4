"""Runs lines: from a person, from a pipe, from a batch file.

    line = [ *( "-" / "@" / blank ) ] command / "!" local command / "#" comment

'-' lets a batch go on if the command fails, '@' keeps the command from being echoed.
"""

import os
import subprocess
from collections.abc import Callable, Iterable

from ..failures import CommandError
from .state import Leave, Shell, UsageError
from .table import find
from .words import BadLine, split


def run_line(shell: Shell, line: str) -> bool:
    """Runs one line and says whether all of it went well; what did not was shown."""
    if line.startswith("!"):
        return attempt(shell, lambda: _run_here(shell, line[1:].strip()))
    return attempt(shell, lambda: _run(shell, line))


def attempt(shell: Shell, work: Callable[[], object]) -> bool:
    """Shows what goes wrong with `work`, and says whether nothing did. Leave, Lost and
    KeyboardInterrupt come out."""
    shell.has_failed = False
    try:
        work()
    except BrokenPipeError:
        raise  # of our stdout
    except OSError as error:
        shell.complain(error)
    except (BadLine, CommandError, ValueError) as error:  # ValueError: e.g. a NUL in a name
        shell.complain(str(error))
    finally:
        shell.out.flush()
    return not shell.has_failed


def _run(shell: Shell, line: str) -> None:
    words = split(line)
    if not words:
        return
    command = find(words[0].text)
    try:
        command.run(shell, words[1:])
    except UsageError as error:
        raise CommandError(f"{command.name}: {error}; usage: {command.usage}") from None


def run_script(shell: Shell, lines: Iterable[str], *, stops: bool, echoes: bool) -> int:
    """Runs lines that nobody types; the exit status. With `stops` the first failure is the end,
    unless a '-' in front allowed it."""
    status = 0
    try:
        for raw in lines:
            may_fail, is_echoed, line = strip_prefixes(raw)
            if not line or line.startswith("#"):
                continue
            if echoes and is_echoed:
                shell.out.line(f"sftp> {shell.out.name(line)}")
                shell.out.flush()
            if not run_line(shell, line) and not may_fail:
                status = 1
                if stops:
                    return status
    except Leave:
        pass
    return status


def strip_prefixes(line: str) -> tuple[bool, bool, str]:
    """(may fail, is echoed, the command) of a line with its '-' and '@'."""
    line = line.strip()
    may_fail, is_echoed = False, True
    while line[:1] in ("-", "@"):
        may_fail = may_fail or line[0] == "-"
        is_echoed = is_echoed and line[0] != "@"
        line = line[1:].lstrip()
    return may_fail, is_echoed, line


def _run_here(shell: Shell, command: str) -> None:
    """What the person wants their own shell to do."""
    shell.out.flush()
    program = os.environ.get("SHELL") or "/bin/sh"
    done = subprocess.run([program, "-c", command] if command else [program], check=False)
    if done.returncode != 0:
        raise CommandError(f"!{command}: exit status {done.returncode}")
