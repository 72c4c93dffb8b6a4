"""From a target and settings to a session that is logged in.

Whatever fails here is a `ConnectFailed`, whose text is ready to be shown: programs end with 255.
"""

import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import _ssh

from ..config import HostConfig
from ..connecting.connect import Link, connect_route
from ..connecting.person import AtTerminal
from ..connecting.resolve import route_to
from ..connecting.settings import Settings as HopSettings
from ..errors import ConnectError
from ..escape import describe, harmless
from ..host_keys import Custom
from ..target import Target
from . import host_keys
from .asked import Asked
from .logs import show_logs
from .output import Output
from .settings import Settings

_VERBOSITIES = {"verbose": 1, "debug": 1, "debug1": 1, "debug2": 2, "debug3": 3}
"""How many v a LogLevel is."""


class ConnectFailed(Exception):
    """No connection, a host key that was refused, or no login. `advice` are further lines."""

    def __init__(self, text: str, advice: str = "") -> None:
        super().__init__(text)
        self.advice = advice


@contextmanager
def connect(target: Target, settings: Settings, out: Output) -> Iterator[_ssh.Session]:
    """A session with the target that is logged in; what is on the way ends with it."""
    with connected(target, settings, out) as links:
        yield links[-1].session


@contextmanager
def connected(target: Target, settings: Settings, out: Output) -> Iterator[list[Link]]:
    """The same with all that is known of each hop."""
    route = _route(target, settings, out)
    links = _links(route, target, out)
    try:
        _tell_of_warnings(links, out)
        yield links
    finally:
        for link in reversed(links):
            link.close()


def _route(target: Target, settings: Settings, out: Output) -> list[HopSettings]:
    """The hops, which ask and tell as the tools do."""
    try:
        stops = route_to(target, settings.given(), settings.config())
    except (OSError, ValueError) as error:
        raise ConnectFailed(f"{target}: {describe(error)}") from None
    route = [stop for stop in stops if isinstance(stop, HopSettings)]
    _tell_as_much_as(route[-1].config, out)
    show_logs(out)
    for stop in route:
        is_mute = not isinstance(stop.person, AtTerminal)
        stop.person = Asked(out, is_mute=is_mute)
        stop.host_keys = Custom(host_keys.policy(stop, out))
    return route


def _tell_as_much_as(config: HostConfig | None, out: Output) -> None:
    """As LogLevel says, if -q and -v do not."""
    if config is None or not config.is_set("loglevel") or out.quiet or out.verbosity:
        return
    out.quiet = config.log_level in ("silent", "fatal", "error")
    out.verbosity = _VERBOSITIES.get(config.log_level, 0)


def _links(route: list[HopSettings], target: Target, out: Output) -> list[Link]:
    try:
        with warnings.catch_warnings():
            # They are shown here, in the tools' own way.
            warnings.simplefilter("ignore", _ssh.SecurityWarning)
            return connect_route(route, lambda stop, session: _tell(stop, session, out))
    except ConnectError as error:
        raise _failed(error, route[error.hop - 1]) from None
    except (OSError, ValueError) as error:
        raise ConnectFailed(f"{target}: {describe(error)}") from None


def _failed(error: ConnectError, stop: HopSettings) -> ConnectFailed:
    """In the tools' own words, which say less than a traceback has to."""
    cause = error.__cause__ or error
    host, port = stop.dialled
    through = f" (hop {error.hop} of {error.hops})" if error.hops > 1 else ""
    if isinstance(cause, _ssh.HostKeyError):
        return ConnectFailed(*host_keys.explain(cause, stop))
    if isinstance(cause, _ssh.AuthenticationError):
        methods = ", ".join(cause.allowed) or "none"
        who = f"{stop.target.user}@{stop.target.host}{through}"
        return ConnectFailed(f"{who}: permission denied ({harmless(methods)})")
    if isinstance(cause, socket.gaierror):
        return ConnectFailed(f"{host}{through}: {cause.strerror}")
    if error.step == "connect":
        return ConnectFailed(f"{host}{through}: port {port}: {describe(cause)}")
    step = "" if error.step in ("handshake", "login") else f"{error.step}: "
    advice = error.advice if error.step in ("jump", "proxy command") else ""
    return ConnectFailed(f"{stop.target}{through}: {step}{describe(cause)}", advice)


# ---- what is told --------------------------------------------------------------------------------


def _tell_of_warnings(links: list[Link], out: Output) -> None:
    for link in links:
        target, session = link.settings.target, link.session
        if link.settings.compression and (
            session.algorithms.compression_client_to_server == "none"
        ):
            out.warning(f"{target}: the server does not compress; going on without it")
        for warning in session.warnings:
            out.warning(f"{target}: {warning}")


def _tell(stop: HopSettings, session: _ssh.Session, out: Output) -> None:
    """What -v shows of a handshake."""
    agreed = session.algorithms
    out.detail(f"connected to {stop.target}, which is {session.server_version}")
    out.detail(f"key exchange {agreed.kex}{', strict' if agreed.strict_kex else ''}")
    out.detail(f"host key {session.host_key.type} {stop.looks.fingerprint(session.host_key)}")
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
