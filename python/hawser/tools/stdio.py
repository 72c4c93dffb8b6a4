"""`hawser-ssh -W`: stdin and stdout lead to a place that the server sees."""

import os
import sys

import _ssh

from ..running.pumps import drain, feed, writer_of


def carry(session: _ssh.Session, host: str, port: int) -> int:
    """Until the place has said all. ChannelError if the server cannot reach it."""
    stdin, stdout = sys.stdin.fileno(), sys.stdout.fileno()
    sys.stdout.flush()
    with session.open_direct_tcpip(host, port) as channel:
        output = drain(channel, channel.stdout, writer_of(stdout))
        feed(channel, lambda size: os.read(stdin, size))  # left behind if stdin has more
        output.join()
        if output.failure is not None:
            raise output.failure
    return 0
