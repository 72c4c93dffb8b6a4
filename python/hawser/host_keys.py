"""Policies: what makes a server's host key the right one.

    hawser.connect("example.org")                                   strict, by known_hosts
    hawser.connect("example.org", host_keys=KnownHosts("keys.txt"))
    hawser.connect("example.org", host_keys=Pinned("SHA256:..."))
    hawser.connect("example.org", host_keys=AcceptNew())

No policy accepts a key that known_hosts says is another (changed) or is revoked. A policy of your
own derives from `HostKeyPolicy`.
"""

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple, cast

import _ssh

from .key_looks import Looks

File = str | os.PathLike[str]
Judge = Callable[[str, _ssh.HostKey], bool]
"""`judge(host, key)`: whether a key that is not on record is the right one."""


class Judgement(NamedTuple):
    """What a policy has `_ssh.Session` do."""

    files: Sequence[Path]
    unknown: Literal["strict", "accept-new", "insecure-accept-any"] | Judge = "strict"
    """What becomes of a key that no file has."""
    lines: str = ""
    """Lines of known_hosts that count besides the files."""


class HostKeyPolicy:
    """The base of them all."""

    is_general = True
    """It can judge any host, jump hosts among them."""
    asks_people = False
    """A person looks the fingerprint up: part of the key exchange, and it may take its time."""

    def judge(self, host: str, port: int, known_hosts: Sequence[Path]) -> Judgement:
        """How to judge that host's key; `known_hosts` are the files of the settings."""
        raise NotImplementedError


class Strict(HostKeyPolicy):
    """Only keys that the known_hosts files have."""

    def judge(self, host: str, port: int, known_hosts: Sequence[Path]) -> Judgement:
        return Judgement(known_hosts)


class KnownHosts(HostKeyPolicy):
    """Only keys that these known_hosts files have."""

    def __init__(self, *files: File) -> None:
        if not files:
            raise ValueError("KnownHosts needs a file; without one no host is known")
        self.files = [Path(file).expanduser() for file in files]

    def judge(self, host: str, port: int, known_hosts: Sequence[Path]) -> Judgement:
        return Judgement(self.files)


class AcceptNew(HostKeyPolicy):
    """A key on first contact is accepted and added to `file` (else to the first known_hosts file),
    its host's name `hashed` or as it is; from then on it has to be that one."""

    def __init__(self, file: File | None = None, *, hashed: bool = False) -> None:
        self.file = None if file is None else Path(file).expanduser()
        self.hashed = hashed

    def judge(self, host: str, port: int, known_hosts: Sequence[Path]) -> Judgement:
        own = [] if self.file is None else [self.file]
        files = [*own, *known_hosts]
        if not self.hashed:
            return Judgement(files, "accept-new")
        from .connecting.person import Person
        from .first_contact import remember

        def judge(_: str, key: _ssh.HostKey) -> bool:
            remember(_name(host, port), key, files, Person().detail, hashed=True)
            return True

        return Judgement(files, judge)


class Ask(HostKeyPolicy):
    """A key on first contact is shown to the person at the terminal, who says whether it is the
    right one; then it is added as by `AcceptNew`. Nobody there to be asked is a no."""

    asks_people = True

    def __init__(
        self, file: File | None = None, *, hashed: bool = False, looks: Looks | None = None
    ) -> None:
        self.file = None if file is None else Path(file).expanduser()
        self.hashed = hashed
        self.looks = looks or Looks()
        """How the key is shown."""

    def judge(self, host: str, port: int, known_hosts: Sequence[Path]) -> Judgement:
        from .connecting.person import AtTerminal
        from .first_contact import is_trusted, remember

        own = [] if self.file is None else [self.file]
        files = [*own, *known_hosts]
        person, name = AtTerminal(), _name(host, port)

        def judge(_: str, key: _ssh.HostKey) -> bool:
            ask = partial(person.answer, echo=True)
            if not person.can_be_asked() or not is_trusted(name, key, ask, self.looks):
                return False
            remember(name, key, files, person.warning, hashed=self.hashed)
            return True

        return Judgement(files, judge)


class Pinned(HostKeyPolicy):
    """Exactly these keys: fingerprints ('SHA256:...', as ssh-keygen -l prints them), or public keys
    ('ssh-ed25519 AAAA...'), by which the server is also asked for a key of that type.

    The known_hosts files count only for what they revoke."""

    is_general = False

    def __init__(self, *keys: str | _ssh.PublicKey | _ssh.HostKey) -> None:
        if not keys:
            raise ValueError("Pinned needs a key or a fingerprint; without one no key is right")
        self.fingerprints = frozenset(key for key in keys if _is_fingerprint(key))
        self._lines = [_line_of(key) for key in keys if not _is_fingerprint(key)]

    def judge(self, host: str, port: int, known_hosts: Sequence[Path]) -> Judgement:
        lines = [f"{_name(host, port)} {line}\n" for line in self._lines]
        # A pinned public key is on record by its line; with fingerprints alone nothing is.
        return Judgement((), self._is_pinned, "".join([*lines, *revocations(known_hosts)]))

    def _is_pinned(self, _: str, key: _ssh.HostKey) -> bool:
        return key.fingerprint in self.fingerprints


class CertificateAuthority(HostKeyPolicy):
    """Host certificates that this authority signed: its public key, or the lines of several."""

    def __init__(self, *keys: str | _ssh.PublicKey, hosts: str = "*") -> None:
        if not keys:
            raise ValueError("CertificateAuthority needs the authority's public key")
        self.hosts = hosts
        """For whom it may speak, as in known_hosts: '*.example.org,!secret.example.org'."""
        self._lines = [_line_of(key) for key in keys]

    def judge(self, host: str, port: int, known_hosts: Sequence[Path]) -> Judgement:
        lines = [f"@cert-authority {self.hosts} {line}\n" for line in self._lines]
        return Judgement((), "strict", "".join([*lines, *revocations(known_hosts)]))


class Custom(HostKeyPolicy):
    """What `judge(host, key)` says of keys that known_hosts does not have."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def judge(self, host: str, port: int, known_hosts: Sequence[Path]) -> Judgement:
        return Judgement(known_hosts, self._judge)


class InsecureAcceptAny(HostKeyPolicy):
    """Any key that known_hosts does not contradict is accepted and forgotten. Whoever stands in the
    middle can listen in, alter everything and take the password: for tests only."""

    def judge(self, host: str, port: int, known_hosts: Sequence[Path]) -> Judgement:
        return Judgement(known_hosts, "insecure-accept-any")


def policy_of(value: object) -> HostKeyPolicy:
    """The policy that `host_keys=` names: one of the above, its name, a fingerprint, a function."""
    if isinstance(value, HostKeyPolicy):
        return value
    if isinstance(value, str):
        if _is_fingerprint(value):
            return Pinned(value)
        if value in _BY_NAME:
            return _BY_NAME[value]()
        names = ", ".join(map(repr, _BY_NAME))
        raise ValueError(f"host_keys={value!r}: there are {names}, fingerprints and policies")
    if callable(value):
        return Custom(cast("Judge", value))
    raise TypeError(f"host_keys= takes a policy of hawser.host_keys, not {type(value).__name__}")


def revocations(files: Sequence[Path]) -> list[str]:
    """The lines of known_hosts files that revoke keys."""
    found = []
    for file in files:
        try:
            text = file.read_text("utf-8", "surrogateescape")
        except FileNotFoundError:
            continue
        found += [f"{line}\n" for line in text.splitlines() if line.lstrip().startswith("@revoked")]
    return found


def without(judgement: Judgement, file: Path) -> Judgement:
    """The same, with the public keys in the file revoked. ValueError for a KRL, which is binary:
    that it says nothing must not be believed."""
    try:
        text = file.read_bytes().decode("ascii")
    except UnicodeDecodeError:
        raise ValueError(f"{file}: revoked keys are read from a list of public keys only") from None
    lines = (line.strip() for line in text.splitlines())
    revoked = [f"@revoked * {_line_of(line)}\n" for line in lines if line and line[0] != "#"]
    return judgement._replace(lines=judgement.lines + "".join(revoked))


_BY_NAME: dict[str, Callable[[], HostKeyPolicy]] = {
    "strict": Strict,
    "ask": Ask,
    "accept-new": AcceptNew,
    "insecure-accept-any": InsecureAcceptAny,
}


def _is_fingerprint(key: object) -> bool:
    return isinstance(key, str) and key.startswith("SHA256:")


def _line_of(key: str | _ssh.PublicKey | _ssh.HostKey) -> str:
    """'type base64', which a wrong key never becomes."""
    if isinstance(key, _ssh.HostKey):
        key = _ssh.PublicKey.from_bytes(key.blob)
    elif isinstance(key, str):
        key = _ssh.PublicKey.from_bytes(key)
    return " ".join(str(key).split()[:2])


def _name(host: str, port: int) -> str:
    return host.lower() if port == 22 else f"[{host.lower()}]:{port}"
