"""Runs rows: all contestants in turn, again and again, so that whatever the machine does meanwhile
meets all of them. Of what moves something, the same with nothing to move is measured beside it and
subtracted: what counts is the moving."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import measure
from .contestants import Command, Contestant
from .measure import Failed, Sample
from .results import Cell, Results
from .rows import Row, Unit
from .yard import Yard, server_cpu

_PROBE = 32  # the part of a row by which it is seen how fast a contestant is
_SMALLEST = 16  # the smallest part that one is given
_FAR_ROUNDS = 3  # over distance the line sets the time, not the machine's mood


@dataclass(frozen=True)
class Pace:
    rounds: int
    most_seconds: float
    """A contestant that would need longer for a row gets half as much, a quarter, ..."""
    divisor: int = 1
    """Of all amounts."""


class Runner:
    def __init__(self, yard: Yard, contestants: Sequence[Contestant], pace: Pace) -> None:
        self._yard = yard
        self._contestants = contestants
        self._pace = pace

    def run(self, row: Row, results: Results) -> None:
        row = row.scaled(self._pace.divisor)
        cells: dict[str, Cell] = {}
        rounds = min(self._pace.rounds, _FAR_ROUNDS) if row.round_trip_ms else self._pace.rounds
        for turn in range(rounds):
            for contestant in self._those_for(row, results):
                try:
                    if turn == 0:
                        cells[contestant.name] = Cell(self._affordable(row, contestant), [])
                    cell = cells[contestant.name]
                    cell.samples.append(self._moving(row, contestant, cell.amount))
                except Failed as why:
                    results.note_failure(row.name, contestant.name, str(why))
                    cells.pop(contestant.name, None)
        results.rows[row.name] = cells
        self._say(row, cells)

    def _those_for(self, row: Row, results: Results) -> list[Contestant]:
        """Who can, is wanted, and has not failed."""
        failed = results.failures.get(row.name, {})
        return [
            who
            for who in self._contestants
            if row.task in who.tasks()
            and (not row.who or who.name in row.who)
            and who.name not in failed
        ]

    def _affordable(self, row: Row, contestant: Contestant) -> int:
        """How much it can do in the time that a run may take; also warms up what is read."""
        if row.is_fixed:
            return row.amount
        amount = self._guess(row, contestant, max(1, row.amount // _PROBE))
        if row.round_trip_ms and amount < row.amount:  # windows and depths grow as it goes on
            amount = max(amount, self._guess(row, contestant, amount))
        return amount

    def _guess(self, row: Row, contestant: Contestant, part: int) -> int:
        """By how long a part takes."""
        each = max(self._moving(row, contestant, part).seconds / part, 1e-12)
        amount = row.amount
        while amount > row.amount // _SMALLEST and amount * each > self._pace.most_seconds:
            amount //= 2
        return max(amount, 1)

    def _moving(self, row: Row, contestant: Contestant, amount: int) -> Sample:
        if row.unit is Unit.TIMES:
            return self._one(row, contestant, amount)
        nothing = self._one(row, contestant, 0)
        all_of_it = self._one(row, contestant, amount)
        return Sample(
            max(all_of_it.seconds - nothing.seconds, 1e-6),
            max(all_of_it.cpu - nothing.cpu, 0.0),
            all_of_it.peak_kib,
            max(all_of_it.server_cpu - nothing.server_cpu, 0.0),
        )

    def _one(self, row: Row, contestant: Contestant, amount: int) -> Sample:
        server = self._yard.server(row.cipher)
        place = self._yard.place(row.cipher, row.round_trip_ms)
        arguments = arguments_of(row.task, amount, self._yard)
        if row.task == "put" and row.is_to_a_file:
            arguments[-1] = str(self._yard.upload_target())
        command = contestant.command(row.task, place, arguments)
        before = server_cpu(server)
        sample = measure.run(command)
        used = server_cpu(server) - before
        return Sample(sample.seconds, sample.cpu, sample.peak_kib, used)

    def _say(self, row: Row, cells: dict[str, Cell]) -> None:
        print(f"{row.title}", file=sys.stderr)
        for name, cell in cells.items():
            rate = cell.amount / cell.seconds
            speed = f"{rate / 2**20:8.1f} MiB/s" if row.unit is Unit.BYTES else f"{rate:10.1f}/s"
            words = f"{speed}, {cell.cpu:.3f} s of CPU, {cell.seconds:.3f} s"
            print(f"    {name:12} {words}", file=sys.stderr, flush=True)


def arguments_of(task: str, amount: int, yard: Yard) -> list[str]:
    """What follows the key on a worker's command line."""
    match task:
        case "exec":
            return [f"cat {yard.file(amount)}"]
        case "put":
            return [str(yard.file(amount)), "/dev/null"]
        case "tree":
            return [str(yard.tree(amount)), str(yard.fresh_folder())]
        case "stat" | "stat_many" | "open_read":
            return [str(yard.file(1024)), str(amount)]
        case "list":
            return [str(yard.tree(amount, 0))]
        case "login" | "sessions" | "channels" | "idle":
            return [str(amount)]
        case _:
            return [str(yard.file(amount))]


def floors(program: Path, rounds: int, bytes_moved: int) -> dict[str, float]:
    """CPU seconds of "get-gcm" and the others, by bench/peers/floor.c, per GiB."""
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        for direction in ("get", "put"):
            for cipher in ("gcm", "chacha", "ctr"):
                command = Command([str(program), direction, cipher, str(bytes_moved)])
                cpu = measure.run(command).cpu * 2**30 / bytes_moved
                found.setdefault(f"{direction}-{cipher}", []).append(cpu)
    return {name: sorted(values)[len(values) // 2] for name, values in found.items()}
