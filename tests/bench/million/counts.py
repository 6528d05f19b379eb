"""Counts of all views at once: asked at their slowest, when no answer is remembered."""

import asyncio
import time
from typing import Final

from services.tickets.usecases.counting import FRESH
from tests.bench.million.ledger import Measured
from tests.bench.million.lists import Case
from tests.bench.million.viewers import Viewers

PATH: Final = "/v1/views/counts"
SLOWEST: Final = 500.0
"""Milliseconds; whoever looks at a queue asks every few seconds."""
TURNS: Final = 5
CASES: Final = [
    Case(f"{who}: counts of views", who, "", SLOWEST) for who in ("admin", "agent", "newcomer")
]


async def figures_of(seats: Viewers, chosen: list[Case]) -> dict[str, Measured]:
    """Median and slowest of a few, each later than the answer before is told again."""
    took: dict[str, list[float]] = {case.name: [] for case in chosen}
    for _ in range(TURNS if chosen else 0):
        for case in chosen:
            began = time.perf_counter()
            answer = await seats.seats[case.who].ask("GET", PATH)
            took[case.name].append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, answer.text
        await asyncio.sleep(FRESH + 0.1)
    return {
        name: Measured(sorted(each)[TURNS // 2], max(each), TURNS) for name, each in took.items()
    }
