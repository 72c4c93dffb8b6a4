"""python -m bench: see bench/README.md. bench/run.sh sets up what it needs."""

import argparse
import re
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from . import facts, machine, measure, report
from .contestants import OURS, OURS_IN_CPP, Contestant, Unavailable, contestants
from .results import Results
from .rows import FAR_TREE, GIB, LIBRARIES, MIB, SMALL, STREAMS, SWEEP, THROUGH_PYTHON, Row
from .runner import Pace, Runner, floors
from .yard import Yard

_FULL = Pace(rounds=5, most_seconds=4.0)
_QUICK = Pace(rounds=3, most_seconds=0.8, divisor=8)
_TINY = Pace(rounds=1, most_seconds=0.5, divisor=512)
_NOT_QUICK = {
    *(f"{task}-{distance}ms" for task in ("get", "put") for distance in (10, 25, 100)),
    "sessions",
}
_QUICK_WITHOUT = ("ssh2-python", "ssh-python", "curl", "lftp")


def main() -> int:
    options = _options()
    build = options.build.resolve()
    stored = build / "results.json"
    if options.report:
        _write(Results.load(stored), options)
        return 0
    measure.adopt_orphans()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: ended"))  # and leave nothing behind
    pace = _TINY if options.tiny else _QUICK if options.quick else _FULL
    pace = replace(pace, rounds=options.rounds or pace.rounds)
    results = Results(machine=machine.describe(pace))
    present = _present(contestants(build / "cmake" / "bench"), options, results)
    rows = [row for row in _rows(options) if re.search(options.only, row.name)]
    with Yard() as yard:
        runner = Runner(yard, present, pace)
        for row in rows:
            runner.run(row, results)
            results.save(stored)  # what there is, should the rest fail
        if not options.only:
            _measure_facts(build, yard, present, pace, results)
    results.save(stored)
    _write(results, options)
    return _judge(results)


def _write(results: Results, options: argparse.Namespace) -> None:
    report.write(results, options.output)
    if not options.no_plots:
        from . import plots  # takes long to import

        plots.draw(results, options.output / "performance")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="Hawser beside its peers")
    parser.add_argument("--quick", action="store_true", help="less of everything: five minutes")
    parser.add_argument("--tiny", action="store_true", help="only whether it works: seconds")
    parser.add_argument("--rounds", type=int, metavar="N", help="of which the median counts (5)")
    parser.add_argument("--only", default="", metavar="REGEX", help="rows whose name has this")
    parser.add_argument("--with", dest="names", default="", metavar="A,B", help="only these")
    parser.add_argument("--no-plots", action="store_true", help="the tables alone")
    parser.add_argument("--report", action="store_true", help="write the pages anew, run nothing")
    parser.add_argument("--build", type=Path, default=Path("build/bench"), help="what was built")
    parser.add_argument("--output", type=Path, default=Path("docs"), help="where the page goes")
    return parser.parse_args()


def _present(
    everybody: Sequence[Contestant], options: argparse.Namespace, results: Results
) -> list[Contestant]:
    """Those who take part; who cannot is noted with the reason."""
    named = options.names.split(",") if options.names else [who.name for who in everybody]
    if options.quick:
        named = [name for name in named if name not in _QUICK_WITHOUT]
    present = []
    for contestant in everybody:
        if contestant.name not in named:
            continue
        try:
            version = contestant.version()
        except Unavailable as why:
            results.note_failure("all", contestant.name, str(why))
            print(f"going on without {why}", file=sys.stderr)
            continue
        facts_of = {"version": version, "settings": contestant.settings}
        results.contestants[contestant.name] = facts_of
        present.append(contestant)
    return present


def _rows(options: argparse.Namespace) -> list[Row]:
    rows = [*STREAMS, *THROUGH_PYTHON, *SWEEP, FAR_TREE, *SMALL]
    if options.quick or options.tiny:
        return [row for row in rows if row.name not in _NOT_QUICK]
    return rows


def _measure_facts(
    build: Path, yard: Yard, present: Sequence[Contestant], pace: Pace, results: Results
) -> None:
    """What is no row: one number for each contestant."""
    libraries = [who for who in present if who.name in (*LIBRARIES, OURS_IN_CPP)]
    results.floors = floors(
        build / "cmake" / "bench" / "bench_floor", pace.rounds, GIB // pace.divisor
    )
    facts.system_calls(yard, libraries, results, max(GIB // pace.divisor // 4, 8 * MIB))
    facts.round_trips(yard, libraries, results)
    facts.memory(yard, libraries, results)
    facts.imports(pace.rounds, results)
    facts.sizes(build / "cmake", results)
    facts.micro(build / "cmake" / "bench" / "bench_micro", 0.5 / pace.divisor, results)


def _judge(results: Results) -> int:
    """A peer that fails is a note in the report; we may not."""
    ours = [
        f"{row}: {why}"
        for row, failures in results.failures.items()
        for name, why in failures.items()
        if name in (OURS, OURS_IN_CPP)
    ]
    for line in ours:
        print(f"bench: failed: {line}", file=sys.stderr)
    return 1 if ours else 0


if __name__ == "__main__":
    sys.exit(main())
