#!/usr/bin/env python3
"""The rules of ARCHITECTURE.md that a compiler does not see: who may include whom, what stays out
of the floors below client/, and how long a file may grow.

    tools/check_layers.py               checks this checkout; prints file:line: message, exit code 1
    tools/check_layers.py --self-test   checks the checks on a small tree of offences
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_LINES = 449

# Bottom up: a floor may include itself and every floor before it ...
ORDER = ["base", "wire", "crypto", "keys", "transport", "auth", "connection", "session"]
ORDER += ["operations", "client"]
# ... but for these, which may include just what stands here, and which only the last two may use.
APART = {"sftp": {"base", "wire"}, "scp": {"base", "wire"}}
USERS_OF_APART = {"operations", "client"}

# Sockets, files, threads and the clock belong to client/ and above.
OUTSIDE_WORLD = {
    "barrier", "condition_variable", "csignal", "ctime", "filesystem", "fstream", "future",
    "iostream", "latch", "mutex", "semaphore", "shared_mutex", "stop_token", "thread",
    "dirent.h", "fcntl.h", "netdb.h", "poll.h", "pthread.h", "signal.h", "time.h", "unistd.h",
}  # fmt: skip
OUTSIDE_FOLDERS = ("arpa/", "net/", "netinet/", "sys/")
CLOCK = re.compile(
    r"\b(?:steady_clock|system_clock|high_resolution_clock)::now\b|\b(?:clock_gettime|gettimeofday)\b"
)
# Errors travel as Result; exceptions and run-time type questions live in the bindings only.
FORBIDDEN_WORD = re.compile(r"\b(?:throw|dynamic_cast)\b")

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"(?P<ours>[^"]+)"|<(?P<system>[^>]+)>)')
TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<number>\b\d[\w'.]*)
      | (?P<text>R"(?P<mark>[^()\s\\]*)\(.*?\)(?P=mark)"
              | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*')""",
    re.DOTALL | re.VERBOSE,
)

CODE = {".cpp", ".h", ".py", ".cmake", ".sh"}
FOLDERS = ("src", "bindings", "python", "tools", "cmake", "bench")


@dataclass(frozen=True)
class Offence:
    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--self-test", action="store_true", help="check the checks")
    if parser.parse_args().self_test:
        return self_test()
    offences = check(Path(__file__).resolve().parent.parent)
    for offence in offences:
        print(offence)
    if offences:
        print(f"check_layers: {len(offences)} offences", file=sys.stderr)
    return 1 if offences else 0


def check(root: Path) -> list[Offence]:
    """All offences under the root, in the order of the files."""
    offences: list[Offence] = []
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in CODE or not path.is_file():
                continue
            text = path.read_text(encoding="utf-8")
            relative = path.relative_to(root)
            offences += check_length(relative, text)
            if path.suffix in {".cpp", ".h"}:
                offences += check_source(relative, text)
    return offences


def check_length(path: Path, text: str) -> Iterator[Offence]:
    lines = text.splitlines()
    is_generated = any("generated" in line and "do not edit" in line for line in lines[:5])
    if len(lines) > MAX_LINES and not is_test(path) and not is_generated:
        yield Offence(path, len(lines), f"the file has more than {MAX_LINES} lines: split it")


def check_source(path: Path, text: str) -> Iterator[Offence]:
    floor = floor_of(path)
    if floor is None:
        return  # the bindings may use everything
    if floor not in ORDER and floor not in APART:
        yield Offence(path, 1, f"{floor}/ is no floor that tools/check_layers.py knows")
        return
    for number, line in enumerate(blank(text, strings=False).splitlines(), 1):
        if match := INCLUDE.match(line):
            yield from check_include(path, number, floor, match["ours"], match["system"])
    if is_test(path):
        return
    for number, line in enumerate(blank(text, strings=True).splitlines(), 1):
        if match := FORBIDDEN_WORD.search(line):
            yield Offence(path, number, f"{match[0]}: only bindings/ may say so")
        if floor != "client" and (match := CLOCK.search(line)):
            yield Offence(path, number, f"{match[0]}: only client/ reads a clock")


def check_include(
    path: Path, number: int, floor: str, ours: str | None, system: str | None
) -> Iterator[Offence]:
    if ours is not None and ours.startswith("hawser/"):
        other = ours.split("/")[1]
        if other not in allowed(floor):
            yield Offence(path, number, f"{floor}/ may not include {ours}")
    elif ours is not None and not is_test(path):
        yield Offence(path, number, f'"{ours}": headers of ours are named by floor, "hawser/..."')
    elif system is not None and floor != "client" and not is_test(path) and is_outside(system):
        yield Offence(path, number, f"<{system}>: only client/ may use the outside world")


def is_outside(header: str) -> bool:
    return header in OUTSIDE_WORLD or header.startswith(OUTSIDE_FOLDERS)


def floor_of(path: Path) -> str | None:
    """The floor that a file under src/hawser/ stands on; None for a file elsewhere."""
    parts = path.parts
    return parts[2] if parts[:2] == ("src", "hawser") and len(parts) > 3 else None


def allowed(floor: str) -> set[str]:
    if floor in APART:
        return APART[floor] | {floor}
    below = set(ORDER[: ORDER.index(floor) + 1])
    return below | set(APART) if floor in USERS_OF_APART else below


def is_test(path: Path) -> bool:
    return path.stem.endswith("_test") or not {"tests", "testing"}.isdisjoint(path.parts)


def blank(text: str, *, strings: bool) -> str:
    """The text with its comments (and its strings, if asked) blanked and its lines kept."""

    def replace(match: re.Match[str]) -> str:
        if match["comment"] is None and (match["text"] is None or not strings):
            return match[0]
        return re.sub(r"[^\n]", " ", match[0])

    return TOKEN.sub(replace, text)


def self_test() -> int:
    """Each file and the offences that it must give, as line numbers with a word of the message."""
    cases: dict[str, tuple[str, list[tuple[int, str]]]] = {
        "src/hawser/wire/good.cpp": (
            '#include "hawser/wire/a.h"\n#include "hawser/base/b.h"\n#include <chrono>\n'
            '// throw\n/* dynamic_cast\n throw */ int a = 1\'000; auto b = "throw";\n'
            'auto c = R"x(throw " )x";\n',
            [],
        ),
        "src/hawser/wire/up.h": (
            '#pragma once\n#include "hawser/crypto/a.h"\n',
            [(2, "may not include hawser/crypto/a.h")],
        ),
        "src/hawser/base/world.cpp": (
            "#include <thread>\n#include <sys/socket.h>\nauto t = steady_clock::now();\n",
            [(1, "<thread>"), (2, "<sys/socket.h>"), (3, "steady_clock::now")],
        ),
        "src/hawser/client/world.cpp": (
            '#include <thread>\n#include "hawser/sftp/a.h"\nauto t = steady_clock::now();\n',
            [],
        ),
        "src/hawser/sftp/apart.cpp": (
            '#include "hawser/base/a.h"\n#include "hawser/connection/a.h"\n',
            [(2, "may not include")],
        ),
        "src/hawser/session/apart.cpp": ('#include "hawser/scp/a.h"\n', [(1, "may not include")]),
        "src/hawser/keys/words.cpp": (
            'int f() { throw 1; }\nauto* p = dynamic_cast<A*>(q);\n#include "near.h"\n',
            [(1, "throw"), (2, "dynamic_cast"), (3, "named by floor")],
        ),
        "src/hawser/keys/words_test.cpp": (
            '#include <fstream>\n#include "support/x.h"\nint f() { throw 1; }\n',
            [],
        ),
        "src/hawser/keys/testing/words.h": ("#include <fstream>\n", []),
        "src/hawser/attic/a.h": ("", [(1, "no floor")]),
        "bindings/python/module.cpp": ('#include "hawser/client/a.h"\nvoid f() { throw 1; }\n', []),
        "src/hawser/base/long.cpp": ("\n" * 450, [(450, "more than 449")]),
        "src/hawser/base/long_test.cpp": ("\n" * 450, []),
        "src/hawser/base/table.cpp": ("// generated, do not edit\n" + "\n" * 450, []),
    }
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, (text, _) in cases.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        found = check(root)
        for name, (_, expected) in cases.items():
            of_file = sorted((o for o in found if str(o.path) == name), key=lambda o: o.line)
            is_right = len(of_file) == len(expected) and all(
                offence.line == line and word in offence.message
                for offence, (line, word) in zip(of_file, expected, strict=True)
            )
            if not is_right:
                failures += 1
                print(f"self-test: {name}: expected {expected}, found {[str(o) for o in of_file]}")
    print(f"self-test: {len(cases) - failures} of {len(cases)} files judged rightly")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
