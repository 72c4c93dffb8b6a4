"""`SSHConfig`: configurations as they were read, and what they say about a host."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from . import names
from .algorithms import Supplies, our_supplies
from .completion import complete
from .errors import ConfigError, Origin
from .files import SYSTEM_FILE, Reader
from .host_config import HostConfig
from .local import LocalUser
from .lookup import Lookup, passes
from .statements import ConfigFile, Setting, Unknown, parse_line

Options = Mapping[str, str | Sequence[str]]

_NO_OPTIONS: Options = MappingProxyType({})


class SSHConfig:
    """One or more files of ssh_config, checked when they are read. Earlier ones win.

    `supplies` says which algorithms there are; ours, if it is left out.
    """

    __slots__ = ("_files", "_supplies")

    def __init__(self, files: Sequence[ConfigFile] = (), supplies: Supplies | None = None) -> None:
        self._files = tuple(files)
        self._supplies = our_supplies() if supplies is None else supplies

    @classmethod
    def from_path(
        cls, *paths: str | os.PathLike[str], supplies: Supplies | None = None
    ) -> "SSHConfig":
        """The files, which must exist. As with `ssh -F`, they are trusted whoever owns them."""
        known = our_supplies() if supplies is None else supplies
        files = []
        for path in [os.fspath(each) for each in paths]:
            try:
                files.append(Reader(known, is_user=True).read(path, is_checked=False))
            except OSError as error:
                raise ConfigError(Origin(path), f"cannot be read: {error.strerror}") from None
        return cls(files, known)

    @classmethod
    def from_text(
        cls, text: str, source: str = "<string>", *, supplies: Supplies | None = None
    ) -> "SSHConfig":
        """What stands in the text; `source` is its name in errors."""
        known = our_supplies() if supplies is None else supplies
        return cls([Reader(known, is_user=True).parse(text, source)], known)

    @classmethod
    def default(cls) -> "SSHConfig":
        """The user's ~/.ssh/config, which nobody else may have written, and the system's file.

        Either may be missing.
        """
        known = our_supplies()
        users_own = str(Path(LocalUser.current().home) / ".ssh" / "config")
        files = []
        for path, is_user in ((users_own, True), (SYSTEM_FILE, False)):
            try:
                files.append(Reader(known, is_user=is_user).read(path, is_checked=is_user))
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise ConfigError(Origin(path), f"cannot be read: {error.strerror}") from None
        return cls(files, known)

    def lookup(
        self,
        host: str,
        *,
        user: str | None = None,
        port: int | None = None,
        options: Options = _NO_OPTIONS,
        command: str | None = None,
    ) -> HostConfig:
        """What holds for the host, as it was named by the user.

        `user`, `port` and `options` win over the files; `options` are those of `-o`, by keyword.
        `command` is what will be run there, for `Match command`. ConfigError for a name that no
        host or user can have, and for what only shows now: unknown keywords, tokens, `Match exec`.
        """
        lookup = Lookup(host, host, LocalUser.current(), command)
        for setting in self._given(user, port, options):
            if isinstance(setting, Unknown):
                lookup.walk(ConfigFile("option", (setting,)))
            else:
                lookup.apply(setting)
        _check_names(host, lookup.value("user", "x"))
        passes(lookup, self._files)
        return complete(lookup, self._supplies)

    def _given(
        self, user: str | None, port: int | None, options: Options
    ) -> list[Setting | Unknown]:
        given: list[tuple[str, str]] = []
        for name, value in options.items():
            given += [(name, each) for each in ([value] if isinstance(value, str) else value)]
        statements = [self._option(name, value, quoted=False) for name, value in given]
        if port is not None:
            statements.insert(0, self._option("port", str(port), quoted=True))
        if user is not None:
            statements.insert(0, self._option("user", user, quoted=True))
        return statements

    def _option(self, name: str, value: str, quoted: bool) -> Setting | Unknown:
        where = Origin(f"argument {name.lower()}" if quoted else f"option {name}")
        if "\n" in value or "\n" in name:
            raise ConfigError(where, "a line break cannot be part of it")
        text = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if quoted else value
        statement = parse_line(f"{name}={text}", where, self._supplies)
        if not isinstance(statement, Setting | Unknown):
            raise ConfigError(where, "this is for files only")
        return statement


def _check_names(host: str, user: str) -> None:
    try:
        names.check_host(host)
        names.check_user(user)
    except ValueError as error:
        raise ConfigError(Origin("argument"), str(error)) from None
