"""Figures and plans as they come, a line each: a run that is cut goes on where it was."""

import json
import statistics
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from tests.bench.million.plans import Plan

OUT: Final = Path(__file__).resolve().parents[3] / "bench-out"
FLOOR: Final = "F-L"
_KINDS: Final = ("figures", "plans")


@dataclass(frozen=True)
class Measured:
    """Milliseconds."""

    p50: float
    p99: float
    requests: int


@dataclass(frozen=True)
class Ledger:
    """What is known about the lists of a desk of one size."""

    tickets: int

    def forget(self) -> None:
        """A new table begins."""
        for kind in _KINDS:
            self._file(kind).unlink(missing_ok=True)

    def measured(self, name: str, figures: Measured) -> None:
        self._add("figures", name, asdict(figures))

    def explained(self, name: str, plans: list[Plan]) -> None:
        self._add("plans", name, [asdict(plan) for plan in plans])

    def figures(self) -> dict[str, Measured]:
        """The last of each list; of the floor, which is looked at often, the medians."""
        lines = [(name, Measured(**what)) for name, what in self._lines("figures")]
        floors = [what for name, what in lines if name == FLOOR]
        found = {name: what for name, what in lines if name != FLOOR}
        if floors:
            medians = (statistics.median(getattr(one, part) for one in floors) for part in _PARTS)
            found[FLOOR] = Measured(*medians, len(floors))
        return found

    def plans(self) -> dict[str, list[Plan]]:
        return {name: [Plan(**one) for one in what] for name, what in self._lines("plans")}

    def _file(self, kind: str) -> Path:
        return OUT / f"{kind}-{self.tickets}.jsonl"

    def _add(self, kind: str, name: str, what: Any) -> None:
        OUT.mkdir(exist_ok=True)
        with self._file(kind).open("a") as file:
            file.write(json.dumps([name, what], ensure_ascii=False) + "\n")

    def _lines(self, kind: str) -> Iterator[tuple[str, Any]]:
        """A last line that a kill cut short counts as not written."""
        file = self._file(kind)
        for line in file.read_text().split("\n")[:-1] if file.exists() else ():
            name, what = json.loads(line)
            yield name, what


_PARTS: Final = ("p50", "p99")
