"""`hawser.config` agrees with `ssh -G`, keyword by keyword, for configurations from seeds."""

import shutil
from pathlib import Path

import pytest

import config_samples
from hawser.config import ConfigError, SSHConfig
from real_ssh_config import Values, comparable, ssh_says, ssh_supplies

pytestmark = pytest.mark.skipif(not shutil.which("ssh"), reason="there is no ssh")

SAMPLES = 400
GROUPS = 8


def we_say(path: Path, host: str, arguments: list[str]) -> Values | str:
    """As `ssh_says`; a text if we refuse."""
    pairs = list(zip(arguments[::2], arguments[1::2], strict=True))
    options = dict(value.split("=", 1) for flag, value in pairs if flag == "-o")
    given = dict(pairs)
    try:
        found = SSHConfig.from_path(path, supplies=ssh_supplies()).lookup(
            host,
            user=given.get("-l"),
            port=int(given["-p"]) if "-p" in given else None,
            options=options,
        )
    except ConfigError as error:
        return str(error)
    return comparable(list(found.lines()))


@pytest.mark.parametrize("group", range(GROUPS))
def test_samples(group: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    refused = 0
    for seed in range(group, SAMPLES, GROUPS):
        text, host, arguments = config_samples.sample(seed)
        path = tmp_path / f"config{seed}"
        path.write_text(text, newline="")
        theirs = ssh_says(path, host, *arguments)
        ours = we_say(path, host, arguments)
        where = f"seed {seed}: ssh {' '.join(arguments)} {host}\n{text}\n"
        if theirs is None or isinstance(ours, str):
            refused += 1
            assert theirs is None and isinstance(ours, str), f"{where}{theirs and ours}"
            continue
        differing = {key for key in {*theirs, *ours} if theirs.get(key) != ours.get(key)}
        pairs = {key: (theirs.get(key), ours.get(key)) for key in differing}
        assert not pairs, f"{where}{pairs}"
    assert refused < SAMPLES / GROUPS / 3, "too many samples are refused to be worth much"
