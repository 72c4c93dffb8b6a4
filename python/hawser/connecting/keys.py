"""The private keys to log in with: those that were named, those of an agent, default files.

A key whose file is encrypted, or of which only the public half is here, is used through the agent
if that holds it; else its passphrase is asked for. The certificate beside a file (NAME-cert.pub) is
tried before the key alone. Nothing is tried twice.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import _ssh

from ..asking import CannotAsk
from ..escape import display
from .person import Person
from .settings import Credentials, Key, Secret

_PASSPHRASE_TRIES = 3

KeyLogin = Callable[[_ssh.Session, str], bool]
"""Logs a user in: AuthenticationError if the server refuses, False if the key cannot be used."""
_Tell = Callable[[str], None]


def check_named(keys: Sequence[object]) -> None:
    """Key files that a program names have to be there and to be keys, which is said before anything
    is sent: OSError or KeyFileError. Passphrases are not looked at yet."""
    for key in keys:
        if not isinstance(key, str | os.PathLike):
            continue
        path = Path(key).expanduser()
        if _public_half(path) is not None:  # the private half may be in the agent
            continue
        content = path.read_bytes()
        try:
            _ssh.PrivateKey.from_bytes(content)
        except (_ssh.PassphraseRequired, _ssh.WrongPassphrase):
            continue
        except _ssh.KeyFileError as error:
            raise _ssh.KeyFileError(f"{display(str(path))}: {error}") from None


class Keys:
    def __init__(self, credentials: Credentials, person: Person) -> None:
        self._credentials = credentials
        self._person = person
        self._tried: set[bytes] = set()
        """The public keys and certificates that were shown to the server."""
        self._held: list[_ssh.AgentKey] | None = None
        self.shown: list[str] = []
        """The same in words."""
        self.unusable: list[str] = []
        """Files that are there, and why nothing could be shown of them."""

    def named(self) -> list[KeyLogin]:
        return [self._login(key) for key in self._credentials.keys]

    def of_agent(self) -> list[KeyLogin]:
        if self._credentials.identities_only:
            return []
        return [self._of_agent(key) for key in self._keys_of_agent()]

    def default(self) -> list[KeyLogin]:
        tell = self._person.detail
        return [self._of_file(path, tell) for path in self._credentials.default_keys]

    # ---- one key ---------------------------------------------------------------------------------

    def _login(self, key: Key) -> KeyLogin:
        if isinstance(key, str | os.PathLike):
            return self._of_file(Path(key).expanduser(), self._person.warning)
        if isinstance(key, bytes | bytearray):
            return lambda session, user: self._by_content(session, user, bytes(key), _Named())
        return lambda session, user: self._by_object(session, user, key)

    def _of_file(self, path: Path, complain: _Tell) -> KeyLogin:
        return lambda session, user: self._by_file(session, user, path, complain)

    def _of_agent(self, key: _ssh.AgentKey) -> KeyLogin:
        return lambda session, user: self._by_object(session, user, key)

    def _by_file(self, session: _ssh.Session, user: str, path: Path, complain: _Tell) -> bool:
        named = _Named(path, _public_half(path))
        try:
            content = path.read_bytes()
        except OSError as error:
            if named.public is not None:  # the private half may be in the agent
                return self._by_content(session, user, b"", named)
            complain(f"{named}: {error.strerror}")
            if not isinstance(error, FileNotFoundError):
                self.unusable.append(f"{named}: {error.strerror}")
            return False
        try:
            return self._by_content(session, user, content, named)
        except _ssh.KeyFileError as error:
            is_locked = isinstance(error, _ssh.PassphraseRequired)
            why = "it is encrypted: a passphrase is needed" if is_locked else str(error)
            complain(f"{named}: {why}")
            self.unusable.append(f"{named}: {why}")
            return False

    def _by_content(
        self, session: _ssh.Session, user: str, content: bytes, named: "_Named"
    ) -> bool:
        """The certificates of a key, then the key. KeyFileError if the content is none."""
        signer = self._opened(content, named)
        if signer is None:
            return False
        refusal: _ssh.AuthenticationError | None = None
        is_usable = False
        for certificate in [*self._certificates(named, signer), None]:
            try:
                if self._try(session, user, signer, certificate, str(named)):
                    is_usable = True
                    self._lend(signer, named)
            except _ssh.AuthenticationError as error:
                refusal = error
                if error.partial:
                    self._lend(signer, named)
                    raise
            if session.authenticated:
                return True
        if refusal is not None:
            raise refusal
        return is_usable

    def _lend(self, key: _ssh.PrivateKey | _ssh.AgentKey, named: "_Named") -> None:
        """The agent gets a key of a file that was of use, if AddKeysToAgent says so."""
        how, agent = self._credentials.adds_to_agent, self._credentials.agent
        if how == "no" or agent is None or named.path is None or isinstance(key, _ssh.AgentKey):
            return
        if how == "ask" and not self._may_lend(named):
            return
        lifetime = next((int(word) for word in how.split() if word.isdigit()), None)
        comment = key.comment or str(named)
        try:
            agent.add(key, comment=comment, lifetime=lifetime, confirm=how.startswith("confirm"))
        except OSError as error:
            self._person.detail(f"the agent does not hold the key {named}: {error}")
        else:
            self._person.detail(f"the agent holds the key {named} now")

    def _may_lend(self, named: "_Named") -> bool:
        if not self._person.can_be_asked():
            return False
        try:
            answer = self._person.answer(f"Add the key {named} to the agent (yes/no)? ", echo=True)
        except (CannotAsk, EOFError):
            return False
        return answer.strip().lower() == "yes"

    def _by_object(self, session: _ssh.Session, user: str, key: object) -> bool:
        """A key that is no file: of the agent, in memory, or an object that signs."""
        shown = type(key).__name__
        if isinstance(key, _ssh.AgentKey | _ssh.PrivateKey):
            shown = f"{key.type} {key.fingerprint}"
        where = " of the agent" if isinstance(key, _ssh.AgentKey) else ""
        return self._try(session, user, key, None, shown + where)

    def _try(
        self,
        session: _ssh.Session,
        user: str,
        signer: object,
        certificate: _ssh.PublicKey | None,
        shown: str,
    ) -> bool:
        blob = certificate.blob if certificate is not None else _blob_of(signer)
        if blob in self._tried:
            return False
        if blob is not None:
            self._tried.add(blob)
        shown += " with its certificate" if certificate is not None else ""
        self.shown.append(f"the key {shown}")
        try:
            session.userauth_publickey(user, signer, certificate=certificate)  # type: ignore[arg-type]
        except _ssh.AgentError as error:
            self._person.detail(f"the key {shown}: {error}")
            return False
        except _ssh.AuthenticationError:
            self._person.detail(f"the server did not take the key {shown}")
            raise
        self._person.detail(f"logged in by the key {shown}")
        return True

    # ---- opening a file --------------------------------------------------------------------------

    def _opened(self, content: bytes, named: "_Named") -> _ssh.PrivateKey | _ssh.AgentKey | None:
        """The key; the agent's where the file alone does not do. None: it was tried, or the person
        knows no passphrase. KeyFileError if it is no key, or the passphrase is wrong."""
        if named.public is not None and named.public.blob in self._tried:
            return None
        if named.public is not None and (not content or _is_public(content)):
            return self._held_as(named)
        passphrase = self._credentials.passphrase
        try:
            return _ssh.PrivateKey.from_bytes(content, passphrase)
        except _ssh.PassphraseRequired as error:
            held = self._held_as(named)
            if held is not None:
                return held
            problem: _ssh.KeyFileError = error
        except _ssh.WrongPassphrase as error:
            problem = error
        for answer in self._passphrases(named):
            try:
                return _ssh.PrivateKey.from_bytes(content, answer)
            except _ssh.WrongPassphrase as error:
                problem = error
        raise problem

    def _passphrases(self, named: "_Named") -> Iterator[Secret]:
        if self._credentials.passphrase is not None or not self._person.can_be_asked():
            return
        for _ in range(_PASSPHRASE_TRIES):
            try:
                passphrase = self._person.answer(f"Passphrase of the key {named}: ")
            except (CannotAsk, EOFError):
                return
            if not passphrase:
                return
            yield passphrase

    def _certificates(
        self, named: "_Named", signer: _ssh.PrivateKey | _ssh.AgentKey
    ) -> Iterator[_ssh.PublicKey]:
        beside = [] if named.path is None else [Path(f"{named.path}-cert.pub")]
        for path in [*self._credentials.certificates, *beside]:
            certificate = _public_key(path)
            if certificate is not None and certificate.fingerprint == signer.fingerprint:
                yield certificate

    # ---- the agent -------------------------------------------------------------------------------

    def _held_as(self, named: "_Named") -> _ssh.AgentKey | None:
        public = named.public
        if public is None:
            return None
        return next((key for key in self._keys_of_agent() if key.blob == public.blob), None)

    def _keys_of_agent(self) -> list[_ssh.AgentKey]:
        """An agent that cannot be asked has none."""
        if self._held is None:
            agent = self._credentials.agent
            try:
                self._held = [] if agent is None else agent.keys()
            except OSError as error:
                self._person.detail(f"the agent: {error}")
                self._held = []
        return self._held


class _Named:
    """What a key is called, and what is known of it before it is opened."""

    def __init__(self, path: Path | None = None, public: _ssh.PublicKey | None = None) -> None:
        self.path = path
        self.public = public

    def __str__(self) -> str:
        return "given as bytes" if self.path is None else display(str(self.path))


def _public_half(path: Path) -> _ssh.PublicKey | None:
    """Of the file itself, or of the one that lies beside it."""
    return _public_key(Path(f"{path}.pub")) or (
        _public_key(path) if path.suffix == ".pub" else None
    )


def _public_key(path: Path) -> _ssh.PublicKey | None:
    try:
        return _ssh.PublicKey.from_file(path)
    except (OSError, ValueError):
        return None


def _is_public(content: bytes) -> bool:
    try:
        _ssh.PublicKey.from_bytes(content)
    except (OSError, ValueError):
        return False
    return True


def _blob_of(key: object) -> bytes | None:
    blob = getattr(key, "blob", None)
    return blob if isinstance(blob, bytes) else None
