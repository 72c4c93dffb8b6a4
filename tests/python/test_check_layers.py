"""tools/check_layers.py fails when a floor looks up, and not otherwise."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def check(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    script = root / "tools" / "check_layers.py"
    return subprocess.run(
        [sys.executable, str(script), *arguments], capture_output=True, text=True, check=False
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project with one file on the floor wire/."""
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "check_layers.py", tmp_path / "tools")
    (tmp_path / "src" / "hawser" / "wire").mkdir(parents=True)
    return tmp_path


def test_its_own_cases() -> None:
    judged = check(ROOT, "--self-test")
    assert judged.returncode == 0, judged.stdout


@pytest.mark.parametrize(
    ("line", "is_fine"),
    [
        ('#include "hawser/base/bytes.h"', True),
        ('#include "hawser/transport/transport.h"', False),
        ("#include <mutex>", False),
        ("void f() { throw 1; }", False),
    ],
)
def test_a_line_on_the_floor_wire(tree: Path, line: str, is_fine: bool) -> None:
    (tree / "src" / "hawser" / "wire" / "reader.cpp").write_text(f"// A reader.\n{line}\n")
    judged = check(tree)
    assert judged.returncode == (0 if is_fine else 1)
    assert ("src/hawser/wire/reader.cpp:2:" in judged.stdout) == (not is_fine)
