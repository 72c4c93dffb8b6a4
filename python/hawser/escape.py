"""Text from elsewhere on a terminal: names and messages are data, never terminal commands.

Control characters (C0, DEL, C1), what changes the direction of text, line separators and bytes that
are not UTF-8 are written as \\xNN, byte by byte, as `_ssh` does in its errors.
"""

import re

_DANGEROUS = (
    r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
    r"\ud800-\udfff"  # among them the bytes that are not UTF-8, as surrogateescape keeps them
)
_IN_NAMES = re.compile(rf"[{_DANGEROUS}\\]")
_IN_TEXT = re.compile(rf"[{_DANGEROUS}]")


def display(name: str) -> str:
    """A name as it may be shown; two different names never look the same by their escapes."""
    return _IN_NAMES.sub(_escaped, name)


def harmless(text: str) -> str:
    """Text that may hold escapes already, e.g. an error's: backslashes stay as they are."""
    return _IN_TEXT.sub(_escaped, text)


def is_harmless(name: str) -> bool:
    """Nothing in the name needs to be escaped, but for backslashes."""
    return _IN_TEXT.search(name) is None


def _escaped(match: re.Match[str]) -> str:
    if match[0] == "\\":
        return "\\\\"
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return "".join(f"\\x{byte:02x}" for byte in match[0].encode("utf-8", "surrogatepass"))


def describe(error: BaseException) -> str:
    """'path: text' of an OSError that names a path, else its text, fit for a terminal."""
    if not isinstance(error, OSError) or error.strerror is None:
        return harmless(str(error) or type(error).__name__)
    names = [_as_text(name) for name in (error.filename, error.filename2) if name is not None]
    where = " -> ".join(map(display, names))
    text = harmless(error.strerror[:1].upper() + error.strerror[1:])  # as the system's are
    return f"{where}: {text}" if where else text


def _as_text(name: object) -> str:
    return name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else str(name)
