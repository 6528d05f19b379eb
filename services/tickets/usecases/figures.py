"""Instants and spans of a timeline entry in words, in the zone of the customer's organization."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from services.tickets.domain.stories import CLAUSES
from services.tickets.store import directory
from shared.kit.locale import format_instant, isolate, pick
from shared.kit.tx import Tx
from shared.vocabulary import Locale
from shared.worktime.spans import span

FALLBACK_ZONE: Final = "Asia/Riyadh"
INSIDE: Final = frozenset({"role", "level", "previous_id", "previous"})
"""Who of the house was called, or had the ticket before, is the house's own affair."""


NAMELESS: Final = frozenset({"sla_excused", "escalation_acknowledged"})
"""What one of us did within the house: customers are told that it was done."""


async def zone_of(tx: Tx, organization_id: UUID) -> str:
    """Where the people of an organization look at their clocks."""
    row = await directory.organization(tx, organization_id)
    return row["timezone"] if row else FALLBACK_ZONE


def figures(data: Mapping[str, Any], locale: Locale, zone: str) -> dict[str, str]:
    """The figures of an entry that its sentence tells.

    What moved within a minute reads the same before and after: that is said once.
    """
    known = ((name, data.get(name)) for name in CLAUSES)
    told = {name: _words(name, value, locale, zone) for name, value in known if value is not None}
    if told.get("was_due_at") == told.get("due_at"):
        told.pop("was_due_at", None)
    return told


def _words(name: str, value: Any, locale: Locale, zone: str) -> str:
    if name.endswith("_seconds"):
        return pick(span(int(value)), locale)
    return moment_words(datetime.fromisoformat(value), locale, zone)


def moment_words(moment: datetime, locale: Locale, zone: str) -> str:
    """An instant in words, fenced off inside an Arabic sentence."""
    told = f"{format_instant(moment, locale, zone)} {_offset(moment, zone)}"
    return isolate(told) if locale is Locale.AR else told


def _offset(moment: datetime, zone: str) -> str:
    """`(UTC+3)`, so that the instant means the same to everybody who reads it."""
    shift = moment.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    sign = "+" if shift >= timedelta() else "-"
    hours, minutes = divmod(abs(shift) // timedelta(minutes=1), 60)
    return f"(UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "") + ")"
