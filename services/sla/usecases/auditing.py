"""Looking over the timer loop's shoulder (sla.md 8): late rows, and clocks unlike their facts."""

from typing import Final
from uuid import UUID

from services.sla.domain.fold import fold
from services.sla.domain.settle import next_due
from services.sla.store import clocks, timers
from services.sla.usecases.clocks import ground_of
from services.sla.usecases.rulebook import rulebook
from shared.kit.tx import Tx
from shared.worktime import instant, micros

SAMPLE: Final = 200


async def lag(tx: Tx) -> float:
    """Seconds by which the oldest armed timer is late; 0 when none is."""
    seconds = await timers.until_next(tx, tx.context.clock.offset())
    return max(0.0, -(seconds or 0.0))


async def mismatches(tx: Tx) -> list[UUID]:
    """Open clocks of a random sample whose stored due instant is not what their facts say."""
    rows = await clocks.sample(tx, SAMPLE)
    book = await rulebook(tx)
    wrong: list[UUID] = []
    for row in rows:
        ground = await ground_of(tx, book, row)
        due = next_due(fold(ground.rules, row.happenings, micros(row.settled_at)))
        if (None if due is None else instant(due)) != row.next_due_at:
            wrong.append(row.ticket_id)
    return wrong
