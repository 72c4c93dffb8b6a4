"""The ways to a server: jump hosts, proxies, proxy commands, streams of the caller's."""

import contextlib
import os
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import hawser
from client_homes import address_of, connect_to, known_hosts_of, options_for
from clients import within
from proxies import http, saying, serving, socks5
from servers import DropbearServer, OpenSSHServer
from servers.base import free_port

THREE = ("Banner none", "Compression no")


@pytest.fixture(scope="module")
def chain(openssh: OpenSSHServer, sshd_with: Callable[..., OpenSSHServer]) -> list[OpenSSHServer]:
    """Three servers."""
    return [openssh, *(sshd_with(line) for line in THREE)]


# ---- jump hosts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["text", "list"])
def test_two_jump_hosts(chain: list[OpenSSHServer], tmp_path: Path, form: str) -> None:
    first, second, last = chain
    names = [address_of(first), address_of(second)]
    jumps: Any = ", ".join(names) if form == "text" else names
    before = threading.active_count()
    with connect_to(last, tmp_path, first, second, proxy_jump=jumps) as client:
        assert client.run("echo $SSH_CONNECTION").stdout.split()[3] == str(last.port).encode()
        assert len(client.jumps) == 2
        data = bytes(range(256)) * 8192
        assert client.run("cat", input=data, timeout=60).stdout == data
        assert client.path("/etc/hosts").read_bytes()
        jumps_sessions = client.jumps
    assert all(session.closed for session in jumps_sessions)
    assert threading.active_count() <= before + 1  # keepalives


def test_a_client_as_jump_host(chain: list[OpenSSHServer], tmp_path: Path) -> None:
    """It stays its owner's."""
    first, second, _ = chain
    with connect_to(first, tmp_path, second) as gate:
        with connect_to(second, tmp_path, first, proxy_jump=gate) as client:
            assert client.run("echo through").stdout == b"through\n"
        assert gate.run("echo still here").stdout == b"still here\n"


def test_an_error_says_which_hop(chain: list[OpenSSHServer], tmp_path: Path) -> None:
    first, second, last = chain
    known_hosts_of([first, last], tmp_path / "two")
    with pytest.raises(hawser.HostKeyUnknown, match="hop 2 of 3") as caught:
        connect_to(
            last,
            tmp_path,
            known_hosts=tmp_path / "two",
            proxy_jump=[address_of(first), address_of(second)],
        )
    error = caught.value
    assert isinstance(error, hawser.ConnectError)
    assert (error.hop, error.hops, error.step) == (2, 3, "host key")
    assert error.destination == f"{second.user}@[{second.host}]:{second.port}"


@pytest.mark.parametrize("hop", [1, 2])
@pytest.mark.parametrize(
    ("step", "error"),
    [
        ("name lookup", socket.gaierror),
        ("connect", ConnectionRefusedError),
        ("proxy", ConnectionError),
        ("proxy command", hawser.Error),
        ("handshake", hawser.ProtocolError),
        ("host key", hawser.HostKeyUnknown),
        ("login", hawser.AuthenticationError),
    ],
)
def test_each_step_of_each_hop(
    chain: list[OpenSSHServer], tmp_path: Path, step: str, error: type[OSError], hop: int
) -> None:
    """Of the first hop by itself, and of the second, which the server before it connects to."""
    first, second, _ = chain
    options = options_for(first, tmp_path, second, connect_timeout=30)
    if hop == 2:
        options["proxy_jump"] = address_of(first)
    place = address_of(second)
    with contextlib.ExitStack() as stack:
        if step == "name lookup":
            place = "ann@no-such-host.invalid"
        elif step == "connect":
            place = f"ann@127.0.0.1:{free_port()}"
        elif step == "handshake":
            port = stack.enter_context(serving(saying(b"220 mail.example.org ESMTP\r\n" * 2000)))
            place = f"ann@127.0.0.1:{port}"
        elif step == "host key":
            options["known_hosts"] = known_hosts_of([first], tmp_path / "one")
        elif step == "login":
            place = f"nobody-of-that-name@{second.host}:{second.port}"
        elif hop == 2:
            pytest.skip("proxies are for the first hop")
        elif step == "proxy":
            port = stack.enter_context(serving(saying(b"\xff" * 100)))
            options["proxy"] = f"socks5://127.0.0.1:{port}"
        else:
            options["proxy_command"] = "sh -c 'exit 7'"
        with pytest.raises(hawser.ConnectError) as caught, within(60):
            hawser.connect(place, **options)
    failed = caught.value
    if hop == 2 and step in ("name lookup", "connect"):  # the jump host says so
        step, error = "jump", hawser.ChannelError
    step = {"proxy": "proxy socks5://127.0.0.1", "proxy command": "handshake"}.get(step, step)
    assert failed.step.startswith(step)
    assert isinstance(failed, error)
    assert (failed.hop, failed.hops) == (hop, hop)
    assert failed.destination.startswith(place.partition("@")[0])
    assert "hop 2 of 2" in str(failed) or hop == 1


def test_a_proxy_command_that_says_nonsense(openssh: OpenSSHServer, tmp_path: Path) -> None:
    with pytest.raises(hawser.ConnectError, match="handshake") as caught, within(60):
        connect_to(openssh, tmp_path, proxy_command="head -c 100000 /dev/zero; cat >/dev/null")
    assert isinstance(caught.value, hawser.ProtocolError)


def test_a_jump_host_that_cannot_connect(chain: list[OpenSSHServer], tmp_path: Path) -> None:
    first = chain[0]
    options = options_for(first, tmp_path, proxy_jump=address_of(first))
    with pytest.raises(hawser.ChannelError, match="hop 2 of 2") as caught:
        hawser.connect(f"ann@127.0.0.1:{free_port()}", **options)
    assert isinstance(caught.value, hawser.ConnectError)
    assert caught.value.step == "jump"
    assert caught.value.code == 2


def test_a_jump_that_takes_too_long(chain: list[OpenSSHServer], tmp_path: Path) -> None:
    """What is behind the jump host listens, but its queue is full."""
    first = chain[0]
    options = options_for(first, tmp_path, proxy_jump=address_of(first), connect_timeout=1)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, within(10):
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        with pytest.raises(TimeoutError, match="hop 2 of 2") as caught:
            hawser.connect(f"ann@127.0.0.1:{full.getsockname()[1]}", **options)
        for filler in fillers:
            filler.close()
    assert isinstance(caught.value, hawser.ConnectError)
    assert caught.value.step == "jump"


def test_a_jump_host_that_does_not_allow_it(
    sshd_with: Callable[..., OpenSSHServer], openssh: OpenSSHServer, tmp_path: Path
) -> None:
    closed = sshd_with("AllowTcpForwarding no")
    with pytest.raises(hawser.ChannelError, match="AllowTcpForwarding"):
        connect_to(openssh, tmp_path, closed, proxy_jump=address_of(closed))


def test_no_password_for_jump_hosts(chain: list[OpenSSHServer], tmp_path: Path) -> None:
    first, second, _ = chain
    with pytest.raises(hawser.AuthenticationError, match="hop 1 of 2") as caught:
        connect_to(
            second, tmp_path, first, keys=[], password="secret", proxy_jump=address_of(first)
        )
    assert "password" not in getattr(caught.value, "tried", ())


def test_a_jump_to_another_server(
    openssh: OpenSSHServer, dropbear: DropbearServer, tmp_path: Path
) -> None:
    with connect_to(openssh, tmp_path, dropbear, proxy_jump=address_of(dropbear)) as client:
        assert client.run("echo through dropbear").ok


@pytest.mark.parametrize("text", ["-oProxyCommand=id", "a;b", "ann@", "a,,b"])
def test_jumps_that_cannot_be_meant(text: str) -> None:
    with pytest.raises(hawser.BadTarget):
        hawser.connect("localhost", proxy_jump=text)


@pytest.mark.parametrize("place", ["h\x1b[2J", "a\nb@h", "-h\u202e"])
def test_what_is_no_place_is_told_without_harm(place: str) -> None:
    with pytest.raises(hawser.BadTarget) as caught:
        hawser.connect(place)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "option", ["timeout", "connect_timeout", "keepalive_interval", "connection_attempts"]
)
@pytest.mark.parametrize("value", ["5", True, [1]])
def test_numbers_are_looked_at_before_anything_is_sent(option: str, value: object) -> None:
    with pytest.raises(TypeError, match=f"{option}= takes a number"):
        hawser.connect("localhost", **{option: value})  # type: ignore[arg-type]


# ---- proxies -------------------------------------------------------------------------------------


def test_socks(openssh: OpenSSHServer, tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []
    with serving(socks5(seen)) as port:
        proxy = f"socks5://127.0.0.1:{port}"
        with connect_to(openssh, tmp_path, proxy=proxy) as client:
            assert client.run("echo through").stdout == b"through\n"
        name = f"[localhost]:{openssh.port}"
        (tmp_path / "name").write_text(openssh.known_hosts_line(host=name))
        options = options_for(openssh, tmp_path, proxy=proxy, known_hosts=tmp_path / "name")
        hawser.connect(f"{openssh.user}@localhost:{openssh.port}", **options).close()
    assert seen == [(openssh.host, openssh.port), ("localhost", openssh.port)]


def test_socks_with_a_login(openssh: OpenSSHServer, tmp_path: Path) -> None:
    with serving(socks5([], (b"ann", b"p@ss"))) as port:
        proxy = f"socks5://ann:p%40ss@127.0.0.1:{port}"
        connect_to(openssh, tmp_path, proxy=proxy).close()
        for wrong in ("ann:other@", ""):
            with pytest.raises(ConnectionError, match="proxy") as caught:
                connect_to(openssh, tmp_path, proxy=f"socks5://{wrong}127.0.0.1:{port}")
            assert "other" not in str(caught.value)


def test_http(openssh: OpenSSHServer, tmp_path: Path) -> None:
    seen: list[tuple[str, str]] = []
    with serving(http(seen)) as port:
        for login in ("", "ann:secret@"):
            proxy = f"http://{login}127.0.0.1:{port}"
            with connect_to(openssh, tmp_path, proxy=proxy) as client:
                assert client.run("echo through").stdout == b"through\n"
    place = f"{openssh.host}:{openssh.port}"
    assert seen == [(place, ""), (place, "Proxy-Authorization: Basic YW5uOnNlY3JldA==")]


@pytest.mark.parametrize(
    ("kind", "answers", "text"),
    [
        ("socks5", [b"HTTP/1.1 400 Bad Request\r\n\r\n"], "no SOCKS5 proxy"),
        ("socks5", [b"\x05\xff"], "wants a login"),
        ("socks5", [b"\x05\x00", b"\x05\x05\x00\x01" + bytes(6)], "connection refused"),
        ("socks5", [b"\x05\x00", b"\x05\x63\x00\x01" + bytes(6)], "code 99"),
        ("socks5", [b"\x05\x00", b"\x05\x00\x00\x09" + bytes(6)], "broke its protocol"),
        ("socks5", [b"\x05"], "ended the connection"),
        ("http", [b"HTTP/1.1 403 No\x1b[2Jway\r\n\r\n"], r"403 No\\x1b\[2Jway"),
        ("http", [b"HTTP/1.1 407 Who\r\n\r\n"], "wants a user"),
        ("http", [b"SSH-2.0-OpenSSH\r\n"], "no HTTP proxy"),
        ("http", [b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000], "has no end"),
        ("http", [b"HTTP/1.1 200 OK\r\n"], "ended the connection"),
    ],
)
def test_a_proxy_that_answers_nonsense(kind: str, answers: list[bytes], text: str) -> None:
    with serving(saying(*answers)) as port, within(10):
        with pytest.raises(ConnectionError, match=text) as caught:
            hawser.connect(
                "host.invalid",
                user="ann",
                ask=False,
                proxy=f"{kind}://u@127.0.0.1:{port}"
                if text != "wants a login"
                else f"{kind}://127.0.0.1:{port}",
            )
        assert isinstance(caught.value, hawser.ConnectError)
        assert caught.value.step.startswith("proxy")


def test_a_proxy_that_does_not_answer() -> None:
    def listen(connection: socket.socket) -> None:
        while connection.recv(100):
            pass

    with (
        serving(listen) as port,
        within(10),
        pytest.raises(TimeoutError, match="the proxy does not answer"),
    ):
        hawser.connect("a@host.invalid", proxy=f"http://127.0.0.1:{port}", connect_timeout=0.5)


@pytest.mark.parametrize(
    "url", ["ftp://host", "socks5://", "host:1080", "http://h:99999", "socks4://h"]
)
def test_proxies_that_there_are_not(url: str) -> None:
    with pytest.raises(ValueError, match="proxy"):
        hawser.connect("localhost", proxy=url)


# ---- commands and streams ------------------------------------------------------------------------


RELAY = """
import os, pathlib, select, socket, sys
mark = pathlib.Path(__file__).with_name("arguments")
mark.write_text(" ".join([*sys.argv[1:], str(os.getpid())]))
sock = socket.create_connection((sys.argv[1], int(sys.argv[2])))
ends = {0: sock.fileno(), sock.fileno(): 1}
while True:
    for end in select.select(list(ends), [], [])[0]:
        if not (data := os.read(end, 65536)):
            sys.exit(0)
        os.write(ends[end], data)
"""


def test_a_proxy_command(openssh: OpenSSHServer, tmp_path: Path) -> None:
    relay = tmp_path / "relay.py"
    relay.write_text(RELAY)
    command = f"{sys.executable} {relay} %h %p %r%%"
    with connect_to(openssh, tmp_path, proxy_command=command) as client:
        assert client.run("echo through").stdout == b"through\n"
        arguments = (tmp_path / "arguments").read_text().split()
        pid = int(arguments.pop())
        assert arguments == [openssh.host, str(openssh.port), f"{openssh.user}%"]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_proxy_command_that_fails(openssh: OpenSSHServer, tmp_path: Path) -> None:
    with pytest.raises(hawser.ConnectError, match="ended with status 3"), within(10):
        connect_to(openssh, tmp_path, proxy_command="sh -c 'exit 3'")


@pytest.mark.parametrize("command", ["nc %h %q", "nc %"])
def test_tokens_that_there_are_not(openssh: OpenSSHServer, tmp_path: Path, command: str) -> None:
    with pytest.raises(ValueError, match="proxy_command"):
        connect_to(openssh, tmp_path, proxy_command=command)


@pytest.mark.parametrize("config", [True, None])
def test_names_for_a_shell(tmp_path: Path, config: bool | None) -> None:
    """What a shell would look into never gets there."""
    mark = tmp_path / "mark"
    with pytest.raises(ValueError, match=r"a`touch x`|shell"):
        hawser.connect("a`touch x`@host", proxy_command=f"touch {mark}; echo %r", config=config)
    assert not mark.exists()


def test_a_stream_of_the_callers(openssh: OpenSSHServer, tmp_path: Path) -> None:
    with (
        socket.create_connection(openssh.address) as sock,
        connect_to(openssh, tmp_path, sock=sock) as client,
    ):
        assert client.run("echo through").ok


def test_there_is_one_way() -> None:
    with pytest.raises(TypeError, match="proxy_jump and proxy"):
        hawser.connect("localhost", proxy_jump="a", proxy="http://b")
