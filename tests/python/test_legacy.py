"""Algorithms for servers that have nothing better: off unless they are named, seen where they are
in use, and each against servers that have it.
"""

import socket
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import _ssh
from clients import MIB, connect, log_in, login, within
from faults import Fault, Proxy
from servers import AsyncSSHServer, DropbearServer, OpenSSHServer, ParamikoServer, Server
from servers.asyncssh_server import AsyncSSHLogin
from servers.keys import Keys

KEX = [
    "diffie-hellman-group14-sha1",
    "diffie-hellman-group-exchange-sha1",
    "diffie-hellman-group1-sha1",
]
CIPHERS = ["aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"]
MACS = [
    "hmac-sha1-96-etm@openssh.com",
    "hmac-md5-etm@openssh.com",
    "hmac-md5-96-etm@openssh.com",
    "hmac-sha1-96",
    "hmac-md5",
    "hmac-md5-96",
]
USUAL_MACS = ["hmac-sha2-256", "hmac-sha2-512-etm@openssh.com", "hmac-sha1"]
ALL = [*KEX, *CIPHERS, *MACS, "ssh-rsa", "ssh-rsa-cert-v01@openssh.com"]
OLD = (
    "KexAlgorithms " + ",".join(KEX),
    "HostKeyAlgorithms ssh-rsa",
    "PubkeyAcceptedAlgorithms ssh-rsa,ssh-ed25519",
    "Ciphers " + ",".join(CIPHERS),
    "MACs " + ",".join([*USUAL_MACS, *MACS]),
)
DATA = bytes(range(256)) * 1024

pytestmark = pytest.mark.filterwarnings("ignore::_ssh.SecurityWarning")


@pytest.fixture(scope="module")
def old_sshd(sshd_with: Callable[..., OpenSSHServer]) -> OpenSSHServer:
    """An sshd that has nothing better."""
    return sshd_with(*OLD)


@pytest.fixture(scope="module")
def old_asyncssh(keys: Keys) -> Iterator[AsyncSSHServer]:
    server = AsyncSSHServer(
        keys,
        kex_algs=KEX,
        encryption_algs=CIPHERS,
        mac_algs=["hmac-sha1", *MACS],
        signature_algs=["ssh-rsa", "ssh-ed25519"],
    )
    with server:
        yield server


def use(server: Server, data: bytes = DATA, key: str = "ed25519", **algorithms: str) -> Any:
    """Logs in, moves the data both ways, re-keys, moves it again."""
    with login(server, key=key, algorithms={"kex": f"+{KEX[0]}", **algorithms}) as session:
        assert session.run("cat", input=data).stdout == data
        session.rekey()
        assert session.run("cat", input=data).stdout == data
        assert session.rekey_count == 1
        return session.algorithms


# ---- each with servers that have it --------------------------------------------------------------


@pytest.mark.parametrize("mac", [*USUAL_MACS, *MACS])
@pytest.mark.parametrize("cipher", CIPHERS)
def test_cipher_with_mac(old_sshd: OpenSSHServer, cipher: str, mac: str) -> None:
    agreed = use(old_sshd, host_key="+ssh-rsa", cipher=cipher, mac=mac)
    assert agreed.cipher_client_to_server == agreed.cipher_server_to_client == cipher
    assert agreed.mac_client_to_server == agreed.mac_server_to_client == mac


@pytest.mark.parametrize(
    ("cipher", "mac"),
    [*zip(CIPHERS, ["hmac-md5", "hmac-md5-96", "hmac-sha1-96", "hmac-sha1"], strict=True)]
    + [("aes128-cbc", mac) for mac in MACS if mac.endswith("openssh.com")],
)
def test_much_data_both_ways(old_sshd: OpenSSHServer, cipher: str, mac: str) -> None:
    """With new keys at every MiB of either side's."""
    algorithms = {"kex": f"+{KEX[0]}", "host_key": "+ssh-rsa", "cipher": cipher, "mac": mac}
    data = DATA * 33
    with login(old_sshd, algorithms=algorithms, rekey_bytes=MIB) as session:
        assert session.run("cat", input=data).stdout == data
        assert session.rekey_count >= 6


@pytest.mark.parametrize("kex", KEX)
def test_key_exchange(old_sshd: OpenSSHServer, kex: str) -> None:
    agreed = use(old_sshd, kex=kex, host_key="+ssh-rsa", cipher="+aes256-cbc")
    assert agreed.kex == kex


@pytest.mark.parametrize("kex", KEX)
def test_key_exchange_with_asyncssh(old_asyncssh: AsyncSSHServer, kex: str) -> None:
    agreed = use(old_asyncssh, kex=kex, host_key="+ssh-rsa", cipher="+aes128-cbc")
    assert agreed.kex == kex


@pytest.mark.parametrize("mac", ["hmac-md5", "hmac-sha1-96", "hmac-md5-96"])
@pytest.mark.parametrize("cipher", CIPHERS)
def test_cipher_with_asyncssh(old_asyncssh: AsyncSSHServer, cipher: str, mac: str) -> None:
    agreed = use(old_asyncssh, host_key="+ssh-rsa", cipher=cipher, mac=mac)
    assert (agreed.cipher_server_to_client, agreed.mac_server_to_client) == (cipher, mac)


@pytest.mark.parametrize("cipher", CIPHERS)
def test_cipher_with_paramiko(paramiko_server: ParamikoServer, cipher: str) -> None:
    try:
        agreed = use(paramiko_server, cipher=cipher, mac="hmac-md5")
    except _ssh.NegotiationError as error:
        pytest.skip(f"paramiko has no longer {error.kind} {error.ours}")
    assert agreed.cipher_server_to_client == cipher


def test_dropbear_knows_sha1_signatures(dropbear: DropbearServer) -> None:
    with connect(dropbear, algorithms={"host_key": "ssh-rsa"}) as session:
        assert session.algorithms.host_key == "ssh-rsa"
        log_in(session, dropbear)


@pytest.mark.parametrize("fixture", ["old_sshd", "old_asyncssh"])
def test_rsa_with_sha1(request: pytest.FixtureRequest, fixture: str) -> None:
    """As a host key and as a login, both proved by the server's library."""
    server: Server = request.getfixturevalue(fixture)
    old = {"kex": f"+{KEX[0]}", "host_key": "ssh-rsa", "cipher": "+aes128-cbc", "pubkey": "ssh-rsa"}
    with login(server, key="rsa", algorithms=old) as session:
        assert session.algorithms.host_key == "ssh-rsa"
        assert any("signature of the host key is ssh-rsa" in text for text in session.warnings)
        assert any("signature of the login is ssh-rsa" in text for text in session.warnings)
        assert session.exec("echo in") == b"in\n"


# ---- by name only --------------------------------------------------------------------------------


def test_nothing_of_it_is_offered_unasked(old_sshd: OpenSSHServer) -> None:
    defaults = {row.name for row in _ssh.supported_algorithms() if row.default}
    legacy = {row.name for row in _ssh.supported_algorithms() if row.legacy}
    assert legacy == set(ALL)
    assert not defaults & legacy
    with pytest.raises(_ssh.NegotiationError) as failed:
        connect(old_sshd)
    assert not legacy & set(failed.value.ours)


@pytest.mark.parametrize(
    ("allowed", "kind", "remedy"),
    [
        ({}, "kex", f"KexAlgorithms=+{KEX[0]}"),
        ({"KexAlgorithms": f"+{KEX[0]}"}, "host key", "HostKeyAlgorithms=+ssh-rsa"),
        (
            {"KexAlgorithms": f"+{KEX[0]}", "HostKeyAlgorithms": "+ssh-rsa"},
            "cipher client to server",
            "Ciphers=+aes128-cbc",
        ),
    ],
    ids=["kex", "host key", "cipher"],
)
def test_errors_name_the_option_that_helps(
    old_sshd: OpenSSHServer, allowed: dict[str, str], kind: str, remedy: str
) -> None:
    """One step after the other leads in."""
    with pytest.raises(_ssh.NegotiationError) as failed:
        connect(old_sshd, algorithms=allowed)
    text = str(failed.value)
    assert failed.value.kind == kind
    assert f"{remedy} allows it" in text
    assert all(name in text for name in (*failed.value.ours, *failed.value.theirs))


def test_a_server_that_wants_rsa_with_sha1_only(keys: Keys) -> None:
    """By what it says of itself (RFC 8308). sshd says that it can, and then may not want to."""
    server = AsyncSSHServer(
        keys,
        signature_algs=["ssh-rsa", "ssh-ed25519"],
        server_factory=lambda: AsyncSSHLogin([]),
    )
    with server, connect(server) as session:
        with pytest.raises(_ssh.AuthenticationError) as refused:
            log_in(session, server, "rsa")
        assert "PubkeyAcceptedAlgorithms=+ssh-rsa allows it" in str(refused.value)
        with pytest.raises(_ssh.AuthenticationError) as refused:
            log_in(session, server, "ed25519")
        assert "ssh-rsa" not in str(refused.value)


def test_a_refused_key_is_not_blamed_on_its_algorithm(openssh: OpenSSHServer) -> None:
    key = openssh.keys["rsa"].private
    with connect(openssh) as session, pytest.raises(_ssh.AuthenticationError) as refused:
        session.userauth_publickey("nobody-here", key)
    assert "ssh-rsa" not in str(refused.value)


@pytest.mark.parametrize("all_of_them", ["legacy", _ssh.Legacy(), _ssh.Legacy(*ALL)], ids=repr)
def test_all_of_them(old_sshd: OpenSSHServer, openssh: OpenSSHServer, all_of_them: Any) -> None:
    """What is better still goes before."""
    with connect(old_sshd, algorithms=all_of_them) as session:
        assert session.algorithms.kex == KEX[0]
    with connect(openssh, algorithms=all_of_them) as session:
        assert session.algorithms.kex.startswith("sntrup761x25519")
        assert session.warnings == ()


def test_what_a_legacy_object_says() -> None:
    assert _ssh.Legacy("ssh-rsa").names == ("ssh-rsa",)
    assert repr(_ssh.Legacy("ssh-rsa", "3des-cbc")) == "Legacy('ssh-rsa', '3des-cbc')"
    with pytest.raises(ValueError, match=r"unknown name 'ssh-dss'; the nearest is 'ssh-rsa'"):
        _ssh.Legacy("ssh-dss")
    with pytest.raises(ValueError, match="unknown name 'aes128-ctr'"):
        _ssh.Legacy("aes128-ctr")
    with pytest.raises(TypeError):
        _ssh.Legacy(1)  # type: ignore[arg-type]


# ---- lists ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lists", "agreed"),
    [
        ({"Ciphers": "^aes256-ctr"}, "aes256-ctr"),
        ({"ciphers": "-chacha20*,aes???-gcm*"}, "aes128-ctr"),
        ({"cipher": "+3des-cbc"}, "chacha20-poly1305@openssh.com"),
        ({"Ciphers": ["aes192-ctr", "aes256-ctr"]}, "aes192-ctr"),
        ({"Ciphers": "aes*"}, "aes128-gcm@openssh.com"),
    ],
    ids=str,
)
def test_lists_as_in_ssh_config(openssh: OpenSSHServer, lists: dict[str, Any], agreed: str) -> None:
    with connect(openssh, algorithms=lists) as session:
        assert session.algorithms.cipher_client_to_server == agreed


@pytest.mark.parametrize(
    ("lists", "text"),
    [
        ({"Ciphers": ""}, "Ciphers: the list is empty"),
        ({"Ciphers": []}, "Ciphers: the list is empty"),
        ({"Ciphers": "+"}, "Ciphers: the list is empty"),
        ({"Ciphers": "aes128-ctr,"}, "an empty name"),
        ({"Ciphers": "-*"}, "leaves nothing"),
        ({"Ciphers": "+aes128-cbd"}, "the nearest is 'aes128-cbc'; there are: chacha20-poly1305"),
        ({"Ciphers": "+*-cbc"}, "must be named one by one: aes128-cbc, aes192-cbc"),
        ({"Cipher": "aes128-ctr", "Ciphers": "aes128-ctr"}, "unknown list 'Cipher'"),
        ({"cipher": "aes128-ctr", "Ciphers": "aes128-ctr"}, "Ciphers is given twice"),
        ("modern", "'modern' is neither 'legacy' nor a mapping"),
    ],
    ids=str,
)
def test_mistakes_are_value_errors(openssh: OpenSSHServer, lists: Any, text: str) -> None:
    with pytest.raises(ValueError) as wrong:
        connect(openssh, algorithms=lists)
    assert text in str(wrong.value)


# ---- seen ----------------------------------------------------------------------------------------


def ours(caught: list[warnings.WarningMessage]) -> list[str]:
    """Python warns of other things, too."""
    return [str(each.message) for each in caught if each.category is _ssh.SecurityWarning]


def test_their_use_is_warned_of(old_sshd: OpenSSHServer) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        session = connect(old_sshd, algorithms="legacy")
        at_first = ours(caught)
        log_in(session, old_sshd, "rsa")
    with session:
        caught = [each for each in caught if each.category is _ssh.SecurityWarning]
        assert tuple(at_first) == session.warnings[:-1]
        assert {Path(each.filename).name for each in caught} == {"clients.py"}
        for name in (KEX[0], "ssh-rsa", CIPHERS[0]):
            assert any(name in text for text in at_first)
        assert str(caught[-1].message) == session.warnings[-1]
        assert "the login is ssh-rsa" in session.warnings[-1]
    assert issubclass(_ssh.SecurityWarning, UserWarning)


def test_a_warning_can_be_an_error(old_sshd: OpenSSHServer) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", _ssh.SecurityWarning)
        with pytest.raises(_ssh.SecurityWarning, match="key exchange"):
            connect(old_sshd, algorithms="legacy")


def test_a_server_without_strict_key_exchange_is_warned_of(keys: Keys) -> None:
    with ParamikoServer(keys, strict_kex=False) as server:
        with pytest.warns(_ssh.SecurityWarning, match="CVE-2023-48795"):
            connect(server).close()
        with pytest.raises(_ssh.NegotiationError, match="strict"):
            connect(server, require_strict_kex=True)


def test_good_servers_are_not_warned_of(openssh: OpenSSHServer) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", _ssh.SecurityWarning)
        login(openssh, key="rsa").close()


# ---- tampered with -------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1000, MIB])
@pytest.mark.parametrize("mac", ["hmac-sha1", "hmac-md5-etm@openssh.com"])
def test_a_packet_that_was_tampered_with(old_sshd: OpenSSHServer, mac: str, size: int) -> None:
    """One clear error, whether the server goes on sending or the connection ends. With a plain MAC
    it comes after 256 KiB, or with the end of the stream."""
    algorithms = {"kex": f"+{KEX[0]}", "host_key": "+ssh-rsa", "cipher": "aes128-cbc", "mac": mac}
    with Proxy(old_sshd.address) as proxy, within(30):
        sock = socket.create_connection(proxy.address)
        with sock, _ssh.Session(sock, algorithms=algorithms) as session:
            log_in(session, old_sshd)
            channel = session.open_session()
            proxy.fault = Fault("flip", proxy.moved["down"] + 400)
            channel.exec(f"head -c {size} /dev/zero; exec sleep 5")
            if size < MIB:
                threading.Timer(1, proxy.cut).start()
            with pytest.raises(_ssh.ProtocolError, match="message authentication failed"):
                read_all(channel)


def read_all(channel: _ssh.Channel) -> None:
    while channel.recv(65536):
        pass


# ---- the page ------------------------------------------------------------------------------------


def test_the_page_of_the_tables_is_not_stale() -> None:
    """If this fails: build/venv/bin/python tools/algorithms.py"""
    root = Path(__file__).parent.parent.parent
    check = [sys.executable, str(root / "tools" / "algorithms.py"), "--check"]
    assert subprocess.run(check).returncode == 0
