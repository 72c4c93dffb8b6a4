"""SFTPFile: an io.BufferedIOBase at the other end of the connection."""

import array
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from clients import MIB, within
from contents import pattern
from remotes import Remote, every_sftp_server

# modes --------------------------------------------------------------------------------------------


@every_sftp_server
def test_what_each_mode_does(remote: Remote) -> None:
    sftp, path = remote.sftp, remote.path("file")
    with pytest.raises(FileNotFoundError):
        sftp.open(path)
    with sftp.open(path, "x") as file:
        assert file.write(b"made") == 4
    with pytest.raises(FileExistsError):
        sftp.open(path, "x")
    with sftp.open(path) as file:
        assert file.read() == b"made"
    with sftp.open(path, "a") as file:
        assert file.tell() == 4
        file.write(b" longer")
        assert file.tell() == 11
    with sftp.open(path, "r+b") as file:
        file.write(b"M")
        assert file.read() == b"ade longer"
    with sftp.open(path, "a+") as file:
        file.seek(0)
        assert file.read(4) == b"Made"
        file.write(b"!")
        assert file.tell() == 12
    with sftp.open(path, "w+b") as file:
        file.write(b"anew")
        file.seek(1)
        assert file.read() == b"new"
    assert remote.content("file") == b"anew"


@pytest.mark.parametrize(
    "mode", ["", "t", "rt", "U", "rU", "rw", "wa", "b", "+", "r++", "rbb", "R"]
)
def test_modes_that_are_none(remote: Remote, mode: str) -> None:
    with pytest.raises(ValueError, match="mode must be"):
        remote.sftp.open(remote.path("never made"), mode)
    assert not (remote.folder / "never made").exists()


@pytest.mark.parametrize(
    ("given", "shown"), [("r", "rb"), ("br", "rb"), ("w+", "wb+"), ("a", "ab"), ("+xb", "xb+")]
)
def test_name_and_mode(remote: Remote, given: str, shown: str) -> None:
    path = remote.path("new")
    if "x" not in given:
        remote.make("new")
    with remote.sftp.open(path, given) as file:
        assert (file.name, file.mode) == (path, shown)
        assert file.readable() == ("r" in shown or "+" in shown)
        assert file.writable() == (shown != "rb")
        assert file.seekable()
        assert not file.isatty()
        assert repr(file) == f"<_ssh.SFTPFile name={path!r} mode={shown!r}>"
    assert file.closed


def test_permissions_of_a_new_file(remote: Remote) -> None:
    with remote.sftp.open(remote.path("usual"), "w"):
        pass
    with remote.sftp.open(remote.path("secret"), "w", permissions=0o600):
        pass
    with remote.sftp.open(remote.path("secret"), "w", permissions=0o644):
        pass  # it is there: it keeps what it has
    assert (remote.folder / "usual").stat().st_mode & 0o777 == 0o644
    assert (remote.folder / "secret").stat().st_mode & 0o777 == 0o600
    with pytest.raises(ValueError, match="permissions must be"):
        remote.sftp.open(remote.path("none"), "w", permissions=-1)


def test_the_wrong_direction(remote: Remote) -> None:
    path = remote.make("file", b"content")
    with remote.sftp.open(path) as file:
        writes: list[Callable[[], object]] = [
            lambda: file.write(b"x"),
            lambda: file.writelines([b"x"]),
            lambda: file.pwrite(b"x", 0),
            lambda: file.truncate(0),
        ]
        for call in writes:
            with pytest.raises(io.UnsupportedOperation):
                call()
    with remote.sftp.open(path, "a") as file:
        reads: list[Callable[[], object]] = [
            lambda: file.read(),
            lambda: file.read(1),
            lambda: file.readall(),
            lambda: file.read1(1),
            lambda: file.readinto(bytearray(1)),
            lambda: file.readinto1(bytearray(1)),
            lambda: file.pread(1, 0),
            lambda: file.peek(),
            lambda: file.readline(),
            lambda: file.readlines(),
            lambda: next(file),
        ]
        for call in reads:
            with pytest.raises(io.UnsupportedOperation):
                call()
    assert remote.content("file") == b"content"


def test_use_after_close(remote: Remote) -> None:
    file = remote.sftp.open(remote.make("file", b"content"), "r+")
    file.close()
    file.close()
    calls: list[Callable[[], object]] = [
        lambda: file.read(),
        lambda: file.read(1),
        lambda: file.readinto(bytearray(1)),
        lambda: file.readline(),
        lambda: file.peek(),
        lambda: file.pread(1, 0),
        lambda: iter(file),
        lambda: next(file),
        lambda: file.write(b"x"),
        lambda: file.pwrite(b"x", 0),
        lambda: file.seek(0),
        lambda: file.tell(),
        lambda: file.truncate(),
        lambda: file.flush(),
        lambda: file.fsync(),
        lambda: file.stat(),
        lambda: file.chmod(0o600),
        lambda: file.statvfs(),
        lambda: file.readable(),
        lambda: file.writable(),
        lambda: file.seekable(),
        lambda: file.isatty(),
        lambda: file.fileno(),
        lambda: file.__enter__(),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="closed file"):
            call()
    assert file.closed
    assert repr(file).endswith(" closed>")


# reading ------------------------------------------------------------------------------------------


@every_sftp_server
@pytest.mark.parametrize("size", [0, 1, 32767, 32768, 32769, 65535, 65536, 261119, 261120, 261121])
def test_sizes_around_the_boundaries(remote: Remote, size: int) -> None:
    data = pattern(size)
    path = remote.path("file")
    with remote.sftp.open(path, "w") as file:
        assert file.write(data) == size
    assert remote.content("file") == data
    with remote.sftp.open(path) as file:
        assert file.read() == data
        assert file.read() == b""
        file.seek(0)
        assert file.read(size) == data
        assert file.read(1) == b""
        file.seek(0)
        assert file.read(size + 1) == data
        file.seek(0)
        buffer = bytearray(size + 1)
        assert file.readinto(buffer) == size
        assert buffer[:size] == data
        if size:
            assert file.pread(1, size - 1) == data[-1:]
        assert file.pread(10, size) == b""


@pytest.mark.parametrize("size", [1, 7, 1000, 4096, 32768, 100_000, MIB, 9 * MIB])
def test_reads_of_any_size_make_the_whole(remote: Remote, size: int) -> None:
    data = pattern(min(3 * size, 10 * MIB) if size > 1000 else 20 * size + 3)
    with remote.sftp.open(remote.make("file", data)) as file:
        pieces = list(iter(lambda: file.read(size), b""))
    assert all(len(piece) == size for piece in pieces[:-1])
    assert b"".join(pieces) == data


@every_sftp_server
def test_seek_and_tell(remote: Remote) -> None:
    with remote.sftp.open(remote.make("file", pattern(1000))) as file:
        assert file.seek(10) == 10
        assert file.tell() == 10
        assert file.read(5) == pattern(1000)[10:15]
        assert file.seek(-5, 1) == 10
        assert file.seek(-1, 2) == 999
        assert file.read() == pattern(1000)[999:]
        assert file.seek(5000) == 5000
        assert file.read() == b""
        assert file.tell() == 5000
        for offset, whence in [(-1, 0), (-5001, 1), (-1001, 2)]:
            with pytest.raises(OSError, match="before the start") as caught:
                file.seek(offset, whence)
            assert caught.value.errno == 22
        assert file.tell() == 5000
        for whence in [-1, 3]:
            with pytest.raises(ValueError, match="whence"):
                file.seek(0, whence)


def test_huge_sizes_take_no_memory_up_front(remote: Remote) -> None:
    with remote.sftp.open(remote.make("file", b"small")) as file, within(5):
        assert file.read(1 << 40) == b"small"
        file.seek(0)
        assert file.read((1 << 63) - 1) == b"small"
        assert file.pread(1 << 40, 1) == b"mall"
        with pytest.raises(ValueError, match="size"):
            file.read(1 << 64)


def test_files_that_lie_about_their_size(remote: Remote) -> None:
    with remote.sftp.open("/proc/version") as file:
        assert file.stat().st_size == 0
        assert file.read() == Path("/proc/version").read_bytes()
    with remote.sftp.open("/proc/filesystems") as file:
        assert file.read(9 * MIB) == Path("/proc/filesystems").read_bytes()
    # longer than what is read before the size is asked for
    expected = Path("/proc/kallsyms").read_bytes()
    if len(expected) > MIB:
        with remote.sftp.open("/proc/kallsyms") as file:
            assert len(file.read()) > MIB


@every_sftp_server
def test_lines(remote: Remote) -> None:
    lines = [b"first\n", b"\n", b"x" * 100_000 + b"\n", b"after a long one\n", b"no newline"]
    path = remote.make("file", b"".join(lines))
    with remote.sftp.open(path) as file:
        assert list(file) == lines
        assert list(file) == []
        file.seek(0)
        assert file.readlines() == lines
        file.seek(0)
        assert file.readlines(7) == lines[:3]
        assert file.tell() == sum(map(len, lines[:3]))
        file.seek(0)
        assert [file.readline(3), file.readline(3), file.readline(0)] == [b"fir", b"st\n", b""]
        assert file.tell() == 6
        assert file.readline(-1) == b"\n"
        assert file.read(3) == b"xxx"
        assert file.readline() == lines[2][3:]
        assert file.read(5) == b"after"
        file.seek(-5, 1)
        assert file.readline() == lines[3]


def test_some_bytes(remote: Remote) -> None:
    data = pattern(100_000)
    with remote.sftp.open(remote.make("file", data)) as file:
        peeked = file.peek()
        assert peeked
        assert data.startswith(peeked)
        assert file.tell() == 0
        assert file.read1(10) == data[:10]
        assert file.peek(1) == peeked[10:]
        position = file.tell()
        assert position == 10
        while piece := file.read1():
            assert piece == data[position : position + len(piece)]
            position += len(piece)
        assert position == len(data)
        assert file.peek() == b""
        file.seek(-3, 2)
        buffer = bytearray(10)
        assert file.readinto1(buffer) == 3
        assert buffer[:3] == data[-3:]
        assert file.read1(0) == b""


def test_buffers_of_any_kind(remote: Remote) -> None:
    path = remote.path("file")
    numbers = array.array("I", [1, 2, 3])
    with remote.sftp.open(path, "w+") as file:
        assert file.write(numbers) == 12
        assert file.write(memoryview(b"abcdef")[2:4]) == 2
        assert file.write(bytearray(b"!")) == 1
        file.writelines([b"1", bytearray(b"2"), memoryview(b"3")])
        with pytest.raises(TypeError):
            file.write("text")  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="data must be contiguous in memory"):
            file.write(memoryview(b"abcdef")[::2])
        file.seek(0)
        there = array.array("I", [0, 0, 0])
        assert file.readinto(there) == 12
        assert there == numbers
        with pytest.raises(TypeError):
            file.readinto(b"read-only")
        assert file.read() == b"cd!123"


# writing ------------------------------------------------------------------------------------------


@every_sftp_server
def test_writes_and_reads_by_turns(remote: Remote) -> None:
    with remote.sftp.open(remote.path("file"), "w+") as file:
        file.write(b"0123456789")
        file.seek(2)
        assert file.read(2) == b"23"
        file.write(b"four")
        assert file.read() == b"89"
        file.seek(0)
        assert file.readline() == b"0123four89"
        assert file.pwrite(b"XY", 0) == 2
        assert file.tell() == 10
        assert file.pread(4, 0) == b"XY23"
        file.seek(0)
        assert file.peek()[:2] == b"XY"
        file.pwrite(b"ZZ", 0)
        assert file.read(4) == b"ZZ23"
    assert remote.content("file") == b"ZZ23four89"


@every_sftp_server
def test_truncate(remote: Remote) -> None:
    with remote.sftp.open(remote.path("file"), "w+") as file:
        file.write(b"0123456789")
        assert file.truncate(4) == 4
        assert file.tell() == 10
        file.seek(0)
        assert file.read() == b"0123"
        file.seek(2)
        assert file.truncate() == 2
        file.write(b"!")
        assert file.truncate(6) == 6
        file.seek(0)
        assert file.read() == b"01!\0\0\0"
        with pytest.raises(ValueError, match="size"):
            file.truncate(-1)


def test_small_writes_arrive_in_order(remote: Remote) -> None:
    with remote.sftp.open(remote.path("file"), "w") as file:
        for number in range(20_000):
            file.write(b"%d\n" % number)
        assert file.tell() == sum(len(b"%d\n" % number) for number in range(20_000))
    assert remote.content("file") == b"".join(b"%d\n" % number for number in range(20_000))


def test_flush_brings_it_there(remote: Remote) -> None:
    with remote.sftp.open(remote.path("file"), "w") as file:
        file.write(b"early")
        file.flush()
        assert remote.content("file") == b"early"
        file.write(b" late")
        file.fsync()
        remote.sftp.fsync(file)
        assert remote.content("file") == b"early late"
