"""SFTPFile and a local file do the same: whatever the operations, the mode and the content.

The local one is unbuffered: a buffered file tells positions in append mode that are not true.
"""

import io
import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import _ssh
from remotes import Remote, every_sftp_server

File = Any  # _ssh.SFTPFile or io.FileIO
Operation = Callable[[File], object]

MODES = ["r", "w", "a", "x", "r+", "w+", "a+", "x+"]

# Sizes and offsets that meet small buffers, the 32 KiB of a request and of what is looked at ahead.
sizes = st.one_of(
    st.integers(0, 40),
    st.sampled_from([4095, 4096, 32767, 32768, 32769, 65536, 100_000, 261_121]),
)
offsets = st.one_of(st.integers(-50, 300), st.sampled_from([32767, 32768, 65536, 150_000]))
contents = st.builds(
    lambda line, times: (line * times)[:200_000],
    st.binary(min_size=1, max_size=60).map(lambda data: data.replace(b"\x07", b"\n")),
    st.sampled_from([0, 1, 2, 50, 5000]),
)


def reading_into(size: int) -> Operation:
    def read(file: File) -> object:
        buffer = bytearray(size)
        return file.readinto(buffer), buffer

    return read


def reading_at(size: int, offset: int) -> Operation:
    def read(file: File) -> object:
        if isinstance(file, _ssh.SFTPFile):
            return file.pread(size, offset)
        if not file.readable():
            raise io.UnsupportedOperation
        return os.pread(file.fileno(), size, offset)

    return read


def writing_at(data: bytes, offset: int) -> Operation:
    def write(file: File) -> object:
        if isinstance(file, _ssh.SFTPFile):
            return file.pwrite(data, offset)
        if not file.writable():
            raise io.UnsupportedOperation
        return os.pwrite(file.fileno(), data, offset)

    return write


def iterating(most: int) -> Operation:
    return lambda file: [line for _, line in zip(range(most), file, strict=False)]


def sizing(file: File) -> object:
    if isinstance(file, _ssh.SFTPFile):
        return file.stat().st_size
    return os.fstat(file.fileno()).st_size


def reading(name: str, *arguments: object) -> Operation:
    def read(file: File) -> object:
        # FileIO.readall() says EBADF then, and readline(0) is b"".
        if isinstance(file, io.FileIO) and not file.readable():
            raise io.UnsupportedOperation
        return getattr(file, name)(*arguments)

    return read


def named(name: str, *arguments: object) -> Operation:
    return lambda file: getattr(file, name)(*arguments)


operations: st.SearchStrategy[tuple[str, Operation]] = st.one_of(
    sizes.map(lambda n: (f"read({n})", reading("read", n))),
    sizes.map(lambda n: (f"readinto({n})", reading_into(n))),
    st.just(("read()", reading("read"))),
    st.just(("readall()", reading("readall"))),
    st.just(("readline()", reading("readline"))),
    sizes.map(lambda n: (f"readline({n})", reading("readline", n))),
    sizes.map(lambda n: (f"readlines({n})", reading("readlines", n))),
    st.integers(1, 5).map(lambda n: (f"iterate({n})", iterating(n))),
    st.builds(
        lambda n, at: (f"pread({n}, {at})", reading_at(n, at)),
        sizes,
        offsets.filter(lambda n: n >= 0),
    ),
    contents.map(lambda data: (f"write({len(data)})", named("write", data))),
    contents.map(lambda data: (f"writelines({len(data)})", named("writelines", [data, b"", data]))),
    st.builds(
        lambda data, at: (f"pwrite({len(data)}, {at})", writing_at(data, at)),
        contents,
        offsets.filter(lambda n: n >= 0),
    ),
    st.builds(
        lambda at, whence: (f"seek({at}, {whence})", named("seek", at, whence)),
        offsets,
        st.sampled_from([0, 0, 1, 2]),
    ),
    st.just(("tell()", named("tell"))),
    st.just(("truncate()", named("truncate"))),
    st.sampled_from([0, 1, 40, 32768, 200_000]).map(
        lambda n: (f"truncate({n})", named("truncate", n))
    ),
    st.just(("flush()", named("flush"))),
    st.just(("size", sizing)),
)


def outcome(operation: Operation, file: File) -> object:
    try:
        return operation(file)
    except io.UnsupportedOperation:
        return io.UnsupportedOperation
    except OSError as error:
        return OSError, error.errno


@every_sftp_server
@pytest.mark.parametrize("mode", MODES)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=contents, steps=st.lists(operations, min_size=1, max_size=25))
def test_it_does_what_a_local_file_does(
    remote: Remote, mode: str, content: bytes, steps: list[tuple[str, Operation]]
) -> None:
    for name in ("local", "remote"):
        path = remote.folder / name
        path.unlink(missing_ok=True)
        if "x" not in mode:
            remote.make(name, content)
    done: list[str] = []
    with (
        remote.sftp.open(remote.path("remote"), mode) as file,
        io.FileIO(remote.path("local"), mode) as local,
    ):
        for name, operation in steps:
            done.append(name)
            assert outcome(operation, file) == outcome(operation, local), done
        assert file.tell() == local.tell(), done
    assert remote.content("remote") == remote.content("local"), done


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=contents, pieces=st.lists(st.tuples(st.booleans(), sizes), max_size=40))
def test_some_bytes_are_the_next_ones(
    remote: Remote, content: bytes, pieces: list[tuple[bool, int]]
) -> None:
    """read1 and peek choose how much they give, but not what."""
    position = 0
    with remote.sftp.open(remote.make("file", content)) as file:
        for is_peek, size in pieces:
            got = file.peek(size) if is_peek else file.read1(size)
            assert content[position:].startswith(got)
            assert bool(got) == (position < len(content) and (is_peek or size > 0))
            position += 0 if is_peek else len(got)
            assert file.tell() == position
        assert file.read() == content[position:]
