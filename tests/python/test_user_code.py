"""The code that mypy and pyright look at does what it says."""

from pathlib import Path

import user_code
from client_homes import address_of, known_hosts_of
from servers import OpenSSHServer


def test_user_code(openssh: OpenSSHServer, tmp_path: Path) -> None:
    known_hosts = known_hosts_of([openssh], tmp_path / "known_hosts")
    place, key = address_of(openssh), openssh.keys["ed25519"].path
    with user_code.connected(place, Path(key), known_hosts) as client:
        assert user_code.commands(client) == (3, "it'sin")
        assert user_code.files(client, tmp_path) == ["copy.txt", "note.txt"]
        assert user_code.forwards(client, openssh.host, openssh.port) == 2
    step, allowed = user_code.mistakes(place, known_hosts)
    assert (step, "publickey" in allowed) == ("login", True)
    assert len(user_code.names_of_policies()) == 5


def test_configuration() -> None:
    found = user_code.configuration("HostName %h.test\nProxyJump a,b:2", "web")
    assert found == ("web.test", 2022, ["a", "b:2"])


def test_a_server_of_ones_own(openssh: OpenSSHServer) -> None:
    """Where there is one at all."""
    assert user_code.own_server() == "own\n"
