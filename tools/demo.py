"""Shows `_ssh` at work on a real server: each call with its result.

Without arguments a throwaway OpenSSH server is started on the loopback (asyncssh's where OpenSSH
cannot be), and everything is shown. Another server is named by the environment:

    HOST=example.org [PORT=22] USER=me PASSWORD=... or KEY=path [PASSPHRASE=...] tools/demo.sh

The exit status is not zero if any call did other than expected.
"""

import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "python"))

from demo_files import show_scp, show_sftp
from demo_output import Demo

import _ssh
from servers import PASSWORD, AsyncSSHServer, Keys, OpenSSHServer, Server, Unavailable, is_root


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
    demo.show("len(s.host_key.blob)", len(session.host_key.blob))
    for name in dir(session.algorithms):
        if not name.startswith("_"):
            demo.show(f"s.algorithms.{name}", getattr(session.algorithms, name))
    demo.show("len(s.session_id)", len(session.session_id))
    demo.show("s.banner", session.banner)
    demo.show("s.warnings", session.warnings)
    demo.refused("s.exec('true')  # before login", lambda: session.exec("true"), _ssh.Error)
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
    demo.call(
        "s.run('wc -c', input=file).stdout",
        lambda: session.run("wc -c", input=io.BytesIO(bytes(1_000_000))).stdout.strip(),
        b"1000000",
    )
    demo.call(
        "s.run('kill -TERM $$').exit_signal",
        lambda: session.run("kill -TERM $$").exit_signal,
        "TERM",
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
    command = "sort; echo done >&2; exit 5"
    demo.call(f"c.exec({command!r})", lambda: channel.exec(command), None)
    demo.call(
        "c.stdin.write(b'pear\\napple\\n')", lambda: channel.stdin.write(b"pear\napple\n"), 11
    )
    demo.call("c.stdin.close()", lambda: channel.stdin.close(), None)
    demo.call("c.stdout.readline()", lambda: channel.stdout.readline(), b"apple\n")
    demo.call("c.stdout.read()", lambda: channel.stdout.read(), b"pear\n")
    demo.call("c.stderr.read()", lambda: channel.stderr.read(), b"done\n")
    demo.call("c.wait()", channel.wait, 5)
    demo.call("c.exit_status", lambda: channel.exit_status, 5)
    demo.call("c.close()", channel.close, None)


def show_requests(demo: Demo, session: _ssh.Session) -> None:
    demo.title("what OpenSSH's channels can do besides")
    demo.call(
        "s.run('echo $HAWSER_NAME', env={'HAWSER_NAME': 'x'}).stdout",
        lambda: session.run("echo $HAWSER_NAME", env={"HAWSER_NAME": "x"}).stdout,
        b"x\n",
    )
    with session.open_session() as channel:
        demo.call("c.env('HAWSER_NAME', 'y')", lambda: channel.env("HAWSER_NAME", "y"), None)
        demo.refused("c.env('PATH', '/')", lambda: channel.env("PATH", "/"), _ssh.ChannelError)
        demo.call("c.shell()", channel.shell, None)
        text = b"echo $HAWSER_NAME; exit 4\n"
        demo.call(f"c.sendall({text!r})", lambda: channel.sendall(text), None)
        demo.call("c.recv(100)", lambda: channel.recv(100), b"y\n")
        demo.call("c.wait()", channel.wait, 4)
    with session.open_session() as channel:
        demo.call("c.subsystem('sftp')", lambda: channel.subsystem("sftp"), None)
    with session.open_session() as channel:
        channel.exec("echo ready; exec sleep 60")
        demo.call("c.recv(100)", lambda: channel.recv(100), b"ready\n")
        demo.call("c.signal('TERM')", lambda: channel.signal("TERM"), None)
        demo.call("c.wait()", channel.wait, None)
        demo.call("c.exit_signal", lambda: channel.exit_signal, "TERM")


def show_upkeep(demo: Demo, session: _ssh.Session) -> None:
    demo.title("upkeep")
    demo.call("s.keepalive()", session.keepalive, None)
    before = session.rekey_count
    demo.call("s.rekey()", session.rekey, None)
    demo.call("s.rekey_count > before", lambda: session.rekey_count > before, True)
    demo.call("s.exec('echo new keys')", lambda: session.exec("echo new keys"), b"new keys\n")
    demo.call("s.timeout = 10", lambda: setattr(session, "timeout", 10), None)
    demo.call("s.timeout", lambda: session.timeout, 10.0)


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


def show_refusals(demo: Demo, server: Server) -> None:
    demo.title("keys that do not open, algorithms that nobody has")
    key = server.keys["ed25519"].private
    encrypted = server.keys["ed25519-encrypted"].private
    with _ssh.Session(connect(server.address)) as session:
        demo.refused(
            "s.userauth_publickey(user, <stranger>)",
            lambda: session.userauth_publickey(server.user, server.keys.stranger.private),
            _ssh.AuthenticationError,
        )
        demo.refused(
            "s.userauth_publickey(user, <ed25519>[:200])",
            lambda: session.userauth_publickey(server.user, key[:200]),
            _ssh.DamagedKey,
        )
        demo.refused(
            "s.userauth_publickey(user, <ed25519-encrypted>, passphrase='wrong')",
            lambda: session.userauth_publickey(server.user, encrypted, passphrase="wrong"),
            _ssh.WrongPassphrase,
        )
        demo.call(
            "s.userauth_publickey(user, <ed25519>)",
            lambda: session.userauth_publickey(server.user, key),
            None,
        )
    demo.refused(
        "_ssh.Session(sock, algorithms={'kex': 'rot13'})",
        lambda: _ssh.Session(connect(server.address), algorithms={"kex": "rot13"}),
        ValueError,
    )


def show_abort(demo: Demo, server: Server) -> None:
    demo.title("abort")
    session = _ssh.Session(connect(server.address))
    session.userauth_publickey(server.user, server.keys["ed25519"].private)
    threading.Timer(0.3, session.abort).start()
    demo.refused(
        "s.exec('sleep 60')  # and s.abort() in another thread",
        lambda: session.exec("sleep 60"),
        _ssh.ConnectionLost,
    )


def show_terminal(demo: Demo, session: _ssh.Session) -> None:
    demo.title("a terminal")
    demo.call(
        "s.run('stty size', pty=True, width=100, height=30).stdout",
        lambda: session.run("stty size", pty=True, width=100, height=30).stdout,
        b"30 100\r\n",
    )
    with session.open_session() as channel:
        demo.call(
            "c.pty('xterm', width=100, height=30)",
            lambda: channel.pty("xterm", width=100, height=30),
            None,
        )
        channel.exec("stty size; read line; stty size")
        demo.call("c.stdout.readline()", lambda: channel.stdout.readline(), b"30 100\r\n")
        demo.call("c.window_change(120, 40)", lambda: channel.window_change(120, 40), None)
        channel.sendall(b"\n")
        demo.call("c.stdout.readlines()[-1]", lambda: channel.stdout.readlines()[-1], b"40 120\r\n")


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
        "revoked": f"@revoked * {server.host_keys['ssh-ed25519']}\n",
        "hashed": server.known_hosts_line(),
    }

    def judge(name: str) -> None:
        path = folder / name
        path.write_text(files[name])
        if name == "hashed":
            subprocess.run(["ssh-keygen", "-Hf", path], check=True, capture_output=True)
        _ssh.Session(
            connect(server.address),
            host=server.host,
            port=server.port,
            known_hosts=path,
            algorithms=offer,
        ).close()

    call = "_ssh.Session(sock, host=..., known_hosts=<{}>)"
    demo.call(call.format("known"), lambda: judge("known"), None)
    if shutil.which("ssh-keygen"):
        demo.call(call.format("hashed"), lambda: judge("hashed"), None)
    demo.refused(call.format("empty"), lambda: judge("empty"), _ssh.HostKeyUnknown)
    demo.refused(call.format("changed"), lambda: judge("changed"), _ssh.HostKeyChanged)
    demo.refused(call.format("revoked"), lambda: judge("revoked"), _ssh.HostKeyRevoked)


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
        show_refusals(demo, server)
        show_commands(demo, session)
        show_channel(demo, session)
        if isinstance(server, OpenSSHServer):
            show_requests(demo, session)
        if isinstance(server, OpenSSHServer) and server.gives_terminals:
            show_terminal(demo, session)
        show_tunnel(demo, session, server)
        show_sftp(demo, session)
        show_scp(demo, session)
        show_upkeep(demo, session)
        show_known_hosts(demo, server, folder)
        show_abort(demo, server)
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
    show_sftp(demo, session)
    show_scp(demo, session)
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
