"""Making calendars and their versions; open clocks are counted anew where they must be."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.sla.problems import refused
from services.sla.store import rules as store
from services.sla.store import timers
from shared.kit.callers import Caller
from shared.kit.ids import uuid7
from shared.kit.problems import NotFound
from shared.kit.tx import Tx
from shared.vocabulary import Localized
from shared.worktime import Compiled, WorktimeError, first_counted, micros, read_calendar

Document = dict[str, Any]


async def create(tx: Tx, caller: Caller, name: Localized, document: Document) -> Document:
    """A calendar with its first version, in force since ever."""
    _require_sound(document, tx.now, caller)
    calendar_id = uuid7()
    await store.add_calendar(tx, calendar_id, name, tx.now)
    await add_version(tx, caller.id, (calendar_id, 1), document, tx.now)
    return await get(tx, calendar_id)


async def supersede(
    tx: Tx,
    caller: Caller,
    calendar_id: UUID,
    changes: Document,
    force: tuple[datetime | None, bool],
) -> Document:
    """The next version; `force` is from when it holds, and whether it may change the past."""
    row = await store.calendar(tx, calendar_id, lock=True)
    if row is None:
        raise NotFound
    since, retroactive = force
    effective = since or tx.now
    if not retroactive:
        effective = max(effective, tx.now)
    document = {**row["document"], **changes}
    _require_sound(document, effective, caller)
    version = (calendar_id, row["version"] + 1)
    await add_version(tx, caller.id, version, document, effective, retroactive=retroactive)
    await timers.recompute_calendar(tx, calendar_id, tx.now)
    tx.wake("timers")
    return await get(tx, calendar_id)


async def get(tx: Tx, calendar_id: UUID) -> Document:
    row = await store.calendar(tx, calendar_id)
    if row is None:
        raise NotFound
    return shown(row)


async def page(tx: Tx, after: UUID, limit: int) -> list[Document]:
    return [shown(row) for row in await store.calendars(tx, after, limit)]


def shown(row: dict[str, Any]) -> Document:
    named = ("id", "name", "version", "effective_from", "created_at", "updated_at")
    return {**row["document"], **{name: row[name] for name in named}}


async def add_version(
    tx: Tx,
    creator: UUID,
    version: tuple[UUID, int],
    document: Document,
    effective: datetime,
    *,
    retroactive: bool = False,
) -> None:
    await store.add_calendar_version(
        tx,
        {
            "calendar_id": version[0],
            "version": version[1],
            "document": document,
            "effective_from": effective,
            "retroactive": retroactive,
            "created_at": tx.now,
            "created_by": creator,
        },
    )


def _require_sound(document: Document, since: datetime, caller: Caller) -> None:
    try:
        first_counted(Compiled(read_calendar(document)), micros(since))
    except WorktimeError as error:
        code = error.code if error.code == "no_business_hours" else "invalid_calendar"
        raise refused("#/weekly", code, caller.locale) from error
