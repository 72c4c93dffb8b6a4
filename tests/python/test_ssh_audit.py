"""What ssh-audit says of our default offer. Each remark that remains is here, with the reason why
it does: another one, or one that is gone, fails.
"""

import json
import socket
import subprocess
import sys
import time
from contextlib import suppress

import _ssh
from servers.base import free_port

NIST_KEX = {"ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521"}
NIST_KEYS = {
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ecdsa-sha2-nistp256@openssh.com",
}

# (level, remark): what it is about, and why we offer that all the same.
ACCEPTED: dict[tuple[str, str], tuple[set[str], str]] = {
    ("warn", "does not provide protection against post-quantum attacks"): (
        NIST_KEX
        | {
            "curve25519-sha256",
            "curve25519-sha256@libssh.org",
            "diffie-hellman-group-exchange-sha256",
            "diffie-hellman-group16-sha512",
            "diffie-hellman-group18-sha512",
            "diffie-hellman-group14-sha256",
        },
        "the three hybrids are offered first; most servers of today have none of them",
    ),
    (
        "fail",
        "using elliptic curves that are suspected as being backdoored by the U.S. National "
        "Security Agency",
    ): (
        NIST_KEX | NIST_KEYS,
        "no weakness of these curves is known, some servers have no others, and all that is "
        "not NIST's goes before them",
    ),
    ("warn", "using weak random number generator could reveal the key"): (
        NIST_KEYS,
        "true of the server's own key; we cannot tell how it draws its numbers",
    ),
    ("warn", "2048-bit modulus only provides 112-bits of symmetric strength"): (
        {"diffie-hellman-group14-sha256"},
        "the last of the list, for servers whose only group it is",
    ),
    ("fail", "using broken SHA-1 hash algorithm"): (
        {"hmac-sha1", "hmac-sha1-etm@openssh.com"},
        "collisions of SHA-1 do not touch HMAC; the module's contract has it, as the last",
    ),
    ("warn", "using encrypt-and-MAC mode"): (
        {"hmac-sha2-256", "hmac-sha2-512", "hmac-sha1"},
        "with a counter mode nothing is known against it; the -etm MACs go before them",
    ),
}


def dial(port: int) -> socket.socket:
    """As soon as it listens."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def remarks() -> set[tuple[str, str, str]]:
    """(level, remark, algorithm) for each that is a warning or worse."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "ssh_audit",
        "-c",
        "-j",
        "-b",
        "-4",
        "-t",
        "30",
        "-p",
        str(port),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as audit:
        try:
            with dial(port) as sock, suppress(OSError):
                _ssh.Session(sock)  # it hears our offer and hangs up
            output, _ = audit.communicate(timeout=30)
        finally:
            audit.kill()
    report = json.loads(output)
    return {
        (level, remark, row["algorithm"])
        for kind in ("kex", "key", "enc", "mac")
        for row in report[kind]
        for level, texts in row.get("notes", {}).items()
        if level != "info"
        for remark in texts
    }


def test_the_remarks_that_remain() -> None:
    accepted = {(*remark, name) for remark, (names, _) in ACCEPTED.items() for name in names}
    assert remarks() == accepted
