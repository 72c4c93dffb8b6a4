"""paramiko's server in threads: the third independent implementation."""

import os
import socket
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

import paramiko

from .base import HOST, ThreadServer
from .keys import Keys, public_line
from .namespace import PASSWORD, USER

_KINDS = {"ed25519": paramiko.Ed25519Key, "ecdsa": paramiko.ECDSAKey, "rsa": paramiko.RSAKey}


class ParamikoServer(ThreadServer):
    """`options` go to paramiko.Transport, e.g. strict_kex=False."""

    name = "paramiko"

    def __init__(self, keys: Keys, **options: Any) -> None:
        super().__init__(keys, USER)
        self._options = options
        self._transports: list[paramiko.Transport] = []
        self._listener: socket.socket | None = None

    def start(self) -> None:
        # Offers group exchange without one, too, but then breaks off.
        paramiko.Transport.load_server_moduli("/etc/ssh/moduli")
        private = [
            _KINDS[path.name.split("-")[0]].from_private_key_file(str(path))
            for path in self.keys.host_keys()
        ]
        self.host_keys = {line.split()[0]: line for line in map(public_line, self.keys.host_keys())}
        self._listener = socket.create_server((HOST, 0), backlog=100)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener, private), daemon=True).start()

    @property
    def latest(self) -> paramiko.Transport:
        """The connection that came last."""
        return self._transports[-1]

    def stop(self) -> None:
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        for transport in self._transports:
            transport.close()

    def _accept(self, listener: socket.socket, private: list[paramiko.PKey]) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection, **self._options)
            for key in private:
                transport.add_server_key(key)
            self._transports.append(transport)
            transport.start_server(event=threading.Event(), server=_Login(self.keys))


class _Login(paramiko.ServerInterface):  # type: ignore[misc]
    def __init__(self, keys: Keys) -> None:
        self._authorized = keys.authorized().split()

    def get_allowed_auths(self, username: str) -> str:
        return "publickey,password"

    def check_auth_password(self, username: str, password: str) -> int:
        return _answer((username, password) == (USER, PASSWORD))

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return _answer(key.get_base64() in self._authorized)

    def check_channel_request(self, kind: str, chanid: int) -> int:
        refused = paramiko.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED
        return int(paramiko.OPEN_SUCCEEDED if kind == "session" else refused)

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        threading.Thread(target=_run, args=(channel, command), daemon=True).start()
        return True


def _answer(right: bool) -> int:
    return int(paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED)


def _run(channel: paramiko.Channel, command: bytes) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen(
        ["/bin/sh", "-c", command], stdin=pipe, stdout=pipe, stderr=pipe
    ) as child:
        assert child.stdin and child.stdout and child.stderr
        threading.Thread(target=_feed, args=(channel, child.stdin), daemon=True).start()
        pumps = [
            threading.Thread(target=_pump, args=(child, child.stdout, channel.sendall)),
            threading.Thread(target=_pump, args=(child, child.stderr, channel.sendall_stderr)),
        ]
        for pump in pumps:
            pump.start()
        for pump in pumps:
            pump.join()
        status = child.wait()
        with suppress(OSError, EOFError):
            # paramiko's server has no exit-signal; say it as a shell does.
            channel.send_exit_status(status if status >= 0 else 128 - status)
            channel.shutdown_write()
            channel.close()


def _pump(
    child: "subprocess.Popen[bytes]", source: IO[bytes], send: Callable[[bytes], object]
) -> None:
    try:
        while data := os.read(source.fileno(), 32768):
            send(data)
    except OSError:
        child.kill()  # the client went away


def _feed(channel: paramiko.Channel, sink: IO[bytes]) -> None:
    with suppress(OSError, ValueError):
        while data := channel.recv(32768):
            sink.write(data)
            sink.flush()
        sink.close()
