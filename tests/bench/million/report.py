"""Figures beside plans, written where they can be read: a table, the plans, a verdict."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.million.lists import Case
from tests.bench.million.plans import Plan

OUT: Final = Path(__file__).resolve().parents[3] / "bench-out"
FLOOR: Final = "F-L"
SLOWER: Final = 3.0
"""Times the floor's 99th percentile (P21)."""
BAD: Final = ("MISSED", "SCANS", "READS")
READ: Final = 2000
"""Rows that the scans of one page may touch."""


@dataclass(frozen=True)
class Measured:
    """Milliseconds."""

    p50: float
    p99: float
    requests: int


def bar_of(case: Case, floor: Measured | None) -> float:
    if case.bar is not None:
        return case.bar
    assert floor is not None, "lists are measured beside their floor"
    return SLOWER * floor.p99


def write(
    tickets: int,
    chosen: list[Case],
    measured: dict[str, Measured],
    explained: dict[str, list[Plan]],
) -> bool:
    """Everything into `bench-out`, beside what other parts found; whether every bar holds."""
    OUT.mkdir(exist_ok=True)
    found = {case.name: _line(case, measured, explained.get(case.name, [])) for case in chosen}
    if FLOOR in measured:
        one = measured[FLOOR]
        found[FLOOR] = f"| {FLOOR} | {one.p50:.1f} | {one.p99:.1f} | | | | | |"
    lines = _kept(OUT / f"lists-{tickets}.json", found)
    head = f"| list of {tickets:,} | p50 ms | p99 ms | bar | | rows read | blocks | scans |"
    table = "\n".join([head, "|---|---|---|---|---|---|---|---|", *lines.values()])
    (OUT / f"lists-{tickets}.md").write_text(f"{table}\n")
    plans = {case.name: _plans(case.name, explained.get(case.name, [])) for case in chosen}
    texts = _kept(OUT / f"plans-{tickets}.json", plans)
    (OUT / f"plans-{tickets}.md").write_text("\n".join(texts.values()))
    print(table)
    return not any(word in line for line in found.values() for word in BAD)


def forget(tickets: int) -> None:
    """A new table begins."""
    for kind in ("lists", "plans"):
        (OUT / f"{kind}-{tickets}.json").unlink(missing_ok=True)


def _kept(file: Path, found: dict[str, str]) -> dict[str, str]:
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    known |= found
    file.write_text(json.dumps(known, indent=1, ensure_ascii=False))
    return known


def _line(case: Case, measured: dict[str, Measured], plans: list[Plan]) -> str:
    read, blocks = sum(plan.read for plan in plans), sum(plan.blocks for plan in plans)
    cells, verdict = ["", "", ""], []
    if case.name in measured:
        one, bar = measured[case.name], bar_of(case, measured.get(FLOOR))
        cells = [f"{one.p50:.1f}", f"{one.p99:.1f}", f"{bar:.0f}"]
        verdict.append("holds" if one.p99 <= bar else "MISSED")
    if any(plan.scanned for plan in plans):
        verdict.append("SCANS")
    if read > READ:
        verdict.append("READS")
    scans = " / ".join(plan.told() for plan in plans)
    shown = [case.name, *cells, " ".join(verdict), f"{read:,}", f"{blocks:,}", scans]
    return f"| {' | '.join(shown)} |"


def _plans(name: str, plans: list[Plan]) -> str:
    each = (
        f"    {plan.statement}\n\n```json\n{json.dumps(plan.root, indent=1)}\n```\n"
        for plan in plans
    )
    return "\n".join([f"## {name}\n", *each])
