"""The peers of the matrix: which servers they run, how bytes are compared, how much they share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import _ssh
from combinations import Combination
from servers import (
    AsyncSSHServer,
    Dropbear13Server,
    DropbearServer,
    ErlangServer,
    Keys,
    LibsshServer,
    OpenSSH13Server,
    OpenSSHServer,
    ParamikoServer,
    ProftpdServer,
    Server,
    TinySSHServer,
    TwistedServer,
)

DATA = bytes(range(256)) * 200


HALF = len(DATA) // 2

Echo = Callable[[_ssh.Session, Callable[[], None]], bytes]
"""Sends DATA to the peer and gives what comes back; calls its second argument in the middle."""


def by_exec(session: _ssh.Session, halfway: Callable[[], None]) -> bytes:
    """Through a command, one for the connection and not to its end: libssh's sample server has no
    second channel and does not hand the end of the input on."""
    with session.open_session() as channel:
        channel.timeout = 60
        channel.exec("cat")
        channel.sendall(DATA[:HALF])
        back = channel.stdout.read(HALF)
        halfway()
        channel.sendall(DATA[HALF:])
        return back + channel.stdout.read(len(DATA) - HALF)


def by_sftp(session: _ssh.Session, halfway: Callable[[], None]) -> bytes:
    """Through a file."""
    name = session.session_id.hex()
    with session.sftp() as sftp:
        with sftp.open(name, "wb") as file:
            file.write(DATA[:HALF])
            file.flush()
            halfway()
            file.write(DATA[HALF:])
        with sftp.open(name, "rb") as file:
            back = file.read()
        sftp.remove(name)
    return back


@dataclass(frozen=True)
class Peer:
    """`serve` makes the servers, one or more where one cannot show all kinds of host key; `least`
    is how many combinations there must be, so that an empty loop is no success."""

    name: str
    serve: Callable[[Keys], Sequence[Server]]
    echo: Echo
    least: int
    rekeys: bool = True
    connections: int = 4  # at once
    breaks: Callable[[Combination], bool] = lambda _: False
    """Combinations that the peer offers and then does not get through, each with its cause."""

    def __str__(self) -> str:
        return self.name


def _for_each_curve(server: Callable[[Keys, str], Server]) -> Callable[[Keys], Sequence[Server]]:
    """For servers that show one ECDSA key only."""
    return lambda keys: [server(keys, curve) for curve in ("ecdsa-256", "ecdsa-384", "ecdsa-521")]


# What OpenSSH has and offers only when told to.
_OPENSSH_LEGACY = [
    "KexAlgorithms +diffie-hellman-group-exchange-sha1,diffie-hellman-group-exchange-sha256,"
    "diffie-hellman-group1-sha1,diffie-hellman-group14-sha1,diffie-hellman-group14-sha256,"
    "diffie-hellman-group16-sha512,diffie-hellman-group18-sha512",
    "HostKeyAlgorithms +ssh-rsa",
    "Ciphers +aes128-cbc,aes192-cbc,aes256-cbc,3des-cbc",
    "MACs +hmac-sha1-96,hmac-sha1-96-etm@openssh.com,hmac-md5,hmac-md5-96,"
    "hmac-md5-etm@openssh.com,hmac-md5-96-etm@openssh.com",
]


def _breaks_erlang(combination: Combination) -> bool:
    """Its private exponent is twice as long as the longest key: 1024 bits here, which OpenSSL
    refuses in a group of 1024 bits ("Can't generate DH key pair")."""
    of_group1 = combination.kex == "diffie-hellman-group1-sha1"
    return of_group1 and combination.protection.mac.startswith("hmac-sha2-512")


PEERS = [
    Peer("OpenSSH", lambda keys: [OpenSSHServer(keys, _OPENSSH_LEGACY)], by_exec, 200),
    Peer(
        "OpenSSH of Debian 13", lambda keys: [OpenSSH13Server(keys, _OPENSSH_LEGACY)], by_exec, 200
    ),
    Peer("Dropbear", _for_each_curve(DropbearServer), by_exec, 30),
    Peer("Dropbear of Debian 13", _for_each_curve(Dropbear13Server), by_exec, 40),
    Peer("TinySSH", lambda keys: [TinySSHServer(keys)], by_exec, 3, rekeys=False),
    Peer("mod_sftp", lambda keys: [ProftpdServer(keys)], by_sftp, 150),
    Peer("Erlang", _for_each_curve(ErlangServer), by_sftp, 150, breaks=_breaks_erlang),
    Peer("libssh", _for_each_curve(LibsshServer), by_exec, 120),
    # Its connections share one RSA key and change each other's choice of rsa-sha2-256 or -512.
    Peer("asyncssh", lambda keys: [AsyncSSHServer(keys)], by_exec, 150, connections=1),
    Peer("paramiko", lambda keys: [ParamikoServer(keys)], by_exec, 100),
    Peer("Twisted", lambda keys: [TwistedServer(keys)], by_exec, 50),
]
