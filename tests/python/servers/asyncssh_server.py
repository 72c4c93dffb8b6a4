"""asyncssh's server in a thread: takes passwords without root, and is no OpenSSH."""

import asyncio
import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress

import asyncssh

from .base import ThreadServer
from .keys import Keys, public_line
from .namespace import PASSWORD, USER


class AsyncSSHServer(ThreadServer):
    """`options` go to asyncssh.listen, e.g. encryption_algs=['aes128-ctr']."""

    name = "asyncssh"

    def __init__(self, keys: Keys, **options: object) -> None:
        super().__init__(keys, USER)
        self._options = options
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(30)
        self.host_keys = {line.split()[0]: line for line in map(public_line, self.keys.host_keys())}

    def stop(self) -> None:
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(30)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(30)
        self._loop.close()

    async def _listen(self) -> None:
        authorized = self.keys.authorized().split()
        self._acceptor = await asyncssh.listen(
            self.host,
            0,
            # As objects: files would be read, and the RSA key proved, again in each login.
            server_host_keys=list(map(asyncssh.read_private_key, self.keys.host_keys())),
            process_factory=_run,
            encoding=None,
            **{
                "server_factory": lambda: AsyncSSHLogin(authorized),
                "sftp_factory": True,
                **self._options,
            },
        )
        self.port = self._acceptor.get_port()

    async def _end(self) -> None:
        self._acceptor.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class AsyncSSHLogin(asyncssh.SSHServer):
    def __init__(self, authorized: Sequence[str]) -> None:
        self._authorized = authorized

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return key.export_public_key().split()[1].decode() in self._authorized

    def connection_requested(self, *where: object) -> bool:
        return True


async def _run(process: "asyncssh.SSHServerProcess[bytes]") -> None:
    """Runs the command with pipes of our own: asyncssh's redirection to a child's pipes loses the
    last bytes of output now and then."""
    child = await asyncio.create_subprocess_exec(
        "/bin/sh",
        *(["-c", process.command] if process.command else []),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **process.env},
        start_new_session=True,
    )
    assert child.stdin and child.stdout and child.stderr
    feeding = asyncio.create_task(_feed(process, child.stdin))
    try:
        await asyncio.gather(
            _copy(child.stdout, process.stdout), _copy(child.stderr, process.stderr)
        )
        status = await child.wait()
    except BaseException:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)  # the shell, and what it waits for
        await child.wait()
        raise
    finally:
        feeding.cancel()
    if status < 0:
        process.exit_with_signal(signal.Signals(-status).name.removeprefix("SIG"))
    else:
        process.exit(status)


async def _feed(
    process: "asyncssh.SSHServerProcess[bytes]", child_stdin: asyncio.StreamWriter
) -> None:
    try:
        while data := await process.stdin.read(65536):
            child_stdin.write(data)
            await child_stdin.drain()
    except ConnectionError:
        pass
    finally:
        child_stdin.close()


async def _copy(source: asyncio.StreamReader, sink: "asyncssh.SSHWriter[bytes]") -> None:
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()
