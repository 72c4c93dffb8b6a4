"""A conch server that runs commands, for twisted_server.py.

twisted_daemon.py ADDRESS PORT USER AUTHORIZED_KEYS HOST_KEY...
"""

import sys
from pathlib import Path
from typing import Any

from twisted.conch.avatar import ConchUser
from twisted.conch.checkers import InMemorySSHKeyDB, SSHPublicKeyChecker
from twisted.conch.openssh_compat.primes import parseModuliFile
from twisted.conch.ssh.factory import SSHFactory
from twisted.conch.ssh.keys import Key
from twisted.conch.ssh.session import SSHSession
from twisted.cred.portal import Portal
from twisted.internet import reactor
from twisted.logger import globalLogBeginner, textFileLogObserver

MODULI = Path("/etc/ssh/moduli")


class Factory(SSHFactory):  # type: ignore[misc]
    """`host_keys` maps key types to keys. Without a moduli file there is no group exchange; of its
    groups only the smallest are used, for conch takes ten seconds with one of 8192 bits."""

    def __init__(self, host_keys: dict[bytes, Any], portal: Any) -> None:
        self.privateKeys = host_keys
        self.publicKeys = {kind: key.public() for kind, key in host_keys.items()}
        self.portal = portal

    def getPrimes(self) -> Any:
        if not MODULI.exists():
            return None
        groups = parseModuliFile(str(MODULI))
        return {size: groups[size] for size in [min(groups)]}


class User(ConchUser):  # type: ignore[misc]
    """Its own ISession, which conch asks for by calling `__conform__`."""

    def __init__(self) -> None:
        super().__init__()
        self.channelLookup[b"session"] = SSHSession

    def __conform__(self, interface: object) -> "Commands":
        return Commands()


class Commands:
    """The part of ISession that is asked for."""

    def execCommand(self, protocol: Any, command: bytes) -> None:
        self._child = reactor.spawnProcess(protocol, "/bin/sh", ["sh", "-c", command], env=None)

    def eofReceived(self) -> None:
        self._child.closeStdin()

    def closed(self) -> None:
        self._child.loseConnection()


class Realm:
    def requestAvatar(self, _name: bytes, _mind: object, *interfaces: Any) -> Any:
        return interfaces[0], User(), lambda: None


def main(address: str, port: str, user: str, authorized: str, *host_keys: str) -> None:
    globalLogBeginner.beginLoggingTo([textFileLogObserver(sys.stderr)])
    keys = [Key.fromString(line) for line in Path(authorized).read_bytes().splitlines()]
    database = InMemorySSHKeyDB({user.encode(): keys})
    private = [Key.fromFile(path) for path in host_keys]
    portal = Portal(Realm(), [SSHPublicKeyChecker(database)])
    factory = Factory({key.sshType(): key for key in private}, portal)
    reactor.listenTCP(int(port), factory, backlog=500, interface=address)
    reactor.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
