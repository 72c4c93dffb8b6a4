"""What both programs do around their work: the exit status of whatever comes out of it."""

import signal
from collections.abc import Callable

import _ssh

from .connecting import ConnectFailed
from .failures import CommandError, Lost
from .output import Output, abandon_stdout

FAILED_STATUS = 1
LOST_STATUS = 255
INTERRUPTED_STATUS = 130


def run(out: Output, work: Callable[[], int], *, failed: int = FAILED_STATUS) -> int:
    """The status of `work`, or the one for what it raised, which is shown: `failed` if that is
    neither the connection nor Ctrl-C."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _leave)
    try:
        status = work()
        out.flush()
        return status
    except ConnectFailed as error:
        out.error(str(error))
        out.block(error.advice)
        return LOST_STATUS
    except Lost as error:
        out.error(str(error))
        return LOST_STATUS
    except CommandError as error:
        out.error(str(error))
        return failed
    except BrokenPipeError:  # whoever read our output has enough
        abandon_stdout()
        return failed
    except OSError as error:
        out.error(error)
        is_lost = isinstance(error, ConnectionError | TimeoutError | _ssh.ChannelError)
        return LOST_STATUS if is_lost else failed
    except KeyboardInterrupt:
        out.error("interrupted")
        return INTERRUPTED_STATUS


def _leave(number: int, frame: object) -> None:
    """An end by a signal is an orderly one, too: sessions are closed, broken files removed."""
    raise SystemExit(128 + number)


def warn_of_password(out: Output, password: str | None) -> None:
    """For -p, which scripts have used for long and people mistake for OpenSSH's."""
    if password is not None:
        out.warning(
            "-p gives the password, which others can read in the list of processes; "
            "HAWSER_PASSWORD or --password-fd hide it, and --preserve keeps times and modes"
        )
