"""A calendar's days for people, under the versions that are in force on them."""

from datetime import date
from typing import Any
from uuid import UUID

from services.sla.domain.daylist import days as listed
from services.sla.usecases.rulebook import rulebook
from shared.kit.problems import NotFound
from shared.kit.tx import Tx


async def days(tx: Tx, calendar_id: UUID, span: tuple[date, date]) -> dict[str, Any]:
    """Each local date of the span, both ends included."""
    timeline = (await rulebook(tx)).calendars.get(str(calendar_id))
    if timeline is None:
        raise NotFound
    return {"timezone": timeline.timezone, "items": list(listed(timeline, *span))}
