"""Many commands at once on one thread: on one session, on many, and where some go wrong."""

import hashlib
import threading
from collections.abc import Callable
from contextlib import ExitStack

import pytest

import _ssh
from clients import MIB, connect, echo, login, within
from hawser.crowded import until_there_is_room
from servers import OpenSSHServer


def good(result: _ssh.RunResult | Exception) -> _ssh.RunResult:
    assert isinstance(result, _ssh.RunResult), result
    return result


def bad(result: _ssh.RunResult | Exception) -> Exception:
    assert isinstance(result, Exception), result
    return result


def test_on_many_sessions(openssh: OpenSSHServer) -> None:
    with ExitStack() as stack:
        sessions = [stack.enter_context(login(openssh)) for _ in range(20)]
        jobs = [(session, f"sleep 1; echo {n}") for n, session in enumerate(sessions)]
        with within(8):
            results = _ssh.run_all(jobs)
        assert [good(result).stdout for result in results] == [b"%d\n" % n for n in range(20)]
        for session in sessions:
            echo(session)


def test_on_one_session(openssh: OpenSSHServer) -> None:
    with login(openssh) as session:
        jobs = [(session, f"sleep 1; echo {n}; echo e{n} >&2; exit {n}") for n in range(100)]
        with within(12):
            results = _ssh.run_all(jobs)
        for n, result in enumerate(results):
            assert good(result).stdout == b"%d\n" % n
            assert good(result).stderr == b"e%d\n" % n
            assert good(result).exit_status == n
        echo(session)


def test_long_output_of_many(openssh: OpenSSHServer) -> None:
    """More than the windows hold, from all at once."""
    with login(openssh) as one, login(openssh) as other:
        jobs = [(one, "head -c 5000000 /dev/zero"), (other, "head -c 5000000 /dev/zero")] * 4
        for result in _ssh.run_all(jobs):
            assert good(result).stdout == bytes(5_000_000)


def test_more_than_the_server_allows_wait_for_their_turn(
    sshd_with: Callable[..., OpenSSHServer],
) -> None:
    with login(sshd_with("MaxSessions 3")) as session:
        results = _ssh.run_all([(session, f"echo {n}; sleep 0.1") for n in range(10)])
        assert [good(result).stdout for result in results] == [b"%d\n" % n for n in range(10)]
        with session.open_session(), session.open_session(), session.open_session():
            (result,) = _ssh.run_all([(session, "true")])
            assert isinstance(bad(result), _ssh.ChannelError)


@pytest.mark.parametrize("most", [1, 2])
def test_the_last_channel_that_there_is(sshd_with: Callable[..., OpenSSHServer], most: int) -> None:
    """sshd still counts a session for a moment when its channel has been closed."""
    with login(sshd_with(f"MaxSessions {most}")) as session:
        results = _ssh.run_all([(session, f"echo {n}") for n in range(50)])
        assert [good(result).stdout for result in results] == [b"%d\n" % n for n in range(50)]
        channels = [until_there_is_room(session.open_session) for _ in range(most)]
        with within(5):
            results = _ssh.run_all([(session, "true")] * 20)
        assert all(isinstance(bad(result), _ssh.ChannelError) for result in results)
        for channel in channels:
            channel.close()


def test_each_has_its_own_failure(openssh: OpenSSHServer) -> None:
    with login(openssh) as well, login(openssh) as closed, login(openssh) as dies:
        closed.close()
        jobs = [
            (well, "echo well"),
            (closed, "echo closed"),
            (dies, "kill -9 $PPID; sleep 5"),
            (well, "echo before; sleep 30"),
            (well, "kill -9 $$"),
        ]
        with within(10):
            results = _ssh.run_all(jobs, timeout=2)
        assert good(results[0]).stdout == b"well\n"
        assert isinstance(bad(results[1]), _ssh.Error)
        assert isinstance(bad(results[2]), _ssh.ConnectionLost)
        late = bad(results[3])
        assert isinstance(late, TimeoutError)
        assert late.stdout == b"before\n"  # type: ignore[attr-defined]
        assert good(results[4]).exit_signal == "KILL"
        echo(well)


def test_other_threads_use_the_same_session(openssh: OpenSSHServer) -> None:
    """Whoever of both reads what came for the other says so."""
    digest = hashlib.sha256(bytes(20 * MIB)).hexdigest().encode()
    stop = threading.Event()
    counted: list[int] = []
    with login(openssh) as session:

        def exec_in_a_loop() -> None:
            count = 0
            while not stop.is_set():
                echo(session)
                count += 1
            counted.append(count)

        threads = [threading.Thread(target=exec_in_a_loop) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(3):
                jobs = [(session, "head -c 20971520 /dev/zero | sha256sum"), (session, "sleep 0.3")]
                first, second = _ssh.run_all(jobs)
                assert good(first).stdout.split()[0] == digest
                assert good(second).exit_status == 0
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    assert len(counted) == 3
    assert all(counted)


def test_new_keys_in_between(openssh: OpenSSHServer) -> None:
    with login(openssh, rekey_bytes=MIB) as session:
        results = _ssh.run_all([(session, "head -c 3000000 /dev/zero")] * 4)
        assert [len(good(result).stdout) for result in results] == [3_000_000] * 4
        assert session.rekey_count > 3


def test_a_server_that_falls_silent(openssh: OpenSSHServer) -> None:
    with login(openssh, timeout=1) as short, login(openssh) as long:
        with openssh.frozen(), within(6):
            results = _ssh.run_all([(short, "echo"), (long, "echo")], timeout=3)
        first, second = map(bad, results)
        assert isinstance(first, _ssh.Timeout)
        assert first.phase == "channel open"
        assert isinstance(second, _ssh.Timeout)


def test_nothing_to_do() -> None:
    assert _ssh.run_all([]) == []
    assert _ssh.run_all(iter([])) == []


def test_what_is_no_job(openssh: OpenSSHServer) -> None:
    with login(openssh) as session:
        for wrong in ([session], [(session,)], [("session", "true")], [(session, 1)], 5):
            with pytest.raises(TypeError):
                _ssh.run_all(wrong)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="timeout"):
            _ssh.run_all([(session, "true")], timeout=-1)
        echo(session)


def test_before_the_login(openssh: OpenSSHServer) -> None:
    with connect(openssh) as session:
        (result,) = _ssh.run_all([(session, "true")])
        assert isinstance(bad(result), _ssh.Error)


def test_a_session_on_no_socket(openssh: OpenSSHServer) -> None:
    with login(openssh) as outer:
        channel = outer.open_direct_tcpip(*openssh.address)
        inner = _ssh.Session(channel)
        inner.userauth_publickey(openssh.user, openssh.keys["ed25519"].private)
        (result,) = _ssh.run_all([(inner, "true")])
        assert "socket" in str(bad(result))
        echo(inner)
