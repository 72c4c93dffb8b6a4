"""Ctrl-C ends a wait within 100 ms, however the main thread waits; other signals end nothing."""

import signal
import subprocess
import sys
import time

import pytest

from faults import say_nothing, scripted_peer
from servers import OpenSSHServer

# What every script begins with; each prints 'ready' before its wait and the time it ended.
PRELUDE = """
import os, signal, socket, sys, threading, time
import _ssh
host, port, user, key = sys.argv[1:]
sock = socket.create_connection((host, int(port)))
def ready():
    print("ready", flush=True)
def log_in():
    session = _ssh.Session(sock)
    session.userauth_publickey(user, open(key, "rb").read())
    return session
def interrupted(wait):
    try:
        wait()
    except KeyboardInterrupt:
        print(time.monotonic(), flush=True)
    else:
        print("not interrupted", flush=True)
"""

LEADER = """
session = log_in()
ready()
interrupted(lambda: session.exec("sleep 30"))
print(session.exec("echo still here").decode(), end="")
"""

FOLLOWER = """
session = log_in()
threading.Thread(target=lambda: session.exec("sleep 3"), daemon=True).start()
time.sleep(0.3)
ready()
interrupted(lambda: session.exec("sleep 30"))
print(session.exec("echo still here").decode(), end="")
"""

CHANNEL = """
session = log_in()
channel = session.open_session()
channel.exec("cat")
ready()
interrupted(lambda: channel.stdout.read())
print(session.exec("echo still here").decode(), end="")
"""

HANDSHAKE = """
ready()
interrupted(lambda: _ssh.Session(sock))
print("still here")
"""

OTHER_SIGNAL = """
session = log_in()
seen = []
signal.signal(signal.SIGUSR1, lambda *_: seen.append(1))
ready()
print(session.exec("sleep 1; echo whole").decode(), end="")
print(len(seen))
"""


def start(script: str, address: tuple[str, int], server: OpenSSHServer) -> "subprocess.Popen[str]":
    arguments = [*map(str, address), server.user, str(server.keys["ed25519"].path)]
    process = subprocess.Popen(
        [sys.executable, "-c", PRELUDE + script, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    if process.stdout.readline() != "ready\n":
        pytest.fail(process.communicate()[1])
    time.sleep(0.4)  # into the wait
    return process


def check_interrupt(process: "subprocess.Popen[str]") -> None:
    sent = time.monotonic()
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=30)
    ended, after = output.splitlines()
    assert after == "still here", errors
    assert float(ended) - sent < 0.1


@pytest.mark.parametrize("script", [LEADER, FOLLOWER, CHANNEL], ids=["leader", "follower", "file"])
def test_interrupt(openssh: OpenSSHServer, script: str) -> None:
    check_interrupt(start(script, openssh.address, openssh))


def test_interrupt_of_a_handshake(openssh: OpenSSHServer) -> None:
    with scripted_peer(say_nothing) as silent:
        check_interrupt(start(HANDSHAKE, silent, openssh))


def test_another_signal_is_handled_and_ends_nothing(openssh: OpenSSHServer) -> None:
    process = start(OTHER_SIGNAL, openssh.address, openssh)
    process.send_signal(signal.SIGUSR1)
    output, errors = process.communicate(timeout=30)
    assert output == "whole\n1\n", errors
