"""From the arguments of `hawser.connect` to the settings of each hop."""

import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import _ssh

from ..host_keys import Strict, policy_of
from ..target import BadTarget, Target, checked, parse_address
from .person import AtTerminal, Callback, Person
from .settings import (
    METHODS,
    WAYS,
    Credentials,
    Settings,
    default_agent,
    default_keys,
    default_known_hosts,
    default_user,
)

if TYPE_CHECKING:
    from ..client import Client
    from ..config import SSHConfig

_FAMILIES = {
    "any": socket.AF_UNSPEC,
    "inet": socket.AF_INET,
    "inet6": socket.AF_INET6,
}
_ALGORITHMS = {
    "ciphers": "cipher",
    "macs": "mac",
    "kex_algorithms": "kex",
    "host_key_algorithms": "host_key",
    "pubkey_accepted_algorithms": "pubkey",
}
_TAKEN_AS_THEY_ARE = (
    "bind_address",
    "bind_interface",
    "connection_attempts",
    "tcp_keepalive",
    "traffic_class",
    "proxy_command",
    "proxy_use_fdpass",
    "sock",
    "host_key_alias",
    "check_host_ip",
    "trusts_localhost",
    "compression",
    "require_strict_kex",
    "required_rsa_size",
    "timeout",
    "connect_timeout",
    "banner_timeout",
    "kex_timeout",
    "auth_timeout",
    "keepalive_interval",
    "keepalive_count_max",
    "trace",
    "looks",
    "variables",
)
_NUMBERS = (
    "timeout",
    "connect_timeout",
    "banner_timeout",
    "kex_timeout",
    "auth_timeout",
    "keepalive_interval",
    "keepalive_count_max",
    "connection_attempts",
    "password_prompts",
)
PEOPLES_SECONDS = 600.0
"""For a key exchange in which a person is asked about the host key."""
MAX_DEPTH = 16
"""Of jump hosts that are behind jump hosts of their own."""
_FOR_JUMPS = frozenset(
    {
        "revoked_keys",
        "keys",
        "certificates",
        "passphrase",
        "agent",
        "identities_only",
        "default_keys",
        "ask",
        "host_keys",
        "known_hosts",
        "connect_timeout",
        "connection_attempts",
        "keepalive_interval",
        "keepalive_count_max",
        "ca_signature_algorithms",
        "check_host_ip",
        "trace",
    }
)
"""What holds for jump hosts, too. No password is shown to another host than it is meant for."""


def route_to(
    destination: str | Target,
    given: Mapping[str, Any],
    config: "SSHConfig | None",
    depth: int = 0,
) -> "list[Settings | Client]":
    """The hops, the last of them the destination. `given` have canonical names.

    The first jump host is reached as its own configuration says, those behind it through the one
    before them.
    """
    if depth > MAX_DEPTH:
        raise ValueError(f"{destination}: the jump hosts lead in a circle")
    if not isinstance(destination, Target):
        destination = parse_address(destination)
    target = _named(destination, given)
    options = dict(given)
    if config is not None:
        from .from_config import options_from_config

        options = options_from_config(config, target, given)
    last = settings_of(target, options)
    for_jumps = options_for_jumps(given)
    route: list[Settings | Client] = []
    for jump in jumps_of(options):
        if not isinstance(jump, str):
            route = [jump]
        elif not route:
            route = route_to(jump, for_jumps, config, depth + 1)
        else:
            route += route_to(jump, {**for_jumps, "proxy_jump": "none"}, config, depth + 1)
    return [*route, last]


def config_of(value: object) -> "SSHConfig | None":
    """What `config=` names: by default the user's file and the system's."""
    if value is None or value is False:
        return None
    from ..config import SSHConfig

    if isinstance(value, SSHConfig):
        return value
    return SSHConfig.default() if value is True else SSHConfig.from_path(*several(value))


def settings_of(target: Target, options: Mapping[str, Any]) -> Settings:
    """Of one hop, by all options that hold for it."""
    target = _named(target, options)
    if target.user is None:
        target = target._replace(user=default_user())
    settings = Settings(
        target=target, address=options.get("address", ""), config=options.get("host")
    )
    _check_numbers(options)
    for name in _TAKEN_AS_THEY_ARE:
        if name in options:
            setattr(settings, name, options[name])
    settings.keepalive_interval = settings.keepalive_interval or 0.0  # None: none
    if "address_family" in options:
        settings.family = _family(options["address_family"])
    if options.get("proxy") is not None:
        from .proxies import parse_proxy

        parse_proxy(options["proxy"])
        settings.proxy = options["proxy"]
    settings.strictness = options.get("strictness", "ask")
    settings.host_keys = policy_of(options["host_keys"]) if "host_keys" in options else Strict()
    if settings.host_keys.asks_people and "kex_timeout" not in options:
        settings.kex_timeout = PEOPLES_SECONDS
    if options.get("known_hosts") is not None:
        settings.known_hosts = [Path(path).expanduser() for path in several(options["known_hosts"])]
    else:
        settings.known_hosts = default_known_hosts()
    settings.updates_host_keys = options.get("update_host_keys", False)
    if settings.connect_timeout is not None and "banner_timeout" not in options:
        settings.banner_timeout = settings.connect_timeout  # as OpenSSH counts it
    if options.get("revoked_keys") is not None:
        settings.revoked_keys = Path(options["revoked_keys"]).expanduser()
    if options.get("ca_signature_algorithms") is not None:
        settings.ca_signature_algorithms = _names(options["ca_signature_algorithms"])
    settings.algorithms = _algorithms(options)
    settings.rekey = {
        name: options[name]
        for name in ("rekey_bytes", "rekey_packets", "rekey_interval")
        if name in options
    }
    settings.credentials = _credentials(options)
    settings.person = _person(options.get("ask", True))
    _check_routes(settings, options)
    return settings


def jumps_of(options: Mapping[str, Any]) -> "list[str | Client]":
    """The jump hosts in their order: names, or clients that are connected already."""
    given = options.get("proxy_jump")
    if given is None or (isinstance(given, str) and given.lower() == "none"):
        return []
    jumps: list[str | Client] = []
    for jump in several(given):
        jumps += [name.strip() for name in jump.split(",")] if isinstance(jump, str) else [jump]
    return jumps


def options_for_jumps(options: Mapping[str, Any]) -> dict[str, Any]:
    inherited = {name: options[name] for name in options if name in _FOR_JUMPS}
    if "host_keys" in inherited and not policy_of(inherited["host_keys"]).is_general:
        del inherited["host_keys"]
    if callable(inherited.get("trace")):  # it would not know whose packets they are
        del inherited["trace"]
    return inherited


def several(value: Any) -> list[Any]:
    """A list of what may be given alone."""
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
        return list(value)
    return [value]


def _named(target: Target, options: Mapping[str, Any]) -> Target:
    """With the user and the port that options name, where the destination does not: that is the
    more special of the two. BadTarget for names that nobody can have."""
    user = options.get("user") if target.user is None else target.user
    port = options.get("port") if target.port is None else target.port
    if port is not None and (type(port) is not int or not 0 < port < 65536):
        raise BadTarget(f"port={port!r}: a port is a number from 1 to 65535")
    return checked(target._replace(user=user, port=port), f"{user}@{target.host}")


def _family(value: object) -> socket.AddressFamily:
    if isinstance(value, socket.AddressFamily):
        return value
    if not isinstance(value, str) or value not in _FAMILIES:
        raise ValueError(f"address_family={value!r}: it is one of {', '.join(_FAMILIES)}")
    return _FAMILIES[value]


def _algorithms(options: Mapping[str, Any]) -> Any:
    lists = {kind: options[name] for name, kind in _ALGORITHMS.items() if name in options}
    given = options.get("algorithms")
    if not lists:
        return given
    if given is None or isinstance(given, Mapping):
        return {**(given or {}), **lists}
    raise TypeError("algorithms= is a mapping where a list has an option of its own, too")


def _credentials(options: Mapping[str, Any]) -> Credentials:
    keys = several(options["keys"]) if options.get("keys") is not None else []
    uses_defaults = options.get("default_keys", not keys)
    methods = options.get("preferred_authentications", METHODS)
    credentials = Credentials()
    credentials.password = options.get("password")
    credentials.new_password = options.get("new_password")
    credentials.keys = keys
    credentials.default_keys = default_keys() if uses_defaults else []
    credentials.certificates = [
        Path(path).expanduser() for path in several(options.get("certificates", []))
    ]
    credentials.passphrase = options.get("passphrase")
    credentials.agent = _agent(options.get("agent", True))
    credentials.identities_only = options.get("identities_only", False)
    credentials.methods = tuple(_names(methods))
    credentials.password_prompts = options.get("password_prompts", 3)
    credentials.devices = options.get("devices", "")
    credentials.adds_to_agent = options.get("adds_to_agent", "no")
    return credentials


def _names(value: str | Sequence[str]) -> list[str]:
    """A list, or one text with commas."""
    if isinstance(value, str):
        return [name.strip() for name in value.split(",")]
    return list(value)


def _agent(value: object) -> _ssh.Agent | None:
    if value is True:
        return default_agent()
    if value is False or value is None:
        return None
    if isinstance(value, _ssh.Agent):
        return value
    if isinstance(value, str | os.PathLike):
        return _ssh.Agent(Path(value).expanduser())
    raise TypeError(f"agent= takes a path or an _ssh.Agent, not {type(value).__name__}")


def _person(ask: Any) -> Person:
    if ask is True:
        return AtTerminal()
    if ask is False or ask is None:
        return Person()
    return Callback(ask)


def _check_numbers(options: Mapping[str, Any]) -> None:
    """Before anything is sent, even where a number is used late or never."""
    for name in _NUMBERS:
        value = options.get(name)
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            continue
        raise TypeError(f"{name}= takes a number, not {type(value).__name__}")


def _check_routes(settings: Settings, options: Mapping[str, Any]) -> None:
    """There is one way to the server."""
    ways = [name for name in WAYS if options.get(name) not in (None, "none", [])]
    if len(ways) > 1:
        raise TypeError(
            f"there is one way to {settings.target}, but {' and '.join(ways)} are given"
        )
