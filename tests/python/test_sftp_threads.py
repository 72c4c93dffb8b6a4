"""Many threads on one SFTP client, on one file, and on both while it ends."""

import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

import _ssh
from clients import MIB, Background, echo, within
from remotes import Remote, every_sftp_server, paused, remote_on
from servers import OpenSSHServer

THREADS = 32


@every_sftp_server
def test_32_threads_on_one_client(remote: Remote) -> None:
    def work(number: int) -> None:
        chance = random.Random(number)
        folder = remote.path(f"folder-{number}")
        remote.sftp.mkdir(folder)
        for turn in range(5):
            data = chance.randbytes(chance.choice([0, 10, 40_000, 300_000]))
            path = f"{folder}/{turn}"
            with remote.sftp.open(path, "w") as file:
                file.write(data)
            assert remote.sftp.stat(path).st_size == len(data)
            with remote.sftp.open(path) as file:
                assert file.read() == data
            with pytest.raises(FileNotFoundError):
                remote.sftp.stat(f"{folder}/nothing-{number}")
            remote.sftp.rename(path, f"{path}-done")
        assert sorted(remote.sftp.listdir(folder)) == [f"{turn}-done" for turn in range(5)]

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(work, range(THREADS)))


@every_sftp_server
def test_32_threads_read_one_file(remote: Remote) -> None:
    """Each block comes out once, and whole."""
    block, count = 10_007, 3000
    data = b"".join(b"%06d" % number * (block // 6) + b"." * (block % 6) for number in range(count))
    with remote.sftp.open(remote.make("file", data)) as file:

        def read(_: int) -> list[bytes]:
            return list(iter(lambda: file.read(block), b""))

        with ThreadPoolExecutor(THREADS) as threads:
            pieces = [piece for each in threads.map(read, range(THREADS)) for piece in each]
    assert len(pieces) == count
    assert b"".join(sorted(pieces)) == data


def test_32_threads_read_lines_of_one_file(remote: Remote) -> None:
    lines = [b"%d %s\n" % (number, b"x" * (number % 300)) for number in range(20_000)]
    path = remote.make("file", b"".join(lines))
    with remote.sftp.open(path) as file, ThreadPoolExecutor(THREADS) as threads:
        lists = list(threads.map(lambda _: list(file), range(THREADS)))
    found = [line for each in lists for line in each]
    assert sorted(found) == sorted(lines)


def test_whole_reads_at_the_same_time(remote: Remote) -> None:
    """One of them gets all, the others what is left: nothing."""
    data = os.urandom(3 * MIB)
    with remote.sftp.open(remote.make("file", data)) as file, ThreadPoolExecutor(8) as threads:
        results = sorted(threads.map(lambda _: file.read(), range(8)))
    assert results == [*[b""] * 7, data]


@every_sftp_server
def test_32_threads_at_places_of_one_file(remote: Remote) -> None:
    block = 50_000
    with remote.sftp.open(remote.path("file"), "w+") as file:

        def work(number: int) -> None:
            data = bytes([number]) * block
            for _ in range(5):
                assert file.pwrite(data, number * block) == block
                assert file.pread(block, number * block) == data

        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(work, range(THREADS)))
        assert file.tell() == 0
        assert file.read() == b"".join(bytes([number]) * block for number in range(THREADS))


@every_sftp_server
def test_32_threads_write_one_file(remote: Remote) -> None:
    """Each record is whole: writes do not mix, large or small."""
    with remote.sftp.open(remote.path("file"), "w") as file:

        def work(number: int) -> None:
            for turn in range(20):
                file.write(b"%02d" % number * (1 + 997 * turn) + b"\n")

        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(work, range(THREADS)))
    lines = remote.content("file").splitlines()
    expected = [b"%02d" % n * (1 + 997 * turn) for n in range(THREADS) for turn in range(20)]
    assert sorted(lines) == sorted(expected)


def test_one_listing_for_many(remote: Remote) -> None:
    """Each name once, also where one thread meets the end while others hold the last names."""
    names = sorted(f"name-{number}" for number in range(300))
    for name in names:
        remote.make(name)
    with ThreadPoolExecutor(8) as threads:
        for _ in range(20):
            with remote.sftp.scandir(remote.folder) as scan:

                def take(_: int, scan: _ssh.SFTPScan = scan) -> list[str]:
                    return [entry.name for entry in scan]

                found = [name for each in threads.map(take, range(8)) for name in each]
            assert sorted(found) == names


def test_python_runs_while_files_wait(remote: Remote) -> None:
    count = 0
    with remote.sftp.open(remote.make("file", b"x")) as file, paused(remote) as go_on:
        waiting = [Background(file.read), Background(lambda: remote.sftp.listdir(remote.folder))]
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            count += 1
            time.sleep(0.005)
        assert all(each.running for each in waiting)
        assert count > 30
        go_on()
        assert [each.result(10) for each in waiting] == [b"x", ["file"]]


def test_a_slow_file_holds_up_no_other_channel(remote: Remote) -> None:
    with remote.sftp.open(remote.make("file", b"x")) as file, paused(remote):
        waiting = Background(file.read)
        with within(5):
            for _ in range(20):
                echo(remote.session)
        assert waiting.running


@pytest.mark.parametrize("end", ["file", "sftp", "session", "abort"])
def test_an_end_while_others_wait(openssh: OpenSSHServer, end: str) -> None:
    with remote_on(openssh) as remote:
        file = remote.sftp.open(remote.make("file", b"content"))
        with paused(remote) as go_on:
            waiting = [Background(file.read) for _ in range(3)]
            waiting.append(Background(lambda: remote.sftp.listdir(remote.folder)))
            time.sleep(0.2)
            assert all(each.running for each in waiting)
            if end == "file":  # waits for its turn
                closing = Background(file.close)
                time.sleep(0.1)
                go_on()
                closing.result(5)
            else:
                ends = {
                    "sftp": remote.sftp.close,
                    "session": remote.session.close,
                    "abort": remote.session.abort,
                }
                with within(3):
                    ends[end]()
            for each in waiting:
                if end == "file":
                    with suppress(ValueError):
                        assert each.result(5) in (b"content", b"", ["file"])
                else:
                    with pytest.raises(_ssh.Error):
                        each.result(5)
        file.close()


def test_closing_from_many_threads(remote: Remote) -> None:
    for _ in range(20):
        file = remote.sftp.open(remote.path("file"), "w")
        file.write(b"x" * 100_000)
        barrier = threading.Barrier(8)

        def close(_: int, file: _ssh.SFTPFile = file, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            file.close()

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(close, range(8)))
        assert remote.content("file") == b"x" * 100_000
