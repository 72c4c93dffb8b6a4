"""Lines of ssh_config cut into words, by OpenSSH's two ways of quoting.

A line is `keyword arguments` or `keyword = arguments`. Keywords, and the whole line of a Match, are
cut by `Delimited`: at whitespace or one "=", double quotes kept together. All other arguments are
cut by `arguments`: single and double quotes, backslashes, and a comment at the end.
"""

from collections.abc import Iterator

_SPACE = " \t\r\n"


class Delimited:
    """Words that end at whitespace or at one "=", taken one by one."""

    def __init__(self, text: str) -> None:
        self._rest: str | None = text

    @property
    def rest(self) -> str:
        """What was not taken yet."""
        return self._rest or ""

    def take(self) -> str | None:
        """The next word, or None at the end. ValueError for a quote that is not closed."""
        text = self._rest
        if text is None:
            return None
        at = next((i for i, char in enumerate(text) if char in _SPACE + '"='), None)
        if at is None:
            self._rest = None
            return text
        if text[at] == '"':
            end = text.find('"', at + 1)
            if end < 0:
                raise ValueError("a quote is not closed")
            self._rest = text[end + 1 :].lstrip(_SPACE)
            return text[:at] + text[at + 1 : end]
        after = text[at + 1 :].lstrip(_SPACE)
        if text[at] != "=" and after.startswith("="):
            after = after[1:].lstrip(_SPACE)
        self._rest = after
        return text[:at]


def keyword_and_rest(line: str) -> tuple[str, str] | None:
    """The keyword, in lower case, and what follows it; None for a blank line or a comment."""
    words = Delimited(line.rstrip(_SPACE + "\f"))
    keyword = words.take()
    if keyword == "":  # the whitespace in front of it
        keyword = words.take()
    if not keyword or keyword.startswith("#"):
        return None
    return keyword.lower(), words.rest.lstrip(_SPACE)


def arguments(text: str) -> list[str]:
    """The arguments, up to a comment. ValueError for a quote that is not closed."""
    words: list[str] = []
    at = 0
    while at < len(text):
        if text[at] in " \t":
            at += 1
        elif text[at] == "#":
            break
        else:
            word, at = _argument(text, at)
            words.append(word)
    return words


def match_words(text: str) -> Iterator[str]:
    """The words of a Match, up to a comment; an empty word ends them, as it does for OpenSSH."""
    words = Delimited(text)
    while (word := words.take()) and not word.startswith("#"):
        yield word


def _argument(text: str, at: int) -> tuple[str, int]:
    """The argument that begins at `at`, and where it ends."""
    word: list[str] = []
    quote = ""
    while at < len(text):
        char = text[at]
        following = text[at + 1 : at + 2]
        if (
            char == "\\"
            and following
            and (following in "'\"\\" or (following == " " and not quote))
        ):
            word.append(following)
            at += 1
        elif not quote and char in " \t":
            break
        elif not quote and char in "'\"":
            quote = char
        elif char == quote:
            quote = ""
        else:
            word.append(char)
        at += 1
    if quote:
        raise ValueError("a quote is not closed")
    return "".join(word), at
