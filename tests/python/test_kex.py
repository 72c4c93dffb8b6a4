"""Each key exchange with each server: all pairs that both sides have, by one loop."""

import pytest

import _ssh
from clients import login
from kexinit import offer_of
from servers import OpenSSHServer, Server

# All of ours, in the order of the default offer.
KEX = [
    "mlkem768x25519-sha256",
    "sntrup761x25519-sha512",
    "sntrup761x25519-sha512@openssh.com",
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
    "diffie-hellman-group14-sha256",
]

# What each server must have in common with us: less would be a test that found nothing to do.
LEAST = {
    "openssh": {
        "sntrup761x25519-sha512@openssh.com",
        "curve25519-sha256",
        "diffie-hellman-group-exchange-sha256",
    },
    "dropbear": {"curve25519-sha256", "diffie-hellman-group14-sha256"},
    "tinyssh": {"sntrup761x25519-sha512@openssh.com", "curve25519-sha256"},
    "asyncssh_server": {"mlkem768x25519-sha256", "diffie-hellman-group18-sha512"},
    "paramiko_server": {"curve25519-sha256@libssh.org", "diffie-hellman-group16-sha512"},
}
DATA = bytes(range(256)) * 300


@pytest.mark.parametrize("name", list(LEAST))
def test_every_kex(request: pytest.FixtureRequest, name: str) -> None:
    """Login, new keys, data both ways."""
    server: Server = request.getfixturevalue(name)
    common = [kex for kex in KEX if kex in offer_of(server)["kex"]]
    assert set(common) >= LEAST[name]
    for kex in common:
        with login(server, algorithms={"kex": kex}) as session:
            assert session.algorithms.kex == kex
            if name != "tinyssh":  # overlooks what comes in one piece with our NEWKEYS
                session.rekey()
            assert session.run("cat", input=DATA).stdout == DATA
            assert session.algorithms.kex == kex


def test_the_default_offer(openssh: OpenSSHServer) -> None:
    config = ["KexAlgorithms diffie-hellman-group1-sha1"]
    with OpenSSHServer(openssh.keys, config) as server:
        with pytest.raises(_ssh.NegotiationError) as failed:
            login(server)
        assert list(failed.value.ours) == KEX
