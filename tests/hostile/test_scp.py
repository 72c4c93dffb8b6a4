"""Group J over the peer: a remote scp that says what it should not. There is more, with a real
shell around it, in tests/python/test_scp_hostile.py."""

from collections.abc import Callable
from pathlib import Path

import pytest

import _ssh
from fields import EXTENDED_DATA, REQUEST, SUCCESS, string, u32
from peer import SECRET, Peer
from playing import DELIVERIES, Row, Script, Use, play

PROTOCOL, LIMIT, UNSAFE = _ssh.ProtocolError, _ssh.LimitError, _ssh.UnsafeNameError
REFUSED = _ssh.SCPError
EVIL = "\x1b[2J\x9b\rroot# \u202e".encode() + b"\xff"
BODY = b"hello"


def sends(*records: bytes, status: int = 0) -> Script:
    """A source that says all at once, whatever the sink answers."""

    def script(peer: Peer) -> None:
        peer.serve(until="exec")
        peer.expect(REQUEST)
        peer.say(SUCCESS)
        for record in records:
            for at in range(0, len(record), 32768):
                peer.data(record[at : at + 32768])
        peer.say(REQUEST, string(b"exit-status") + b"\0" + u32(status))
        peer.say(96)
        peer.say(97)

    return script


def receive(session: _ssh.Session) -> object:
    session.userauth_password("user", SECRET)
    return session.scp_recv("a.txt")


def tree(folder: Path) -> Use:
    def use(session: _ssh.Session) -> object:
        session.userauth_password("user", SECRET)
        session.scp_get("tree", folder / "got", recursive=True)
        return sorted(path.name for path in (folder / "got").iterdir())

    return use


FILE = b"C0644 5 a.txt\n" + BODY + b"\0"

RECORDS = [
    *(("J1", b"C0644 5 " + name + b"\n", UNSAFE) for name in (
        b"../x", b"/etc/x", b"a/b", b"..", b".", b"a.txt/", b"./a.txt", b"../a.txt", b"x\0y",
        EVIL)),
    ("J1", b"C0644 5 \n", PROTOCOL),
    *(("J2", record, PROTOCOL) for record in (
        b"D0777 0 .\n", b"D0777 0 ..\n", b"E\n", b"T1 0 1 0\nE\n", b"T1 0 1 0\nT1 0 1 0\n")),
    ("J3", b"C0644 5 .bashrc\n", UNSAFE),
    ("J3", b"C0644 5 A.TXT\n", UNSAFE),
    *(("J4", b"C0644 " + size + b" a.txt\n", PROTOCOL) for size in (
        b"-1", b"+5", b"0x5", b"9" * 20, b"9223372036854775808", b"", b" 5", b"5.0", b"5e1")),
    *(("J4", b"C" + mode + b" 5 a.txt\n", PROTOCOL) for mode in (
        b"9999", b"644", b"", b"+644", b"0x1ff", b"rwx", b"-644")),
    ("J5", b"\x02" + EVIL + b"\n", REFUSED),
    ("J5", b"\x01" + EVIL + b"\n", REFUSED),
    ("J6", b"C0644 5 " + b"n" * 10_000 + b"\n", LIMIT),
    ("J6", b"x" * 100_000, PROTOCOL),
    ("J6", b"\x02" + b"n" * 1_000_000, LIMIT),
    *(("J8", times + FILE, PROTOCOL) for times in (
        b"T99999999999999999999 0 1 0\n", b"T1 1000000 1 0\n", b"T1 0 1 1000000\n", b"T-1 0 1 0\n",
        b"T1 0 1\n", b"T\n")),
    ("J7", FILE + b"more", PROTOCOL),
    ("J7", b"C0644 6 a.txt\n" + BODY + b"\0", None),
    ("J7", b"C0644 5 a.txt\n" + BODY + b"\x01disk\n", REFUSED),
]  # fmt: skip


@pytest.mark.parametrize("delivery", DELIVERIES)
def test_records(delivery: str) -> None:
    for id, record, error in RECORDS:
        if len(record) > 50_000 and delivery == "bytes":
            continue
        name = f"{record[:30]!r}"
        play(Row(id, name, sends(record), error or _ssh.Error, use=receive), delivery)
    play(Row("J3", "twin: what was asked for", sends(FILE), use=receive, result=BODY), delivery)


def test_j7_the_end_at_every_byte() -> None:
    for size in range(len(FILE)):
        play(Row("J7", f"{size} bytes", sends(FILE[:size]), _ssh.Error, use=receive))
    for status in (1, 2, 255):
        play(Row("J7", f"status {status}", sends(FILE, status=status), _ssh.Error, use=receive,
                 may_pass=True, result=BODY))  # fmt: skip


def test_j1_every_byte_in_a_name(tmp_path: Path) -> None:
    for byte in range(256):
        name = bytes([byte])
        folder = tmp_path / str(byte)
        folder.mkdir()
        records = b"D0755 0 tree\nC0644 5 " + name + b"\n" + BODY + b"\0E\n"
        is_name = name not in (b"/", b"\0", b".", b"\n")
        play(Row("J1", f"{name!r} in a tree", sends(records), None if is_name else PROTOCOL,
                 use=tree(folder), result=[name.decode("utf-8", "surrogateescape")]))  # fmt: skip
        found = {path.relative_to(folder).parts[0] for path in folder.rglob("*")}
        assert found <= {"got"}, found


DEEP = b"D0755 0 d\n" * 10_000
TREES: list[tuple[str, bytes, type[Exception]]] = [
    ("J2", b"D0777 0 ..\n", UNSAFE),
    ("J2", b"D0777 0 tree\nD0777 0 ..\n", UNSAFE),
    ("J2", b"D0777 0 tree\nD0777 0 .\n", UNSAFE),
    ("J2", b"D0777 0 tree\nD0777 0 a/b\n", UNSAFE),
    ("J2", b"D0777 0 tree\nD0777 0 /tmp\n", UNSAFE),
    ("J2", b"D0777 0 tree\nE\nE\n", PROTOCOL),
    ("J2", b"D0777 0 tree\nE\nD0777 0 other\n", UNSAFE),
    ("J2", b"D0777 0 tree\n" + DEEP, LIMIT),
    ("J2", b"D0777 0 other\n", UNSAFE),
    ("J4", b"D4777 0 tree\nC0644 5 x\n" + BODY, REFUSED),
]


def test_j2_trees(tmp_path: Path) -> None:
    for number, (id, records, error) in enumerate(TREES):
        folder = tmp_path / str(number)
        folder.mkdir()
        play(Row(id, f"{records[:40]!r}", sends(records), error, use=tree(folder)))
        for path in folder.rglob("*"):
            assert path.relative_to(folder).parts[0] == "got"
            assert not path.stat().st_mode & 0o7000


def test_j5_what_comes_on_stderr() -> None:
    def script(peer: Peer, act: Callable[[Peer], None]) -> None:
        peer.serve(until="exec")
        peer.expect(REQUEST)
        peer.say(SUCCESS)
        act(peer)
        peer.say(97)

    def stderr(peer: Peer) -> None:
        peer.say(EXTENDED_DATA, u32(1) + string(EVIL * 100))

    row = Row("J5", "stderr", lambda peer: script(peer, stderr), REFUSED, r"\\x1b", use=receive)
    play(row)
