"""What a person at a shell types to the client itself, at the start of a line: `~.` leaves, `~C` is
a command for the client, if there is anybody to take one."""

from collections.abc import Callable

_HELP = """\
~.  leave at once        ~~  send the ~ itself
~?  this list            (only right after Enter)
"""
_COMMAND_HELP = "~C  a command line, in which help tells more\n"
_PROMPT = b"\r\nssh> "
_BACKSPACES = b"\x7f\x08"
_GIVING_UP = b"\x03\x04\x1b"


class Leave(Exception):
    """`~.` was typed."""


class Escapes:
    """Takes the escapes out of what is typed. `letter` is '~' unless the caller has another;
    `command` does what a line behind `~C` says, and gives what is to be shown."""

    def __init__(self, letter: str | None, command: Callable[[str], str] | None = None) -> None:
        self._letter = ord(letter) if letter else None
        shown = letter if letter and letter.isprintable() else "the escape"
        self._help = (_HELP + _COMMAND_HELP * (command is not None)).replace("~", shown)
        self._command = command
        self._line: bytearray | None = None
        """Of the command that is being typed."""
        self._at_start = True
        self._pending = False
        self._shown = bytearray()

    def take_shown(self) -> bytes:
        """What is to be shown here, to a terminal in raw mode, since the last call."""
        shown, self._shown = bytes(self._shown), bytearray()
        return shown

    def filtered(self, typed: bytes) -> bytes:
        """What is to be sent; Leave when it is enough."""
        if self._letter is None:
            return typed
        sent = bytearray()
        for byte in typed:
            if self._line is not None:
                self._edit(self._line, byte)
                continue
            if self._pending:
                self._pending = False
                if byte == ord("."):
                    raise Leave
                if byte == ord("?"):
                    self._show(self._help)
                    continue
                if byte == ord("C") and self._command is not None:
                    self._line = bytearray()
                    self._shown += _PROMPT
                    continue
                if byte != self._letter:
                    sent.append(self._letter)
            elif self._at_start and byte == self._letter:
                self._pending = True
                continue
            sent.append(byte)
            self._at_start = byte in b"\r\n"
        return bytes(sent)

    def _edit(self, line: bytearray, byte: int) -> None:
        """One key of the command line, which the terminal does not edit for us in raw mode."""
        if byte in b"\r\n":
            self._end(line.decode(errors="replace").strip())
        elif byte in _GIVING_UP:
            self._end("")
        elif byte in _BACKSPACES:
            self._shown += b"\b \b" * bool(line)
            del line[-1:]
        elif byte >= 0x20:
            line.append(byte)
            self._shown.append(byte)

    def _end(self, line: str) -> None:
        self._line = None
        self._show("\n")
        if line and self._command is not None:
            self._show(self._command(line))

    def _show(self, text: str) -> None:
        self._shown += text.replace("\n", "\r\n").encode()
