"""`SFTPFile` among Python's own: what takes files takes it; objects that are dropped."""

import gc
import gzip
import io
import os
import pickle
import shutil
import signal
import tarfile
import threading
import warnings
import zipfile
from pathlib import Path

import pytest

import _ssh
from clients import MIB, login, within
from remotes import Remote, paused, remote_on, sftp_processes
from servers import OpenSSHServer

# as a file object ---------------------------------------------------------------------------------


def test_it_is_a_buffered_file(remote: Remote) -> None:
    with remote.sftp.open(remote.make("file")) as file:
        assert isinstance(file, io.BufferedIOBase)
        assert isinstance(file, io.IOBase)
        with pytest.raises(io.UnsupportedOperation):
            file.fileno()
        with pytest.raises(io.UnsupportedOperation):
            file.detach()
        with pytest.raises(TypeError):
            pickle.dumps(file)


def test_text(remote: Remote) -> None:
    path = remote.path("file")
    with io.TextIOWrapper(remote.sftp.open(path, "w"), encoding="utf-8") as text:
        text.write("Füße\nzwei\n" * 10_000)
    with io.TextIOWrapper(remote.sftp.open(path), encoding="utf-8") as text:
        assert text.readline() == "Füße\n"
        place = text.tell()
        assert text.readline() == "zwei\n"
        text.seek(place)
        assert len(text.read()) == 10 * 10_000 - 5
    with io.TextIOWrapper(remote.sftp.open(path, "r+"), encoding="utf-8") as text:
        assert text.read(4) == "Füße"


def test_archives(remote: Remote) -> None:
    data = os.urandom(300_000)
    with remote.sftp.open(remote.path("zip"), "w+") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("random", data)
            archive.writestr("zeros", bytes(MIB))
        with zipfile.ZipFile(file) as archive:
            assert archive.testzip() is None
            assert archive.read("random") == data
    with remote.sftp.open(remote.path("zip"), "r+") as file, zipfile.ZipFile(file, "a") as archive:
        archive.writestr("later", b"x")
    with zipfile.ZipFile(remote.folder / "zip") as archive:
        assert archive.namelist() == ["random", "zeros", "later"]
    with (
        remote.sftp.open(remote.path("tar"), "w") as file,
        tarfile.open(fileobj=file, mode="w:gz") as tar,
    ):
        member = tarfile.TarInfo("random")
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
    with remote.sftp.open(remote.path("tar")) as file, tarfile.open(fileobj=file) as tar:
        extracted = tar.extractfile("random")
        assert extracted is not None
        assert extracted.read() == data
    with (
        remote.sftp.open(remote.path("gz"), "w") as file,
        gzip.GzipFile(fileobj=file, mode="wb") as packed,
    ):
        packed.write(data)
    assert gzip.decompress(remote.content("gz")) == data


def test_copyfileobj(remote: Remote) -> None:
    data = os.urandom(3 * MIB)
    with remote.sftp.open(remote.path("file"), "w") as file:
        shutil.copyfileobj(io.BytesIO(data), file)
    copy = io.BytesIO()
    with remote.sftp.open(remote.path("file")) as file:
        shutil.copyfileobj(file, copy)
    assert copy.getvalue() == data


# ends ---------------------------------------------------------------------------------------------


def test_a_dropped_writer_is_a_warning(remote: Remote) -> None:
    path = remote.path("file")
    file = remote.sftp.open(path, "w")
    file.write(b"written")
    with pytest.warns(ResourceWarning, match="unclosed remote file"):
        del file
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        reader = remote.sftp.open(path)
        del reader
        gc.collect()
    # what was written is sent all the same, and the handle is closed, in the background
    assert remote.sftp.stat(path).st_size == 7


def test_dropped_handles_are_closed(remote: Remote) -> None:
    """Without waiting: by the time of the next answer the server has closed them."""
    path = remote.make("file", b"x")
    for _ in range(100):
        remote.sftp.open(path)
        remote.sftp.opendir(remote.folder)
    assert remote.sftp.exists(path)
    (pid,) = sftp_processes(remote)
    assert len(list(Path(f"/proc/{pid}/fd").iterdir())) < 20


@pytest.mark.parametrize("order", ["file first", "sftp first", "session first"])
def test_objects_go_in_any_order(openssh: OpenSSHServer, order: str) -> None:
    with remote_on(openssh) as remote:
        path = remote.make("file", b"x" * 100_000)
    for _ in range(4):
        with remote_on(openssh) as other:
            session, sftp = other.session, other.session.sftp()
            file = sftp.open(path)
            directory = sftp.opendir(remote.folder)
            scan = sftp.scandir(remote.folder)
            assert file.read(10) == b"x" * 10
            entry = next(scan)
            del other
            if order == "session first":
                del session
            elif order == "sftp first":
                del sftp
            else:
                del file
            gc.collect()
        del directory, scan
        gc.collect()
        assert entry.name == "file"


def test_children_keep_the_session_alive(openssh: OpenSSHServer) -> None:
    with remote_on(openssh) as remote:
        path = remote.make("file", b"content")

    def only_a_file() -> _ssh.SFTPFile:
        return login(openssh).sftp().open(path)

    file = only_a_file()
    gc.collect()
    assert file.read() == b"content"
    file.close()


def test_closing_what_a_file_stands_on(openssh: OpenSSHServer) -> None:
    with remote_on(openssh) as remote:
        reader = remote.sftp.open(remote.make("file", b"content"))
        writer = remote.sftp.open(remote.path("written"), "w")
        writer.write(b"on its way")
        remote.sftp.close()
        with pytest.raises(_ssh.Error) as caught:
            reader.read()
        assert caught.value.errno == 9
        reader.close()  # nothing can be lost
        with pytest.raises(_ssh.Error):
            writer.close()
        assert writer.closed
        writer.close()
        assert remote.session.exec("echo well") == b"well\n"


def test_a_handler_within_a_call_does_not_hang(remote: Remote) -> None:
    """The same thread comes back to the file while it works on it: refused, not deadlocked."""
    seen: list[BaseException] = []
    with remote.sftp.open(remote.make("file", b"content")) as file, paused(remote) as go_on:

        def handler(*_: object) -> None:
            try:
                file.tell()
            except OSError as error:
                seen.append(error)
            go_on()

        before = signal.signal(signal.SIGUSR1, handler)
        try:
            threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGUSR1]).start()
            with within(10):
                assert file.read() == b"content"
        finally:
            signal.signal(signal.SIGUSR1, before)
    assert [type(error) for error in seen] == [_ssh.Error]
