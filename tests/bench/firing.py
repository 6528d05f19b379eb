"""P12 and its memory: the real loop on a million armed clocks, beside the floor on one server."""

import asyncio
import statistics
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from tests.bench.armed import Slice, arm
from tests.bench.floors.timers import arm as arm_floor
from tests.bench.house import ROOT, House, house
from tests.bench.load import proportional_set, quiet
from tests.bench.product import SCHEMA, Bench

ARMED, DUE, ROUNDS = 1_000_000, 100_000, 3
"""Two armed clocks for each ticket: one slice of the tickets is due in each round."""
SERVICE = ("shared.kit.serve", "services.sla.main")
_LEFT = "select exists (select from sla.timer where due_at <= clock_timestamp() + $1::interval)"
_FIRST = "select min(noted_at) from sla.breach where noted_at > $1"
_COUNTED = """select count(*) as breaches,
    count(distinct (ticket_id, metric, cycle)) as different,
    (select count(*) from sla.outbox where route = 'sanad.sla.breached') as facts
    from sla.breach"""

Sample = dict[str, float]


async def fire(bench: Bench) -> Sample:
    """P12: breaches a second beside F-F, and what a process of the service weighs meanwhile."""
    return await bench.once("armed", measure)


async def measure() -> Sample:
    """Everything once: rounds of ours and the floor in turn, then the rest by a real process."""
    async with house() as home:
        slices = await arm(home, ARMED // 2 // DUE, DUE)
        floor = await _floor_database(home)
        rounds = []
        with home.process("tests.bench.loop"):
            for one in slices[:ROUNDS]:
                await arm_floor(floor, ARMED, DUE)
                await quiet()
                rounds.append((await drain(home, one), await _floor(floor)))
        weighed = await _weigh(home, slices[ROUNDS:])
        await check(home, DUE * len(slices))
    ratios = [ours / floor_rate for ours, floor_rate in rounds]
    middle = rounds[ratios.index(statistics.median_low(ratios))]
    return {"ours": middle[0], "floor": middle[1], **weighed}


async def drain(home: House, due: Slice) -> float:
    """Let a slice become due; clocks a second from the first claim until nothing is left."""
    offset = due.due_at - datetime.now(UTC) + timedelta(seconds=1)
    connection = await asyncpg.connect(home.dsn)
    try:
        home.travel(offset.total_seconds())
        await asyncio.sleep(0.05)  # the loop has other things to read than this look
        while await connection.fetchval(_LEFT, offset):
            await asyncio.sleep(0.01)
        ended = datetime.now(UTC) + offset
        began = await connection.fetchval(_FIRST, due.due_at)
    finally:
        await connection.close()
    return due.tickets / float((ended - began).total_seconds())


async def check(home: House, expected: int) -> None:
    """One breach and one fact for each clock that was due, and none besides."""
    connection = await asyncpg.connect(home.dsn)
    counted: dict[str, Any] = dict(await connection.fetchrow(_COUNTED))
    await connection.close()
    assert set(counted.values()) == {expected}, counted


async def _floor_database(home: House) -> str:
    connection = await asyncpg.connect(home.dsn)
    await connection.execute("create database floor")
    await connection.close()
    dsn = home.administrator.dsn("floor")
    connection = await asyncpg.connect(dsn)
    await connection.execute(SCHEMA.read_text())
    await connection.close()
    return dsn


async def _floor(dsn: str) -> float:
    command = [sys.executable, "-m", "tests.bench.floors.timers", dsn]
    out = await asyncio.to_thread(
        lambda: subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    )
    return float(out)


async def _weigh(home: House, slices: Sequence[Slice]) -> Sample:
    """PSS of a whole sla process, relay and all: idle, after one slice, highest in the next."""
    with home.process(*SERVICE, SANAD_DOORS="workers", SANAD_LISTEN_OPS="127.0.0.1:0") as child:
        await asyncio.sleep(4)  # it has started and looked at its table a few times
        idle = proportional_set([child.pid])
        await drain(home, slices[0])
        seen = [worked := proportional_set([child.pid])]
        firing = asyncio.create_task(drain(home, slices[1]))
        while not firing.done():
            await asyncio.sleep(0.1)
            seen.append(proportional_set([child.pid]))
        await firing
    return {"ours_pss": max(seen), "floor_pss": worked, "idle_pss": idle}
