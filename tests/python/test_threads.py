"""Several threads on one session: none holds up another, and an end reaches all."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import _ssh
from clients import MIB, Background, echo, login, within
from servers import OpenSSHServer


@pytest.fixture
def session(openssh: OpenSSHServer) -> Iterator[_ssh.Session]:
    with login(openssh) as session:
        yield session


def test_64_threads_share_one_session(session: _ssh.Session) -> None:
    def work(number: int) -> None:
        for turn in range(4):
            size = 1000 * number + turn
            result = session.run(f"cat; echo {number} >&2; exit {number}", input=b"x" * size)
            assert result.stdout == b"x" * size
            assert result.stderr == b"%d\n" % number
            assert result.exit_status == number

    with ThreadPoolExecutor(64) as threads:
        list(threads.map(work, range(64)))


def test_64_threads_wait_at_the_same_time(session: _ssh.Session) -> None:
    with within(10), ThreadPoolExecutor(64) as threads:
        results = threads.map(lambda n: session.exec(f"sleep 1; echo {n}"), range(64))
        assert list(results) == [b"%d\n" % number for number in range(64)]


def test_a_long_exec_holds_up_no_other(session: _ssh.Session) -> None:
    long = Background(lambda: session.exec("sleep 3; echo long"))
    time.sleep(0.2)
    with within(2):
        for _ in range(20):
            echo(session)
    assert long.running
    assert long.result() == b"long\n"


def test_who_waits_alone_goes_on_when_the_other_is_done(session: _ssh.Session) -> None:
    """The first to wait serves the session for all; when it leaves, another must take over."""
    short = Background(lambda: session.exec("sleep 0.5; echo short"))
    time.sleep(0.1)
    longer = Background(lambda: session.exec("sleep 1.2; echo longer"))
    assert short.result(10) == b"short\n"
    with within(3):
        assert longer.result(10) == b"longer\n"


def test_big_streams_side_by_side(session: _ssh.Session) -> None:
    data = bytes(range(256)) * (4 * MIB // 256)
    with ThreadPoolExecutor(8) as threads:
        for result in threads.map(lambda _: session.run("cat", input=data), range(8)):
            assert result.stdout == data


def test_reader_and_writer_of_one_channel(session: _ssh.Session) -> None:
    data = bytes(range(256)) * (16 * MIB // 256)
    with session.open_session() as channel:
        channel.exec("cat")

        def write() -> None:
            channel.sendall(data)
            channel.shutdown_write()

        writer = Background(write)
        assert channel.stdout.read() == data
        writer.result()


def test_python_runs_while_a_session_waits(session: _ssh.Session) -> None:
    count = 0
    waiting = Background(lambda: session.exec("sleep 1"))
    began = time.monotonic()
    while waiting.running:
        count += 1
        time.sleep(0.005)
    assert time.monotonic() - began < 3
    assert count > 40


def test_deadlines_hold_for_followers(session: _ssh.Session) -> None:
    leader = Background(lambda: session.exec("sleep 2"))
    time.sleep(0.1)
    with within(1), pytest.raises(_ssh.Timeout):
        session.run("sleep 30", timeout=0.3)
    assert leader.running
    leader.result()


@pytest.mark.parametrize("end", ["close", "abort"])
def test_an_end_reaches_every_waiter(session: _ssh.Session, end: str) -> None:
    waiting = [Background(lambda: session.exec("sleep 30")) for _ in range(5)]
    time.sleep(0.5)
    assert all(each.running for each in waiting)
    with within(3):
        getattr(session, end)()
        for each in waiting:
            with pytest.raises(_ssh.Error):
                each.result(5)


@pytest.mark.parametrize("end", ["close", "abort"])
def test_an_end_of_the_outer_session_reaches_the_inner(
    session: _ssh.Session, openssh: OpenSSHServer, end: str
) -> None:
    inner = _ssh.Session(session.open_direct_tcpip(*openssh.address))
    inner.userauth_publickey(openssh.user, openssh.keys["ed25519"].private)
    waiting = Background(lambda: inner.exec("sleep 30"))
    time.sleep(0.3)
    with within(3):
        getattr(session, end)()
        with pytest.raises(_ssh.ConnectionLost):
            waiting.result(5)
        inner.close()


@pytest.mark.parametrize("end", ["close", "abort"])
def test_an_end_in_the_middle_of_many_channels(session: _ssh.Session, end: str) -> None:
    def use() -> None:
        while True:
            with session.open_session() as channel:
                channel.exec("echo hello")
                channel.stdout.read()

    users = [Background(use) for _ in range(16)]
    time.sleep(0.5)
    with within(5):
        getattr(session, end)()
        for each in users:
            with pytest.raises(_ssh.Error):
                each.result(5)


def test_sessions_in_many_threads(openssh: OpenSSHServer) -> None:
    barrier = threading.Barrier(12)

    def work(number: int) -> bytes:
        barrier.wait()
        with login(openssh) as session:
            return session.exec(f"echo {number}")

    with ThreadPoolExecutor(12) as threads:
        assert list(threads.map(work, range(12))) == [b"%d\n" % n for n in range(12)]
