"""An SFTP server (protocol 3, draft-ietf-secsh-filexfer-02) on the peer's channel, honest but for
the answers that a row replaces."""

import stat
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress

from fields import CLOSE, DATA, REQUEST, SUCCESS, string, take_string, u32
from peer import Peer

INIT, VERSION, OPEN, CLOSE_FILE, READ, WRITE, LSTAT, FSTAT, SETSTAT, FSETSTAT = range(1, 11)
OPENDIR, READDIR, REMOVE, MKDIR, RMDIR, REALPATH, STAT, RENAME, READLINK, SYMLINK = range(11, 21)
STATUS, HANDLE, CONTENT, NAME, ATTRS = range(101, 106)
EXTENDED, EXTENDED_REPLY = 200, 201
OK, END, NO_SUCH_FILE, DENIED, FAILED = range(5)

FILE, FOLDER, LINK = stat.S_IFREG | 0o644, stat.S_IFDIR | 0o755, stat.S_IFLNK | 0o777
BODY = b"what stands in the file\n" * 100

Reply = bytes
"""A packet without its length: type, id, body."""
Answer = Callable[[bytes, bytes], Reply | None]
"""(id, body of the request) -> reply; None: silence."""
Entry = tuple[bytes, int]


def attrs(mode: int | None = None, size: int | None = None) -> bytes:
    flags = (1 if size is not None else 0) | (4 if mode is not None else 0)
    said = b"" if size is None else struct.pack(">Q", size)
    return u32(flags) + said + (b"" if mode is None else u32(mode))


def status(code: int, text: bytes = b"") -> bytes:
    return u32(code) + string(text) + string(b"en")


def listing(*entries: Entry, longname: bytes = b"") -> bytes:
    named = (string(name) + string(longname) + attrs(mode, len(BODY)) for name, mode in entries)
    return u32(len(entries)) + b"".join(named)


def says(kind: int, body: bytes = b"") -> Answer:
    return lambda request, _: bytes([kind]) + request + body


class Files:
    """`tree` maps a directory to its entries; every file has the content BODY."""

    def __init__(
        self,
        answers: Mapping[int, Answer] | None = None,
        tree: Callable[[bytes], list[Entry]] = lambda _: [],
        hello: bytes = u32(3),
        extensions: bytes = b"",
    ) -> None:
        self.tree = tree
        self.hello = bytes([VERSION]) + hello + extensions
        self.requests: list[bytes] = []
        self._listed: dict[bytes, bool] = {}
        self._answers: dict[int, Answer] = {
            OPEN: lambda request, body: self._handle(request, body),
            OPENDIR: lambda request, body: self._handle(request, body),
            CLOSE_FILE: says(STATUS, status(OK)),
            READ: self._read,
            READDIR: self._list,
            STAT: self._stat,
            LSTAT: self._stat,
            FSTAT: says(ATTRS, attrs(FILE, len(BODY))),
            REALPATH: self._realpath,
        }
        self._answers.update(answers or {})

    def __call__(self, peer: Peer) -> None:
        """The script: logs the client in, gives it the subsystem and answers until it closes it."""
        peer.serve(until="exec")
        self.serve(peer)

    def serve(self, peer: Peer) -> None:
        peer.expect(REQUEST)
        peer.say(SUCCESS)
        waiting = b""
        while True:
            payload = peer.receive()
            if payload[0] == CLOSE:
                peer.say(CLOSE)
                return
            if payload[0] != DATA:
                continue
            waiting += take_string(payload, 5)[0]
            while len(waiting) >= 4:
                packet, end = take_string(waiting)
                if end > len(waiting):
                    break
                waiting = waiting[end:]
                self._answer(peer, packet)

    def _answer(self, peer: Peer, packet: bytes) -> None:
        self.requests.append(packet)
        if packet[0] == INIT:
            self._say(peer, string(self.hello))
            return
        otherwise = says(STATUS, status(8, b"unsupported"))
        reply = self._answers.get(packet[0], otherwise)(packet[1:5], packet[5:])
        if reply is not None:
            self._say(peer, string(reply))

    @staticmethod
    def _say(peer: Peer, data: bytes) -> None:
        for at in range(0, len(data), 32768):
            peer.data(data[at : at + 32768])

    def _handle(self, request: bytes, body: bytes) -> Reply:
        return bytes([HANDLE]) + request + string(take_string(body)[0][-200:])

    def _read(self, request: bytes, body: bytes) -> Reply:
        _, at = take_string(body)
        offset, size = struct.unpack_from(">QI", body, at)
        piece = BODY[offset : offset + size]
        if not piece:
            return bytes([STATUS]) + request + status(END)
        return bytes([CONTENT]) + request + string(piece)

    def _list(self, request: bytes, body: bytes) -> Reply:
        handle, _ = take_string(body)
        if self._listed.pop(handle, False):
            return bytes([STATUS]) + request + status(END)
        self._listed[handle] = True
        return (
            bytes([NAME]) + request + listing((b".", FOLDER), (b"..", FOLDER), *self.tree(handle))
        )

    def _stat(self, request: bytes, body: bytes) -> Reply:
        path, _ = take_string(body)
        mode = FOLDER if path.rstrip(b"/.").endswith(b"tree") else FILE
        return bytes([ATTRS]) + request + attrs(mode, len(BODY))

    def _realpath(self, request: bytes, body: bytes) -> Reply:
        path, _ = take_string(body)
        with suppress(ValueError):
            path = b"/" + path.lstrip(b"/.")
        return bytes([NAME]) + request + u32(1) + string(path) + string(path) + attrs()
