"""Host keys that a server announces (hostkeys-00@openssh.com): proved or not, and what becomes of
known_hosts."""

import base64
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import paramiko
import pytest

import _ssh
from clients import connect, echo, log_in, login, within
from servers import OpenSSHServer, ParamikoServer, Server
from servers.keys import public_line

TYPES = {"ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"}
PROVE = "hostkeys-prove-00@openssh.com"


@pytest.fixture
def known_hosts(openssh: OpenSSHServer, tmp_path: Path) -> Path:
    path = tmp_path / "known_hosts"
    path.write_text("# mine\n" + openssh.known_hosts_line("ssh-ed25519"))
    return path


def judged(server: Server, known_hosts: Path | list[Path], **options: object) -> _ssh.Session:
    session = connect(
        server, host=server.host, port=server.port, known_hosts=known_hosts, **options
    )
    log_in(session, server)
    return session


def types_of(keys: list[_ssh.HostKey]) -> set[str]:
    assert len({key.blob for key in keys}) == len(keys)
    return {key.type for key in keys}


def other_line(server: OpenSSHServer) -> str:
    return f"[{server.host}]:{server.port} {public_line(server.keys['ed25519'].path)}\n"


def test_keys_are_proved(openssh: OpenSSHServer) -> None:
    with login(openssh) as session:
        proved = session.prove_host_keys()
        assert types_of(proved) >= TYPES
        assert proved[0].blob == session.host_key.blob
        assert types_of(session.prove_host_keys()) == types_of(proved)
        echo(session)


def test_after_new_keys(openssh: OpenSSHServer) -> None:
    with login(openssh) as session:
        session.rekey()
        assert types_of(session.prove_host_keys()) >= TYPES


def test_before_the_login(openssh: OpenSSHServer) -> None:
    with connect(openssh) as session, pytest.raises(_ssh.Error, match="not logged in"):
        session.prove_host_keys()


def test_known_hosts_is_updated(openssh: OpenSSHServer, known_hosts: Path) -> None:
    before = known_hosts.read_text()
    with judged(openssh, known_hosts) as session:
        assert known_hosts.read_text() == before
        added, removed = session.update_known_hosts()
        assert types_of(added) >= TYPES - {"ssh-ed25519"}
        assert removed == []
        after = known_hosts.read_text()
        assert after.startswith(before)
        assert len(after.splitlines()) == len(before.splitlines()) + len(added)
        assert session.update_known_hosts() == ([], [])
        assert known_hosts.read_text() == after
        echo(session)
    for host_key in ("ecdsa-sha2-nistp256", "rsa-sha2-512"):
        judged(openssh, known_hosts, algorithms={"host_key": host_key}).close()


def test_keys_that_are_gone_are_removed(openssh: OpenSSHServer, known_hosts: Path) -> None:
    with known_hosts.open("a") as file:
        file.write(other_line(openssh) + "other.example ssh-rsa AAAA\n")
    with judged(openssh, known_hosts) as session:
        _, removed = session.update_known_hosts()
    assert [key.type for key in removed] == ["ssh-ed25519"]
    assert other_line(openssh) not in known_hosts.read_text()
    assert "other.example ssh-rsa AAAA\n" in known_hosts.read_text()


def test_hashed_names_stay_hashed(openssh: OpenSSHServer, known_hosts: Path) -> None:
    subprocess.run(["ssh-keygen", "-Hf", known_hosts], check=True, capture_output=True)
    with judged(openssh, known_hosts) as session:
        added, _ = session.update_known_hosts()
    lines = known_hosts.read_text().splitlines()
    assert len([line for line in lines if line.startswith("|1|")]) == 1 + len(added)
    assert openssh.host not in known_hosts.read_text()
    name = f"[{openssh.host}]:{openssh.port}"
    command = ["ssh-keygen", "-F", name, "-f", str(known_hosts)]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert found.count("# Host") == 1 + len(added)


@pytest.mark.parametrize(
    "names", ["*", "[127.0.0.*]:{port}", "[127.0.0.1]:{port},pier", "127.0.0.1"]
)
def test_other_lines_are_not_ours_to_change(
    openssh: OpenSSHServer, known_hosts: Path, names: str
) -> None:
    host = names.format(port=openssh.port)
    known_hosts.write_text(openssh.known_hosts_line(host=host))
    before = known_hosts.read_bytes()
    with judged(openssh, known_hosts) as session:
        assert session.update_known_hosts() == ([], [])
    assert known_hosts.read_bytes() == before


def test_only_the_first_file_is_changed(
    openssh: OpenSSHServer, known_hosts: Path, tmp_path: Path
) -> None:
    first = tmp_path / "first"
    with judged(openssh, [first, known_hosts]) as session:
        assert session.update_known_hosts() == ([], [])
    assert not first.exists()


def test_revoked_keys_are_not_added(
    openssh: OpenSSHServer, known_hosts: Path, tmp_path: Path
) -> None:
    second = tmp_path / "second"
    second.write_text(f"@revoked * {openssh.host_keys['ssh-rsa']}\n")
    with judged(openssh, [known_hosts, second]) as session:
        added, _ = session.update_known_hosts()
    assert "ssh-rsa" not in types_of(added)


def test_without_a_judge_nothing_is_written(openssh: OpenSSHServer) -> None:
    with login(openssh) as session:
        assert session.update_known_hosts() == ([], [])


# ---- servers that announce what they like --------------------------------------------------------

Answer = Callable[[paramiko.Transport, list[bytes]], object]


class Announcer:
    """A server of paramiko's that announces and proves what the test says."""

    def __init__(self, server: ParamikoServer, monkeypatch: pytest.MonkeyPatch) -> None:
        self.server = server
        self.answer: Answer = prove
        self.asked: list[list[bytes]] = []
        announcer = self

        def check(self: object, kind: str, message: paramiko.Message) -> object:
            if kind != PROVE:
                return False
            keys = []
            while message.get_remainder():
                keys.append(message.get_binary())
            announcer.asked.append(keys)
            return announcer.answer(announcer.server.latest, keys)

        monkeypatch.setattr(paramiko.ServerInterface, "check_global_request", check)

    def announce(self, keys: list[bytes]) -> None:
        self.server.latest.global_request("hostkeys-00@openssh.com", tuple(keys), wait=False)


def blobs(server: Server) -> list[bytes]:
    return [base64.b64decode(line.split()[1]) for line in server.host_keys.values()]


def signed(transport: paramiko.Transport, blob: bytes, what: bytes) -> bytes:
    message = paramiko.Message()
    for part in (PROVE.encode(), what, blob):
        message.add_string(part)
    for key in transport.server_key_dict.values():
        if key.asbytes() == blob:
            name = "rsa-sha2-256" if key.get_name() == "ssh-rsa" else None
            return bytes(key.sign_ssh_data(message.asbytes(), name).asbytes())
    return b"no such key"


def prove(transport: paramiko.Transport, keys: list[bytes]) -> object:
    return tuple(signed(transport, blob, transport.session_id) for blob in keys)


@pytest.fixture
def announcer(paramiko_server: ParamikoServer, monkeypatch: pytest.MonkeyPatch) -> Announcer:
    return Announcer(paramiko_server, monkeypatch)


def test_an_honest_one(announcer: Announcer) -> None:
    with login(announcer.server) as session:
        announcer.announce(blobs(announcer.server) * 2)  # each is asked for once
        assert types_of(session.prove_host_keys()) == set(announcer.server.host_keys)
        assert len(announcer.asked[0]) == len(announcer.server.host_keys) - 1


WRONG: dict[str, Answer] = {
    "refused": lambda transport, keys: False,
    "of another session": lambda t, keys: tuple(signed(t, key, b"x" * 32) for key in keys),
    "swapped": lambda transport, keys: tuple(reversed(prove(transport, keys))),  # type: ignore[call-overload]
    "too few": lambda transport, keys: prove(transport, keys[:1]),
    "none": lambda transport, keys: (),
    "too many": lambda transport, keys: (*prove(transport, keys), b""),  # type: ignore[misc]
    "no signatures": lambda transport, keys: (b"",) * len(keys),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_proofs_that_are_none(announcer: Announcer, tmp_path: Path, wrong: str) -> None:
    announcer.answer = WRONG[wrong]
    known_hosts = tmp_path / "known_hosts"
    known_hosts.write_text(announcer.server.known_hosts_line("ssh-ed25519"))
    before = known_hosts.read_bytes()
    with judged(announcer.server, known_hosts) as session:
        announcer.announce(blobs(announcer.server))
        for call in (session.prove_host_keys, session.update_known_hosts):
            with pytest.raises(_ssh.HostKeySignatureError):
                call()
        assert known_hosts.read_bytes() == before
        echo(session)  # the session is none the worse


def test_signatures_by_sha_1_prove_nothing(announcer: Announcer) -> None:
    by_sha_1 = paramiko.Message()
    by_sha_1.add_string("ssh-rsa")
    by_sha_1.add_string(b"x" * 256)

    def answer(transport: paramiko.Transport, keys: list[bytes]) -> object:
        what = transport.session_id
        return tuple(
            by_sha_1.asbytes() if b"ssh-rsa" in key else signed(transport, key, what)
            for key in keys
        )

    announcer.answer = answer
    with login(announcer.server) as session:
        announcer.announce(blobs(announcer.server))
        wanted = set(announcer.server.host_keys) - {"ssh-rsa"}
        assert types_of(session.prove_host_keys()) == wanted


def test_a_client_that_wants_no_rsa(openssh: OpenSSHServer) -> None:
    """sshd then signs by SHA-1."""
    with login(openssh, algorithms={"host_key": "ssh-ed25519"}) as session:
        assert types_of(session.prove_host_keys()) >= TYPES - {"ssh-rsa"}


def test_lists_that_nobody_asked_for_do_no_harm(announcer: Announcer) -> None:
    with login(announcer.server) as session, within(30):
        own = session.host_key.blob
        for keys in (
            [os.urandom(50) for _ in range(3000)],
            [b""] * 10_000,
            [b"\0\0\0\x07unknown" + os.urandom(10)],
            [own[:-1], own + b"x"],
            [b"x" * 20_000],
            [own],
            [],
        ):
            announcer.announce(keys)
            assert [key.blob for key in session.prove_host_keys()] == [own]
        assert announcer.asked == []
        echo(session)
