"""Hawser as its users call it: no option of speed is set, for there is none."""

import io
import socket
from concurrent.futures import ThreadPoolExecutor

import _ssh
from bench.clients.tasks import SLEEP_AND_ECHO, Place, in_threads


class Client:
    def __init__(self, place: Place) -> None:
        with socket.create_connection((place.host, place.port)) as sock:
            self._session = _ssh.Session(sock)
        with io.FileIO(place.key) as key:
            self._session.userauth_publickey(place.user, key.readall())
        self._sftp: _ssh.SFTP | None = None

    def close(self) -> None:
        self._session.close()

    def sftp(self) -> _ssh.SFTP:
        if self._sftp is None:
            self._sftp = self._session.sftp()
        return self._sftp

    def get(self, path: str) -> None:
        self.sftp().get(path, "/dev/null")

    def put(self, path: str, target: str) -> None:
        self.sftp().put(path, target)

    def read(self, path: str) -> None:
        with self.sftp().open(path) as file:
            while file.read(1 << 20):
                pass

    def readinto(self, path: str) -> None:
        buffer = bytearray(1 << 20)
        with self.sftp().open(path) as file:
            while file.readinto(buffer):
                pass

    def write(self, path: str) -> None:
        buffer = bytearray(1 << 20)
        view = memoryview(buffer)
        with io.FileIO(path) as source, self.sftp().open("/dev/null", "w") as file:
            while size := source.readinto(buffer):
                file.write(view[:size])

    def scp_get(self, path: str) -> None:
        self._session.scp_get(path, "/dev/null")

    def scp_put(self, path: str) -> None:
        self._session.scp_put(path, "/dev/null")

    def exec(self, command: str) -> None:
        channel = self._session.open_session()
        channel.exec(command)
        buffer = bytearray(1 << 20)
        while channel.recv_into(buffer):
            pass
        channel.close()

    def stat(self, path: str, count: int) -> None:
        stat = self.sftp().stat
        for _ in range(count):
            stat(path)

    def stat_many(self, path: str, count: int) -> None:
        threads = 16
        in_threads(threads, lambda: self.stat(path, count // threads))

    def open_read(self, path: str, count: int) -> None:
        sftp = self.sftp()
        for _ in range(count):
            with sftp.open(path) as file:
                file.read(1024)

    def list(self, path: str) -> None:
        for _ in self.sftp().scandir(path):
            pass

    def tree(self, remote: str, local: str) -> None:
        self.sftp().get(f"{remote}/.", local, recursive=True)

    def channels(self, count: int) -> None:
        _ssh.run_all([(self._session, SLEEP_AND_ECHO)] * count)

    @staticmethod
    def sessions(place: Place, count: int) -> None:
        with ThreadPoolExecutor(8) as pool:
            clients = list(pool.map(Client, [place] * count))
        _ssh.run_all([(client._session, SLEEP_AND_ECHO) for client in clients])
        for client in clients:
            client.close()
