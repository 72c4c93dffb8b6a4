#!/usr/bin/env python3
"""Counts the instructions of our own code in the scenarios of main.cpp, by callgrind, and compares
them with counts.json: a guard of speed that does not depend on how busy a machine is.

    python bench/icount/count.py PROGRAM             fails if one is slower than is tolerated
    python bench/icount/count.py PROGRAM --renew     writes counts.json
    python bench/icount/count.py PROGRAM --profile   prints the functions that they are in, too

Counted is what the client does between the test server's turns, in functions of the program
itself. OpenSSL's and the C library's are left out: they have other code for each processor and
version. What the compiler makes of our code differs between its versions: counts.json says whose
they are, and with another compiler nothing is compared.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

COUNTS = Path(__file__).with_name("counts.json")
TOLERANCE = 0.02  # more instructions than that are a failure; as many fewer are worth a renewal
_COLLECTED = "hawser::icount::counted*"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("--renew", action="store_true", help="write counts.json")
    parser.add_argument("--profile", action="store_true", help="the functions, too")
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("icount: skipped, for valgrind is not installed")
        return 0
    functions = count_all(options.program.resolve())
    if options.profile:
        show(functions)
    counts = {name: sum(each.values()) for name, each in functions.items()}
    if options.renew:
        stored = {"compiler": compiler_of(options.program), "counts": counts}
        COUNTS.write_text(json.dumps(stored, indent=2) + "\n")
        return 0
    stored = json.loads(COUNTS.read_text())
    if stored["compiler"] != (compiler := compiler_of(options.program)):
        print(f"icount: not compared: the counts are {stored['compiler']}'s, this is {compiler}")
        return 0
    return 1 if compare(counts, stored["counts"], options.program) else 0


def count_all(program: Path) -> dict[str, Counter[str]]:
    """scenario -> function -> instructions"""
    listed = subprocess.run([program], capture_output=True, text=True, check=True)
    names = listed.stdout.split()
    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(names, pool.map(lambda name: count(program, name), names), strict=True))


def count(program: Path, scenario: str) -> Counter[str]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind.out"
        subprocess.run(
            [
                *("valgrind", "--tool=callgrind", f"--toggle-collect={_COLLECTED}"),
                *("--compress-strings=no", "--compress-pos=no", f"--callgrind-out-file={out}"),
                *(program, scenario),
            ],
            check=True,
            stderr=subprocess.PIPE,
        )
        return own_costs(out.read_text(), str(program))


def own_costs(profile: str, program: str) -> Counter[str]:
    """The functions of the program with their own instructions, of a callgrind file (its format is
    in valgrind's manual): 'ob=' and 'fn=' say whose the lines of costs that follow are; the line
    after a 'calls=' is what was called cost, and not their own."""
    costs: Counter[str] = Counter()
    of_program = is_call = False
    function = ""
    for line in profile.splitlines():
        if line.startswith("ob="):
            of_program = line[3:] == program
        elif line.startswith("fn="):
            function = line[3:]
        elif line.startswith("calls="):
            is_call = True
        elif re.match(r"[+*\d]", line):
            if of_program and not is_call:
                costs[function] += int(line.split()[-1])
            is_call = False
    return costs


def compiler_of(program: Path) -> str:
    """As it wrote itself into the program."""
    notes = subprocess.run(
        ["readelf", "-p", ".comment", program], capture_output=True, text=True, check=True
    )
    match = re.search(r"\](?:\s+)(.*\d)", notes.stdout)
    return match[1].strip() if match else "unknown"


def compare(counts: dict[str, int], stored: dict[str, int], program: Path) -> list[str]:
    """The scenarios that are slower than tolerated."""
    slower = []
    for name, count in counts.items():
        change = count / stored[name] - 1 if name in stored else 0.0
        words = "ok"
        if change > TOLERANCE:
            words = "SLOWER"
            slower.append(name)
        elif change < -TOLERANCE:
            words = "faster: renew the counts"
        print(f"icount: {name:12} {count:>14,} {change:+8.2%}  {words}")
    if missing := counts.keys() ^ stored.keys():
        slower += sorted(missing)
        print(f"icount: in only one of the program and counts.json: {', '.join(sorted(missing))}")
    if slower:
        print(
            "icount: if that is the price of something worth it, renew the numbers and say so in "
            f"the commit: python bench/icount/count.py {program} --renew"
        )
    return slower


def show(functions: dict[str, Counter[str]]) -> None:
    for name, costs in functions.items():
        total = sum(costs.values()) or 1
        print(f"\n{name}: {total:,}")
        for function, cost in costs.most_common(12):
            print(f"  {cost / total:6.1%} {cost:>14,}  {function[:100]}")


if __name__ == "__main__":
    sys.exit(main())
