"""How to connect, and the options of ssh_config(5) that say it: `-o NAME=VALUE`.

`OPTIONS` is the list. What is not in it has no meaning here and is refused, so that nobody relies
on a setting that does nothing.
"""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

METHODS = ("publickey", "keyboard-interactive", "password")

T = TypeVar("T")


@dataclass
class Settings:
    """None is: not said."""

    user: str | None = None
    port: int | None = None
    password: str | None = None
    identities: list[str] = field(default_factory=list)
    identities_only: bool = False
    """None of an agent but those."""
    batch: bool | None = None
    """Never ask."""
    known_hosts: list[Path] | None = None
    host_keys: str = "ask"
    """What becomes of an unknown host key: 'ask', 'strict' or 'accept-new'."""
    family: socket.AddressFamily = socket.AF_UNSPEC
    connect_timeout: float | None = None
    algorithms: dict[str, str] = field(default_factory=dict)
    compression: bool = False
    methods: tuple[str, ...] = METHODS
    password_prompts: int = 3

    def apply(self, option: str) -> None:
        """Takes one `NAME=VALUE` or `NAME VALUE`; ValueError says what is wrong with it."""
        name, _, value = option.strip().replace("=", " ", 1).partition(" ")
        setting = OPTIONS.get(name.lower())
        if setting is None:
            known = ", ".join(option.name for option in OPTIONS.values())
            raise ValueError(f"-o {name}: no such option here; there are: {known}")
        if not value.strip():
            raise ValueError(f"-o {name}: the value is missing")
        try:
            setting.put(self, value.strip())
        except ValueError as error:
            raise ValueError(f"-o {name}: {error}") from None


def port_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise ValueError("a port is a number from 1 to 65535")
    return int(text)


def algorithm_list(text: str) -> str:
    """In the grammar of ssh_config(5): NAME[,NAME...], or '+', '-' or '^' before that. The names
    are `_ssh`'s to know."""
    names = [name.strip() for name in text.split(",")]
    if not all(names) or names[0] in ("+", "-", "^"):
        raise ValueError("give a list, as NAME[,NAME...], or with +, - or ^ before it")
    return ",".join(names)


# ---- the values ----------------------------------------------------------------------------------


def _choice(text: str, choices: dict[str, T]) -> T:
    if text.lower() not in choices:
        raise ValueError(f"{text!r} is none of: {', '.join(choices)}")
    return choices[text.lower()]


def _yes_no(text: str) -> bool:
    return _choice(text, {"yes": True, "no": False})


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError("the value is a number")
    return int(text)


def _seconds(text: str) -> float | None:
    return None if text.lower() == "none" else float(_count(text) or 1)


def _family(text: str) -> socket.AddressFamily:
    families = {"any": socket.AF_UNSPEC, "inet": socket.AF_INET, "inet6": socket.AF_INET6}
    return _choice(text, families)


def _host_keys(text: str) -> str:
    """'no' is OpenSSH's word for taking keys unasked; a changed key is refused here even so."""
    policies = {"ask": "ask", "yes": "strict", "accept-new": "accept-new", "no": "accept-new"}
    return _choice(text, policies)


def _methods(text: str) -> tuple[str, ...]:
    names = [name.strip() for name in text.split(",")]
    return tuple(name for name in names if name in METHODS)


def _paths(text: str) -> list[Path]:
    return [] if text.lower() == "none" else [Path(path).expanduser() for path in text.split()]


# ---- the options ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Option:
    name: str
    put: Callable[[Settings, str], object]


def _sets(attribute: str, value: Callable[[str], Any]) -> Callable[[Settings, str], object]:
    return lambda settings, text: setattr(settings, attribute, value(text))


def _offers(kind: str) -> Callable[[Settings, str], object]:
    return lambda settings, text: settings.algorithms.update({kind: algorithm_list(text)})


def _drops(method: str) -> Callable[[Settings, str], object]:
    def put(settings: Settings, text: str) -> None:
        if not _yes_no(text):
            settings.methods = tuple(name for name in settings.methods if name != method)

    return put


OPTIONS = {
    option.name.lower(): option
    for option in (
        _Option("AddressFamily", _sets("family", _family)),
        _Option("BatchMode", _sets("batch", _yes_no)),
        _Option("Ciphers", _offers("cipher")),
        _Option("Compression", _sets("compression", _yes_no)),
        _Option("ConnectTimeout", _sets("connect_timeout", _seconds)),
        _Option("HostKeyAlgorithms", _offers("host_key")),
        _Option("IdentitiesOnly", _sets("identities_only", _yes_no)),
        _Option("IdentityFile", lambda settings, text: settings.identities.append(text)),
        _Option("KbdInteractiveAuthentication", _drops("keyboard-interactive")),
        _Option("KexAlgorithms", _offers("kex")),
        _Option("MACs", _offers("mac")),
        _Option("NumberOfPasswordPrompts", _sets("password_prompts", _count)),
        _Option("PasswordAuthentication", _drops("password")),
        _Option("Port", _sets("port", port_number)),
        _Option("PreferredAuthentications", _sets("methods", _methods)),
        _Option("PubkeyAcceptedAlgorithms", _offers("pubkey")),
        _Option("PubkeyAuthentication", _drops("publickey")),
        _Option("StrictHostKeyChecking", _sets("host_keys", _host_keys)),
        _Option("User", _sets("user", str)),
        _Option("UserKnownHostsFile", _sets("known_hosts", _paths)),
    )
}
