"""`connect` and what it gives: a `Client`, one server with all that can be done there."""

import contextlib
import os
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self, Unpack

import _ssh

from . import keepalive, threads
from .client_forwarding import Forwarding
from .connecting.connect import Link, open_links
from .connecting.options import Options
from .crowded import until_there_is_room

if TYPE_CHECKING:
    from .files.remote_path import RemotePath
    from .files.sync import SyncReport
    from .files.transfers import Progress
    from .running.completed import CompletedProcess
    from .running.process import Process, Sink, Source

StrPath = str | os.PathLike[str]


def connect(destination: str, /, **options: Unpack[Options]) -> "Client":
    """Connects to `[user@]host[:port]` or `ssh://[user@]host[:port]`, checks the server's key, and
    logs in.

    The key has to be in known_hosts unless `host_keys` says otherwise. Keys of the agent and the
    usual files are tried, and a person at the terminal is asked for a password, unless the options
    say otherwise. Raises `ConnectError`, which is of its cause's class, too.
    """
    return Client(open_links(destination, options))


class Client(Forwarding):
    """A server that we are logged in at. Threads may share it; `with` closes it."""

    def __init__(self, links: Sequence[Link]) -> None:
        """Made by `connect`."""
        self._links = list(links)
        settings = self._links[-1].settings
        self._name = f"{settings.target.user}@{settings.target}"
        self._sftp: _ssh.SFTP | None = None
        self._opening = threading.Lock()
        self._gave_up = False
        self._owner = os.getpid()
        self.refused_variables: set[str] = set()
        """Environment variables that the server does not take as such."""
        self._watched: keepalive.Watched | None = None
        if settings.keepalive_interval > 0:
            self._watched = keepalive.Watched(
                self.session, self._name, settings.keepalive_interval, settings.keepalive_count_max
            )
            keepalive.watch(self._watched)
        super().__init__(self.session, self._name)
        threads.close_at_exit(self)

    # ---- what it is ------------------------------------------------------------------------------

    @property
    def session(self) -> _ssh.Session:
        """The session underneath, for what is not offered here."""
        return self._links[-1].session

    @property
    def destination(self) -> str:
        """'user@host', with the port if it is not 22."""
        return self._name

    @property
    def jumps(self) -> tuple[_ssh.Session, ...]:
        """The sessions with the hosts on the way."""
        return tuple(link.session for link in self._links[:-1])

    @property
    def host_key(self) -> _ssh.HostKey:
        return self.session.host_key

    @property
    def server_version(self) -> str:
        return self.session.server_version

    @property
    def closed(self) -> bool:
        return self.session.closed

    @property
    def lost(self) -> str:
        """Why the connection was given up, if its keepalives found no server; else ''."""
        return "" if self._watched is None else self._watched.lost

    def __repr__(self) -> str:
        return f"<hawser.Client {self._name}{' closed' if self.closed else ''}>"

    # ---- commands --------------------------------------------------------------------------------

    def run(
        self,
        command: "str | bytes | Sequence[StrPath]",
        *,
        input: "Any | None" = None,
        check: bool = False,
        timeout: float | None = None,
        env: Mapping[str, str] | None = None,
        cwd: StrPath | None = None,
        pty: bool = False,
        stdin: "Source | None" = None,
        stdout: "Sink | None" = None,
        stderr: "Sink | None" = None,
        capture_output: bool = True,
        text: bool = False,
        encoding: str | None = None,
        errors: str | None = None,
    ) -> "CompletedProcess":
        """Runs a command to its end, after `subprocess.run`: gives a `CompletedProcess` with
        `returncode`, `stdout` and `stderr`, which are captured unless they go elsewhere.

        A `str` is a command line for the remote shell; a list is one command with its arguments,
        which the shell does not look into. With `check` a status other than 0 is a `CommandFailed`.
        After `timeout` seconds the command is ended, and it is a `CommandTimeout`.
        """
        from .running.run import run

        process = self.popen(
            command,
            stdin=_stdin_for(input, stdin),
            stdout=_captured(stdout, capture_output),
            stderr=_captured(stderr, capture_output),
            env=env,
            cwd=cwd,
            pty=pty,
            text=text,
            encoding=encoding,
            errors=errors,
        )
        return run(process, input, check=check, timeout=timeout)

    def popen(
        self,
        command: "str | bytes | Sequence[StrPath]",
        *,
        stdin: "Source | None" = None,
        stdout: "Sink | None" = None,
        stderr: "Sink | None" = None,
        env: Mapping[str, str] | None = None,
        cwd: StrPath | None = None,
        pty: bool = False,
        term: str | None = None,
        size: tuple[int, int] | None = None,
        text: bool = False,
        encoding: str | None = None,
        errors: str | None = None,
    ) -> "Process":
        """Starts a command, after `subprocess.Popen`. `stdin`, `stdout` and `stderr` of the
        `Process` are files unless they were given elsewhere to come from or to go to."""
        from .running.process import Process
        from .running.starting import Start

        sys.audit("hawser.run", self._name, command)
        start = Start(
            command=command,
            env=env,
            cwd=cwd,
            pty=pty,
            term=term,
            size=size,
            wishes=self._links[-1].settings.variables,
            prepare=self.show_agent,
        )
        if text and encoding is None:
            encoding = "utf-8"
        return Process(self, start, stdin, stdout, stderr, encoding, errors)

    def shell(self, command: str | None = None, *, escape: str | None = "~") -> int:
        """An interactive shell (or `command`) at this process's terminal until it ends; its exit
        status. Enter, `~`, `.` leaves at once."""
        from .running.shell import Visit, interact

        sys.audit("hawser.run", self._name, command)
        wishes = self._links[-1].settings.variables
        visit = Visit(command=command, escape=escape, wishes=wishes, prepare=self.show_agent)
        return interact(self.session, visit)

    # ---- files -----------------------------------------------------------------------------------

    def sftp(self) -> _ssh.SFTP:
        """A new SFTP client, the caller's to close."""
        sys.audit("hawser.sftp", self._name)
        return until_there_is_room(self.session.sftp)

    @property
    def files(self) -> _ssh.SFTP:
        """The SFTP client that `path`, `get` and `put` share; opened by the first use."""
        with self._opening:
            if self._sftp is None or self._sftp.closed:
                self._sftp = until_there_is_room(self.session.sftp)
            return self._sftp

    def path(self, *parts: StrPath) -> "RemotePath":
        """A path on the server, with what `pathlib.Path` can do. A leading `~` is the home
        directory."""
        from .files.remote_path import RemotePath

        return RemotePath.of(self.files, *parts)

    def get(
        self,
        remote: "StrPath | Sequence[StrPath]",
        local: StrPath = ".",
        *,
        recursive: bool = True,
        preserve: bool = False,
        resume: bool = False,
        verify: bool = False,
        progress: "Progress | None" = None,
    ) -> list[str]:
        """Downloads files and whole directories; `*`, `?` and `[...]` in `remote` stand for what
        matches. With `verify` the copies are compared by SHA-256. Returns the local paths."""
        from .files.transfers import get

        sys.audit("hawser.get", self._name, remote, local)
        copies = get(
            self.files,
            remote,
            local,
            recursive=recursive,
            preserve=preserve,
            resume=resume,
            progress=progress,
        )
        if verify:
            self._verify([(copy, source) for source, copy in copies])
        return [copy for _, copy in copies]

    def put(
        self,
        local: "StrPath | Sequence[StrPath]",
        remote: StrPath = ".",
        *,
        recursive: bool = True,
        preserve: bool = False,
        resume: bool = False,
        verify: bool = False,
        progress: "Progress | None" = None,
    ) -> list[str]:
        """Uploads, as `get` downloads. Returns the remote paths."""
        from .files.transfers import put

        sys.audit("hawser.put", self._name, local, remote)
        with self._uploading():
            copies = put(
                self.files,
                local,
                remote,
                recursive=recursive,
                preserve=preserve,
                resume=resume,
                progress=progress,
            )
        if verify:
            self._verify(copies)
        return [copy for _, copy in copies]

    def sync(
        self,
        source: StrPath,
        target: StrPath,
        *,
        checksum: bool = False,
        delete: bool = False,
        dry_run: bool = False,
        exclude: Sequence[str] = (),
        symlinks: bool = False,
        progress: "Progress | None" = None,
    ) -> "SyncReport":
        """Makes the directory `target` like `source`, copying only what differs in size or time, or
        with `checksum` in content. What is there besides goes with `delete` only; `dry_run` only
        says what would be done. A path on the server is a `client.path(...)`; both may be."""
        from .files.syncing import sync_paths

        sys.audit("hawser.sync", self._name, source, target)
        with self._uploading():
            return sync_paths(
                self.files,
                self._output_of,
                source,
                target,
                checksum=checksum,
                delete=delete,
                dry_run=dry_run,
                exclude=exclude,
                symlinks=symlinks,
                progress=progress,
            )

    @contextlib.contextmanager
    def _uploading(self) -> Iterator[None]:
        """What is given up leaves something to be done at the end."""
        try:
            yield
        except BaseException:
            self._gave_up = True
            raise

    def _verify(self, pairs: "list[tuple[str, str]]") -> None:
        from .files.checksums import verify

        verify(self.files, self._output_of, pairs)

    def _output_of(self, words: list[str]) -> bytes | None:
        """What a command says; None if it fails, or the server runs none."""
        try:
            done = self.run(words)
        except _ssh.ChannelError:
            return None
        output: bytes = done.stdout
        return output if done.ok else None

    # ---- upkeep and end --------------------------------------------------------------------------

    def close(self) -> None:
        """Ends the session, and those with the jump hosts; may be called twice."""
        if self._watched is not None:
            keepalive.unwatch(self._watched)
        if os.getpid() != self._owner:  # a child of fork: it is the parent's
            return
        self.close_forwards()
        if self._gave_up and self._sftp is not None and not self._sftp.closed:
            from .files.settling import settle

            settle(self._sftp)
        for link in reversed(self._links):
            with contextlib.suppress(OSError):
                link.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if not getattr(self, "_links", None):
            return
        if self._owner != os.getpid():
            for link in self._links:
                link.abandon()
            return
        if not self.session.closed and not sys.is_finalizing():
            warnings.warn(f"unclosed {self!r}", ResourceWarning, stacklevel=2, source=self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a hawser.Client cannot be pickled: its connection belongs to this process")


def _captured(sink: "Sink | None", capture: bool) -> "Sink | None":
    import subprocess

    return subprocess.DEVNULL if sink is None and not capture else sink


def _stdin_for(input: object, stdin: "Source | None") -> "Source | None":
    import subprocess

    if input is not None and stdin is not None:
        raise ValueError("stdin and input are the same thing: give one of them")
    return subprocess.DEVNULL if input is None and stdin is None else stdin
