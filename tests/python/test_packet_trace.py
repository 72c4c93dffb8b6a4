"""The trace of packets on request: it names them, and tells nothing of what is in them."""

import gc
import logging
import signal
import threading
import weakref
from pathlib import Path

import pytest

import _ssh
import hawser
from client_homes import address_of, connect_to, options_for
from clients import connect
from hawser.connecting.packets import log, trace_of
from servers import PASSWORD, AsyncSSHServer, OpenSSHServer, Server
from tool_runs import Home

MARK = "marked-Rosebud-1941"
LOGIN = ("KEXINIT", "KEX_30", "KEX_31", "NEWKEYS", "SERVICE_REQUEST", "SERVICE_ACCEPT")
SESSION = ("USERAUTH_REQUEST", "USERAUTH_SUCCESS", "CHANNEL_OPEN", "CHANNEL_REQUEST")
DATA = ("CHANNEL_DATA", "CHANNEL_WINDOW_ADJUST", "CHANNEL_EOF", "CHANNEL_CLOSE", "DISCONNECT")


def name_of(server: Server) -> str:
    return f"{server.user}@[{server.host}]:{server.port}"


Packet = tuple[str, int, str, int | None]


def test_a_session_names_its_packets(openssh: OpenSSHServer) -> None:
    seen: list[Packet] = []
    with connect(openssh, trace=lambda *packet: seen.append(packet)) as session:
        session.userauth_publickey(openssh.user, openssh.keys["ed25519"].private)
        assert session.exec("cat; echo over") == b"over\n"
    assert {name for _, _, name, _ in seen} >= {*LOGIN, *SESSION, *DATA} - {"CHANNEL_WINDOW_ADJUST"}
    assert seen[0][:3] == ("out", 20, "KEXINIT")
    assert [way for way, number, _, _ in seen if number == 21] == ["out", "in"]
    sizes = {number: size for way, number, _, size in seen if way == "out"}
    assert sizes[50] is None
    assert sizes[20] is not None
    assert ("in", 94, "CHANNEL_DATA", 1 + 4 + 4 + 5) in seen


def test_the_log_is_off_until_it_is_asked_for(
    openssh: OpenSSHServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "hawser"):  # of all its logs, but not of this one
        connect_to(openssh, tmp_path).close()
    assert not [record for record in caplog.records if record.name == "hawser.packets"]
    assert trace_of("here", None) is None
    with caplog.at_level(logging.DEBUG, "hawser.packets"):
        connect_to(openssh, tmp_path).close()
    shown = [record.getMessage() for record in caplog.records if record.name == "hawser.packets"]
    name = name_of(openssh)
    assert shown[0].startswith(f"{name} -> KEXINIT (20, ")
    assert f"{name} -> USERAUTH_REQUEST (50)" in shown
    assert f"{name} <- NEWKEYS (21, 1 bytes)" in shown
    assert log.logger().level == logging.NOTSET


def test_it_can_be_asked_for_by_an_option(
    openssh: OpenSSHServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "hawser")
    connect_to(openssh, tmp_path, trace=True).close()
    assert "KEXINIT" in caplog.text
    caplog.clear()
    seen: list[Packet] = []
    connect_to(openssh, tmp_path, trace=lambda *packet: seen.append(packet)).close()
    assert "KEXINIT" in [name for _, _, name, _ in seen]
    assert "KEXINIT" not in caplog.text


def test_each_hop_is_named(
    openssh: OpenSSHServer,
    dropbear: OpenSSHServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "hawser")
    jump = address_of(openssh)
    connect_to(dropbear, tmp_path, openssh, proxy_jump=jump, trace=True).close()
    for server in (openssh, dropbear):
        assert f"{name_of(server)} <- KEXINIT" in caplog.text


@pytest.mark.parametrize("password", [MARK, MARK * 3])
def test_a_password_never_appears_nor_its_length(
    asyncssh_server: AsyncSSHServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    password: str,
) -> None:
    caplog.set_level(logging.DEBUG, "hawser")
    seen: list[Packet] = []
    for trace in (True, lambda *packet: seen.append(packet)):
        options = options_for(asyncssh_server, tmp_path, trace=trace, password=password)
        del options["keys"]
        with pytest.raises(hawser.AuthenticationError):
            hawser.connect(address_of(asyncssh_server), default_keys=False, **options)
    assert "USERAUTH_REQUEST" in caplog.text
    assert MARK not in caplog.text
    assert {size for way, number, _, size in seen if (way, number) == ("out", 50)} == {None}
    assert {size for way, number, _, size in seen if (way, number) == ("out", 61)} <= {None}


def test_a_trace_that_raises_ends_nothing(
    openssh: OpenSSHServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    monkeypatch.setattr("sys.unraisablehook", lambda args: told.append(args.exc_type))

    def trace(*packet: object) -> None:
        raise ZeroDivisionError

    with connect(openssh, trace=trace) as session:
        session.userauth_publickey(openssh.user, openssh.keys["ed25519"].private)
        assert session.exec("echo on") == b"on\n"
    assert set(told) == {ZeroDivisionError}


def test_ctrl_c_in_a_trace_is_not_lost(openssh: OpenSSHServer) -> None:
    has_begun = threading.Event()

    def trace(way: str, number: int, name: str, size: int | None) -> None:
        if number == 94 and not has_begun.is_set():
            has_begun.set()
            signal.raise_signal(signal.SIGINT)

    with connect(openssh, trace=trace) as session:
        session.userauth_publickey(openssh.user, openssh.keys["ed25519"].private)
        with pytest.raises(KeyboardInterrupt):
            session.run("echo begun; sleep 20", timeout=10)


def test_a_trace_that_knows_its_session_is_collected(openssh: OpenSSHServer) -> None:
    class Owner:
        session: _ssh.Session

        def trace(self, *packet: object) -> None:
            pass

    owner = Owner()
    owner.session = connect(openssh, trace=owner.trace)
    owner.session.close()
    gone = weakref.ref(owner)
    del owner
    gc.collect()
    assert gone() is None


def test_what_is_no_function_is_refused(openssh: OpenSSHServer) -> None:
    with pytest.raises(TypeError, match="trace must be callable"):
        connect(openssh, trace=1)


@pytest.mark.parametrize("flags", [["-vvv"], ["-v", "-v", "-v"], ["-o", "LogLevel=DEBUG3"]])
def test_the_tools_show_it(home: Home, flags: list[str]) -> None:
    run = home.run("scp", *flags, f"{home.host}:/etc/passwd", "copy")
    assert run.status == 0, run
    for name in (*LOGIN, *SESSION):
        assert f" {name} (" in run.err, name
    assert "logged in by the key" in run.err


@pytest.mark.parametrize("program", ["ssh", "sftp", "scp"])
def test_a_password_of_the_tools_does_not_appear(password_home: Home, program: str) -> None:
    home = password_home
    words = {
        "ssh": ("-p", str(home.server.port), home.host, "true"),  # -P is a tag there
        "sftp": ("-b", "-", home.host),
        "scp": (f"{home.host}:/etc/passwd", "copy"),
    }
    for password, status in ((PASSWORD, 0), (MARK, 255)):
        run = home.run(program, "-vvv", *words[program], HAWSER_PASSWORD=password)
        assert run.status == status, run
        assert "USERAUTH_REQUEST (50)" in run.err
        assert password not in run.err + run.out


def test_two_v_are_no_trace(home: Home) -> None:
    run = home.run("scp", "-vv", f"{home.host}:/etc/passwd", "copy")
    assert run.status == 0, run
    assert "KEXINIT" not in run.err
    assert f"logged in at {name_of(home.server)}" in run.err
