"""The private keys to log in with: files that were named, those of an agent, default files.

An encrypted file whose key an agent holds is used through the agent; else its passphrase is asked
for. No key is tried twice.
"""

import os
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path

import _ssh

from .asking import CannotAsk, ask_secret, can_ask
from .escape import display
from .output import Output
from .settings import Settings

DEFAULT_NAMES = ("id_ed25519", "id_ecdsa", "id_rsa")
_PASSPHRASE_TRIES = 3

KeyLogin = Callable[[_ssh.Session, str], bool]
"""Logs a user in: AuthenticationError if the server refuses, False if the key cannot be used."""


class Keys:
    def __init__(self, settings: Settings, out: Output) -> None:
        self._settings = settings
        self._out = out
        self._held = _keys_of_agent(out)
        self._tried: set[bytes] = set()
        """The public keys that the server refused."""

    def named(self) -> list[KeyLogin]:
        paths = [Path(name).expanduser() for name in self._settings.identities]
        return [self._file(path, self._out.warning) for path in paths]

    def of_agent(self) -> list[KeyLogin]:
        return [] if self._settings.identities_only else list(map(self._of_agent, self._held))

    def default(self) -> list[KeyLogin]:
        """Unless others were named."""
        if self._settings.identities:
            return []
        paths = [Path.home() / ".ssh" / name for name in DEFAULT_NAMES]
        return [self._file(path, self._out.detail) for path in paths if path.exists()]

    def _file(self, path: Path, complain: Callable[[str], None]) -> KeyLogin:
        return lambda session, user: self._by_file(session, user, path, complain)

    def _of_agent(self, key: _ssh.AgentKey) -> KeyLogin:
        return lambda session, user: self._by_agent(session, user, key)

    def _by_agent(self, session: _ssh.Session, user: str, key: _ssh.AgentKey) -> bool:
        if key.blob in self._tried:
            return False
        self._tried.add(key.blob)
        shown = f"{key.type} {key.fingerprint} of the agent"
        try:
            session.userauth_publickey(user, key)
        except _ssh.AgentError as error:
            self._out.detail(f"{shown}: {error}")
            return False
        except _ssh.AuthenticationError:
            self._out.detail(f"the server did not take the key {shown}")
            raise
        self._out.detail(f"logged in by the key {shown}")
        return True

    def _by_file(
        self, session: _ssh.Session, user: str, path: Path, complain: Callable[[str], None]
    ) -> bool:
        public = _public_blob(path)
        if public in self._tried:
            return False
        try:
            content = path.read_bytes()
        except OSError as error:
            complain(f"{display(str(path))}: {error.strerror}")
            return False
        try:
            return self._by_content(session, user, path, content, None)
        except _ssh.PassphraseRequired as error:
            held = next((key for key in self._held if key.blob == public), None)
            if held is not None:
                return self._by_agent(session, user, held)
            problem: Exception = error
        except _ssh.KeyFileError as error:
            complain(f"{display(str(path))}: {error}")
            return False
        for passphrase in self._passphrases(path):
            try:
                return self._by_content(session, user, path, content, passphrase)
            except _ssh.KeyFileError as error:
                problem = error
        complain(f"{display(str(path))}: {problem}")
        return False

    def _by_content(
        self, session: _ssh.Session, user: str, path: Path, content: bytes, passphrase: str | None
    ) -> bool:
        try:
            session.userauth_publickey(user, content, passphrase=passphrase)
        except _ssh.AuthenticationError:
            self._out.detail(f"the server did not take the key {display(str(path))}")
            raise
        self._out.detail(f"logged in by the key {display(str(path))}")
        return True

    def _passphrases(self, path: Path) -> Iterator[str]:
        if self._settings.batch or not can_ask():
            return
        for _ in range(_PASSPHRASE_TRIES):
            try:
                passphrase = ask_secret(f"Passphrase of the key {display(str(path))}: ")
            except (CannotAsk, EOFError):
                return
            if not passphrase:
                return
            yield passphrase


def _keys_of_agent(out: Output) -> list[_ssh.AgentKey]:
    """Those of $SSH_AUTH_SOCK; an agent that cannot be asked has none."""
    if not os.environ.get("SSH_AUTH_SOCK"):
        return []
    try:
        return _ssh.Agent().keys()
    except OSError as error:
        out.detail(f"the agent: {error}")
        return []


def _public_blob(path: Path) -> bytes | None:
    """The public half that lies beside a private key, if it does."""
    try:
        return b64decode(path.with_name(path.name + ".pub").read_bytes().split()[1])
    except (OSError, ValueError, IndexError):
        return None
