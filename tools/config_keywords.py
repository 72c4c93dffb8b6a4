"""Writes the tables of docs/config.md from the table of keywords that is installed:

build/venv/bin/python tools/config_keywords.py          writes them
build/venv/bin/python tools/config_keywords.py --check  fails if they are not what it would write

What stands above the mark in the page is written by hand.
"""

import sys
from pathlib import Path

from hawser.config.expansion import BASIC, Expansion
from hawser.config.keywords import CLAIMED
from hawser.config.kinds import Keyword
from hawser.config.unclaimed import ALIASES, LEFT_OUT, OBSOLETE

PAGE = Path(__file__).parent.parent / "docs" / "config.md"
MARK = "<!-- Made by tools/config_keywords.py from here on. -->\n"

TOKENS = ", ".join(f"`%{letter}`" for letter in BASIC)
CLAIMED_HEAD = f"""
## Keywords

These {len(CLAIMED)} bear on a client; their values are those of `ssh -G` for the same files.
*Tokens* says what a value may hold: *all* are {TOKENS}
and `%%`; `~` is that and `~user` in front, `${{}}` a variable of the environment as `${{NAME}}`.
*Heeded by* says who acts on it: the lookup itself, `hawser.connect`, or the [tools](tools.md).
A caller has all of them as attributes of `HostConfig`.

| keyword | value | default | tokens | heeded by | what it is about |
| --- | --- | --- | --- | --- | --- |
"""

LEFT_OUT_HEAD = """
## What is left out

These are read and their values are checked, so that files with them work; then they are put aside.

| keyword | value | why |
| --- | --- | --- |
"""

ALIASES_HEAD = """
## Other names

| older name | keyword |
| --- | --- |
"""


def tables() -> str:
    obsolete = ", ".join(f"`{name}`" for name in OBSOLETE)
    parts = [CLAIMED_HEAD, *map(_claimed, CLAIMED)]
    parts += [LEFT_OUT_HEAD, *(_row(each.name, each.kind.name, each.about) for each in LEFT_OUT)]
    parts += [ALIASES_HEAD, *(_row(old, new) for old, new in ALIASES.items())]
    parts += [f"\nObsolete, and ignored by OpenSSH, too: {obsolete}.\n"]
    return "".join(parts)


def page(old: str) -> str:
    """The page with its tables made anew."""
    return old.partition(MARK)[0] + MARK + tables()


def _claimed(row: Keyword) -> str:
    default = "<br>".join(row.default)
    tokens = _expansion(row.expands)
    return _row(row.name, row.kind.name, default, tokens, row.by.value, row.about)


def _expansion(expansion: Expansion) -> str:
    is_all = expansion.tokens.startswith(BASIC)
    letters = [f"%{each}" for each in expansion.tokens.removeprefix(BASIC)]
    tokens = " ".join(["all"] * is_all + letters)
    more = ["~"] * expansion.tilde + ["${}"] * expansion.environment
    return ", ".join([tokens] * bool(tokens) + more)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def main() -> int:
    old = PAGE.read_text()
    if "--check" in sys.argv[1:]:
        return 0 if old == page(old) else 1
    PAGE.write_text(page(old))
    return 0


if __name__ == "__main__":
    sys.exit(main())
