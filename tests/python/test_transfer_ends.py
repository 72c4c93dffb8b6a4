"""Whole files: progress, callbacks and file objects that raise, refusals, files that change."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import _ssh
from clients import MIB, names_in, within
from contents import pattern
from remotes import Remote
from servers import is_root

pytestmark = pytest.mark.usefixtures("umask")

# progress and cancelling --------------------------------------------------------------------------


class Stop(Exception):
    pass


Transfer = Callable[[Remote, Path, Any], object]

TRANSFERS: dict[str, Transfer] = {
    "get": lambda r, local, told: r.sftp.get(r.path("file"), local, callback=told),
    "put": lambda r, local, told: r.sftp.put(local, r.path("file"), callback=told),
    "getfo": lambda r, _, told: r.sftp.getfo(r.path("file"), io.BytesIO(), callback=told),
    "putfo": lambda r, local, told: r.sftp.putfo(
        io.BytesIO(local.read_bytes()), r.path("file"), size=local.stat().st_size, callback=told
    ),
}
every_transfer = pytest.mark.parametrize("transfer", TRANSFERS)


@every_transfer
@pytest.mark.parametrize("size", [0, 1, 3 * MIB])
def test_progress(remote: Remote, tmp_path: Path, transfer: str, size: int) -> None:
    remote.make("file", pattern(size))
    (tmp_path / "file").write_bytes(pattern(size))
    seen: list[tuple[int, int]] = []
    TRANSFERS[transfer](remote, tmp_path / "file", lambda *told: seen.append(told))
    assert seen == sorted(set(seen)), "it went back, or said the same twice"
    assert seen[-1] == (size, size)
    assert {total for _, total in seen} == {size}


@every_transfer
def test_a_callback_that_raises_ends_it(remote: Remote, tmp_path: Path, transfer: str) -> None:
    remote.make("file", b"old" * MIB)
    (tmp_path / "file").write_bytes(b"old" * MIB)
    stop = Stop("enough")

    def tell(_done: int, _total: int) -> None:
        raise stop

    with within(10), pytest.raises(Stop) as caught:
        TRANSFERS[transfer](remote, tmp_path / "file", tell)
    assert caught.value is stop
    assert (tmp_path / "file").read_bytes() == b"old" * MIB
    assert names_in(tmp_path) == ["file"]
    assert remote.sftp.listdir(remote.path("")) == ["file"], "after all that was sent"
    remote.sftp.put(tmp_path / "file", remote.path("again"))  # the client goes on


def test_what_file_objects_raise_comes_back(remote: Remote) -> None:
    remote.make("file", pattern(MIB))

    class Raw(io.RawIOBase):
        def write(self, data: Any) -> int:
            raise stop

        def read(self, size: int = -1) -> bytes:
            raise stop

    stop = Stop("enough")
    with pytest.raises(Stop) as caught:
        remote.sftp.getfo(remote.path("file"), Raw())
    assert caught.value is stop
    with pytest.raises(Stop) as caught:
        remote.sftp.putfo(Raw(), remote.path("file"))
    assert caught.value is stop


def test_file_objects_that_take_little(remote: Remote) -> None:
    remote.make("file", pattern(300_000))

    class Little(io.RawIOBase):
        def __init__(self, content: bytes = b"") -> None:
            self.content = content

        def write(self, data: Any) -> int:
            self.content += bytes(data[:70_001])
            return min(len(data), 70_001)

        def read(self, size: int = -1) -> bytes:
            piece, self.content = self.content[:70_001], self.content[70_001:]
            return piece

    little = Little()
    assert remote.sftp.getfo(remote.path("file"), little) == 300_000
    assert little.content == pattern(300_000)
    assert remote.sftp.putfo(Little(pattern(300_000)), remote.path("copy")) == 300_000
    assert remote.content("copy") == pattern(300_000)


def test_file_objects_that_are_none(remote: Remote) -> None:
    remote.make("file", pattern(MIB))

    class Bad:
        def __init__(self, answer: object) -> None:
            self.answer = answer

        def read(self, size: int) -> Any:
            return self.answer

        def write(self, data: bytes) -> Any:
            return self.answer

    for answer, error in [("text", TypeError), (b"x" * MIB, ValueError), (None, BlockingIOError)]:
        with pytest.raises(error):
            remote.sftp.putfo(Bad(answer), remote.path("x"))
    for count in (0, -1, MIB, 1 << 70):
        with pytest.raises(OSError, match="did not take"):
            remote.sftp.getfo(remote.path("file"), Bad(count))
    with pytest.raises(TypeError, match="write"):
        remote.sftp.getfo(remote.path("file"), object())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="read"):
        remote.sftp.putfo(object(), remote.path("x"))  # type: ignore[arg-type]
    assert names_in(remote.folder) == ["file"]


# what fails ---------------------------------------------------------------------------------------


def test_refusals(remote: Remote, tmp_path: Path) -> None:
    source, sink = remote.make("source", b"new"), io.BytesIO()
    folder = remote.path("folder")
    remote.sftp.mkdir(folder)
    os.mkfifo(remote.path("pipe"))
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    get, put, getfo, putfo = (
        getattr(remote.sftp, name) for name in ("get", "put", "getfo", "putfo")
    )
    file, local_folder, nothing = tmp_path / "file", tmp_path / "folder", tmp_path / "nothing"
    rows: list[tuple[Callable[..., object], object, object, type[OSError], object]] = [
        (get, remote.path("nothing"), file, FileNotFoundError, remote.path("nothing")),
        (get, folder, file, IsADirectoryError, folder),
        (get, remote.path("pipe"), file, _ssh.SFTPError, remote.path("pipe")),
        (get, f"{source}/x", file, OSError, f"{source}/x"),
        (get, source, nothing / "x", FileNotFoundError, str(nothing / "x")),
        (get, source, f"{nothing}/", NotADirectoryError, f"{nothing}/"),
        (get, source, file / "x", NotADirectoryError, str(file / "x")),
        (get, source, "", FileNotFoundError, None),
        (getfo, remote.path("nothing"), sink, FileNotFoundError, remote.path("nothing")),
        (getfo, folder, sink, IsADirectoryError, folder),
        (getfo, remote.path("pipe"), sink, _ssh.SFTPError, remote.path("pipe")),
        (put, nothing, remote.path("x"), FileNotFoundError, str(nothing)),
        (put, local_folder, remote.path("x"), IsADirectoryError, str(local_folder)),
        (put, tmp_path / "pipe", remote.path("x"), OSError, str(tmp_path / "pipe")),
        (put, file, remote.path("no/x"), FileNotFoundError, remote.path("no/x")),
        (putfo, io.BytesIO(), remote.path("no/x"), FileNotFoundError, remote.path("no/x")),
        (putfo, io.BytesIO(), folder, IsADirectoryError, folder),
    ]
    for call, first, second, error, filename in rows:
        with within(5), pytest.raises(error) as refused:
            call(first, second)
        assert refused.value.filename == filename, (first, second)
    assert file.read_bytes() == b"old"
    assert names_in(tmp_path) == ["file", "folder", "pipe"]
    assert names_in(remote.folder) == ["folder", "pipe", "source"]


@pytest.mark.skipif(not is_root(), reason="the server's account is ours")
def test_files_that_are_not_ours(remote: Remote, tmp_path: Path) -> None:
    source = Path(remote.make("source", b"new"))
    source.chmod(0o600)
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(PermissionError) as refused:
        remote.sftp.get(str(source), tmp_path / "file")
    assert isinstance(refused.value, _ssh.SFTPError)
    assert refused.value.filename == str(source)
    assert (tmp_path / "file").read_bytes() == b"old"
    assert names_in(tmp_path) == ["file"]


def test_bad_arguments(remote: Remote, tmp_path: Path) -> None:
    sftp: Any = remote.sftp
    for call in (sftp.get, sftp.put):
        rows: list[tuple[type[Exception], tuple[object, ...], dict[str, object]]] = [
            (ValueError, ("a\0b", "x"), {}),
            (ValueError, ("a", b"x\0"), {}),
            (TypeError, (7, "x"), {}),
            (TypeError, ("a", None), {}),
            (TypeError, ("a", "x", True), {}),
            (TypeError, ("a", "x"), {"callback": 7}),
            (TypeError, ("a", "x"), {"on_file": "no"}),
            (TypeError, ("a", "x"), {"on_skip": 7}),
            (TypeError, ("a", "x"), {"on_error": 7}),
            (TypeError, ("a", "x"), {"recursive": "yes"}),
        ]
        for error, arguments, options in rows:
            with pytest.raises(error):
                call(*arguments, **options)
    with pytest.raises(ValueError, match="size"):
        sftp.putfo(io.BytesIO(), "x", size=-1)
    sftp.close()
    for call in (sftp.get, sftp.put):
        with pytest.raises(_ssh.Error) as closed:
            call(tmp_path, tmp_path, recursive=True)
        assert closed.value.errno == 9


# files that change --------------------------------------------------------------------------------


def test_a_remote_file_that_shrinks(remote: Remote, tmp_path: Path) -> None:
    source = remote.make("source", pattern(32 * MIB))
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(_ssh.Error, match=r"changed.*of 33554432 bytes came"):
        remote.sftp.get(source, tmp_path / "file", callback=lambda *_: os.truncate(source, MIB))
    assert (tmp_path / "file").read_bytes() == b"old"
    assert names_in(tmp_path) == ["file"]


def test_a_remote_file_that_grows_is_copied_to_its_end(remote: Remote, tmp_path: Path) -> None:
    source = Path(remote.make("source", pattern(MIB)))

    def grow(done: int, _total: int) -> None:
        if done < MIB:
            with source.open("ab") as file:
                file.write(b"more")

    remote.sftp.get(source, tmp_path / "file", callback=grow)
    content = (tmp_path / "file").read_bytes()
    assert content.startswith(pattern(MIB))
    assert set(content[MIB:]) <= set(b"more")


def test_a_file_without_a_size_is_copied_to_its_end(remote: Remote, tmp_path: Path) -> None:
    remote.sftp.get("/proc/version", tmp_path / "version")
    assert (tmp_path / "version").read_bytes() == Path("/proc/version").read_bytes()


def test_a_local_file_that_shrinks(remote: Remote, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(pattern(32 * MIB))
    target = remote.path("target")
    remote.sftp.putfo(io.BytesIO(b"old"), target)
    with pytest.raises(_ssh.Error, match="changed"):
        remote.sftp.put(source, target, callback=lambda *_: os.truncate(source, MIB))
    assert remote.sftp.listdir(remote.path("")) == ["target"]
    assert remote.content("target") == b"old"
