"""known_hosts files: what is written, and that a line means what ssh-keygen takes it to mean."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import _ssh
from clients import connect, names_in, within
from servers import AsyncSSHServer, OpenSSHServer

WRITERS = """
import socket, sys
import _ssh
port, path, start = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for number in range(start, start + 8):
    sock = socket.create_connection(("127.0.0.1", port))
    _ssh.Session(
        sock, host=f"host-{number}", port=22, known_hosts=path, host_key_policy="accept-new"
    ).close()
    sock.close()
"""


def test_processes_that_accept_at_once_lose_no_line(openssh: OpenSSHServer, tmp_path: Path) -> None:
    known_hosts = tmp_path / "known_hosts"
    known_hosts.write_bytes(b"# mine\r\nother ssh-rsa AAAA\t\nno newline")
    with within(120):
        arguments = [sys.executable, "-c", WRITERS, str(openssh.port), str(known_hosts)]
        writers = [subprocess.Popen([*arguments, str(start)]) for start in (0, 100, 200, 300)]
        assert [writer.wait() for writer in writers] == [0] * 4
    lines = known_hosts.read_bytes().split(b"\n")
    assert lines[:3] == [b"# mine\r", b"other ssh-rsa AAAA\t", b"no newline"]
    names = [line.split()[0].decode() for line in lines[3:-1]]
    wanted = {f"host-{start + i}" for start in (0, 100, 200, 300) for i in range(8)}
    assert len(names) == 32
    assert set(names) == wanted
    assert names_in(tmp_path) == ["known_hosts"]


def test_the_next_connection_knows_the_key(openssh: OpenSSHServer, tmp_path: Path) -> None:
    known_hosts = tmp_path / "known_hosts"
    where = {"host": "harbour.example", "port": 2222, "known_hosts": known_hosts}
    connect(openssh, host_key_policy="accept-new", **where).close()
    assert known_hosts.read_text().startswith("[harbour.example]:2222 ssh-ed25519 ")
    assert known_hosts.stat().st_mode & 0o777 == 0o600
    written = known_hosts.read_bytes()
    connect(openssh, **where).close()
    connect(openssh, host_key_policy="accept-new", **where).close()
    assert known_hosts.read_bytes() == written
    found = subprocess.run(
        ["ssh-keygen", "-F", "[harbour.example]:2222", "-f", known_hosts], capture_output=True
    )
    assert found.returncode == 0


def test_the_folder_of_ssh_is_made(openssh: OpenSSHServer, tmp_path: Path) -> None:
    script = WRITERS.replace("known_hosts=path, ", "")
    environment = {**os.environ, "HOME": str(tmp_path)}
    subprocess.run(
        [sys.executable, "-c", script, str(openssh.port), "", "0"],
        check=True,
        env=environment,
        timeout=60,
    )
    folder = tmp_path / ".ssh"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len((folder / "known_hosts").read_text().splitlines()) == 8


def test_a_folder_that_is_not_there(openssh: OpenSSHServer, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere" / "known_hosts"
    with pytest.raises(_ssh.HostKeyError, match="No such file"):
        connect(openssh, host="host", known_hosts=nowhere, host_key_policy="accept-new")


def test_files_that_are_too_large(openssh: OpenSSHServer, tmp_path: Path) -> None:
    known_hosts = tmp_path / "known_hosts"
    known_hosts.touch()
    os.truncate(known_hosts, (128 << 20) + 1)
    with pytest.raises(_ssh.HostKeyError, match="File too large"):
        connect(openssh, host="host", known_hosts=known_hosts)


# ---- as ssh-keygen -F reads them -----------------------------------------------------------------

HOST = "pier.example"
PORT = 2222
NAMES = [f"[{HOST}]:{PORT}", HOST]
"""A key of the host without a port is good for its other ports, too, if they have none."""

_WORDS = "Pier.Example * ? ** pier .example *.example pi?r.* [ ] [*]:2222 :2222 [pier.*]:2* x"
_pieces = st.sampled_from([HOST, f"[{HOST}]:{PORT}", f"[{HOST}]:22", "", *_WORDS.split()])
_patterns = st.builds(
    lambda mark, pieces: mark + "".join(pieces),
    st.sampled_from(["", "", "", "!", "!!"]),
    st.lists(_pieces, min_size=1, max_size=3),
)
_hosts = st.lists(_patterns, min_size=1, max_size=3).map(",".join)
_blanks = st.sampled_from([" ", "\t", "  ", " \t "])
_markers = st.sampled_from(["", "", "", "", "# ", "#", "@revoked ", "@cert-authority ", "@other "])
_comments = st.sampled_from(["", " comment", "\tcomment", " # more", " "])
_ends = st.sampled_from(["\n", "\n", "\r\n", "\n\n", " \n"])


@st.composite
def lines(draw: st.DrawFn) -> str:
    """A line with KEY for the key: ssh-keygen -F does not look at it."""
    blank = draw(_blanks)
    indent = draw(st.sampled_from(["", "", "", " ", "\t"]))
    words = [draw(_hosts), "ssh-ed25519", "KEY"]
    return indent + draw(_markers) + blank.join(words) + draw(_comments) + draw(_ends)


def found_by_ssh_keygen(path: Path, name: str) -> set[str]:
    """How the lines that name the host are marked: '', 'CA', 'REVOKED'."""
    found = subprocess.run(
        ["ssh-keygen", "-F", name, "-f", path], capture_output=True, text=True, errors="replace"
    )
    heads = [line for line in found.stdout.splitlines() if line.startswith("# Host ")]
    return {re.sub(r".* found: line \d+ ?", "", head) for head in heads}


def expected(path: Path) -> str:
    for name in NAMES:
        marks = found_by_ssh_keygen(path, name)
        if "REVOKED" in marks:
            return "revoked"
        if "" in marks:
            return "known"
    return "unknown"


def verdict(server: AsyncSSHServer, path: Path) -> str:
    try:
        connect(
            server,
            host=HOST,
            port=PORT,
            known_hosts=path,
            algorithms={"host_key": "ssh-ed25519", "kex": "curve25519-sha256"},
        ).close()
    except _ssh.HostKeyRevoked:
        return "revoked"
    except _ssh.HostKeyChanged:
        return "changed"
    except _ssh.HostKeyUnknown:
        return "unknown"
    return "known"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.lists(lines(), min_size=1, max_size=4).map("".join), is_hashed=st.booleans())
@example(text=f"{HOST} ssh-ed25519 KEY", is_hashed=True)
@example(text=f"*,!{HOST} ssh-ed25519 KEY\n", is_hashed=False)
@example(text=f"@revoked * ssh-ed25519 KEY\r\n{HOST} ssh-ed25519 KEY", is_hashed=False)
def test_names_mean_what_they_mean_to_ssh_keygen(
    asyncssh_server: AsyncSSHServer, tmp_path: Path, text: str, is_hashed: bool
) -> None:
    path = tmp_path / "known_hosts"
    key = asyncssh_server.host_keys["ssh-ed25519"].split()[1]
    path.write_text(text.replace("KEY", key), newline="")
    if is_hashed:
        subprocess.run(["ssh-keygen", "-Hf", path], capture_output=True)
    assert verdict(asyncssh_server, path) == expected(path), path.read_text()
