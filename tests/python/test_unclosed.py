"""What of `_ssh` is dropped open warns; what is closed, or has ended by itself, does not."""

import gc
import os
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import _ssh
from clients import login
from servers import OpenSSHServer


def unclosed(work: Callable[[], Any]) -> list[str]:
    """The warnings of what `work` leaves to nobody."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        work()
        gc.collect()
    told = [str(each.message) for each in caught if each.category is ResourceWarning]
    return [text for text in told if "socket.socket" not in text]  # the caller's own


@pytest.fixture
def session(openssh: OpenSSHServer) -> Iterator[_ssh.Session]:
    with login(openssh) as session:
        yield session


MAKERS: dict[str, Callable[[_ssh.Session], Any]] = {
    "_ssh.Channel": lambda session: session.open_session(),
    "_ssh.SFTP": lambda session: session.sftp(),
    "_ssh.Listener": lambda session: session.listen("127.0.0.1", 0),
}


@pytest.mark.parametrize("what", MAKERS)
def test_what_is_dropped_open_warns_once(session: _ssh.Session, what: str) -> None:
    make = MAKERS[what]
    assert unclosed(lambda: make(session)) == [f"unclosed {what}"]
    assert unclosed(lambda: make(session).close()) == []
    kept = make(session)
    assert unclosed(lambda: [kept]) == []
    kept.close()


def test_a_session(openssh: OpenSSHServer) -> None:
    assert unclosed(lambda: login(openssh)) == ["unclosed _ssh.Session"]
    assert unclosed(lambda: login(openssh).close()) == []
    assert unclosed(lambda: login(openssh).abort()) == []


@pytest.mark.parametrize("mode", ["r", "w", "a", "r+"])
def test_a_remote_file(session: _ssh.Session, there: Path, mode: str) -> None:
    path = str(there / "file")
    with session.sftp() as sftp:
        sftp.open(path, "w").close()
        assert unclosed(lambda: sftp.open(path, mode)) == [f"unclosed remote file {path!r}"]
        assert unclosed(lambda: sftp.open(path, mode).close()) == []


def test_what_a_closed_session_leaves_is_closed(openssh: OpenSSHServer) -> None:
    def work() -> None:
        with login(openssh) as session:
            left = [make(session) for make in MAKERS.values()]
            left.append(left[1].open("/etc/passwd"))
        left.clear()

    assert unclosed(work) == []


def test_a_channel_whose_command_ended(session: _ssh.Session) -> None:
    def work() -> None:
        channel = session.open_session()
        channel.exec("echo over")
        assert channel.stdout.read() == b"over\n"

    assert unclosed(work) == []


def test_a_session_that_its_channel_keeps(openssh: OpenSSHServer) -> None:
    """Not dropped yet; the channel is, later."""
    channel = login(openssh).open_session()
    assert unclosed(lambda: [channel]) == []
    channel.exec("echo on")
    assert channel.stdout.read() == b"on\n"
    channel.close()


def test_a_session_in_a_cycle(openssh: OpenSSHServer) -> None:
    def work() -> None:
        class Owner:
            session: _ssh.Session

            def trace(self, *packet: object) -> None:
                pass

        owner = Owner()
        owner.session = login(openssh, trace=owner.trace)

    assert unclosed(work) == ["unclosed _ssh.Session"]


def test_warnings_that_are_errors_end_nothing(
    session: _ssh.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    monkeypatch.setattr("sys.unraisablehook", lambda args: told.append(args.exc_type))
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        session.open_session()
    assert told == [ResourceWarning]
    assert session.exec("echo on") == b"on\n"


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_ctrl_c_where_a_file_is_dropped_comes_through(session: _ssh.Session) -> None:
    """It most often comes while a repr() for the warning is made."""

    def drop_files(sftp: _ssh.SFTP) -> None:
        for _ in range(100_000):
            sftp.open("/dev/zero").read(1 << 20)

    before = signal.signal(signal.SIGALRM, signal.default_int_handler)  # stands for SIGINT
    try:
        with session.sftp() as sftp:
            for _ in range(10):
                signal.setitimer(signal.ITIMER_REAL, 0.05)
                with pytest.raises(KeyboardInterrupt):
                    drop_files(sftp)
            assert sftp.exists("/dev/zero")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_it_does_not_wait_for_who_works_with_the_session(session: _ssh.Session) -> None:
    channel = session.open_session()
    worker = threading.Thread(target=lambda: session.exec("sleep 1"))
    worker.start()
    for _ in range(50):
        made = unclosed(lambda: None)
        assert made == []
    del channel
    worker.join()
    assert session.exec("echo on") == b"on\n"


def test_a_child_leaves_its_parents_sessions(openssh: OpenSSHServer) -> None:
    session = login(openssh)
    kept: list[_ssh.Session] = [session]
    del session
    child = os.fork()
    if child == 0:
        os._exit(len(unclosed(kept.clear)))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    kept[0].close()


END = """
import socket, sys
import _ssh
host, port, user, key = sys.argv[1:]
session = _ssh.Session(socket.create_connection((host, int(port))))
session.userauth_publickey(user, open(key, "rb").read())
channel = session.open_session()
sftp = session.sftp()
file = sftp.open("/etc/passwd")
class Cycle: pass
cycle = Cycle()
cycle.itself, cycle.held = cycle, session
print("end")
"""


@pytest.mark.parametrize("flags", [[], ["-X", "dev"], ["-W", "error"]])
def test_nothing_is_said_when_the_program_ends(openssh: OpenSSHServer, flags: list[str]) -> None:
    words = [openssh.host, str(openssh.port), openssh.user, str(openssh.keys["ed25519"].path)]
    done = subprocess.run(
        [sys.executable, *flags, "-c", END, *words], capture_output=True, text=True, timeout=60
    )
    said = [line for line in done.stderr.splitlines() if "_ssh" in line or "remote file" in line]
    assert (done.returncode, done.stdout, said) == (0, "end\n", [])
