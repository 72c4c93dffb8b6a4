"""get, put, getfo and putfo of single files: what arrives, what is left, what fails and how."""

import io
import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import _ssh
from clients import MIB, names_in, within
from remotes import Remote, every_sftp_server
from servers import is_root

SIZES = [0, 1, 32767, 32768, 32769, 261119, 261120, 261121, 5 * MIB + 1]


def pattern(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


# what arrives -------------------------------------------------------------------------------------


@every_sftp_server
@pytest.mark.parametrize("size", SIZES)
def test_there_and_back(remote: Remote, tmp_path: Path, size: int) -> None:
    content = pattern(size)
    source, back = tmp_path / "source", tmp_path / "back"
    source.write_bytes(content)
    remote.sftp.put(source, remote.path("target"))
    assert remote.content("target") == content
    remote.sftp.get(remote.path("target"), back)
    assert back.read_bytes() == content
    assert names_in(remote.folder) == ["target"]
    assert names_in(tmp_path) == ["back", "source"]


@every_sftp_server
@pytest.mark.parametrize("size", [0, 1, 261121, 5 * MIB + 1])
def test_file_objects(remote: Remote, size: int) -> None:
    content = pattern(size)
    assert remote.sftp.putfo(io.BytesIO(content), remote.path("target"), size=size) == size
    assert remote.content("target") == content
    sink = io.BytesIO()
    assert remote.sftp.getfo(remote.path("target"), sink) == size
    assert sink.getvalue() == content


def test_many_at_once(remote: Remote, tmp_path: Path) -> None:
    contents = {f"file{i}": pattern(i * 100_003) for i in range(8)}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)

    def copy(name: str) -> None:
        remote.sftp.put(tmp_path / name, remote.path(name))
        remote.sftp.get(remote.path(name), tmp_path / f"{name}.back")

    threads = [threading.Thread(target=copy, args=(name,)) for name in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for name, content in contents.items():
        assert (tmp_path / f"{name}.back").read_bytes() == content


@pytest.mark.parametrize("name", ["with space", "new\nline", "-dash", "ünïcode", "$(id);'\"`"])
def test_names(remote: Remote, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"content")
    remote.sftp.put(tmp_path / name, remote.path(name))
    remote.sftp.get(remote.path(name), tmp_path / f"{name}2")
    assert (tmp_path / f"{name}2").read_bytes() == b"content"


def test_names_that_are_no_text(remote: Remote, tmp_path: Path) -> None:
    local = os.fsencode(tmp_path) + b"/\xff\xfe"
    target = os.fsencode(remote.folder) + b"/\xfd"
    Path(os.fsdecode(local)).write_bytes(b"content")
    remote.sftp.put(local, target)
    remote.sftp.get(target, local + b"2")
    remote.sftp.get(os.fsdecode(target), os.fsdecode(local + b"3"))
    names = [b"\xff\xfe", b"\xff\xfe2", b"\xff\xfe3"]
    assert names_in(tmp_path) == [os.fsdecode(name) for name in names]


def test_names_as_long_as_they_can_be(remote: Remote, tmp_path: Path) -> None:
    name = "n" * 255
    (tmp_path / name).write_bytes(b"content")
    remote.sftp.put(tmp_path / name, remote.path(name))
    (tmp_path / name).unlink()
    remote.sftp.get(remote.path(name), tmp_path)
    assert names_in(tmp_path) == [name]


# where it goes ------------------------------------------------------------------------------------


def test_into_a_directory(remote: Remote, tmp_path: Path) -> None:
    source = remote.make("name", b"content")
    remote.sftp.get(source, tmp_path)
    remote.sftp.get(source, f"{tmp_path}/")
    assert (tmp_path / "name").read_bytes() == b"content"
    remote.sftp.mkdir(remote.path("folder"))
    remote.sftp.put(tmp_path / "name", remote.path("folder"))
    assert remote.content("folder/name") == b"content"


def test_a_local_path_without_a_directory(
    remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    remote.sftp.get(remote.make("there", b"content"), "here")
    remote.sftp.put("here", remote.path("again"))
    assert remote.content("again") == b"content"
    with pytest.raises(FileNotFoundError) as missing:
        remote.sftp.put("nothing", remote.path("again"))
    assert missing.value.filename == "nothing"


def test_a_local_symlink_is_followed(remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("folder/real")
    remote.sftp.get(remote.make("source", b"new"), tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "folder/real").read_bytes() == b"new"
    assert names_in(tmp_path / "folder") == ["real"]


def test_a_symlink_that_leads_nowhere_is_not_followed(remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(FileNotFoundError):
        remote.sftp.get(remote.make("source", b"new"), tmp_path / "link")
    assert names_in(tmp_path) == ["link"]


def test_a_remote_symlink_is_written_through(remote: Remote, tmp_path: Path) -> None:
    remote.make("real", b"old, and longer")
    (remote.folder / "link").symlink_to("real")
    (tmp_path / "source").write_bytes(b"new")
    remote.sftp.put(tmp_path / "source", remote.path("link"))
    assert (remote.folder / "link").is_symlink()
    assert remote.content("real") == b"new"


def test_into_a_pipe_and_a_device(remote: Remote, tmp_path: Path) -> None:
    source = remote.make("source", pattern(MIB))
    os.mkfifo(tmp_path / "pipe")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    remote.sftp.get(source, tmp_path / "pipe")
    reader.join(30)
    assert got == [pattern(MIB)]
    remote.sftp.get(source, "/dev/null")
    with pytest.raises(OSError, match="No space left") as full:
        remote.sftp.get(source, "/dev/full")
    assert full.value.filename == "/dev/full"


# permissions and times ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("theirs", "preserve", "ours"),
    [
        (0o666, False, 0o644),
        (0o755, False, 0o755),
        (0o600, False, 0o600),
        (0o666, True, 0o666),
        (0o4755, False, 0o755),
        (0o6755, True, 0o755),
        (0o1777, True, 0o777),
    ],
)
def test_permissions_of_what_is_got(
    remote: Remote, tmp_path: Path, theirs: int, preserve: bool, ours: int
) -> None:
    remote.make("source", b"content")
    os.chown(remote.path("source"), (tmp_path.stat()).st_uid, -1)
    (remote.folder / "source").chmod(theirs | 0o444)
    remote.sftp.get(remote.path("source"), tmp_path / "target", preserve=preserve)
    assert mode_of(tmp_path / "target") == (ours | 0o444)


def test_a_file_that_is_replaced_keeps_its_permissions(remote: Remote, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"old")
    target.chmod(0o640)
    inode = target.stat().st_ino
    remote.sftp.get(remote.make("source", b"new"), target)
    assert mode_of(target) == 0o640
    assert target.stat().st_ino != inode, "it was written in place"


@every_sftp_server
def test_a_remote_file_that_is_replaced_keeps_its_permissions(
    remote: Remote, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"new")
    source.chmod(0o755)
    remote.sftp.put(source, remote.path("target"))
    assert mode_of(remote.folder / "target") == 0o755
    remote.sftp.chmod(remote.path("target"), 0o640)
    remote.sftp.put(source, remote.path("target"))
    assert mode_of(remote.folder / "target") == 0o640
    remote.sftp.put(source, remote.path("target"), preserve=True)
    assert mode_of(remote.folder / "target") == 0o755


@pytest.mark.skipif(not is_root(), reason="the server's account is ours")
def test_a_remote_file_of_another_owner_is_written_in_place(remote: Remote, tmp_path: Path) -> None:
    target = Path(remote.make("target", b"old"))  # root's, and may be written by all
    inode = target.stat().st_ino
    (tmp_path / "source").write_bytes(b"new")
    remote.sftp.put(tmp_path / "source", str(target))
    assert target.read_bytes() == b"new"
    assert (target.stat().st_ino, target.stat().st_uid) == (inode, 0)
    assert names_in(remote.folder) == ["target"]


@pytest.mark.skipif(not is_root(), reason="the server's account is ours")
def test_a_remote_folder_where_nothing_can_be_made(remote: Remote, tmp_path: Path) -> None:
    target = Path(remote.make("target", b"old, and longer"))
    remote.folder.chmod(0o755)
    (tmp_path / "source").write_bytes(b"new")
    remote.sftp.put(tmp_path / "source", str(target))
    assert target.read_bytes() == b"new"
    with pytest.raises(PermissionError) as refused:
        remote.sftp.put(tmp_path / "source", remote.path("other"))
    assert refused.value.filename == remote.path("other")


@every_sftp_server
def test_times_are_kept(remote: Remote, tmp_path: Path) -> None:
    source, back = tmp_path / "source", tmp_path / "back"
    source.write_bytes(b"content")
    os.utime(source, (1_000_000_000, 1_234_567_890))
    remote.sftp.put(source, remote.path("target"), preserve=True)
    remote.sftp.get(remote.path("target"), back, preserve=True)
    assert (remote.folder / "target").stat().st_mtime == 1_234_567_890
    assert back.stat().st_mtime == 1_234_567_890
    remote.sftp.get(remote.path("target"), back)
    assert back.stat().st_mtime > 1_234_567_890


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
    with pytest.raises(OSError, match="did not take"):
        remote.sftp.getfo(remote.path("file"), Bad(0))
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
