"""`HostConfig`: what a host's configuration is in Python's form, with its tokens expanded."""

import hashlib
import inspect
import os
import pwd
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import _ssh
from hawser.config import ConfigError, Forward, HostConfig, Jump, SSHConfig
from hawser.config.keywords import CLAIMED
from hawser.config.unclaimed import LEFT_OUT
from real_ssh_config import agree_on, needs_ssh

ME = pwd.getpwuid(os.getuid())


def read(text: str, host: str = "web1") -> HostConfig:
    return SSHConfig.from_text(text).lookup(host)


def test_without_any_file() -> None:
    found = SSHConfig().lookup("Web1")
    assert (found.host, found.hostname, found.port, found.user) == ("Web1", "web1", 22, ME.pw_name)
    assert found.identity_files[0] == f"{ME.pw_dir}/.ssh/id_rsa"
    assert not found.is_set("identityfile")
    assert found.user_known_hosts_files == tuple(
        f"{ME.pw_dir}/.ssh/known_hosts{end}" for end in ("", "2")
    )
    assert found.global_known_hosts_files[0] == "/etc/ssh/ssh_known_hosts"
    assert (found.strict_host_key_checking, found.update_host_keys) == ("ask", "yes")
    assert (found.connect_timeout, found.server_alive_interval) == (None, 0)
    assert (found.proxy_jump, found.proxy_command, found.remote_command) == ((), None, None)
    assert (found.escape_char, found.request_tty) == ("~", "auto")
    assert not found.forward_agent
    assert found.where("port") == ()
    assert not any(found.is_set(row.name) for row in CLAIMED)


# A setting, an attribute, and its value.
TYPED: list[tuple[str, str, object]] = [
    ("Hostname 127.1", "hostname", "127.0.0.1"),
    ("Hostname ::0:1", "hostname", "::1"),
    ("Hostname %h.Example.com", "hostname", "web1.example.com"),
    ("Port http", "port", 80),
    ("AddressFamily INET6", "address_family", "inet6"),
    ("BindAddress ::1", "bind_address", "::1"),
    ("ConnectTimeout 1m30", "connect_timeout", 90.0),
    ("ConnectTimeout 0", "connect_timeout", None),
    ("IPQoS af11", "ip_qos", (0x28, 0x28)),
    ("IPQoS ef none", "ip_qos", (0xB8, None)),
    ("IPQoS 0x21 254", "ip_qos", (0x21, 0xFE)),
    ("ProxyJump a@b:1,[::1]:2,ssh://c", "proxy_jump", ("a@b:1", "[::1]:2", "c")),
    ("ProxyJump a@b,[::1]:2", "jumps", (Jump("b", None, "a"), Jump("::1", 2))),
    ("ProxyJump none", "jumps", ()),
    ("ProxyCommand nc -X '5' %h %p %r %%", "proxy_command", f"nc -X '5' web1 22 {ME.pw_name} %"),
    ("ProxyCommand none", "proxy_command", None),
    ("StrictHostKeyChecking off", "strict_host_key_checking", "no"),
    ("StrictHostKeyChecking ACCEPT-NEW", "strict_host_key_checking", "accept-new"),
    ("UserKnownHostsFile none", "user_known_hosts_files", ()),
    ("UserKnownHostsFile '/a b' /c", "user_known_hosts_files", ("/a b", "/c")),
    ("GlobalKnownHostsFile ~/g", "global_known_hosts_files", (f"{ME.pw_dir}/g",)),
    ("UserKnownHostsFile /x", "update_host_keys", "no"),
    ("UpdateHostKeys ask", "update_host_keys", "ask"),
    ("HostKeyAlias %h", "host_key_alias", "%h"),
    ("RevokedHostKeys ~/%h", "revoked_host_keys", f"{ME.pw_dir}/web1"),
    ("FingerprintHash MD5", "fingerprint_hash", "md5"),
    ("IdentityFile ~/%r@%n:%p", "identity_files", (f"{ME.pw_dir}/{ME.pw_name}@web1:22",)),
    ("IdentityFile none", "identity_files", ()),
    ("IdentityFile a\nIdentityFile %%b\nIdentityFile a", "identity_files", ("a", "%b")),
    ("CertificateFile ${NAME}-cert.pub", "certificate_files", ("value-cert.pub",)),
    ("IdentityAgent none", "identity_agent", None),
    ("IdentityAgent SSH_AUTH_SOCK", "identity_agent", "/run/agent"),
    ("IdentityAgent $NAME", "identity_agent", "value"),
    ("IdentityAgent $NO_SUCH_NAME", "identity_agent", None),
    ("IdentityAgent ~/a", "identity_agent", f"{ME.pw_dir}/a"),
    ("Port 22", "identity_agent", "/run/agent"),
    ("AddKeysToAgent true", "add_keys_to_agent", "yes"),
    ("AddKeysToAgent confirm 1h", "add_keys_to_agent", "confirm 3600"),
    ("PreferredAuthentications a,b", "preferred_authentications", ("a", "b")),
    ("PubkeyAuthentication host-bound", "pubkey_authentication", True),
    ("DSAAuthentication no", "pubkey_authentication", False),
    ("TISAuthentication no", "kbd_interactive_authentication", False),
    ("KbdInteractiveDevices a,b", "kbd_interactive_devices", ("a", "b")),
    ("Ciphers ^aes256-ctr", "compression", False),
    ("RekeyLimit 1.5K 1d", "rekey_limit", (1536, 86400)),
    ("RekeyLimit 1G\nRekeyLimit 2G 5", "rekey_limit", (1 << 30, 5)),
    ("BatchMode yes", "server_alive_interval", 300),
    ("LogLevel QUIET", "log_level", "silent"),
    ("EscapeChar ^]", "escape_char", "\x1d"),
    ("EscapeChar none", "escape_char", None),
    ("EscapeChar ^^", "escape_char", "\x1e"),
    ("RemoteCommand echo '%h' %%", "remote_command", "echo 'web1' %"),
    ("SendEnv A B*\nSendEnv -B* C", "send_env", ("A", "C")),
    ('SetEnv A=1 B="x=y z" A=2\nSetEnv C=3', "set_env", {"A": "1", "B": "x=y z"}),
    ("ForwardAgent yes", "forward_agent", True),
    ("ForwardAgent $NAME", "forward_agent_socket", "value"),
    ("ForwardAgent yes\nForwardAgent ~/s", "forward_agent_socket", f"{ME.pw_dir}/s"),
    ("ForwardAgent no\nForwardAgent ~/s", "forward_agent", False),
    ("LocalForward 1 a:2", "local_forwards", (Forward(None, 1, None, "a", 2),)),
    ("LocalForward *:1 [::1]:2", "local_forwards", (Forward("*", 1, None, "::1", 2),)),
    (
        "LocalForward /%u/${NAME} /%h",
        "local_forwards",
        (Forward(listen_path=f"/{ME.pw_name}/value", connect_path="/web1"),),
    ),
    ("RemoteForward 0 a:2", "remote_forwards", (Forward(None, 0, None, "a", 2),)),
    ("RemoteForward x:1", "remote_forwards", (Forward("x", 1),)),
    ("DynamicForward :1\nDynamicForward :1", "dynamic_forwards", (Forward("", 1),)),
    ("DynamicForward 1\nClearAllForwardings yes", "dynamic_forwards", ()),
    ("PermitRemoteOpen a:1 *:*", "permit_remote_open", ("a:1", "*:*")),
    ("StreamLocalBindMask 077", "stream_local_bind_mask", 0o77),
]


@pytest.mark.parametrize(("text", "attribute", "value"), TYPED)
def test_typed(text: str, attribute: str, value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", "/run/agent")
    monkeypatch.setenv("NAME", "value")
    assert getattr(read(text), attribute) == value


def test_every_attribute_has_a_value() -> None:
    found = SSHConfig().lookup("x")
    for name, member in inspect.getmembers(HostConfig):
        if isinstance(member, property):
            getattr(found, name)


def test_every_claimed_keyword_is_an_attribute() -> None:
    """But for those that the lookup itself uses up."""
    used_up = {
        *("CanonicalDomains", "CanonicalizeFallbackLocal", "CanonicalizeHostname"),
        *("CanonicalizeMaxDots", "CanonicalizePermittedCNAMEs", "ClearAllForwardings"),
        *("IgnoreUnknown", "RefuseConnection", "Tag"),
    }
    source = inspect.getsource(inspect.getmodule(HostConfig) or sys)
    missing = [
        row.name for row in CLAIMED if row.name not in used_up and f'"{row.key}"' not in source
    ]
    assert not missing
    assert len(CLAIMED) >= 60
    assert len({row.key for row in (*CLAIMED, *LEFT_OUT)}) == len(CLAIMED) + len(LEFT_OUT)


def test_tokens() -> None:
    text = "Hostname h.test\nPort 9\nUser u\nHostKeyAlias k\nProxyJump a@j1,b@j2:3\n"
    found = read(f"{text}IdentityFile %C|%d|%h|%i|%j|%k|%L|%l|%n|%p|%r|%u|%%\n", "web1")
    name = socket.gethostname()
    digest = hashlib.sha1(f"{name}h.test9uj2".encode()).hexdigest()
    values = [digest, ME.pw_dir, "h.test", str(ME.pw_uid), "j2", "k", name.split(".")[0]]
    values += [name, "web1", "9", "u", ME.pw_name, "%"]
    assert found.identity_files == ("|".join(values),)
    assert read("IdentityFile %k-%j\n").identity_files == ("web1-",)


@needs_ssh
def test_the_digest_is_that_of_ssh(tmp_path: Path) -> None:
    text = "Hostname h.test\nPort 9\nUser u\nUserKnownHostsFile /%C\n"
    assert agree_on(tmp_path / "config", text, "web1")


def test_tokens_that_have_no_meaning() -> None:
    for setting, attribute in (
        ("IdentityFile %T", "identity_files"),
        ("ProxyCommand nc %u", "proxy_command"),
        ("IdentityFile x\nIdentityFile y%", "identity_files"),
        ("CertificateFile ${NO_SUCH_NAME}", "certificate_files"),
    ):
        found = read(f"# here\n{setting}")
        with pytest.raises(ConfigError) as caught:
            getattr(found, attribute)
        line = 1 + len(setting.splitlines())
        assert str(caught.value).startswith(f"<string>:{line}: {setting.split()[0]}: ")


def test_as_a_mapping() -> None:
    found = read("Port 3\nIdentityFile a\nIdentityFile b\nLocalForward 1 a:1\nSetEnv A=1 B=2\n")
    assert found["port"] == found["PORT"] == "3"
    assert (found["identityfile"], found.getall("identityfile")) == ("a", ("a", "b"))
    assert found["localforward"] == "1 [a]:1"
    assert (found.get("proxyjump"), found.getall("proxyjump")) == (None, ())
    with pytest.raises(KeyError, match="proxycommand"):
        found["proxycommand"]
    assert "hostname" in found and "proxycommand" not in found
    assert len(found) == len(list(found)) == len(dict(found))
    assert {"host web1", "port 3", "identityfile b", "setenv B=2"} <= set(found.lines())
    assert found.where("identityfile") == ("<string>:2", "<string>:3")
    assert repr(found) == f"<HostConfig 'web1': {ME.pw_name}@web1:3>"
    with pytest.raises(AttributeError):
        found.hostname = "x"  # type: ignore[misc]


def test_our_algorithms() -> None:
    ours = {
        kind: [row.name for row in _ssh.supported_algorithms() if row.kind == kind and row.default]
        for kind in ("Ciphers", "MACs", "KexAlgorithms", "HostKeyAlgorithms")
    }
    found = SSHConfig().lookup("x")
    assert list(found.ciphers) == ours["Ciphers"]
    assert list(found.macs) == ours["MACs"]
    assert list(found.kex_algorithms) == ours["KexAlgorithms"]
    assert list(found.host_key_algorithms) == ours["HostKeyAlgorithms"]
    assert "ssh-ed25519" in found.ca_signature_algorithms
    assert not any("-cert-" in name for name in found.ca_signature_algorithms)
    found = read("Ciphers +aes128-cbc\nMACs -*sha1*\nKexAlgorithms ^ecdh-sha2-nistp521")
    assert list(found.ciphers) == [*ours["Ciphers"], "aes128-cbc"]
    assert list(found.macs) == [name for name in ours["MACs"] if "sha1" not in name]
    assert found.kex_algorithms[0] == "ecdh-sha2-nistp521"
    assert sorted(found.kex_algorithms) == sorted(ours["KexAlgorithms"])


def test_algorithms_that_only_openssh_has() -> None:
    """One file serves both: they are passed over, unless nothing is left."""
    found = read("MACs umac-64@openssh.com,hmac-sha2-256\nHostKeyAlgorithms ssh-dss,ssh-ed25519")
    assert found.macs == ("hmac-sha2-256",)
    assert found.host_key_algorithms == ("ssh-ed25519",)
    with pytest.raises(ConfigError, match=r":1: MACs: 'umac-64@openssh.com' leaves nothing"):
        read("MACs umac-64@openssh.com")


def test_a_connection_that_is_refused() -> None:
    config = SSHConfig.from_text("Host old\nRefuseConnection 'use new'\n")
    with pytest.raises(ConfigError, match=r"^<string>:2: RefuseConnection: use new$"):
        config.lookup("old")
    assert config.lookup("new").port == 22


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_bytes(b"IdentityFile /\xff\xfe\n# caf\xe9\nHost *\n")
    (name,) = SSHConfig.from_path(path).lookup("x").identity_files
    assert os.fsencode(name) == b"/\xff\xfe"


def test_importing_is_lazy() -> None:
    code = "import sys, hawser; assert 'hawser.config' not in sys.modules; hawser.config.SSHConfig"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)
