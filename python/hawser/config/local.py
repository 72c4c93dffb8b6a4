"""Who and where we are, and the values of the %tokens that follow from it."""

import hashlib
import os
import pwd
import socket
from typing import NamedTuple


class LocalUser(NamedTuple):
    """The user who runs us. OpenSSH asks the user database, not $HOME or $USER; so do we."""

    name: str
    home: str
    uid: int

    @classmethod
    def current(cls) -> "LocalUser":
        uid = os.getuid()
        try:
            entry = pwd.getpwuid(uid)
        except KeyError:  # as in a container that runs as any number
            return cls(os.environ.get("USER", str(uid)), os.environ.get("HOME", "/"), uid)
        return cls(entry.pw_name, entry.pw_dir, uid)


class Remote(NamedTuple):
    """The other side, as far as it is known."""

    original_host: str
    host: str
    port: str
    user: str
    key_alias: str
    jump: str


def token_values(local: LocalUser, remote: Remote) -> dict[str, str]:
    """What each token stands for, by its letter."""
    name = socket.gethostname()
    parts = (name, remote.host, remote.port, remote.user, remote.jump)
    digest = hashlib.sha1("".join(parts).encode("utf-8", "surrogateescape"), usedforsecurity=False)
    return {
        "C": digest.hexdigest(),
        "d": local.home,
        "h": remote.host,
        "i": str(local.uid),
        "j": remote.jump,
        "k": remote.key_alias,
        "L": name.partition(".")[0],
        "l": name,
        "n": remote.original_host,
        "p": remote.port,
        "r": remote.user,
        "T": "NONE",  # of tunnels, which there are not
        "u": local.name,
    }
