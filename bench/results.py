"""What was measured, as a file that the report is made from."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from .measure import Sample


@dataclass
class Cell:
    """One contestant in one row."""

    amount: int
    samples: list[Sample]

    @property
    def seconds(self) -> float:
        return median(sample.seconds for sample in self.samples)

    @property
    def cpu(self) -> float:
        return median(sample.cpu for sample in self.samples)

    @property
    def server_cpu(self) -> float:
        return median(sample.server_cpu for sample in self.samples)

    @property
    def peak_mib(self) -> float:
        return median(sample.peak_kib for sample in self.samples) / 1024

    @property
    def rate(self) -> float:
        """Bytes, files or times a second."""
        return self.amount / self.seconds

    def per_gib(self, seconds: float) -> float:
        return seconds * 2**30 / self.amount


@dataclass
class Results:
    machine: dict[str, str] = field(default_factory=dict)
    contestants: dict[str, dict[str, str]] = field(default_factory=dict)
    """name -> version and settings"""
    floors: dict[str, float] = field(default_factory=dict)
    rows: dict[str, dict[str, Cell]] = field(default_factory=dict)
    facts: dict[str, dict[str, float]] = field(default_factory=dict)
    """What is a number for each contestant: sizes, memory, system calls, round trips."""
    micro: dict[str, float] = field(default_factory=dict)
    """GiB a second of the hot parts alone."""
    failures: dict[str, dict[str, str]] = field(default_factory=dict)

    def note_failure(self, row: str, contestant: str, why: str) -> None:
        self.failures.setdefault(row, {})[contestant] = why

    def note_fact(self, fact: str, contestant: str, value: float) -> None:
        self.facts.setdefault(fact, {})[contestant] = value

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1))

    @staticmethod
    def load(path: Path) -> "Results":
        stored: dict[str, Any] = json.loads(path.read_text())
        rows = stored.pop("rows")
        return Results(
            **stored,
            rows={
                row: {name: _cell(cell) for name, cell in cells.items()}
                for row, cells in rows.items()
            },
        )


def _cell(stored: dict[str, Any]) -> Cell:
    return Cell(stored["amount"], [Sample(**sample) for sample in stored["samples"]])
