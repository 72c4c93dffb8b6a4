"""Throwaway SSH servers on the loopback, for the tests and the demo.

Each is a context manager that is ready when entered and leaves nothing behind. None of them touches
the system's own configuration, accounts or logs.
"""

from .asyncssh_server import AsyncSSHServer
from .base import Server, Unavailable
from .debian13 import Dropbear13Server, OpenSSH13Server
from .dropbear import DropbearServer
from .erlang import ErlangServer
from .keys import ClientKey, Keys
from .libssh import LibsshServer
from .namespace import PASSWORD, TINY_DISK, is_root
from .openssh import OpenSSHServer
from .paramiko_server import ParamikoServer
from .proftpd import ProftpdServer
from .tinyssh import TinySSHServer
from .twisted_server import TwistedServer

__all__ = [
    "PASSWORD",
    "TINY_DISK",
    "AsyncSSHServer",
    "ClientKey",
    "Dropbear13Server",
    "DropbearServer",
    "ErlangServer",
    "Keys",
    "LibsshServer",
    "OpenSSH13Server",
    "OpenSSHServer",
    "ParamikoServer",
    "ProftpdServer",
    "Server",
    "TinySSHServer",
    "TwistedServer",
    "Unavailable",
    "is_root",
]
