"""Our agent, shown to the server: keys are listed and data is signed, and nothing else is done.

Whoever has the server's account, or is its administrator, can use it while we are there.
"""

import contextlib
import socket
from collections.abc import Callable

import _ssh

from ..logs import Log
from .flow import Count, Flow
from .places import Meet

log = Log("hawser.forward")

_MOST = 256 * 1024
"""Bytes of a message (OpenSSH's own cap)."""
_REQUEST_IDENTITIES = 11
_SIGN_REQUEST = 13
_FAILURE = b"\0\0\0\1\5"
_ALLOWED = (_REQUEST_IDENTITIES, _SIGN_REQUEST)


class AgentTalk:
    """One program at the server and the agent at `path`, message by message
    (draft-ietf-sshm-ssh-agent)."""

    def __init__(self, path: str, channel: _ssh.Channel, count: Count) -> None:
        self._agent = socket.socket(socket.AF_UNIX)
        self._channel = channel
        self._count = count
        try:
            self._agent.connect(path)
        except BaseException:
            self._agent.close()
            raise

    def run(self) -> None:
        with self._agent, self._channel, contextlib.suppress(OSError, EOFError):
            while True:
                self._channel.sendall(self._answer(_message(self._channel.recv)))

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._agent.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self._channel.close()

    def _answer(self, request: bytes) -> bytes:
        if request[4] not in _ALLOWED:
            log.info("agent: a request of type %d is refused", request[4])
            return _FAILURE
        self._agent.sendall(request)
        answer = _message(self._agent.recv)
        self._count(len(answer), len(request))
        return answer


def to_agent(path: str) -> Meet:
    def meet(channel: _ssh.Channel, count: Count) -> Flow:
        return AgentTalk(path, channel, count)

    return meet


def _message(receive: Callable[[int], bytes]) -> bytes:
    """The next one, with its length before it. EOFError if there is none any more, or what comes
    is none."""
    head = _exactly(receive, 4)
    size = int.from_bytes(head)
    if not 1 <= size <= _MOST:
        raise EOFError(f"a message of {size} bytes")
    return head + _exactly(receive, size)


def _exactly(receive: Callable[[int], bytes], size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = receive(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data
