"""A server that has no room for a further channel just now.

sshd counts a session (MaxSessions: 10) until it has looked after its process, which is some
milliseconds after both sides closed its channel: who opens the next one right then is refused.
"""

import time
from collections.abc import Callable
from typing import TypeVar

import _ssh

T = TypeVar("T")

_CONNECT_FAILED, _RESOURCE_SHORTAGE = 2, 4  # RFC 4254 5.1; the first is what sshd says of sessions
_PAUSES = [0.002 * 2**n for n in range(8)]
"""Half a second in all: a server that is really full is to say so soon."""


def until_there_is_room(opened: Callable[[], T]) -> T:
    """What `opened` gives; it is called again as long as the server may just be clearing up."""
    for pause in _PAUSES:
        try:
            return opened()
        except _ssh.ChannelError as error:
            if error.code not in (_CONNECT_FAILED, _RESOURCE_SHORTAGE):
                raise
        time.sleep(pause)
    return opened()
