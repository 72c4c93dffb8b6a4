"""Private namespaces with an account of our own, so that root's servers leave the system untouched.

As root, a server runs where /etc/passwd and /etc/shadow are copies that have the user `hawser` with
a known password, /run and /var/log are empty, and all processes die with the first one. Nothing of
that can be seen from outside, and nothing is left when the server ends.
"""

import os
import pwd
import shlex
import shutil
from pathlib import Path

from .base import Unavailable

USER = "hawser"
PASSWORD = "tow the line"
# crypt(3) of PASSWORD with SHA-512 in 1,000 rounds, the fewest it knows
_HASH = (
    "$6$rounds=1000$hawserhawser$"
    "wVPEfld/D.dS7QuvZm7A9474xtLp63uTQLc/NmE0LfFcQmMlpgNmy4oAa6uTSJj0VnC1Z7foDT1QcI5oA7wyn."
)
_UID = 61234
TINY_DISK = "/run/tiny"
"""A file system of 1 MiB that the account may write."""
_HOME = "/run/hawser"  # tinysshd takes no home below a directory that others may write, as /tmp


def is_root() -> bool:
    return os.geteuid() == 0


def user_name() -> str | None:
    """Who runs this; None if the number has no name, which OpenSSH's programs do not stand."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return None


def require_root(server: str) -> None:
    if not is_root():
        raise Unavailable(f"{server} needs root here: it reads keys only from the account's home")
    if shutil.which("unshare") is None:
        raise Unavailable("unshare is not installed")


def in_namespace(folder: Path, authorized_keys: str, command: list[str]) -> list[str]:
    """The command that runs `command` with the account `hawser`, whose home is `folder`/home."""
    home = folder / "home"
    ssh = home / ".ssh"
    ssh.mkdir(parents=True)
    (ssh / "authorized_keys").write_text(authorized_keys)
    (ssh / "authorized_keys").chmod(0o600)
    ssh.chmod(0o700)
    home.chmod(0o755)
    for path in (home, ssh, ssh / "authorized_keys"):
        os.chown(path, _UID, _UID)

    _write_account(folder)
    prepare = f"""
        mount -t proc proc /proc
        mount --bind {shlex.quote(str(folder / "passwd"))} /etc/passwd
        mount --bind {shlex.quote(str(folder / "shadow"))} /etc/shadow
        mount -t tmpfs -o mode=755 tmpfs /run
        mount -t tmpfs -o mode=755 tmpfs /var/log
        mkdir -m 755 /run/sshd {_HOME} {TINY_DISK}
        mount -t tmpfs -o size=1m,mode=777 tmpfs {TINY_DISK}
        mount --bind {shlex.quote(str(home))} {_HOME}
        exec {shlex.join(command)}
    """
    unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    return [*unshare, "sh", "-ec", prepare]


def _write_account(folder: Path) -> None:
    passwd = Path("/etc/passwd").read_text()
    account = f"{USER}:x:{_UID}:{_UID}:hawser's tests:{_HOME}:/bin/sh\n"
    (folder / "passwd").write_text(passwd.rstrip("\n") + "\n" + account)
    shadow = folder / "shadow"
    shadow.write_text(f"{USER}:{_HASH}:19000:0:99999:7:::\n")
    shadow.chmod(0o600)
