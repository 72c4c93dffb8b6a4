"""How much of the floors below client/ the C++ tests run: lines and branches, by clang.

    tools/setup.sh --fuzz && python3 tools/coverage.py [--show] [FLOOR...]

Prints a table of the floors; with --show, also every line that no test runs. For floors that are
named only the tests beside their files count. A branch is one of the two ways at a condition, that
of HAWSER_TRY (which is "no error" nearly always) among them.

Lines are counted here, not by llvm-cov: clang puts a gap behind the `return` in HAWSER_TRY, and
llvm-cov then takes the line after each for one that never runs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "coverage"
PROFILE = BUILD / "tests.profdata"
FLOORS = [
    "base",
    "wire",
    "crypto",
    "keys",
    "transport",
    "auth",
    "connection",
    "session",
    "sftp",
    "scp",
    "operations",
]
UNIT_TESTS = [f for f in FLOORS if f != "session"]
OTHER_TESTS = ["scenario", "driven", "striping", "recorded", "memory", "fuzz"]


NAMED = [name for name in sys.argv[1:] if name in FLOORS]


def main() -> None:
    programs = build()
    run(programs)
    objects = [f"-object={program}" for program in programs[1:]]
    export = [
        "llvm-cov-19",
        "export",
        "-skip-functions",
        f"-instr-profile={PROFILE}",
        str(programs[0]),
        *objects,
    ]
    data = json.loads(subprocess.run(export, check=True, capture_output=True, cwd=ROOT).stdout)
    show_table(data["data"][0]["files"])
    if "--show" in sys.argv[1:]:
        show_missing(data["data"][0]["files"])


def build() -> list[Path]:
    units = NAMED or UNIT_TESTS
    others = [] if NAMED else OTHER_TESTS
    targets = [f"hawser_{name}_test" for name in [*units, *others]]
    if not (BUILD / "build.ninja").exists():
        subprocess.run(["cmake", "--preset", "coverage"], check=True, cwd=ROOT)
    command = ["cmake", "--build", "--preset", "coverage", "--target", *targets]
    subprocess.run(command, check=True, cwd=ROOT)
    folder = {"fuzz": BUILD / "tests" / "fuzz"}
    return [
        *(BUILD / "src" / "hawser" / f"hawser_{name}_test" for name in units),
        *(folder.get(name, BUILD / "tests") / f"hawser_{name}_test" for name in others),
    ]


def run(programs: list[Path]) -> None:
    raw = []
    for program in programs:
        profile = BUILD / f"{program.name}.profraw"
        environment = {**os.environ, "LLVM_PROFILE_FILE": str(profile)}
        subprocess.run(
            [program, "--gtest_brief=1"], check=True, env=environment, stdout=subprocess.DEVNULL
        )
        raw.append(str(profile))
    subprocess.run(["llvm-profdata-19", "merge", "-sparse", *raw, "-o", str(PROFILE)], check=True)


def floor_of(name: str) -> str | None:
    """The floor of a file that is no test's."""
    path = Path(name)
    if not path.is_relative_to(ROOT / "src" / "hawser"):
        return None
    if path.stem.endswith("_test") or "testing" in path.parts:
        return None
    floor = path.relative_to(ROOT / "src" / "hawser").parts[0]
    return floor if floor in FLOORS else None


def show_table(files: list[dict[str, Any]]) -> None:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for file in files:
        floor = floor_of(file["filename"])
        if floor is None:
            continue
        lines, branches = line_counts(file["segments"]), file["summary"]["branches"]
        run_lines = sum(count > 0 for count in lines.values())
        for name in (floor, "all"):
            counts = (run_lines, len(lines), branches["covered"], branches["count"])
            sums[name] = [a + b for a, b in zip(sums[name], counts, strict=True)]
    print("| floor | lines | branches |\n| --- | --- | --- |")
    for name in [*FLOORS, "all"]:
        line, all_lines, branch, all_branches = sums[name]
        print(f"| {name} | {share(line, all_lines)} | {share(branch, all_branches)} |")


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} % of {whole}" if whole else "-"


def line_counts(segments: list[list[Any]]) -> dict[int, int]:
    """Line of code -> how often it ran. A segment is where a count begins to hold: line, column,
    count, whether it has one, whether a region begins there, whether it is a gap."""
    by_line: dict[int, list[list[Any]]] = defaultdict(list)
    for segment in segments:
        by_line[segment[0]].append(segment)
    counts: dict[int, int] = {}
    held: list[Any] | None = None  # from the lines before
    for line in range(min(by_line, default=0), max(by_line, default=-1) + 1):
        here = by_line.get(line, [])
        begun = [each[2] for each in here if each[3] and each[4] and not each[5]]
        resumed = [each[2] for each in here if each[3] and not each[4] and not each[5]]
        if held is not None and held[3] and not held[5]:
            counts[line] = max([held[2], *begun])
        elif begun:
            counts[line] = max(begun)
        elif resumed and held is not None and held[5]:
            counts[line] = resumed[0]
        held = here[-1] if here else held
    return counts


def show_missing(files: list[dict[str, Any]]) -> None:
    for file in files:
        if floor_of(file["filename"]) is None:
            continue
        path = Path(file["filename"])
        text = path.read_text(encoding="utf-8").splitlines()
        for number, count in line_counts(file["segments"]).items():
            if count == 0:
                print(f"{path.relative_to(ROOT)}:{number}: {text[number - 1]}")
        for branch in file["branches"]:
            if 0 in branch[4:6]:
                way = "true" if branch[4] == 0 else "false"
                print(f"{path.relative_to(ROOT)}:{branch[0]}: never {way}: {text[branch[0] - 1]}")


if __name__ == "__main__":
    main()
