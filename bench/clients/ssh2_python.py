"""ssh2-python, which brings its own libssh2: calls with 4 MiB, from which libssh2 makes its
requests in flight; a receive window of 64 MiB for a command's output. (The window of its SFTP
cannot be reached: an object for that channel frees it a second time.)"""

import socket
from typing import Any

from ssh2.session import Session
from ssh2.sftp import LIBSSH2_FXF_CREAT, LIBSSH2_FXF_READ, LIBSSH2_FXF_TRUNC, LIBSSH2_FXF_WRITE

from bench.clients.tasks import Place

_WRITING = LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT | LIBSSH2_FXF_TRUNC
_PIECE = 4 << 20
_WINDOW = 64 << 20


class Client:
    def __init__(self, place: Place) -> None:
        self._socket = socket.create_connection((place.host, place.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._session: Any = Session()
        self._session.handshake(self._socket)
        self._session.userauth_publickey_fromfile(place.user, place.key)
        self._sftp: Any = None

    def close(self) -> None:
        self._sftp = None
        self._session.disconnect()
        self._session = None  # or it would go on with the next one's descriptor
        self._socket.close()

    def sftp(self) -> Any:
        if self._sftp is None:
            self._sftp = self._session.sftp_init()
        return self._sftp

    def get(self, path: str) -> None:
        with self.sftp().open(path, LIBSSH2_FXF_READ, 0) as file:
            while file.read(_PIECE)[0] > 0:
                pass

    def put(self, path: str, target: str) -> None:
        with (
            open(path, "rb") as source,  # noqa: PTH123
            self.sftp().open(target, _WRITING, 0o644) as file,
        ):
            while data := source.read(_PIECE):
                file.write(data)

    def exec(self, command: str) -> None:
        channel = self._session.open_session()
        channel.receive_window_adjust2(_WINDOW, True)
        channel.execute(command)
        while channel.read(_PIECE if command.startswith("cat") else 1024)[0] > 0:
            pass
        channel.close()

    def stat(self, path: str, count: int) -> None:
        stat = self.sftp().stat
        for _ in range(count):
            stat(path)

    def open_read(self, path: str, count: int) -> None:
        sftp = self.sftp()
        for _ in range(count):
            with sftp.open(path, LIBSSH2_FXF_READ, 0) as file:
                file.read(1024)

    def list(self, path: str) -> None:
        with self.sftp().opendir(path) as directory:
            for _ in directory.readdir():
                pass

    def tree(self, remote: str, local: str) -> None:
        sftp = self.sftp()
        with sftp.opendir(remote) as directory:
            names = [name.decode() for _, name, _ in directory.readdir()]
        for name in names:
            if name in (".", ".."):
                continue
            with (
                sftp.open(f"{remote}/{name}", LIBSSH2_FXF_READ, 0) as file,
                open(f"{local}/{name}", "wb") as target,  # noqa: PTH123
            ):
                target.write(file.read(1 << 15)[1])
