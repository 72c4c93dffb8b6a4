"""Cuts a command line into words.

    line    = *( blank / word ) [ comment ]
    word    = 1*( plain / "\\" character / "'" ... "'" / '"' *( character / "\\" character ) '"' )
    comment = "#" ...                      ; where a word could begin

A word is kept as a pattern (see globbing): what was quoted in it has lost its special meaning.
"""

from dataclasses import dataclass

from ...globbing import has_magic, literal, quoted

_BLANKS = " \t\r\n\v\f"


class BadLine(ValueError):
    """The line has no end of a quotation."""


@dataclass(frozen=True)
class Word:
    """`pattern` for commands that take patterns, `text` for those that take it as it stands."""

    pattern: str
    is_quoted: bool = False
    """Some of it was quoted: it is no option then, and its '~' is no home directory."""

    @property
    def text(self) -> str:
        return literal(self.pattern)

    @property
    def has_magic(self) -> bool:
        return has_magic(self.pattern)


@dataclass(frozen=True)
class Unfinished:
    """The end of a line that is still typed. `component` is what stands behind the last slash of
    the last word, which begins at `start` in the line, inside the quotation `quote` ('' for none).
    """

    words: tuple[Word, ...]
    folder: Word
    component: Word
    start: int
    quote: str


def split(line: str) -> list[Word]:
    """The words of a line; BadLine if a quotation is not closed."""
    cutter = _Cutter(line)
    cutter.run()
    if cutter.quote or cutter.is_escaping:
        what = f"the {cutter.quote} that was opened" if cutter.quote else "the backslash at the end"
        raise BadLine(f"{what} has no end")
    cutter.end_word()
    return cutter.words


def split_unfinished(line: str) -> Unfinished:
    """The same for completion: the last word may be empty and its quotation open."""
    cutter = _Cutter(line)
    cutter.run()
    pattern = cutter.pattern
    split_at = cutter.slash_in_pattern
    return Unfinished(
        tuple(cutter.words),
        Word(pattern[:split_at], cutter.is_quoted),
        Word(pattern[split_at:], cutter.is_quoted),
        cutter.component_start,
        cutter.component_quote,
    )


class _Cutter:
    """Reads a line letter by letter."""

    def __init__(self, line: str) -> None:
        self._line = line
        self.words: list[Word] = []
        self.quote = ""
        self.is_escaping = False
        self._begin_word(0)

    def _begin_word(self, at: int) -> None:
        self.pattern = ""
        self.is_quoted = False
        self._has_begun = False
        self.component_start = at
        self.component_quote = ""
        self.slash_in_pattern = 0

    def end_word(self) -> None:
        if self._has_begun:
            self.words.append(Word(self.pattern, self.is_quoted))

    def run(self) -> None:
        for at, letter in enumerate(self._line):
            if self.is_escaping:
                self.is_escaping = False
                self._take_quoted(letter, at)
            elif letter == "\\" and self.quote != "'":
                self.is_escaping = self._has_begun = True
            elif self.quote:
                if letter == self.quote:
                    self.quote = ""
                else:
                    self._take_quoted(letter, at)
            elif letter in "'\"":
                self.quote = letter
                self._has_begun = self.is_quoted = True
            elif letter in _BLANKS:
                self.end_word()
                self._begin_word(at + 1)
            elif letter == "#" and not self._has_begun:
                break
            else:
                self.pattern += letter
                self._has_begun = True
                self._after(letter, at)

    def _take_quoted(self, letter: str, at: int) -> None:
        self.pattern += quoted(letter)
        self.is_quoted = True
        self._after(letter, at)

    def _after(self, letter: str, at: int) -> None:
        if letter == "/":
            self.slash_in_pattern = len(self.pattern)
            self.component_start = at + 1
            self.component_quote = self.quote
