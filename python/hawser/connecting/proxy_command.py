"""ProxyCommand: a program whose stdin and stdout are the way to the server.

One of ssh_config is given to the user's shell, as OpenSSH does, one of the caller's to /bin/sh, as
subprocess does. The names that are put into it were checked (`target.py`): nothing in them means
anything to a shell.
"""

import contextlib
import socket
import subprocess

from ..target import Target, checked

_END_SECONDS = 2.0


def expanded(command: str, target: Target, address: str) -> str:
    """With the tokens of ssh_config(5) that can be in it: %h %n %p %r %%."""
    checked(Target(address, "", target.user, target.port), address)
    values = {
        "%%": "%",
        "%h": address,
        "%n": target.host,
        "%p": str(target.port or 22),
        "%r": target.user or "",
    }
    parts = []
    at = 0
    while at < len(command):
        token = command[at : at + 2]
        if command[at] == "%":
            if token not in values:
                raise ValueError(f"proxy_command: {token!r} is none of {', '.join(values)}")
            if token == "%r" and not _is_plain(values[token]):
                raise ValueError("proxy_command: the user's name is not fit for a shell")
            parts.append(values[token])
            at += 2
        else:
            parts.append(command[at])
            at += 1
    return "".join(parts)


class ProxyCommand:
    """The running program. `sock` is our end."""

    def __init__(self, command: str, shell: str = "/bin/sh") -> None:
        ours, theirs = socket.socketpair()
        try:
            self._process: subprocess.Popen[bytes] = subprocess.Popen(
                [shell, "-c", f"exec {command}"], stdin=theirs.fileno(), stdout=theirs.fileno()
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self.sock = ours

    def take_socket(self, timeout: float | None) -> None:
        """With ProxyUseFdpass the program connects, and passes us the socket as descriptor: it is
        `sock` from here on."""
        self.sock.settimeout(timeout)
        try:
            _, descriptors, _, _ = socket.recv_fds(self.sock, 1, 1)
        except TimeoutError:
            raise TimeoutError("the program passes no socket in time") from None
        if not descriptors:
            raise ConnectionError("the program passed no socket")
        self.sock.close()
        self.sock = socket.socket(fileno=descriptors[0])
        self.sock.setblocking(True)

    @property
    def exit_status(self) -> int | None:
        """None while it runs; waits a moment for one that is just ending."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(0.2)
        return None

    def close(self) -> None:
        """Ends the program, by force if it has to be."""
        self.sock.close()
        for seconds, end in ((0.2, self._process.terminate), (_END_SECONDS, self._process.kill)):
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                end()
        self._process.wait()


def _is_plain(name: str) -> bool:
    """A name without a character that a shell would not take as it stands."""
    return all(letter.isalnum() or letter in "-_.@+=:,/" for letter in name)
