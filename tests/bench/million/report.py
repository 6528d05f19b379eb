"""Figures beside plans, written where they can be read: a table, the plans, a verdict."""

import json
from typing import Final

from tests.bench.million.ledger import FLOOR, OUT, Ledger, Measured
from tests.bench.million.lists import Case
from tests.bench.million.plans import Plan

SLOWER: Final = 3.0
"""Times the floor's 99th percentile (P21)."""
BAD: Final = ("MISSED", "SCANS", "READS")
READ: Final = 2000
"""Rows that the scans of one page may touch."""
STEPS: Final = (10, 50, 150)
"""Milliseconds below which lists are counted."""
SHOWN: Final = 10


def bar_of(case: Case, floor: Measured | None) -> float:
    if case.bar is not None:
        return case.bar
    assert floor is not None, "lists are measured beside their floor"
    return SLOWER * floor.p99


def write(known: Ledger, every: list[Case]) -> bool:
    """All that was found so far into `bench-out`; whether every bar holds."""
    figures, plans = known.figures(), known.plans()
    shown = [case for case in every if case.name in figures or case.name in plans]
    lines = [_line(case, figures, plans.get(case.name, [])) for case in shown]
    if one := figures.get(FLOOR):
        lines.append(f"| {FLOOR} | {one.p50:.1f} | {one.p99:.1f} | | | | | |")
    head = f"| list of {known.tickets:,} | p50 ms | p99 ms | bar | | rows read | blocks | scans |"
    table = "\n".join([head, "|---|---|---|---|---|---|---|---|", *lines])
    told = summary([case.name for case in every], figures)
    (OUT / f"lists-{known.tickets}.md").write_text(f"{table}\n\n{told}\n")
    texts = (_plans(case.name, plans.get(case.name, [])) for case in shown)
    (OUT / f"plans-{known.tickets}.md").write_text("\n".join(texts))
    print(f"{table}\n\n{told}")
    return not any(word in line for line in lines for word in BAD)


def summary(names: list[str], figures: dict[str, Measured]) -> str:
    """How many lists are how fast by their median, and which are the slowest."""
    found = sorted((figures[name].p50, name) for name in names if name in figures)
    below = ", ".join(f"{sum(p50 < step for p50, _ in found)} below {step} ms" for step in STEPS)
    slowest = "; ".join(f"{name} {p50:.0f}" for p50, name in reversed(found[-SHOWN:]))
    return f"{len(found)} of {len(names)} measured: {below} (p50). Slowest: {slowest}."


def _line(case: Case, figures: dict[str, Measured], plans: list[Plan]) -> str:
    read, blocks = sum(plan.read for plan in plans), sum(plan.blocks for plan in plans)
    cells, verdict = ["", "", ""], []
    if case.name in figures:
        one, bar = figures[case.name], bar_of(case, figures.get(FLOOR))
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
