"""Writes docs/algorithms.md from the tables of the module that is installed:

build/venv/bin/python tools/algorithms.py          writes it
build/venv/bin/python tools/algorithms.py --check  fails if it is not what it would write
"""

import sys
from itertools import groupby
from pathlib import Path

import _ssh

PAGE = Path(__file__).parent.parent / "docs" / "algorithms.md"

HEAD = """\
# Algorithms

<!-- Made by tools/algorithms.py from the code's own tables. Change those. -->

All that there are, of each kind in the order in which they are offered. Those that are not offered
by default must be named; the legacy ones are for servers that have nothing better: see
[ssh.md](ssh.md#algorithms) for `algorithms=` and `_ssh.Legacy`, [tools.md](tools.md) for `-o`.
"""

ABOUT = {
    "KexAlgorithms": "Key exchange. The first three hold against a quantum computer, too.",
    "HostKeyAlgorithms": "How a server may prove that it holds its host key. Certificates "
    "(`-cert-v01`) are asked for only where known_hosts has an authority for the host.",
    "Ciphers": "The same for both directions. chacha20-poly1305 and AES-GCM authenticate by "
    "themselves and need no MAC.",
    "MACs": "The same for both directions. With `-etm` the MAC covers what is on the wire, and "
    "nothing is decrypted before it is authentic.",
    "Compression": "The same for both directions. `compression=True` offers zlib@openssh.com, "
    "which begins after the login.",
    "PubkeyAcceptedAlgorithms": "How a login by key may sign. Of those that a key can do, those "
    "come first that the server says it takes (RFC 8308).",
}


def page() -> str:
    parts = [HEAD]
    rows = _ssh.supported_algorithms()
    for kind, group in groupby(rows, key=lambda row: row.kind):
        parts.append(f"\n## {kind}\n\n{ABOUT[kind]}\n\n")
        parts.append("| name | by default | legacy | defined in |\n| --- | --- | --- | --- |\n")
        for row in group:
            default, legacy = ("yes" if each else "no" for each in (row.default, row.legacy))
            parts.append(f"| {row.name} | {default} | {legacy} | {row.defined_in} |\n")
    return "".join(parts)


def main() -> int:
    if "--check" in sys.argv[1:]:
        return 0 if PAGE.read_text() == page() else 1
    PAGE.write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
