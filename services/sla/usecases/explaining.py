"""Showing a ticket's clocks and where every second went (sla.md 6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.sla.domain.fold import Reading, Readings
from services.sla.domain.kindly import kindly
from services.sla.domain.settle import next_due, state_word
from services.sla.domain.words import Mode
from services.sla.problems import refused
from services.sla.store import clocks
from services.sla.store.clockrows import ClockRow
from services.sla.usecases import records
from services.sla.usecases.clocks import book_of, ground_of
from services.sla.usecases.directory import require_sight
from services.sla.usecases.rulebook import Rulebook
from services.sla.usecases.stating import Ground
from shared.kit.callers import Caller, Seat
from shared.kit.context import Context
from shared.kit.problems import NotFound
from shared.kit.tx import Tx
from shared.worktime import Micros, instant, micros

Shown = dict[str, Any]
_AHEAD: Final = timedelta(days=2 * 366)


@dataclass(frozen=True)
class Sight:
    """A clock with everything that it is judged by."""

    row: ClockRow
    ground: Ground
    book: Rulebook
    record: list[Shown]


async def see(context: Context, caller: Caller, ticket_id: UUID) -> Sight:
    """The clock behind the caller's rights."""
    await require_sight(context, caller, ticket_id)
    async with context.tx(caller) as tx:
        return await load(tx, ticket_id)


async def load(tx: Tx, ticket_id: UUID) -> Sight:
    """The clock as stored; the caller's right to it is checked elsewhere."""
    row = await clocks.read(tx, ticket_id)
    if row is None:
        raise NotFound
    if tx.caller.seat is Seat.CUSTOMER:
        row.happenings = list(kindly(row.happenings))
    book = await book_of(tx, row)
    record = await records.of_ticket(tx, ticket_id, row.organization_id)
    return Sight(row, await ground_of(tx, book, row), book, record)


def standing(sight: Sight, now: datetime) -> Shown:
    """Where the promises of a ticket stand at `now`."""
    row = sight.row
    readings = folded(sight, present(sight, now))
    return {
        "ticket_id": row.ticket_id,
        "policy": {
            "id": row.policy_id,
            "version": row.policy_version,
            "name": sight.ground.policy.name,
        },
        "contract_id": row.contract_id,
        "calendar_id": row.calendar_id,
        **{metric.value: _clock(sight, reading) for metric, reading in readings.items()},
        "next_due_at": when(next_due(readings)),
        "generation": row.generation,
        "breaches": sight.record,
    }


def present(sight: Sight, now: datetime) -> datetime:
    """Now, or the newest fact where the desk's clocks run apart."""
    return max(now, sight.row.settled_at)


def moment(sight: Sight, caller: Caller, as_of: datetime | None, now: datetime) -> datetime:
    """The instant asked about; within the ticket's life and what anybody plans for."""
    if as_of is None:
        return present(sight, now)
    if not sight.row.opened_at <= as_of <= now + _AHEAD:
        raise refused("?as_of", "invalid_as_of", caller.locale)
    return as_of


def folded(sight: Sight, now: datetime) -> Readings:
    """Every clock at an instant."""
    return sight.ground.read(sight.row.happenings, micros(now))


def _clock(sight: Sight, reading: Reading) -> Shown:
    breach = reading.open_breach
    warned = [
        at
        for (metric, cycle, _), at in sight.row.stated.warned.items()
        if (metric, cycle) == (reading.metric, reading.cycle)
    ]
    return {
        "state": state_word(reading),
        "due_at": when(reading.due),
        "met_at": when(reading.at),
        "breached_at": when(sight.row.stated.breached_at(breach) if breach else None),
        "warned_at": when(max(warned, default=None)),
        "target_seconds": reading.target,
        "elapsed_seconds": reading.counted,
        "remaining_seconds": reading.left,
        "paused": reading.mode is Mode.PAUSED,
    }


def when(at: Micros | None) -> datetime | None:
    return None if at is None else instant(at)
