"""SFTP servers that lie, leave things out, or do not answer."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import _ssh
from clients import MIB, echo, login, within
from servers import OpenSSHServer

# hostile servers ----------------------------------------------------------------------------------


@contextmanager
def hostile(sshd_with: Callable[..., OpenSSHServer], scenario: str) -> Iterator[_ssh.SFTP]:
    python = shutil.which("python3", path="/usr/bin")
    if python is None:
        pytest.skip("no python3 of the system's")
    script = Path(tempfile.gettempdir()) / f"hawser-hostile-{os.getpid()}.py"
    shutil.copy(Path(__file__).with_name("hostile_sftp.py"), script)
    script.chmod(0o644)
    try:
        server = sshd_with(f"Subsystem sftp {python} {script} {scenario.replace(' ', '_')}")
        with login(server) as session, session.sftp() as sftp:
            yield sftp
            echo(session)
    finally:
        script.unlink()


@pytest.mark.parametrize("scenario", ["slash", "absolute", "empty", "nul"])
def test_names_that_are_no_names(sshd_with: Callable[..., OpenSSHServer], scenario: str) -> None:
    with hostile(sshd_with, scenario) as sftp:
        with pytest.raises(_ssh.UnsafeNameError) as caught:
            sftp.listdir("x")
        assert "\0" not in str(caught.value)


def test_a_listing_that_is_no_text(sshd_with: Callable[..., OpenSSHServer]) -> None:
    with hostile(sshd_with, "plain") as sftp:
        (entry,) = sftp.scandir("x")
        assert entry.name == "name"
        assert entry.longname == "\\x1b[2Jline\\x0d\\x0aof ls"


def test_a_size_that_is_a_lie(sshd_with: Callable[..., OpenSSHServer]) -> None:
    with hostile(sshd_with, "plain") as sftp, within(20):
        assert sftp.stat("x").st_size == (1 << 63) - 1
        with sftp.open("x") as file:
            assert file.read() == b"x" * 100_000
            file.seek(0)
            assert file.read(1 << 45) == b"x" * 100_000
            assert file.pread(1 << 45, 10) == b"x" * 99_990


def test_attributes_that_are_left_out(sshd_with: Callable[..., OpenSSHServer]) -> None:
    with hostile(sshd_with, "no attributes") as sftp:
        found = sftp.stat("x")
        assert tuple(found) == (0, 0, 0, 0, 0, 0)
        assert found.st_mode is None
        assert found.st_mtime is None
        assert found.st_mtime_ns is None
        with sftp.open("x") as file:
            assert file.read() == b"x" * 100_000
            with pytest.raises(_ssh.Error, match="size"):
                file.seek(0, 2)


def test_an_error_in_the_middle_is_not_the_end(sshd_with: Callable[..., OpenSSHServer]) -> None:
    """Whoever reads never takes what came before an error for the whole file."""
    with hostile(sshd_with, "broken disk") as sftp, sftp.open("x") as file:
        reads: list[Callable[[], object]] = [
            file.read,
            lambda: file.read(300_000),
            lambda: file.readinto(bytearray(MIB)),
        ]
        for read in reads:
            file.seek(0)
            with pytest.raises(_ssh.SFTPError, match="disk") as caught:
                read()
            assert "\x1b" not in str(caught.value)
        file.seek(0)
        assert len(file.read(150_000)) == 150_000
        with pytest.raises(_ssh.SFTPError):
            file.read(150_000)
        assert file.tell() == 150_000
        assert len(file.read(10_000)) == 10_000
