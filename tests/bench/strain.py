"""P20 to P22: what sealing costs, how slow the slowest are, and what a crowd does to the desk."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.bench.calm import drained
from tests.bench.cases import product_create
from tests.bench.product import Bench
from tests.journeys.company import found
from tests.journeys.desk import Desk

CROWD: Final = 64
LONG: Final = 30.0
PATIENCE: Final = 10.0
"""Seconds after which nothing may wait any more."""
ROUNDS: Final = 3


async def sealing(bench: Bench) -> dict[str, float]:
    """P20: create at 1 client, sealed and keyed beside a copy that does neither; in turns."""
    async with _plain(bench) as bare:
        medians: dict[str, list[float]] = {"ours": [], "floor": []}
        for _ in range(ROUNDS):
            for name, one in (("floor", bare), ("ours", bench)):
                figures = await product_create(one, one.desk.endpoints["http"], 1)
                assert figures.errors == 0, (name, figures)
                await drained(one)
                medians[name].append(figures.p50)
    return {f"{name}_p50": sorted(taken)[ROUNDS // 2] for name, taken in medians.items()}


@contextlib.asynccontextmanager
async def _plain(bench: Bench) -> AsyncIterator[Bench]:
    """A second desk whose Python is told to seal nothing."""
    folder = bench.folder / "plain"
    folder.mkdir(mode=0o711, exist_ok=True)
    path = str(Path(__file__).parent / "plain")
    told = {"SANAD_RATE_LIMIT": "1000000", "SANAD_PROFILE": "local", "PYTHONPATH": path}
    desk = Desk(folder / "home", told)
    await desk.start()
    try:
        company = await found(desk)
        await company.admin.sign_in()
        yield replace(bench, desk=desk, company=company, token=company.admin.token)
    finally:
        await desk.stop()


async def overload(bench: Bench) -> dict[str, float]:
    """P22: 64 clients for half a minute beside 8 for some seconds; then the queues run empty."""
    edge = bench.desk.endpoints["http"]
    calm = await product_create(bench, edge, 8)
    await drained(bench)
    crowd = await product_create(bench, edge, CROWD, LONG)
    waited = await drained(bench)
    assert calm.errors == crowd.errors == 0, (calm, crowd)
    return {
        "ours": crowd.rate,
        "floor": calm.rate,
        "ours_drain": waited,
        "floor_drain": PATIENCE,
        "ours_p99": crowd.p99,
    }
