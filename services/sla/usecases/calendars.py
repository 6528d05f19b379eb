"""Making calendars and their versions; open clocks are counted anew where they must be."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from services.sla.domain.planned import Overlap, require_one_season_a_day
from services.sla.problems import refused
from services.sla.store import calendars as versions_store
from services.sla.store import rules as store
from services.sla.usecases import recounting, reminding
from shared.kit.callers import Caller
from shared.kit.etags import Versions
from shared.kit.ids import uuid7
from shared.kit.problems import NotFound, PreconditionFailed
from shared.kit.tx import Tx
from shared.vocabulary import Localized
from shared.worktime import (
    Compiled,
    InvalidCalendar,
    WorktimeError,
    first_counted,
    micros,
    read_calendar,
)

Document = dict[str, Any]
Force = tuple[datetime | None, bool]
"""From when a version holds, and whether it may change what is counted already."""

EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)
MOST: Final = 2000
"""Entries that one list of a stored calendar may hold."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A version before it is stored."""

    document: Document
    effective: datetime
    retroactive: bool


async def create(tx: Tx, caller: Caller, name: Localized, document: Document) -> Document:
    """A calendar with its first version, in force since ever."""
    require_sound(document, tx.now, caller)
    calendar_id = uuid7()
    await store.add_calendar(tx, calendar_id, name, tx.now)
    await add_version(tx, caller.id, (calendar_id, 1), document, tx.now)
    await reminding.follow(tx, calendar_id, document, {})
    return await get(tx, calendar_id)


async def expect(tx: Tx, calendar_id: UUID, versions: Versions | None) -> None:
    """Refuses when somebody changed the calendar since the caller read it."""
    if versions is not None and (await locked(tx, calendar_id))["version"] not in versions:
        raise PreconditionFailed


async def supersede(
    tx: Tx, caller: Caller, calendar_id: UUID, changes: Document, force: Force
) -> Document:
    """The next version, as `draft` understands it."""
    row = await locked(tx, calendar_id)
    await put(tx, caller, row, draft(row["document"], changes, force, tx.now))
    return await get(tx, calendar_id)


def draft(document: Document, changes: Document, force: Force, now: datetime) -> Draft:
    """What is left out stays; `force` is from when it holds, and whether it may change the past.

    Without `retroactive` nothing before now changes; with it and without an instant the version
    has held since ever (sla.md 5.9).
    """
    since, retroactive = force
    effective = since or (EVER if retroactive else now)
    if not retroactive:
        effective = max(effective, now)
    return Draft({**document, **changes}, effective, retroactive)


async def put(tx: Tx, caller: Caller, row: Document, made: Draft) -> None:
    """Store the next version of a locked calendar; clocks and reminders follow it."""
    require_sound(made.document, made.effective, caller)
    version = (row["id"], row["version"] + 1)
    retroactive = made.retroactive
    await add_version(
        tx, caller.id, version, made.document, made.effective, retroactive=retroactive
    )
    await reminding.follow(tx, row["id"], made.document, row["document"])
    await recounting.begin(tx, *version)


async def locked(tx: Tx, calendar_id: UUID) -> Document:
    """The calendar for writing."""
    row = await store.calendar(tx, calendar_id, lock=True)
    if row is None:
        raise NotFound
    return row


async def get(tx: Tx, calendar_id: UUID) -> Document:
    row = await store.calendar(tx, calendar_id)
    if row is None:
        raise NotFound
    return shown(row)


async def page(tx: Tx, after: UUID, limit: int) -> list[Document]:
    return [shown(row) for row in await store.calendars(tx, after, limit)]


async def versions(tx: Tx, calendar_id: UUID, before: int, limit: int) -> list[Document]:
    """Newest first."""
    await get(tx, calendar_id)
    rows = await versions_store.versions(tx, calendar_id, before, limit)
    return [{**row["document"], **row} for row in rows]


async def version(tx: Tx, calendar_id: UUID, number: int) -> Document:
    row = await versions_store.version(tx, calendar_id, number)
    if row is None:
        raise NotFound
    return {**row["document"], **row}


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


def require_sound(document: Document, since: datetime, caller: Caller) -> None:
    """Refuses what cannot be read, is too much, contradicts itself or never opens."""
    try:
        calendar = read_calendar(document)
        _require_bounds(document)
        require_one_season_a_day(document)
        first_counted(Compiled(calendar), micros(since))
    except Overlap as error:
        place = f"#/seasons/{error.place}/from"
        raise refused(place, "overlapping_seasons", caller.locale) from error
    except InvalidCalendar as error:
        raise refused(f"#{error.pointer}", error.reason, caller.locale) from error
    except WorktimeError as error:
        raise refused("#/weekly", "no_business_hours", caller.locale) from error


def _require_bounds(document: Document) -> None:
    for name in ("holidays", "overrides", "breaks"):
        if len(document.get(name) or ()) > MOST:
            raise InvalidCalendar("too many", f"/{name}", "too_many")
