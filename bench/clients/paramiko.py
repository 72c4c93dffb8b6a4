"""paramiko: windows of 64 MiB, packets of 32 KiB, prefetched reads, pipelined writes."""

import paramiko

from bench.clients.tasks import SLEEP_AND_ECHO, Place, in_threads


class _Null:
    def write(self, data: bytes) -> int:
        return len(data)


class Client:
    def __init__(self, place: Place) -> None:
        self._transport = paramiko.Transport(
            (place.host, place.port), default_window_size=64 << 20, default_max_packet_size=32 << 10
        )
        self._transport.start_client()
        self._transport.auth_publickey(place.user, paramiko.Ed25519Key(filename=place.key))
        self._sftp: paramiko.SFTPClient | None = None

    def close(self) -> None:
        self._transport.close()

    def sftp(self) -> paramiko.SFTPClient:
        if self._sftp is None:
            self._sftp = paramiko.SFTPClient.from_transport(self._transport)
            assert self._sftp is not None
        return self._sftp

    def get(self, path: str) -> None:
        self.sftp().getfo(path, _Null(), prefetch=True)

    def put(self, path: str, target: str) -> None:
        with open(path, "rb") as source, self.sftp().open(target, "wb") as file:  # noqa: PTH123
            file.set_pipelined(True)
            while data := source.read(32 << 10):
                file.write(data)

    def exec(self, command: str) -> None:
        channel = self._transport.open_session()
        channel.exec_command(command)
        while channel.recv(1 << 20):
            pass
        channel.close()

    def stat(self, path: str, count: int) -> None:
        stat = self.sftp().stat
        for _ in range(count):
            stat(path)

    def open_read(self, path: str, count: int) -> None:
        sftp = self.sftp()
        for _ in range(count):
            with sftp.open(path) as file:
                file.read(1024)

    def list(self, path: str) -> None:
        for _ in self.sftp().listdir_iter(path, read_aheads=50):
            pass

    def tree(self, remote: str, local: str) -> None:
        sftp = self.sftp()
        for name in sftp.listdir(remote):
            with sftp.open(f"{remote}/{name}") as file, open(f"{local}/{name}", "wb") as to:  # noqa: PTH123
                to.write(file.read())

    def channels(self, count: int) -> None:
        channels = [self._transport.open_session() for _ in range(count)]
        for channel in channels:
            channel.exec_command(SLEEP_AND_ECHO)
        for channel in channels:
            channel.recv(10)

    @staticmethod
    def sessions(place: Place, count: int) -> None:
        def one() -> None:
            client = Client(place)
            client.exec(SLEEP_AND_ECHO)
            client.close()

        in_threads(count, one)
