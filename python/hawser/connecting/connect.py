"""The whole way: one hop after the other, each a session on a channel of the one before."""

import contextlib
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import _ssh

from ..errors import connect_error
from ..host_keys import InsecureAcceptAny, Judgement, without
from ..logs import Log
from .advice import advice_for
from .dialing import dial
from .keys import check_named
from .login import log_in
from .options import canonical
from .packets import trace_of
from .resolve import config_of, route_to, several
from .settings import Expanded, Settings

if TYPE_CHECKING:
    from ..client import Client
    from .proxy_command import ProxyCommand

log = Log("hawser.connect")


class Link:
    """One hop that is connected, and what has to go when it goes."""

    def __init__(
        self,
        settings: Settings,
        session: _ssh.Session,
        held: contextlib.ExitStack,
        sock: socket.socket | None,
    ) -> None:
        self.settings = settings
        self.session = session
        self.held = held
        self.sock = sock
        """What it runs on, if we made that."""

    def abandon(self) -> None:
        """In a child of fork: its copy of the descriptor goes, all else is the parent's."""
        if self.sock is not None:
            self.sock.close()

    def close(self) -> None:
        try:
            self.session.close()
        finally:
            self.held.close()


def open_links(destination: str, options: Mapping[str, Any]) -> list[Link]:
    """The hops that were connected, the last of them the destination. All or none."""
    options = canonical(options)
    check_named(several(options.get("keys") or []))
    config = config_of(options.pop("config", True))
    if config is None and options.get("options"):  # which are ssh_config, too, if no file's
        from ..config import SSHConfig

        config = SSHConfig()
    return connect_route(route_to(destination, options, config))


def connect_route(
    route: "Sequence[Settings | Client]",
    tell: Callable[[Settings, _ssh.Session], object] = lambda settings, session: None,
) -> list[Link]:
    """Clients in the route are connected already, and stay their owner's. `tell` hears of each
    handshake."""
    links: list[Link] = []
    via: _ssh.Session | None = None
    try:
        for number, stop in enumerate(route, 1):
            if isinstance(stop, Settings):
                links.append(_Hop(stop, number, len(route)).connect(via, tell))
                via = links[-1].session
            else:
                via = stop.session
    except BaseException:
        for link in reversed(links):
            link.close()
        raise
    return links


class _Hop:
    """One hop on its way to be a `Link`."""

    def __init__(self, settings: Settings, number: int, hops: int) -> None:
        self._settings = settings
        self._number = number
        self._hops = hops
        self._stack = contextlib.ExitStack()
        self._command: ProxyCommand | None = None
        self._sock: socket.socket | None = None
        self._is_dialled = False
        """`_sock` leads to the server itself."""

    def connect(
        self, via: _ssh.Session | None, tell: Callable[[Settings, _ssh.Session], object]
    ) -> Link:
        settings = self._settings
        sys.audit("hawser.connect", *settings.dialled, settings.target.user)
        with self._stack:
            stream = self._stream(via)
            session = self._handshake(stream)
            try:
                tell(settings, session)
                if settings.looks.draws:
                    looks = settings.looks.lines(session.host_key)
                    settings.person.banner(f"Host key fingerprint is {looks}")
                with self._step("login"):
                    log_in(session, settings)
                if settings.updates_host_keys and not self._is_exempt:
                    self._update_host_keys(session)
            except BaseException:
                session.close()
                raise
            log.info("logged in at %s", self._name)
            return Link(settings, session, self._stack.pop_all(), self._sock)
        raise AssertionError("nothing swallows an exception here")

    @property
    def _name(self) -> str:
        """'user@host', with the port if it is not 22."""
        target = self._settings.target
        return f"{target.user}@{target}"

    # ---- the way there ---------------------------------------------------------------------------

    def _stream(self, via: _ssh.Session | None) -> Any:
        settings = self._settings
        host, port = settings.dialled
        if via is not None:
            with self._step("jump"), _at_most(via, settings.connect_timeout):
                return self._stack.enter_context(via.open_direct_tcpip(host, port))
        if settings.sock is not None:
            return settings.sock
        if settings.proxy_command is not None:
            return self._through_command(settings.proxy_command)
        self._is_dialled = not settings.proxy
        sock = self._through_proxy(settings.proxy) if settings.proxy else self._dial(host, port)
        self._sock = self._stack.enter_context(sock)
        return self._sock

    def _dial(self, host: str, port: int) -> socket.socket:
        settings = self._settings
        timeout = settings.connect_timeout
        with self._step("connect"):
            return dial(
                host,
                port,
                family=settings.family,
                bind_address=settings.bind_address,
                bind_interface=settings.bind_interface,
                timeout=settings.timeout if timeout is None else timeout,
                attempts=settings.connection_attempts,
                keeps_alive=settings.tcp_keepalive,
                traffic_class=settings.traffic_class,
            )

    def _through_command(self, command: str) -> socket.socket:
        from ..config.execution import users_shell
        from .proxy_command import ProxyCommand, expanded

        shell = users_shell()
        if not isinstance(command, Expanded):
            host, _ = self._settings.dialled
            command, shell = expanded(command, self._settings.target, host), "/bin/sh"
        with self._step("proxy command"):
            self._command = ProxyCommand(command, shell)
            self._stack.callback(self._command.close)
            if self._settings.proxy_use_fdpass:
                self._command.take_socket(self._settings.connect_timeout)
        self._sock = self._command.sock
        return self._sock

    def _through_proxy(self, url: str) -> socket.socket:
        from .proxies import ask_proxy, parse_proxy

        proxy = parse_proxy(url)
        sock = self._dial(proxy.host, proxy.port)
        try:
            with self._step(f"proxy {proxy}"):
                ask_proxy(sock, proxy, *self._settings.dialled, self._settings.connect_timeout)
        except BaseException:
            sock.close()
            raise
        return sock

    @property
    def _is_exempt(self) -> bool:
        """Whether it does not matter which host key is shown (NoHostAuthenticationForLocalhost)."""
        settings = self._settings
        if not settings.trusts_localhost or settings.host_key_alias or not self._is_dialled:
            return False
        assert self._sock is not None
        address: str = self._sock.getpeername()[0]
        return address == "::1" or address.startswith("127.")

    # ---- the session -----------------------------------------------------------------------------

    def _handshake(self, stream: Any) -> _ssh.Session:
        settings = self._settings
        host, port = settings.known_as
        policy = InsecureAcceptAny() if self._is_exempt else settings.host_keys
        known_hosts = [] if self._is_exempt else settings.known_hosts
        judgement = policy.judge(host, port, known_hosts)
        if settings.revoked_keys is not None:
            judgement = without(judgement, settings.revoked_keys)
        with self._step("handshake"), _files_of(judgement) as files:
            return _ssh.Session(
                stream,
                host=host,
                port=port,
                known_hosts=files,
                host_key_policy=judgement.unknown,
                algorithms=settings.algorithms,  # type: ignore[arg-type]
                compression=settings.compression,
                require_strict_kex=settings.require_strict_kex,
                required_rsa_size=settings.required_rsa_size,
                timeout=settings.timeout,
                banner_timeout=settings.banner_timeout,
                kex_timeout=settings.kex_timeout,
                auth_timeout=settings.auth_timeout,
                ca_signature_algorithms=settings.ca_signature_algorithms,
                check_host_ip=settings.check_host_ip and self._is_dialled,
                trace=trace_of(self._name, settings.trace),
                **settings.rekey,  # type: ignore[arg-type]
            )

    def _update_host_keys(self, session: _ssh.Session) -> None:
        """The connection is good without that."""
        person = self._settings.person
        try:
            added, removed = session.update_known_hosts()
        except OSError as error:
            person.warning(f"{self._name}: the server's other host keys: {error}")
            return
        for what, keys in (("added", added), ("removed", removed)):
            for key in keys:
                person.detail(f"{self._name}: {what} the host key {key.type} {key.fingerprint}")

    @contextlib.contextmanager
    def _step(self, step: str) -> Iterator[None]:
        """Errors within say that it was this step of this hop."""
        try:
            yield
        except OSError as error:
            if isinstance(error, socket.gaierror):
                step = "name lookup"
            elif isinstance(error, _ssh.HostKeyError):
                step = "host key"
            advice = advice_for(error, step, self._settings)
            if self._command is not None and self._command.exit_status is not None:
                advice = f"the proxy command ended with status {self._command.exit_status}"
            raise connect_error(
                error,
                destination=self._name,
                hop=self._number,
                hops=self._hops,
                step=step,
                advice=advice,
            ) from error


@contextlib.contextmanager
def _at_most(session: _ssh.Session, seconds: float | None) -> Iterator[None]:
    """The session's answers are waited for no longer, for a while."""
    before = session.timeout
    if seconds is not None and (before is None or seconds < before):
        session.timeout = seconds
    try:
        yield
    finally:
        session.timeout = before


@contextlib.contextmanager
def _files_of(judgement: Judgement) -> Iterator[list[Path]]:
    """The files to judge by. Lines of the policy's own stand in one that goes again."""
    files = list(judgement.files)
    if not judgement.lines:
        yield files
        return
    import tempfile

    with tempfile.NamedTemporaryFile("w", prefix="hawser-", suffix=".known_hosts") as own:
        own.write(judgement.lines)
        own.flush()
        # Behind the others: what is accepted anew goes into the first.
        yield [*files, Path(own.name)]
