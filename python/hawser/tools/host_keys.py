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
from ..escape import harmless
from ..target import Target
from .output import Output
from .settings import Settings

_TYPES = {"ssh-ed25519": "ED25519", "ssh-rsa": "RSA", "ecdsa-sha2-nistp256": "ECDSA"}
_TYPES |= {"ecdsa-sha2-nistp384": "ECDSA", "ecdsa-sha2-nistp521": "ECDSA"}


def known_hosts_files(settings: Settings) -> list[Path]:
    """Those that the settings name, else the user's and the system's."""
    if settings.known_hosts is not None:
        return settings.known_hosts
    return [Path.home() / ".ssh" / "known_hosts", Path("/etc/ssh/ssh_known_hosts")]


def policy(target: Target, settings: Settings, out: Output) -> Callable[[str, _ssh.HostKey], bool]:
    """What is to be said to `_ssh.Session` about a key that known_hosts does not have."""
    files = known_hosts_files(settings)

    def judge(_: str, key: _ssh.HostKey) -> bool:
        if settings.host_keys == "strict":
            return False
        if settings.host_keys == "ask" and (settings.batch or not _wants(target, key)):
            return False
        _remember(target, key, files, out)
        return True

    return judge


def explain(error: _ssh.HostKeyError, target: Target, settings: Settings) -> tuple[str, str]:
    """Why the key was refused, and what can be done about it in further lines."""
    if isinstance(error, _ssh.HostKeyChanged):
        return f"{target}: THE HOST KEY HAS CHANGED", _changed(error, target, settings)
    if isinstance(error, _ssh.HostKeyUnknown):
        text = f"{target}: the host key is not known ({error.key_type} {error.fingerprint})"
        is_mute = settings.host_keys == "ask" and (settings.batch or not can_ask())
        return text, _MUTE_ADVICE if is_mute else ""
    return f"{target}: {error}", ""


# ---- the question --------------------------------------------------------------------------------


def _wants(target: Target, key: _ssh.HostKey) -> bool:
    """Asks until there is an answer; the fingerprint itself is one, too."""
    if not can_ask():
        return False
    question = (
        f"No key of {target} is on record. It shows this {_TYPES.get(key.type, key.type)} key:\n"
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


def _remember(target: Target, key: _ssh.HostKey, files: list[Path], out: Output) -> None:
    """Adds the key to the first file. That it cannot be is no reason not to go on."""
    if not files:
        return
    line = f"{str(target).lower()} {key.type} {b64encode(key.blob).decode()}\n"
    try:
        _append(files[0], line)
    except OSError as error:
        out.warning(f"the host key was not recorded: {files[0]}: {error.strerror}")
    else:
        out.warning(f"{target} was added to {files[0]}, with its key {key.fingerprint}")


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


def _changed(error: _ssh.HostKeyError, target: Target, settings: Settings) -> str:
    files = known_hosts_files(settings)
    remove = f"ssh-keygen -R '{str(target).lower()}'" + "".join(
        f" -f '{files[0]}'" for _ in files[:1]
    )
    return f"""\
{_STARS}
  WARNING: this is not the key that {target} had before.
{_STARS}
Either the server was given a new key, or somebody stands between it and you to listen in.
Nothing secret was sent. In full:
{error}.
If the new key is right, this takes the old one out:
    {remove}"""


_STARS = "*" * 72
