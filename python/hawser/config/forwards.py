"""LocalForward, RemoteForward, DynamicForward and PermitRemoteOpen.

    listener     = [host ":"] port | path        host may stand in [brackets]
    destination  = host ":" port | path          none: the listener speaks SOCKS

A field with a slash is a path; a backslash takes the next character as it is.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from .values import port_number, texts


class Forward(NamedTuple):
    """What listens, and where its connections go. Paths are those of unix sockets.

    `listen_host` None stands for the loopback, "" and "*" for every address. Without a destination
    the listener speaks SOCKS.
    """

    listen_host: str | None = None
    listen_port: int | None = None
    listen_path: str | None = None
    connect_host: str | None = None
    connect_port: int | None = None
    connect_path: str | None = None

    @property
    def is_dynamic(self) -> bool:
        return self.connect_host is None and self.connect_path is None

    @property
    def listener(self) -> str:
        """As `ssh -G` writes it."""
        return _place(self.listen_host, self.listen_port, self.listen_path)

    @property
    def destination(self) -> str:
        """As `ssh -G` writes it."""
        if self.is_dynamic:
            return "[socks]:0"
        return _place(self.connect_host, self.connect_port, self.connect_path)

    def with_paths(self, change: Callable[[str], str]) -> "Forward":
        """The same with its paths changed."""
        return self._replace(
            listen_path=None if self.listen_path is None else change(self.listen_path),
            connect_path=None if self.connect_path is None else change(self.connect_path),
        )


def local_forward(args: Sequence[str]) -> Forward:
    if len(args) != 2 or not args[1]:
        raise ValueError("a listener and a destination are wanted")
    return _forward(args[0], args[1], smallest_port=1)


def remote_forward(args: Sequence[str]) -> Forward:
    """Port 0 lets the server choose one."""
    if not 1 <= len(args) <= 2:
        raise ValueError("a listener is wanted, and perhaps a destination")
    return _forward(args[0], args[1] if len(args) == 2 else "", smallest_port=0)


def dynamic_forward(args: Sequence[str]) -> Forward:
    if len(args) != 1:
        raise ValueError("one listener is wanted")
    return _forward(args[0], "", smallest_port=1)


def permitted_opens(args: Sequence[str]) -> tuple[str, ...]:
    """PermitRemoteOpen: "any", "none", or destinations whose host or port may be "*"."""
    if len(args) > 1 and any(arg.lower() in ("any", "none") for arg in args):
        raise ValueError('"any" and "none" must stand alone')
    for arg in texts(args):
        if arg.lower() in ("any", "none"):
            continue
        fields = _fields(arg)
        if len(fields) != 2 or not fields[0].text:
            raise ValueError(f"{arg!r} is not host:port")
        if fields[1].text != "*":
            port_number(fields[1].text, smallest=1)
    return tuple(args)


class _Field(NamedTuple):
    text: str
    is_path: bool


def _forward(listener: str, destination: str, smallest_port: int) -> Forward:
    listen = _fields(listener)
    connect = _fields(destination) if destination else []
    if len(listen) == 1 and listen[0].is_path:
        there = Forward(listen_path=listen[0].text)
    elif len(listen) == 1:
        there = Forward(listen_port=port_number(listen[0].text, smallest_port))
    elif len(listen) == 2:
        there = Forward(listen[0].text, port_number(listen[1].text, smallest_port))
    else:
        raise ValueError(f"{listener!r} is not [host:]port or a path")
    if destination and listener.endswith(":"):
        raise ValueError(f"{listener!r} has nothing behind its colon")
    here = (there.listen_host, there.listen_port, there.listen_path)
    if not destination:
        return there
    if len(connect) == 1 and connect[0].is_path:
        return Forward(*here, connect_path=connect[0].text)
    if len(connect) == 2 and not connect[1].is_path:
        return Forward(*here, connect[0].text, port_number(connect[1].text, 1))
    raise ValueError(f"{destination!r} is not host:port or a path")


def _fields(text: str) -> list[_Field]:
    """Cut at colons, outside of brackets."""
    fields = []
    while text:
        field, text = _bracketed(text) if text.startswith("[") else _plain(text)
        fields.append(field)
    return fields


def _bracketed(text: str) -> tuple[_Field, str]:
    inside, bracket, rest = text[1:].partition("]")
    if not bracket or (rest and not rest.startswith(":")):
        raise ValueError(f"{text!r} has a bracket that is not closed")
    return _Field(inside, False), rest[1:]


def _plain(text: str) -> tuple[_Field, str]:
    word: list[str] = []
    at = 0
    while at < len(text) and text[at] != ":":
        if text[at] == "\\":
            at += 1
            if at == len(text):
                raise ValueError("a backslash stands at the end")
        word.append(text[at])
        at += 1
    return _Field("".join(word), "/" in word), text[at + 1 :]


def _place(host: str | None, port: int | None, path: str | None) -> str:
    if path is not None:
        return path
    return str(port) if host is None else f"[{host}]:{port}"
