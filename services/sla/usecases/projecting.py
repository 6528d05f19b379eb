"""Outcomes of clocks that are older than the table of outcomes: read from their facts, once."""

from services.sla.domain.outcomes import outcomes
from services.sla.store import clocks
from services.sla.store import outcomes as store
from services.sla.usecases.clocks import book_of, ground_of
from shared.kit.tx import Tx
from shared.worktime import micros


async def catch_up(tx: Tx, limit: int) -> int:
    """A few of them as they stood when last settled; states nothing. 0 when all are done."""
    tickets = await store.claim(tx, limit)
    rows = [row for row in [await clocks.lock(tx, one) for one in tickets] if row is not None]
    if rows:
        for row in rows:
            ground = await ground_of(tx, await book_of(tx, row), row)
            as_of = micros(row.settled_at)
            row.outcomes = outcomes(ground.read(row.happenings, as_of), as_of, row.status)
        await store.put(tx, rows)
    return len(tickets)
