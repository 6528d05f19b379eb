"""A low score is told to whoever can do something about it; what was said with it stays sealed."""

from typing import Any
from uuid import UUID

from services.notify.domain.words import LOW_SCORE, Kind
from services.notify.store import projection
from services.notify.usecases.announcing import Telling, note
from services.notify.usecases.following import in_charge
from shared.events.base import Event
from shared.events.ticket import TicketFeedbackGiven
from shared.kit.context import Context
from shared.kit.tx import Tx

NOTICE = "rated"


async def ask_departments(
    event: Event[TicketFeedbackGiven], context: Context
) -> list[dict[str, Any]] | None:
    """Who runs the department, for a low score on a ticket that nobody holds."""
    if event.data.score > LOW_SCORE:
        return None
    async with context.tx() as tx:
        ticket = await projection.ticket(tx, event.data.ticket_id)
    if ticket is None or ticket["silent"] or ticket["assignee_id"] is not None:
        return []
    answer = await context.peers.get("gateway", "/internal/departments")
    found: list[dict[str, Any]] = answer["items"]
    return found


async def tell_rating(
    tx: Tx, event: Event[TicketFeedbackGiven], departments: list[dict[str, Any]] | None
) -> None:
    """A line in the inbox with the score; of spam nobody is told anything."""
    fact = event.data
    ticket = await projection.ticket(tx, fact.ticket_id)
    if departments is None or ticket is None or ticket["silent"]:
        return
    people = await projection.hearing(tx, fact.ticket_id)
    holder: UUID | None = ticket["assignee_id"]
    first = [holder] if holder else in_charge(departments, ticket["department_id"])
    facts = {"score": fact.score, "comment_url": f"/v1/tickets/{fact.ticket_id}/feedback"}
    note(tx, NOTICE, _telling(event, [*first, *people], facts))


def _telling(
    event: Event[TicketFeedbackGiven], people: list[UUID], facts: dict[str, Any]
) -> Telling:
    fact = event.data
    return Telling(Kind.WATCHED, event.id, fact.organization_id, people, fact.ticket_id, facts)
