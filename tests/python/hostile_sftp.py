"""An SFTP server that says what it should not: the subsystem of sshd in test_sftp_lies.py.

    hostile_sftp.py SCENARIO

Runs as the server's account with the system's Python, so it imports nothing of the tests.
"""

import struct
import sys
from collections.abc import Callable

OPEN, CLOSE, READ, FSTAT, OPENDIR, READDIR, STAT = 3, 4, 5, 8, 11, 12, 17
STATUS, HANDLE, DATA, NAME, ATTRS = 101, 102, 103, 104, 105
OK, EOF, FAILURE = 0, 1, 4
SIZE_FLAG = 1

NAMES = {
    "slash": b"../../escape",
    "absolute": b"/etc/passwd",
    "empty": b"",
    "nul": b"a\0b",
}


def string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def status(code: int, text: bytes = b"") -> bytes:
    return struct.pack(">I", code) + string(text) + string(b"")


def unsupported(_: bytes) -> tuple[int, bytes]:
    return STATUS, status(8)


class Server:
    def __init__(self, scenario: str) -> None:
        self.scenario = scenario
        self.has_listed = False
        self.handlers: dict[int, Callable[[bytes], tuple[int, bytes]]] = {
            OPEN: lambda _: (HANDLE, string(b"file")),
            OPENDIR: lambda _: (HANDLE, string(b"directory")),
            CLOSE: lambda _: (STATUS, status(OK)),
            READDIR: self.read_directory,
            READ: self.read,
            FSTAT: self.attributes,
            STAT: self.attributes,
        }

    def read_directory(self, _: bytes) -> tuple[int, bytes]:
        if self.has_listed:
            return STATUS, status(EOF)
        self.has_listed = True
        name = NAMES.get(self.scenario, b"name")
        longname = b"\x1b[2Jline\r\nof ls"
        entry = string(name) + string(longname) + struct.pack(">I", 0)
        return NAME, struct.pack(">I", 1) + entry

    def read(self, body: bytes) -> tuple[int, bytes]:
        handle_size = struct.unpack_from(">I", body)[0]
        offset, size = struct.unpack_from(">QI", body, 4 + handle_size)
        if self.scenario == "broken disk" and offset + size > 200_000:
            return STATUS, status(FAILURE, b"disk\x1b[31m on fire")
        if self.scenario != "broken disk" and offset >= 100_000:
            return STATUS, status(EOF)
        return DATA, string(b"x" * min(size, 100_000 - offset % 100_000))

    def attributes(self, _: bytes) -> tuple[int, bytes]:
        if self.scenario == "no attributes":
            return ATTRS, struct.pack(">I", 0)
        return ATTRS, struct.pack(">IQ", SIZE_FLAG, (1 << 63) - 1)

    def run(self) -> None:
        while head := sys.stdin.buffer.read(4):
            packet = sys.stdin.buffer.read(struct.unpack(">I", head)[0])
            if packet[0] == 1:
                answer = struct.pack(">BI", 2, 3)
            else:
                kind, body = self.handlers.get(packet[0], unsupported)(packet[5:])
                answer = bytes([kind]) + packet[1:5] + body
            sys.stdout.buffer.write(string(answer))
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    Server(sys.argv[1].replace("_", " ")).run()
