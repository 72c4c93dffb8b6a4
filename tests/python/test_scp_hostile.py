"""A remote scp that lies, stops in the middle, or is not there: each gets its error, and nothing
partial is passed off as whole."""

import errno
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import _ssh
from clients import MIB, Background, connect, echo, log_in, login, within
from faults import Fault, Proxy
from scp_remotes import mode_of
from servers import Keys, OpenSSHServer, Unavailable

ESCAPES = b"\x1b[31mred\x07"


class FakeScp:
    """fake_scp.py in a folder of its own, to be put first on a server's PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        python = shutil.which("python3", path="/usr/bin:/bin:/usr/local/bin")
        if python is None:
            pytest.skip("there is no python3 that other accounts may run")
        program = folder / "scp"
        script = Path(__file__).with_name("fake_scp.py").read_text()
        program.write_text(f"#!{python}\n{script}")
        folder.chmod(0o777)
        program.chmod(0o755)

    def plays(self, *lines: str | bytes) -> None:
        """Texts are lines as above, bytes are said."""
        said = [line if isinstance(line, str) else "say " + line.hex() for line in lines]
        (self.folder / "play").write_text("\n".join(said) + "\n")
        (self.folder / "play").chmod(0o644)
        (self.folder / "heard").unlink(missing_ok=True)

    @property
    def heard(self) -> bytes:
        return (self.folder / "heard").read_bytes()


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeScp]:
    with tempfile.TemporaryDirectory() as name:
        yield FakeScp(Path(name))


@pytest.fixture(scope="module")
def session(fake: FakeScp, keys: Keys) -> Iterator[_ssh.Session]:
    """One for all: none of what follows may harm it."""
    try:
        server = OpenSSHServer(keys, [f"SetEnv PATH={fake.folder}:/usr/bin:/bin"])
    except Unavailable as reason:
        pytest.skip(str(reason))
    with server, login(server) as session:
        yield session
        echo(session)


def receive(session: _ssh.Session, fake: FakeScp, *play: str | bytes) -> bytes:
    fake.plays("hear 1", *play)
    with within(20):
        return session.scp_recv("dir/a.txt")


def test_an_honest_one(session: _ssh.Session, fake: FakeScp) -> None:
    content = receive(session, fake, b"C0644 5 a.txt\n", "hear 1", b"hello\0", "hear 1")
    assert content == b"hello"
    assert fake.heard == b"\0\0\0"


def test_one_that_says_all_at_once(session: _ssh.Session, fake: FakeScp) -> None:
    assert receive(session, fake, b"C0644 5 a.txt\nhello\0") == b"hello"
    assert receive(session, fake, b"T1 0 2 0\nC4755 0 a.txt\n\0") == b""


def test_one_that_says_it_byte_by_byte(session: _ssh.Session, fake: FakeScp) -> None:
    said = b"C0644 5 a.txt\nhello\0"
    assert receive(session, fake, *(said[i : i + 1] for i in range(len(said)))) == b"hello"


@pytest.mark.parametrize(
    "name",
    [b"../x", b"/etc/x", b"a/b", b"..", b".", b"", b"a.txt\0", b".bashrc", b"A.TXT", b"a.txt "],
)
def test_names_that_were_not_asked_for(session: _ssh.Session, fake: FakeScp, name: bytes) -> None:
    with pytest.raises(_ssh.UnsafeNameError) as error:
        receive(session, fake, b"C0644 5 " + name + b"\nhello\0")
    assert isinstance(error.value, _ssh.ProtocolError)
    assert "dir/a.txt" in str(error.value)
    echo(session)


@pytest.mark.parametrize(
    "record",
    [
        b"D0755 0 a.txt\n",
        b"E\n",
        b"C0644 -5 a.txt\n",
        b"C0644 +5 a.txt\n",
        b"C0644 0x5 a.txt\n",
        b"C0644 99999999999999999999 a.txt\n",
        b"C0644 9223372036854775808 a.txt\n",
        b"C9999 5 a.txt\n",
        b"C644 5 a.txt\n",
        b"C00644 5 a.txt\n",
        b"C0644 5\n",
        b"T99999999999999999999 0 1 0\n",
        b"T1 1000000 1 0\n",
        b"T1 0 1 0\nT1 0 1 0\n",
        b"\0",
        b"X\n",
        b"\n",
        b"C0644 5 a.txt\nhellohello\0",
        b"C0644 5 a.txt\nhello\0C0644 5 a.txt\nhello\0",
    ],
)
def test_records_that_are_none(session: _ssh.Session, fake: FakeScp, record: bytes) -> None:
    with pytest.raises(_ssh.ProtocolError):
        receive(session, fake, record, "hear 100")
    echo(session)


def test_text_instead_of_scp(session: _ssh.Session, fake: FakeScp) -> None:
    """What shells print when they start, most often."""
    with pytest.raises(_ssh.ProtocolError, match="start files") as error:
        receive(session, fake, b"Welcome " + ESCAPES + b" to this host\n")
    assert "'Welcome \\x1b[31mred\\x07 to this host'" in str(error.value)
    fake.plays(b"Welcome\n")
    with pytest.raises(_ssh.ProtocolError, match="'Welcome'"):
        session.scp_send("x", 0o644, b"data")


def test_a_line_without_an_end(session: _ssh.Session, fake: FakeScp) -> None:
    with pytest.raises(_ssh.LimitError):
        receive(session, fake, "repeat 100000 " + b"C".hex() * 10_000)
    echo(session)


def test_warnings_and_the_fatal_kind(session: _ssh.Session, fake: FakeScp) -> None:
    with pytest.raises(_ssh.SCPError, match="more") as error:
        receive(session, fake, b"\1scp: " + ESCAPES + b"\n\1scp: second\n")
    assert "scp: \\x1b[31mred\\x07 (and 1 more)" in str(error.value)
    with pytest.raises(_ssh.SCPError, match="scp: gone"):
        receive(session, fake, b"\2scp: gone\n")
    with pytest.raises(_ssh.SCPError, match="cannot read"):
        receive(session, fake, b"C0644 5 a.txt\n", "hear 1", b"\0\0\0\0\0\1cannot read\n")
    with pytest.raises(_ssh.SCPError, match="late"):
        receive(session, fake, b"C0644 5 a.txt\nhello\0\1late\n")


@pytest.mark.parametrize("size", range(len(b"C0644 5 a.txt\nhello\0")))
def test_one_that_ends_at_every_byte(session: _ssh.Session, fake: FakeScp, size: int) -> None:
    with pytest.raises(_ssh.SCPError, match="ended before"):
        receive(session, fake, b"C0644 5 a.txt\nhello\0"[:size])
    echo(session)


def test_sizes_that_are_only_announced(session: _ssh.Session, fake: FakeScp) -> None:
    with pytest.raises(_ssh.SCPError, match="ended before"):
        receive(session, fake, b"C0644 9223372036854775807 a.txt\n", b"x" * 1000)
    echo(session)


def test_more_than_64_mib(session: _ssh.Session, fake: FakeScp) -> None:
    """The memory for it is taken in steps."""
    piece = bytes(range(256)) * 64
    count = (150 * MIB) // len(piece) + 1
    size = count * len(piece)
    said = b"C0644 %d a.txt\n" % size
    content = receive(session, fake, said, f"repeat {count} {piece.hex()}", b"\0")
    assert len(content) == size
    assert content == piece * count


def test_exit_status(session: _ssh.Session, fake: FakeScp) -> None:
    said = b"C0644 5 a.txt\nhello\0"
    with pytest.raises(_ssh.SCPError, match=r"exit status 3.*went wrong \\x1b"):
        receive(session, fake, said, "err " + b"it went wrong \x1b\n".hex(), "exit 3")
    with pytest.raises(_ssh.SCPError, match=r"ended before.*exit status 1.*oh no"):
        receive(session, fake, "err " + b"oh no\n".hex(), "exit 1")
    # what it says on stderr alone is no error
    assert receive(session, fake, "err " + b"by the way\n".hex(), said) == b"hello"


def test_much_on_stderr(session: _ssh.Session, fake: FakeScp) -> None:
    play: list[str | bytes] = [
        b"C0644 5 a.txt\n",
        *["err " + (b"x" * 60_000).hex()] * 60,
        b"hello\0",
    ]
    assert receive(session, fake, *play) == b"hello"


# trees --------------------------------------------------------------------------------------------


def fetch(
    session: _ssh.Session, fake: FakeScp, target: Path, *play: str | bytes, recursive: bool = True
) -> None:
    fake.plays("hear 1", *play)
    with within(20):
        session.scp_get("some/dir", target, recursive=recursive)


@pytest.fixture
def within_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder to download into. Nothing may appear beside it."""
    folder = tmp_path / "outer" / "folder"
    folder.mkdir(parents=True)
    yield folder
    assert list(folder.parent.iterdir()) == [folder]
    assert list(tmp_path.iterdir()) == [folder.parent]


def test_an_honest_tree(session: _ssh.Session, fake: FakeScp, within_folder: Path) -> None:
    tree = b"T1 0 2 0\nD0755 0 dir\nC0644 2 a\nhi\0D0700 0 b\nC0600 0 c\n\0E\nE\n"
    fetch(session, fake, within_folder, tree)
    assert (within_folder / "dir" / "a").read_bytes() == b"hi"
    assert (within_folder / "dir" / "b" / "c").read_bytes() == b""


@pytest.mark.parametrize(
    "record",
    [
        b"C0644 5 ../x\n",
        b"C0644 5 /etc/x\n",
        b"C0644 5 a/b\n",
        b"C0644 5 ..\n",
        b"C0644 5 .\n",
        b"C0644 5 \n",
        b"C0644 5 a\0b\n",
        b"D0777 0 ..\n",
        b"D0777 0 .\n",
        b"D0777 0 a/b\n",
        b"D0777 0 /tmp\n",
    ],
)
def test_names_that_lead_away(
    session: _ssh.Session, fake: FakeScp, within_folder: Path, record: bytes
) -> None:
    within_folder.chmod(0o750)
    with pytest.raises(_ssh.UnsafeNameError):
        fetch(session, fake, within_folder, b"D0755 0 dir\n" + record + b"hello\0E\nE\n")
    assert list((within_folder / "dir").iterdir()) == []
    with pytest.raises(_ssh.UnsafeNameError):  # none of them is what was asked for
        fetch(session, fake, within_folder, record + b"hello\0")
    assert mode_of(within_folder) == 0o750
    echo(session)


@pytest.mark.parametrize(
    "records",
    [
        b"E\n",
        b"D0755 0 dir\nE\nE\n",
        b"D0755 0 dir\nE\nD0755 0 dir\n",
        b"D0755 0 dir\nT1 0 1 0\nE\n",
        b"D0755 0 dir\nT1 0 1 0\nT1 0 1 0\n",
    ],
)
def test_trees_that_are_none(
    session: _ssh.Session, fake: FakeScp, within_folder: Path, records: bytes
) -> None:
    with pytest.raises(_ssh.ProtocolError):
        fetch(session, fake, within_folder, records, "hear 100")


@pytest.mark.parametrize(
    "records", [b"D0755 0 dir\n", b"D0755 0 dir\nC0644 5 a\nhel", b"D0755 0 dir\nC0644 0 a\n"]
)
def test_trees_that_end_early(
    session: _ssh.Session, fake: FakeScp, within_folder: Path, records: bytes
) -> None:
    with pytest.raises(_ssh.SCPError, match="ended before"):
        fetch(session, fake, within_folder, records)
    assert list((within_folder / "dir").iterdir()) == [], "no part of a file is left"


def test_a_tree_that_is_too_deep(session: _ssh.Session, fake: FakeScp, within_folder: Path) -> None:
    with pytest.raises(_ssh.LimitError):
        fetch(session, fake, within_folder, b"D0755 0 dir\n" * 100)
    echo(session)


def test_a_tree_where_a_file_was_meant(
    session: _ssh.Session, fake: FakeScp, within_folder: Path
) -> None:
    with pytest.raises(_ssh.ProtocolError):
        fetch(session, fake, within_folder, b"D0755 0 dir\nE\n", recursive=False)
    assert list(within_folder.iterdir()) == []


def test_names_that_come_twice(session: _ssh.Session, fake: FakeScp, within_folder: Path) -> None:
    """A file and a directory cannot both be there; a file replaces a file."""
    tree = b"D0755 0 dir\nC0644 1 a\n1\0C0644 1 a\n2\0D0755 0 a\n"
    after = [b"C0644 1 b\n3\0E\n"]
    with pytest.raises(NotADirectoryError):
        fetch(session, fake, within_folder, tree, "hear 6", *after)
    assert (within_folder / "dir" / "a").read_bytes() == b"2"
    assert (within_folder / "dir" / "b").read_bytes() == b"3"


def test_special_bits(session: _ssh.Session, fake: FakeScp, within_folder: Path) -> None:
    fake.plays("hear 1", b"D7777 0 dir\nC6755 1 a\n1\0E\n")
    session.scp_get("dir", within_folder, recursive=True, preserve=True)
    assert mode_of(within_folder / "dir") == 0o777
    assert mode_of(within_folder / "dir" / "a") == 0o755


def test_a_file_that_the_remote_could_not_read(
    session: _ssh.Session, fake: FakeScp, within_folder: Path
) -> None:
    tree = b"D0755 0 dir\nC0644 3 a\n\0\0\0\1scp: dir/a: I/O error\nC0644 1 b\nb\0E\n"
    with pytest.raises(_ssh.SCPError, match="I/O error"):
        fetch(session, fake, within_folder, tree)
    assert [path.name for path in (within_folder / "dir").iterdir()] == ["b"]


# uploads ------------------------------------------------------------------------------------------


def send(session: _ssh.Session, fake: FakeScp, data: bytes, *play: str | bytes) -> int:
    fake.plays(*play)
    with within(20):
        return session.scp_send("dir/a.txt", 0o640, data)


def test_an_upload_to_an_honest_one(session: _ssh.Session, fake: FakeScp) -> None:
    record = b"C0640 5 "
    sent = send(session, fake, b"hello", b"\0", "hear 1109", b"\0", "hear 6", b"\0", "hear 1")
    assert sent == 5
    assert fake.heard.startswith(record)
    assert fake.heard.endswith(b"\nhello\0")
    assert len(fake.heard) == 1109 + 6, "and then nothing more"


def test_an_upload_that_is_refused(session: _ssh.Session, fake: FakeScp) -> None:
    with pytest.raises(_ssh.SCPError, match="not today"):
        send(session, fake, b"x", b"\1scp: not today\n")
    with pytest.raises(_ssh.SCPError, match="never"):
        send(session, fake, b"x", b"\0\2never\n", "hear 10")
    with pytest.raises(_ssh.SCPError, match="Permission denied") as error:
        send(session, fake, b"x", b"\0\1scp: dir/a.txt: Permission denied\n")
    assert error.value.errno == errno.EACCES
    with pytest.raises(_ssh.SCPError, match="disk full"):
        send(session, fake, b"x" * 100_000, b"\0\0", "hear 101000", b"\1disk full\n")


def test_an_upload_that_ends_in_the_middle(session: _ssh.Session, fake: FakeScp) -> None:
    data = bytes(40 * MIB)
    with pytest.raises(_ssh.SCPError, match="ended before"):
        send(session, fake, data, b"\0\0", "hear 5000000", "exit 1")
    with pytest.raises(_ssh.SCPError, match="dropped"):
        send(session, fake, data, b"\0\0", "hear 5000000", b"\2dropped\n", "exit 1")
    for play in ([], [b"\0"], [b"\0\0"]):
        with pytest.raises(_ssh.SCPError, match="ended before"):
            send(session, fake, b"x", *play)
    echo(session)


def test_an_upload_that_is_answered_nonsense(session: _ssh.Session, fake: FakeScp) -> None:
    for play in ([b"C0644 5 a\n"], [b"\0what?\n"], [b"\0\0", "hear 10", b"E\n"]):
        with pytest.raises(_ssh.ProtocolError):
            send(session, fake, b"x", *play, "hear 10")
    echo(session)


# connections --------------------------------------------------------------------------------------


def test_a_connection_that_breaks_anywhere(openssh: OpenSSHServer) -> None:
    """What is returned is whole, whenever the end comes."""
    data = bytes(range(256)) * 1200
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        (Path(name) / "file").write_bytes(data)
        for at in range(5000, 320_000, 17_001):
            with (
                Proxy(openssh.address, Fault("cut", at)) as proxy,
                socket.create_connection(proxy.address) as sock,
                suppress(ConnectionError),
            ):
                session = _ssh.Session(sock)
                log_in(session, openssh)
                assert session.scp_recv(f"{name}/file") == data


def test_a_timeout(session: _ssh.Session, fake: FakeScp) -> None:
    """The session's timeout bounds each answer of the remote scp."""
    fake.plays("hear 100")
    session.timeout = 0.3
    try:
        with within(5), pytest.raises(_ssh.Timeout) as error:
            session.scp_recv("a.txt")
        assert error.value.phase == "the remote scp"
        with within(5), pytest.raises(_ssh.Timeout):
            session.scp_send("a.txt", 0o644, b"")
    finally:
        session.timeout = None
    echo(session)


def test_abort_from_another_thread(openssh: OpenSSHServer) -> None:
    with Proxy(openssh.address) as proxy, socket.create_connection(proxy.address) as sock:
        session = _ssh.Session(sock)
        log_in(session, openssh)
        transfer = Background(lambda: session.scp_send("/dev/null", 0o666, bytes(400 * MIB)))
        while proxy.moved["up"] < MIB:
            assert transfer.running
        session.abort()
        with within(10), pytest.raises(_ssh.ConnectionLost):
            transfer.result()


def test_before_login(openssh: OpenSSHServer) -> None:
    with connect(openssh) as session, pytest.raises(_ssh.Error, match="not logged in"):
        session.scp_recv("x")
