"""How the tools connect: host keys, logins, what they say and with what status they end."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agents import running_agent
from servers import PASSWORD, OpenSSHServer, Server, is_root
from servers.base import free_port
from servers.keys import PASSPHRASE, Keys, public_line
from tool_runs import PROGRAMS, Home

MAYBE_ROOT = pytest.mark.skipif(not is_root(), reason="a server with passwords needs root")


def arguments(home: Home, program: str) -> list[str]:
    """A run that copies nothing much."""
    if program == "scp":
        return [str(home.local / "file"), home.place]
    return ["put", str(home.local / "file"), home.place]


@pytest.fixture(autouse=True)
def file(request: pytest.FixtureRequest) -> None:
    for name in ("home", "password_home"):
        if name in request.fixturenames:
            home: Home = request.getfixturevalue(name)
            (home.local / "file").write_text("content")


def arrived(home: Home) -> bool:
    return (home.remote / "file").exists()


# ---- host keys -----------------------------------------------------------------------------------


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_unknown_key_without_a_terminal(home: Home, program: str) -> None:
    home.known_hosts.unlink()
    run = home.run(program, *arguments(home, program))
    assert run.status == 255, run
    assert f"{home.host_name}: the host key is not known" in run.err
    assert "SHA256:" in run.err
    assert "StrictHostKeyChecking=accept-new" in run.err
    assert not home.known_hosts.exists()
    assert not arrived(home)


@pytest.mark.parametrize("answer", ["yes", "no", "fingerprint", "SHA256:wrong"])
def test_the_question_on_first_contact(home: Home, answer: str) -> None:
    home.known_hosts.unlink()
    with home.terminal("scp", *arguments(home, "scp")) as terminal:
        shown = terminal.wait_for(r"It shows this ED25519 key:\s+(SHA256:\S+)")[1]
        terminal.wait_for(r"yes/no/\[fingerprint\]\)\? ")
        if answer == "SHA256:wrong":
            terminal.enter(answer)
            terminal.wait_for("Type 'yes', 'no' or the fingerprint: ")
            answer = "no"
        terminal.enter(shown if answer == "fingerprint" else answer)
        status = terminal.wait()
    if answer == "no":
        assert status == 255
        assert not home.known_hosts.exists()
        return
    assert status == 0
    assert home.known_hosts.read_text() == home.server.known_hosts_line()
    assert home.known_hosts.stat().st_mode & 0o777 == 0o600
    assert home.run("scp", *arguments(home, "scp")).status == 0


def test_a_key_is_added_below_what_is_there(home: Home) -> None:
    home.known_hosts.write_text("# no newline at the end")
    option = "StrictHostKeyChecking=accept-new"
    run = home.run("scp", "-o", option, *arguments(home, "scp"))
    assert run.status == 0, run
    line = home.server.known_hosts_line()
    assert home.known_hosts.read_text() == f"# no newline at the end\n{line}"


def test_known_hosts_that_forgets(home: Home) -> None:
    home.known_hosts.unlink()
    options = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
    assert home.run("scp", *options, *arguments(home, "scp")).status == 0
    assert Path("/dev/null").is_char_device()
    assert not home.known_hosts.exists()


@pytest.mark.parametrize("option", ["ask", "accept-new", "no"])
def test_a_changed_key_is_refused(home: Home, option: str) -> None:
    other = public_line(home.server.keys["ed25519"].path)
    home.known_hosts.write_text(f"{home.host_name} {other}\n")
    option = f"StrictHostKeyChecking={option}"
    options = ["-o", option, "-o", "HostKeyAlgorithms=ssh-ed25519"]
    with home.terminal("sftp", *options, *arguments(home, "sftp")) as terminal:
        assert terminal.wait() == 255
    assert "THE HOST KEY HAS CHANGED" in terminal.text
    assert f"ssh-keygen -R '{home.host_name}'" in terminal.text
    assert not arrived(home)


def test_strict_never_asks(home: Home) -> None:
    home.known_hosts.unlink()
    option = ["-o", "StrictHostKeyChecking=yes"]
    with home.terminal("scp", *option, *arguments(home, "scp")) as terminal:
        assert terminal.wait() == 255
    assert "is not known" in terminal.text
    assert "?" not in terminal.text


# ---- logins --------------------------------------------------------------------------------------


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_default_key(home: Home, program: str) -> None:
    run = home.run(program, *arguments(home, program))
    assert run.status == 0, run
    assert arrived(home)


def test_a_named_key(home: Home) -> None:
    home.take_key()
    key = str(home.server.keys["rsa"].path)
    assert home.run("scp", "-i", key, *arguments(home, "scp")).status == 0
    refused = home.run("scp", "-i", str(home.server.keys.stranger.path), *arguments(home, "scp"))
    assert refused.status == 255
    assert "permission denied" in refused.err
    missing = home.run("scp", "-i", "/nonexistent", *arguments(home, "scp"))
    assert missing.status == 255
    assert "/nonexistent: No such file or directory" in missing.err


def test_a_passphrase_is_asked_for(home: Home) -> None:
    key = str(home.give_key("ed25519-encrypted"))
    with home.terminal("scp", *arguments(home, "scp")) as terminal:
        terminal.wait_for(f"Passphrase of the key {key}: ")
        terminal.enter("wrong")
        terminal.wait_for("Passphrase of the key")
        terminal.enter(PASSPHRASE)
        assert terminal.wait() == 0
    assert PASSPHRASE not in terminal.text
    run = home.run("scp", "-i", key, *arguments(home, "scp"))
    assert run.status == 255
    assert f"{key}: it is encrypted: a passphrase is needed\n" in run.err


@pytest.fixture
def agent_socket(home: Home, tmp_path: Path) -> Iterator[str]:
    """An agent that holds a key which the server does not take, and one which it does."""
    with running_agent(tmp_path / "agent") as path:
        for key in (home.server.keys.stranger, home.server.keys["ecdsa-256"]):
            subprocess.run(
                ["ssh-add", "-q", "-"],
                input=key.private,
                env={**os.environ, "SSH_AUTH_SOCK": path},
                check=True,
            )
        yield path


def test_keys_of_an_agent(home: Home, agent_socket: str) -> None:
    home.take_key()
    run = home.run("scp", "-v", *arguments(home, "scp"), SSH_AUTH_SOCK=agent_socket)
    assert run.status == 0, run
    assert run.err.count("the server did not take the key ssh-ed25519") == 1
    assert "logged in by the key ecdsa-sha2-nistp256" in run.err
    only = ["-o", "IdentitiesOnly=yes"]
    assert home.run("scp", *only, *arguments(home, "scp"), SSH_AUTH_SOCK=agent_socket).status == 255
    assert home.run("scp", *arguments(home, "scp"), SSH_AUTH_SOCK="/nonexistent").status == 255


def test_the_named_key_comes_before_the_agents(
    sshd_with: Callable[..., OpenSSHServer], agent_socket: str, tmp_path: Path
) -> None:
    """A server that stands one try sees the right key if it is named."""
    home = Home(sshd_with("MaxAuthTries 1"), tmp_path / "other home")
    home.take_key()
    (home.local / "file").write_text("content")
    named = ["-i", str(home.server.keys["rsa"].path)]
    run = home.run("scp", *named, *arguments(home, "scp"), SSH_AUTH_SOCK=agent_socket)
    assert (run.status, run.err) == (0, ""), run
    unnamed = home.run("scp", *arguments(home, "scp"), SSH_AUTH_SOCK=agent_socket)
    assert unnamed.status == 255
    assert "Too many authentication failures" in unnamed.err


def test_an_encrypted_key_that_the_agent_holds(home: Home, agent_socket: str) -> None:
    key = home.server.keys["ecdsa-256-encrypted"].path
    options = ["-o", "IdentitiesOnly=yes", "-i", str(key)]
    run = home.run("scp", *options, *arguments(home, "scp"), SSH_AUTH_SOCK=agent_socket)
    assert (run.status, run.err) == (0, ""), run


@MAYBE_ROOT
def test_a_password_is_asked_for(password_home: Home) -> None:
    home = password_home
    with home.terminal("scp", *arguments(home, "scp")) as terminal:
        terminal.wait_for(f"{home.host}'s password: ")
        terminal.enter("wrong")
        terminal.wait_for("permission denied, please try again")
        terminal.wait_for("password: ")
        terminal.enter(PASSWORD)
        assert terminal.wait() == 0
    assert PASSWORD not in terminal.text
    assert arrived(home)


@MAYBE_ROOT
def test_three_wrong_passwords(password_home: Home) -> None:
    with password_home.terminal("scp", *arguments(password_home, "scp")) as terminal:
        for _ in range(3):
            terminal.wait_for("password: ")
            terminal.enter("wrong")
        assert terminal.wait() == 255
    assert "permission denied (" in terminal.text


@MAYBE_ROOT
@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_a_question_that_is_not_answered(password_home: Home, key: str) -> None:
    option = ["-o", "NumberOfPasswordPrompts=1"]
    with password_home.terminal("scp", *option, *arguments(password_home, "scp")) as terminal:
        terminal.wait_for("password: ")
        terminal.press(key)
        assert terminal.wait() == (130 if key == "\x03" else 255)


@MAYBE_ROOT
def test_a_password_that_is_given(password_home: Home, tmp_path: Path) -> None:
    home = password_home
    run = home.run("scp", "-p", PASSWORD, *arguments(home, "scp"))
    assert run.status == 0, run
    assert "list of processes" in run.err
    assert home.run("scp", "-q", "-p", PASSWORD, *arguments(home, "scp")).err == ""
    run = home.run("sftp", *arguments(home, "sftp"), HAWSER_PASSWORD=PASSWORD)
    assert (run.status, run.err) == (0, "")
    run = home.run("scp", "--password-fd", "0", *arguments(home, "scp"), stdin=f"{PASSWORD}\n")
    assert (run.status, run.err) == (0, "")
    run = home.run("scp", "-p", "wrong", *arguments(home, "scp"))
    assert run.status == 255
    assert "permission denied" in run.err
    home.give_key("ed25519")
    assert home.run("scp", "-p", "wrong", *arguments(home, "scp")).status == 0


def test_questions_of_the_server(asyncssh_server: Server, tmp_path: Path) -> None:
    home = Home(asyncssh_server, tmp_path / "home")
    home.take_key()
    (home.local / "file").write_text("content")
    only = ["-o", "PreferredAuthentications=keyboard-interactive"]
    with home.terminal("scp", *only, *arguments(home, "scp")) as terminal:
        terminal.wait_for(rf"\({home.host}\) .*[Pp]assword")
        terminal.enter(PASSWORD)
        assert terminal.wait() == 0
    assert PASSWORD not in terminal.text
    run = home.run("scp", *only, *arguments(home, "scp"), HAWSER_PASSWORD=PASSWORD)
    assert run.status == 0, run
    run = home.run("scp", *only, *arguments(home, "scp"), HAWSER_PASSWORD="wrong")
    assert run.status == 255, run


@MAYBE_ROOT
def test_a_password_is_no_business_of_children(password_home: Home) -> None:
    run = password_home.run(
        "sftp", "-q", "-b", "-", password_home.host, stdin="!env\n", HAWSER_PASSWORD=PASSWORD
    )
    assert run.status == 0, run
    assert "HOME=" in run.out
    assert PASSWORD not in run.out


@MAYBE_ROOT
def test_nobody_is_asked_in_batch_mode(password_home: Home) -> None:
    home = password_home
    for options in (["-B"], ["-o", "BatchMode=yes"]):
        with home.terminal("scp", *options, *arguments(home, "scp")) as terminal:
            assert terminal.wait() == 255
        assert "password:" not in terminal.text
    with home.terminal("sftp", "-b", os.devnull, home.host) as terminal:
        assert terminal.wait() == 255
    with home.terminal("sftp", "-o", "BatchMode=no", "-b", os.devnull, home.host) as terminal:
        terminal.wait_for("password: ")
        terminal.enter(PASSWORD)
        assert terminal.wait() == 0


def test_without_a_terminal_nobody_is_asked(password_home: Home) -> None:
    run = password_home.run("scp", *arguments(password_home, "scp"), stdin=f"{PASSWORD}\n")
    assert run.status == 255, run
    assert "permission denied" in run.err


# ---- ssh_config ----------------------------------------------------------------------------------


def test_a_host_of_the_file(home: Home, sshd_with: Callable[..., OpenSSHServer]) -> None:
    """By its name alone, over a jump host of its own; each is known by its place."""
    gate, server = sshd_with("Banner none"), home.server
    config = home.folder / "work.config"
    config.write_text(f"""
        Host box
            Port {server.port}
            ProxyJump gate
        Host gate
            Port {gate.port}
        Host *
            HostName {server.host}
            User {server.user}
        """)
    with home.known_hosts.open("a") as file:
        file.write(gate.known_hosts_line())
    for program in PROGRAMS:
        words = [word.replace(home.host, "box") for word in arguments(home, program)]
        command = [sys.executable, "-m", f"hawser.tools.{program}", "-v", "-F", str(config), *words]
        done = subprocess.run(
            command, capture_output=True, text=True, env=home.environment(), check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr.count("connected to") == 2
    assert arrived(home)


def test_a_jump_host(home: Home, sshd_with: Callable[..., OpenSSHServer]) -> None:
    gate = sshd_with("Banner none")
    jump = f"{gate.user}@{gate.host}:{gate.port}"
    run = home.run("scp", "-J", jump, *arguments(home, "scp"))
    assert run.status == 255, run
    assert f"[{gate.host}]:{gate.port}: the host key is not known" in run.err
    with home.known_hosts.open("a") as file:
        file.write(gate.known_hosts_line())
    run = home.run("scp", "-J", jump, *arguments(home, "scp"))
    assert (run.status, run.err) == (0, "")
    assert arrived(home)


def test_a_file_that_cannot_be_used(home: Home) -> None:
    config = home.folder / "broken"
    config.write_text("Host *\n  HosName x\n")
    for name in (str(config), "/nonexistent"):
        run = home.run("scp", "-F", name, *arguments(home, "scp"))
        assert run.status == 255, run
        assert name in run.err


# ---- what is said --------------------------------------------------------------------------------


@pytest.mark.parametrize("program", PROGRAMS)
def test_nobody_answers(home: Home, program: str) -> None:
    home.server = type(home.server).__new__(type(home.server))
    home.server.host, home.server.port, home.server.user = "127.0.0.1", free_port(), "ann"
    run = home.run(program, *arguments(home, program))
    assert run.status == 255, run
    assert run.err == f"hawser-{program}: 127.0.0.1: port {home.server.port}: Connection refused\n"


def test_a_host_that_has_no_address(home: Home) -> None:
    run = home.run("sftp", "no-such-host.invalid")
    assert run.status == 255, run
    assert run.err.startswith("hawser-sftp: no-such-host.invalid: ")


def test_verbose(home: Home) -> None:
    run = home.run("scp", "-v", "-c", "aes256-ctr", *arguments(home, "scp"))
    assert run.status == 0, run
    for text in (
        "key exchange ",
        "cipher aes256-ctr",
        "MAC hmac",
        "logged in by the key",
    ):
        assert text in run.err
    assert home.run("scp", *arguments(home, "scp")).err == ""


def test_ciphers_that_nobody_knows(home: Home) -> None:
    run = home.run("scp", "-c", "rot13", *arguments(home, "scp"))
    assert run.status == 255, run
    assert "Ciphers: unknown name 'rot13'" in run.err


def test_an_old_server(keys: Keys, tmp_path: Path) -> None:
    """The error says which option helps; with it the tool works, and warns."""
    old = "diffie-hellman-group14-sha1"
    with OpenSSHServer(keys, [f"KexAlgorithms {old}", "Ciphers aes128-cbc"]) as server:
        home = Home(server, tmp_path / "home")
        (home.local / "file").write_text("content")
        allowed: list[str] = []
        for option in (f"KexAlgorithms=+{old}", "Ciphers=+aes128-cbc"):
            run = home.run("scp", *allowed, *arguments(home, "scp"))
            assert run.status == 255, run
            assert f"{option} allows it" in run.err
            allowed += ["-o", option]
        run = home.run("scp", *allowed, *arguments(home, "scp"))
        assert run.status == 0, run
        assert f"the key exchange is {old}, which is weak" in run.err
        assert "SecurityWarning" not in run.err
        assert arrived(home)
        quiet = ["-q", "-c", "+aes128-cbc", *allowed[:2]]
        run = home.run("sftp", *quiet, *arguments(home, "sftp"))
        assert (run.status, run.err) == (0, "")


def test_compression_is_a_wish(home: Home) -> None:
    assert home.run("scp", "-C", *arguments(home, "scp")).status == 0
    assert arrived(home)
