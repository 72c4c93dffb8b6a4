"""The kinds of value that keywords take: how arguments are checked, and how `ssh -G` writes them.

A parser takes the arguments of a line and returns the value as a tuple of texts in the form of
`ssh -G`; an empty tuple leaves the keyword unset. ValueError says what is wrong.
"""

import socket
from collections.abc import Callable, Sequence

from .expansion import expand_environment

Parser = Callable[[Sequence[str]], tuple[str, ...]]

_INT_MAX = 2**31 - 1
_LONG_MAX = 2**63 - 1
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SCALES = {"": 0, "b": 0, "k": 10, "m": 20, "g": 30, "t": 40, "p": 50, "e": 60}
_SMALLEST_REKEY_LIMIT = 16


def single(args: Sequence[str]) -> str:
    """The only argument."""
    if not args or not args[0]:
        raise ValueError("the argument is missing")
    if len(args) > 1:
        raise ValueError(f"one argument is enough, what is {args[1]!r}?")
    return args[0]


def text(args: Sequence[str]) -> tuple[str, ...]:
    """One argument as it stands."""
    return (single(args),)


def texts(args: Sequence[str]) -> tuple[str, ...]:
    """One argument or several; "none" only by itself."""
    if not args or not all(args):
        raise ValueError("an argument is empty" if args else "the argument is missing")
    if len(args) > 1 and any(arg.lower() == "none" for arg in args):
        raise ValueError('"none" must stand alone')
    return tuple(args)


def choice(*names: str, **others: str) -> Parser:
    """One of the names, whatever the case; `others` are further names, with what they mean."""
    values = {name: name for name in names} | {k.replace("_", "-"): v for k, v in others.items()}

    def parse(args: Sequence[str]) -> tuple[str, ...]:
        value = values.get(single(args).lower())
        if value is None:
            raise ValueError(f"{args[0]!r} is none of {', '.join(values)}")
        return (value,)

    return parse


flag = choice("yes", "no", true="yes", false="no")


def upper_choice(*names: str, **others: str) -> Parser:
    """As `choice`, for names that `ssh -G` writes in upper case."""
    parse = choice(*names, **others)
    return lambda args: (parse(args)[0].upper(),)


def number(smallest: int, largest: int = _INT_MAX) -> Parser:
    """A decimal number within bounds."""

    def parse(args: Sequence[str]) -> tuple[str, ...]:
        value = integer(single(args))
        if value is None:
            raise ValueError(f"{args[0]!r} is not a number")
        if not smallest <= value <= largest:
            raise ValueError(f"{value} is not between {smallest} and {largest}")
        return (str(value),)

    return parse


def port(args: Sequence[str]) -> tuple[str, ...]:
    """A port's number or a service's name."""
    return (str(port_number(single(args), smallest=1)),)


def port_number(word: str, smallest: int) -> int:
    """The port that the word names."""
    value = integer(word)
    if value is None:
        try:
            value = socket.getservbyname(word, "tcp")
        except (OSError, UnicodeError):
            raise ValueError(f"{word!r} is neither a port nor a service") from None
    if not smallest <= value <= 65535:
        raise ValueError(f"{word} is not a port: they go from {smallest} to 65535")
    return value


def interval(args: Sequence[str]) -> tuple[str, ...]:
    """A time in seconds; "none" leaves it unset."""
    word = single(args)
    return () if word == "none" else (str(seconds(word)),)


def seconds(word: str) -> int:
    """A time as 90, 1m30s or 2h: a number without a unit is seconds."""
    total = 0
    digits = ""
    for char in word.lower() + ("s" if word[-1:].isdigit() else ""):
        if char in "0123456789":
            digits += char
        elif digits and char in _UNITS:
            total += int(digits) * _UNITS[char]
            digits = ""
        else:
            raise ValueError(f"{word!r} is not a time: they look like 90, 10m or 1h30m")
        if total > _INT_MAX or len(digits) > 10:
            raise ValueError(f"{word!r} is too long a time")
    if not word:
        raise ValueError("the time is missing")
    return total


def rekey_limit(args: Sequence[str]) -> tuple[str, ...]:
    """A size or "default", and perhaps a time or "none": one number or two."""
    if not args or len(args) > 2:
        raise ValueError("a size is wanted, and perhaps a time")
    size = 0 if args[0].lower() == "default" else scaled(args[0])
    if 0 < size < _SMALLEST_REKEY_LIMIT:
        raise ValueError(f"{args[0]} is too small")
    if len(args) == 1 or args[1].lower() == "none":
        return (str(size),)
    return (str(size), str(seconds(args[1])))


def scaled(word: str) -> int:
    """A size in bytes, as 1024, 512K or 1.5G."""
    from decimal import Decimal, InvalidOperation

    amount, scale = (word[:-1], word[-1].lower()) if word[-1:].isalpha() else (word, "")
    try:
        if scale not in _SCALES or not set(amount) <= set("0123456789."):
            raise InvalidOperation
        value = int(Decimal(amount) * (1 << _SCALES[scale]))
    except InvalidOperation:
        raise ValueError(f"{word!r} is not a size: they look like 1024, 512K or 1G") from None
    if value > _LONG_MAX:
        raise ValueError(f"{word} is too large")
    return value


def add_keys(args: Sequence[str]) -> tuple[str, ...]:
    """AddKeysToAgent: yes, no, ask, confirm, a time, or confirm and a time."""
    if not args or len(args) > 2:
        raise ValueError("yes, no, ask, confirm or a time is wanted")
    word = args[0].lower()
    if len(args) == 2:
        if word != "confirm":
            raise ValueError('only "confirm" takes a time behind it')
        return (f"confirm {seconds(args[1])}",) if seconds(args[1]) else ("confirm",)
    names = {"yes": "true", "true": "true", "no": "false", "false": "false"}
    if word in (*names, "ask", "confirm"):
        return (names.get(word, word),)
    return (str(seconds(args[0]) or "true"),)


def control_persist(args: Sequence[str]) -> tuple[str, ...]:
    """ControlPersist: yes, no or a time."""
    word = single(args).lower()
    names = {"yes": "yes", "true": "yes", "no": "no", "false": "no"}
    return (names[word] if word in names else str(seconds(word) or "yes"),)


def octal_mask(args: Sequence[str]) -> tuple[str, ...]:
    """StreamLocalBindMask."""
    word = single(args)
    if not set(word) <= set("01234567") or int(word, 8) > 0o777:
        raise ValueError(f"{word!r} is not an octal mask")
    return (f"0{int(word, 8):o}",)


def escape_char(args: Sequence[str]) -> tuple[str, ...]:
    """One character, "^" and a letter, or "none"; control characters as `\\^A`."""
    word = single(args)
    if len(word) == 2 and word[0] == "^" and "@" <= word[1] <= "\x7f":
        return (f"\\^{chr((ord(word[1]) & 31) | 64)}",)
    if word == "none" or (len(word) == 1 and word.isprintable() and word.isascii()):
        return (word,)
    raise ValueError(f"{word!r} is not a character, ^ and a letter, or none")


def environment_names(args: Sequence[str]) -> tuple[str, ...]:
    """SendEnv: names, perhaps with "*", or with "-" what is not to be sent after all."""
    for arg in args:
        if not arg or "=" in arg:
            raise ValueError(f"{arg!r} is not the name of a variable")
    return tuple(args)


def assignments(args: Sequence[str]) -> tuple[str, ...]:
    """SetEnv: NAME=value, of each name the first."""
    found: dict[str, str] = {}
    for arg in args:
        name, equals, _ = arg.partition("=")
        if not equals:
            raise ValueError(f"{arg!r} is not NAME=value")
        found.setdefault(name, arg)
    return tuple(found.values())


def domains(args: Sequence[str]) -> tuple[str, ...]:
    """CanonicalDomains, each without a dot at its end."""
    for name in texts(args):
        if not (name[0].isalnum() or name[0] == "_") or ".." in name:
            raise ValueError(f"{name!r} is not a domain")
        if not all(char.isalnum() or char in "-._" for char in name):
            raise ValueError(f"{name!r} has a character that no domain has")
    return tuple(name.removesuffix(".").lower() for name in args)


def cname_rules(args: Sequence[str]) -> tuple[str, ...]:
    """CanonicalizePermittedCNAMEs: source:target, lists of patterns both."""
    for rule in texts(args):
        if ":" not in rule and rule.lower() != "none":
            raise ValueError(f"{rule!r} is not SOURCES:TARGETS")
    return tuple(args)


def integer(word: str) -> int | None:
    """The number that the word is, if it is one of a sane length."""
    return int(word) if word.isascii() and word.isdigit() and len(word) <= 20 else None


def forward_agent(args: Sequence[str]) -> tuple[str, ...]:
    """ForwardAgent: yes, no, a socket's path, or $VARIABLE with one."""
    word = single(args)
    flags = {"yes": "yes", "true": "yes", "no": "no", "false": "no"}
    return (flags.get(word.lower()) or _socket(word),)


def agent_socket(args: Sequence[str]) -> tuple[str, ...]:
    """IdentityAgent: a socket's path, $VARIABLE with one, none, or SSH_AUTH_SOCK."""
    return (_socket(single(args)),)


def _socket(word: str) -> str:
    expand_environment(word)  # what is wrong with it shows at once
    if word.startswith("$") and not word.startswith("${"):
        name = word[1:]
        if not name or not all(char.isalnum() or char == "_" for char in name):
            raise ValueError(f"{word!r} is not a variable of the environment")
    return word
