"""How many hostile cases were played, at the end."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from playing import played


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.section("hostile cases")
    groups = ", ".join(f"{group} {count}" for group, count in sorted(played.items()))
    terminalreporter.line(f"{played.total()} in all: {groups}")
