"""The harness of bench/, on sizes that take no time: us beside OpenSSH."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_ROWS = ("get-gcm", "stat", "tree")


@pytest.mark.skipif(shutil.which("sshd", path="/usr/sbin") is None, reason="no OpenSSH server")
def test_harness(tmp_path: Path) -> None:
    """Runs some rows, and writes what it measured and the page with its tables."""
    folders = [str(_ROOT), str(_ROOT / "tests" / "python")]
    command = [sys.executable, "-m", "bench", "--tiny", "--with", "Hawser,OpenSSH"]
    command += ["--only", f"^({'|'.join(_ROWS)})$", "--no-plots"]
    command += ["--build", str(tmp_path), "--output", str(tmp_path / "docs")]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)},
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr

    rows = json.loads((tmp_path / "results.json").read_text())["rows"]
    assert set(rows) == set(_ROWS)
    for name, cells in rows.items():
        both = {"Hawser"} if name == "stat" else {"Hawser", "OpenSSH"}
        assert set(cells) == both
        assert all(cell["amount"] > 0 and len(cell["samples"]) == 1 for cell in cells.values())

    page = (tmp_path / "docs" / "performance.md").read_text()
    assert "{{" not in page
    assert "| SFTP get, aes256-gcm | - |" in page


def test_counts_find_a_regression(tmp_path: Path) -> None:
    """bench/icount/count.py reads callgrind's files rightly, and judges what it reads."""
    code = """
import sys
sys.path.insert(0, "bench/icount")
import count
profile = '''
ob=/bin/ours
fn=hot
1 100
+1 20
cob=/lib/libc.so
cfn=memcpy
calls=3 0
1 7000
* 5
ob=/lib/libc.so
fn=memcpy
1 7000
ob=/bin/ours
fn=cold
9 1
'''
costs = count.own_costs(profile, "/bin/ours")
assert costs == {"hot": 125, "cold": 1}, costs
stored = {"send": 1000, "receive": 1000}
judge = lambda **counts: count.compare(counts, stored, "PROGRAM")
assert judge(send=1019, receive=500) == []
assert judge(send=1021, receive=1000) == ["send"]
assert judge(send=1000) == ["receive"]
"""
    subprocess.run([sys.executable, "-c", code], cwd=_ROOT, check=True)
