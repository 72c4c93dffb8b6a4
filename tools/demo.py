"""Shows `_ssh` at work on a real server: each call with its result.

Without arguments a throwaway OpenSSH server is started on the loopback (asyncssh's where OpenSSH
cannot be), and everything is shown. Another server is named by the environment:

    HOST=example.org [PORT=22] USER=me PASSWORD=... or KEY=path [PASSPHRASE=...] tools/demo.sh

The exit status is not zero if any call did other than expected.
"""

import os
import socket
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "python"))

import _ssh
from servers import PASSWORD, AsyncSSHServer, Keys, OpenSSHServer, Server, Unavailable, is_root

COLUMN = 58


class Demo:
    """Prints calls and results, and counts what was not as expected."""

    def __init__(self) -> None:
        self.surprises = 0

    def title(self, text: str) -> None:
        print(f"\n# {text}")

    def call(self, text: str, call: Callable[[], Any], expect: object = ...) -> Any:
        """Prints `text` with the result of `call`, which is to equal `expect` if that is given."""
        try:
            result = call()
        except Exception as error:
            return self._surprise(text, f"{type(error).__name__}: {error}", expect)
        if expect is not ... and result != expect:
            return self._surprise(text, shown(result), expect)
        self._line(text, "" if result is None or expect is ... else shown(result))
        return result

    def show(self, text: str, value: object) -> None:
        """Prints `text` with a value that has no expectation."""
        self._line(text, shown(value))

    def refused(self, text: str, call: Callable[[], Any], expect: type[Exception]) -> None:
        """Prints `text` with the error of `call`, which is to be an `expect`."""
        try:
            result = call()
        except expect as error:
            self._line(text, f"{type(error).__name__}: {error}")
        except Exception as error:
            self._surprise(text, f"{type(error).__name__}: {error}", expect.__name__)
        else:
            self._surprise(text, shown(result), expect.__name__)

    def _line(self, text: str, result: str) -> None:
        print(f">>> {text:<{COLUMN}} {result}".rstrip())

    def _surprise(self, text: str, result: str, expect: object) -> None:
        self.surprises += 1
        wanted = "a result" if expect is ... else repr(expect)
        self._line(text, f"{result}   <-- NOT AS EXPECTED: {wanted}")


def shown(value: object) -> str:
    if isinstance(value, _ssh.RunResult):
        return (
            f"stdout={value.stdout!r} stderr={value.stderr!r} "
            f"exit_status={value.exit_status} exit_signal={value.exit_signal}"
        )
    return repr(value)


def connect(address: tuple[str, int]) -> socket.socket:
    return socket.create_connection(address, timeout=30)


# ---- what any server shows


def show_module(demo: Demo) -> None:
    demo.title("the module")
    demo.call("_ssh.version()", _ssh.version, "1.11.1")
    demo.call("_ssh.crypto_engine_name()", _ssh.crypto_engine_name, "openssl")
    demo.show("_ssh.__version__", _ssh.__version__)


def show_session(demo: Demo, address: tuple[str, int]) -> _ssh.Session:
    demo.title(f"a session with {address[0]}:{address[1]}")
    session: _ssh.Session | None = demo.call(
        "s = _ssh.Session(sock)", lambda: _ssh.Session(connect(address))
    )
    if session is None:
        sys.exit("demo: no session, nothing else to show")
    demo.show("s.server_version", session.server_version)
    demo.show("s.host_key.type", session.host_key.type)
    demo.show("s.host_key.fingerprint", session.host_key.fingerprint)
    for name in dir(session.algorithms):
        if not name.startswith("_"):
            demo.show(f"s.algorithms.{name}", getattr(session.algorithms, name))
    demo.show("s.warnings", session.warnings)
    return session


def show_commands(demo: Demo, session: _ssh.Session) -> None:
    demo.title("commands")
    demo.call("s.exec('echo hello')", lambda: session.exec("echo hello"), b"hello\n")
    demo.call("s.exec('exit 3')  # a status is no error", lambda: session.exec("exit 3"), b"")
    result = demo.call(
        "r = s.run('tr a-z A-Z; echo oops >&2; exit 7', input=b'abc')",
        lambda: session.run("tr a-z A-Z; echo oops >&2; exit 7", input=b"abc"),
    )
    if result is not None:
        demo.call("r.stdout", lambda: result.stdout, b"ABC")
        demo.call("r.stderr", lambda: result.stderr, b"oops\n")
        demo.call("r.exit_status", lambda: result.exit_status, 7)
    demo.call(
        "s.run('cat', input=bytes(10_000_000)).stdout == input",
        lambda: session.run("cat", input=bytes(10_000_000)).stdout == bytes(10_000_000),
        True,
    )
    demo.refused(
        "s.run('sleep 60', timeout=0.5)",
        lambda: session.run("sleep 60", timeout=0.5),
        _ssh.Timeout,
    )
    demo.call("s.exec('echo still here')", lambda: session.exec("echo still here"), b"still here\n")


def show_channel(demo: Demo, session: _ssh.Session) -> None:
    demo.title("a channel")
    channel = demo.call("c = s.open_session()", session.open_session)
    if channel is None:
        return
    demo.call("c.exec('sort; exit 5')", lambda: channel.exec("sort; exit 5"), None)
    demo.call(
        "c.stdin.write(b'pear\\napple\\n')", lambda: channel.stdin.write(b"pear\napple\n"), 11
    )
    demo.call("c.stdin.close()", lambda: channel.stdin.close(), None)
    demo.call("c.stdout.readline()", lambda: channel.stdout.readline(), b"apple\n")
    demo.call("c.stdout.read()", lambda: channel.stdout.read(), b"pear\n")
    demo.call("c.wait()", channel.wait, 5)
    demo.call("c.close()", channel.close, None)


def show_upkeep(demo: Demo, session: _ssh.Session) -> None:
    demo.title("upkeep")
    demo.call("s.keepalive()", session.keepalive, None)
    before = session.rekey_count
    demo.call("s.rekey()", session.rekey, None)
    demo.call("s.rekey_count > before", lambda: session.rekey_count > before, True)
    demo.call("s.exec('echo new keys')", lambda: session.exec("echo new keys"), b"new keys\n")


def show_end(demo: Demo, session: _ssh.Session) -> None:
    demo.title("the end")
    demo.call("s.close()", session.close, None)
    demo.call("s.close()", session.close, None)
    demo.refused("s.exec('true')", lambda: session.exec("true"), _ssh.Error)


# ---- what needs a server whose keys and passwords we know


def show_passwords(demo: Demo, server: Server) -> None:
    demo.title(f"login by password ({server.name})")
    with _ssh.Session(connect(server.address)) as session:
        demo.refused(
            f"s.userauth_password({server.user!r}, 'wrong')",
            lambda: session.userauth_password(server.user, "wrong"),
            _ssh.AuthenticationError,
        )
        demo.call(
            f"s.userauth_password({server.user!r}, {PASSWORD!r})",
            lambda: session.userauth_password(server.user, PASSWORD),
            None,
        )
        demo.call(
            "s.exec('echo logged in')", lambda: session.exec("echo logged in"), b"logged in\n"
        )


def show_keys(demo: Demo, server: Server) -> None:
    demo.title("login by public key")
    for name in ("ed25519", "ecdsa-256", "rsa", "ed25519-encrypted"):
        key = server.keys[name]
        passphrase = "" if key.passphrase is None else f", passphrase={key.passphrase!r}"
        with _ssh.Session(connect(server.address)) as session:
            if key.passphrase is not None:
                demo.refused(
                    f"s.userauth_publickey(user, <{name}>)",
                    lambda s=session, k=key: s.userauth_publickey(server.user, k.private),  # type: ignore[misc]
                    _ssh.PassphraseRequired,
                )
            demo.call(
                f"s.userauth_publickey(user, <{name}>{passphrase})",
                lambda s=session, k=key: s.userauth_publickey(  # type: ignore[misc]
                    server.user, k.private, passphrase=k.passphrase
                ),
                None,
            )
            demo.call("s.authenticated", lambda s=session: s.authenticated, True)  # type: ignore[misc]


def show_terminal(demo: Demo, session: _ssh.Session) -> None:
    demo.title("a terminal")
    demo.call(
        "s.run('stty size', pty=True, width=100, height=30).stdout",
        lambda: session.run("stty size", pty=True, width=100, height=30).stdout,
        b"30 100\r\n",
    )


def show_tunnel(demo: Demo, session: _ssh.Session, server: Server) -> None:
    demo.title("a session through a session")
    tunnel = demo.call(
        f"c = s.open_direct_tcpip('127.0.0.1', {server.port})",
        lambda: session.open_direct_tcpip(*server.address),
    )
    inner = demo.call("inner = _ssh.Session(c)", lambda: _ssh.Session(tunnel))
    if inner is None:
        return
    key = server.keys["ed25519"].private
    demo.call(
        "inner.userauth_publickey(user, <ed25519>)",
        lambda: inner.userauth_publickey(server.user, key),
        None,
    )
    demo.call("inner.exec('echo inside')", lambda: inner.exec("echo inside"), b"inside\n")
    demo.call("inner.close()", inner.close, None)


def show_known_hosts(demo: Demo, server: Server, folder: Path) -> None:
    demo.title("known hosts")
    offer = {"host_key": "ssh-ed25519"}
    foreign = server.keys["ed25519"].public
    files = {
        "known": server.known_hosts_line(),
        "empty": "",
        "changed": f"[{server.host}]:{server.port} {foreign}\n",
    }

    def judge(name: str) -> None:
        path = folder / name
        path.write_text(files[name])
        _ssh.Session(
            connect(server.address),
            host=server.host,
            port=server.port,
            known_hosts=path,
            algorithms=offer,
        ).close()

    call = "_ssh.Session(sock, host=..., known_hosts=<{}>)"
    demo.call(call.format("known"), lambda: judge("known"), None)
    demo.refused(call.format("empty"), lambda: judge("empty"), _ssh.HostKeyUnknown)
    demo.refused(call.format("changed"), lambda: judge("changed"), _ssh.HostKeyChanged)


# ---- the two ways to run


def on_throwaway_servers(demo: Demo) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hawser-demo-")))
        keys = Keys(folder / "keys")
        try:
            server: Server = stack.enter_context(OpenSSHServer(keys))
        except (Unavailable, RuntimeError) as reason:
            print(f"# no OpenSSH server here, asyncssh's instead: {reason}")
            server = stack.enter_context(AsyncSSHServer(keys))
        takes_passwords = server
        if isinstance(server, OpenSSHServer) and not is_root():
            takes_passwords = stack.enter_context(AsyncSSHServer(keys))

        show_module(demo)
        session = show_session(demo, server.address)
        session.userauth_publickey(server.user, keys["ed25519"].private)
        show_passwords(demo, takes_passwords)
        show_keys(demo, server)
        show_commands(demo, session)
        show_channel(demo, session)
        if isinstance(server, OpenSSHServer) and server.gives_terminals:
            show_terminal(demo, session)
        show_tunnel(demo, session, server)
        show_upkeep(demo, session)
        show_known_hosts(demo, server, folder)
        show_end(demo, session)


def on_named_server(demo: Demo, host: str) -> None:
    user = os.environ.get("USER", "root")
    show_module(demo)
    session = show_session(demo, (host, int(os.environ.get("PORT", "22"))))
    demo.title("login")
    if path := os.environ.get("KEY"):
        key, passphrase = Path(path).expanduser().read_bytes(), os.environ.get("PASSPHRASE")
        demo.call(
            f"s.userauth_publickey({user!r}, <{path}>)",
            lambda: session.userauth_publickey(user, key, passphrase=passphrase),
            None,
        )
    elif password := os.environ.get("PASSWORD"):
        demo.call(
            f"s.userauth_password({user!r}, ...)",
            lambda: session.userauth_password(user, password),
            None,
        )
    else:
        sys.exit("demo: HOST needs PASSWORD or KEY, too")
    show_commands(demo, session)
    show_channel(demo, session)
    show_upkeep(demo, session)
    show_end(demo, session)


def main() -> int:
    demo = Demo()
    if host := os.environ.get("HOST"):
        on_named_server(demo, host)
    else:
        on_throwaway_servers(demo)
    verdict = f"{demo.surprises} calls did other than expected" if demo.surprises else "all well"
    print(f"\n# {verdict}")
    return 1 if demo.surprises else 0


if __name__ == "__main__":
    sys.exit(main())
