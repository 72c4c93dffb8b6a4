"""What a program may expect of the package besides its work: audit events, logs, warnings for what
is dropped open, forks, pickles."""

import copy
import gc
import logging
import pickle
import socket
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import hawser
from client_homes import address_of, connect_to, options_for
from hawser.config import SSHConfig
from hawser.connecting.proxies import parse_proxy
from hawser.connecting.resolve import settings_of
from hawser.target import parse_address
from hawser.tools.settings import Settings as ToolSettings
from servers import PASSWORD, OpenSSHServer, Server
from test_fork import in_child

# ---- audit events --------------------------------------------------------------------------------

_heard: list[tuple[str, tuple[Any, ...]]] | None = None


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if _heard is not None and event.startswith("hawser."):
        _heard.append((event, arguments))


sys.addaudithook(_hear)  # there is no way to take it off again


@pytest.fixture
def heard() -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """The events of the package from here on."""
    global _heard
    _heard = []
    yield _heard
    _heard = None


def test_audit_events(
    openssh: OpenSSHServer, tmp_path: Path, heard: list[tuple[str, tuple[Any, ...]]]
) -> None:
    here, there = openssh.folder / "audited", tmp_path / "there"
    here.mkdir(mode=0o755)
    (here / "file").write_text("x")
    with connect_to(openssh, tmp_path) as client:
        client.run("true")
        with client.popen(["echo", "x"]):
            pass
        client.path("/etc/hosts").read_bytes()
        with client.path("/etc/hosts").open() as file:
            file.read()
        client.get("/etc/hosts", tmp_path)
        with pytest.raises(FileNotFoundError):
            client.put(here / "file", "/no such/place/")
        client.sync(client.path(str(here)), there)
        client.sftp().close()
        with client.forward_local_port("", 0, "db", 80), client.forward_socks():
            pass
        with client.forward_local_path_to_port(tmp_path / "socket", "db", 80):
            pass
        with client.forward_remote_port("", 0, "db", 80), client.forward_agent("/agent"):
            pass
        name = client.destination
        synced = client.path(str(here))
    assert heard == [
        ("hawser.connect", (openssh.host, openssh.port, openssh.user)),
        ("hawser.run", (name, "true")),
        ("hawser.run", (name, ["echo", "x"])),
        ("hawser.open", ("/etc/hosts", "r")),
        ("hawser.open", ("/etc/hosts", "r")),
        ("hawser.get", (name, "/etc/hosts", tmp_path)),
        ("hawser.put", (name, here / "file", "/no such/place/")),
        ("hawser.sync", (name, synced, there)),
        ("hawser.sftp", (name,)),
        ("hawser.forward", (name, ("", 0), "db:80")),
        ("hawser.forward", (name, ("", 0), "SOCKS")),
        ("hawser.forward", (name, str(tmp_path / "socket"), "db:80")),
        ("hawser.forward.remote", (name, ("", 0), "db:80")),
        ("hawser.forward.agent", (name, "/agent")),
    ]


def test_a_hook_can_forbid(client: hawser.Client) -> None:
    """In a process of its own: hooks stay."""
    program = """
import sys, hawser
def hook(event, arguments):
    if event == "hawser.connect":
        raise PermissionError(f"not to {arguments[0]}")
sys.addaudithook(hook)
try:
    hawser.connect("ann@example.invalid", config=None)
except PermissionError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60)
    assert done.stdout == b"not to example.invalid\n", done.stderr


# ---- imports -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import hawser", "_ssh dataclasses logging re socket typing hawser.client"),
        ("import hawser; hawser.connect",
         "dataclasses decimal difflib getpass inspect logging subprocess tempfile hawser.config "
         "hawser.files hawser.forwarding "
         "hawser.running hawser.tools"),
        ("import hawser.config; hawser.config.SSHConfig.from_text('User a').lookup('x')",
         "dataclasses decimal difflib inspect logging subprocess hawser.connecting"),
    ],
)  # fmt: skip
def test_what_is_not_loaded(code: str, absent: str) -> None:
    """It is what takes the time: nothing before it is used."""
    program = f"{code}; import sys; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, timeout=60)
    without = subprocess.run(
        [sys.executable, "-I", "-c", "import sys; print(*sys.modules)"],
        capture_output=True,
        timeout=60,
    )
    loaded = set(done.stdout.decode().split()) - set(without.stdout.decode().split())
    assert "hawser" in loaded, done.stderr
    assert not loaded & set(absent.split())


# ---- logs ----------------------------------------------------------------------------------------


def test_quiet_by_default(openssh: OpenSSHServer, tmp_path: Path) -> None:
    """Nothing on stderr, whatever happens, of a program that has not asked for it."""
    options = options_for(openssh, tmp_path)
    program = f"""
import hawser, socket
options = dict(known_hosts={str(options["known_hosts"])!r}, config=None, agent=False, ask=False)
place = {address_of(openssh)!r}
try:
    hawser.connect(place, keys=[], **options)
except hawser.AuthenticationError:
    pass
with hawser.connect(place, keys={str(options["keys"])!r}, **options) as client:
    with client.forward_local_port("", 0, "127.0.0.1", 1) as forward:
        with socket.create_connection(("127.0.0.1", forward.port)) as sock:
            sock.recv(1)
    client.session.abort()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_logs_have_no_secrets(
    openssh_password: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="hawser")
    with connect_to(openssh_password, tmp_path, keys=[], password=PASSWORD) as client:
        client.run("true", env={"TOKEN": "very secret"})
    with pytest.raises(hawser.AuthenticationError) as caught:
        connect_to(openssh_password, tmp_path, keys=[], password="very secret")
    assert any(record.name.startswith("hawser.") for record in caplog.records)
    for text in (caplog.text, repr(caught.value), str(caught.value)):
        assert PASSWORD not in text
        assert "very secret" not in text


def test_reprs_have_no_secrets() -> None:
    options: dict[str, Any] = {
        "password": "s3cret", "new_password": "s3cret", "passphrase": "s3cret",
        "keys": [b"s3cret"], "proxy": "http://ann:s3cret@proxy", "variables": {"A": "s3cret"},
        "agent": False,
    }  # fmt: skip
    settings = settings_of(parse_address("ann@host"), options)
    assert settings.credentials.password == "s3cret"
    assert "s3cret" not in repr(settings)
    assert "s3cret" not in repr(parse_proxy("http://ann:s3cret@proxy"))
    assert "s3cret" not in repr(ToolSettings(password="s3cret"))


# ---- what is dropped open ------------------------------------------------------------------------


def _drop(kept: list[Any]) -> None:
    kept.clear()
    gc.collect()


def test_a_command_that_is_dropped(client: hawser.Client) -> None:
    kept = [client.popen("cat")]
    with pytest.warns(ResourceWarning, match="the command still runs: .*'cat'"):
        _drop(kept)


@pytest.mark.parametrize("end", ["run", "with", "poll", "nobody"])
def test_a_command_that_has_ended(client: hawser.Client, end: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        if end == "run":
            client.run("true")
        else:
            process = client.popen("true")
            if end == "with":
                with process:
                    pass
            elif end == "poll":
                process.wait(60)
            else:
                assert process.stdout.read() == b""
                process.channel.wait(60)
            del process
        gc.collect()


def test_a_forward_that_is_dropped(client: hawser.Client) -> None:
    """Nobody can reach it any more; so it ends."""
    kept = [client.forward_socks()]
    port = kept[0].port
    with pytest.warns(ResourceWarning, match="unclosed <hawser Forward SOCKS>"):
        _drop(kept)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_a_client_closes_its_forwards(openssh: OpenSSHServer, tmp_path: Path) -> None:
    with connect_to(openssh, tmp_path) as client:
        forward = client.forward_local_path_to_port(tmp_path / "socket", "db", 80)
        assert (tmp_path / "socket").is_socket()
    assert forward.closed
    assert not (tmp_path / "socket").exists()


# ---- forks ---------------------------------------------------------------------------------------


def test_a_child_has_no_client(client: hawser.Client) -> None:
    process = client.popen("cat")
    uses: list[Callable[[], object]] = [
        lambda: client.run("true"),
        lambda: client.path("/etc/hosts").read_bytes(),
        client.sftp,
        lambda: client.get("/etc/hosts", "/nonexistent"),
    ]
    for use in uses:
        assert "belongs to the process" in in_child(use)
    assert in_child(client.close) == "None"
    assert in_child(process.end) in ("None", "True")
    process.stdin.write(b"still here")
    process.stdin.close()
    assert process.communicate(timeout=60)[0] == b"still here"
    assert client.run("echo still here").stdout == b"still here\n"


def test_what_a_child_drops(openssh: OpenSSHServer, tmp_path: Path) -> None:
    """It warns of nothing, and is the parent's still."""
    kept: list[object] = [connect_to(openssh, tmp_path)]
    client = kept[0]
    assert isinstance(client, hawser.Client)
    kept += [client.popen("cat"), client.forward_socks()]
    del client

    def drop() -> str:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            kept.clear()
            gc.collect()
        return repr([str(each.message) for each in caught])

    assert in_child(drop) == "[]"
    client, process, forward = kept
    assert isinstance(client, hawser.Client)
    assert isinstance(process, hawser.Process)
    assert isinstance(forward, hawser.Forward)
    assert client.run("echo still here").stdout == b"still here\n"
    process.end()
    client.close()


def test_a_child_closes_no_forward(client: hawser.Client, tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with (
        client.forward_local_path_to_port(path, "127.0.0.1", 1) as by_path,
        client.forward_socks() as by_port,
    ):
        for forward in (by_path, by_port):
            assert in_child(forward.close) == "None"
        assert path.is_socket()
        with socket.create_connection(("127.0.0.1", by_port.port), timeout=60) as sock:
            sock.sendall(b"\x05\x01\x00")
            assert sock.recv(2) == b"\x05\x00"
        assert not by_path.closed


def test_a_child_that_ends_as_programs_do(openssh: OpenSSHServer, tmp_path: Path) -> None:
    """With all that Python does at exit, in a program of its own."""
    options = options_for(openssh, tmp_path)
    program = f"""
import os, sys, warnings, hawser
warnings.simplefilter("ignore", DeprecationWarning)
client = hawser.connect({address_of(openssh)!r}, known_hosts={str(options["known_hosts"])!r},
                        keys={str(options["keys"])!r}, config=None, agent=False, ask=False)
forward = client.forward_socks()
pid = os.fork()
if pid == 0:
    sys.exit(0)
print(os.waitpid(pid, 0)[1], client.run("echo alive", text=True).stdout, forward.closed)
client.close()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, b"0 alive\n False\n"), done.stderr


# ---- pickles -------------------------------------------------------------------------------------


def test_pickling_is_refused(client: hawser.Client) -> None:
    with client.popen("true") as process, client.forward_socks() as forward:
        own = [client, process, forward, client.path("/etc"), client.session, client.host_key]
        own += [client.files, process.channel, process.stdin, process.stdout]
        for thing in own:
            for refused in (pickle.dumps, copy.copy, copy.deepcopy):
                with pytest.raises(TypeError, match="pickle"):
                    refused(thing)


def test_errors_can_be_pickled(openssh: OpenSSHServer, tmp_path: Path) -> None:
    """They come from a worker's process."""
    with pytest.raises(hawser.AuthenticationError) as caught:
        connect_to(openssh, tmp_path, keys=[])
    again = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(again, hawser.ConnectError)
    assert (str(again), again.step, again.hop) == (str(caught.value), "login", 1)


def test_errors_of_commands_and_files_can_be_pickled(
    openssh: OpenSSHServer, tmp_path: Path
) -> None:
    errors: list[Exception] = []
    with connect_to(openssh, tmp_path) as client:
        calls: list[Callable[[], object]] = [
            lambda: client.run("echo out; echo err >&2; exit 3", check=True),
            lambda: client.run(["sleep", "9"], timeout=0.1),
            lambda: client.path("/no/such").stat(),
            lambda: SSHConfig.from_text("Host a\nBogus x", "name").lookup("a"),
        ]
        for call in calls:
            with pytest.raises((OSError, ValueError)) as caught:
                call()
            errors.append(caught.value)
    for error in errors:
        for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
            assert type(again) is type(error)
            assert (str(again), vars(again)) == (str(error), vars(error))
