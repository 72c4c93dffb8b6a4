"""How to connect, as the arguments say it: in the end options of `hawser.connect`.

`-o NAME=VALUE` is for `hawser.config` to understand, as the files of ssh_config are. What the tools
have a flag of their own for wins over both.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..config import SSHConfig
from ..connecting.resolve import PEOPLES_SECONDS


@dataclass
class Settings:
    """None is: not said."""

    user: str | None = None
    port: int | None = None
    password: str | None = field(default=None, repr=False)
    identities: list[str] = field(default_factory=list)
    batch: bool | None = None
    """Never ask."""
    family: str | None = None
    ciphers: str | None = None
    compression: bool | None = None
    jumps: str | None = None
    config_file: str | None = None
    """Instead of the user's and the system's; 'none' for none at all."""
    command: str | None = None
    """What will be run, for `Match command`."""
    options: dict[str, list[str]] = field(default_factory=dict)
    """Of -o, by keyword in lower case."""

    def apply(self, option: str) -> None:
        """Takes one `NAME=VALUE` or `NAME VALUE`; ValueError says what is wrong with it."""
        name, _, value = option.strip().replace("=", " ", 1).partition(" ")
        if not value.strip():
            raise ValueError(f"-o {name}: the value is missing")
        SSHConfig().lookup("host", options={name: value.strip()})
        self.options.setdefault(name.lower(), []).append(value.strip())

    def config(self) -> SSHConfig:
        """What `-F` names, else the user's file and the system's; ValueError if it is wrong."""
        if self.config_file is None:
            return SSHConfig.default()
        if self.config_file.lower() == "none":
            return SSHConfig()
        return SSHConfig.from_path(Path(self.config_file).expanduser())

    def given(self) -> dict[str, Any]:
        """The options of `hawser.connect`."""
        said = {
            "user": self.user,
            "port": self.port,
            "password": self.password,
            "keys": self.identities or None,
            "ask": False if self.batch else None,
            "address_family": self.family,
            "ciphers": self.ciphers,
            "compression": self.compression,
            "proxy_jump": self.jumps,
            "options": self.options,
            "command": self.command,
            "kex_timeout": PEOPLES_SECONDS,
        }
        return {name: value for name, value in said.items() if value is not None}


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
