"""Keywords of ssh_config that say how keys are judged, shown and kept, against real servers."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import _ssh
import hawser
from agents import running_agent
from authority import Authority
from client_homes import address_of, connect_to, options_for
from hawser.config import SSHConfig
from hawser.key_looks import Looks
from servers import Keys, OpenSSHServer
from servers.keys import PASSPHRASE
from tool_runs import Home

ServerWith = Callable[..., OpenSSHServer]
KINDS = ("rsa", "ed25519", "ecdsa-521")


def configured(*lines: str) -> SSHConfig:
    return SSHConfig.from_text("".join(f"{line}\n" for line in lines))


# ---- CASignatureAlgorithms -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def rsa_authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("rsa"), "-t", "rsa", "-b", "2048")


@pytest.fixture(scope="module")
def certified(
    rsa_authority: Authority, openssh: OpenSSHServer, sshd_with: ServerWith
) -> OpenSSHServer:
    """Its host certificate is signed by rsa-sha2-512."""
    public = openssh.keys.host_key("ed25519").with_suffix(".pub")
    certificate = rsa_authority.certify_host(public, "-n", openssh.host)
    return sshd_with(f"HostCertificate {certificate}")


@pytest.mark.parametrize(
    ("algorithms", "counts"),
    [
        ("rsa-sha2-512", True),
        ("ssh-ed25519,rsa-sha2-512", True),
        ("+ssh-ed25519", True),
        ("-ssh-ed25519", True),
        ("ssh-ed25519", False),
        ("rsa-sha2-256", False),
        ("-rsa-sha2-512", False),
    ],
)
def test_authorities_may_sign_by_some_algorithms_only(
    certified: OpenSSHServer,
    rsa_authority: Authority,
    tmp_path: Path,
    algorithms: str,
    counts: bool,
) -> None:
    options = options_for(certified, tmp_path)
    Path(options["known_hosts"]).write_text(f"@cert-authority * {rsa_authority.public}\n")
    options["config"] = configured(f"CASignatureAlgorithms {algorithms}")
    if counts:
        with hawser.connect(address_of(certified), **options) as client:
            assert client.host_key.type == "ssh-ed25519-cert-v01@openssh.com"
        return
    with pytest.raises(hawser.HostKeyError, match="signed it by rsa-sha2-512, which is not among"):
        hawser.connect(address_of(certified), **options)


@pytest.mark.parametrize("algorithms", ["ssh-ed25519", ["rsa-sha2-512"], "nonsense"])
def test_algorithms_of_authorities_as_an_option(
    certified: OpenSSHServer, rsa_authority: Authority, tmp_path: Path, algorithms: str | list[str]
) -> None:
    options = options_for(certified, tmp_path, ca_signature_algorithms=algorithms)
    Path(options["known_hosts"]).write_text(f"@cert-authority * {rsa_authority.public}\n")
    if algorithms == ["rsa-sha2-512"]:
        hawser.connect(address_of(certified), **options).close()
        return
    error: type[Exception] = hawser.HostKeyError
    text = "does not count"
    if algorithms == "nonsense":
        error, text = ValueError, "'nonsense' is no signature algorithm"
    with pytest.raises(error, match=text):
        hawser.connect(address_of(certified), **options)


# ---- CheckHostIP ---------------------------------------------------------------------------------


def test_the_address_may_not_have_another_key(openssh: OpenSSHServer, tmp_path: Path) -> None:
    """The name is known, and its key is right; known_hosts has another one for the address."""
    name = f"localhost:{openssh.port}"
    options = options_for(openssh, tmp_path, address_family="inet", host_key_alias="box")
    right = openssh.host_keys["ssh-ed25519"]
    other = openssh.keys["ecdsa-256"].path.with_suffix(".pub").read_text()
    known = Path(options["known_hosts"])
    known.write_text(f"box {right}\n")
    checking = {**options, "config": configured("CheckHostIP yes")}
    destination = f"{openssh.user}@{name}"
    hawser.connect(destination, **checking).close()
    assert known.read_text() == f"box {right}\n", "addresses are not added"
    known.write_text(f"box {right}\n[127.0.0.1]:{openssh.port} {other}")
    hawser.connect(destination, **{**options, "config": configured("CheckHostIP no")}).close()
    options["host_key_alias"] = None
    known.write_text(f"[localhost]:{openssh.port} {right}\n127.0.0.1 {other}")
    hawser.connect(destination, **{**checking, "host_key_alias": None}).close()
    known.write_text(f"[localhost]:{openssh.port} {right}\n[127.0.0.1]:{openssh.port} {other}")
    with pytest.raises(hawser.HostKeyChanged, match=r"its address 127\.0\.0\.1"):
        hawser.connect(destination, **{**checking, "host_key_alias": None})
    known.write_text(f"[localhost]:{openssh.port},[127.0.0.1]:{openssh.port} {right}\n")
    hawser.connect(destination, **{**checking, "host_key_alias": None}).close()


# ---- NoHostAuthenticationForLocalhost ------------------------------------------------------------


def test_this_machine_may_show_any_key(openssh: OpenSSHServer, tmp_path: Path) -> None:
    options = options_for(openssh, tmp_path, update_host_keys=True)
    known = Path(options["known_hosts"])
    other = openssh.keys["ecdsa-256"].path.with_suffix(".pub").read_text()
    text = f"[{openssh.host}]:{openssh.port} {other}"
    known.write_text(text)
    exempt = configured("NoHostAuthenticationForLocalhost yes")
    with pytest.raises(hawser.HostKeyError):
        hawser.connect(address_of(openssh), **options)
    hawser.connect(address_of(openssh), **{**options, "config": exempt}).close()
    assert known.read_text() == text
    with pytest.raises(hawser.HostKeyError):  # as in OpenSSH: then it is not this machine's
        hawser.connect(address_of(openssh), **{**options, "config": exempt}, host_key_alias="box")
    revoked = tmp_path / "revoked"
    revoked.write_text("".join(f"{key}\n" for key in openssh.host_keys.values()))
    with pytest.raises(hawser.HostKeyRevoked):
        hawser.connect(address_of(openssh), **{**options, "config": exempt}, revoked_keys=revoked)


def test_another_machine_may_not(openssh: OpenSSHServer, tmp_path: Path) -> None:
    """One that is reached through a jump host is none of ours, whatever its name."""
    options = options_for(openssh, tmp_path)
    options["config"] = configured(
        "Match originalhost localhost",
        f"  ProxyJump {address_of(openssh)}",
        "  NoHostAuthenticationForLocalhost yes",
    )
    with pytest.raises(hawser.HostKeyUnknown, match="hop 2 of 2"):
        hawser.connect(f"{openssh.user}@localhost:{openssh.port}", **options)


# ---- FingerprintHash, VisualHostKey --------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["md5", "sha1", "sha256", "sha384", "sha512"])
def test_keys_look_as_with_ssh_keygen(keys: Keys, kind: str, name: str) -> None:
    path = keys[kind].path.with_suffix(".pub")
    command = ["ssh-keygen", "-l", "-v", "-E", name, "-f", str(path)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    first, *drawing = shown.splitlines()
    key = _ssh.PublicKey.from_file(path)
    looks = Looks(name, draws=True)
    assert looks.fingerprint(key) == first.split()[1]
    assert looks.drawing(key).splitlines() == drawing


def test_the_tools_show_keys_as_they_are_told(home: Home) -> None:
    place = f"{home.host}:/etc/passwd"
    run = home.run("scp", "-v", "-o", "FingerprintHash=md5", place, "copy")
    assert " MD5:" in run.err
    assert "SHA256:" not in run.err.partition("logged in")[0]
    run = home.run("scp", "-o", "VisualHostKey=yes", place, "copy")
    assert run.status == 0, run
    assert "+--[ED25519 256]--+\n|" in run.err
    assert "+----[SHA256]-----+\n" in run.err
    for flags in ((), ("-q", "-o", "VisualHostKey=yes")):
        assert "ED25519" not in home.run("scp", *flags, place, "copy").err


def test_the_question_has_the_drawing_and_takes_either_fingerprint(home: Home) -> None:
    home.known_hosts.unlink()
    options = ("-o", "FingerprintHash=md5", "-o", "VisualHostKey=yes")
    with home.terminal("scp", *options, f"{home.host}:/etc/passwd", "copy") as terminal:
        terminal.wait_for(r"MD5:(..:){15}..\s+\+--\[")
        terminal.wait_for(r"\[MD5\]")
        terminal.wait_for(r"fingerprint\]\)\? ")
        terminal.enter("yes")
        assert terminal.wait() == 0
    assert (home.local / "copy").exists()


# ---- KbdInteractiveDevices -----------------------------------------------------------------------


def test_devices_are_told_to_the_server(sshd_with: ServerWith, tmp_path: Path) -> None:
    server = sshd_with("LogLevel DEBUG1", "KbdInteractiveAuthentication yes")
    options = options_for(server, tmp_path, password="wrong", default_keys=False)
    del options["keys"]
    options["config"] = configured(
        "KbdInteractiveDevices pam,bsdauth", "PreferredAuthentications keyboard-interactive"
    )
    with pytest.raises(hawser.AuthenticationError):
        hawser.connect(address_of(server), **options)
    assert "keyboard-interactive devs pam,bsdauth" in server.log


# ---- AddKeysToAgent ------------------------------------------------------------------------------


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[str]:
    with running_agent(tmp_path / "agent") as path:
        yield path


@pytest.mark.parametrize(
    ("value", "is_held"),
    [("yes", True), ("no", False), ("60", True), ("confirm", True), ("confirm 60", True)],
)
def test_keys_go_to_the_agent(
    openssh: OpenSSHServer, agent: str, tmp_path: Path, value: str, is_held: bool
) -> None:
    config = configured(f"AddKeysToAgent {value}")
    connect_to(openssh, tmp_path, agent=agent, config=config).close()
    held = _ssh.Agent(agent).keys()
    assert [key.type for key in held] == ["ssh-ed25519"] * is_held


def test_an_encrypted_key_is_asked_for_once(
    openssh: OpenSSHServer, agent: str, tmp_path: Path
) -> None:
    asked: list[str] = []

    def ask(prompt: str, echo: bool) -> str | None:
        asked.append(prompt)
        return "yes" if echo else PASSPHRASE

    key = openssh.keys["ed25519-encrypted"].path
    config = configured("AddKeysToAgent ask")
    for _ in range(2):
        connect_to(openssh, tmp_path, keys=key, agent=agent, config=config, ask=ask).close()
    assert [prompt.split()[0] for prompt in asked] == ["Passphrase", "Add"]


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa-256", "rsa"])
def test_an_agent_takes_each_kind_of_key(keys: Keys, agent: str, kind: str) -> None:
    held, key = _ssh.Agent(agent), _ssh.PrivateKey.from_file(keys[kind].path)
    held.add(key, comment="of the test")
    (only,) = held.keys()
    assert (only.blob, only.comment) == (key.blob, "of the test")
    assert key.public_key.blob == only.blob
    assert only.sign(b"data")
    held.add(key, lifetime=1)
    for wrong in (0, -1, 1 << 32, 1.5):
        with pytest.raises((ValueError, TypeError, OverflowError)):
            held.add(key, lifetime=wrong)  # type: ignore[arg-type]


def test_an_agent_is_told_of_each_constraint(keys: Keys, agent: str) -> None:
    held = _ssh.Agent(agent)
    brief, asking = (_ssh.PrivateKey.from_file(keys[kind].path) for kind in ("ed25519", "rsa"))
    held.add(brief, lifetime=1)
    held.add(asking, confirm=True)
    identities = {key.blob: key for key in list(held.keys())}
    with pytest.raises(_ssh.AgentError):  # it has nobody to ask
        identities[asking.blob].sign(b"data")
    end = time.monotonic() + 10
    while len(held.keys()) == 2 and time.monotonic() < end:
        time.sleep(0.1)
    (left,) = held.keys()
    assert left.blob == asking.blob


def test_an_agent_that_will_not(keys: Keys, agent: str) -> None:
    """One that is locked."""
    held, key = _ssh.Agent(agent), _ssh.PrivateKey.from_file(keys["ed25519"].path)
    with socket.socket(socket.AF_UNIX) as lock:
        lock.connect(agent)
        lock.sendall(bytes.fromhex("00000007 16 00000002 7077"))
        assert lock.recv(5) == bytes.fromhex("00000001 06")
    with pytest.raises(_ssh.AgentError):
        held.add(key)
