"""Group I: replies of an SFTP server."""

import io
import struct
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import _ssh
from fields import DATA, EXTENDED_DATA, Count, Message, Text, message, string, take_string, u32
from files import (
    ATTRS,
    BODY,
    CLOSE_FILE,
    CONTENT,
    END,
    EXTENDED,
    EXTENDED_REPLY,
    FAILED,
    FILE,
    FOLDER,
    FSTAT,
    HANDLE,
    LINK,
    LSTAT,
    MKDIR,
    NAME,
    OK,
    OPEN,
    OPENDIR,
    READ,
    READDIR,
    READLINK,
    REALPATH,
    REMOVE,
    RENAME,
    RMDIR,
    SETSTAT,
    STAT,
    STATUS,
    SYMLINK,
    WRITE,
    Answer,
    Files,
    attrs,
    listing,
    says,
    status,
)
from peer import SECRET, Gone, Peer
from playing import DELIVERIES, Row, Use, play

PROTOCOL, LIMIT, LOST = _ssh.ProtocolError, _ssh.LimitError, _ssh.ConnectionLost
REFUSED = _ssh.SFTPError
UNSAFE = _ssh.UnsafeNameError
EVIL = "\x1b[2J\x9b\r\nroot# \u202e".encode() + b"\xff"
MOST = 2**32 - 1
Work = Callable[[_ssh.SFTP], object]


def with_sftp(work: Work) -> Use:
    """The session is whole afterwards, whatever became of the files."""

    def use(session: _ssh.Session) -> object:
        session.userauth_password("user", SECRET)
        with session.sftp() as sftp:
            return work(sftp)

    return use


nothing = with_sftp(lambda _: None)


def read(sftp: _ssh.SFTP) -> object:
    with sftp.open("file") as file:
        return file.read()


def write(sftp: _ssh.SFTP) -> object:
    with sftp.open("file", "w") as file:
        return file.write(BODY)


def row(
    id: str,
    what: str,
    answers: dict[int, Answer],
    work: Work,
    error: type[Exception] | None = PROTOCOL,
    words: str = "",
    **more: Any,
) -> Row:
    result = more.pop("result", None)
    hello = more.pop("hello", u32(3))
    script = Files(answers, hello=hello, tree=more.pop("tree", lambda _: [(b"name", FILE)]))
    return Row(id, what, script, error, words, use=with_sftp(work), result=result, **more)


# ---- I4: replies of another type than the request can have

USES: dict[int, tuple[Work, set[int]]] = {
    STAT: (lambda sftp: sftp.stat("file"), {ATTRS}),
    LSTAT: (lambda sftp: sftp.lstat("file"), {ATTRS}),
    OPEN: (read, {HANDLE}),
    READ: (read, {CONTENT}),
    FSTAT: (lambda sftp: sftp.open("file").stat(), {ATTRS}),
    CLOSE_FILE: (read, set()),
    OPENDIR: (lambda sftp: sftp.listdir("tree"), {HANDLE}),
    READDIR: (lambda sftp: sftp.listdir("tree"), {NAME}),
    REALPATH: (lambda sftp: sftp.realpath("x"), {NAME}),
    READLINK: (lambda sftp: sftp.readlink("x"), {NAME}),
    MKDIR: (lambda sftp: sftp.mkdir("x"), set()),
    RMDIR: (lambda sftp: sftp.rmdir("x"), set()),
    REMOVE: (lambda sftp: sftp.unlink("x"), set()),
    RENAME: (lambda sftp: sftp.rename("x", "y"), set()),
    SYMLINK: (lambda sftp: sftp.symlink("x", "y"), set()),
    SETSTAT: (lambda sftp: sftp.chmod("x", 0o600), set()),
    WRITE: (write, set()),
}
GOOD = {
    STATUS: status(OK),
    HANDLE: string(b"handle"),
    CONTENT: string(b"x"),
    NAME: listing((b"name", FILE)),
    ATTRS: attrs(FILE, 1),
    EXTENDED_REPLY: b"",
}


@pytest.mark.parametrize("kind", USES)
def test_i4_replies_of_every_type(kind: int) -> None:
    work, right = USES[kind]
    numbers = (
        range(256) if kind in (STAT, READ) else [*range(4), *range(99, 107), 199, 200, 201, 255]
    )
    for number in numbers:
        if number in right or number == STATUS:
            continue
        answers = {kind: says(number, GOOD.get(number, b""))}
        # Nobody waits for the reply to the close of a file that was only read.
        play(row("I4", f"{number} to {kind}", answers, work, may_pass=kind == CLOSE_FILE,
                 result=BODY if kind == CLOSE_FILE else None))  # fmt: skip
    if right:  # a status that is no failure is none of its replies, either
        answers = {kind: says(STATUS, status(OK))}
        play(row("I5", f"OK to {kind}", answers, work, _ssh.Error, ""))
    for code in (FAILED, 5, 100, MOST):
        answers = {kind: says(STATUS, status(code, EVIL))}
        if kind != CLOSE_FILE:
            play(row("I5", f"status {code} to {kind}", answers, work, REFUSED, ""))


# ---- cut replies, and such with lies in them

ID = b"%ID%"
VERSION_3 = message("VERSION", 2, u32(3), Text(b"limits@openssh.com"), Text(b"1"),
                    Text(b"posix-rename@openssh.com"), Text(b"1"))  # fmt: skip
FULL = (b"\x80\0\0\x0f", struct.pack(">Q", 100), u32(1), u32(2), u32(FILE), u32(3), u32(4),
        Count(1), Text(b"name@example"), Text(b"value"))  # fmt: skip
REPLIES: list[tuple[int, Message]] = [
    (OPEN, message("HANDLE", HANDLE, ID, Text(b"handle"))),
    (READ, message("DATA", CONTENT, ID, Text(b"content"))),
    (READ, message("STATUS", STATUS, ID, u32(4), Text(b"broken"), Text(b"en"))),
    (STAT, message("ATTRS", ATTRS, ID, *FULL)),
    (READDIR, message("NAME", NAME, ID, Count(2), Text(b"one"), Text(b"line"), *FULL, Text(b"two"),
                      Text(b""), u32(0))),
    (REALPATH, message("NAME", NAME, ID, Count(1), Text(b"/x"), Text(b""), u32(0))),
    (READLINK, message("NAME", NAME, ID, Count(1), Text(b"x"), Text(b""), u32(0))),
]  # fmt: skip

# The texts of a status are for people only, and some servers leave them out: nothing hangs on them.
STATUS_HEAD = 1 + 4 + 4


def changed(each: Message) -> Iterator[tuple[str, str, bytes]]:
    whole = each.encode()
    for cut in each.cut_everywhere():
        yield "I2", f"cut to {len(cut)} bytes", cut
    for what, lie in each.with_lies():
        yield "I2", f"a length or count {what}", lie
    for more in (b"\0", b"\0\0\0\0", b"more" * 100):
        yield "I2", f"{len(more)} bytes too much", whole + more


@pytest.mark.parametrize(("kind", "each"), REPLIES, ids=lambda it: getattr(it, "name", str(it)))
def test_i2_what_is_malformed(kind: int, each: Message) -> None:
    work, _ = USES[kind]
    for id, what, reply in changed(each):
        answers: dict[int, Answer] = {kind: partial(with_its_id, reply)}
        error: type[Exception] = PROTOCOL
        if each.name == "STATUS" and len(reply) >= STATUS_HEAD:
            error = REFUSED
        play(row(id, f"{each.name} to {kind}, {what}", answers, work, error))


def with_its_id(reply: bytes, request: bytes, _: bytes) -> bytes:
    return reply.replace(ID, request)


def test_i1_the_version_cut_and_with_lies() -> None:
    for id, what, reply in changed(VERSION_3):
        if len(reply) in (5, 32):
            continue  # none of its extensions, or one: whole again
        play(row("I1", f"VERSION, {what}", {}, lambda _: None, PROTOCOL, hello=reply[1:]))
        assert id


def test_i2_sizes() -> None:
    def script(peer: Peer, head: bytes) -> None:
        peer.serve(until="exec")
        peer.expect(98)
        peer.say(99)
        peer.expect(DATA)
        peer.data(head)

    for size in (0, 1, 4, 2**18 + 1, 2**20 + 1, 2**31, MOST):
        for more in (b"", b"\x02", bytes([2]) + u32(3)):
            if size == 4 and not more:
                continue  # the rest may still come
            if size in (1, 4) and len(more) < size:
                continue
            says_head = partial(script, head=u32(size) + more)
            play(Row("I2", f"a packet of {size} bytes", says_head, PROTOCOL, use=nothing))


# ---- rows


def once(first: Answer, then: Answer) -> Answer:
    """`first` for the first request, then the other."""
    asked: list[bytes] = []

    def answer(request: bytes, body: bytes) -> bytes | None:
        asked.append(request)
        return (first if len(asked) == 1 else then)(request, body)

    return answer


def little(request: bytes, body: bytes) -> bytes:
    """Seven bytes at a time, whatever was asked for."""
    _, at = take_string(body)
    (offset,) = struct.unpack_from(">Q", body, at)
    if offset >= len(BODY):
        return bytes([STATUS]) + request + status(END)
    return bytes([CONTENT]) + request + string(BODY[offset : offset + 7])


def with_id(change: Callable[[bytes], bytes], kind: int, body: bytes) -> Answer:
    return lambda request, _: bytes([kind]) + change(request) + body


def many(number: int) -> Answer:
    """A directory of that many entries a reply, without end."""
    return says(NAME, listing(*[(b"n%06d" % each, FILE) for each in range(number)]))


def first_of_many(sftp: _ssh.SFTP) -> object:
    with sftp.scandir("tree") as scan:
        return [next(scan).name for _ in range(3000)][-1]


def get(sftp: _ssh.SFTP) -> object:
    sink = io.BytesIO()
    sftp.getfo("file", sink)
    return sink.getvalue()


SIZES = [0, 1, 2**63, 2**64 - 1]
ROWS = [
    *(row("I1", f"version {number}", {}, lambda _: None, _ssh.Error, "", hello=u32(number))
      for number in (0, 1, 2)),
    *(row("I1", f"twin: version {number}", {}, lambda sftp: sftp.version, None, result=3,
          hello=u32(number)) for number in (3, 4, 6, MOST)),
    row("I1", "100,000 extensions", {}, lambda _: None, PROTOCOL, "not in SFTP",
        hello=u32(3) + (string(b"x") + string(b"")) * 100_000, only_whole=True),
    row("I1", "1,025 extensions", {}, lambda _: None, LIMIT, "",
        hello=u32(3) + (string(b"x") + string(b"")) * 1025),
    row("I3", "an unknown id", {STAT: with_id(lambda _: u32(MOST), ATTRS, attrs())}, USES[STAT][0]),
    row("I3", "the next id", {STAT: with_id(lambda id: u32(int.from_bytes(id, "big") + 1), ATTRS,
        attrs())}, USES[STAT][0]),
    row("I5", "a status with escapes", {STAT: says(STATUS, status(FAILED, EVIL))}, USES[STAT][0],
        REFUSED, r"\\x1b"),
    row("I5", "a status of 200,000 bytes", {STAT: says(STATUS, status(FAILED, b"no " * 60_000))},
        USES[STAT][0], REFUSED, r"\.\.\."),
    row("I6", "more data than asked for", {READ: says(CONTENT, string(bytes(40_000)))}, read,
        PROTOCOL, ""),
    row("I6", "twin: little at a time", {READ: little}, read, None, result=BODY),
    row("I6", "no data, for ever", {READ: says(CONTENT, string(b""))}, read, PROTOCOL, ""),
    *(row("I7", f"twin: a size of {size}", {FSTAT: says(ATTRS, attrs(FILE, size)),
          STAT: says(ATTRS, attrs(FILE, size))}, read, None, result=BODY) for size in SIZES),
    *(row("I7", f"twin: got with a size of {size}", {FSTAT: says(ATTRS, attrs(FILE, size)),
          STAT: says(ATTRS, attrs(FILE, size))}, get, None, result=BODY) for size in SIZES[:2]),
    row("I8", "2^32-1 names", {READDIR: says(NAME, u32(MOST))}, USES[READDIR][0]),
    *(row("I8", f"{count} names to {kind}", {kind: says(NAME, listing(*[(b"x", FILE)] * count))},
          USES[kind][0]) for count in (0, 2, 100) for kind in (REALPATH, READLINK)),
    row("I8", "twin: a longname of escapes", {}, lambda sftp: [
        entry.longname.isprintable() for entry in sftp.scandir("tree")], None, result=[True]),
    row("I9", "twin: entries without end", {READDIR: many(500)}, first_of_many, None,
        result="n000499", only_whole=True),
    row("I12", "2^32-1 extended attributes", {STAT: says(ATTRS, u32(1 << 31) + u32(MOST))},
        USES[STAT][0]),
    row("I12", "1,025 extended attributes", {STAT: says(ATTRS, u32(1 << 31) + u32(1025) + (
        string(b"x") + string(b"")) * 1025)}, USES[STAT][0]),
    row("I12", "unknown flags", {STAT: says(ATTRS, u32(0x40) + u32(0))}, USES[STAT][0]),
    *(row("I13", f"a handle of {size} bytes", {OPEN: says(HANDLE, string(b"h" * size))}, read)
      for size in (257, 4096, 100_000)),
    row("I13", "twin: a handle of 256 bytes", {OPEN: says(HANDLE, string(b"h" * 256))}, read, None,
        result=BODY),
    row("I13", "twin: a handle with NUL", {OPEN: says(HANDLE, string(b"\0\0"))}, read, None,
        result=BODY),
    row("I15", "twin: realpath is data", {REALPATH: says(NAME, u32(1) + string(b"../../etc") +
        string(b"") + u32(0))}, lambda sftp: sftp.realpath("x"), None, result="../../etc"),
    row("I17", "no answer", {STAT: lambda *_: None}, USES[STAT][0], _ssh.Timeout, "",
        options={"timeout": 0.4}),
    row("I19", "a write that is refused", {WRITE: says(STATUS, status(FAILED, b"quota"))}, write,
        REFUSED, "quota"),
    row("I19", "a close that is refused", {WRITE: says(STATUS, status(OK)),
        CLOSE_FILE: says(STATUS, status(FAILED, b"quota"))}, write, REFUSED, "quota"),
    row("I21", "statvfs cut", {EXTENDED: says(EXTENDED_REPLY, bytes(87))},
        lambda sftp: sftp.statvfs("x"), _ssh.Error, ""),
]  # fmt: skip


@pytest.mark.parametrize("delivery", DELIVERIES)
@pytest.mark.parametrize("row_", ROWS, ids=str)
def test_rows(row_: Row, delivery: str) -> None:
    if delivery == "bytes" and row_.only_whole:
        return
    fresh = row_.script
    assert isinstance(fresh, Files)
    fresh._listed.clear()
    play(row_, delivery)


def test_i14_limits_that_are_none() -> None:
    announced = string(b"limits@openssh.com") + string(b"1")
    for numbers in ((0, 0, 0, 0), (1, 1, 1, 1), (2**64 - 1,) * 4, (5, 2**63, 1, 0)):
        reply = struct.pack(">QQQQ", *numbers)
        script = Files({EXTENDED: says(EXTENDED_REPLY, reply)}, extensions=announced)
        play(Row("I14", f"twin: {numbers}", script, use=with_sftp(read), result=BODY))
    for size in (*range(32), 33, 1000):
        script = Files({EXTENDED: says(EXTENDED_REPLY, bytes(size))}, extensions=announced)
        play(Row("I14", f"{size} bytes", script, PROTOCOL, "", use=with_sftp(read), result=BODY,
                 may_pass=True))  # fmt: skip


def test_i18_the_channel_ends_with_requests_open() -> None:
    for number in (96, 97):

        def script(peer: Peer, number: int = number) -> None:
            def close(*_: bytes) -> None:
                peer.say(number)
                raise Gone

            Files({READ: close})(peer)

        play(Row("I18", f"{number} in a read", script, LOST, "ended", use=with_sftp(read)))


def test_i23_what_is_no_sftp() -> None:
    def script(peer: Peer, act: Callable[[Peer], None]) -> None:
        peer.serve(until="exec")
        act(peer)
        Files()(peer)

    def stderr(peer: Peer) -> None:
        peer.say(EXTENDED_DATA, u32(1) + string(EVIL))

    play(Row("I23", "twin: stderr", lambda peer: script(peer, stderr), use=with_sftp(read),
             result=BODY))  # fmt: skip
    for text in (b"Welcome to \x1b[31mthe machine\n", EVIL * 100, b"SSH-2.0-x\r\n", b"<html>"):
        greets = partial(script, act=partial(Peer.data, content=text))
        play(Row("I23", "a greeting", greets, PROTOCOL, use=with_sftp(read)))


# ---- I10 and I11: names in trees


def got(folder: Path, **options: Any) -> Work:
    def work(sftp: _ssh.SFTP) -> object:
        sftp.get("/tree", folder / "got", recursive=True, **options)
        return sorted(path.name for path in (folder / "got").iterdir())

    return work


def top(*entries: tuple[bytes, int]) -> Callable[[bytes], list[tuple[bytes, int]]]:
    return lambda path: list(entries) if path.strip(b"/") == b"tree" else []


def test_i10_every_byte_in_a_name(tmp_path: Path) -> None:
    """A name of one byte is a name unless it is '/' or NUL; '.' is passed over."""
    for byte in range(256):
        name = bytes([byte])
        error = UNSAFE if name in (b"/", b"\0") else None
        shown = [] if name == b"." else [name.decode("utf-8", "surrogateescape")]
        for mode in (FILE, FOLDER):
            folder = tmp_path / f"{byte}-{mode}"
            folder.mkdir()
            play(row("I10", f"{name!r} in a tree", {}, got(folder), error, tree=top((name, mode)),
                     result=shown))  # fmt: skip
        if not error:
            listed = [] if name == b"." else [name]
            play(row("I10", f"twin: {name!r} in a listing", {}, lambda sftp: sftp.listdir(b"tree"),
                     None, tree=top((name, FILE)), result=listed))  # fmt: skip


NAMES = [b"", b"/", b"//", b"../x", b"./x", b"x/", b"x/.", b"x/..", b"a/b", b"/etc/x", b"..//..",
         b"x\0", b"\0", b"../" * 500, b"a/" * 500, b"\xff/", b"\n/"]  # fmt: skip


def test_i10_names_that_are_paths(tmp_path: Path) -> None:
    for number, name in enumerate(NAMES):
        for mode in (FILE, FOLDER, LINK, 0o20666, 0o10666, 0o106755, 0):
            folder = tmp_path / f"{number}-{mode}"
            folder.mkdir()
            tree = top((b"fine", FILE), (name, mode))
            play(row("I10", f"{name[:9]!r} as {mode:o}", {}, got(folder), UNSAFE, tree=tree))
            found = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
            assert found <= {"got", "got/fine"}, found
        play(row("I10", f"{name[:9]!r} in a listing", {}, USES[READDIR][0], UNSAFE,
                 tree=top((name, FILE)), may_pass=not name))  # fmt: skip
    assert {path.name for path in tmp_path.parent.iterdir()} >= {tmp_path.name}


def test_i11_what_a_folder_turns_out_to_be(tmp_path: Path) -> None:
    """The type in the listing is what counts: what STAT says then changes nothing."""
    for number, mode in enumerate((LINK, 0o20666, 0o10666, 0o60666, 0o140666)):
        folder = tmp_path / str(number)
        folder.mkdir()
        skipped: list[object] = []
        work = got(folder, on_skip=lambda *it, to=skipped: to.append(it))
        play(row("I11", f"twin: {mode:o} is left out", {}, work, None, tree=top((b"x", mode)),
                 result=[]))  # fmt: skip
        assert len(skipped) == 1
