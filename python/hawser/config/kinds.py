"""What a row of the table of keywords is made of."""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import NamedTuple

from . import forwards
from .expansion import NOTHING, Expansion
from .values import Parser


class Shape(Enum):
    """How often a keyword counts, and how `ssh -G` writes several values."""

    ONE = "the first counts"  # one value, or several in one line
    LINES = "the first counts, several values"  # several, each in a line
    EACH = "each one adds"
    FORWARD = "each one adds a forwarding"


class By(Enum):
    """Who acts on a keyword."""

    LOOKUP = "the lookup"
    CONNECT = "`connect`"
    SSH = "hawser-ssh"
    TOOLS = "the tools"
    NOBODY = "nobody"


class Kind(NamedTuple):
    """What a keyword's value is, in the words of docs/config.md, and how it is read."""

    name: str
    parse: Parser
    shape: Shape = Shape.ONE
    is_raw: bool = False  # to the end of the line, quotes and all
    forward: Callable[[Sequence[str]], forwards.Forward] | None = None


class Keyword(NamedTuple):
    """A keyword: its value, its default as `ssh -G` writes it, what it is about, and for whom.

    `expands` may be done when the configuration is looked up (`is_early`, as in `ssh -G`), or when
    the value is asked for.
    """

    name: str
    kind: Kind
    by: By
    about: str
    default: tuple[str, ...] = ()
    expands: Expansion = NOTHING
    is_early: bool = False

    @property
    def key(self) -> str:
        return self.name.lower()
