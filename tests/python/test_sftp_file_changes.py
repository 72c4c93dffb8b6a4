"""Remote files of any size, and files that others change meanwhile."""

import os
from pathlib import Path

import pytest

from clients import MIB
from contents import pattern
from remotes import Remote, every_sftp_server


def test_the_file_behind_the_handle(remote: Remote) -> None:
    path = remote.path("file")
    with remote.sftp.open(path, "w") as file:
        file.write(b"12345")
        assert file.stat().st_size == 5
        file.chmod(0o640)
        file.utime((1_000_000_000, 1_500_000_000.9))
        found = file.stat()
        assert (found.st_mtime, found.st_atime) == (1_500_000_000, 1_000_000_000)
        file.chown(found.st_uid or 0, found.st_gid or 0)
        assert file.statvfs().f_bsize == os.statvfs(path).f_bsize
        remote.sftp.rename(path, remote.path("moved"))
        file.write(b"6")
    assert remote.content("moved") == b"123456"
    assert (remote.folder / "moved").stat().st_mode & 0o7777 == 0o640


@every_sftp_server
def test_two_handles_on_one_file(remote: Remote) -> None:
    path = remote.path("file")
    with remote.sftp.open(path, "w") as writer, remote.sftp.open(path) as reader:
        writer.write(b"one")
        writer.flush()
        assert reader.read() == b"one"
        writer.write(b"two")
        writer.flush()
        assert reader.read() == b"two"


def test_appending_while_others_do(remote: Remote) -> None:
    path = remote.make("file", b"begin")
    with remote.sftp.open(path, "a") as file:
        with Path(path).open("ab") as other:
            other.write(b"|theirs")
        file.write(b"|ours")
        file.flush()
    assert remote.content("file") == b"begin|theirs|ours"


@every_sftp_server
def test_64_mib_there_and_back(remote: Remote) -> None:
    data = os.urandom(MIB) * 64
    with remote.sftp.open(remote.path("file"), "w") as file:
        file.write(data)
    with remote.sftp.open(remote.path("file")) as file:
        assert file.read() == data


@pytest.mark.parametrize("boundary", [1 << 31, 1 << 32])
def test_sparse_files_beyond_32_bits(remote: Remote, boundary: int) -> None:
    path = remote.make("file")
    os.truncate(path, boundary + 1)
    with remote.sftp.open(path, "r+") as file:
        assert file.seek(0, 2) == boundary + 1
        file.seek(boundary - 2)
        assert file.write(b"abcdef") == 6
        assert file.tell() == boundary + 4
        file.seek(boundary - 3)
        assert file.read(10) == b"\0abcdef"
        assert file.pread(2, boundary) == b"cd"
        assert file.truncate(boundary - 1) == boundary - 1
    assert Path(path).stat().st_size == boundary - 1
    assert remote.sftp.stat(path).st_size == boundary - 1


# files that change --------------------------------------------------------------------------------


def test_a_file_that_grows_while_it_is_read(remote: Remote) -> None:
    path = remote.make("file", pattern(100_000))
    with remote.sftp.open(path) as file:
        assert len(file.read(50_000)) == 50_000
        with Path(path).open("ab") as more:
            more.write(b"more" * MIB)
        rest = file.read()
        assert len(rest) == 50_000 + 4 * MIB
        assert rest.endswith(b"more")


def test_a_file_that_shrinks_while_it_is_read(remote: Remote) -> None:
    path = remote.make("file", pattern(40 * MIB))
    with remote.sftp.open(path) as file:
        file.read(MIB)
        os.truncate(path, 20 * MIB + 7)
        rest = file.read()
        assert file.read() == b""
    # what had been read ahead already may lie beyond the new end; nothing is made up
    data = pattern(40 * MIB)
    assert 19 * MIB + 7 <= len(rest) < 39 * MIB
    assert rest == data[MIB : MIB + len(rest)]
