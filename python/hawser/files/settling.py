"""The end of an upload that was given up.

The request that removes its part is sent, but nobody waits for the answer, so that Ctrl-C is quick.
A server may drop what it has not come to when the connection closes: OpenSSH's does.
"""

import contextlib

import _ssh

from .. import threads

_SECONDS = 1.0


def settle(sftp: _ssh.SFTP) -> None:
    """Waits until the server has done what it was asked before, for a second at most. Call it
    before the connection closes."""
    with contextlib.suppress(RuntimeError):  # at the end of the program no thread can be started
        threads.ends(threads.start(_ask, "settle", sftp), _SECONDS)


def _ask(sftp: _ssh.SFTP) -> None:
    """Requests are answered in their order."""
    with contextlib.suppress(OSError):
        sftp.realpath(".")
