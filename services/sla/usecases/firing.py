"""Due timers become facts: ours by settling their clocks, the others' as `timer.fired`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from services.sla.domain.settle import Point
from services.sla.store import breaches, clocks, timers
from services.sla.store.clocks import ClockRow
from services.sla.store.timers import TimerRow
from services.sla.usecases.clocks import ground_of
from services.sla.usecases.rulebook import Rulebook, rulebook
from services.sla.usecases.stating import CALENDAR, Occasion, Settled, all_breaches, settle_row
from shared.events.sla import TimerFired
from shared.kit.tx import Tx
from shared.vocabulary import Metric

OWNER = "sla"
RECOMPUTE = "recompute"


@dataclass(frozen=True, slots=True)
class Fired:
    """What one batch did; `held` timers belong to clocks that somebody else writes just now."""

    claimed: int
    held: int


async def fire(tx: Tx, limit: int) -> Fired:
    """Take due timers, state what they mean and delete them, all in this transaction."""
    now, due = await timers.claim(tx, tx.context.clock.offset(), limit)
    ours = [timer for timer in due if timer.owner == OWNER]
    done = [timer.key for timer in due if timer.owner != OWNER]
    for timer in due:
        if timer.owner != OWNER:
            _tell_owner(tx, timer, now)
    settled = await _settle(tx, ours, now) if ours else set[UUID]()
    done += [timer.key for timer in ours if timer.ticket_id in settled]
    if done:
        await timers.remove(tx, done)
    return Fired(len(due), len(due) - len(done))


def _tell_owner(tx: Tx, timer: TimerRow, now: datetime) -> None:
    tx.emit(
        TimerFired(
            key=timer.key,
            owner=timer.owner,
            ticket_id=timer.ticket_id,
            due_at=timer.due_at,
            fired_at=now,
        )
    )


async def _settle(tx: Tx, due: Sequence[TimerRow], now: datetime) -> set[UUID]:
    """Settle the clocks that nobody else holds; gone clocks count as settled."""
    by_ticket = {
        ticket_id: list(group)
        for ticket_id, group in groupby(
            sorted(due, key=attrgetter("ticket_id")), key=attrgetter("ticket_id")
        )
    }
    rows = await clocks.lock_many(tx, list(by_ticket))
    book = await rulebook(tx, rows[0].revision) if rows else None
    done: list[Settled] = []
    for row in rows:
        assert book is not None
        done.append(await _settle_one(tx, book, row, by_ticket[row.ticket_id], now))
    if done:
        await clocks.save(tx, [(one.row, one.open) for one in done])
        await breaches.add(tx, all_breaches(done))
    return {row.ticket_id for row in rows}


async def _settle_one(
    tx: Tx, book: Rulebook, row: ClockRow, due: Sequence[TimerRow], now: datetime
) -> Settled:
    """An armed row of an older generation, or a new calendar, has the whole clock armed anew."""
    recompute = any(timer.kind == RECOMPUTE for timer in due)
    stale = recompute or any(timer.generation != row.generation for timer in due)
    cause = CALENDAR if recompute else "rearmed" if stale else None
    points = frozenset(_point(timer) for timer in due if timer.kind == "warning")
    ground = await ground_of(tx, book, row)
    settled = settle_row(tx, row, ground, Occasion(now, cause, points))
    if stale:
        await clocks.arm(tx, row, settled.armed)
    return settled


def _point(timer: TimerRow) -> Point:
    _, _, metric, cycle, share = timer.key.split(":")
    return Metric(metric), int(cycle), float(share)


async def until_next(tx: Tx) -> float | None:
    """Seconds until something is due; None when nothing is armed."""
    return await timers.until_next(tx, tx.context.clock.offset())
