"""docs/config.md says what the table of keywords says, and the table what the code does."""

import subprocess
import sys
from pathlib import Path

from hawser.config.keywords import CLAIMED
from hawser.config.kinds import By

ROOT = Path(__file__).parents[2]


def test_the_page_is_that_of_the_table() -> None:
    """If this fails: build/venv/bin/python tools/config_keywords.py"""
    check = [sys.executable, str(ROOT / "tools" / "config_keywords.py"), "--check"]
    assert subprocess.run(check, timeout=60).returncode == 0


def test_connect_heeds_what_the_table_says() -> None:
    import hawser.connecting.from_config as module

    code = Path(module.__file__).read_text().replace("_", "").lower()
    others = {
        "hostname": "host.hostname",
        "identityfile": "identityfiles",
        "certificatefile": "certificatefiles",
        "userknownhostsfile": "userknownhostsfiles",
        "globalknownhostsfile": "globalknownhostsfiles",
        "proxyjump": "host.jumps",
    }
    heeded = [row.key for row in CLAIMED if row.by is By.CONNECT]
    missing = [key for key in heeded if others.get(key, key) not in code]
    assert heeded and not missing
