"""Holidays and seasons that nobody has confirmed: listed, and told two days ahead (sla.md 5.11)."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from services.sla.domain.dates import hijri_date, written
from services.sla.domain.ledger import local_date
from services.sla.domain.planned import Item, newly_tentative, tentative
from services.sla.store import calendars as store
from services.sla.store import rules
from services.sla.store.timers import TimerRow
from shared.events.sla import SlaCalendarUnconfirmed
from shared.kit.tx import Tx
from shared.worktime import Calendar, Compiled, Timeline, instant, micros

KIND: Final = "unconfirmed"
_FIRST_DAY: Final = date(1970, 1, 1)
Document = dict[str, Any]


async def follow(tx: Tx, calendar_id: UUID, document: Document, before: Document) -> None:
    """Arm a reminder for each item that waits since this version; called off for the others.

    What waited before keeps its reminder, fired or not: nobody is told twice.
    """
    new, gone = newly_tentative(document, before)
    if not new and not gone:
        return
    timeline = _zone(document)
    today = local_date(timeline, micros(tx.now))
    dues = {
        f"{KIND}:{calendar_id}:{item.mark}": max(_begins(timeline, item.task_on), tx.now)
        for item in new
        if item.last >= today
    }
    await store.disarm(tx, [f"{KIND}:{calendar_id}:{mark}" for mark in gone])
    await store.arm(tx, KIND, dues)
    tx.wake("timers")


async def remind(tx: Tx, timer: TimerRow, now: datetime) -> None:
    """State the item when it still waits."""
    _, calendar_id, mark = timer.key.split(":", 2)
    row = await rules.calendar(tx, UUID(calendar_id))
    waiting = tentative(row["document"]) if row else []
    for item in waiting:
        if item.mark == mark:
            tx.emit(
                SlaCalendarUnconfirmed(
                    calendar_id=UUID(calendar_id),
                    item=item.kind.value,
                    first_day=item.first,
                    last_day=item.last,
                    at=now,
                )
            )


async def tasks(tx: Tx, limit: int) -> list[Document]:
    """What somebody has to confirm, the most urgent first; what is over is nobody's task."""
    found: list[Document] = []
    for row in await store.waiting(tx):
        today = local_date(_zone(row["document"]), micros(tx.now))
        waiting = [item for item in tentative(row["document"]) if item.last >= today]
        found += [_task(row, item, today) for item in waiting]
    found.sort(key=lambda task: (task["first_day"], str(task["calendar_id"]), task["id"]))
    return found[:limit]


def _task(row: Document, item: Item, today: date) -> Document:
    return {
        "calendar_id": row["id"],
        "calendar": row["name"],
        "version": row["version"],
        "kind": item.kind,
        "id": item.id,
        "name": item.title,
        "first_day": item.first,
        "last_day": item.last,
        "hijri": hijri_date(item.first),
        "confirm_by": item.task_on,
        "urgent": today >= item.task_on,
        "text": _sentence(item),
    }


def _sentence(item: Item) -> Document:
    day = written(item.first)
    if item.kind == "season":
        return {
            "ar": f"موسم يبدأ {day['ar']} بانتظار التأكيد، ولا يغيّر الساعات قبله.",
            "en": f"A season from {day['en']} waits for confirmation; until then no hours change.",
        }
    return {
        "ar": f"عطلة {day['ar']} بانتظار التأكيد، ولا يُغلق فيها شيء قبله.",
        "en": f"The holiday of {day['en']} waits for confirmation; until then nothing closes.",
    }


def _zone(document: Document) -> Timeline:
    """Only for its local dates."""
    return Compiled(Calendar(document.get("timezone") or "UTC"))


def _begins(timeline: Timeline, day: date) -> datetime:
    return instant(timeline.resolve((day - _FIRST_DAY).days, 0))
