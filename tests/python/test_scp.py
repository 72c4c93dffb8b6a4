"""SCP with real servers: contents, permissions, names, and what is refused."""

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import _ssh
from clients import MIB, connect, echo, log_in, login
from scp_remotes import Remote, every_server, mode_of, noise
from servers import OpenSSHServer, Server, is_root

SIZES = [0, 1, 2, 32767, 32768, 32769, 262143, 262144, 262145, 3 * MIB + 1]

# contents -----------------------------------------------------------------------------------------


@every_server
def test_what_is_sent_comes_back(scp_remote: Remote) -> None:
    for size in SIZES:
        path = scp_remote.path(f"file {size}")
        data = noise(size)
        assert scp_remote.session.scp_send(path, 0o644, data) == size
        assert Path(path).read_bytes() == data
        assert scp_remote.session.scp_recv(path) == data
    echo(scp_remote.session)


@every_server
@pytest.mark.parametrize(
    "data", [b"\0", b"text\0", b"\0\0\0", b"E\n", b"\1\n", b"C0644 1 x\nx\0", b"\r\n" * 100]
)
def test_bytes_that_the_protocol_knows(scp_remote: Remote, data: bytes) -> None:
    path = scp_remote.path("file")
    assert scp_remote.session.scp_send(path, 0o644, data) == len(data)
    assert scp_remote.session.scp_recv(path) == data


def test_a_file_is_replaced_whole(scp_remote: Remote) -> None:
    path = scp_remote.path("file")
    for data in (b"the first and longer one", b"short", b""):
        scp_remote.session.scp_send(path, 0o644, data)
        assert scp_remote.session.scp_recv(path) == data


def test_all_kinds_of_buffers_and_paths(scp_remote: Remote) -> None:
    path = scp_remote.folder / "file"
    for data in (b"abc", bytearray(b"abc"), memoryview(b"xabcx")[1:4]):
        assert scp_remote.session.scp_send(path, 0o644, data) == 3
        assert scp_remote.session.scp_recv(path) == b"abc"
        assert scp_remote.session.scp_recv(os.fsencode(path)) == b"abc"


def test_paths_are_relative_to_the_home(scp_remote: Remote) -> None:
    name = f"hawser-{os.getpid()}"
    scp_remote.session.scp_send(name, 0o644, b"home")
    assert scp_remote.session.exec(f"cat ~/{name}; rm ~/{name}") == b"home"


def test_on_tinyssh(tinyssh: Server) -> None:
    """It has one channel a connection."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        data = noise(MIB + 1)
        with login(tinyssh) as session:
            assert session.scp_send(f"{name}/file", 0o600, data) == len(data)
        assert mode_of(folder / "file") == 0o600
        with login(tinyssh) as session:
            assert session.scp_recv(f"{name}/file") == data


def test_64_mib_while_keys_change(sshd_with: Callable[..., OpenSSHServer]) -> None:
    data = noise(MIB) * 64
    with login(sshd_with("RekeyLimit 1M")) as session:
        name = session.exec("mktemp").decode().strip()
        try:
            assert session.scp_send(name, 0o644, data) == len(data)
            assert session.scp_recv(name) == data
            assert session.rekey_count >= 100
        finally:
            session.exec(f"rm {name}")


def test_many_at_once_on_one_session(scp_remote: Remote) -> None:
    def round_trip(number: int) -> bool:
        path, data = scp_remote.path(f"file {number}"), noise(300_000 + number, number)
        scp_remote.session.scp_send(path, 0o644, data)
        return scp_remote.session.scp_recv(path) == data

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(round_trip, range(24)))


# permissions --------------------------------------------------------------------------------------


@every_server
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o666, 0o755, 0o777, 0o1777, 0o4755, 0o2711])
def test_mode_is_honoured_exactly(scp_remote: Remote, mode: int) -> None:
    for number, data in enumerate([b"", b"content"]):
        path = scp_remote.path(f"file {number}")
        scp_remote.session.scp_send(path, mode, data)
        assert mode_of(path) == mode, "of a new file"
        assert Path(path).read_bytes() == data
        Path(path).chmod(0o640)
        scp_remote.session.scp_send(path, mode, data)
        assert mode_of(path) == mode, "of one that was there"


def test_mode_without_any_permission(scp_remote: Remote) -> None:
    path = scp_remote.path("file")
    scp_remote.session.scp_send(path, 0, b"content")
    assert mode_of(path) == 0
    assert Path(path).stat().st_size == 7


@pytest.mark.parametrize("mode", [-1, 0o10000, 2**40])
def test_modes_that_are_none(scp_remote: Remote, mode: int) -> None:
    with pytest.raises(ValueError, match="mode"):
        scp_remote.session.scp_send(scp_remote.path("file"), mode, b"")
    assert list(scp_remote.folder.iterdir()) == []


# names --------------------------------------------------------------------------------------------

NAMES = [
    "with spaces",
    " leading and trailing ",
    "it's",
    '"quoted"',
    "'",
    "''",
    "$HOME",
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned",
    "& touch pwned",
    "| touch pwned #",
    "> pwned",
    "*",
    "?",
    "[a-z]",
    "{a,b}",
    "~",
    "~root",
    "-",
    "-r",
    "--help",
    "-oProxyCommand=touch pwned",
    "back\\slash",
    "\\",
    "\\'",
    "ends with \\",
    "!",
    "!!",
    "^a^b",
    "%s%n",
    "#",
    "a\tb",
    "\x1b[31mred\x07",
    "\x7f",
    "hällo wörld",
    "日本",
    "C0644 5 x",
    "host:file",
    "=ls",
    "x" * 255,
]


@pytest.mark.parametrize("name", [*NAMES, *(b"\xff\xfe\x80", b"latin \xe9")])
def test_names_are_only_names(scp_remote: Remote, name: str | bytes) -> None:
    raw = os.fsencode(name)
    path = os.fsencode(scp_remote.folder) + b"/" + raw
    scp_remote.session.scp_send(path, 0o644, b"content")
    assert [os.fsencode(each.name) for each in scp_remote.folder.iterdir()] == [raw]
    assert scp_remote.session.scp_recv(path) == b"content"


@pytest.mark.parametrize("name", ["-", "-r", "--help", "~", "~root", "=ls", "plain"])
def test_relative_names_are_only_names(scp_remote: Remote, name: str) -> None:
    """What means something at the start of a word only."""
    path = home_of(scp_remote.server) / name
    try:
        scp_remote.session.scp_send(name, 0o644, b"content")
        assert path.read_bytes() == b"content"
        assert scp_remote.session.scp_recv(name) == b"content"
    finally:
        path.unlink(missing_ok=True)


def home_of(server: Server) -> Path:
    return server.folder / "home" if is_root() else Path.home()


@pytest.mark.parametrize(
    "name", ["it's", "$(touch pwned)", "a\\\\b", "\\'", "-r", "!", "!!", "a  b"]
)
@pytest.mark.parametrize("shell", ["bash", "dash", "busybox", "zsh", "mksh", "tcsh", "fish"])
def test_every_shell_sees_one_word(
    sshd_with: Callable[..., OpenSSHServer], shell: str, name: str, tmp_path: Path
) -> None:
    """The command as it was sent, by those of these shells that are installed."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "scp").write_text('#!/bin/sh\nfor word do printf "%s\\n" "$word"; done\n')
    (tmp_path / "scp").chmod(0o755)
    run = [program, "sh"] if shell == "busybox" else [program]
    seen = subprocess.run(
        [*run, "-c", sent_command(sshd_with(NOTES_COMMAND), name)],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert seen == ["-f", "./-r" if name == "-r" else name]
    assert not (tmp_path / "pwned").exists()


NOTES_COMMAND = """ForceCommand printf %s "$SSH_ORIGINAL_COMMAND" >hawser-command"""


def sent_command(server: Server, path: str) -> str:
    note = home_of(server) / "hawser-command"
    try:
        with login(server) as session, pytest.raises(_ssh.SCPError):
            session.scp_recv(path)
        return note.read_text()
    finally:
        note.unlink(missing_ok=True)


@pytest.mark.parametrize("path", ["", "a\nb", "\n", "a\rb", "a\0b", b"a\nb"])
def test_names_that_cannot_be_sent(scp_remote: Remote, path: str | bytes) -> None:
    with pytest.raises(ValueError, match="path"):
        scp_remote.session.scp_recv(path)
    with pytest.raises(ValueError, match="path"):
        scp_remote.session.scp_send(path, 0o644, b"")
    echo(scp_remote.session)


# refusals -----------------------------------------------------------------------------------------


@every_server
def test_what_the_server_refuses(scp_remote: Remote) -> None:
    session = scp_remote.session
    there = scp_remote.make("file", b"old")
    for call, path, error_number in [
        (session.scp_recv, scp_remote.path("none"), errno.ENOENT),
        (session.scp_recv, scp_remote.path("none/file"), errno.ENOENT),
        (session.scp_recv, there + "/file", errno.ENOTDIR),
        (session.scp_recv, str(scp_remote.folder), None),
        (
            lambda path: session.scp_send(path, 0o644, b"x"),
            scp_remote.path("none/file"),
            errno.ENOENT,
        ),
        (lambda path: session.scp_send(path, 0o644, b"x"), there + "/file", errno.ENOTDIR),
        (lambda path: session.scp_send(path, 0o644, b"x"), str(scp_remote.folder), errno.EISDIR),
        (lambda path: session.scp_send(path, 0o4755, b"x"), str(scp_remote.folder), errno.EISDIR),
    ]:
        with pytest.raises(_ssh.SCPError) as error:
            call(path)
        assert error.value.errno == error_number
        assert path in str(error.value)
        if error_number is not None:
            assert error.value.filename == path
    assert list(scp_remote.folder.iterdir()) == [Path(there)], "nothing was put anywhere"
    assert session.scp_recv(there) == b"old"


def test_permission_denied(scp_remote: Remote) -> None:
    if not is_root():
        pytest.skip("needs a file of another account")
    path = scp_remote.make("file", b"secret")
    Path(path).chmod(0o600)
    with pytest.raises(_ssh.SCPError, match="Permission denied") as error:
        scp_remote.session.scp_recv(path)
    assert error.value.errno == errno.EACCES
    with pytest.raises(_ssh.SCPError, match="Permission denied"):
        scp_remote.session.scp_send(path, 0o644, b"x")
    assert Path(path).read_bytes() == b"secret"
    echo(scp_remote.session)


@every_server
def test_a_long_name_does_not_hide_the_reason(scp_remote: Remote) -> None:
    path = scp_remote.path("/".join(["x" * 200] * 4))
    for call in (
        scp_remote.session.scp_recv,
        lambda path: scp_remote.session.scp_send(path, 0, b""),
    ):
        with pytest.raises(_ssh.SCPError, match="No such file or directory") as error:
            call(path)
        assert (error.value.errno, error.value.filename) == (errno.ENOENT, path)
        assert error.value.strerror is not None
        assert len(error.value.strerror) <= 512


def test_a_name_is_not_taken_for_the_reason(scp_remote: Remote) -> None:
    path = scp_remote.make("No such file")
    with pytest.raises(_ssh.SCPError) as error:
        scp_remote.session.scp_recv(path + "/Permission denied")
    assert error.value.errno == errno.ENOTDIR


def test_mode_of_a_file_of_somebody_else(scp_remote: Remote) -> None:
    """It may be written, but its mode is not ours to set: that is told."""
    if not is_root():
        pytest.skip("needs a file of another account")
    path = scp_remote.make("file")
    with pytest.raises(_ssh.SCPError, match="set mode") as error:
        scp_remote.session.scp_send(path, 0o600, b"content")
    assert error.value.errno == errno.EPERM


def test_a_full_disk(scp_remote: Remote) -> None:
    with pytest.raises(_ssh.SCPError, match="No space left on device") as error:
        scp_remote.session.scp_send("/dev/full", 0o666, noise(MIB))
    assert error.value.errno == errno.ENOSPC
    echo(scp_remote.session)


def test_devices_and_pipes_are_no_files(scp_remote: Remote) -> None:
    os.mkfifo(scp_remote.path("pipe"))
    Path(scp_remote.path("pipe")).chmod(0o666)
    for path in ("/dev/zero", scp_remote.path("pipe")):
        with pytest.raises(_ssh.SCPError, match="not a regular file"):
            scp_remote.session.scp_recv(path)


def test_a_server_without_scp(sshd_with: Callable[..., OpenSSHServer]) -> None:
    with login(sshd_with("SetEnv PATH=/nowhere")) as session:
        for call in (lambda: session.scp_recv("x"), lambda: session.scp_send("x", 0o644, b"x")):
            with pytest.raises(_ssh.SCPError, match=r"no scp.*127.*scp: .*not found"):
                call()
        with pytest.raises(_ssh.SCPError):
            session.scp_recv("x")


def test_before_login_and_after_close(openssh: OpenSSHServer) -> None:
    with connect(openssh) as session:
        with pytest.raises(_ssh.Error, match="not logged in"):
            session.scp_recv("x")
        log_in(session, openssh)
    for call in (lambda: session.scp_recv("x"), lambda: session.scp_send("x", 0o644, b"")):
        with pytest.raises(_ssh.Error) as error:
            call()
        assert error.value.errno == errno.EBADF


def test_wrong_types(scp_remote: Remote) -> None:
    session: Any = scp_remote.session
    to_receive: list[tuple[Any, ...]] = [(), (1,), (None,), (["x"],)]
    for arguments in to_receive:
        with pytest.raises(TypeError):
            session.scp_recv(*arguments)
    to_send: list[tuple[Any, ...]] = [
        ("x",),
        ("x", "644", b""),
        ("x", None, b""),
        ("x", 0o644, "text"),
        ("x", 0o644, None),
    ]
    for arguments in to_send:
        with pytest.raises(TypeError):
            session.scp_send(*arguments)
