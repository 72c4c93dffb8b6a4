"""What the machine's own `ssh -G` says about a configuration, in a form to compare with ours."""

import functools
import subprocess
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from hawser.config.algorithms import LISTS, Supply
from hawser.config.keywords import CLAIMED

Values = dict[str, tuple[str, ...]]

_CLAIMED = {each.key for each in CLAIMED} | {"host"}
_QUERIES = {
    "ciphers": "cipher",
    "macs": "mac",
    "kexalgorithms": "kex",
    "hostkeyalgorithms": "HostKeyAlgorithms",
    "pubkeyacceptedalgorithms": "PubkeyAcceptedAlgorithms",
    "casignaturealgorithms": "HostKeyAlgorithms",
}


def ssh_says(config: Path | str, host: str, *arguments: str) -> Values | None:
    """The claimed keywords' values; None if ssh refuses the configuration."""
    command = ["ssh", "-G", "-F", str(config), *arguments, host]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
    if run.returncode:
        return None
    return comparable(run.stdout.decode("utf-8", "surrogateescape").splitlines())


def comparable(lines: Sequence[str]) -> Values:
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
