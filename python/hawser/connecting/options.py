"""The options of `hawser.connect`, and the names that other programs have for them."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    import _ssh

    from ..client import Client
    from ..config import SSHConfig
    from ..host_keys import HostKeyPolicy, Judge
    from .packets import Trace
    from .person import Ask
    from .settings import Algorithms, Key, Secret

_Path = str | os.PathLike[str]


class Options(TypedDict, total=False):
    """All may be left out. docs/connect.md describes them."""

    user: str
    port: int
    config: "SSHConfig | _Path | Sequence[_Path] | bool | None"
    options: Mapping[str, str | Sequence[str]]
    # the login
    password: "Secret"
    new_password: "Secret"
    keys: "Key | Sequence[Key]"
    certificates: _Path | Sequence[_Path]
    passphrase: "Secret"
    agent: "_ssh.Agent | _Path | bool"
    identities_only: bool
    default_keys: bool
    ask: "Ask | bool"
    password_prompts: int
    preferred_authentications: str | Sequence[str]
    # the server's key
    host_keys: "HostKeyPolicy | Judge | str"
    known_hosts: _Path | Sequence[_Path]
    revoked_keys: _Path
    update_host_keys: bool
    host_key_alias: str
    ca_signature_algorithms: str | Sequence[str]
    check_host_ip: bool
    # the way there
    timeout: float | None
    connect_timeout: float | None
    address_family: str
    bind_address: str
    bind_interface: str
    connection_attempts: int
    tcp_keepalive: bool
    proxy: str
    proxy_command: str
    proxy_jump: "str | Client | Sequence[str | Client]"
    sock: Any
    # the session
    algorithms: "Algorithms"
    ciphers: str | Sequence[str]
    macs: str | Sequence[str]
    kex_algorithms: str | Sequence[str]
    host_key_algorithms: str | Sequence[str]
    pubkey_accepted_algorithms: str | Sequence[str]
    compression: bool
    require_strict_kex: bool
    required_rsa_size: int | None
    banner_timeout: float | None
    kex_timeout: float | None
    auth_timeout: float | None
    rekey_bytes: int
    rekey_packets: int
    rekey_interval: float | None
    keepalive_interval: float
    keepalive_count_max: int
    # what is told
    trace: "Trace | bool"


ALIASES = {
    # OpenSSH's keywords
    "identity_file": "keys",
    "certificate_file": "certificates",
    "identity_agent": "agent",
    "user_known_hosts_file": "known_hosts",
    "server_alive_interval": "keepalive_interval",
    "server_alive_count_max": "keepalive_count_max",
    "revoked_host_keys": "revoked_keys",
    "number_of_password_prompts": "password_prompts",
    "tcp_keep_alive": "tcp_keepalive",
    # paramiko's
    "username": "user",
    "pkey": "keys",
    "key_filename": "keys",
    "allow_agent": "agent",
    "look_for_keys": "default_keys",
    "compress": "compression",
    # asyncssh's
    "key": "keys",
    "client_keys": "keys",
    "client_certs": "certificates",
    "agent_path": "agent",
    "tunnel": "proxy_jump",
    "family": "address_family",
    "preferred_auth": "preferred_authentications",
    "kex_algs": "kex_algorithms",
    "encryption_algs": "ciphers",
    "mac_algs": "macs",
    "server_host_key_algs": "host_key_algorithms",
    "signature_algs": "pubkey_accepted_algorithms",
    "login_timeout": "auth_timeout",
}


def canonical(options: Mapping[str, Any]) -> dict[str, Any]:
    """Under our own names; TypeError for a name that nobody has, or a thing that is said twice."""
    found: dict[str, Any] = {}
    for name, value in options.items():
        own = ALIASES.get(name, name)
        if own not in Options.__annotations__:
            raise TypeError(_unknown(name))
        if own in found:
            raise TypeError(f"connect() was given {own!r} twice, once by another name")
        found[own] = value
    return found


def _unknown(name: str) -> str:
    """Of a keyword in OpenSSH's spelling, too."""
    import difflib

    plain = name.replace("_", "").lower()
    known = {each.replace("_", ""): each for each in (*Options.__annotations__, *ALIASES)}
    nearest = difflib.get_close_matches(plain, known, n=1, cutoff=0.5)
    hint = f"; did you mean {known[nearest[0]]!r}?" if nearest else ""
    return f"connect() has no option {name!r}{hint}"
