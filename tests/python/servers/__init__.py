"""Throwaway SSH servers on the loopback, for the tests and the demo.

Each is a context manager that is ready when entered and leaves nothing behind. None of them touches
the system's own configuration, accounts or logs.
"""

from .asyncssh_server import AsyncSSHServer
from .base import Server, Unavailable
from .dropbear import DropbearServer
from .keys import ClientKey, Keys
from .namespace import PASSWORD, TINY_DISK, is_root
from .openssh import OpenSSHServer
from .paramiko_server import ParamikoServer
from .tinyssh import TinySSHServer

__all__ = [
    "PASSWORD",
    "TINY_DISK",
    "AsyncSSHServer",
    "ClientKey",
    "DropbearServer",
    "Keys",
    "OpenSSHServer",
    "ParamikoServer",
    "Server",
    "TinySSHServer",
    "Unavailable",
    "is_root",
]
