"""Keywords that are read and checked and then put aside, and why; and how any keyword is found."""

from . import values
from .expansion import BASIC, NOTHING, Expansion
from .keywords import CLAIMED, COMMAND, FALSE, FLAG, NO, TIME, WORD, YES
from .kinds import By, Keyword, Kind

_CONTROL = "Connections are not shared between processes: one `Client` takes any number of calls."
_X11 = "X11 is not forwarded."
_GSSAPI = "There is no GSSAPI."
_TUNNEL = "There are no tunnels of packets."
_HOST_BASED = "`connect` has no host-based login; `_ssh` has."
_HARDWARE = "Hardware keys are used through the agent."
_BACKGROUND = "The program that calls us decides what runs in the background."
_MASTER = {"yes": "true", "no": "false"}
_TUNNELS = {"yes": "point-to-point", "true": "point-to-point", "no": "false"}
_FACILITIES = ("daemon", "user", "auth", *(f"local{i}" for i in range(8)))
_ANY = Kind("anything", lambda args: (" ".join(args),))
_IGNORED = Kind("ignored", lambda args: ())


def _left_out(
    name: str, kind: Kind, why: str, default: tuple[str, ...] = (), early: Expansion = NOTHING
) -> Keyword:
    return Keyword(name, kind, By.NOBODY, why, default, early, is_early=bool(early))


LEFT_OUT = (
    _left_out("ChannelTimeout", _ANY, "Calls have timeouts of their own."),
    _left_out(
        "ControlMaster",
        Kind(
            "yes, no, ask, auto, autoask",
            values.choice(*("true", "false", "ask", "auto"), autoask="autoask", **_MASTER),
        ),
        _CONTROL,
        FALSE,
    ),
    _left_out("ControlPath", WORD, _CONTROL, (), Expansion(BASIC, tilde=True, environment=True)),
    _left_out("ControlPersist", Kind("yes, no, time", values.control_persist), _CONTROL, NO),
    _left_out("EnableSSHKeysign", FLAG, _HOST_BASED, NO),
    _left_out("ForkAfterAuthentication", FLAG, _BACKGROUND, NO),
    _left_out("ForwardX11", FLAG, _X11, NO),
    _left_out("ForwardX11Timeout", TIME, _X11, ("1200",)),
    _left_out("ForwardX11Trusted", FLAG, _X11, YES),
    _left_out("GSSAPIAuthentication", FLAG, _GSSAPI, NO),
    _left_out("GSSAPIClientIdentity", WORD, _GSSAPI),
    _left_out("GSSAPIDelegateCredentials", FLAG, _GSSAPI, NO),
    _left_out("GSSAPIKexAlgorithms", WORD, _GSSAPI),
    _left_out("GSSAPIKeyExchange", FLAG, _GSSAPI, NO),
    _left_out("GSSAPIRenewalForcesRekey", FLAG, _GSSAPI, NO),
    _left_out("GSSAPIServerIdentity", WORD, _GSSAPI),
    _left_out("GSSAPITrustDNS", FLAG, _GSSAPI, NO),
    _left_out("HostbasedAcceptedAlgorithms", WORD, _HOST_BASED),
    _left_out("HostbasedAuthentication", FLAG, _HOST_BASED, NO),
    _left_out("KnownHostsCommand", COMMAND, "Host keys come from files, or from `host_keys=`."),
    _left_out("LogVerbose", _ANY, "It names OpenSSH's own source files."),
    _left_out("ObscureKeystrokeTiming", _ANY, "Keystrokes are sent as they are typed."),
    _left_out("PKCS11Provider", WORD, _HARDWARE),
    _left_out("SecurityKeyProvider", WORD, _HARDWARE, ("internal",)),
    _left_out(
        "SyslogFacility",
        Kind("facility", values.upper_choice(*_FACILITIES)),
        "A library does not write to the system's log.",
        ("USER",),
    ),
    _left_out(
        "Tunnel",
        Kind(
            "yes, no, point-to-point, ethernet",
            values.choice("point-to-point", "ethernet", "false", **_TUNNELS),
        ),
        _TUNNEL,
        FALSE,
    ),
    _left_out("TunnelDevice", WORD, _TUNNEL, ("any:any",)),
    _left_out(
        "VerifyHostKeyDNS",
        Kind("yes, no, ask", values.choice("true", "false", "ask", yes="true", no="false")),
        "The DNS is not asked; yes or ask still turns UpdateHostKeys off, as in OpenSSH.",
        FALSE,
    ),
    _left_out("VersionAddendum", _ANY, "Our version says what it says."),
    _left_out("WarnWeakCrypto", _ANY, "`_ssh.SecurityWarning` warns."),
    _left_out("XAuthLocation", WORD, _X11, ("/usr/bin/xauth",)),
)

OBSOLETE = (
    *("AFSTokenPassing", "Cipher", "CompressionLevel", "FallBackToRsh", "GlobalKnownHostsFile2"),
    *("KerberosAuthentication", "KerberosTGTPassing", "Protocol", "RhostsAuthentication"),
    *("RhostsRSAAuthentication", "RSAAuthentication", "UsePrivilegedPort", "UseRoaming", "UseRsh"),
    "UserKnownHostsFile2",
)

ALIASES = {
    "ChallengeResponseAuthentication": "KbdInteractiveAuthentication",
    "SkeyAuthentication": "KbdInteractiveAuthentication",
    "TISAuthentication": "KbdInteractiveAuthentication",
    "DSAAuthentication": "PubkeyAuthentication",
    "HostbasedKeyTypes": "HostbasedAcceptedAlgorithms",
    "IdentityFile2": "IdentityFile",
    "KeepAlive": "TCPKeepAlive",
    "ProtocolKeepAlives": "ServerAliveInterval",
    "PubkeyAcceptedKeyTypes": "PubkeyAcceptedAlgorithms",
    "SetupTimeOut": "ServerAliveInterval",
    "SmartcardDevice": "PKCS11Provider",
}

BLOCKS = ("host", "match", "include")

_BY_NAME = {each.key: each for each in (*CLAIMED, *LEFT_OUT)}
_BY_NAME |= {name.lower(): _BY_NAME[alias.lower()] for name, alias in ALIASES.items()}
_BY_NAME |= {name.lower(): _left_out(name, _IGNORED, "Obsolete.") for name in OBSOLETE}


def find(name: str) -> Keyword | None:
    """The keyword of that name, whatever the case."""
    return _BY_NAME.get(name.lower())


def nearest(name: str) -> str | None:
    """The keyword that was probably meant, as it is written."""
    from difflib import get_close_matches

    written = {each.key: each.name for each in (*CLAIMED, *LEFT_OUT)}
    written |= {each: each.capitalize() for each in BLOCKS}
    found = get_close_matches(name.lower(), sorted(written), 1)
    return written[found[0]] if found else None
