"""Configurations made up from a seed: valid ones, with everything that ssh_config can hold."""

import random

HOSTS = ("web1", "web2.example.com", "DB.Example.com", "10.1.2.3", "::1", "a_b", "x")
USERS = ("alice", "bob", "carol.d")
PATTERNS = (
    *(
        "*",
        "web*",
        "web?",
        "*.example.com",
        "!web1",
        "!*.com",
        "10.*",
        "db*",
        "DB*",
        "?",
        "x",
        "a_b",
    ),
    *("web1", "web2.example.com", "::1", "alias.test", "!x", "*b*"),
)

VALUES: dict[str, tuple[str, ...]] = {
    "AddKeysToAgent": ("yes", "no", "ask", "confirm", "5m", "confirm 1h", "0"),
    "AddressFamily": ("any", "inet", "INET6"),
    "BatchMode": ("yes", "no"),
    "BindAddress": ("127.0.0.1", "::1"),
    "BindInterface": ("lo",),
    "CASignatureAlgorithms": ("ssh-ed25519", "-ecdsa*", "+ssh-rsa", "^rsa-sha2-512", "ssh-*"),
    "CanonicalDomains": ("none", "example.com example.org", "a."),
    "CanonicalizeFallbackLocal": ("yes",),
    "CanonicalizeHostname": ("no", "yes", "always"),
    "CanonicalizeMaxDots": ("0", "3"),
    "CertificateFile": ("~/.ssh/a-cert.pub", "%d/%h-cert.pub", "none"),
    "CheckHostIP": ("yes", "no"),
    "Ciphers": ("aes256-ctr", "aes128-ctr,,aes256-ctr", "+3des-cbc", "-*gcm*,aes*", "^aes256-ctr"),
    "ClearAllForwardings": ("no", "no", "yes"),
    "Compression": ("yes", "no"),
    "ConnectTimeout": ("10", "1m30s", "none", "0", "2H"),
    "ConnectionAttempts": ("1", "07"),
    "DynamicForward": ("1080", "localhost:1081", "[::1]:1082", "*:1083", ":1084"),
    "EnableEscapeCommandline": ("yes", "no"),
    "EscapeChar": ("none", "~", "^A", "^]", "^z", "x", '"#"'),
    "ExitOnForwardFailure": ("yes", "no"),
    "FingerprintHash": ("md5", "sha256", "SHA512"),
    "ForwardAgent": ("yes", "true", "/tmp"),
    "GatewayPorts": ("yes", "no"),
    "GlobalKnownHostsFile": ("/etc/a", '/etc/a "/etc/b c"', "none", "~/x"),
    "HashKnownHosts": ("yes", "no"),
    "HostKeyAlgorithms": ("ssh-ed25519", "+ssh-rsa", "-*cert*", "^ssh-rsa", "ecdsa*,ssh-ed*", "*"),
    "HostKeyAlias": ("alias.test", "%h"),
    "Hostname": ("%h", "%h.example.com", "alias.test", "10.0.0.1", "REAL.test"),
    "IPQoS": ("lowdelay", "af11 cs1", "none", "0x10 8", "0xff", "ef throughput", "reliability"),
    "IdentitiesOnly": ("yes", "no"),
    "IdentityAgent": ("none", "SSH_AUTH_SOCK", "$HOME", "~/agent", "${HOME}/a%%b", "/run/%u-%i"),
    "IdentityFile": ("~/.ssh/id_a", "~/.ssh/%h", "none", "/k/%r@%n", "'a b'"),
    "IgnoreUnknown": ("foo*,bar",),
    "KbdInteractiveAuthentication": ("yes", "no"),
    "ChallengeResponseAuthentication": ("yes", "no"),
    "KbdInteractiveDevices": ("pam", "pam,bsdauth"),
    "KexAlgorithms": ("curve25519-sha256", "-*nist*", "+diffie-hellman-group1-sha1"),
    "LocalCommand": ("none", "echo %h %T", "'a b' # c"),
    "LocalForward": (
        *("8080 localhost:80", "127.0.0.1:8081 [::1]:80", "/tmp/s /tmp/t", "*:8082 h:22"),
        *("8083 /run/%u.sock", "[::1]:8084 h:http", ":8085 x:1", "${HOME}/x h:1", "a\\:b:9 c:1"),
    ),
    "LogLevel": ("quiet", "ERROR", "info", "verbose"),
    "MACs": ("hmac-sha2-256", "-hmac-sha1*", "+hmac-md5", "^hmac-sha2-512,hmac-sha2-256"),
    "NoHostAuthenticationForLocalhost": ("yes", "no"),
    "NumberOfPasswordPrompts": ("0", "1", "5"),
    "PasswordAuthentication": ("yes", "no"),
    "PermitLocalCommand": ("yes", "no"),
    "PermitRemoteOpen": ("any", "none", "a:1 [::1]:80 *:*"),
    "Port": ("22", "2222", "ssh", "65535", "0023"),
    "PreferredAuthentications": ("publickey", "password,publickey"),
    "ProxyCommand": ("none", "nc %h %p", "ssh -W %h:%p 'jump host' # no comment", '"/a b/nc" %r'),
    "ProxyJump": (
        "none",
        "j",
        "u@j:22,v@k",
        "ssh://u@10.0.0.1:2200",
        "a@[::1]:3,[::2]",
        "j,1.2.3.4",
    ),
    "ProxyUseFdpass": ("yes", "no"),
    "PubkeyAcceptedAlgorithms": ("ssh-ed25519", "+ssh-rsa", "-rsa*", "^ecdsa*"),
    "PubkeyAcceptedKeyTypes": ("+ssh-rsa",),
    "PubkeyAuthentication": ("yes", "no", "unbound", "host-bound"),
    "RekeyLimit": ("default", "1G", "512K 1h", "default none", "1.5M 90", "0"),
    "RemoteCommand": ("none", "echo %h %%", 'sh -c "a b"', "= x"),
    "RemoteForward": (
        *("9000", "localhost:9001 h:80", "0 h:22", "/tmp/r /tmp/l", "[::]:9002 [::1]:1", "*:0 a:1"),
    ),
    "RequestTTY": ("yes", "no", "force", "auto"),
    "RequiredRSASize": ("1024", "3072"),
    "RevokedHostKeys": ("none", "/etc/ssh/revoked", "~/r"),
    "SendEnv": ("LANG LC_*", "A B", "-LC_*", "-* X", "LANG"),
    "ServerAliveCountMax": ("0", "5"),
    "ServerAliveInterval": ("15", "1m", "none"),
    "SessionType": ("default", "none"),
    "SetEnv": ("A=1 'B=x y'", "C=", "A=1 A=2"),
    "StdinNull": ("yes", "no"),
    "StreamLocalBindUnlink": ("yes", "no"),
    "StrictHostKeyChecking": ("yes", "no", "ask", "accept-new", "off"),
    "TCPKeepAlive": ("yes", "no"),
    "KeepAlive": ("no",),
    "UpdateHostKeys": ("yes", "no"),
    "User": USERS,
    "UserKnownHostsFile": (
        "none",
        "~/.ssh/known_hosts",
        "~/a /b/%h-%i",
        "'/c d' ${HOME}/e",
        "%k.%L",
    ),
    "VerifyHostKeyDNS": ("yes", "no", "ask"),
    "VisualHostKey": ("yes", "no"),
    "ForwardX11": ("yes",),
    "ControlMaster": ("auto",),
    "GSSAPIAuthentication": ("yes",),
    "Protocol": ("2",),
}

_DAMAGE = (*"\"' \t=#%$!*?,:[]~-+^09x@/.\\{}", "none", "yes")
# Sizes with letters behind them; a socket that is not there ends ssh.
_NOT_DAMAGED = {"RekeyLimit", "ForwardAgent"}


def sample(seed: int) -> tuple[str, str, list[str]]:
    """A configuration, a host, and arguments for ssh."""
    rng = random.Random(seed)
    lines = [_setting(rng) for _ in range(rng.randrange(4))]
    for _ in range(rng.randrange(1, 6)):
        lines.append(rng.choice((_host, _match))(rng))
        lines += [_setting(rng) for _ in range(rng.randrange(1, 7))]
    arguments = ["-l", rng.choice(USERS)] if rng.random() < 0.2 else []
    arguments += ["-p", "2022"] if rng.random() < 0.1 else []
    arguments += ["-o", _option(rng)] if rng.random() < 0.3 else []
    return "\n".join(lines) + rng.choice(("", "\n")), rng.choice(HOSTS), arguments


def including(seed: int, folder: str) -> tuple[dict[str, str], str, list[str]]:
    """Files by their names, which include one another, "config" all of them; a host; arguments."""
    rng = random.Random(seed)
    names = ["config", "one.conf", "two.conf", "three.conf"]
    files = {}
    for number, name in enumerate(names):
        text, host, arguments = sample(rng.randrange(1 << 30))
        lines = text.splitlines()
        for _ in range(rng.randrange(1, 3) if number < 3 else 0):
            lines.insert(rng.randrange(len(lines) + 1), _include(rng, folder, names[number + 1 :]))
        files[name] = "\n".join(lines) + "\n"
    return files, host, arguments


def _include(rng: random.Random, folder: str, names: list[str]) -> str:
    wanted = rng.choices([*names, "missing.conf", "no-*.conf", names[-1][:2] + "*"], k=2)
    paths = [f"{folder}/{name}" for name in wanted[: rng.randrange(1, 3)]]
    quoted = [f'"{path}"' if rng.random() < 0.2 else path for path in paths]
    return f"{rng.choice(('', '  '))}{rng.choice(('Include', 'include'))} {' '.join(quoted)}"


def damaged(seed: int) -> str:
    """A line whose value, or whose conditions, were changed at random places."""
    rng = random.Random(seed)
    keyword = rng.choice(sorted(VALUES.keys() - _NOT_DAMAGED))
    value = rng.choice(VALUES[keyword])
    block, _, conditions = rng.choice((_host, _match))(rng).partition(" ")
    start, text = rng.choice(
        ((f"{keyword} ", value), (f"{keyword}=", value), (f"{block} ", conditions))
    )
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(("", *_DAMAGE)) + text[at + rng.randrange(2) :]
    return f"{start}{text}\nPort 99\n"


def _option(rng: random.Random) -> str:
    keyword = rng.choice(sorted(VALUES))
    return f"{keyword}={rng.choice(VALUES[keyword])}"


def _setting(rng: random.Random) -> str:
    if rng.random() < 0.1:
        return rng.choice(("", "   ", "# a comment", "\t# Port 1", "#"))
    keyword = rng.choice(sorted(VALUES))
    value = rng.choice(VALUES[keyword])
    if rng.random() < 0.15 and " " not in value and '"' not in value and keyword[:5] != "Proxy":
        value = f'"{value}"' if keyword != "RemoteCommand" else value
    is_command = keyword.endswith("Command") or keyword == "ProxyJump"
    comment = rng.choice((" # why", "  #")) if rng.random() < 0.1 and not is_command else ""
    word = rng.choice((keyword, keyword.lower(), keyword.upper()))
    between = rng.choice((" ", "\t", "=", " = ", "  ", " ="))
    before, behind = rng.choice(("", "  ", "\t")), rng.choice(("", " ", "\r"))
    return f"{before}{word}{between}{value}{comment}{behind}"


def _host(rng: random.Random) -> str:
    return f"Host {' '.join(rng.choices(PATTERNS, k=rng.randrange(1, 4)))}"


def _match(rng: random.Random) -> str:
    if rng.random() < 0.15:
        return rng.choice(("Match all", "Match final all", "match canonical all", "Match !all"))
    return "Match " + " ".join(_criterion(rng) for _ in range(rng.randrange(1, 4)))


def _criterion(rng: random.Random) -> str:
    no = rng.choice(("", "", "!"))
    name = rng.choice(("host", "originalhost", "user", "localuser", "exec", "final", "canonical"))
    if name in ("final", "canonical"):
        return no + name
    if name == "exec":
        return f"{no}exec {rng.choice(('true', 'false', chr(34) + 'test %h = web1' + chr(34)))}"
    pool = {"user": (*USERS, "root"), "localuser": ("root", "nobody")}.get(name, PATTERNS)
    argument = ",".join(rng.choices([*pool, "*"], k=rng.randrange(1, 3)))
    return f"{no}{name}{rng.choice((' ', '=', ' '))}{argument}"
