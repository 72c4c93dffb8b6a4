"""A host key that nobody knows: the question to a person, and what is noted of the answer."""

import fcntl
import hashlib
import hmac
import os
from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path

import _ssh

from .asking import CannotAsk
from .escape import harmless
from .key_looks import Looks, type_of


def is_trusted(
    name: str, key: _ssh.HostKey, ask: Callable[[str], str], looks: Looks | None = None
) -> bool:
    """Asks until there is an answer; the fingerprint itself is one, too."""
    looks = looks or Looks()
    fingerprint = looks.fingerprint(key)
    question = (
        f"No key of {harmless(name)} is on record. "
        f"It shows this {harmless(type_of(key))} key:\n"
        f"{looks.lines(key)}\n"
        "Do you trust it (yes/no/[fingerprint])? "
    )
    try:
        answer = ask(question)
        while answer.lower() not in ("yes", "no") and answer not in (fingerprint, key.fingerprint):
            answer = ask("Type 'yes', 'no' or the fingerprint: ")
    except (CannotAsk, EOFError):
        return False
    return answer.lower() != "no"


def remember(
    name: str,
    key: _ssh.HostKey,
    files: Sequence[Path],
    tell: Callable[[str], object],
    *,
    hashed: bool = False,
) -> None:
    """Adds the key to the first file, its name `hashed` or to be read. That it cannot be is no
    reason not to go on."""
    if not files:
        return
    written = hash_of(name.lower()) if hashed else name.lower()
    line = f"{written} {key.type} {b64encode(key.blob).decode()}\n"
    try:
        _append(files[0], line)
    except OSError as error:
        tell(f"the host key was not recorded: {files[0]}: {error.strerror}")
    else:
        tell(f"{name} was added to {files[0]}, with its key {key.fingerprint}")


def hash_of(name: str) -> str:
    """A name as HashKnownHosts has it written (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT)."""
    salt = os.urandom(hashlib.sha1(usedforsecurity=False).digest_size)
    digest = hmac.digest(salt, name.encode(), "sha1")
    return f"|1|{b64encode(salt).decode()}|{b64encode(digest).decode()}"


def _append(path: Path, line: str) -> None:
    """Under a lock, and on a line of its own even if the last one has no end."""
    if not path.parent.exists():
        path.parent.mkdir(mode=0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        size = os.fstat(descriptor).st_size
        has_end = size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"
        file.write(("" if has_end else "\n").encode() + line.encode())
