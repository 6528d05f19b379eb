"""P10 in processes of its own.

`python -m tests.bench.backlog 5000` prints events a second, `python -m tests.bench.backlog paced`
the median milliseconds from statement to handling.

Engines with full durability, a relay that works off the backlog of one service, a consumer of
another with inbox and order, each in its own process; the handler does nothing.
"""

import asyncio
import os
import sys
import time
from uuid import UUID, uuid4

import asyncpg

from shared.events.base import Event
from shared.events.ticket import TicketFeedbackGiven
from shared.kit.bus import Bus, Consumers
from shared.kit.context import Context, build_context
from shared.kit.settings import Settings
from shared.kit.tx import Tx
from shared.kit.workers import Workers
from tests.bench.house import house

FACTS_EACH = 5
PACE, PACED = 200, 1000
"""Facts a second, and how many of them."""
SETTLE = 4
"""Seconds until both sides have connected; they say nothing when they have."""


def _context(service: str) -> Context:
    return build_context(service, service, Settings(pool_size=4))


async def side(service: str, *, paced: bool) -> None:
    """One service's bus for as long as the process lives."""
    listening = Consumers("sla")

    @listening.on(TicketFeedbackGiven)
    async def nothing(event: Event[TicketFeedbackGiven], tx: Tx) -> None:
        return None

    context = _context(service)
    bus = Bus(context, listening if service == "sla" else None)
    workers = Workers(context, bus.workers())
    bus.start()
    workers.start()
    if paced:
        await _state_paced(context)
    await asyncio.Event().wait()


async def _state_paced(context: Context) -> None:
    """One transaction for each fact, at an even pace, in the process whose relay they wake."""
    loop = asyncio.get_running_loop()
    began = loop.time() + SETTLE
    for number in range(PACED):
        await asyncio.sleep(max(0.0, began + number / PACE - loop.time()))
        async with context.tx() as tx:
            tx.emit(_fact(uuid4(), tx))


def _fact(ticket: UUID, tx: Tx) -> TicketFeedbackGiven:
    return TicketFeedbackGiven(ticket_id=ticket, organization_id=ticket, at=tx.now, score=3)


async def _state(backlog: int) -> None:
    context = _context("tickets")
    async with context.tx() as tx:
        for _ in range(backlog // FACTS_EACH):
            ticket = uuid4()
            for _ in range(FACTS_EACH):
                tx.emit(_fact(ticket, tx))
    await context.close()


async def _rate(dsn: str, backlog: int) -> float:
    """Events a second between the first handled and the last, as the floor is measured."""
    connection = await asyncpg.connect(dsn)
    began, first = 0.0, 0
    while True:
        handled = await connection.fetchval("select count(*) from sla.inbox")
        if handled and not began:
            began, first = time.perf_counter(), handled
        if handled >= backlog:
            break
        await asyncio.sleep(0.01)
    await connection.close()
    return (backlog - first) / max(time.perf_counter() - began, 1e-9)


_TIMED = "alter table sla.inbox add column handled_at timestamptz default clock_timestamp()"
_RANKS = """select percentile_cont(array[0.5, 0.99]) within group (order by extract(epoch from
    handled_at - uuid_extract_timestamp(event_id)) * 1000)::float8[] from sla.inbox"""


async def _ranks(dsn: str) -> list[float]:
    """Milliseconds; an event's id carries the millisecond in which it was stated."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(_TIMED)
    deadline = time.monotonic() + SETTLE + PACED / PACE + 30
    while await connection.fetchval("select count(*) from sla.inbox") < PACED:
        assert time.monotonic() < deadline, "facts are missing"
        await asyncio.sleep(0.2)
    ranks: list[float] = await connection.fetchval(_RANKS)
    await connection.close()
    return ranks


async def measure(backlog: int) -> list[float]:
    """Events a second; with a `backlog` of 0 the waits of facts that come at a pace."""
    async with house() as made:
        os.environ.update(made.environment)
        module, pace = __spec__.name, [] if backlog else ["paced"]
        with made.process(module, "sla"), made.process(module, "tickets", *pace):
            if not backlog:
                return await _ranks(made.dsn)
            await asyncio.sleep(SETTLE)  # the backlog then appears in one commit
            await _state(backlog)
            return [await _rate(made.dsn, backlog)]


if __name__ == "__main__":
    if sys.argv[1].isdigit() or sys.argv[1] == "paced":
        print(*asyncio.run(measure(int(sys.argv[1]) if sys.argv[1].isdigit() else 0)))
    else:
        asyncio.run(side(sys.argv[1], paced="paced" in sys.argv))
