"""`hawser.testing`, as a user's tests have it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import hawser
import hawser.testing
from servers import is_root

pytestmark = pytest.mark.skipif(
    shutil.which("sshd", path="/usr/sbin:/usr/bin") is None, reason="sshd is not installed"
)
PRIVILEGE_SEPARATION = Path("/run/sshd")
"""A folder that sshd wants of root, which a system makes when it starts its own."""


@pytest.fixture(autouse=True)
def _can_run() -> None:
    if is_root() and not PRIVILEGE_SEPARATION.is_dir():
        pytest.skip(f"sshd does not run as root without {PRIVILEGE_SEPARATION}")


def test_a_server() -> None:
    with hawser.testing.server() as server:
        with server.connect() as client:
            assert client.run("echo hello").stdout == b"hello\n"
            client.path("file").write_text("in the root")
        assert (server.root / "file").read_text() == "in the root"
        with hawser.connect(server.destination, **server.options) as client:
            assert client.run("true").ok
        assert "Accepted publickey" in server.log
        folder = server.root.parent
    assert not folder.exists()
    with pytest.raises(ConnectionRefusedError):
        server.connect(keys=[])


def test_lines_of_its_configuration() -> None:
    with hawser.testing.server("Ciphers aes256-ctr") as server, server.connect() as client:
        assert client.session.algorithms.cipher_client_to_server == "aes256-ctr"


def test_a_configuration_that_is_wrong() -> None:
    with (
        pytest.raises(hawser.testing.Unavailable, match="Nonsense"),
        hawser.testing.server("Nonsense 1"),
    ):
        pytest.fail("it started")


PAGE = Path(__file__).parents[2] / "docs" / "testing.md"


def test_the_fixture(tmp_path: Path) -> None:
    """The example of the page."""
    _, _, example = PAGE.read_text().partition("```py\n")
    (tmp_path / "test_it.py").write_text(example.partition("```")[0])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout
