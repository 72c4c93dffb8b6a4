"""The ssh-agent, and objects that sign."""

import errno
import os
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import _ssh
from agents import running_agent
from clients import connect
from servers import Keys, OpenSSHServer, is_root

KEYS = ("ed25519", "ecdsa-256", "rsa")


@pytest.fixture(scope="module")
def agent(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """OpenSSH's agent with one key of each kind in it."""
    with running_agent(tmp_path_factory.mktemp("agent") / "socket") as path:
        env = {**os.environ, "SSH_AUTH_SOCK": path}
        for name in KEYS:
            key = keys[name].private
            subprocess.run(
                ["ssh-add", "-q", "-"], input=key, env=env, check=True, capture_output=True
            )
        yield path


def test_the_agent_lists_its_keys(agent: str, keys: Keys) -> None:
    listed = _ssh.Agent(agent).keys()
    assert [key.type for key in listed] == ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"]
    shown = subprocess.run(
        ["ssh-add", "-l"],
        env={**os.environ, "SSH_AUTH_SOCK": agent},
        capture_output=True,
        text=True,
        check=True,
    )
    assert [key.fingerprint for key in listed] == [
        line.split()[1] for line in shown.stdout.splitlines()
    ]


def test_login_by_the_agent(
    agent: str, openssh: OpenSSHServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect(openssh) as session:
        session.userauth_agent(openssh.user, agent)
        assert session.exec("echo in") == b"in\n"
    monkeypatch.setenv("SSH_AUTH_SOCK", agent)
    with connect(openssh) as session:
        session.userauth_agent(openssh.user)
        assert session.authenticated


@pytest.mark.parametrize("index", range(len(KEYS)))
def test_login_by_one_key_of_the_agent(agent: str, openssh: OpenSSHServer, index: int) -> None:
    key = _ssh.Agent(agent).keys()[index]
    with connect(openssh) as session:
        session.userauth_publickey(openssh.user, key)
        assert session.authenticated
    with connect(openssh) as session:
        session.userauth_agent(openssh.user, _ssh.Agent(agent), first=key)
        assert session.authenticated
    kind = {"ssh-ed25519": "ED25519", "ecdsa-sha2-nistp256": "ECDSA", "ssh-rsa": "RSA"}[key.type]
    accepted = [line for line in openssh.log.splitlines() if "Accepted publickey" in line]
    assert f"{kind} {key.fingerprint}" in accepted[-1]


def test_no_agent(openssh: OpenSSHServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with connect(openssh) as session:
        with pytest.raises(_ssh.AgentError, match="SSH_AUTH_SOCK is not set"):
            session.userauth_agent(openssh.user)
        with pytest.raises(_ssh.AgentError, match="No such file") as error:
            session.userauth_agent(openssh.user, tmp_path / "none")
        assert error.value.errno == 2
        session.userauth_publickey(openssh.user, openssh.keys["ed25519"].private)
        assert session.authenticated


def string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


HOSTILE = {
    "closes": b"",
    "says no": string(b"\x05"),
    "length 0": struct.pack(">I", 0),
    "too long": struct.pack(">I", 1 << 31) + b"x",
    "too many keys": string(b"\x0c" + struct.pack(">I", 1 << 31)),
    "fewer keys than said": string(b"\x0c" + struct.pack(">I", 3) + string(b"k") + string(b"c")),
    "bytes left": string(b"\x0c" + struct.pack(">I", 0) + b"more"),
    "another reply": string(b"\x0e" + string(b"signature")),
    "cut": string(b"\x0c" + struct.pack(">I", 1))[:-2],
}


@pytest.fixture
def fake_agent(tmp_path: Path) -> Iterator[Callable[[bytes], str]]:
    """An agent that answers everything with the same bytes."""
    listeners: list[socket.socket] = []

    def serve(reply: bytes) -> str:
        path = str(tmp_path / f"agent{len(listeners)}")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen()
        listeners.append(listener)

        def answer() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                with peer:
                    peer.recv(65536)
                    peer.sendall(reply)

        threading.Thread(target=answer, daemon=True).start()
        return path

    yield serve
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.mark.parametrize("reply", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_agents(fake_agent: Callable[[bytes], str], reply: bytes) -> None:
    with pytest.raises(_ssh.AgentError):
        _ssh.Agent(fake_agent(reply)).keys()


class _Alarm(Exception):
    pass


@pytest.mark.parametrize("takes", [True, False], ids=["answers nothing", "takes nobody"])
def test_a_signal_ends_the_wait_for_an_agent(tmp_path: Path, takes: bool) -> None:
    path = str(tmp_path / "silent")

    def ring(*_: object) -> None:
        raise _Alarm

    with socket.socket(socket.AF_UNIX) as listener, ExitStack() as waiting:
        listener.bind(path)
        listener.listen(0)
        while not takes:  # as many as it keeps waiting
            one = waiting.enter_context(socket.socket(socket.AF_UNIX))
            one.setblocking(False)
            if one.connect_ex(path) == errno.EAGAIN:
                break
        before = signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        try:
            began = time.monotonic()
            with pytest.raises(_Alarm):
                _ssh.Agent(path).keys()
            assert time.monotonic() - began < 5
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def test_keys_that_nobody_knows_are_passed_over(
    fake_agent: Callable[[bytes], str], openssh: OpenSSHServer
) -> None:
    odd = [b"", b"\0", string(b"ssh-dss") + b"x", string(b"future-key@example.com")]
    reply = b"\x0c" + struct.pack(">I", len(odd)) + b"".join(string(k) + string(b"") for k in odd)
    path = fake_agent(string(reply))
    assert len(_ssh.Agent(path).keys()) == len(odd)
    with connect(openssh) as session:
        with pytest.raises(_ssh.AuthenticationError, match="no key that can be used"):
            session.userauth_agent(openssh.user, path)
        session.userauth_publickey(openssh.user, openssh.keys["ed25519"].private)


class Vault:
    """Signs by the agent, as an HSM's object would."""

    def __init__(self, key: _ssh.AgentKey) -> None:
        self.blob = key.blob
        self._key = key
        self.asked: list[str] = []

    def sign(self, data: bytes, algorithm: str, /) -> bytes:
        self.asked.append(algorithm)
        return self._key.sign(data, algorithm)


@pytest.mark.parametrize("index", range(len(KEYS)))
def test_login_by_an_object_that_signs(agent: str, openssh: OpenSSHServer, index: int) -> None:
    vault = Vault(_ssh.Agent(agent).keys()[index])
    with connect(openssh) as session:
        session.userauth_publickey(openssh.user, vault)
        assert session.authenticated
    assert vault.asked in (["ssh-ed25519"], ["ecdsa-sha2-nistp256"], ["rsa-sha2-512"])


def test_what_a_signer_raises_or_gets_wrong(agent: str, openssh: OpenSSHServer) -> None:
    class Locked(Exception):
        pass

    class Broken(Vault):
        def sign(self, data: bytes, algorithm: str, /) -> bytes:
            raise Locked

    class Wrong(Vault):
        def sign(self, data: bytes, algorithm: str, /) -> bytes:
            return string(b"ssh-rsa") + string(b"x" * 256)

    class NoKey:
        def sign(self, data: bytes, algorithm: str, /) -> bytes:
            return b""

    key = _ssh.Agent(agent).keys()[0]
    with connect(openssh) as session:
        with pytest.raises(Locked):
            session.userauth_publickey(openssh.user, Broken(key))
        with pytest.raises(_ssh.Error, match="ssh-rsa"):
            session.userauth_publickey(openssh.user, Wrong(key))
        with pytest.raises(TypeError, match="blob"):
            session.userauth_publickey(openssh.user, NoKey())  # type: ignore[arg-type]
        session.userauth_publickey(openssh.user, Vault(key))
        assert session.authenticated


def test_hostbased(sshd_with: Callable[..., OpenSSHServer], keys: Keys) -> None:
    """The server knows the client's host, and its user lets that host's user in."""
    if not is_root():
        pytest.skip("needs root: .shosts stands in the home of the server's own account")
    server = sshd_with(
        "HostbasedAuthentication yes", "HostbasedUsesNameFromPacketOnly yes", "IgnoreRhosts no"
    )
    line = keys.host_key("ed25519").with_suffix(".pub").read_text()
    home = server.folder / "home"
    (home / ".ssh" / "known_hosts").write_text(f"client.example {line}")
    key = keys.host_key("ed25519").read_bytes()
    with connect(server) as session:
        with pytest.raises(_ssh.AuthenticationError):
            session.userauth_hostbased(server.user, key, "client.example.", "me")
        (home / ".shosts").write_text("client.example me\n")
        with pytest.raises(_ssh.AuthenticationError):
            session.userauth_hostbased(server.user, key, "client.example.", "you")
        session.userauth_hostbased(server.user, key, "client.example.", "me")
        assert session.authenticated
