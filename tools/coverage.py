"""How much of the floors below client/ the C++ tests run: lines and branches, by clang.

    tools/setup.sh --fuzz && python3 tools/coverage.py [--show] [FLOOR...]

Prints a table of the floors; with --show, also every line that no test runs. For floors that are
named only the tests beside their files count. A branch is one of the two ways at a condition, that
of HAWSER_TRY (which is "no error" nearly always) among them.
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
OTHER_TESTS = ["scenario", "striping", "recorded", "memory", "fuzz"]


NAMED = [name for name in sys.argv[1:] if name in FLOORS]


def main() -> None:
    programs = build()
    run(programs)
    objects = [f"-object={program}" for program in programs[1:]]
    export = [
        "llvm-cov-19",
        "export",
        "-summary-only",
        f"-instr-profile={PROFILE}",
        str(programs[0]),
        *objects,
    ]
    data = json.loads(subprocess.run(export, check=True, capture_output=True, cwd=ROOT).stdout)
    show_table(data["data"][0]["files"])
    if "--show" in sys.argv[1:]:
        show_missing(data["data"][0]["files"], programs[0], objects)


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
        lines, branches = file["summary"]["lines"], file["summary"]["branches"]
        for name in (floor, "all"):
            counts = (lines["covered"], lines["count"], branches["covered"], branches["count"])
            sums[name] = [a + b for a, b in zip(sums[name], counts, strict=True)]
    print("| floor | lines | branches |\n| --- | --- | --- |")
    for name in [*FLOORS, "all"]:
        line, all_lines, branch, all_branches = sums[name]
        print(f"| {name} | {share(line, all_lines)} | {share(branch, all_branches)} |")


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} % of {whole}" if whole else "-"


def show_missing(files: list[dict[str, Any]], program: Path, objects: list[str]) -> None:
    names = [file["filename"] for file in files if floor_of(file["filename"]) is not None]
    show = ["llvm-cov-19", "show", f"-instr-profile={PROFILE}", str(program), *objects, *names]
    text = subprocess.run(show, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    name = ""
    for line in text.splitlines():
        if line.endswith(":") and line.startswith("/"):
            name = os.path.relpath(line[:-1], ROOT)
        number, _, rest = line.partition("|")
        count, _, source = rest.partition("|")
        if count.strip() == "0" and number.strip().isdigit():
            print(f"{name}:{number.strip()}: {source}")


if __name__ == "__main__":
    main()
