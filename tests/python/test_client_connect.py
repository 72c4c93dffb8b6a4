"""`hawser.connect`: options, host key policies, logins, and what errors say."""

import pickle
import socket
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import _ssh
import hawser
from agents import running_agent
from client_homes import address_of, connect_to, options_for
from clients import Background, within
from hawser import host_keys
from hawser.connecting.dialing import in_turn
from servers import PASSWORD, OpenSSHServer, Server
from servers.base import free_port
from servers.keys import PASSPHRASE, public_line


def test_a_command(openssh: OpenSSHServer, tmp_path: Path) -> None:
    with connect_to(openssh, tmp_path) as client:
        assert client.run("echo hello").stdout == b"hello\n"
        assert client.destination == f"{openssh.user}@[{openssh.host}]:{openssh.port}"
        assert client.server_version.startswith("SSH-2.0-OpenSSH")
        assert not client.closed
    assert client.closed
    client.close()


@pytest.mark.parametrize("form", ["{user}@{host}:{port}", "ssh://{user}@{host}:{port}", "{host}"])
def test_forms_of_the_destination(openssh: OpenSSHServer, tmp_path: Path, form: str) -> None:
    text = form.format(user=openssh.user, host=openssh.host, port=openssh.port)
    options = options_for(openssh, tmp_path, user=openssh.user, port=openssh.port)
    with hawser.connect(text, **options) as client:
        assert client.session.authenticated


@pytest.mark.parametrize(
    "text",
    ["", "-oProxyCommand=x", "ann@-host", "-l@host", "a b", "host\n", "ann\n@host", "host;id",
     "host:0", "host:99999", "host:x", "[::1", "ssh://host/path", "@host", "$(id)", "a\x1b[m"],
)  # fmt: skip
def test_places_that_cannot_be_meant(text: str) -> None:
    with pytest.raises(hawser.BadTarget):
        hawser.connect(text)


@pytest.mark.parametrize("options", [{"user": "-l"}, {"user": "a\n"}, {"port": 0}, {"port": "22"}])
def test_options_that_cannot_be_meant(options: dict[str, Any]) -> None:
    with pytest.raises(hawser.BadTarget):
        hawser.connect("localhost", **options)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("usr", "user"), ("knownhosts", "known_hosts"), ("Ciphers", "ciphers"),
     ("ProxyJump", "proxy_jump"), ("passwd", "password"), ("timout", "timeout")],
)  # fmt: skip
def test_an_unknown_option(name: str, nearest: str) -> None:
    wrong: dict[str, Any] = {name: "x"}
    with pytest.raises(TypeError, match=f"no option '{name}'; did you mean '{nearest}'"):
        hawser.connect("localhost", **wrong)


def test_an_option_by_two_names() -> None:
    with pytest.raises(TypeError, match="'user' twice"):
        hawser.connect("localhost", user="a", username="b")  # type: ignore[call-arg]


def test_other_programs_names(openssh: OpenSSHServer, tmp_path: Path) -> None:
    """As somebody who knows paramiko or asyncssh would call it."""
    known_hosts = options_for(openssh, tmp_path)["known_hosts"]
    with hawser.connect(
        openssh.host,
        port=openssh.port,
        username=openssh.user,  # type: ignore[call-arg]
        key_filename=str(openssh.keys["rsa"].path),
        allow_agent=False,
        look_for_keys=False,
        encryption_algs=["aes256-ctr"],
        known_hosts=known_hosts,
    ) as client:
        assert client.session.algorithms.cipher_client_to_server == "aes256-ctr"


# ---- host keys -----------------------------------------------------------------------------------


def test_an_unknown_key_is_refused(openssh: OpenSSHServer, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    with pytest.raises(hawser.HostKeyUnknown) as caught:
        connect_to(openssh, tmp_path, known_hosts=empty)
    error = caught.value
    assert isinstance(error, hawser.ConnectError)
    assert (error.step, error.hop, error.hops) == ("host key", 1, 1)
    assert str(error.fingerprint) in str(error)
    assert "accept-new" in error.advice
    assert isinstance(error.__cause__, hawser.HostKeyUnknown)


def test_accept_new(openssh: OpenSSHServer, tmp_path: Path) -> None:
    new, other = tmp_path / "new", tmp_path / "other"
    connect_to(openssh, tmp_path, known_hosts=new, host_keys="accept-new").close()
    assert new.read_text() == openssh.known_hosts_line()
    policy = host_keys.AcceptNew(other)
    connect_to(openssh, tmp_path, known_hosts=tmp_path / "none", host_keys=policy).close()
    assert other.read_text() == openssh.known_hosts_line()


def test_pinned(openssh: OpenSSHServer, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    with connect_to(openssh, tmp_path) as client:
        fingerprint = client.host_key.fingerprint
    for pin in (fingerprint, host_keys.Pinned("SHA256:other", fingerprint)):
        connect_to(openssh, tmp_path, known_hosts=nothing, host_keys=pin).close()
    with pytest.raises(hawser.HostKeyUnknown):
        connect_to(openssh, tmp_path, known_hosts=nothing, host_keys="SHA256:other")
    # A public key says its type, too, which the server is asked for.
    by_key = host_keys.Pinned(openssh.host_keys["ssh-rsa"])
    with connect_to(openssh, tmp_path, known_hosts=nothing, host_keys=by_key) as client:
        assert client.host_key.type == "ssh-rsa"
    wrong = host_keys.Pinned(public_line(openssh.keys["ed25519"].path))
    with pytest.raises(hawser.HostKeyChanged):
        connect_to(openssh, tmp_path, known_hosts=nothing, host_keys=wrong)


@pytest.mark.parametrize("policy", ["accept-new", "insecure-accept-any", "pinned", "custom"])
def test_nothing_accepts_a_revoked_key(openssh: OpenSSHServer, tmp_path: Path, policy: str) -> None:
    key = openssh.host_keys["ssh-ed25519"]
    revoked = tmp_path / "revoked"
    revoked.write_text(f"@revoked * {key}\n")
    policies: dict[str, Any] = {
        "pinned": host_keys.Pinned(_ssh.PublicKey.from_bytes(key).fingerprint),
        "custom": lambda host, key: True,
    }
    options = {"known_hosts": revoked, "host_keys": policies.get(policy, policy)}
    with pytest.raises(hawser.HostKeyRevoked):
        connect_to(openssh, tmp_path, host_key_algorithms="ssh-ed25519", **options)


@pytest.mark.parametrize("policy", ["accept-new", "insecure-accept-any", lambda host, key: True])
def test_nothing_accepts_a_changed_key(openssh: OpenSSHServer, tmp_path: Path, policy: Any) -> None:
    changed = tmp_path / "changed"
    line = public_line(openssh.keys["ed25519"].path)
    changed.write_text(f"[{openssh.host}]:{openssh.port} {line}\n")
    with pytest.raises(hawser.HostKeyChanged, match="ssh-keygen -R"):
        connect_to(openssh, tmp_path, known_hosts=changed, host_keys=policy)


def test_a_policy_of_the_callers_own(openssh: OpenSSHServer, tmp_path: Path) -> None:
    seen = []

    def judge(host: str, key: _ssh.HostKey) -> bool:
        seen.append((host, key.type))
        return True

    connect_to(openssh, tmp_path, known_hosts=tmp_path / "none", host_keys=judge).close()
    assert seen == [(openssh.host, "ssh-ed25519")]


def test_other_keys_of_the_server(openssh: OpenSSHServer, tmp_path: Path) -> None:
    file = tmp_path / "one key"
    file.write_text(openssh.known_hosts_line())
    connect_to(openssh, tmp_path, known_hosts=file).close()
    assert file.read_text() == openssh.known_hosts_line()
    connect_to(openssh, tmp_path, known_hosts=file, update_host_keys=True).close()
    assert "ssh-rsa" in file.read_text()


def test_an_alias(openssh: OpenSSHServer, tmp_path: Path) -> None:
    file = tmp_path / "aliased"
    file.write_text(openssh.known_hosts_line(host="gate"))
    connect_to(openssh, tmp_path, known_hosts=file, host_key_alias="gate").close()


@pytest.mark.parametrize("policy", ["ask-me", 7, object()])
def test_policies_that_there_are_not(policy: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="host_keys="):
        hawser.connect("localhost", host_keys=policy)


# ---- logins --------------------------------------------------------------------------------------


def test_a_refused_login_says_what_was_tried(openssh: OpenSSHServer, tmp_path: Path) -> None:
    stranger = openssh.keys.stranger.path
    with pytest.raises(PermissionError) as caught:
        connect_to(openssh, tmp_path, keys=stranger)
    error = caught.value
    assert isinstance(error, hawser.AuthenticationError)
    assert isinstance(error, hawser.ConnectError)
    assert error.step == "login"
    assert str(stranger) in str(error)
    assert "publickey" in error.allowed
    with pytest.raises(hawser.AuthenticationError, match="give keys="):
        connect_to(openssh, tmp_path, keys=[])


@pytest.mark.parametrize("kind", ["path", "bytes", "PrivateKey", "several"])
def test_kinds_of_keys(openssh: OpenSSHServer, tmp_path: Path, kind: str) -> None:
    key = openssh.keys["ecdsa-256"]
    kinds = {
        "path": str(key.path),
        "bytes": key.private,
        "PrivateKey": _ssh.PrivateKey.from_bytes(key.private),
        "several": [openssh.keys.stranger.path, key.path],
    }
    connect_to(openssh, tmp_path, keys=kinds[kind]).close()


def test_an_encrypted_key(openssh: OpenSSHServer, tmp_path: Path) -> None:
    key = openssh.keys["ed25519-encrypted"].path
    connect_to(openssh, tmp_path, keys=key, passphrase=PASSPHRASE).close()
    asked: list[tuple[str, bool]] = []

    def ask(prompt: str, echo: bool) -> str:
        asked.append((prompt, echo))
        return PASSPHRASE if len(asked) > 1 else "wrong"

    connect_to(openssh, tmp_path, keys=key, ask=ask).close()
    assert len(asked) == 2
    assert str(key) in asked[0][0]
    assert not asked[0][1]
    for passphrase, why in ((None, "a passphrase is needed"), ("wrong", "passphrase is wrong")):
        with pytest.raises(hawser.AuthenticationError, match=f"not be used: .*{why}") as caught:
            connect_to(openssh, tmp_path, keys=key, passphrase=passphrase)
        assert "nothing was there to try" not in str(caught.value)


@pytest.mark.parametrize("path", [".", "..", "/"])
def test_a_folder_is_no_key(openssh: OpenSSHServer, tmp_path: Path, path: str) -> None:
    with pytest.raises(IsADirectoryError):
        connect_to(openssh, tmp_path, keys=path)


def test_a_password(openssh_password: Server, tmp_path: Path) -> None:
    connect_to(openssh_password, tmp_path, keys=[], password=PASSWORD).close()
    prompts = []

    def ask(prompt: str, echo: bool) -> str:
        prompts.append(prompt)
        return PASSWORD

    connect_to(openssh_password, tmp_path, keys=[], ask=ask).close()
    assert "assword" in prompts[0]
    with pytest.raises(hawser.AuthenticationError, match="a password"):
        connect_to(openssh_password, tmp_path, keys=[], password="wrong")


def test_an_agent(openssh: OpenSSHServer, tmp_path: Path) -> None:
    key = openssh.keys["ecdsa-256"]
    public = tmp_path / "id.pub"
    public.write_text(key.path.with_suffix(".pub").read_text())
    with running_agent(tmp_path / "agent") as path:
        subprocess.run(["ssh-add", "-q", "-"], input=key.private, env=_agent(path), check=True)
        connect_to(openssh, tmp_path, keys=[], agent=path).close()
        # Only the public half is named: the agent has the other.
        options = {"keys": public, "agent": path, "identities_only": True}
        connect_to(openssh, tmp_path, **options).close()
        with pytest.raises(hawser.AuthenticationError):
            connect_to(openssh, tmp_path, keys=[], agent=path, identities_only=True)


def _agent(path: str) -> dict[str, str]:
    return {"SSH_AUTH_SOCK": path, "PATH": "/usr/bin:/bin"}


# ---- the way there -------------------------------------------------------------------------------


def test_nobody_listens(tmp_path: Path) -> None:
    port = free_port()
    with pytest.raises(ConnectionRefusedError, match=f"port {port}") as caught:
        hawser.connect("127.0.0.1", port=port, user="ann", ask=False)
    assert isinstance(caught.value, hawser.ConnectError)
    assert caught.value.step == "connect"
    assert caught.value.errno is not None


def test_a_name_without_an_address() -> None:
    with pytest.raises(socket.gaierror) as caught:
        hawser.connect("ann@no-such-host.invalid", connect_timeout=20)
    assert isinstance(caught.value, hawser.ConnectError)
    assert caught.value.step == "name lookup"


def test_nobody_answers() -> None:
    """A socket that listens, whose queue is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, within(10):
        fillers = []
        for _ in range(3):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
            fillers.append(filler)
        with pytest.raises(TimeoutError) as caught:
            hawser.connect("127.0.0.1", port=full.getsockname()[1], user="a", connect_timeout=0.5)
        for filler in fillers:
            filler.close()
    assert isinstance(caught.value, hawser.ConnectError)


def test_the_second_address_is_tried(
    openssh: OpenSSHServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first address answers nothing: after a quarter of a second the next is tried, too."""
    real = socket.getaddrinfo
    silent = socket.create_server(("127.0.0.1", 0), backlog=0)
    dead = ("127.0.0.2", openssh.port)  # nobody listens there: refused at once

    def two(host: str, port: int, *others: Any) -> list[Any]:
        found = real(host, port, *others)
        return [(*found[0][:4], dead), *found]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    with silent, connect_to(openssh, tmp_path) as client:
        assert client.run("true").ok


def test_families_by_turns() -> None:
    six, four = socket.AF_INET6, socket.AF_INET
    found = [(six, ("a",)), (six, ("b",)), (six, ("c",)), (four, ("d",)), (four, ("e",))]
    assert [address[1][0] for address in in_turn(found)] == ["a", "d", "b", "e", "c"]


def test_no_server_of_ours() -> None:
    """Something else answers there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"220 mail.example.org ESMTP\r\n" * 2000)

        other = Background(answer)
        with pytest.raises(hawser.ProtocolError) as caught:
            hawser.connect("127.0.0.1", port=listener.getsockname()[1], user="ann", ask=False)
        other.result()
    assert isinstance(caught.value, hawser.ConnectError)
    assert caught.value.step == "handshake"


# ---- manners -------------------------------------------------------------------------------------


def test_what_is_dropped_open(openssh: OpenSSHServer, tmp_path: Path) -> None:
    client = connect_to(openssh, tmp_path)
    with pytest.warns(ResourceWarning, match=r"unclosed <hawser\.Client"):
        del client


def test_pickling_is_refused(openssh: OpenSSHServer, tmp_path: Path) -> None:
    with connect_to(openssh, tmp_path) as client, pytest.raises(TypeError, match="pickled"):
        pickle.dumps(client)


def test_audit(openssh: OpenSSHServer, tmp_path: Path) -> None:
    events: list[tuple[Any, ...]] = []
    active = [True]

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if active[0] and event == "hawser.connect":
            events.append(args)

    sys.addaudithook(hook)
    connect_to(openssh, tmp_path).close()
    active[0] = False
    assert events == [(openssh.host, openssh.port, openssh.user)]


def test_importing_costs_nothing() -> None:
    code = (
        "import sys, hawser; print({'_ssh', 'logging', 'subprocess', 'typing'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b"set()\n"


def test_every_name_is_there() -> None:
    assert not [name for name in hawser.__all__ if getattr(hawser, name, None) is None]
    with pytest.raises(AttributeError):
        hawser.nothing  # type: ignore[attr-defined] # noqa: B018


def test_keepalives_find_a_dead_server(openssh: OpenSSHServer, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        client = connect_to(openssh, tmp_path, keepalive_interval=0.2, keepalive_count_max=2)
        with client, within(10):
            assert client.run("sleep 1; echo alive").stdout == b"alive\n"
            with openssh.frozen():
                with pytest.raises(hawser.ConnectionLost):
                    client.run("echo nobody answers")
                assert "did not answer 2 keepalives" in client.lost
        assert client.closed


def test_a_server_with_other_lines(sshd_with: Callable[..., OpenSSHServer], tmp_path: Path) -> None:
    """The error of a negotiation says which option helps."""
    server = sshd_with("Ciphers aes128-cbc")
    with pytest.raises(hawser.NegotiationError, match="aes128-cbc") as caught:
        connect_to(server, tmp_path)
    assert caught.value.theirs
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hawser.SecurityWarning)
        connect_to(server, tmp_path, ciphers="+aes128-cbc").close()
    assert address_of(server)
