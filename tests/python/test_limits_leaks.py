"""Nothing leaks: descriptors, memory and sessions, whatever the order in which objects go."""

import ctypes
import gc
import itertools
import resource
import socket
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

import _ssh
from clients import MIB, connect, dial, echo, login
from faults import scripted_peer
from servers import OpenSSHServer


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def resident() -> int:
    """Bytes of memory in use, as the kernel counts them."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


@contextmanager
def no_new_descriptors() -> Iterator[None]:
    gc.collect()
    before = descriptors()
    yield
    gc.collect()
    assert descriptors() == before


def use_once(server: OpenSSHServer) -> None:
    with dial(server) as sock, _ssh.Session(sock) as session:
        session.userauth_publickey(server.user, server.keys["ed25519"].private)
        assert session.exec("echo x") == b"x\n"


def test_300_sessions_leave_nothing(openssh: OpenSSHServer) -> None:
    for _ in range(30):  # until caches are warm
        use_once(openssh)
    with no_new_descriptors():
        before = resident()
        for _ in range(300):
            use_once(openssh)
        assert resident() - before < 6 * MIB


def test_sessions_that_are_dropped_not_closed(openssh: OpenSSHServer) -> None:
    with no_new_descriptors():
        for _ in range(10):
            session = login(openssh)
            channel = session.open_session()
            channel.exec("cat")
            del session, channel


def test_sessions_that_never_came_to_be() -> None:
    def send_nonsense(peer: socket.socket) -> None:
        peer.sendall(b"SSH-2.0-nonsense\r\n" + bytes(100))

    with scripted_peer(send_nonsense) as address:
        dial_and_fail(address)
        before = descriptors()
        for _ in range(10):
            dial_and_fail(address)
        # The peer keeps its ten ends open; ours are gone.
        assert descriptors() == before + 10


def dial_and_fail(address: tuple[str, int]) -> None:
    with socket.create_connection(address) as sock, pytest.raises(_ssh.Error):
        _ssh.Session(sock)
    gc.collect()


def test_failed_logins_leave_nothing(openssh: OpenSSHServer) -> None:
    with no_new_descriptors():
        for _ in range(10):
            session = connect(openssh)
            with pytest.raises(_ssh.AuthenticationError):
                session.userauth_publickey(openssh.user, openssh.keys.stranger.private)
            del session


def test_a_session_in_a_cycle_is_collected(openssh: OpenSSHServer) -> None:
    class Owner:
        session: _ssh.Session
        me: "Owner"
        callback: Callable[[str, _ssh.HostKey], bool]

    with no_new_descriptors():
        owner = Owner()
        owner.me = owner
        owner.callback = lambda host, key, owner=owner: True  # type: ignore[misc]
        owner.session = connect(openssh, host="x", host_key_policy=owner.callback, known_hosts=[])
        gone = weakref.ref(owner)
        del owner
        gc.collect()
        assert gone() is None


def test_children_keep_their_session_alive(openssh: OpenSSHServer) -> None:
    session = login(openssh)
    channel = session.open_session()
    del session
    gc.collect()
    channel.exec("echo alive; cat")
    stdout, stdin = channel.stdout, channel.stdin
    del channel
    gc.collect()
    assert stdout.readline() == b"alive\n"
    stdin.write(b"more\n")
    stdin.close()
    assert stdout.read() == b"more\n"


@pytest.mark.parametrize("order", list(itertools.permutations(range(5)))[::10])
def test_drop_in_any_order(openssh: OpenSSHServer, order: tuple[int, ...]) -> None:
    with no_new_descriptors():
        sock = dial(openssh)
        session = _ssh.Session(sock)
        session.userauth_publickey(openssh.user, openssh.keys["ed25519"].private)
        channel = session.open_session()
        channel.exec("cat")
        objects: list[Any] = [sock, session, channel, channel.stdin, channel.stdout]
        del sock, session, channel
        for each in order:
            objects[each] = None
            gc.collect()


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::3])
def test_drop_a_session_in_a_session(openssh: OpenSSHServer, order: tuple[int, ...]) -> None:
    with no_new_descriptors():
        outer = login(openssh)
        channel = outer.open_direct_tcpip(*openssh.address)
        inner = _ssh.Session(channel)
        inner.userauth_publickey(openssh.user, openssh.keys["ed25519"].private)
        stdout = inner.open_session().stdout
        objects: list[Any] = [outer, channel, inner, stdout]
        del outer, channel, inner, stdout
        for each in order:
            objects[each] = None
            gc.collect()


def test_the_callers_socket_stays_the_callers(openssh: OpenSSHServer) -> None:
    sock = dial(openssh)
    with _ssh.Session(sock):
        pass
    assert sock.fileno() >= 0
    sock.close()


def test_closing_the_socket_below_a_session(openssh: OpenSSHServer) -> None:
    """Whether the session notices or not, it must not use a descriptor that has a new owner."""
    sock = dial(openssh)
    session = _ssh.Session(sock)
    number = sock.fileno()
    sock.close()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert ours.fileno() == number
        with suppress(OSError):
            session.userauth_publickey(openssh.user, openssh.keys["ed25519"].private)
        session.close()
        theirs.setblocking(False)
        with pytest.raises(BlockingIOError):
            theirs.recv(1)


def test_a_stream_takes_bounded_memory(openssh: OpenSSHServer) -> None:
    with login(openssh) as session, session.open_session() as channel:
        channel.exec(f"head -c {200 * MIB} /dev/zero")
        buffer = bytearray(MIB)
        channel.recv_into(buffer)
        before = resident()
        total = 0
        while count := channel.recv_into(buffer):
            total += count
        assert total > 190 * MIB
        assert resident() - before < 80 * MIB  # a window of 64 MiB, and some


class Mallinfo(ctypes.Structure):
    """What glibc's mallinfo2() tells."""

    names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
    _fields_ = [(name, ctypes.c_size_t) for name in names.split()]


def allocated() -> int:
    """Bytes that the program holds; what the allocator keeps for later does not count."""
    gc.collect()
    mallinfo2 = ctypes.CDLL(None).mallinfo2
    mallinfo2.restype = Mallinfo
    info = mallinfo2()
    return int(info.uordblks + info.hblkhd)


def test_an_idle_session_holds_little(openssh: OpenSSHServer) -> None:
    def used() -> _ssh.Session:
        session = login(openssh)
        session.run("cat", input=bytes(3 * MIB))
        return session

    used()
    before = allocated()
    sessions = [used() for _ in range(10)]
    assert (allocated() - before) / len(sessions) < 64 * 1024


def test_ten_sessions_side_by_side(openssh: OpenSSHServer) -> None:
    sessions = [login(openssh) for _ in range(10)]
    for session in reversed(sessions):
        echo(session)
        session.close()
