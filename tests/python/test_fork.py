"""A forked child has a copy of its parent's sessions and must not use it: keys and counters would
be used twice, and the server would hear two voices in one stream."""

import gc
import os
import time
import warnings
from collections.abc import Callable, Iterator

import pytest

import _ssh
from clients import Background, echo, login, within
from servers import OpenSSHServer


@pytest.fixture
def session(openssh: OpenSSHServer) -> Iterator[_ssh.Session]:
    with login(openssh) as session:
        yield session


def in_child(work: Callable[[], object]) -> str:
    """What `work` returned in a forked child, as text, or its error's."""
    ours, childs = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking with threads
        pid = os.fork()
    if pid == 0:
        try:
            said = str(work())
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(childs, said.encode())
        os._exit(0)
    os.close(childs)
    end = time.monotonic() + 10
    while os.waitpid(pid, os.WNOHANG) == (0, 0):
        if time.monotonic() > end:
            os.kill(pid, 9)
        time.sleep(0.005)
    with os.fdopen(ours, "rb") as pipe:
        return pipe.read().decode()


def test_what_a_child_drops_is_not_closed(session: _ssh.Session) -> None:
    kept: list[object] = [session.open_session()]
    channel = session.open_session()
    channel.exec("cat")
    kept += [channel, channel.stdin, channel.stdout]

    def drop() -> str:
        kept.clear()
        gc.collect()
        return "dropped"

    assert in_child(drop) == "dropped"
    channel.sendall(b"still open")
    assert channel.recv(100) == b"still open"
    echo(session)


@pytest.mark.parametrize("end", ["close", "abort"])
def test_a_child_ends_nothing(session: _ssh.Session, end: str) -> None:
    def finish() -> bool:
        getattr(session, end)()
        return session.closed

    assert in_child(finish) == "True"
    assert not session.closed
    echo(session)


def test_a_child_cannot_use_the_session(session: _ssh.Session) -> None:
    channel = session.open_session()
    channel.exec("cat")
    uses: list[Callable[[], object]] = [
        lambda: session.exec("true"),
        lambda: session.run("true"),
        session.open_session,
        session.keepalive,
        session.rekey,
        lambda: channel.sendall(b"x"),
        lambda: channel.recv(1),
    ]
    for use in uses:
        assert in_child(use).startswith("Error: [Errno 22] the session belongs to the process")
    in_child(channel.shutdown_write)
    in_child(channel.close)
    channel.sendall(b"still open")
    assert channel.recv(100) == b"still open"
    echo(session)


def test_a_child_does_not_wait_for_threads_that_it_has_not(session: _ssh.Session) -> None:
    """A lock that another thread held when the child was made is never given up there."""
    busy = Background(lambda: session.exec("head -c 200000000 /dev/zero"))
    with within(20):
        while busy.running:
            assert in_child(lambda: session.server_version) == session.server_version
            assert in_child(lambda: session.exec("true")).startswith("Error")
            assert "Errno 22" in in_child(lambda: _ssh.run_all([(session, "true")])[0])
    assert len(busy.result()) == 200000000
