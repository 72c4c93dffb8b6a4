"""`hawser.config` agrees with `ssh -G`, keyword by keyword, for configurations from seeds."""

import itertools
import os
from pathlib import Path

import pytest

import config_samples
from hawser.config.unclaimed import ALIASES
from real_ssh_config import agree_on, needs_ssh

pytestmark = needs_ssh

SAMPLES = 400
GROUPS = 8
DAMAGED = 120
INCLUDING = 160


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for everybody, for both of the programs."""
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.setenv("SHELL", "/bin/sh")
    monkeypatch.setenv("HOME", os.path.expanduser("~"))  # noqa: PTH111


@pytest.mark.parametrize("group", range(GROUPS))
def test_samples(group: int, tmp_path: Path) -> None:
    path = tmp_path / "config"
    refused = 0
    for seed in range(group, SAMPLES, GROUPS):
        text, host, arguments = config_samples.sample(seed)
        refused += agree_on(path, text, host, *arguments) is None
    assert refused < SAMPLES / GROUPS / 4, "too many samples are refused to be worth much"


@pytest.mark.parametrize("group", range(4))
def test_includes(group: int, tmp_path: Path) -> None:
    refused = 0
    for seed in range(group, INCLUDING, 4):
        files, host, arguments = config_samples.including(seed, str(tmp_path))
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        refused += agree_on(tmp_path / "config", files["config"], host, *arguments) is None
    assert refused < INCLUDING / 8, "too many samples are refused to be worth much"


def test_damaged_lines(tmp_path: Path) -> None:
    path = tmp_path / "config"
    refused = 0
    for seed in range(DAMAGED):
        refused += agree_on(path, config_samples.damaged(seed), "web1") is None
    assert DAMAGED / 4 < refused < DAMAGED * 3 / 4, "half of them should be of either sort"


def test_each_value(tmp_path: Path) -> None:
    """Of each keyword one in a file, so that none hides behind one that came first."""
    hiding = ("ClearAllForwardings", "ProxyCommand", *ALIASES)
    path = tmp_path / "config"
    for keyword in hiding:
        for value in config_samples.VALUES.get(keyword, ()):
            assert agree_on(path, f"{keyword} {value}\n", "web1"), f"{keyword} {value} is refused"
    rows = [
        [f"{keyword} {value}" for value in values]
        for keyword, values in config_samples.VALUES.items()
        if keyword not in hiding
    ]
    for lines in itertools.zip_longest(*rows, fillvalue=""):
        assert agree_on(path, "\n".join(lines), "web1"), f"{lines} are refused"
