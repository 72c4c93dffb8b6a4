"""What is known of one hop before it is connected: one value for each thing, wherever it was said.

`resolve.py` fills it from the arguments of `hawser.connect`; the steps of connecting read it.
"""

import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import _ssh

from ..host_keys import HostKeyPolicy, Strict
from ..key_looks import Looks
from ..target import Target
from .person import Person

if TYPE_CHECKING:
    from ..config import HostConfig
    from .packets import Trace

METHODS = ("publickey", "keyboard-interactive", "password")
WAYS = ("sock", "proxy_jump", "proxy_command", "proxy")
"""Of these, one is enough: what the caller says of the way replaces all that the files say."""
DEFAULT_KEY_NAMES = ("id_ed25519", "id_ecdsa", "id_rsa")

Secret = str | bytes | bytearray
Key = str | os.PathLike[str] | bytes | bytearray | _ssh.PrivateKey | _ssh.AgentKey | object
"""A path (str or PathLike), the content of a key file, a key, or an object that signs."""
Algorithms = Mapping[str, str | Sequence[str]] | _ssh.Legacy | str


class Expanded(str):
    """The proxy command of a file, its tokens expanded."""

    __slots__ = ()


class Credentials:
    """What may be used to log in."""

    password: Secret | None = None
    new_password: Secret | None = None
    """Sent if the server says that `password` has expired."""
    keys: list[Key]
    """Those that were named, tried first."""
    default_keys: list[Path]
    certificates: list[Path]
    """Besides those that lie beside their keys as NAME-cert.pub."""
    passphrase: Secret | None = None
    agent: _ssh.Agent | None = None
    identities_only: bool = False
    """None of the agent but those whose files are named."""
    methods: tuple[str, ...] = METHODS
    """In the order in which they are preferred."""
    password_prompts: int = 3
    devices: str = ""
    """KbdInteractiveDevices: a hint for the server that asks."""
    adds_to_agent: str = "no"
    """Whether the agent is to hold keys of files, too: 'yes', 'no', 'ask', 'confirm' (at each use),
    a number of seconds, or 'confirm' and that."""

    def __init__(self) -> None:
        self.keys = []
        self.default_keys = []
        self.certificates = []


class Settings:
    """How to reach one server, know it, and log in."""

    target: Target
    """As the caller named it, with the user and the port that hold."""
    address: str = ""
    """What to dial, if that is not the target's name."""
    # the way there
    family: socket.AddressFamily = socket.AF_UNSPEC
    bind_address: str | None = None
    bind_interface: str | None = None
    connect_timeout: float | None = None
    connection_attempts: int = 1
    tcp_keepalive: bool = True
    traffic_class: int | None = None
    """The byte IP_TOS; None leaves it alone."""
    proxy: str | None = None
    proxy_command: str | None = None
    proxy_use_fdpass: bool = False
    """The proxy command passes a socket."""
    sock: object | None = None
    """A stream that is connected already."""
    # the server's key
    host_keys: HostKeyPolicy
    strictness: str = "ask"
    """StrictHostKeyChecking, for who can ask: 'yes', 'no', 'ask' or 'accept-new'."""
    known_hosts: list[Path]
    host_key_alias: str | None = None
    revoked_keys: Path | None = None
    """A file of public keys that are never right."""
    ca_signature_algorithms: list[str] | None = None
    """By which authorities may sign host certificates; None: by all that can be checked."""
    check_host_ip: bool = False
    """A key that known_hosts has for the address must be the right one, too."""
    trusts_localhost: bool = False
    """Whatever key this machine shows itself is right."""
    looks: Looks = Looks()
    """How keys are shown to people."""
    updates_host_keys: bool = False
    """known_hosts is to say what the server says of its other keys, and proves."""
    # the login
    credentials: Credentials
    person: Person
    # the session
    algorithms: Algorithms | None = None
    compression: bool = False
    timeout: float | None = None
    banner_timeout: float | None = 30.0
    kex_timeout: float | None = 60.0
    auth_timeout: float | None = 120.0
    require_strict_kex: bool = False
    required_rsa_size: int | None = None
    rekey: dict[str, float | None]
    keepalive_interval: float = 30.0
    """0: no keepalives."""
    keepalive_count_max: int = 3
    trace: "Trace | bool | None" = None
    """Who hears of each packet; None: the log, if that was asked."""
    config: "HostConfig | None" = None
    """What ssh_config says, for what is not of connecting."""
    variables: Mapping[str, str]
    """Of the environment: sent with each command to a server that takes them."""

    def __init__(
        self, target: Target, address: str = "", config: "HostConfig | None" = None
    ) -> None:
        self.target = target
        self.address = address
        self.config = config
        self.host_keys = Strict()
        self.known_hosts = default_known_hosts()
        self.credentials = Credentials()
        self.person = Person()
        self.rekey = {}
        self.variables = {}

    @property
    def dialled(self) -> tuple[str, int]:
        return self.address or self.target.host, self.target.port or 22

    @property
    def known_as(self) -> tuple[str, int]:
        """Whose key known_hosts should have."""
        if self.host_key_alias:
            return self.host_key_alias, 22
        return self.dialled


def default_known_hosts() -> list[Path]:
    return [Path.home() / ".ssh" / "known_hosts", Path("/etc/ssh/ssh_known_hosts")]


def default_keys() -> list[Path]:
    """The files that OpenSSH looks for, as far as they are there."""
    paths = [Path.home() / ".ssh" / name for name in DEFAULT_KEY_NAMES]
    return [path for path in paths if path.exists()]


def default_agent() -> _ssh.Agent | None:
    return _ssh.Agent() if os.environ.get("SSH_AUTH_SOCK") else None


def default_user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise ValueError("who are you? name the user, by USER@ or user=") from None
