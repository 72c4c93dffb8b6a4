"""What ssh_config says about a host, as options of `hawser.connect`.

Only what a file sets is taken over: where it says nothing, our own defaults hold. What the caller
says wins over all of it.
"""

import os
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..host_keys import AcceptNew, Ask
from ..key_looks import Looks
from ..target import Target
from .settings import WAYS, Expanded

if TYPE_CHECKING:
    from ..config import HostConfig, SSHConfig

_ALIKE = {
    "addressfamily": "address_family",
    "bindaddress": "bind_address",
    "bindinterface": "bind_interface",
    "connecttimeout": "connect_timeout",
    "connectionattempts": "connection_attempts",
    "compression": "compression",
    "hostkeyalias": "host_key_alias",
    "casignaturealgorithms": "ca_signature_algorithms",
    "checkhostip": "check_host_ip",
    "identitiesonly": "identities_only",
    "ciphers": "ciphers",
    "macs": "macs",
    "kexalgorithms": "kex_algorithms",
    "hostkeyalgorithms": "host_key_algorithms",
    "pubkeyacceptedalgorithms": "pubkey_accepted_algorithms",
}
"""Keywords whose attribute and option have one name and one meaning."""


def options_from_config(
    config: "SSHConfig", target: Target, given: Mapping[str, Any]
) -> dict[str, Any]:
    """The caller's options, and what the configuration adds to them."""
    host = config.lookup(
        target.host,
        user=target.user,
        port=target.port,
        options=given.get("options") or {},
        command=given.get("command"),
    )
    found = {
        option: getattr(host, option) for keyword, option in _ALIKE.items() if host.is_set(keyword)
    }
    found |= {"user": host.user, "port": host.port, "address": host.hostname, "host": host}
    found |= _login(host) | _host_keys(host, given) | _upkeep(host) | _variables(host)
    if not any(given.get(way) for way in WAYS):
        found |= _way(host, target)
    return found | {name: value for name, value in given.items() if value is not None}


def _way(host: "HostConfig", target: Target) -> dict[str, Any]:
    if host.proxy_command is not None:
        command = Expanded(host.proxy_command)
        return {"proxy_command": command, "proxy_use_fdpass": host.proxy_use_fdpass}
    # A pattern may name the jump host itself, which cannot be reached through itself.
    jumps = [str(jump) for jump in host.jumps if jump.host != target.host]
    return {"proxy_jump": jumps} if jumps else {}


def _login(host: "HostConfig") -> dict[str, Any]:
    found: dict[str, Any] = {}
    if host.is_set("identityfile"):
        found["keys"] = [path for path in host.identity_files if _is_there(path)]
        found["default_keys"] = False
    if host.is_set("certificatefile"):
        found["certificates"] = list(host.certificate_files)
    if host.is_set("identityagent"):
        found["agent"] = host.identity_agent or False
    if host.is_set("numberofpasswordprompts"):
        found["password_prompts"] = host.number_of_password_prompts
    if host.batch_mode:
        found["ask"] = False
    found["devices"] = ",".join(host.kbd_interactive_devices)
    found["adds_to_agent"] = host.add_keys_to_agent
    switches = {
        "publickey": host.pubkey_authentication,
        "keyboard-interactive": host.kbd_interactive_authentication,
        "password": host.password_authentication,
    }
    preferred = host.preferred_authentications or tuple(switches)
    if preferred != tuple(switches) or not all(switches.values()):
        found["preferred_authentications"] = [each for each in preferred if switches.get(each)]
    return found


def _is_there(path: str) -> bool:
    """The key, or its public half alone, whose other half an agent may have."""
    return Path(path).exists() or Path(f"{path}.pub").exists()


def _host_keys(host: "HostConfig", given: Mapping[str, Any]) -> dict[str, Any]:
    """'no' is OpenSSH's word for taking keys unasked; a changed key is refused here even so. Where
    nothing is said keys must be known, though OpenSSH would ask."""
    strictness = host.strict_host_key_checking
    looks = Looks(host.fingerprint_hash, host.visual_host_key)
    found: dict[str, Any] = {"strictness": strictness, "looks": looks}
    found["trusts_localhost"] = host.no_host_authentication_for_localhost
    can_ask = given.get("ask", True) is True and not host.batch_mode
    if strictness in ("accept-new", "no", "off"):
        found["host_keys"] = AcceptNew(hashed=host.hash_known_hosts)
    elif strictness == "ask" and host.is_set("stricthostkeychecking") and can_ask:
        found["host_keys"] = Ask(hashed=host.hash_known_hosts, looks=looks)
    if host.is_set("userknownhostsfile") or host.is_set("globalknownhostsfile"):
        found["known_hosts"] = [*host.user_known_hosts_files, *host.global_known_hosts_files]
    if host.is_set("updatehostkeys"):
        found["update_host_keys"] = host.update_host_keys == "yes"
    if host.is_set("requiredrsasize"):
        found["required_rsa_size"] = max(host.required_rsa_size, 1024)  # OpenSSH's own least
    if host.revoked_host_keys is not None:
        found["revoked_keys"] = host.revoked_host_keys
    return found


def _upkeep(host: "HostConfig") -> dict[str, Any]:
    found: dict[str, Any] = {}
    if host.is_set("serveraliveinterval"):
        found["keepalive_interval"] = host.server_alive_interval
        found["keepalive_count_max"] = host.server_alive_count_max
    if host.is_set("tcpkeepalive"):
        found["tcp_keepalive"] = host.tcp_keep_alive
    if host.is_set("ipqos"):
        found["traffic_class"] = host.ip_qos[1]  # that of sessions without a terminal
    size, seconds = host.rekey_limit
    if size:
        found["rekey_bytes"] = size
    if seconds:
        found["rekey_interval"] = seconds
    return found


def _variables(host: "HostConfig") -> dict[str, Any]:
    """Of SendEnv and SetEnv: sent to servers that take them, silently left out elsewhere."""
    sent = {
        name: value
        for name, value in os.environ.items()
        if any(fnmatchcase(name, pattern) for pattern in host.send_env)
    }
    variables = {**sent, **host.set_env}
    return {"variables": variables} if variables else {}
