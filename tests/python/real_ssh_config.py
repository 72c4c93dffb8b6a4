"""What the machine's own `ssh -G` says about a configuration, and what we say, to be compared."""

import functools
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from hawser.config import ConfigError, SSHConfig
from hawser.config.algorithms import LISTS, Supply
from hawser.config.keywords import CLAIMED

Values = dict[str, tuple[str, ...]]

needs_ssh = pytest.mark.skipif(not shutil.which("ssh"), reason="there is no ssh")

_CLAIMED = {each.key for each in CLAIMED} | {"host"}
_QUERIES = {
    "ciphers": "cipher",
    "macs": "mac",
    "kexalgorithms": "kex",
    "hostkeyalgorithms": "HostKeyAlgorithms",
    "pubkeyacceptedalgorithms": "PubkeyAcceptedAlgorithms",
    "casignaturealgorithms": "HostKeyAlgorithms",
}


def agree_on(path: Path, text: str, host: str, *arguments: str) -> Values | None:
    """What both say about the text, which is written to the path; None if both refuse it."""
    path.write_bytes(text.encode())
    theirs, ours = ssh_says(path, host, *arguments), we_say(path, host, *arguments)
    where = f"ssh {' '.join(arguments)} {host}\n{text}\n"
    if theirs is None or isinstance(ours, str):
        assert theirs is None, f"{where}we refuse it: {ours}"
        assert isinstance(ours, str), f"{where}ssh refuses it"
        return None
    differing = {key for key in {*theirs, *ours} if theirs.get(key) != ours.get(key)}
    pairs = {key: (theirs.get(key), ours.get(key)) for key in differing}
    assert not pairs, f"{where}(ssh's, ours): {pairs}"
    return ours


def ssh_says(config: Path | str, host: str, *arguments: str) -> Values | None:
    """The claimed keywords' values; None if ssh refuses the configuration."""
    command = ["ssh", "-G", "-F", str(config), *arguments, "--", host]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
    if run.returncode:
        return None
    return _comparable(run.stdout.decode("utf-8", "surrogateescape").split("\n"))


def we_say(config: Path, host: str, *arguments: str) -> Values | str:
    """As `ssh_says`, of the arguments -l, -p and -o; what is wrong if we refuse."""
    pairs = list(zip(arguments[::2], arguments[1::2], strict=True))
    given = dict(pairs)
    try:
        found = SSHConfig.from_path(config, supplies=ssh_supplies()).lookup(
            host,
            user=given.get("-l"),
            port=int(given["-p"]) if "-p" in given else None,
            options=dict(value.split("=", 1) for flag, value in pairs if flag == "-o"),
        )
    except ConfigError as error:
        return str(error)
    return _comparable(found.lines())


@functools.cache
def ssh_supplies() -> dict[str, Supply]:
    """The algorithms that the machine's ssh has, so that its lists and ours begin alike."""
    defaults = ssh_says("none", "x")
    assert defaults is not None
    supplies = {}
    for kind in LISTS:
        run = subprocess.run(["ssh", "-Q", _QUERIES[kind]], capture_output=True, check=True)
        names = tuple(run.stdout.decode().split())
        if kind == "casignaturealgorithms":
            names = tuple(name for name in names if "-cert-" not in name)
        supplies[kind] = Supply(names, tuple(defaults[kind][0].split(",")))
    return supplies


def _comparable(lines: Iterable[str]) -> Values:
    """By keyword, without what the two may write differently.

    Where the files are read twice, ssh keeps the names of SendEnv twice. It also lists every
    forwarding to a unix socket as a DynamicForward.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        keyword, _, value = line.partition(" ")
        if keyword.lower() in _CLAIMED:
            found[keyword.lower()].append(value)
    found["sendenv"] = list(dict.fromkeys(found["sendenv"]))
    phantoms = {each.rpartition(" ")[0] for each in found["localforward"] if _to_socket(each)}
    found["dynamicforward"] = [each for each in found["dynamicforward"] if each not in phantoms]
    return {keyword: tuple(values) for keyword, values in found.items() if values}


def _to_socket(forward: str) -> bool:
    return not forward.rpartition(" ")[2].startswith("[")
