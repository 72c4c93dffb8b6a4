"""Keys exchanged anew, by either side, in the middle of transfers both ways."""

import hashlib
import os
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest

from clients import MIB, Background, echo, login
from servers import AsyncSSHServer, DropbearServer, OpenSSHServer

SIZE = 100_000_000
NUMBERS = f"seq 1 13000000 | head -c {SIZE}"


@pytest.fixture(scope="session")
def expected() -> str:
    """The hash of what NUMBERS prints, from the same programs without SSH."""
    output = subprocess.run(["/bin/sh", "-c", NUMBERS], capture_output=True, check=True).stdout
    return hashlib.sha256(output).hexdigest()


@pytest.fixture(scope="session")
def rekeying(sshd_with: Callable[..., OpenSSHServer]) -> OpenSSHServer:
    return sshd_with("RekeyLimit 1M")


def test_100_mb_of_output_through_exec(rekeying: OpenSSHServer, expected: str) -> None:
    with login(rekeying) as session:
        output = session.exec(NUMBERS)
        assert len(output) == SIZE
        assert hashlib.sha256(output).hexdigest() == expected
        assert session.rekey_count >= 50


def test_100_mb_through_run_with_both_sides_rekeying(rekeying: OpenSSHServer) -> None:
    data = os.urandom(MIB) * 100
    with login(rekeying, rekey_bytes=MIB) as session:
        result = session.run("cat; echo done >&2", input=data)
        assert result.stdout == data
        assert result.stderr == b"done\n"
        assert result.exit_status == 0
        assert session.rekey_count >= 100


@pytest.mark.parametrize(
    "cipher", ["chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr"]
)
def test_every_kind_of_cipher(rekeying: OpenSSHServer, cipher: str) -> None:
    data = os.urandom(MIB) * 8
    with login(rekeying, rekey_bytes=MIB, algorithms={"cipher": cipher}) as session:
        assert session.run("cat", input=data).stdout == data
        assert session.rekey_count >= 8


def test_on_demand(openssh: OpenSSHServer) -> None:
    with login(openssh) as session:
        first = session.session_id
        for count in range(1, 11):
            session.rekey()
            assert session.rekey_count == count
            echo(session)
        assert session.session_id == first


def test_in_the_middle_of_a_transfer(openssh: OpenSSHServer) -> None:
    data = os.urandom(MIB) * 40
    with login(openssh) as session:
        transfer = Background(lambda: session.run("cat", input=data))
        while transfer.running:
            session.rekey()
        assert transfer.result().stdout == data
        assert session.rekey_count >= 3


def test_by_packets(openssh: OpenSSHServer) -> None:
    with login(openssh, rekey_packets=100) as session:
        assert len(session.exec(f"head -c {20 * MIB} /dev/zero")) == 20 * MIB
        assert session.rekey_count >= 3


@pytest.mark.parametrize("limits", [{"rekey_packets": 1}, {"rekey_bytes": 1}], ids=str)
def test_all_the_time(openssh: OpenSSHServer, limits: dict[str, Any]) -> None:
    """Not before login, though: OpenSSH answers no key exchange then."""
    data = os.urandom(200_000)
    with login(openssh, **limits) as session:
        assert session.run("cat", input=data).stdout == data
        for _ in range(10):
            echo(session)
        assert session.rekey_count >= 10


def test_by_time(openssh: OpenSSHServer) -> None:
    with login(openssh, rekey_interval=0.2) as session:
        session.exec("for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.15; done")
        assert session.rekey_count >= 2


def test_by_bytes_with_many_channels(openssh: OpenSSHServer) -> None:
    with login(openssh, rekey_bytes=MIB) as session:
        channels = [session.open_session() for _ in range(8)]
        for channel in channels:
            channel.exec(f"head -c {2 * MIB} /dev/zero")
        for channel in channels:
            assert len(channel.stdout.read()) == 2 * MIB
        # What the server had sent when it saw our KEXINIT comes under the old keys, and all 16 MiB
        # fit into the windows.
        assert session.rekey_count >= 3


def test_the_server_by_time(sshd_with: Callable[..., OpenSSHServer]) -> None:
    with login(sshd_with("RekeyLimit default 1")) as session:
        end = time.monotonic() + 3
        while time.monotonic() < end:
            echo(session)
        assert session.rekey_count >= 1


def test_dropbear(dropbear: DropbearServer) -> None:
    data = os.urandom(MIB) * 8
    with login(dropbear, rekey_bytes=MIB) as session:
        assert session.run("cat", input=data).stdout == data
        assert session.rekey_count >= 8


def test_asyncssh_rekeys_too(asyncssh_server: AsyncSSHServer) -> None:
    data = os.urandom(MIB) * 4
    with AsyncSSHServer(asyncssh_server.keys, rekey_bytes=MIB) as server, login(server) as session:
        assert session.run("cat", input=data).stdout == data
        assert session.rekey_count >= 2
