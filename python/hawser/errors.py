"""A connection that was not made: which step of which hop failed, and what may help."""

import _ssh


class ConnectError(_ssh.Error):
    """A connection that was not made. The error is of the class of its cause, too: one that a
    changed host key prevented is a `HostKeyChanged`, one that nobody answered a
    `ConnectionRefusedError`; `__cause__` is that error itself."""

    destination: str
    """'user@host:port' of the hop that failed."""
    hop: int
    """Its number, the first is 1."""
    hops: int
    """How many there were to be; 1 without jump hosts."""
    step: str
    """'name lookup', 'connect', 'proxy ...', 'proxy command', 'jump', 'handshake', 'host key' or
    'login'"""
    advice: str
    """What may help, '' if nothing is known to."""
    tried: tuple[str, ...] = ()
    """Of a login: what was shown to the server, in words."""

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuilt, (str(self), self.destination, self.hop, self.hops, self.step))


def connect_error(
    cause: OSError, *, destination: str, hop: int, hops: int, step: str, advice: str = ""
) -> ConnectError:
    """A `ConnectError` that is of its cause's class, too, with what that says by attributes."""
    of_several = f" (hop {hop} of {hops})" if hops > 1 else ""
    why = cause.strerror or str(cause) or type(cause).__name__
    text = f"{destination}{of_several}: {step}: {why}"
    error = _class_for(type(cause))(f"{text}; {advice}" if advice else text)
    for name, value in vars(cause).items():
        if not name.startswith("__"):
            setattr(error, name, value)
    error.errno = cause.errno
    error.destination, error.hop, error.hops = destination, hop, hops
    error.step, error.advice = step, advice
    return error


_classes: dict[type[OSError], type[ConnectError]] = {}


def _class_for(cause: type[OSError]) -> type[ConnectError]:
    if issubclass(cause, ConnectError):
        return cause
    if cause not in _classes:
        bases = (ConnectError,) if issubclass(ConnectError, cause) else (ConnectError, cause)
        name = f"ConnectError[{cause.__name__}]"
        _classes[cause] = type(name, bases, {"__module__": __name__})
    return _classes[cause]


def _rebuilt(text: str, destination: str, hop: int, hops: int, step: str) -> ConnectError:
    error = ConnectError(text)
    error.destination, error.hop, error.hops = destination, hop, hops
    error.step, error.advice = step, ""
    return error
