"""The tests that SECURITY.md and docs/security-tests.md name are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security-tests.md"
PROMISES = ROOT / "SECURITY.md"

NAMED = re.compile(r"`((?:src|tests)/[\w./-]+?)(?:::(\w+))?`")


def named_in(page: Path) -> list[tuple[str, str]]:
    return NAMED.findall(page.read_text())


@pytest.mark.parametrize("page", [PAGE, PROMISES], ids=lambda page: page.name)
def test_every_test_that_is_named_is_there(page: Path) -> None:
    named = named_in(page)
    assert len(named) > 50
    missing = [f"{file}::{name}" for file, name in named if not is_there(ROOT / file, name)]
    assert missing == []


def is_there(file: Path, name: str) -> bool:
    if not name or not file.exists():
        return file.exists()
    pattern = rf"^def {name}\(" if file.suffix == ".py" else rf"^TEST(_[FP])?\(\w+, {name}\)"
    return re.search(pattern, file.read_text(), re.MULTILINE) is not None


def test_every_vulnerability_stands_once() -> None:
    ids = re.findall(r"CVE-\d{4}-\d+", PAGE.read_text())
    assert len(ids) > 150
    assert len(ids) == len(set(ids))


def test_every_promise_names_its_test() -> None:
    enforced = PROMISES.read_text().split("## What is enforced today")[1].split("\n## ")[0]
    lines = enforced.splitlines()
    rows = [
        line
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
        if line.startswith("| ") and "| --- |" not in line + following  # no heads of tables
    ]
    assert len(rows) >= 40
    shown = ("`tools/", "[the table below](#")
    assert [row for row in rows if not NAMED.search(row) and not any(s in row for s in shown)] == []
