"""How many combinations ran with whom."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Row:
    peer: str
    version: str = ""
    ran: int = 0
    failed: int = 0
    seconds: float = 0.0
    skipped: str = ""
    """Why it did not run at all."""


@dataclass
class Tally:
    rows: list[Row] = field(default_factory=list)

    @property
    def ran(self) -> int:
        return sum(row.ran for row in self.rows)

    def row(self, peer: str) -> Row:
        self.rows.append(Row(peer))
        return self.rows[-1]

    def lines(self) -> Iterator[str]:
        for row in self.rows:
            if row.skipped:
                yield f"{row.peer:<22} skipped: {row.skipped}"
            else:
                counts = f"{row.ran:5} ran  {row.failed:4} failed  {row.seconds:6.1f} s"
                yield f"{row.peer:<22} {counts}  {row.version}"
        failed = sum(row.failed for row in self.rows)
        seconds = sum(row.seconds for row in self.rows)
        yield f"{'all':<22} {self.ran:5} ran  {failed:4} failed  {seconds:6.1f} s"
