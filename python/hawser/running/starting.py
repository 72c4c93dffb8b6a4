"""Starting a command on a channel: its words, its directory, its variables, its terminal.

The protocol knows one string, which the server gives to the account's shell. What must not be
looked into by that shell is quoted for it.
"""

import os
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import _ssh

from ..crowded import until_there_is_room

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

Command = str | bytes | Sequence[str | os.PathLike[str]]


@dataclass(frozen=True)
class Start:
    """What is to be started, and how."""

    command: Command
    env: Mapping[str, str] | None = None
    cwd: str | os.PathLike[str] | None = None
    pty: bool = False
    term: str | None = None
    size: tuple[int, int] | None = None
    merges_stderr: bool = False
    wishes: Mapping[str, str] = field(default_factory=dict)
    """Further variables, which the server may refuse."""
    prepare: Callable[[_ssh.Channel], None] | None = None
    """Asks for what the channel is to have besides."""

    def on(self, session: _ssh.Session, refused: set[str]) -> _ssh.Channel:
        """The channel that the command runs on. `refused` are the variables that the server does
        not take; those that it refuses now are added."""
        line = self.line([])  # what is wrong in it is said before anything is sent
        channel = until_there_is_room(session.open_session)
        try:
            if self.prepare is not None:
                self.prepare(channel)
            if self.pty:
                columns, rows = self.size or (80, 24)
                channel.pty(self.term or os.environ.get("TERM", "xterm"), columns, rows)
            env = self.env or {}
            for name, value in self.wishes.items():
                if name not in env:
                    set_variable(channel, name, value, refused)
            left = [name for name in env if not set_variable(channel, name, env[name], refused)]
            channel.exec(self.line(left) if left else line)
        except BaseException:
            channel.close()
            raise
        return channel

    def line(self, variables: Sequence[str]) -> str | bytes:
        """The command line, which sets these variables by itself."""
        for name in self.env or {}:
            if not _VARIABLE.fullmatch(name):
                raise ValueError(f"env: {name!r} is no name of a variable")
        command = self.command
        if isinstance(command, bytes):
            if variables or self.cwd is not None or self.merges_stderr:
                command = command.decode("utf-8", "surrogateescape")
            else:
                return command
        if isinstance(command, str):
            return self._of_shell(command, variables)
        return self._of_words(command, variables)

    def _of_words(self, words: Sequence[str | os.PathLike[str]], variables: Sequence[str]) -> str:
        if not words:
            raise ValueError("the command has no words")
        line = shlex.join([*self._env(variables), *(os.fspath(word) for word in words)])
        return self._in_directory(line + (" 2>&1" if self.merges_stderr else ""))

    def _of_shell(self, line: str, variables: Sequence[str]) -> str:
        """A line stays whole, whatever is put before and behind it: as an argument."""
        if variables:
            line = shlex.join([*self._env(variables), "sh", "-c", line])
        elif self.cwd is not None or self.merges_stderr:
            line = f"eval {shlex.quote(line)}"
        return self._in_directory(line + (" 2>&1" if self.merges_stderr else ""))

    def _env(self, variables: Sequence[str]) -> list[str]:
        if not variables or self.env is None:
            return []
        return ["env", *(f"{name}={self.env[name]}" for name in variables)]

    def _in_directory(self, line: str) -> str:
        if self.cwd is None:
            return line
        return f"cd -- {shlex.quote(os.fspath(self.cwd))} && {line}"


def set_variable(channel: _ssh.Channel, name: str, value: str, refused: set[str]) -> bool:
    """Whether the server takes the variable."""
    if name in refused:
        return False
    try:
        channel.env(name, value)
    except _ssh.ChannelError:
        if channel.closed:
            raise
        refused.add(name)
        return False
    return True
