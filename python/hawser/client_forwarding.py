"""The calls of a `Client` that forward ports, sockets and the agent."""

import errno
import os
import sys
import weakref
from typing import TYPE_CHECKING

import _ssh

if TYPE_CHECKING:
    from .forwarding.doors import Door
    from .forwarding.forward import Forward, Listening
    from .forwarding.places import Meet, Open

StrPath = str | os.PathLike[str]


class Forwarding:
    """Each call gives a `Forward`, which listens until it is closed."""

    def __init__(self, session: _ssh.Session, destination: str) -> None:
        self._forwarded = session
        self._destination = destination
        self._forwards: weakref.WeakSet[Listening] = weakref.WeakSet()
        self._agent: Listening | None = None
        self._was_agent_shown = False

    def forward_local_port(
        self, listen_host: str, listen_port: int, dest_host: str, dest_port: int
    ) -> "Forward":
        """Connections to a port here go to `dest_host`:`dest_port`, as the server sees it.
        `listen_host` is `""` for this machine alone, `"*"` for all; port 0 is any free one, which
        the `Forward` tells."""
        from .forwarding.places import to_place

        opens = to_place(self._forwarded, dest_host, dest_port)
        return self._from_here((listen_host, listen_port), opens, f"{dest_host}:{dest_port}")

    def forward_local_port_to_path(
        self, listen_host: str, listen_port: int, dest_path: str
    ) -> "Forward":
        """The same to a unix socket of the server's."""
        from .forwarding.places import to_path

        opens = to_path(self._forwarded, dest_path)
        return self._from_here((listen_host, listen_port), opens, dest_path)

    def forward_local_path(self, listen_path: StrPath, dest_path: str) -> "Forward":
        """From a unix socket here, which is removed at the end, to one of the server's."""
        from .forwarding.places import to_path

        return self._from_here(
            os.fspath(listen_path), to_path(self._forwarded, dest_path), dest_path
        )

    def forward_local_path_to_port(
        self, listen_path: StrPath, dest_host: str, dest_port: int
    ) -> "Forward":
        """From a unix socket here to a port that the server sees."""
        from .forwarding.places import to_place

        opens = to_place(self._forwarded, dest_host, dest_port)
        return self._from_here(os.fspath(listen_path), opens, f"{dest_host}:{dest_port}")

    def forward_socks(self, listen_host: str = "", listen_port: int = 0) -> "Forward":
        """A SOCKS proxy (4, 4a and 5) here: its connections leave from the server."""
        from .forwarding.places import by_socks

        return self._from_here((listen_host, listen_port), by_socks(self._forwarded), "SOCKS")

    def forward_remote_port(
        self, listen_host: str, listen_port: int, dest_host: str, dest_port: int
    ) -> "Forward":
        """Connections to a port of the server's go to `dest_host`:`dest_port`, as this machine sees
        it. `listen_host` is `""` for the server alone, `"*"` for all who can reach it, if its
        GatewayPorts lets it; port 0 is any free one, which the `Forward` tells."""
        from .forwarding.places import to_place_here

        meet = to_place_here(dest_host, dest_port)
        return self._from_there((listen_host, listen_port), meet, f"{dest_host}:{dest_port}")

    def forward_remote_port_to_path(
        self, listen_host: str, listen_port: int, dest_path: StrPath
    ) -> "Forward":
        """The same to a unix socket of this machine's."""
        from .forwarding.places import to_path_here

        path = os.fspath(dest_path)
        return self._from_there((listen_host, listen_port), to_path_here(path), path)

    def forward_remote_path(self, listen_path: str, dest_path: StrPath) -> "Forward":
        """From a unix socket at the server, whose path must not be there yet, to one here."""
        from .forwarding.places import to_path_here

        path = os.fspath(dest_path)
        return self._from_there(listen_path, to_path_here(path), path)

    def forward_remote_path_to_port(
        self, listen_path: str, dest_host: str, dest_port: int
    ) -> "Forward":
        """From a unix socket at the server to a port that this machine sees."""
        from .forwarding.places import to_place_here

        meet = to_place_here(dest_host, dest_port)
        return self._from_there(listen_path, meet, f"{dest_host}:{dest_port}")

    def forward_remote_socks(self, listen_host: str = "", listen_port: int = 0) -> "Forward":
        """A SOCKS proxy at the server: its connections leave from here."""
        from .forwarding.places import by_socks_here

        return self._from_there((listen_host, listen_port), by_socks_here(), "SOCKS")

    def _from_here(self, place: tuple[str, int] | str, opens: "Open", shown: str) -> "Forward":
        from .forwarding.doors import LocalDoor, listen_at, listen_at_path

        if self._forwarded.closed:
            raise _ssh.Error(errno.EBADF, "the session is closed")
        sys.audit("hawser.forward", self._destination, place, shown)
        listener = listen_at_path(place) if isinstance(place, str) else listen_at(*place)
        return self._forward(LocalDoor(listener, opens), shown)

    def _from_there(self, place: tuple[str, int] | str, meet: "Meet", shown: str) -> "Forward":
        from .forwarding.doors import RemoteDoor, listen_there

        sys.audit("hawser.forward.remote", self._destination, place, shown)
        return self._forward(RemoteDoor(listen_there(self._forwarded, place), meet), shown)

    def _forward(self, door: "Door", shown: str) -> "Forward":
        from .forwarding.forward import Forward

        forward = Forward(door, shown)
        self._forwards.add(forward.listening)
        return forward

    def forward_agent(self, path: StrPath | None = None) -> "Forward":
        """Shows our agent (that of SSH_AUTH_SOCK, or at `path`) to what is run from now on, until
        the `Forward` is closed. Keys are listed and data is signed, and nothing else; but whoever
        has the account there, or administers the server, can do that meanwhile."""
        from .forwarding.agent import to_agent
        from .forwarding.doors import RemoteDoor

        found = os.fspath(path) if path is not None else os.environ.get("SSH_AUTH_SOCK")
        if not found:
            raise ValueError("there is no agent: SSH_AUTH_SOCK is not set")
        sys.audit("hawser.forward.agent", self._destination, found)
        door = RemoteDoor(self._forwarded.listen_agent(), to_agent(found))
        forward = self._forward(door, "the agent")
        self._agent = forward.listening
        return forward

    @property
    def shows_agent(self) -> bool:
        """Whether what is run now is shown our agent."""
        return self._agent is not None and not self._agent.closed

    def show_agent(self, channel: _ssh.Channel) -> None:
        """To what is started on the channel. ChannelError if the server will not."""
        if not self.shows_agent:
            return
        try:
            channel.request_agent()
        except _ssh.ChannelError:
            # sshd is asked once a connection, shows it to all that is started later, and refuses
            # to be asked again.
            if not self._was_agent_shown:
                raise
        self._was_agent_shown = True

    def close_forwards(self) -> None:
        for listening in list(self._forwards):
            listening.close()
