"""Holidays and seasons on their way into a calendar: imported, listed, confirmed by a person."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from services.sla.adapters import almanac, icalendar
from services.sla.domain.dates import hijri_date, written
from services.sla.domain.feasts import Proposal, fasting_week, proposals
from services.sla.domain.planned import Choice, Item, chosen, confirmed, items, merged
from services.sla.domain.words import Feast, ItemKind
from services.sla.problems import refused
from services.sla.usecases import calendars
from shared.kit.callers import Caller
from shared.kit.tx import Tx

Document = dict[str, Any]
_AHEAD: Final = 5
"""Years for which a recurring event of a file is followed."""


async def import_known(tx: Tx, caller: Caller, calendar_id: UUID, wish: Document) -> Document:
    """From a country's public holidays and the Umm al-Qura table (`ImportIn`)."""
    if wish["country"] is None and not wish["hijri"]:
        raise refused("#/country", "nothing_to_import", caller.locale)
    found: list[Proposal] = []
    if wish["country"] is not None:
        rows = await asyncio.to_thread(_public, wish["country"], wish["years"])
        found += [(ItemKind.HOLIDAY, _civil(one, confirm=wish["confirm_civil"])) for one in rows]
    row = await calendars.locked(tx, calendar_id)
    hours = wish["season_hours"] or fasting_week(row["document"]["weekly"])
    feasts = [Feast(one) for one in wish["hijri"]]
    found += proposals(feasts, wish["years"], hours)
    return await _add(tx, caller, row, found)


async def import_file(
    tx: Tx, caller: Caller, calendar_id: UUID, raw: bytes, *, confirm: bool
) -> Document:
    """From an iCalendar file; tentative unless the caller vouches for it."""
    year = tx.now.year
    wish = icalendar.Wish(
        date(year - 1, 1, 1), date(year + _AHEAD, 12, 31), "confirmed" if confirm else "tentative"
    )
    try:
        rows = await asyncio.to_thread(icalendar.holidays_of, raw, wish)
    except icalendar.BadFile as error:
        place = "#" if error.event is None else f"#/VEVENT/{error.event}"
        raise refused(place, error.code, caller.locale) from error
    row = await calendars.locked(tx, calendar_id)
    return await _add(tx, caller, row, [(ItemKind.HOLIDAY, one) for one in rows])


async def confirm(
    tx: Tx, caller: Caller, calendar_id: UUID, choice: Choice, *, retroactive: bool
) -> Document:
    """The human yes; a second one changes nothing."""
    row = await calendars.locked(tx, calendar_id)
    _require_known(row["document"], choice, caller)
    document = confirmed(row["document"], choice)
    if document is not None:
        made = calendars.draft(document, {}, (None, retroactive), tx.now)
        await calendars.put(tx, caller, row, made)
    return await calendars.get(tx, calendar_id)


async def planned(tx: Tx, calendar_id: UUID, span: tuple[date, date]) -> list[Document]:
    """Holidays and seasons that touch the dates, as people read them."""
    found = await calendars.get(tx, calendar_id)
    first, last = span
    inside = [item for item in items(found) if item.first <= last and item.last >= first]
    return [_shown(item) for item in sorted(inside, key=lambda item: (item.first, item.id))]


async def _add(tx: Tx, caller: Caller, row: Document, found: Iterable[Proposal]) -> Document:
    document, added = merged(row["document"], found)
    if added:
        await calendars.put(tx, caller, row, calendars.draft(document, {}, (None, False), tx.now))
    shown = await calendars.get(tx, row["id"])
    return {**shown, "added": added, "tentative": _waiting(added)}


def _public(country: str, years: Sequence[int]) -> list[Document]:
    """In a thread: the first call of a process reads the package's tables."""
    return list(almanac.public_holidays(country, years))


def _civil(row: Document, *, confirm: bool) -> Document:
    return row if confirm else {**row, "status": "tentative"}


def _waiting(rows: Sequence[Document]) -> int:
    return sum(row["status"] == "tentative" for row in rows)


def _require_known(document: Document, choice: Choice, caller: Caller) -> None:
    """Every id and date that was named means something."""
    meant = chosen(document, choice)
    ids = {item.id for item in meant}
    for index, one in enumerate(sorted(choice.ids)):
        if one not in ids:
            raise refused(f"#/ids/{index}", "unknown_item", caller.locale)
    for day in choice.dates:
        if not any(item.first <= day <= item.last for item in meant):
            raise refused("#/dates", "unknown_item", caller.locale)
    if not meant:
        raise refused("#/ids", "unknown_item", caller.locale)


def _shown(item: Item) -> Document:
    row = item.row
    return {
        "kind": item.kind,
        "id": item.id,
        "name": item.title,
        "first_day": item.first,
        "last_day": item.last,
        "status": "tentative" if item.tentative else "confirmed",
        "hijri": hijri_date(item.first),
        "written": written(item.first),
        "country": row.get("country"),
        "source": row.get("source"),
    }
