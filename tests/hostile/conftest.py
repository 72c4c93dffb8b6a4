"""How many hostile cases were played, at the end; and one honest server."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from playing import played
from servers import Keys, OpenSSHServer, Unavailable


@pytest.fixture(scope="session")
def openssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSSHServer]:
    try:
        server = OpenSSHServer(Keys(tmp_path_factory.mktemp("keys")))
    except Unavailable as reason:
        pytest.skip(str(reason))
    with server:
        yield server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.section("hostile cases")
    groups = ", ".join(f"{group} {count}" for group, count in sorted(played.items()))
    terminalreporter.line(f"{played.total()} in all: {groups}")
