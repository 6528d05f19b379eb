"""Due timers become facts: ours by moving their clocks on, the others' as `timer.fired`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.sla.domain.settle import Point
from services.sla.domain.striking import Due
from services.sla.store import breaches, claims, clocks, pasttimers, timers
from services.sla.store.claims import Claim
from services.sla.store.clockrows import ClockRow
from services.sla.store.pasttimers import Ended
from services.sla.store.timers import TimerRow
from services.sla.usecases import applying, house_jobs, striking
from services.sla.usecases.clocks import ground_of
from services.sla.usecases.rulebook import Rulebook, rulebook
from services.sla.usecases.stating import CALENDAR, Occasion, Settled, settle_row, strike_row
from shared.events.timer import TimerFired
from shared.kit.tx import Tx
from shared.worktime import micros

__all__ = ["Claim", "Fired", "claim", "fire", "until_next"]

OWNER: Final = "sla"
RECOMPUTE: Final = "recompute"
WARNING: Final = "warning"
_DECIDED: Final = frozenset({RECOMPUTE, timers.APPLY})
"""Timers by which other rules reach a clock: it is never as it was when they were armed."""

ByTicket = Mapping[UUID, Sequence[TimerRow]]


@dataclass(frozen=True, slots=True)
class Fired:
    """What one batch did; `held` timers belong to clocks that somebody else writes just now."""

    claimed: int
    held: int


async def claim(tx: Tx, limit: int, aside: Sequence[str] = ()) -> Claim:
    """The oldest that are due and that nobody else holds, without those that stepped aside."""
    return await claims.claim(tx, tx.context.clock.offset(), limit, aside)


async def fire(tx: Tx, claim: Claim) -> Fired:
    """State what due timers mean and delete them, all in the transaction that claimed them."""
    if claim.alike:
        book = await rulebook(tx, claim.revision)
        await striking.together(tx, book, claim.alike, claim.now)
    held = await _fire_each(tx, claim.others, claim.now) if claim.others else 0
    return Fired(claim.size, held)


async def _fire_each(tx: Tx, due: Sequence[TimerRow], now: datetime) -> int:
    """Timers that want a look of their own; how many are left for another turn."""
    by_ticket: dict[UUID, list[TimerRow]] = {}
    done: list[TimerRow] = []
    going_on = 0
    for timer in due:
        if timer.kind in house_jobs.KINDS:
            ended = await house_jobs.run(tx, timer, now)
            done += [timer] if ended else []
            going_on += not ended
        elif timer.owner == OWNER:
            by_ticket.setdefault(timer.ticket_id, []).append(timer)
        else:
            _tell_owner(tx, timer, now)
            done.append(timer)
    settled = await _settle(tx, by_ticket, now) if by_ticket else []
    done += [timer for ticket_id in settled for timer in by_ticket[ticket_id]]
    if done:
        await timers.remove(tx, done)
    return len(due) - len(done) - going_on


async def until_next(tx: Tx, aside: Sequence[str] = ()) -> float | None:
    """Seconds until something is due; None when nothing is armed."""
    return await timers.until_next(tx, tx.context.clock.offset(), aside)


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


async def _settle(tx: Tx, due: ByTicket, now: datetime) -> list[UUID]:
    """Move on the clocks that nobody else holds, in the order of their timers; answers which."""
    order = {ticket_id: place for place, ticket_id in enumerate(due)}
    rows = await clocks.lock_many(tx, list(due))
    rows.sort(key=lambda row: order[row.ticket_id])
    if not rows:
        return []
    book = await rulebook(tx, rows[0].revision)
    quiet = [row for row in rows if _quiet(row, due[row.ticket_id])]
    stale = [row for row in rows if not _quiet(row, due[row.ticket_id])]
    await _strike(tx, book, quiet, due, now)
    await _fold_anew(tx, book, stale, due, now)
    return [row.ticket_id for row in rows]


def _quiet(row: ClockRow, due: Sequence[TimerRow]) -> bool:
    """Nothing has happened to the clock since these timers were armed."""
    return all(t.generation == row.generation and t.kind not in _DECIDED for t in due)


async def _strike(
    tx: Tx, book: Rulebook, rows: Sequence[ClockRow], due: ByTicket, now: datetime
) -> None:
    said, warned = [], []
    for row in rows:
        policy = await book.policy(tx, row.policy_id, row.policy_version, row.kind)
        dues = [Due.read(timer.key, timer.due_at) for timer in due[row.ticket_id]]
        said += strike_row(tx, row, policy, dues, now)
        warned += _warned(row, due[row.ticket_id], now)
    if rows:
        await clocks.save_struck(tx, rows)
        await breaches.add(tx, said)
        await pasttimers.add(tx, warned)


def _warned(row: ClockRow, due: Sequence[TimerRow], now: datetime) -> list[Ended]:
    """The warnings among due timers that were said; breaches have a record of their own."""
    warnings = [
        (timer, Due.read(timer.key, timer.due_at)) for timer in due if timer.kind == WARNING
    ]
    return [
        Ended(
            row.ticket_id,
            row.organization_id,
            timer.key,
            timer.kind,
            timer.due_at,
            timer.generation,
            now,
        )
        for timer, one in warnings
        if row.stated.warned.get((one.metric, one.cycle, one.point or 0.0)) == micros(one.at)
    ]


async def _fold_anew(
    tx: Tx, book: Rulebook, rows: Sequence[ClockRow], due: ByTicket, now: datetime
) -> None:
    """After a calendar version, or when a row of an older generation is found armed."""
    if not rows:
        return
    await clocks.recall(tx, rows)
    settled: list[tuple[Settled, str | None]] = []
    for row in rows:
        mine = due[row.ticket_id]
        ruled = await applying.take(tx, row, [t for t in mine if t.kind == timers.APPLY])
        occasion = _occasion(now, mine, ruled)
        found = settle_row(tx, row, await ground_of(tx, book, row), occasion)
        settled.append((found, occasion.cause))
    await clocks.save(tx, [(one.row, one.open) for one, _ in settled])
    await breaches.add(tx, [breach for one, _ in settled for breach in one.breaches])
    await clocks.arm(tx, [(one.row, one.armed, cause) for one, cause in settled], now)
    await pasttimers.add(
        tx, [past for row in rows for past in _warned(row, due[row.ticket_id], now)]
    )


def _occasion(now: datetime, due: Sequence[TimerRow], ruled: str | None) -> Occasion:
    """A breach whose own timer is due as well is none of the calendar's."""
    changes = [timer.due_at for timer in due if timer.kind == RECOMPUTE]
    elapsed = any(timer.kind == "breach" for timer in due)
    cause = ruled or (CALENDAR if changes else "rearmed")
    since = None if elapsed or not changes else min(changes)
    return Occasion(now, cause, _points(due), ruled=ruled is not None, recounted=since)


def _points(due: Sequence[TimerRow]) -> frozenset[Point]:
    dues = (Due.read(t.key, t.due_at) for t in due if t.kind == "warning")
    return frozenset((d.metric, d.cycle, d.point) for d in dues if d.point is not None)
