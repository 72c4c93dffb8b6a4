"""Starts a command for each connection, with the connection as its stdin and stdout.

    inetd.py HOST PORT COMMAND [ARGUMENT...]

For servers that do not listen themselves. Runs as a program of its own, inside the namespace.
"""

import socket
import subprocess
import sys


def inetd(host: str, port: int) -> list[str]:
    """The command that listens there; behind it goes what to run for each connection."""
    return [sys.executable, __file__, host, str(port)]


def serve(host: str, port: int, command: list[str]) -> None:
    running: list[subprocess.Popen[bytes]] = []
    with socket.create_server((host, port), backlog=500) as listener:
        while True:
            connection, _ = listener.accept()
            with connection:
                stream = connection.fileno()
                running.append(subprocess.Popen(command, stdin=stream, stdout=stream))
            running = [process for process in running if process.poll() is None]


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
