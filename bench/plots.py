"""The plots of docs/performance.md, as SVG."""

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from .contestants import OURS, OURS_IN_CPP
from .results import Cell, Results
from .rows import DISTANCES, SMALL, STREAMS, Row

_OURS_COLOUR = "#c8102e"
_COLOURS = {
    OURS: _OURS_COLOUR,
    OURS_IN_CPP: "#f08a7a",
    "OpenSSH": "#1f4e79",
    "libssh": "#2e8b57",
    "libssh2": "#7fbf7b",
    "paramiko": "#b8860b",
    "asyncssh": "#8064a2",
    "ssh2-python": "#a9d18e",
    "ssh-python": "#70ad8f",
    "curl": "#7f7f7f",
    "lftp": "#bfbfbf",
}


def draw(results: Results, folder: Path) -> None:
    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "hawser", "svg.fonttype": "none", "font.size": 9})
    folder.mkdir(parents=True, exist_ok=True)
    streams = [row for row in STREAMS if row.name in results.rows]
    small = [row for row in SMALL if row.name in results.rows and row.name in _SMALL_SHOWN]
    _bars(
        folder / "throughput.svg",
        "Throughput on the loopback, MiB/s (more is better)",
        streams,
        results,
        lambda cell: cell.rate / 2**20,
    )
    _bars(
        folder / "cpu.svg",
        "CPU of the client, s/GiB (less is better; dashes: the floor)",
        streams,
        results,
        lambda cell: cell.per_gib(cell.cpu),
        floors=results.floors,
        most=4.0,
    )
    _bars(
        folder / "small.svg",
        "Small operations, a second (more is better)",
        small,
        results,
        lambda cell: cell.rate,
        is_log=bool(small),
    )
    _lines(folder / "distance.svg", results)


_SMALL_SHOWN = ("stat", "stat_many", "open_read", "tree", "list")


def _bars(
    path: Path,
    title: str,
    rows: Sequence[Row],
    results: Results,
    of: Callable[[Cell], float],
    *,
    floors: dict[str, float] | None = None,
    most: float | None = None,
    is_log: bool = False,
) -> None:
    """A group of bars for each row. What is beyond `most` is cut off, with its number."""
    names = [
        name for name in results.contestants if any(name in results.rows[r.name] for r in rows)
    ]
    _, axes = plt.subplots(figsize=(10, 0.55 + 0.95 * len(rows)), layout="constrained")
    height = 0.84 / max(len(names), 1)
    for place, row in enumerate(rows):
        cells = results.rows[row.name]
        for turn, name in enumerate(names):
            if name not in cells:
                continue
            value = of(cells[name])
            at = place - 0.42 + (turn + 0.5) * height
            label = name if name not in axes.get_legend_handles_labels()[1] else None
            shown = value if most is None else min(value, most)
            axes.barh(at, shown, height, color=_COLOURS.get(name, "#cccccc"), label=label)
            if most is not None and value > most:
                axes.text(most, at, f" {value:.0f}", va="center", fontsize=7)
        if floors:
            _floor_line(axes, floors, row, place)
    axes.set_yticks(range(len(rows)), [row.title for row in rows])
    axes.invert_yaxis()
    axes.set_title(title)
    if is_log:
        axes.set_xscale("log")
    _finish(axes)
    _legend(axes)
    _save(path)


def _floor_line(axes: Axes, floors: dict[str, float], row: Row, place: int) -> None:
    direction = "put" if row.task.endswith("put") else "get"
    floor = floors.get(f"{direction}-{row.cipher}")
    if floor is not None:
        axes.vlines(floor, place - 0.44, place + 0.44, "black", linestyles="dashed", linewidth=1)


def _lines(path: Path, results: Results) -> None:
    """Throughput against the round trip, down and up side by side."""
    _, both = plt.subplots(1, 2, figsize=(10, 3.6), sharey=True, layout="constrained")
    for axes, task in zip(both, ("get", "put"), strict=True):
        for name in results.contestants:
            points = [
                (distance, results.rows[row][name].rate / 2**20)
                for distance in DISTANCES
                if name in results.rows.get(row := f"{task}-{distance}ms", {})
            ]
            if not points:
                continue
            width = 2.5 if name == OURS else 1.3
            axes.plot(
                *zip(*points, strict=True), "o-", ms=3, lw=width, color=_COLOURS[name], label=name
            )
        axes.set_title(f"SFTP {task}")
        axes.set_xlabel("round trip, ms (the line carries 119 MiB/s, at 0 ms there is none)")
        axes.set_yscale("log")
        _finish(axes)
    both[0].set_ylabel("MiB/s")
    _legend(both[1])
    _save(path)


def _finish(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="both", color="#e5e5e5", linewidth=0.6)
    axes.set_axisbelow(True)


def _legend(axes: Axes) -> None:
    """Beside the plot, if there is anything in it."""
    if axes.get_legend_handles_labels()[1]:
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)


def _save(path: Path) -> None:
    plt.savefig(path, metadata={"Date": None})
    plt.close()
