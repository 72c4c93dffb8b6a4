"""Hawser: an SSH-2 client for people.

    with hawser.connect("ann@example.org") as client:
        print(client.run(["uname", "-a"], check=True, text=True).stdout)

The engine is the module `_ssh`; the tools stand in `hawser.tools`. Nothing is imported before it is
used, so that `import hawser` costs nothing.
"""

TYPE_CHECKING = False  # of typing, which would take longer to load than all else here

if TYPE_CHECKING:
    from subprocess import DEVNULL, PIPE, STDOUT

    from _ssh import (
        Agent,
        AgentError,
        AgentKey,
        AuthenticationError,
        ChannelError,
        ConnectionLost,
        Error,
        HostKey,
        HostKeyChanged,
        HostKeyError,
        HostKeyRevoked,
        HostKeyUnknown,
        KeyFileError,
        Legacy,
        LimitError,
        NegotiationError,
        PassphraseRequired,
        PrivateKey,
        ProtocolError,
        PublicKey,
        SecurityWarning,
        SFTPError,
        Timeout,
        WrongPassphrase,
        __version__,
    )

    from . import config, host_keys
    from .client import Client, connect
    from .errors import ConnectError
    from .files.checksums import VerifyError
    from .files.remote_path import RemotePath
    from .files.sync import SyncReport
    from .forwarding.forward import Forward
    from .running.completed import CompletedProcess
    from .running.errors import CommandFailed, CommandTimeout
    from .running.process import Process
    from .target import BadTarget

_PLACES = {
    "Client": "hawser.client",
    "connect": "hawser.client",
    "CommandFailed": "hawser.running.errors",
    "CommandTimeout": "hawser.running.errors",
    "ConnectError": "hawser.errors",
    "Forward": "hawser.forwarding.forward",
    "RemotePath": "hawser.files.remote_path",
    "SyncReport": "hawser.files.sync",
    "VerifyError": "hawser.files.checksums",
    "CompletedProcess": "hawser.running.completed",
    "Process": "hawser.running.process",
    "BadTarget": "hawser.target",
    "DEVNULL": "subprocess",
    "PIPE": "subprocess",
    "STDOUT": "subprocess",
}
"""Where the names are that are not `_ssh`'s."""

__all__ = [
    "DEVNULL",
    "PIPE",
    "STDOUT",
    "Agent",
    "AgentError",
    "AgentKey",
    "AuthenticationError",
    "BadTarget",
    "ChannelError",
    "Client",
    "CommandFailed",
    "CommandTimeout",
    "CompletedProcess",
    "ConnectError",
    "ConnectionLost",
    "Error",
    "Forward",
    "HostKey",
    "HostKeyChanged",
    "HostKeyError",
    "HostKeyRevoked",
    "HostKeyUnknown",
    "KeyFileError",
    "Legacy",
    "LimitError",
    "NegotiationError",
    "PassphraseRequired",
    "PrivateKey",
    "Process",
    "ProtocolError",
    "PublicKey",
    "RemotePath",
    "SFTPError",
    "SecurityWarning",
    "SyncReport",
    "Timeout",
    "VerifyError",
    "WrongPassphrase",
    "__version__",
    "config",
    "connect",
    "host_keys",
]

if not TYPE_CHECKING:  # a checker is to find a name that there is not

    def __getattr__(name):
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        import importlib

        if name in ("config", "host_keys"):
            return importlib.import_module(f"hawser.{name}")
        found = getattr(importlib.import_module(_PLACES.get(name, "_ssh")), name)
        globals()[name] = found
        return found

    def __dir__():
        return __all__
