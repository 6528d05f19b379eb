"""Which open tickets a calendar version would move, and by how much; nothing is stored."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.sla.domain.fold import Reading, Readings, fold
from services.sla.store import calendars as store
from services.sla.store import clocks
from services.sla.store.clockrows import ClockRow
from services.sla.usecases.calendars import Draft, draft, get, require_sound
from services.sla.usecases.clocks import ground_of
from services.sla.usecases.rulebook import Rulebook, rulebook
from shared.kit.callers import Caller
from shared.kit.tx import Tx
from shared.worktime import Compiled, Micros, instant, micros, read_calendar, whole_seconds

Shown = dict[str, Any]
BATCH: Final = 100
MOST: Final = 1000
"""Clocks that one request looks at; the answer says when there are more."""


@dataclass
class Preview:
    """What was looked at so far; `limit` moves are listed, all of them are counted."""

    limit: int
    last: UUID
    listed: list[Shown] = field(default_factory=list)
    page_end: UUID | None = None
    examined: int = 0
    moved: int = 0
    appear: int = 0
    disappear: int = 0

    def note(self, ticket_id: UUID, number: int, moves: Sequence[Shown]) -> None:
        """A ticket's metrics are never torn apart by a page."""
        self.examined += 1
        self.moved += bool(moves)
        self.appear += sum(move["breach"] == "appears" for move in moves)
        self.disappear += sum(move["breach"] == "disappears" for move in moves)
        if moves and len(self.listed) >= self.limit:
            self.page_end = self.page_end or self.last
        elif self.page_end is None:
            self.listed += [{"number": number, **move} for move in moves]
        self.last = ticket_id


async def preview(
    tx: Tx, caller: Caller, calendar_id: UUID, made: Draft, place: tuple[UUID, int]
) -> Shown:
    """Clocks after a place in order of their tickets; as many as one request may look at."""
    require_sound(made.document, made.effective, caller)
    book = await rulebook(tx)
    new = book.drafted(calendar_id, micros(made.effective), Compiled(read_calendar(made.document)))
    seen = Preview(limit=place[1], last=place[0])
    more = True
    while more and seen.examined < MOST:
        rows = await store.clocks_on(tx, calendar_id, seen.last, BATCH)
        more = len(rows) == BATCH
        for row in await clocks.read_many(tx, list(rows)):
            moves = await _moves(tx, row, (book, new), tx.now)
            seen.note(row.ticket_id, rows[row.ticket_id], moves)
        await asyncio.sleep(0)
    return {
        "items": seen.listed,
        "next": seen.page_end or (seen.last if more else None),
        "open_clocks": await store.counted_on(tx, calendar_id),
        "examined": seen.examined,
        "moved": seen.moved,
        "breaches_appearing": seen.appear,
        "breaches_disappearing": seen.disappear,
        "complete": not more,
        "effective_from": made.effective,
    }


async def drafted(
    tx: Tx, calendar_id: UUID, changes: dict[str, Any], force: tuple[datetime | None, bool]
) -> Draft:
    """The version that the same body would store."""
    document = await get(tx, calendar_id)
    kept = {name: document[name] for name in _FIELDS if name in document}
    return draft(kept, changes, force, tx.now)


_FIELDS: Final[tuple[str, ...]] = (
    "timezone",
    "weekly",
    "seasons",
    "holidays",
    "overrides",
    "breaks",
    "always_open",
)


async def _moves(
    tx: Tx, row: ClockRow, books: tuple[Rulebook, Rulebook], now: datetime
) -> list[Shown]:
    old, new = [await _readings(tx, book, row, now) for book in books]
    return list(_differences(row.ticket_id, old, new))


async def _readings(tx: Tx, book: Rulebook, row: ClockRow, now: datetime) -> Readings:
    ground = await ground_of(tx, book, row)
    return fold(ground.rules, row.happenings, max(micros(now), micros(row.settled_at)))


def _differences(ticket_id: UUID, old: Readings, new: Readings) -> Iterator[Shown]:
    for metric, before in old.items():
        after = new[metric]
        breach = _breach(before, after)
        if before.due != after.due or breach is not None:
            yield {
                "ticket_id": ticket_id,
                "metric": metric,
                "old_due_at": _when(before.due),
                "new_due_at": _when(after.due),
                "moved_seconds": _distance(before.due, after.due),
                "breach": breach,
            }


def _breach(before: Reading, after: Reading) -> str | None:
    """What happens to the present promise; an earlier exchange's breach counts as well."""
    broken = {b.cycle for b in before.breaches}
    breaking = {b.cycle for b in after.breaches}
    if breaking - broken:
        return "appears"
    return "disappears" if broken - breaking else None


def _distance(before: Micros | None, after: Micros | None) -> int | None:
    if before is None or after is None:
        return None
    return whole_seconds(before, after)


def _when(at: Micros | None) -> datetime | None:
    return None if at is None else instant(at)
