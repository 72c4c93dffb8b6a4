"""What a configuration says about one host: typed, expanded, in Python's form."""

import os

from . import names, traffic_classes
from .forwards import Forward
from .host_values import Values


class HostConfig(Values):
    """The configuration of one host, read-only.

    As a mapping it has what `ssh -G` prints, by keyword in lower case; of a keyword that is printed
    several times `getall` has all values. The attributes are typed, expanded and in Python's form.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<HostConfig {self.host!r}: {self.user}@{self.hostname}:{self.port}>"

    # The place

    @property
    def hostname(self) -> str:
        """The name or address to connect to."""
        return self["hostname"]

    @property
    def port(self) -> int:
        return self._number("port")

    @property
    def user(self) -> str:
        return self["user"]

    @property
    def address_family(self) -> str:
        """any, inet or inet6."""
        return self["addressfamily"]

    @property
    def bind_address(self) -> str | None:
        return self.get("bindaddress")

    @property
    def bind_interface(self) -> str | None:
        return self.get("bindinterface")

    @property
    def connect_timeout(self) -> float | None:
        """Seconds; None is the system's own limit."""
        return None if self["connecttimeout"] in ("none", "0") else float(self["connecttimeout"])

    @property
    def connection_attempts(self) -> int:
        return self._number("connectionattempts")

    @property
    def tcp_keep_alive(self) -> bool:
        return self._flag("tcpkeepalive")

    @property
    def ip_qos(self) -> tuple[int | None, int | None]:
        """The byte IP_TOS for sessions with a terminal, and for others; None leaves it alone."""
        interactive, bulk = map(traffic_classes.value_of, self["ipqos"].split())
        return interactive, bulk

    # The way there

    @property
    def proxy_jump(self) -> tuple[str, ...]:
        """The hops, first hop first, as [user@]host[:port]."""
        return tuple(map(str, self.jumps))

    @property
    def jumps(self) -> tuple[names.Jump, ...]:
        """The hops, first hop first."""
        return names.jumps(self["proxyjump"]) if "proxyjump" in self else ()

    @property
    def proxy_command(self) -> str | None:
        """With its tokens expanded, for a shell. ConfigError for tokens that it cannot have."""
        return self._expanded("proxycommand")

    @property
    def proxy_use_fdpass(self) -> bool:
        return self._flag("proxyusefdpass")

    # Who the server is

    @property
    def strict_host_key_checking(self) -> str:
        """yes, no, ask or accept-new."""
        return self._word("stricthostkeychecking")

    @property
    def user_known_hosts_files(self) -> tuple[str, ...]:
        return _unless_none(self._values["userknownhostsfile"])

    @property
    def global_known_hosts_files(self) -> tuple[str, ...]:
        return _unless_none(self._expanded_all("globalknownhostsfile"))

    @property
    def host_key_alias(self) -> str | None:
        return self.get("hostkeyalias")

    @property
    def hash_known_hosts(self) -> bool:
        return self._flag("hashknownhosts")

    @property
    def update_host_keys(self) -> str:
        """yes, no or ask."""
        return self._word("updatehostkeys")

    @property
    def check_host_ip(self) -> bool:
        return self._flag("checkhostip")

    @property
    def no_host_authentication_for_localhost(self) -> bool:
        return self._flag("nohostauthenticationforlocalhost")

    @property
    def revoked_host_keys(self) -> str | None:
        return self._expanded("revokedhostkeys")

    @property
    def fingerprint_hash(self) -> str:
        """md5, sha256, ..."""
        return self["fingerprinthash"].lower()

    @property
    def visual_host_key(self) -> bool:
        return self._flag("visualhostkey")

    @property
    def required_rsa_size(self) -> int:
        return self._number("requiredrsasize")

    # Who we are

    @property
    def identity_files(self) -> tuple[str, ...]:
        """Keys to try, in order; OpenSSH's own if none is named: see `is_set`."""
        return _without_none(self._expanded_all("identityfile"))

    @property
    def certificate_files(self) -> tuple[str, ...]:
        return _without_none(self._expanded_all("certificatefile"))

    @property
    def identities_only(self) -> bool:
        return self._flag("identitiesonly")

    @property
    def identity_agent(self) -> str | None:
        """The path of the agent's socket; None for no agent."""
        value = self.get("identityagent", "SSH_AUTH_SOCK")
        if value == "none":
            return None
        if value == "SSH_AUTH_SOCK" or value.startswith("$"):
            return os.environ.get(value.removeprefix("$")) or None
        return value

    @property
    def add_keys_to_agent(self) -> str:
        """yes, no, ask, confirm, seconds, or confirm and seconds."""
        return self._word("addkeystoagent")

    @property
    def preferred_authentications(self) -> tuple[str, ...] | None:
        """None leaves the order to us."""
        value = self.get("preferredauthentications")
        return None if value is None else tuple(value.split(","))

    @property
    def pubkey_authentication(self) -> bool:
        return self["pubkeyauthentication"] != "false"

    @property
    def password_authentication(self) -> bool:
        return self._flag("passwordauthentication")

    @property
    def kbd_interactive_authentication(self) -> bool:
        return self._flag("kbdinteractiveauthentication")

    @property
    def kbd_interactive_devices(self) -> tuple[str, ...]:
        return (
            tuple(self.get("kbdinteractivedevices", "").split(","))
            if ("kbdinteractivedevices" in self)
            else ()
        )

    @property
    def number_of_password_prompts(self) -> int:
        return self._number("numberofpasswordprompts")

    @property
    def batch_mode(self) -> bool:
        return self._flag("batchmode")

    # The connection

    @property
    def ciphers(self) -> tuple[str, ...]:
        return self._list("ciphers")

    @property
    def macs(self) -> tuple[str, ...]:
        return self._list("macs")

    @property
    def kex_algorithms(self) -> tuple[str, ...]:
        return self._list("kexalgorithms")

    @property
    def host_key_algorithms(self) -> tuple[str, ...]:
        return self._list("hostkeyalgorithms")

    @property
    def pubkey_accepted_algorithms(self) -> tuple[str, ...]:
        return self._list("pubkeyacceptedalgorithms")

    @property
    def ca_signature_algorithms(self) -> tuple[str, ...]:
        return self._list("casignaturealgorithms")

    @property
    def compression(self) -> bool:
        return self._flag("compression")

    @property
    def rekey_limit(self) -> tuple[int, int]:
        """Bytes and seconds; 0 for what is left to us."""
        size, seconds = map(int, self["rekeylimit"].split())
        return size, seconds

    @property
    def server_alive_interval(self) -> int:
        """Seconds; 0 for never."""
        return self._number("serveraliveinterval")

    @property
    def server_alive_count_max(self) -> int:
        return self._number("serveralivecountmax")

    @property
    def log_level(self) -> str:
        """In lower case; quiet is silent."""
        return self["loglevel"].lower()

    # The session

    @property
    def request_tty(self) -> str:
        """yes, no, force or auto."""
        return self._word("requesttty")

    @property
    def local_command(self) -> str | None:
        """With its tokens expanded, if PermitLocalCommand says that it may run."""
        return self._expanded("localcommand") if self._flag("permitlocalcommand") else None

    @property
    def stdin_null(self) -> bool:
        return self._flag("stdinnull")

    @property
    def remote_command(self) -> str | None:
        return self.get("remotecommand")

    @property
    def session_type(self) -> str:
        """none, subsystem or default."""
        return self["sessiontype"]

    @property
    def escape_char(self) -> str | None:
        value = self["escapechar"]
        if value.startswith("\\^"):
            return chr(ord(value[2]) & 31)
        return None if value == "none" else value

    @property
    def enable_escape_commandline(self) -> bool:
        return self._flag("enableescapecommandline")

    @property
    def send_env(self) -> tuple[str, ...]:
        """Patterns of the names of variables."""
        return self._values.get("sendenv", ())

    @property
    def set_env(self) -> dict[str, str]:
        pairs = (each.partition("=") for each in self._values.get("setenv", ()))
        return {name: value for name, _, value in pairs}

    # Forwarding

    @property
    def forward_agent(self) -> bool:
        return self["forwardagent"] != "no"

    @property
    def forward_agent_socket(self) -> str | None:
        """The socket of the agent that is forwarded; None for the one that we use ourselves."""
        value = self["forwardagent"]
        if value.startswith("$"):
            return os.environ.get(value[1:])
        return None if value in ("yes", "no") else value

    @property
    def local_forwards(self) -> tuple[Forward, ...]:
        return self._forwards.get("localforward", ())

    @property
    def remote_forwards(self) -> tuple[Forward, ...]:
        return self._forwards.get("remoteforward", ())

    @property
    def dynamic_forwards(self) -> tuple[Forward, ...]:
        return self._forwards.get("dynamicforward", ())

    @property
    def permit_remote_open(self) -> tuple[str, ...]:
        """Destinations as host:port, ("any",) or ("none",)."""
        return self._values["permitremoteopen"]

    @property
    def exit_on_forward_failure(self) -> bool:
        return self._flag("exitonforwardfailure")

    @property
    def gateway_ports(self) -> bool:
        return self._flag("gatewayports")

    @property
    def stream_local_bind_mask(self) -> int:
        return int(self["streamlocalbindmask"], 8)

    @property
    def stream_local_bind_unlink(self) -> bool:
        return self._flag("streamlocalbindunlink")


def _unless_none(values: tuple[str, ...]) -> tuple[str, ...]:
    return () if values == ("none",) else values


def _without_none(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value for value in values if value.lower() != "none")
