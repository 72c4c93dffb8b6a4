"""`hawser.config` agrees with `ssh -G`, keyword by keyword, for configurations from seeds."""

from pathlib import Path

import pytest

import config_samples
from real_ssh_config import agree_on, needs_ssh

pytestmark = needs_ssh

SAMPLES = 400
GROUPS = 8
DAMAGED = 160


@pytest.mark.parametrize("group", range(GROUPS))
def test_samples(group: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.setenv("SHELL", "/bin/sh")
    path = tmp_path / "config"
    refused = 0
    for seed in range(group, SAMPLES, GROUPS):
        text, host, arguments = config_samples.sample(seed)
        refused += agree_on(path, text, host, *arguments) is None
    assert refused < SAMPLES / GROUPS / 4, "too many samples are refused to be worth much"


def test_damaged_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.setenv("SHELL", "/bin/sh")
    path = tmp_path / "config"
    refused = 0
    for seed in range(DAMAGED):
        refused += agree_on(path, config_samples.damaged(seed), "web1") is None
    assert DAMAGED / 4 < refused < DAMAGED * 3 / 4, "half of them should be of either sort"


def test_each_value_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that none hides behind one that came first."""
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    path = tmp_path / "config"
    for keyword, values in config_samples.VALUES.items():
        for value in values:
            assert agree_on(path, f"{keyword} {value}\n", "web1"), f"{keyword} {value} is refused"
