"""A program that ends while its daemon threads are in calls: it ends with its own status, says
nothing, and nothing crashes. Python ends such threads when they want the GIL again, before 3.14 by
unwinding them, which C++ does not survive unless they are stopped at its border (gil.h)."""

import subprocess
import sys
from pathlib import Path

import pytest

from faults import say_nothing, scripted_peer
from servers import OpenSSHServer

PRELUDE = """
import io, os, socket, sys, tempfile, threading, time
import _ssh
host, port, user, key, silent, folder = sys.argv[1:]
data = open(key, "rb").read()
def dial():
    return socket.create_connection((host, int(port)))
def login(sock=None):
    session = _ssh.Session(sock or dial())
    session.userauth_publickey(user, data)
    return session
ready = threading.Semaphore(0)
def daemon(call, again=False):
    def run():
        ready.release()
        call()
        while again:
            call()
    threading.Thread(target=run, daemon=True).start()
    ready.acquire()
def blocks(*_):
    ready.release()
    time.sleep(60)
"""

# What the threads are in when the main thread is done: calls that wait, and callbacks.
CALLS = {
    "handshakes": """
for _ in range(4):
    daemon(lambda: _ssh.Session(socket.create_connection((host, int(silent)))))
""",
    "commands": """
session = login()
for _ in range(4):
    daemon(lambda: session.exec("sleep 60"))
    daemon(lambda: session.run("sleep 60"))
""",
    "channels": """
session = login()
def read():
    channel = session.open_session()
    channel.exec("sleep 60")
    channel.stdout.read()
for _ in range(4):
    daemon(read)
""",
    "input": """
class Slow:
    read = blocks
session = login()
daemon(lambda: session.run("cat", input=Slow()))
ready.acquire()
daemon(lambda: session.exec("sleep 60"))
""",
    "progress": """
session = login()
daemon(lambda: session.sftp().get("/etc/passwd", folder + "/copy", callback=blocks))
ready.acquire()
""",
    "busy callbacks": """
def spins(*_):
    ready.release()
    while True:
        sum(range(1000))
session = login()
daemon(lambda: session.sftp().get("/etc/passwd", folder + "/copy", callback=spins))
ready.acquire()
""",
    "stream objects": """
class Stream:
    def __init__(self):
        self.sock = dial()
    def recv(self, size):
        return self.sock.recv(size)
    def send(self, data):
        return self.sock.send(data)
session = login(Stream())
daemon(lambda: session.exec("sleep 60"))
""",
    "host keys": """
daemon(lambda: _ssh.Session(dial(), host="here", known_hosts="/dev/null", host_key_policy=blocks))
ready.acquire()
""",
    "traces": """
def traced(trace):
    session = _ssh.Session(dial(), trace=trace)
    session.userauth_publickey(user, data)
    return session
session = traced(lambda *packet: None)
daemon(lambda: session.run("while :; do echo x; done | head -c 50000000; sleep 60"))
daemon(lambda: traced(lambda *packet: packet[1] != 94 or blocks()).run("echo; sleep 60"))
ready.acquire()
""",
    "many": """
session = login()
daemon(lambda: _ssh.run_all([(session, "sleep 60")] * 5))
""",
    "sessions that are left": """
kept = [login() for _ in range(3)]
channels = [session.open_session() for session in kept]
files = [session.sftp() for session in kept]
""",
}

# And calls that are busy: OpenSSL takes its tables apart at the end of a process, static objects
# go, and none of these threads may be in the midst of them then (client/exit_gate.h).
BUSY = {
    "logins": """
def again():
    login().abort()
""",
    "keys": """
def again():
    _ssh.PrivateKey.generate("ecdsa")
    _ssh.PrivateKey.generate("ed25519")
""",
    "transfers": """
open(folder + "/data", "wb").write(os.urandom(1 << 22))
session = login()
def again():
    files = session.sftp()
    name = f"busy-{threading.get_ident()}"
    files.put(folder + "/data", name)
    files.get(name, f"{folder}/{name}")
""",
    "commands": """
session = login()
def again():
    session.run("cat", input=bytes(1 << 20))
""",
}


def start(
    server: OpenSSHServer, script: str, end: str, silent: int, folder: Path
) -> subprocess.Popen[str]:
    words = [server.host, str(server.port), server.user, str(server.keys["ed25519"].path)]
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + script + end, *words, str(silent), str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def ended(program: subprocess.Popen[str]) -> tuple[int, str, str]:
    try:
        out, err = program.communicate(timeout=15)
    except subprocess.TimeoutExpired:
        program.kill()
        raise
    return program.returncode, out, err


@pytest.mark.parametrize("script", CALLS.values(), ids=CALLS)
def test_threads_in_calls_at_the_end(openssh: OpenSSHServer, tmp_path: Path, script: str) -> None:
    with scripted_peer(say_nothing) as (_, silent):
        programs = [
            start(openssh, script, f"time.sleep({pause})\nprint('end')", silent, tmp_path)
            for pause in (0.0, 0.05, 0.3)
        ]
        assert [ended(program) for program in programs] == [(0, "end\n", "")] * 3


@pytest.mark.parametrize("script", BUSY.values(), ids=BUSY)
def test_threads_that_are_busy_at_the_end(
    openssh: OpenSSHServer, tmp_path: Path, script: str
) -> None:
    """Before the gate was there, one program in ten crashed here."""
    threads = "\nfor _ in range(3):\n    daemon(again, again=True)\n"
    for k in range(4):
        programs = [
            start(openssh, script + threads, f"time.sleep({pause})\nprint('end')", 0, tmp_path)
            for pause in (0.1 + k / 50, 0.11 + k / 50)
        ]
        assert [ended(program) for program in programs] == [(0, "end\n", "")] * 2


@pytest.mark.parametrize(
    ("end", "status", "said"),
    [
        ("sys.exit(3)", 3, ""),
        ("raise SystemExit('over')", 1, "over\n"),
        ("1 / 0", 1, "ZeroDivisionError"),
    ],
)
def test_the_program_keeps_its_status(
    openssh: OpenSSHServer, tmp_path: Path, end: str, status: int, said: str
) -> None:
    code, _, err = ended(start(openssh, CALLS["commands"], "time.sleep(0.2)\n" + end, 0, tmp_path))
    assert code == status
    assert said in err
    assert "terminate" not in err
