"""asyncssh: no compression, windows of 64 MiB, 128 KiB a request with 128 in flight, and what is to
be many at once by gather()."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import asyncssh

from bench.clients.tasks import SLEEP_AND_ECHO, Place

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

_WINDOW = 64 << 20
_AT_ONCE = 64
_FILES: dict[str, Any] = {"block_size": 128 << 10, "max_requests": 128}


async def _connect(place: Place) -> asyncssh.SSHClientConnection:
    return await asyncssh.connect(
        place.host,
        place.port,
        username=place.user,
        client_keys=[place.key],
        known_hosts=None,
        agent_path=None,
        config=None,
        compression_algs=None,
    )


class Client:
    def __init__(self, place: Place) -> None:
        self._loop = asyncio.new_event_loop()
        self._session = self._do(_connect(place))
        self._sftp: asyncssh.SFTPClient | None = None

    def _do(self, awaitable: Awaitable[Any]) -> Any:
        return self._loop.run_until_complete(awaitable)

    def close(self) -> None:
        self._session.close()
        self._do(self._session.wait_closed())
        self._loop.close()

    def sftp(self) -> asyncssh.SFTPClient:
        if self._sftp is None:
            self._sftp = self._do(self._open_sftp())
            assert self._sftp is not None
        return self._sftp

    async def _open_sftp(self) -> asyncssh.SFTPClient:
        """SFTP with a window of our choice, which start_sftp_client() has no argument for."""
        create = self._session.create_session

        async def with_window(*arguments: Any, **options: Any) -> Any:
            return await create(*arguments, **{**options, "window": _WINDOW})

        self._session.create_session = with_window
        try:
            sftp: asyncssh.SFTPClient = await self._session.start_sftp_client()
            return sftp
        finally:
            del self._session.create_session

    def get(self, path: str) -> None:
        self._do(self.sftp().get(path, "/dev/null", **_FILES))

    def put(self, path: str, target: str) -> None:
        self._do(self.sftp().put(path, target, **_FILES))

    def exec(self, command: str) -> None:
        async def run() -> None:
            process = await self._session.create_process(command, encoding=None, window=_WINDOW)
            while await process.stdout.read(1 << 20):
                pass

        self._do(run())

    def stat(self, path: str, count: int) -> None:
        async def run() -> None:
            sftp = self.sftp()
            for _ in range(count):
                await sftp.stat(path)

        self.sftp()
        self._do(run())

    def stat_many(self, path: str, count: int) -> None:
        sftp = self.sftp()
        self._do(_many(sftp.stat(path) for _ in range(count)))

    def open_read(self, path: str, count: int) -> None:
        sftp = self.sftp()

        async def run() -> None:
            for _ in range(count):
                await _read(sftp, path)

        self._do(run())

    def list(self, path: str) -> None:
        self._do(self.sftp().readdir(path))

    def tree(self, remote: str, local: str) -> None:
        sftp = self.sftp()

        async def one(name: str) -> None:
            data = await _read(sftp, f"{remote}/{name}")
            with open(f"{local}/{name}", "wb") as file:  # noqa: PTH123
                file.write(data)

        async def run() -> None:
            names = await sftp.listdir(remote)
            await _many(one(str(name)) for name in names if name not in (".", ".."))

        self._do(run())

    def channels(self, count: int) -> None:
        self._do(
            asyncio.wait([self._loop.create_task(_sleep(self._session)) for _ in range(count)])
        )

    @staticmethod
    def sessions(place: Place, count: int) -> None:
        async def one() -> None:
            session = await _connect(place)
            await _sleep(session)
            session.close()
            await session.wait_closed()

        async def run() -> None:
            await asyncio.gather(*(one() for _ in range(count)))

        asyncio.run(run())


async def _read(sftp: asyncssh.SFTPClient, path: str) -> bytes:
    async with sftp.open(path, "rb", block_size=0) as file:
        data = await file.read(1 << 15)
        assert isinstance(data, bytes)
        return data


async def _sleep(session: asyncssh.SSHClientConnection) -> None:
    await session.run(SLEEP_AND_ECHO)


async def _many(work: Iterable[Awaitable[object]]) -> None:
    """All of it, some at once."""
    queue = iter(work)

    async def take() -> None:
        for awaitable in queue:
            await awaitable

    await asyncio.gather(*(take() for _ in range(_AT_ONCE)))
