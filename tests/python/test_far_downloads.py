"""Downloads over a long path: as much is on its way as the path carries, not as a window of the
beginning allows. Counted at a relay, so that it does not depend on how busy the machine is."""

import io
import socket
from collections.abc import Callable

import pytest

import _ssh
from clients import MIB, log_in, within
from faults import far_away
from remotes import Remote, shared_folder
from servers import OpenSSHServer

WAY = 0.05
SIZE = 64 * MIB
FIRST_WINDOW = 2 * MIB


def by_get(remote: Remote, path: str) -> bytes:
    target = io.BytesIO()
    remote.sftp.getfo(path, target)
    return target.getvalue()


def by_read(remote: Remote, path: str) -> bytes:
    with remote.sftp.open(path) as file:
        return b"".join(iter(lambda: file.read(MIB), b""))


def by_exec(remote: Remote, path: str) -> bytes:
    return remote.session.exec(f"cat {path}")


@pytest.mark.parametrize("fetch", [by_get, by_read, by_exec])
def test_the_window_follows_the_path(
    openssh: OpenSSHServer, fetch: Callable[[Remote, str], bytes]
) -> None:
    content = b"".join(number.to_bytes(8, "big") * 512 for number in range(SIZE // 4096))
    under_way: list[int] = []
    with (
        within(60),
        far_away(openssh.address, WAY, under_way.append) as address,
        _ssh.Session(socket.create_connection(address)) as session,
    ):
        log_in(session, openssh)
        with session.sftp() as sftp:
            remote = Remote(openssh, session, sftp, shared_folder(openssh))
            assert fetch(remote, remote.make("file", content)) == content
    assert max(under_way) > 2 * FIRST_WINDOW
