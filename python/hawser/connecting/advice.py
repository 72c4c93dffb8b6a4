"""What may help when a connection is not made; said at the end of the error."""

import socket

import _ssh

from .settings import Settings


def advice_for(error: OSError, step: str, settings: Settings) -> str:
    """'' where the error says all that is known."""
    if isinstance(error, _ssh.HostKeyError):
        return _about_host_keys(error, settings)
    if isinstance(error, _ssh.AuthenticationError):
        return _about_logins(error, settings)
    if isinstance(error, socket.gaierror):
        return "is the name right?"
    if step == "connect":
        host, port = settings.dialled
        if isinstance(error, ConnectionRefusedError):
            return f"does an SSH server listen at {host}, port {port}?"
        if isinstance(error, TimeoutError):
            return f"is the address right, and does a firewall let port {port} pass?"
    if step == "jump" and isinstance(error, _ssh.ChannelError):
        if error.code == 1:
            return "the jump host does not allow it (AllowTcpForwarding in its sshd_config)"
        return "the jump host could not connect: is the name right as it sees it?"
    return ""


def _about_host_keys(error: _ssh.HostKeyError, settings: Settings) -> str:
    host, port = settings.known_as
    name = host if port == 22 else f"[{host}]:{port}"
    if isinstance(error, _ssh.HostKeyUnknown):
        return (
            "check the fingerprint with somebody who knows it, then connect once with "
            "host_keys='ask' or 'accept-new', or with host_keys=<the fingerprint>"
        )
    if isinstance(error, _ssh.HostKeyChanged):
        return (
            "somebody may stand in between. If the server was given a new key, "
            f"ssh-keygen -R '{name}' takes out the old one"
        )
    return ""


def _about_logins(error: _ssh.AuthenticationError, settings: Settings) -> str:
    tried: tuple[str, ...] = getattr(error, "tried", ())
    unusable: tuple[str, ...] = getattr(error, "unusable", ())
    advice = [f"tried: {', '.join(tried)}"] if tried else []
    advice += [f"could not be used: {'; '.join(unusable)}"] if unusable else []
    advice = advice or ["nothing was there to try"]
    if error.partial or not (tried or unusable):
        wanted = {"publickey": "keys=", "password": "password="}
        wanted["keyboard-interactive"] = "password="
        options = dict.fromkeys(wanted[name] for name in error.allowed if name in wanted)
        advice += [f"give {' or '.join(options)}"] if options else []
    return "; ".join(advice)
