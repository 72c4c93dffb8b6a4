"""What `hawser.connect` makes of ssh_config."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import hawser
from client_homes import address_of, connect_to, known_hosts_of
from hawser.config import ConfigError, SSHConfig
from hawser.connecting.resolve import route_to
from hawser.connecting.settings import Settings
from servers import OpenSSHServer


def settings_for(text: str, host: str = "place", **given: Any) -> list[Settings]:
    """The hops; jump hosts that are clients are not among them here."""
    route = route_to(host, given, SSHConfig.from_text(text))
    assert all(isinstance(stop, Settings) for stop in route)
    return [stop for stop in route if isinstance(stop, Settings)]


def only(text: str, **given: Any) -> Settings:
    (settings,) = settings_for(text, **given)
    return settings


def test_a_host_by_its_name(openssh: OpenSSHServer, tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text(f"""
        Host place
            HostName {openssh.host}
            Port {openssh.port}
            User {openssh.user}
            IdentityFile {openssh.keys["rsa"].path}
            IdentityFile {tmp_path}/missing
            IdentityAgent none
            UserKnownHostsFile {known_hosts_of([openssh], tmp_path / "known_hosts")}
            Ciphers aes256-ctr
            SetEnv LANG=C.UTF-8 REFUSED=yes
        """)
    with hawser.connect("place", config=file, ask=False) as client:
        assert client.destination.startswith(f"{openssh.user}@")
        assert client.session.algorithms.cipher_client_to_server == "aes256-ctr"
        assert client.run("echo $LANG,$REFUSED", text=True).stdout == "C.UTF-8,\n"
    with hawser.connect("place", config=SSHConfig.from_path(file), ask=False) as client:
        assert client.run("true").ok
    with pytest.raises(hawser.AuthenticationError):
        hawser.connect("place", config=file, ask=False, keys=openssh.keys.stranger.path)


def test_a_jump_host_of_the_file(
    openssh: OpenSSHServer, sshd_with: Callable[..., OpenSSHServer], tmp_path: Path
) -> None:
    """Each hop as the file says of it; a pattern that names the jump host, too, does no harm."""
    gate = sshd_with("Banner none")
    file = tmp_path / "config"
    file.write_text(f"""
        Host gate
            Port {gate.port}
        Host inner
            Port {openssh.port}
        Host *
            ProxyJump gate
            HostName {openssh.host}
            User {openssh.user}
            IdentityFile {openssh.keys["ed25519"].path}
            UserKnownHostsFile {known_hosts_of([openssh, gate], tmp_path / "known_hosts")}
        """)
    with hawser.connect("inner", config=file, agent=False, ask=False) as client:
        assert len(client.jumps) == 1
        assert client.run("echo through").ok
    with hawser.connect("inner", config=file, agent=False, ask=False, proxy_jump="none") as client:
        assert not client.jumps
        assert address_of(openssh)


def test_the_way_of_a_jump_host() -> None:
    """The first is reached as the file says, those behind it through the one before."""
    text = """
        Host c
            ProxyJump a,b
        Host a
            ProxyJump outer
        Host b
            ProxyJump elsewhere
        """
    hosts = [settings.target.host for settings in settings_for(text, "c")]
    assert hosts == ["outer", "a", "b", "c"]
    with pytest.raises(ValueError, match="circle"):
        settings_for("Host a\nProxyJump b\nHost b\nProxyJump a", "a")


@pytest.mark.parametrize(
    ("line", "attribute", "value"),
    [
        ("HostName 10.0.0.1", "address", "10.0.0.1"),
        ("ConnectTimeout 7", "connect_timeout", 7.0),
        ("ServerAliveInterval 5", "keepalive_interval", 5),
        ("ServerAliveInterval 0", "keepalive_interval", 0),
        ("", "keepalive_interval", 30.0),
        ("Compression yes", "compression", True),
        ("HostKeyAlias other", "known_as", ("other", 22)),
        ("HostName real", "known_as", ("real", 22)),
        ("ConnectTimeout 7", "banner_timeout", 7.0),
        ("UpdateHostKeys yes", "updates_host_keys", True),
        ("UpdateHostKeys ask", "updates_host_keys", False),
        ("", "updates_host_keys", False),
        ("BindAddress 127.0.0.1", "bind_address", "127.0.0.1"),
        ("BindInterface lo", "bind_interface", "lo"),
        ("ConnectionAttempts 3", "connection_attempts", 3),
        ("TCPKeepAlive no", "tcp_keepalive", False),
        ("IPQoS af21 cs1", "traffic_class", 0x20),
        ("IPQoS none", "traffic_class", None),
        ("", "traffic_class", None),
        ("RekeyLimit 1G 10m", "rekey", {"rekey_bytes": 1 << 30, "rekey_interval": 600}),
        ("ProxyCommand relay %h %p", "proxy_command", "relay place 22"),
        ("ProxyCommand none", "proxy_command", None),
        ("UserKnownHostsFile /a /b\nGlobalKnownHostsFile none", "known_hosts",
         [Path("/a"), Path("/b")]),
    ],
)  # fmt: skip
def test_what_keywords_do(line: str, attribute: str, value: object) -> None:
    assert getattr(only(line), attribute) == value


@pytest.mark.parametrize(
    ("line", "attribute", "value"),
    [
        ("IdentitiesOnly yes", "identities_only", True),
        ("PasswordAuthentication no", "methods", ("publickey", "keyboard-interactive")),
        ("PubkeyAuthentication no\nKbdInteractiveAuthentication no", "methods", ("password",)),
        ("PreferredAuthentications password,publickey", "methods", ("password", "publickey")),
        ("NumberOfPasswordPrompts 1", "password_prompts", 1),
        ("IdentityAgent none", "agent", None),
        ("IdentityFile /nonexistent", "keys", []),
        ("IdentityFile /nonexistent", "default_keys", []),
    ],
)
def test_what_keywords_do_to_logins(line: str, attribute: str, value: object) -> None:
    assert getattr(only(line).credentials, attribute) == value


@pytest.mark.parametrize(
    ("word", "policy"),
    [("yes", "Strict"), ("ask", "Ask"), ("accept-new", "AcceptNew"), ("no", "AcceptNew")],
)
def test_strictness(word: str, policy: str) -> None:
    settings = only(f"StrictHostKeyChecking {word}")
    assert type(settings.host_keys).__name__ == policy
    named = only(f"StrictHostKeyChecking {word}", host_keys="strict")
    assert type(named.host_keys).__name__ == "Strict"


def test_who_is_not_asked() -> None:
    """Without a word, in batch mode, or by somebody who is not at the terminal."""
    for settings in (
        only(""),
        only("StrictHostKeyChecking ask\nBatchMode yes"),
        only("StrictHostKeyChecking ask", ask=False),
        only("StrictHostKeyChecking ask", ask=lambda prompt, echo: "yes"),
    ):
        assert type(settings.host_keys).__name__ == "Strict"


@pytest.mark.parametrize("hashes", ["yes", "no"])
def test_a_host_that_is_added(openssh: OpenSSHServer, tmp_path: Path, hashes: str) -> None:
    """To the first of several files, its name hashed or not; then it has to be that key."""
    first, second = tmp_path / "first", tmp_path / "second"
    config = SSHConfig.from_text(f"""
        StrictHostKeyChecking accept-new
        HashKnownHosts {hashes}
        UserKnownHostsFile {first} {second}
        IdentityFile {openssh.keys["ed25519"].path}
        """)
    hawser.connect(address_of(openssh), config=config, agent=False, ask=False).close()
    (line,) = first.read_text().splitlines()
    assert line.startswith("|1|") == (hashes == "yes")
    assert not second.exists()
    hawser.connect(address_of(openssh), config=config, agent=False, ask=False).close()
    assert first.read_text() == f"{line}\n"
    name, kind, _ = line.split(" ")
    first.write_text(f"{name} {kind} {openssh.keys.stranger.public.split()[1]}\n")
    with pytest.raises(hawser.HostKeyChanged):
        hawser.connect(address_of(openssh), config=config, agent=False, ask=False)


PASSING = """
import socket, sys
ours = socket.socket(fileno=1)
if sys.argv[1:]:
    sock = socket.create_connection((sys.argv[1], int(sys.argv[2])))
    socket.send_fds(ours, [b"x"], [sock.fileno()])
"""


def test_a_proxy_command_that_passes_a_socket(openssh: OpenSSHServer, tmp_path: Path) -> None:
    """ProxyUseFdpass: the program ends, and the connection goes on."""
    program = tmp_path / "pass.py"
    program.write_text(PASSING)
    text = f"ProxyUseFdpass yes\nProxyCommand {sys.executable} {program}"
    options: dict[str, Any] = {
        "known_hosts": known_hosts_of([openssh], tmp_path / "known_hosts"),
        "keys": openssh.keys["ed25519"].path,
        "agent": False,
        "ask": False,
    }
    config = SSHConfig.from_text(f"{text} %h %p")
    with hawser.connect(address_of(openssh), config=config, **options) as client:
        assert client.run("echo $SSH_CONNECTION").stdout.split()[3] == str(openssh.port).encode()
    with pytest.raises(hawser.ConnectError, match="passed no socket") as caught:
        hawser.connect(address_of(openssh), config=SSHConfig.from_text(text), **options)
    assert caught.value.step == "proxy command"


def test_the_shell_of_a_proxy_command(
    openssh: OpenSSHServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user's own for one of a file, /bin/sh for one of the caller's."""
    shell = tmp_path / "shell"
    shell.write_text(f'#!/bin/sh\necho "$2" >{tmp_path}/mark\nexec /bin/sh "$@"\n')
    shell.chmod(0o755)
    monkeypatch.setenv("SHELL", str(shell))
    known_hosts = known_hosts_of([openssh], tmp_path / "known_hosts")
    options: dict[str, Any] = {
        "known_hosts": known_hosts, "keys": openssh.keys["ed25519"].path,
        "agent": False, "ask": False, "connect_timeout": 10,
    }  # fmt: skip
    config = SSHConfig.from_text("ProxyCommand sh -c 'exit 3' %h")
    with pytest.raises(hawser.ConnectError, match="status 3"):
        hawser.connect(address_of(openssh), config=config, **options)
    mark = tmp_path / "mark"
    assert mark.read_text() == f"exec sh -c 'exit 3' {openssh.host}\n"
    mark.unlink()
    with pytest.raises(hawser.ConnectError, match="status 4"):
        hawser.connect(address_of(openssh), config=None, proxy_command="sh -c 'exit 4'", **options)
    assert not mark.exists()


def test_options_without_files(openssh: OpenSSHServer, tmp_path: Path) -> None:
    with connect_to(openssh, tmp_path, config=None, options={"Ciphers": "aes256-ctr"}) as client:
        assert client.session.algorithms.cipher_client_to_server == "aes256-ctr"
    with pytest.raises(ConfigError, match="is not a keyword"):
        connect_to(openssh, tmp_path, config=None, options={"Cifers": "aes256-ctr"})


def test_what_the_caller_says_wins() -> None:
    text = "Port 1\nUser file\nProxyCommand relay\nCompression yes\nConnectTimeout 7"
    settings = only(text, port=2, user="caller", proxy="http://proxy", compression=False)
    assert (settings.target.port, settings.target.user) == (2, "caller")
    assert (settings.proxy, settings.proxy_command) == ("http://proxy", None)
    assert not settings.compression
    (settings,) = settings_for(text, "address@place:3", port=2, user="caller", sock=object())
    assert (settings.target.port, settings.target.user) == (3, "address")
    assert only(text, options={"ConnectTimeout": "9"}).connect_timeout == 9.0


def test_revoked_keys(openssh: OpenSSHServer, tmp_path: Path) -> None:
    revoked = tmp_path / "revoked"
    revoked.write_text(f"# keys\n{openssh.host_keys['ssh-ed25519']}\n")
    options: dict[str, Any] = {
        "config": SSHConfig.from_text(f"RevokedHostKeys {revoked}"),
        "known_hosts": known_hosts_of([openssh], tmp_path / "known_hosts"),
        "ask": False,
    }
    with pytest.raises(hawser.HostKeyRevoked):
        hawser.connect(address_of(openssh), **options)
    revoked.write_bytes(b"SSHKRL\n\x00\xff")
    with pytest.raises(ValueError, match="public keys only"):
        hawser.connect(address_of(openssh), **options)


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text("Host *\nHosName x\n")
    for wrong in (file, tmp_path / "missing"):
        with pytest.raises((ValueError, OSError), match=str(wrong)):
            hawser.connect("localhost", config=wrong)
