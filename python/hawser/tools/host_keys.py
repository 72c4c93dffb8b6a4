"""Judging the server's host key: the question on first contact, and what a refusal says.

`_ssh` compares with known_hosts and decides about all that is known; here a person is asked about
what is not.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import _ssh

from ..connecting.settings import Settings
from ..first_contact import is_trusted, remember
from ..target import Target
from .output import Output


def policy(stop: Settings, out: Output) -> Callable[[str, _ssh.HostKey], bool]:
    """What is to be said to `_ssh.Session` about a key that known_hosts does not have. 'no' is
    OpenSSH's word for taking keys unasked."""
    name = known_name(stop)

    def judge(_: str, key: _ssh.HostKey) -> bool:
        if stop.strictness == "yes":
            return False
        if stop.strictness == "ask":
            ask = partial(stop.person.answer, echo=True)
            if not stop.person.can_be_asked() or not is_trusted(name, key, ask, stop.looks):
                return False
        hashed = stop.config is not None and stop.config.hash_known_hosts
        remember(name, key, stop.known_hosts, out.warning, hashed=hashed)
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
