"""The shell at a terminal: prompt_toolkit's line editing, with history and completion.

Ctrl-C drops the line, or stops the command that runs; the session goes on. Ctrl-D leaves.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.shortcuts import CompleteStyle

from .background import Listings, Pulse
from .completion import candidates
from .loop import run_line, strip_prefixes
from .state import Leave, Shell

_PROMPT = "sftp> "


def run_prompt(shell: Shell) -> int:
    """Reads and runs lines until the person leaves: 0, for they saw what failed."""
    listings = Listings(shell.sftp)
    prompt: PromptSession[str] = PromptSession(
        history=_history(),
        completer=_ShellCompleter(shell, listings),
        complete_in_thread=True,
        complete_while_typing=False,
        complete_style=CompleteStyle.MULTI_COLUMN,
        enable_suspend=True,
    )
    with Pulse(shell.session):
        try:
            _read_and_run(shell, prompt, listings)
        finally:
            listings.close(shell.session)
    return 0


def _read_and_run(shell: Shell, prompt: PromptSession[str], listings: Listings) -> None:
    while True:
        try:
            _, _, line = strip_prefixes(prompt.prompt(_PROMPT))
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        try:
            run_line(shell, line)
        except KeyboardInterrupt:
            shell.out.error("interrupted")
        except Leave:
            return
        listings.forget()


class _ShellCompleter(Completer):
    def __init__(self, shell: Shell, listings: Listings) -> None:
        self._shell = shell
        self._listings = listings

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        line = document.text_before_cursor
        for found in candidates(line, self._shell, self._listings):
            yield Completion(
                found.text, start_position=found.start - len(line), display=found.shown
            )


class _History(FileHistory):
    """A line that cannot be kept is not worth an error: the disk may be full, the line no text."""

    def store_string(self, string: str) -> None:
        with suppress(OSError, UnicodeError):
            super().store_string(string)


def _history() -> History:
    """In $XDG_STATE_HOME/hawser, for the person alone; in memory where that cannot be written."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    path = Path(base) / "hawser" / "sftp_history"
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        return _History(path)
    return InMemoryHistory()
