"""Every command of the shell: one row each, from which help, completion and dispatch follow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..failures import CommandError
from . import commands_files as files
from . import commands_listing as listing
from . import commands_looking as looking
from . import commands_transfers as transfers
from .flags import expect
from .state import Leave, Shell
from .words import Word

Run = Callable[[Shell, Sequence[Word]], None]


@dataclass(frozen=True)
class Command:
    """`completes` says what the arguments are: 'remote' and 'local' files, 'remote/' and 'local/'
    directories, a 'command' or '' (something else); the last one stands for all that follow."""

    name: str
    arguments: str
    help: str
    run: Run
    aliases: tuple[str, ...] = ()
    completes: tuple[str, ...] = ()

    @property
    def usage(self) -> str:
        return f"{self.name} {self.arguments}".rstrip()


def help_(shell: Shell, words: Sequence[Word]) -> None:
    """All commands, or one."""
    expect(words, 0, 1)
    if words:
        shell.out.line(_described(find(words[0].text)))
        return
    width = max(len(command.usage) for command in COMMANDS) + 2
    for command in COMMANDS:
        shell.out.line(f"{command.usage:<{width}}{command.help}")
    shell.out.line(f"{'!COMMAND, !':<{width}}run a command here, or a shell")
    shell.out.line(
        "\nPatterns (* ? [a-z]) name several files; quote or \\escape what is to mean itself.\n"
        "# begins a comment. In scripts, -COMMAND may fail, @COMMAND is not echoed."
    )


def _described(command: Command) -> str:
    text = f"{command.usage}\n    {command.help}"
    if command.aliases:
        text += f"\n    also: {', '.join(command.aliases)}"
    return text


def leave(shell: Shell, words: Sequence[Word]) -> None:
    expect(words, 0, 0)
    raise Leave


def find(name: str) -> Command:
    """The command of that name or alias; CommandError if there is none."""
    try:
        return _BY_NAME[name.lower()]
    except KeyError:
        raise CommandError(f"{name}: no such command; 'help' lists them") from None


REMOTE, REMOTE_FOLDER = ("remote",), ("remote/",)
LOCAL, LOCAL_FOLDER = ("local",), ("local/",)

COMMANDS = (
    Command("cd", "[PATH]", "change the remote directory ('-': back)", looking.cd, (),
            REMOTE_FOLDER),
    Command("chgrp", "[-h] GROUP PATH...", "change the group, by number", files.chgrp,
            completes=("", "remote")),
    Command("chmod", "[-h] MODE PATH...", "change permissions, in octal (-h: of a link itself)",
            files.chmod, completes=("", "remote")),
    Command("chown", "[-h] OWNER[:GROUP] PATH...", "change the owner, by number", files.chown,
            completes=("", "remote")),
    Command("copy", "PATH... TARGET", "copy files on the server", files.copy, ("cp",), REMOTE),
    Command("df", "[-hi] [PATH]", "show how full the file system is", looking.df, (), REMOTE),
    Command("exit", "", "leave", leave, ("quit", "bye")),
    Command("get", "[-apr] PATH... [LOCAL]", "download (-a: go on, -p: keep times, -r: trees)",
            transfers.get, ("mget",), ("remote", "local")),
    Command("help", "[COMMAND]", "list the commands, or describe one", help_, ("?",), ("command",)),
    Command("lcd", "[PATH]", "change the local directory", looking.lcd, (), LOCAL_FOLDER),
    Command("lls", "[-1adfhlnrSt] [PATH...]", "list a local directory", listing.lls, (), LOCAL),
    Command("lmkdir", "PATH...", "make a local directory", looking.lmkdir, (), LOCAL),
    Command("ln", "[-s] TARGET PATH", "make a hard link, or a symbolic one", files.ln, (), REMOTE),
    Command("lpwd", "", "print the local directory", looking.lpwd),
    Command("ls", "[-1adfhlnrSt] [PATH...]", "list a remote directory", listing.ls, ("dir",),
            REMOTE),
    Command("lstat", "PATH...", "show what is known of a file, links as such", looking.lstat, (),
            REMOTE),
    Command("lumask", "MASK", "set the local umask", looking.lumask),
    Command("mkdir", "[-p] PATH...", "make a directory (-p: and those above)", files.mkdir, (),
            REMOTE),
    Command("mv", "[-l] PATH... TARGET", "move or rename (-l: never replace)", files.mv,
            ("rename",), REMOTE),
    Command("progress", "", "show progress or do not, by turns", looking.progress),
    Command("put", "[-apr] LOCAL... [PATH]", "upload (-a: go on, -p: keep times, -r: trees)",
            transfers.put, ("mput",), ("local", "remote")),
    Command("pwd", "", "print the remote directory", looking.pwd),
    Command("realpath", "[PATH]", "print a path as the server resolves it", looking.realpath, (),
            REMOTE),
    Command("reget", "[-pr] PATH... [LOCAL]", "go on with a download", transfers.reget, (),
            ("remote", "local")),
    Command("reput", "[-pr] LOCAL... [PATH]", "go on with an upload", transfers.reput, (),
            ("local", "remote")),
    Command("rm", "[-fr] PATH...", "delete files (-r: trees, -f: they may be missing)", files.rm,
            ("del", "delete"), REMOTE),
    Command("rmdir", "PATH...", "delete empty directories", files.rmdir, (), REMOTE_FOLDER),
    Command("stat", "PATH...", "show what is known of a file", looking.stat_, (), REMOTE),
    Command("symlink", "TARGET PATH", "make a symbolic link", files.symlink, (), REMOTE),
    Command("version", "", "print the protocol's version", looking.version),
)  # fmt: skip

_BY_NAME = {name: command for command in COMMANDS for name in (command.name, *command.aliases)}


def names() -> list[str]:
    """All names and aliases, for completion."""
    return sorted(_BY_NAME)
