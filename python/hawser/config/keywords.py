"""The table of keywords: what each takes, its default, and what it does here.

docs/config.md is made from it by tools/config_keywords.py. `CLAIMED` are those whose value bears on
what Hawser does or hands to its caller; the others stand in unclaimed.py.
"""

from collections.abc import Callable, Sequence

from . import forwards, traffic_classes, values
from .expansion import BASIC, Expansion
from .kinds import By, Keyword, Kind, Shape

CONNECT, LOOKUP, SSH = By.CONNECT, By.LOOKUP, By.SSH
YES, NO, TRUE, FALSE = ("yes",), ("no",), ("true",), ("false",)
OURS = "See [algorithms.md](algorithms.md); the defaults are ours."
_BOTH = "listener and destination, repeated"
PATH = Expansion(BASIC, tilde=True, environment=True)
TILDE = Expansion(tilde=True)
PROXY = Expansion("hnpr")
TEXT = Expansion(BASIC)
LOCAL_COMMAND = Expansion(BASIC + "T")


def _ask(*more: str, **others: str) -> Kind:
    """yes, no, and further words; `ssh -G` says true and false."""
    names = {"yes": "true", "no": "false"} | others
    return Kind(
        ", ".join(["yes", "no", *more, *others]), values.choice("true", "false", *more, **names)
    )


def _names(*names: str, **others: str) -> Kind:
    return Kind(", ".join([*names, *others]), values.choice(*names, **others))


FLAG = Kind("yes, no", values.flag)
COUNT = Kind("number", values.number(0))
TIME = Kind("time", values.interval)
WORD = Kind("text", values.text)
FILES = Kind("files", values.texts)
FILE_EACH = Kind("file, repeated", values.text, Shape.EACH)
COMMAND = Kind("the rest of the line", values.text, is_raw=True)
LIST = Kind("list of algorithms", values.text)


def _forward(name: str, parse: Callable[[Sequence[str]], forwards.Forward]) -> Kind:
    return Kind(name, lambda args: (), Shape.FORWARD, forward=parse)


_LEVELS = ("fatal", "error", "info", "verbose", "debug", "debug2", "debug3")

# fmt: off
CLAIMED = (
    Keyword("AddKeysToAgent", Kind("yes, no, ask, confirm, time", values.add_keys),
            CONNECT, "Whether keys of files that were of use go to the agent.", FALSE),
    Keyword("AddressFamily", _names("any", "inet", "inet6"),
            CONNECT, "Which addresses of the host are tried.", ("any",)),
    Keyword("BatchMode", FLAG,
            CONNECT, "Nobody is asked. As in Debian, ServerAliveInterval becomes 300.", NO),
    Keyword("BindAddress", WORD, CONNECT, "The local address of the connection."),
    Keyword("BindInterface", WORD, CONNECT, "The local interface of the connection."),
    Keyword("CanonicalDomains", Kind("domains", values.domains),
            LOOKUP, "Tried in order when the name is made canonical.", ("none",)),
    Keyword("CanonicalizeFallbackLocal", FLAG,
            LOOKUP, "Whether a name that is in none of the domains is tried as it is.", YES),
    Keyword("CanonicalizeHostname", _ask("always"),
            LOOKUP, "Whether CanonicalDomains are searched, and the files read again.", FALSE),
    Keyword("CanonicalizeMaxDots", COUNT,
            LOOKUP, "Names with more dots are left as they are.", ("1",)),
    Keyword("CanonicalizePermittedCNAMEs", Kind("rules", values.cname_rules),
            LOOKUP, "Which aliases of the DNS are followed.", ("none",)),
    Keyword("CASignatureAlgorithms", LIST,
            CONNECT, "By which algorithms authorities may sign host certificates; never with "
            "SHA-1, even if it is named."),
    Keyword("CertificateFile", FILE_EACH, CONNECT, "The user's certificates.", (), PATH),
    Keyword("CheckHostIP", FLAG,
            CONNECT, "Whether a key that known_hosts has for the address must be this one, too. "
            "Addresses are not added.", NO),
    Keyword("Ciphers", LIST, CONNECT, OURS),
    Keyword("ClearAllForwardings", FLAG, LOOKUP, "Takes all forwardings out of the result.", NO),
    Keyword("Compression", _names("yes", "no"), CONNECT, "zlib after the login.", NO),
    Keyword("ConnectionAttempts", Kind("number", values.number(1)),
            CONNECT, "How often the connection is tried, a second apart.", ("1",)),
    Keyword("ConnectTimeout", TIME, CONNECT, "For the connection and the key exchange.", ("none",)),
    Keyword("DynamicForward", _forward("listener, repeated", forwards.dynamic_forward),
            SSH, "A SOCKS proxy here; ${}, too.", (), TEXT),
    Keyword("EnableEscapeCommandline", FLAG,
            SSH, "Whether `~C` leads to a command line, which takes -L, -R, -D and -K.", NO),
    Keyword("EscapeChar", Kind("character", values.escape_char),
            SSH, "What leaves an interactive shell.", ("~",)),
    Keyword("ExitOnForwardFailure", FLAG,
            SSH, "Whether a forwarding that cannot be set up is an error.", NO),
    Keyword("FingerprintHash",
            Kind("hash", values.upper_choice("md5", "sha1", "sha256", "sha384", "sha512")),
            CONNECT, "How fingerprints are shown to people; errors have SHA256.", ("SHA256",)),
    Keyword("ForwardAgent", Kind("yes, no, socket", values.forward_agent),
             SSH, "yes, no, a socket, or $VARIABLE with a socket.", NO, PATH, True),
    Keyword("GatewayPorts", FLAG, SSH, "Whether local forwardings listen on all addresses.", NO),
    Keyword("GlobalKnownHostsFile", FILES, CONNECT, "The system's known_hosts files; read only.",
            ("/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"), TILDE),
    Keyword("HashKnownHosts", FLAG, CONNECT, "Whether names are hashed when a host is added.", NO),
    Keyword("HostKeyAlgorithms", LIST, CONNECT, OURS),
    Keyword("HostKeyAlias", WORD, CONNECT, "The name in known_hosts and in host certificates."),
    Keyword("Hostname", WORD, CONNECT, "The real name or address.", (), Expansion("h")),
    Keyword("IdentitiesOnly", FLAG,
            CONNECT, "Of the agent's keys, only those in IdentityFile.", NO),
    Keyword("IdentityAgent", Kind("socket", values.agent_socket),
            CONNECT, "The agent's socket, none, SSH_AUTH_SOCK, or $VARIABLE.", (), PATH, True),
    Keyword("IdentityFile", FILE_EACH, CONNECT, "The user's keys; none for none.",
            tuple(f"~/.ssh/id_{each}" for each in (
                "rsa", "ecdsa", "ecdsa_sk", "ed25519", "ed25519_sk", "xmss", "dsa")), PATH),
    Keyword("IgnoreUnknown", WORD,
            LOOKUP, "Patterns of keywords that may be unknown further down."),
    Keyword("IPQoS", Kind("one class or two", traffic_classes.classes),
            CONNECT, "The class of our packets, with a terminal and without; left alone unless it "
            "is said.", ("lowdelay throughput",)),
    Keyword("KbdInteractiveAuthentication", FLAG, CONNECT, "Whether that login is tried.", YES),
    Keyword("KbdInteractiveDevices", WORD, CONNECT, "A hint for the server that asks."),
    Keyword("KexAlgorithms", LIST, CONNECT, OURS),
    Keyword("LocalCommand", COMMAND,
            SSH, "What the user's shell runs here after the login.", (), LOCAL_COMMAND),
    Keyword("LocalForward", _forward(_BOTH, forwards.local_forward),
            SSH, "What listens here and connects there; ${}, too.", (), TEXT),
    Keyword("LogLevel", Kind("level", values.upper_choice(
        *_LEVELS, quiet="silent", silent="silent", debug1="debug")),
            By.TOOLS, "How much is told.", ("INFO",)),
    Keyword("MACs", LIST, CONNECT, OURS),
    Keyword("NoHostAuthenticationForLocalhost", FLAG,
            CONNECT, "Whether this machine may show any host key that is not revoked.", NO),
    Keyword("NumberOfPasswordPrompts", COUNT,
            CONNECT, "How often a password is asked for.", ("3",)),
    Keyword("PasswordAuthentication", FLAG, CONNECT, "Whether that login is tried.", YES),
    Keyword("PermitLocalCommand", FLAG, SSH, "Whether LocalCommand is run.", NO),
    Keyword("PermitRemoteOpen", Kind("destinations", forwards.permitted_opens),
            SSH, "Where the SOCKS proxies of RemoteForward may lead.", ("any",)),
    Keyword("Port", Kind("port", values.port),
            CONNECT, "1 to 65535, or a service's name.", ("22",)),
    Keyword("PreferredAuthentications", WORD, CONNECT, "Which logins are tried, in which order."),
    Keyword("ProxyCommand", COMMAND,
            CONNECT, "What connects us, on its stdin and stdout.", (), PROXY),
    Keyword("ProxyJump", Kind("hosts", values.text, is_raw=True),
            CONNECT, "[user@]host[:port] or ssh:// through which we go, comma-separated."),
    Keyword("ProxyUseFdpass", FLAG, CONNECT, "Whether ProxyCommand passes a socket.", NO),
    Keyword("PubkeyAcceptedAlgorithms", LIST, CONNECT, OURS),
    Keyword("PubkeyAuthentication", _ask("unbound", "host-bound"),
            CONNECT, "Whether that login is tried.", TRUE),
    Keyword("RefuseConnection", WORD,
            LOOKUP, "A message: the lookup fails with it. Not in OpenSSH before 10.0."),
    Keyword("RekeyLimit", Kind("size and time", values.rekey_limit),
            CONNECT, "When the keys are changed; 0 is our own choice.", ("0", "0")),
    Keyword("RemoteCommand", COMMAND, SSH, "What a shell runs instead.", (), TEXT, True),
    Keyword("RemoteForward", _forward(_BOTH, forwards.remote_forward),
            SSH, "What listens there and connects here; ${}, too.", (), TEXT),
    Keyword("RequestTTY", _ask("force", "auto"),
            SSH, "Whether a terminal is asked for.", ("auto",)),
    Keyword("RequiredRSASize", COUNT,
            CONNECT, "The fewest bits of an RSA key; 2048 where nothing is said.",
            ("1024",)),
    Keyword("RevokedHostKeys", WORD, CONNECT, "A file of host keys that are refused.", (), PATH),
    Keyword("SendEnv", Kind("names, repeated", values.environment_names, Shape.EACH),
            CONNECT, "Variables that are sent; -NAME takes back."),
    Keyword("ServerAliveCountMax", COUNT, CONNECT, "How many answers may be missing.", ("3",)),
    Keyword("ServerAliveInterval", TIME,
            CONNECT, "How often a silent server is asked; 0 never.", ("0",)),
    Keyword("SessionType", _names("none", "subsystem", "default"),
            SSH, "What the session is for.", ("default",)),
    Keyword("SetEnv", Kind("NAME=value", values.assignments, Shape.LINES),
            CONNECT, "Variables that are sent, with their values."),
    Keyword("StdinNull", FLAG, SSH, "Whether the command has nothing to read.", NO),
    Keyword("StreamLocalBindMask", Kind("octal mask", values.octal_mask),
            SSH, "For the unix sockets of forwardings.", ("0177",)),
    Keyword("StreamLocalBindUnlink", FLAG,
            SSH, "Whether a unix socket that is there already is replaced.", NO),
    Keyword("StrictHostKeyChecking", _ask("ask", "accept-new", off="false"),
            CONNECT, "`yes` takes known host keys alone, `ask` asks at a terminal, `accept-new` "
            "and `no` take new ones, too; changed ones are never taken.", ("ask",)),
    Keyword("Tag", WORD, LOOKUP, "What `Match tagged` looks at. Not in OpenSSH before 9.4."),
    Keyword("TCPKeepAlive", FLAG, CONNECT, "Keepalives of TCP.", YES),
    Keyword("UpdateHostKeys", _ask("ask"),
            CONNECT, "Whether the server's further keys are remembered; yes unless "
            "UserKnownHostsFile or VerifyHostKeyDNS says otherwise."),
    Keyword("User", WORD, CONNECT, "The name there; yours if it is left out."),
    Keyword("UserKnownHostsFile", FILES,
            CONNECT, "The user's known_hosts files; new hosts go to the first.",
            ("~/.ssh/known_hosts", "~/.ssh/known_hosts2"), PATH, True),
    Keyword("VisualHostKey", FLAG, CONNECT,
            "Whether the host key is drawn: by the tools, and in the log `hawser.connect`.", NO),
)
# fmt: on
