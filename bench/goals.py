"""The goals, and where each stands by a run's results."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .contestants import OURS, OURS_IN_CPP
from .results import Cell, Results
from .rows import IN_CPP, STREAMS

Values = dict[str, float]
"""contestant -> value"""


@dataclass(frozen=True)
class Goal:
    what: str
    ours: float
    limit: float
    """What `ours` has to reach."""
    rule: str
    """The limit in words."""
    is_more_better: bool
    best: str
    """The best peer and its value, in words."""

    @property
    def is_met(self) -> bool:
        return self.ours >= self.limit if self.is_more_better else self.ours <= self.limit

    @property
    def missing(self) -> float:
        """How far it is, as a part of the limit; 0 if it is met."""
        if self.is_met:
            return 0.0
        limit = max(self.limit, 1e-9)  # what took no time, in a tiny run
        return 1 - self.ours / limit if self.is_more_better else self.ours / limit - 1


def goals(results: Results) -> list[Goal]:
    """Those whose rows were measured."""
    made = [
        *_streams(results),
        *_through_python(results),
        *_system_calls(results),
        *_far(results),
        *_small(results),
        *_sizes(results),
    ]
    return [goal for goal in made if goal is not None]


# ---- streams -------------------------------------------------------------------------------------

# row: CPU s/GiB at most, and at most so much of the best peer's; wall at most so much of the best's
_STREAM_LIMITS = {
    "get-gcm": (0.50, 0.55, 0.9),
    "put-gcm": (0.50, 0.60, 0.9),
    "get-chacha": (0.60, 0.60, 0.9),
    "put-chacha": (0.58, 0.70, 0.9),
    "get-ctr": (1.08, 0.80, 1.0),
    "put-ctr": (1.00, 0.80, 1.0),
    "scp_get-gcm": (0.45, 0.65, 1.0),
    "scp_put-gcm": (0.45, 0.65, 1.0),
    "exec-gcm": (0.45, 0.85, 1.0),
}
_SERVER_SLACK = 1.05  # a wall goal is never lower than what the server needs, and this


def _streams(results: Results) -> Iterator[Goal | None]:
    for row in STREAMS:
        cells = results.rows.get(row.name, {})
        cpu_limit, cpu_part, wall_part = _STREAM_LIMITS[row.name]
        cpu = {name: cell.per_gib(cell.cpu) for name, cell in cells.items()}
        wall = {name: cell.per_gib(cell.seconds) for name, cell in cells.items()}
        yield _at_most(f"{row.title}: CPU s/GiB", cpu, cpu_limit, cpu_part)
        if OURS in cells:
            cell = cells[OURS]
            server = cell.per_gib(cell.server_cpu) * _SERVER_SLACK
            yield _at_most(f"{row.title}: wall s/GiB", wall, None, wall_part, at_least=server)


def _through_python(results: Results) -> Iterator[Goal | None]:
    """At most 10 % more CPU than the C++ client."""
    for task, in_cpp in IN_CPP.items():
        ours = results.rows.get(f"{task}-gcm", {}).get(OURS)
        native = results.rows.get(f"{in_cpp}-gcm", {}).get(OURS_IN_CPP)
        if ours and native:
            values = {
                OURS: ours.per_gib(ours.cpu),
                OURS_IN_CPP: native.per_gib(native.cpu),
            }
            yield _at_most(f"`{task}` through Python: CPU s/GiB", values, None, 1.1)


def _system_calls(results: Results) -> Iterator[Goal | None]:
    for task in ("get", "put"):
        values = results.facts.get(f"system calls, {task}", {})
        yield _at_most(f"SFTP {task}: system calls per GiB", values, 40_000, None)


# ---- distance ------------------------------------------------------------------------------------


def _far(results: Results) -> Iterator[Goal | None]:
    for task, limit in (("get", 105.0), ("put", 90.0)):
        cells = results.rows.get(f"{task}-50ms", {})
        rates = {name: cell.rate / 2**20 for name, cell in cells.items()}
        yield _at_least(f"{task} over 50 ms: MiB/s", rates, limit)
    cells = results.rows.get("tree-50ms", {})
    rates = {name: cell.rate for name, cell in cells.items()}
    beside = {name: rate for name, rate in rates.items() if name in (OURS, "OpenSSH")}
    yield _at_least("tree over 50 ms: files/s", beside, None, 20.0)
    yield _round_trips(results.facts.get("round trips", {}))


def _round_trips(trips: Values) -> Goal | None:
    """They are whole numbers, measured by time."""
    peers = _peers(trips)
    if OURS not in trips or not peers:
        return None
    best = min(peers, key=lambda name: peers[name])
    limit = min(6.0, round(peers[best]) - 1.0) + 0.5
    what = "round trips to connect, log in and run `true`"
    rule = "≤ 6 and fewer than every peer, give or take 0.5"
    return Goal(what, trips[OURS], limit, rule, False, _words(best, peers))


# ---- small operations ----------------------------------------------------------------------------


def _small(results: Results) -> Iterator[Goal | None]:
    def values(row: str, of: Callable[[Cell], float]) -> Values:
        return {name: of(cell) for name, cell in results.rows.get(row, {}).items()}

    def rates(row: str) -> Values:
        return values(row, lambda cell: cell.rate)

    def each_ms(row: str) -> Values:
        return values(row, lambda cell: cell.seconds / cell.amount * 1000)

    login_cpu = values("login", lambda cell: cell.cpu / cell.amount * 1000)
    yield _at_most("connect, login, exec, close: ms", each_ms("login"), 30, 0.45)
    yield _at_most("connect, login, exec, close: ms of CPU", login_cpu, 0.6, None)
    yield _at_least("stat, one by one: per s", rates("stat"), None, 1.0)
    yield _at_least("stat, many in flight: per s", rates("stat_many"), 30_000)
    yield _at_least("open, read, close, one by one: per s", rates("open_read"), None, 1.0)
    yield _at_least("tree of 10,000 files: per s", rates("tree"), 10_000)
    yield _at_least("list 50,000 entries: per s", rates("list"), 200_000)
    yield _at_most("200 connections: CPU s", values("sessions", lambda c: c.cpu), 0.10, None)
    yield _at_most("200 connections: peak MiB", values("sessions", lambda c: c.peak_mib), 25, None)
    yield _at_most("200 channels: s", values("channels", lambda c: c.seconds), 1.2, None)
    yield _at_most("200 channels: CPU s", values("channels", lambda c: c.cpu), 0.04, None)


def _sizes(results: Results) -> Iterator[Goal | None]:
    library = results.facts.get("library KiB", {})
    engine = results.facts.get("engine KiB", {})
    memory = results.facts.get("idle MiB", {})
    further = results.facts.get("further session MiB", {})
    times = results.facts.get("import ms", {})
    package = results.facts.get("import of the package ms", {})
    yield _at_most("`_ssh`, stripped: KiB", library, 900, None)
    yield _at_most("the engine alone: KiB", engine, 450, None)
    yield _at_most("an idle session with its process: private MiB", memory, 14, None)
    yield _at_most("a further session: private MiB", further, 0.1, None)
    yield _at_most("`import _ssh`: ms", times, 18, None)
    yield _at_most("`import hawser`: ms", package, 30, None)


# ---- making one ----------------------------------------------------------------------------------


def _peers(values: Values) -> Values:
    """The peers', or the C++ client's where it alone is what we are measured by."""
    ours = (OURS, OURS_IN_CPP, "bare python")
    peers = {name: value for name, value in values.items() if name not in ours}
    return peers or {name: value for name, value in values.items() if name == OURS_IN_CPP}


def _at_most(
    what: str, values: Values, limit: float | None, part: float | None, at_least: float = 0.0
) -> Goal | None:
    """At most the limit, and at most that part of the best peer's; never less than `at_least`."""
    if OURS not in values:
        return None
    peers = _peers(values)
    best = min(peers, key=lambda name: peers[name], default=None)
    limits, rules = [], []
    if limit is not None:
        limits.append(limit)
        rules.append(f"≤ {limit:g}")
    if part is not None and best is not None:
        limits.append(peers[best] * part)
        rules.append(f"≤ {part:g} x best")
    if not limits:
        return None
    lowest = max(min(limits), at_least)
    if lowest > min(limits):
        rules.append("not below the server's CPU + 5 %")
    return Goal(what, values[OURS], lowest, ", ".join(rules), False, _words(best, peers))


def _at_least(
    what: str, values: Values, limit: float | None, times: float | None = None
) -> Goal | None:
    """At least the limit, or so many times the best peer's."""
    if OURS not in values:
        return None
    peers = _peers(values)
    best = max(peers, key=lambda name: peers[name], default=None)
    if limit is None and best is None:
        return None
    if limit is not None:
        return Goal(what, values[OURS], limit, f"≥ {limit:,g}", True, _words(best, peers))
    assert best is not None and times is not None
    rule = "≥ best" if times == 1.0 else f"≥ {times:g} x {best}"
    return Goal(what, values[OURS], peers[best] * times, rule, True, _words(best, peers))


def _words(best: str | None, peers: Values) -> str:
    return "-" if best is None else f"{number(peers[best])} ({best})"


def number(value: float) -> str:
    """With three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
