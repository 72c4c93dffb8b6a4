"""Writes docs/performance.md from results: the text is bench/performance.md.in, in
which {{name}} stands for a table that is made here."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from .contestants import OURS, OURS_IN_CPP
from .goals import goals, number
from .results import Cell, Results
from .rows import DISTANCES, IN_CPP, SMALL, STREAMS, THROUGH_PYTHON, Row, Unit

_TEMPLATE = Path(__file__).with_name("performance.md.in")


def write(results: Results, folder: Path) -> None:
    tables: dict[str, Callable[[Results], str]] = {
        "machine": _machine,
        "contestants": _contestants,
        "goals": _goals,
        "cpu": lambda found: _streams(found, lambda cell: cell.per_gib(cell.cpu), True),
        "wall": lambda found: _streams(found, lambda cell: cell.per_gib(cell.seconds), False),
        "server": lambda found: _streams(found, lambda cell: cell.per_gib(cell.server_cpu), False),
        "python": _through_python,
        "distance": _distance,
        "small": _small,
        "facts": _facts,
        "micro": _micro,
        "failures": _failures,
    }
    text = re.sub(r"\{\{(\w+)\}\}", lambda match: tables[match[1]](results), _TEMPLATE.read_text())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "performance.md").write_text(text)


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    if not lines:
        return "Not measured in this run."
    rows = [head, ["---"] + ["--:"] * (len(head) - 1), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _cell_words(cell: Cell | None, of: Callable[[Cell], float]) -> str:
    return "-" if cell is None else number(of(cell))


def _present(results: Results, rows: Sequence[Row]) -> list[str]:
    """Who took part in any of the rows, in the order of the contestants."""
    took_part = {name for row in rows for name in results.rows.get(row.name, {})}
    return [name for name in results.contestants if name in took_part]


# ---- tables --------------------------------------------------------------------------------------


def _machine(results: Results) -> str:
    return "\n".join(f"- {what}: {value}" for what, value in results.machine.items())


def _contestants(results: Results) -> str:
    lines = [[name, who["version"], who["settings"]] for name, who in results.contestants.items()]
    head, rule = "| contestant | version | how it was set |", "| --- | --- | --- |"
    return "\n".join([head, rule, *("| " + " | ".join(line) + " |" for line in lines)])


def _goals(results: Results) -> str:
    """Those that are missed first, the farthest on top."""
    found = goals(results)
    lines = [
        [
            goal.what,
            number(goal.ours),
            number(goal.limit),
            goal.rule,
            goal.best,
            "met" if goal.is_met else f"**{goal.missing:.0%} off**",
        ]
        for goal in sorted(found, key=lambda goal: -goal.missing)
    ]
    met = sum(goal.is_met for goal in found)
    table = _table(["goal", "ours", "limit", "by the rule", "best peer", ""], lines)
    return f"{met} of {len(found)} are met.\n\n{table}"


def _streams(results: Results, of: Callable[[Cell], float], has_floor: bool) -> str:
    names = _present(results, STREAMS)
    lines = []
    for row in STREAMS:
        cells = results.rows.get(row.name)
        if cells is None:
            continue
        line = [row.title, *(_cell_words(cells.get(name), of) for name in names)]
        if has_floor:
            line.insert(1, number(floor) if (floor := _floor(results, row)) else "-")
        lines.append(line)
    return _table(["", *(["floor"] if has_floor else []), *names], lines)


def _floor(results: Results, row: Row) -> float | None:
    direction = "put" if row.task.endswith("put") else "get"
    return results.floors.get(f"{direction}-{row.cipher}")


def _through_python(results: Results) -> str:
    lines = []
    for row in (*STREAMS, *THROUGH_PYTHON):
        cells = results.rows.get(row.name, {})
        if row.cipher != "gcm" or row.task not in IN_CPP or OURS not in cells:
            continue
        native = results.rows.get(f"{IN_CPP[row.task]}-{row.cipher}", {})
        pair = (cells[OURS], native.get(OURS_IN_CPP))
        lines.append([row.title, *(_cell_words(cell, lambda c: c.per_gib(c.cpu)) for cell in pair)])
    return _table(["", OURS, OURS_IN_CPP], lines)


def _distance(results: Results) -> str:
    lines = []
    for task in ("get", "put"):
        for distance in DISTANCES:
            cells = results.rows.get(f"{task}-{distance}ms")
            if cells is not None:
                lines.append([f"{task}, {distance} ms", *_rates(results, cells, 2**20)])
    if "tree-50ms" in results.rows:
        cells = results.rows["tree-50ms"]
        lines.append(["tree of 1 KiB files, 50 ms: files/s", *_rates(results, cells, 1)])
    return _table(["MiB/s", *_far_names(results)], lines)


def _far_names(results: Results) -> list[str]:
    took_part = {
        name for row, cells in results.rows.items() if row.endswith("ms") for name in cells
    }
    return [name for name in results.contestants if name in took_part]


def _rates(results: Results, cells: dict[str, Cell], unit: float) -> list[str]:
    return [
        _cell_words(cells.get(name), lambda cell: cell.rate / unit) for name in _far_names(results)
    ]


def _small(results: Results) -> str:
    names = _present(results, SMALL)
    lines = []
    for row in SMALL:
        cells = results.rows.get(row.name)
        if cells is None:
            continue
        for words, of in _small_figures(row):
            lines.append(
                [f"{row.title}: {words}", *(_cell_words(cells.get(name), of) for name in names)]
            )
    return _table(["", *names], lines)


def _small_figures(row: Row) -> list[tuple[str, Callable[[Cell], float]]]:
    match row.task:
        case "login":
            return [
                ("ms", lambda cell: cell.seconds / cell.amount * 1000),
                ("ms of CPU", lambda cell: cell.cpu / cell.amount * 1000),
            ]
        case "sessions":
            return [("CPU s", lambda cell: cell.cpu), ("peak MiB", lambda cell: cell.peak_mib)]
        case "channels":
            return [("s", lambda cell: cell.seconds), ("CPU s", lambda cell: cell.cpu)]
        case _:
            what = "files/s" if row.unit is Unit.FILES else "per s"
            return [(what, lambda cell: cell.rate)]


_FACTS = {
    "system calls, get": "system calls per GiB, SFTP get",
    "system calls, put": "system calls per GiB, SFTP put",
    "round trips": "round trips to connect, log in, run `true`, close",
    "idle MiB": "private memory of a process with an idle session, MiB",
    "further session MiB": "of each further session, MiB",
    "import ms": "start, import and exit of the interpreter, ms",
    "import of the package ms": "the same for `import hawser`",
    "library KiB": "stripped library, KiB",
    "engine KiB": "the floors up to the session alone, KiB",
}


def _facts(results: Results) -> str:
    names: list[str] = []
    for values in results.facts.values():
        names += [name for name in values if name not in names]
    lines = []
    for fact, title in _FACTS.items():
        values = results.facts.get(fact, {})
        if values:
            lines.append(
                [title, *(number(values[name]) if name in values else "-" for name in names)]
            )
    return _table(["", *names], lines)


def _micro(results: Results) -> str:
    return _table(
        ["", "GiB/s"], [[f"`{name}`", number(speed)] for name, speed in results.micro.items()]
    )


def _failures(results: Results) -> str:
    lines = [
        f"- {name}, {row}: {why}"
        for row, failures in results.failures.items()
        for name, why in failures.items()
    ]
    return "\n".join(lines) or "- nobody"
