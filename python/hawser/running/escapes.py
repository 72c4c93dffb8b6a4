"""What a person at a shell types to the client itself, at the start of a line: `~.` leaves."""

_HELP = """\
~.  leave at once        ~~  send the ~ itself
~?  this list            (only right after Enter)
"""


class Leave(Exception):
    """`~.` was typed."""


class Escapes:
    """Takes the escapes out of what is typed. `letter` is '~' unless the caller has another."""

    def __init__(self, letter: str | None) -> None:
        self._letter = ord(letter) if letter else None
        shown = letter if letter and letter.isprintable() else "the escape"
        self.help = _HELP.replace("~", shown)
        self._at_start = True
        self._pending = False
        self.wants_help = False

    def filtered(self, typed: bytes) -> bytes:
        """What is to be sent; Leave when it is enough."""
        if self._letter is None:
            return typed
        sent = bytearray()
        for byte in typed:
            if self._pending:
                self._pending = False
                if byte == ord("."):
                    raise Leave
                if byte == ord("?"):
                    self.wants_help = True
                    continue
                if byte != self._letter:
                    sent.append(self._letter)
            elif self._at_start and byte == self._letter:
                self._pending = True
                continue
            sent.append(byte)
            self._at_start = byte in b"\r\n"
        return bytes(sent)
