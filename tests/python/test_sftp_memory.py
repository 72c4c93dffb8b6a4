"""SFTP in bounded memory: streams of any length, and nothing left of what is closed or dropped."""

import gc
import os
import resource
from contextlib import suppress
from pathlib import Path

import _ssh
from clients import MIB, login
from remotes import Remote, sftp_processes
from servers import OpenSSHServer


def resident() -> int:
    """Bytes of memory in use, as the kernel counts them."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def sparse(remote: Remote, size: int) -> str:
    path = remote.make("sparse")
    os.truncate(path, size)
    return path


def test_reading_a_long_file(remote: Remote) -> None:
    path = sparse(remote, 256 * MIB)
    with remote.sftp.open(path) as file:
        file.read(16 * MIB)
        before = resident()
        largest = 0
        total = 16 * MIB
        while piece := file.read(MIB):
            total += len(piece)
            largest = max(largest, resident())
    assert total == 256 * MIB
    assert largest - before < 24 * MIB  # 8 MiB are read ahead


def test_writing_a_long_file(remote: Remote) -> None:
    piece = bytes(MIB)
    with remote.sftp.open("/dev/null", "w") as file:
        for _ in range(16):
            file.write(piece)
        before = resident()
        largest = 0
        for _ in range(240):
            file.write(piece)
            largest = max(largest, resident())
    assert largest - before < 24 * MIB


def test_a_whole_file_is_in_memory_once(remote: Remote) -> None:
    path = sparse(remote, 200 * MIB)
    with remote.sftp.open(path) as file:
        before = resident()
        data = file.read()
        assert len(data) == 200 * MIB
        assert resident() - before < 240 * MIB


def test_a_line_without_end_is_as_long_as_asked(remote: Remote) -> None:
    path = sparse(remote, 64 * MIB)
    with remote.sftp.open(path) as file:
        before = resident()
        assert len(file.readline(MIB)) == MIB
        assert resident() - before < 24 * MIB


def test_files_and_listings_leave_nothing(remote: Remote) -> None:
    path = remote.make("file", b"line\n" * 20_000)

    def use() -> None:
        with remote.sftp.open(path, "r+") as file:
            file.read(1000)
            file.readline()
            file.write(b"y" * 50_000)
        remote.sftp.listdir(remote.folder)
        next(remote.sftp.scandir(remote.folder)).stat()
        remote.sftp.opendir(remote.folder).read()
        with suppress(FileNotFoundError):
            remote.sftp.stat(remote.path("nothing"))

    for _ in range(200):
        use()
    gc.collect()
    before = resident()
    for _ in range(500):
        use()
    gc.collect()
    assert resident() - before < 4 * MIB
    (pid,) = sftp_processes(remote)
    remote.sftp.stat(path)
    assert len(list(Path(f"/proc/{pid}/fd").iterdir())) < 20


def test_clients_leave_nothing(openssh: OpenSSHServer) -> None:
    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    with login(openssh) as session:

        def use(closes: bool) -> None:
            sftp = session.sftp()
            assert sftp.exists(".")
            if closes:
                sftp.close()

        for turn in range(20):
            use(turn % 2 == 0)
        gc.collect()
        before, open_before = resident(), descriptors()
        for turn in range(200):
            use(turn % 2 == 0)
        gc.collect()
        assert resident() - before < 4 * MIB
        assert descriptors() == open_before
        # A channel that is dropped is closed: there is room for 1024 only, and sshd allows fewer.
        kept = [session.sftp() for _ in range(20)]
        assert all(isinstance(each, _ssh.SFTP) for each in kept)
