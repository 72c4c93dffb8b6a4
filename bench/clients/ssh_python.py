"""ssh-python, which brings its own libssh: 64 reads of 32 KiB in flight, writes of the 261,120
bytes that OpenSSH takes."""

import os
from collections import deque
from typing import Any

from ssh import options
from ssh.key import import_privkey_file
from ssh.session import Session

from bench.clients.tasks import Place

_READS = 64
_READ_SIZE = 32 << 10
_WRITE_SIZE = 261120


class Client:
    def __init__(self, place: Place) -> None:
        self._session = Session()
        self._session.options_set(options.HOST, place.host)
        self._session.options_set_port(place.port)
        self._session.options_set(options.USER, place.user)
        self._session.connect()
        self._session.userauth_publickey(import_privkey_file(place.key))
        self._sftp: Any = None

    def close(self) -> None:
        self._session.disconnect()

    def sftp(self) -> Any:
        if self._sftp is None:
            self._sftp = self._session.sftp_new()
            self._sftp.init()
        return self._sftp

    def get(self, path: str) -> None:
        file = self.sftp().open(path, os.O_RDONLY, 0)
        waiting: deque[int] = deque()
        has_ended = False
        while waiting or not has_ended:
            while not has_ended and len(waiting) < _READS:
                waiting.append(file.async_read_begin(_READ_SIZE))
            size, _ = file.async_read(waiting.popleft(), _READ_SIZE)
            has_ended = has_ended or size == 0
        file.close()

    def put(self, path: str, target: str) -> None:
        file = self.sftp().open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        with open(path, "rb") as source:  # noqa: PTH123
            while data := source.read(_WRITE_SIZE):
                file.write(data)
        file.close()

    def exec(self, command: str) -> None:
        channel = self._session.channel_new()
        channel.open_session()
        channel.request_exec(command)
        while channel.read(256 << 10)[0] > 0:
            pass
        channel.close()

    def stat(self, path: str, count: int) -> None:
        stat = self.sftp().stat
        for _ in range(count):
            stat(path)

    def open_read(self, path: str, count: int) -> None:
        sftp = self.sftp()
        for _ in range(count):
            file = sftp.open(path, os.O_RDONLY, 0)
            file.read(1024)
            file.close()

    def list(self, path: str) -> None:
        for _ in self.sftp().opendir(path):
            pass
