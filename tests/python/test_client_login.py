"""How `hawser.connect` logs in: certificates, several steps, questions, a person at a terminal; and
what becomes of a client in a child, and of Ctrl-C."""

import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import asyncssh
import pytest

import hawser
from authority import Authority
from client_homes import address_of, connect_to, options_for
from clients import within
from hawser import host_keys
from proxies import relaying, serving
from servers import PASSWORD, AsyncSSHServer, Keys, OpenSSHServer, is_root
from servers.asyncssh_server import AsyncSSHLogin
from servers.keys import PASSPHRASE
from servers.namespace import USER
from terminal import Terminal

ServerWith = Callable[..., OpenSSHServer]
NEEDS_ROOT = pytest.mark.skipif(not is_root(), reason="a server with passwords needs root")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


# ---- certificates --------------------------------------------------------------------------------


def test_a_certificate_beside_the_key(
    authority: Authority, openssh: OpenSSHServer, sshd_with: ServerWith, tmp_path: Path
) -> None:
    """The server knows the authority only."""
    server = sshd_with(f"TrustedUserCAKeys {authority.public_key}", "AuthorizedKeysFile none")
    key = tmp_path / "id"
    shutil.copy(openssh.keys["ed25519"].path, key)
    public = openssh.keys["ed25519"].path.with_suffix(".pub")
    with pytest.raises(hawser.AuthenticationError):
        connect_to(server, tmp_path, keys=key)
    certificate = authority.certify_user(public, "-n", server.user)
    connect_to(server, tmp_path, keys=key, certificates=certificate).close()
    shutil.copy(certificate, tmp_path / "id-cert.pub")
    connect_to(server, tmp_path, keys=key).close()
    connect_to(openssh, tmp_path, keys=key).close()  # by the key, which that one takes


def test_an_authority_for_hosts(
    authority: Authority, openssh: OpenSSHServer, sshd_with: ServerWith, tmp_path: Path
) -> None:
    public = openssh.keys.host_key("ed25519").with_suffix(".pub")
    certificate = authority.certify_host(public, "-n", openssh.host)
    server = sshd_with(f"HostCertificate {certificate}")
    nothing = tmp_path / "nothing"
    policy = host_keys.CertificateAuthority(authority.public)
    with connect_to(server, tmp_path, known_hosts=nothing, host_keys=policy) as client:
        assert client.host_key.type == "ssh-ed25519-cert-v01@openssh.com"
    for wrong in (
        host_keys.CertificateAuthority(authority.public, hosts="*.example.org"),
        host_keys.CertificateAuthority(openssh.host_keys["ssh-ed25519"]),
    ):
        with pytest.raises(hawser.HostKeyError):
            connect_to(server, tmp_path, known_hosts=nothing, host_keys=wrong)
    nothing.write_text(f"@revoked * {authority.public}\n")
    with pytest.raises(hawser.HostKeyRevoked):
        connect_to(server, tmp_path, known_hosts=nothing, host_keys=policy)


# ---- what the server says meanwhile --------------------------------------------------------------


class _Greeter(AsyncSSHLogin):
    """Greets, lets guests in at once, and has something to say of each password."""

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn

    def begin_auth(self, username: str) -> bool:
        self._connection.send_auth_banner("all is watched\n")
        return username != "guest"

    def validate_password(self, username: str, password: str) -> bool:
        self._connection.send_auth_banner("passwords end soon\n")
        return super().validate_password(username, password)


@pytest.mark.parametrize(
    ("user", "password", "said"),
    [
        ("guest", None, ["all is watched"]),
        (USER, PASSWORD, ["all is watched", "passwords end soon"]),
        (USER, "not it", ["all is watched", *["passwords end soon"] * 2]),  # asked in two ways
    ],
)
def test_banners_are_shown_whenever_they_come(
    keys: Keys,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    user: str,
    password: str | None,
    said: list[str],
) -> None:
    with AsyncSSHServer(keys, server_factory=lambda: _Greeter([])) as server:
        server.user = user
        options = options_for(server, tmp_path, keys=[], password=password)
        with caplog.at_level(logging.INFO, "hawser.connect"):
            if password == "not it":
                with pytest.raises(hawser.AuthenticationError):
                    hawser.connect(address_of(server), **options)
            else:
                hawser.connect(address_of(server), **options).close()
    shown = [line for record in caplog.records for line in record.getMessage().splitlines()]
    assert [line for line in shown if line in said] == said


# ---- several ways --------------------------------------------------------------------------------


def test_each_key_is_tried_once(sshd_with: ServerWith, tmp_path: Path) -> None:
    """A server that stands two tries: the third key would be one too many."""
    server = sshd_with("MaxAuthTries 2")
    stranger, right = server.keys.stranger.path, server.keys["rsa"].path
    connect_to(server, tmp_path, keys=[stranger, str(stranger), right]).close()


@NEEDS_ROOT
def test_two_steps(sshd_with: ServerWith, tmp_path: Path) -> None:
    server = sshd_with("AuthenticationMethods publickey,password")
    connect_to(server, tmp_path, password=PASSWORD).close()
    with pytest.raises(hawser.AuthenticationError, match="tried: the key"):
        connect_to(server, tmp_path)


def test_the_order_of_methods(asyncssh_server: AsyncSSHServer, tmp_path: Path) -> None:
    """A password is not shown to who takes the key first, nor where it is not preferred."""
    with pytest.raises(hawser.AuthenticationError) as caught:
        connect_to(
            asyncssh_server,
            tmp_path,
            keys=asyncssh_server.keys.stranger.path,
            password="wrong",
            preferred_authentications="keyboard-interactive,publickey",
        )
    assert isinstance(caught.value, hawser.ConnectError)
    assert caught.value.tried[0] == "keyboard-interactive"
    assert "a password" not in caught.value.tried


def test_questions_of_the_server(asyncssh_server: AsyncSSHServer, tmp_path: Path) -> None:
    asked: list[tuple[str, bool]] = []

    def ask(prompt: str, echo: bool) -> str:
        asked.append((prompt, echo))
        return PASSWORD

    only = "keyboard-interactive"
    connect_to(asyncssh_server, tmp_path, keys=[], ask=ask, preferred_authentications=only).close()
    assert [echo for _, echo in asked] == [False]
    assert asked[0][0].startswith(f"({asyncssh_server.user}@{asyncssh_server.host}) ")


PROGRAM = """
import sys, hawser
address, known_hosts, *keys = sys.argv[1:]
with hawser.connect(
    address, known_hosts=known_hosts, keys=keys, agent=False, config=None, host_keys="ask"
) as client:
    print("status", client.run("exit 7").returncode)
"""


def test_a_person_at_the_terminal(openssh: OpenSSHServer, tmp_path: Path) -> None:
    options = options_for(openssh, tmp_path)
    key = openssh.keys["ed25519-encrypted"].path
    places = [address_of(openssh), str(options["known_hosts"]), str(key)]
    with Terminal([sys.executable, "-c", PROGRAM, *places]) as terminal:
        terminal.wait_for(f"Passphrase of the key {key}: ")
        terminal.enter(PASSPHRASE)
        terminal.wait_for("status 7")
        assert terminal.wait() == 0
    assert PASSPHRASE not in terminal.text


@NEEDS_ROOT
def test_a_password_at_the_terminal(openssh: OpenSSHServer, tmp_path: Path) -> None:
    options = options_for(openssh, tmp_path)
    places = [address_of(openssh), str(options["known_hosts"])]
    with Terminal([sys.executable, "-c", PROGRAM, *places]) as terminal:
        terminal.wait_for("password: ")
        terminal.enter("wrong")
        terminal.wait_for("please try again")
        terminal.wait_for("password: ")
        terminal.enter(PASSWORD)
        terminal.wait_for("status 7")
    assert PASSWORD not in terminal.text


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_the_question_on_first_contact(openssh: OpenSSHServer, tmp_path: Path, answer: str) -> None:
    known_hosts = tmp_path / "none yet"
    key = str(openssh.keys["ed25519"].path)
    places = [address_of(openssh), str(known_hosts), key]
    with Terminal([sys.executable, "-c", PROGRAM, *places]) as terminal:
        terminal.wait_for(r"(?s)No key of \[127.*SHA256:.*fingerprint\]\)\? ")
        terminal.enter(answer)
        terminal.wait_for("status 7" if answer == "yes" else "HostKeyUnknown")
    assert known_hosts.exists() == (answer == "yes")
    if answer == "yes":
        assert known_hosts.read_text() == openssh.known_hosts_line()


def test_without_a_terminal_nobody_is_asked(openssh: OpenSSHServer, tmp_path: Path) -> None:
    key = str(openssh.keys["ed25519"].path)
    places = [address_of(openssh), str(tmp_path / "none"), key]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *places],
        capture_output=True,
        text=True,
        start_new_session=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert "HostKeyUnknown" in done.stderr


# ---- the process ---------------------------------------------------------------------------------


def test_a_child_leaves_the_client_alone(openssh: OpenSSHServer, tmp_path: Path) -> None:
    with connect_to(openssh, tmp_path) as client:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                client.close()
                status = 0 if client.closed else 2
            finally:
                os._exit(status)
        assert os.waitpid(child, 0)[1] == 0
        assert client.run("echo still here").stdout == b"still here\n"


def test_ctrl_c_ends_the_command(openssh: OpenSSHServer, tmp_path: Path) -> None:
    with connect_to(openssh, tmp_path) as client, within(10):
        timer = threading.Timer(0.5, signal.raise_signal, [signal.SIGINT])
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            client.run("exec sleep 4714.4")
        timer.join()
        assert client.run("pgrep -f '[s]leep 4714.4'").returncode == 1


def test_by_ipv6(openssh: OpenSSHServer, tmp_path: Path) -> None:
    """sshd listens at 127.0.0.1; what listens at ::1 hands on to it."""
    known_hosts = tmp_path / "six"
    if not _has_ipv6():
        pytest.skip("there is no IPv6 here")
    with serving(relaying(openssh.address), "::1") as port:
        known_hosts.write_text(openssh.known_hosts_line(host=f"[::1]:{port}"))
        options = options_for(openssh, tmp_path, known_hosts=known_hosts, user=openssh.user)
        for destination in (f"[::1]:{port}", f"ssh://{openssh.user}@[::1]:{port}"):
            with hawser.connect(destination, **options) as client:
                assert client.run("true").ok
        with pytest.raises(OSError):
            hawser.connect(f"[::1]:{port}", **options, address_family="inet")


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


# ---- key files that a program names --------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (None, FileNotFoundError, "No such file"),
        (lambda path: path.mkdir(), IsADirectoryError, "Is a directory"),
        (lambda path: path.write_text("no key at all"), hawser.KeyFileError, "named"),
    ],
)
def test_a_key_file_that_cannot_be_used(
    tmp_path: Path, make: Callable[[Path], object] | None, error: type[OSError], text: str
) -> None:
    """It is said before anything is sent, a password for instance: nobody listens there."""
    path = tmp_path / "named"
    if make is not None:
        make(path)
    with pytest.raises(error, match=text) as caught:
        hawser.connect("ann@127.0.0.1:1", keys=[path], password="secret", config=None)
    assert not isinstance(caught.value, hawser.ConnectError)
