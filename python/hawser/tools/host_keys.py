"""Judging the server's host key: the question on first contact, and what a refusal says.

`_ssh` compares with known_hosts and decides about all that is known; here a person is asked about
what is not.
"""

import fcntl
import os
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import _ssh

from ..asking import CannotAsk, ask, can_ask
from ..connecting.settings import Settings
from ..escape import harmless
from ..target import Target
from .output import Output

_TYPES = {"ssh-ed25519": "ED25519", "ssh-rsa": "RSA", "ecdsa-sha2-nistp256": "ECDSA"}
_TYPES |= {"ecdsa-sha2-nistp384": "ECDSA", "ecdsa-sha2-nistp521": "ECDSA"}


def policy(stop: Settings, out: Output) -> Callable[[str, _ssh.HostKey], bool]:
    """What is to be said to `_ssh.Session` about a key that known_hosts does not have. 'no' is
    OpenSSH's word for taking keys unasked."""
    name = known_name(stop)

    def judge(_: str, key: _ssh.HostKey) -> bool:
        if stop.strictness == "yes":
            return False
        is_mute = not stop.person.can_be_asked()
        if stop.strictness == "ask" and (is_mute or not _wants(name, key)):
            return False
        _remember(name, key, stop.known_hosts, out)
        return True

    return judge


def explain(error: _ssh.HostKeyError, stop: Settings) -> tuple[str, str]:
    """Why the key was refused, and what can be done about it in further lines."""
    name = known_name(stop)
    if isinstance(error, _ssh.HostKeyChanged):
        return f"{name}: THE HOST KEY HAS CHANGED", _changed(error, name, stop.known_hosts)
    if isinstance(error, _ssh.HostKeyUnknown):
        text = f"{name}: the host key is not known ({error.key_type} {error.fingerprint})"
        is_mute = stop.strictness == "ask" and not stop.person.can_be_asked()
        return text, _MUTE_ADVICE if is_mute else ""
    return f"{name}: {error}", ""


def known_name(stop: Settings) -> str:
    """The host as known_hosts and messages name it."""
    host, port = stop.known_as
    return str(Target(host, port=port))


# ---- the question --------------------------------------------------------------------------------


def _wants(name: str, key: _ssh.HostKey) -> bool:
    """Asks until there is an answer; the fingerprint itself is one, too."""
    if not can_ask():
        return False
    question = (
        f"No key of {name} is on record. It shows this {_TYPES.get(key.type, key.type)} key:\n"
        f"{key.fingerprint}\n"
        "Do you trust it (yes/no/[fingerprint])? "
    )
    try:
        answer = ask(harmless_lines(question))
        while answer.lower() not in ("yes", "no") and answer != key.fingerprint:
            answer = ask("Type 'yes', 'no' or the fingerprint: ")
    except (CannotAsk, EOFError):
        return False
    return answer.lower() != "no"


def harmless_lines(text: str) -> str:
    return "\n".join(map(harmless, text.split("\n")))


def _remember(name: str, key: _ssh.HostKey, files: list[Path], out: Output) -> None:
    """Adds the key to the first file. That it cannot be is no reason not to go on."""
    if not files:
        return
    line = f"{name.lower()} {key.type} {b64encode(key.blob).decode()}\n"
    try:
        _append(files[0], line)
    except OSError as error:
        out.warning(f"the host key was not recorded: {files[0]}: {error.strerror}")
    else:
        out.warning(f"{name} was added to {files[0]}, with its key {key.fingerprint}")


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


# ---- refusals ------------------------------------------------------------------------------------

_MUTE_ADVICE = """\
Nobody can be asked here. Connect once from a terminal, or add the key to known_hosts, or have it
taken unseen by -o StrictHostKeyChecking=accept-new."""


def _changed(error: _ssh.HostKeyError, name: str, files: list[Path]) -> str:
    remove = f"ssh-keygen -R '{name.lower()}'" + "".join(f" -f '{files[0]}'" for _ in files[:1])
    return f"""\
{_STARS}
  WARNING: this is not the key that {name} had before.
{_STARS}
Either the server was given a new key, or somebody stands between it and you to listen in.
Nothing secret was sent. In full:
{error}.
If the new key is right, this takes the old one out:
    {remove}"""


_STARS = "*" * 72
