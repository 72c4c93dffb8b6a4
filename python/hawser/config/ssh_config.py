"""`SSHConfig`: configurations as they were read, and what they say about a host."""

import os
from collections.abc import Sequence
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
from .options import Options, statements
from .statements import ConfigFile, Unknown

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
        lookup = Lookup(host, LocalUser.current(), command)
        for setting in statements(user, port, options, self._supplies):
            if isinstance(setting, Unknown):
                lookup.walk(ConfigFile("option", (setting,)))
            else:
                lookup.apply(setting)
        _check_names(host, lookup.value("user", "x"))
        passes(lookup, self._files)
        return complete(lookup, self._supplies)


def _check_names(host: str, user: str) -> None:
    try:
        if "@" in host:
            raise ValueError(f"{host!r} has a user in front: give it by user=")
        names.check_host(host)
        names.check_user(user)
    except ValueError as error:
        raise ConfigError(Origin("argument"), str(error)) from None
