"""From a target and settings to a session that is logged in.

Whatever fails here is a `ConnectFailed`, whose text is ready to be shown: programs end with 255.
"""

import getpass
import socket
import warnings
from dataclasses import replace

import _ssh

from ..connecting import settings as connecting
from ..connecting.dialing import dial
from ..connecting.login import log_in
from ..connecting.settings import Credentials, default_agent, default_keys
from ..escape import describe, harmless
from ..target import Target
from . import host_keys
from .asked import Asked
from .output import Output
from .settings import Settings

# Long enough to look a fingerprint up: the question is part of the key exchange.
_KEX_SECONDS = 600.0


class ConnectFailed(Exception):
    """No connection, a host key that was refused, or no login. `advice` are further lines."""

    def __init__(self, text: str, advice: str = "") -> None:
        super().__init__(text)
        self.advice = advice


def connect(target: Target, settings: Settings, out: Output) -> _ssh.Session:
    """A session with the target that is logged in."""
    place = _completed(target, settings)
    sock = _dial(place, settings)
    try:
        with warnings.catch_warnings():
            # They are shown here, in the tools' own way.
            warnings.simplefilter("ignore", _ssh.SecurityWarning)
            return _session(sock, place, settings, out)
    finally:
        sock.close()  # the session has a duplicate of its own


def _session(sock: socket.socket, target: Target, settings: Settings, out: Output) -> _ssh.Session:
    session = _handshake(sock, target, settings, out)
    try:
        known = session.warnings
        _log_in(session, target, settings, out)
        for warning in session.warnings:
            if warning not in known:
                out.warning(f"{target}: {warning}")
    except BaseException:
        session.close()
        raise
    return session


def _completed(target: Target, settings: Settings) -> Target:
    """With the user and the port that stand for what was left out. A URL's win over options."""
    user = target.user or settings.user
    if user is None:
        try:
            user = getpass.getuser()
        except (KeyError, OSError):
            raise ConnectFailed("who are you? name the user, by USER@ or -u") from None
    return replace(target, user=user, port=target.port or settings.port or 22)


def _dial(target: Target, settings: Settings) -> socket.socket:
    """The first of the host's addresses that answers."""
    assert target.port is not None
    host, port = target.host, target.port
    try:
        return dial(host, port, family=settings.family, timeout=settings.connect_timeout)
    except socket.gaierror as error:
        raise ConnectFailed(f"{host}: {error.strerror}") from None
    except OSError as error:
        raise ConnectFailed(f"{host}: port {port}: {describe(error)}") from None


def _handshake(
    sock: socket.socket, target: Target, settings: Settings, out: Output
) -> _ssh.Session:
    try:
        session = _ssh.Session(
            sock,
            host=target.host,
            port=target.port,
            known_hosts=host_keys.known_hosts_files(settings),
            host_key_policy=host_keys.policy(target, settings, out),
            algorithms=settings.algorithms,
            compression=settings.compression,
            kex_timeout=_KEX_SECONDS,
        )
    except _ssh.HostKeyError as error:
        raise ConnectFailed(*host_keys.explain(error, target, settings)) from None
    except ValueError as error:
        raise ConnectFailed(f"{target}: {describe(error)}") from None
    except OSError as error:
        raise ConnectFailed(f"{target}: {describe(error)}") from None
    _tell(session, target, out)
    if settings.compression and session.algorithms.compression_client_to_server == "none":
        out.warning(f"{target}: the server does not compress; going on without it")
    return session


def _tell(session: _ssh.Session, target: Target, out: Output) -> None:
    """What -v shows of a handshake."""
    agreed = session.algorithms
    out.detail(f"connected to {target}, which is {session.server_version}")
    out.detail(f"key exchange {agreed.kex}{', strict' if agreed.strict_kex else ''}")
    out.detail(f"host key {session.host_key.type} {session.host_key.fingerprint}")
    for way, cipher, mac, compression in (
        (
            "to the server",
            agreed.cipher_client_to_server,
            agreed.mac_client_to_server,
            agreed.compression_client_to_server,
        ),
        (
            "from the server",
            agreed.cipher_server_to_client,
            agreed.mac_server_to_client,
            agreed.compression_server_to_client,
        ),
    ):
        authenticated = f"MAC {mac}" if mac else "authenticates by itself"
        out.detail(f"{way}: cipher {cipher}, {authenticated}, compression {compression}")
    for warning in session.warnings:
        out.warning(f"{target}: {warning}")


def _log_in(session: _ssh.Session, target: Target, settings: Settings, out: Output) -> None:
    try:
        log_in(session, _for_login(target, settings, out))
    except _ssh.AuthenticationError as error:
        methods = ", ".join(error.allowed) or "none"
        raise ConnectFailed(
            f"{target.user}@{target.host}: permission denied ({harmless(methods)})"
        ) from None
    except (OSError, ValueError) as error:
        raise ConnectFailed(f"{target}: {describe(error)}") from None


def _for_login(target: Target, settings: Settings, out: Output) -> connecting.Settings:
    named: list[connecting.Key] = [*settings.identities]
    credentials = Credentials(
        password=settings.password,
        keys=named,
        default_keys=[] if named else default_keys(),
        agent=default_agent(),
        identities_only=settings.identities_only,
        methods=settings.methods,
        password_prompts=settings.password_prompts,
    )
    person = Asked(out, is_mute=bool(settings.batch))
    return connecting.Settings(target=target, credentials=credentials, person=person)
