"""Looking over the timer loop's shoulder (sla.md 8): late rows, and clocks unlike their facts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from services.sla.domain.settle import next_due
from services.sla.store import clocks, timers
from services.sla.store.clockrows import ClockRow
from services.sla.usecases.clocks import ground_of
from services.sla.usecases.rulebook import Rulebook, rulebook
from shared.kit.tx import Tx
from shared.worktime import instant, micros

SAMPLE: Final = 200


async def lag(tx: Tx) -> float:
    """Seconds by which the oldest armed timer is late; 0 when none is."""
    seconds = await timers.until_next(tx, tx.context.clock.offset())
    return max(0.0, -(seconds or 0.0))


async def mismatches(tx: Tx) -> list[UUID]:
    """Open clocks of a random sample whose stored due instant is not what their facts say.

    Or for which no timer is armed. A suspect is looked at again under its lock: it may have been
    written between two reads.
    """
    book = await rulebook(tx)
    suspects = await _wrong(tx, book, await clocks.sample(tx, SAMPLE))
    locked = [await clocks.lock(tx, ticket_id) for ticket_id in sorted(suspects)]
    return sorted(await _wrong(tx, book, [row for row in locked if row]))


async def _wrong(tx: Tx, book: Rulebook, rows: Sequence[ClockRow]) -> set[UUID]:
    promised = [(row.ticket_id, due) for row in rows for due in _promised(row)]
    wrong = {row.ticket_id for row in rows if not await _agrees(tx, book, row)}
    return wrong.union(await timers.unarmed(tx, promised))


def _promised(row: ClockRow) -> list[datetime]:
    """When running promises end; a broken one has had its timer."""
    running = (one for one in row.clocks if one["state"] == "running" and one["due_at"])
    return [datetime.fromisoformat(one["due_at"]) for one in running]


async def _agrees(tx: Tx, book: Rulebook, row: ClockRow) -> bool:
    ground = await ground_of(tx, book, row)
    due = next_due(ground.read(row.happenings, micros(row.settled_at)))
    return (None if due is None else instant(due)) == row.next_due_at
