"""Each algorithm alone, against servers that have it: data both ways, a re-key, data again. The key
exchanges stand in test_kex.py.
"""

import pytest

import _ssh
from clients import login
from servers import (
    AsyncSSHServer,
    DropbearServer,
    OpenSSHServer,
    ParamikoServer,
    Server,
    TinySSHServer,
)

HOST_KEYS = [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-256",
    "rsa-sha2-512",
]
AEAD = ["chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com", "aes256-gcm@openssh.com"]
CTR = ["aes128-ctr", "aes192-ctr", "aes256-ctr"]
MACS = [
    "hmac-sha2-256",
    "hmac-sha2-512",
    "hmac-sha1",
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha1-etm@openssh.com",
]
DATA = bytes(range(256)) * 1024


def use(server: Server, **algorithms: str) -> _ssh.Algorithms:
    """Logs in with these algorithms alone, moves data, re-keys, moves data again."""
    with login(server, algorithms=algorithms) as session:
        for _ in range(2):
            assert session.run("cat", input=DATA).stdout == DATA
            before = session.algorithms
            session.rekey()
        assert session.rekey_count >= 2
        assert session.algorithms.kex == before.kex
        return session.algorithms


@pytest.mark.parametrize("name", HOST_KEYS)
def test_host_key(openssh: OpenSSHServer, name: str) -> None:
    with login(openssh, algorithms={"host_key": [name]}) as session:
        assert session.algorithms.host_key == name
        kind = "ssh-rsa" if name.startswith("rsa") else name
        assert session.host_key.type == kind
        session.rekey()
        assert session.exec("echo ok") == b"ok\n"


@pytest.mark.parametrize("name", AEAD)
def test_cipher_that_authenticates(openssh: OpenSSHServer, name: str) -> None:
    agreed = use(openssh, cipher=name)
    assert agreed.cipher_client_to_server == agreed.cipher_server_to_client == name
    assert agreed.mac_client_to_server == agreed.mac_server_to_client == ""


@pytest.mark.parametrize("mac", MACS)
@pytest.mark.parametrize("cipher", CTR)
def test_cipher_with_mac(openssh: OpenSSHServer, cipher: str, mac: str) -> None:
    agreed = use(openssh, cipher=cipher, mac=mac)
    assert agreed.cipher_client_to_server == agreed.cipher_server_to_client == cipher
    assert agreed.mac_client_to_server == agreed.mac_server_to_client == mac


@pytest.mark.parametrize("kex", ["curve25519-sha256", "ecdh-sha2-nistp521"])
@pytest.mark.parametrize("cipher", ["chacha20-poly1305@openssh.com", "aes256-ctr"])
def test_dropbear(dropbear: DropbearServer, kex: str, cipher: str) -> None:
    assert use(dropbear, kex=kex, cipher=cipher).cipher_client_to_server == cipher


@pytest.mark.parametrize("host_key", ["ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-256"])
def test_dropbear_host_key(dropbear: DropbearServer, host_key: str) -> None:
    assert use(dropbear, host_key=host_key).host_key == host_key


def test_tinyssh(tinyssh: TinySSHServer) -> None:
    with login(tinyssh, algorithms={"kex": "curve25519-sha256"}) as session:
        assert session.run("cat", input=DATA).stdout == DATA


@pytest.mark.parametrize("cipher", [*AEAD, "aes192-ctr"])
def test_asyncssh_cipher(asyncssh_server: AsyncSSHServer, cipher: str) -> None:
    assert use(asyncssh_server, cipher=cipher).cipher_server_to_client == cipher


def test_a_list_is_an_order(openssh: OpenSSHServer) -> None:
    wanted = {"cipher": "aes256-ctr,aes128-ctr", "mac": ["hmac-sha2-512", "hmac-sha2-256"]}
    with login(openssh, algorithms=wanted) as session:
        assert session.algorithms.cipher_client_to_server == "aes256-ctr"
        assert session.algorithms.mac_client_to_server == "hmac-sha2-512"


def test_strict_key_exchange_can_be_required(openssh: OpenSSHServer) -> None:
    with login(openssh, require_strict_kex=True) as session:
        assert session.algorithms.strict_kex


def test_a_server_without_strict_key_exchange(openssh: OpenSSHServer) -> None:
    """It is spoken to, with a remark, unless that is ruled out."""
    with ParamikoServer(openssh.keys, strict_kex=False) as server:
        with login(server) as session:
            assert not session.algorithms.strict_kex
            assert len(session.warnings) == 1
            assert "require_strict_kex" in session.warnings[0]
            assert session.run("cat", input=DATA).stdout == DATA
            session.rekey()
            assert session.exec("echo new keys") == b"new keys\n"
        with pytest.raises(_ssh.NegotiationError) as refused:
            login(server, require_strict_kex=True)
        assert refused.value.kind == "strict kex"


@pytest.mark.parametrize(
    "algorithms",
    [{"kex": "no-such-kex"}, {"cipher": ""}, {"mac": []}, {"colour": "blue"}, {"cipher": "a\nb"}],
    ids=str,
)
def test_unknown_names_are_value_errors(
    openssh: OpenSSHServer, algorithms: dict[str, str | list[str]]
) -> None:
    with pytest.raises(ValueError):
        login(openssh, algorithms=algorithms)


def test_nothing_in_common_shows_both_lists(openssh: OpenSSHServer) -> None:
    server = OpenSSHServer(openssh.keys, ["Ciphers aes128-ctr,aes192-ctr"])
    with server, pytest.raises(_ssh.NegotiationError) as failed:
        login(server, algorithms={"cipher": ["aes256-ctr", "chacha20-poly1305@openssh.com"]})
    assert isinstance(failed.value, ConnectionError)
    assert failed.value.kind == "cipher client to server"
    assert failed.value.ours == ("aes256-ctr", "chacha20-poly1305@openssh.com")
    assert failed.value.theirs == ("aes128-ctr", "aes192-ctr")
    for name in (*failed.value.ours, *failed.value.theirs):
        assert name in str(failed.value)


@pytest.mark.parametrize(
    ("config", "algorithms", "kind"),
    [
        ("KexAlgorithms ecdh-sha2-nistp256", {"kex": "curve25519-sha256"}, "kex"),
        ("HostKeyAlgorithms ssh-ed25519", {"host_key": "rsa-sha2-512"}, "host key"),
        (
            "MACs hmac-sha2-512",
            {"cipher": "aes128-ctr", "mac": "hmac-sha2-256"},
            "mac client to server",
        ),
    ],
)
def test_nothing_in_common(
    openssh: OpenSSHServer, config: str, algorithms: dict[str, str], kind: str
) -> None:
    with OpenSSHServer(openssh.keys, [config]) as server:
        with pytest.raises(_ssh.NegotiationError) as failed:
            login(server, algorithms=algorithms)
        assert failed.value.kind == kind
        assert failed.value.ours[0] in algorithms.values()
        assert failed.value.theirs[0] in config
