"""What becomes of a ticket after it was solved, and promises that broke while nobody was called."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from services.notify.domain.ladders import calls_at_once
from services.notify.domain.words import Kind, Silence
from services.notify.store import acknowledgements, deliveries, projection
from services.notify.usecases.announcing import Telling, audience, note, suppressed, tell
from shared.events.base import Event
from shared.events.sla import SlaBreached
from shared.events.ticket import TicketClosed, TicketReopened
from shared.kit.tx import Tx
from shared.vocabulary import Channel


async def call_off(tx: Tx, ticket_id: UUID) -> None:
    """Nobody reads that we have got it after reading that it is done."""
    for delivery_id in await acknowledgements.call_off(tx, ticket_id):
        suppressed(tx, delivery_id, Kind.ACKNOWLEDGEMENT, ticket_id, Silence.SOLVED)


async def tell_reopened(tx: Tx, event: Event[TicketReopened], ticket: dict[str, Any]) -> None:
    """Everybody who takes part, but not who pressed the button; who wrote a mail wants an answer.

    Nor is a score given by a link of a mail a button of ours: its giver learns what came of it.

    The mail that reopened it may be a robot's: this one is capped like an acknowledgement.
    """
    fact = event.data
    people = audience(ticket)
    if fact.cause not in {"mail", "feedback"}:
        people = [one for one in people if one != fact.actor_id]
    channel = Channel.EMAIL if fact.cause == "mail" else Channel.WEB
    await _tell_customers(tx, event, Kind.REOPENED, people, {"channel": channel.value})
    assignee = ticket.get("assignee_id")
    if assignee and str(assignee) != str(fact.actor_id):
        people = [UUID(str(assignee))]
        telling = Telling(Kind.REOPENED, event.id, fact.organization_id, people, fact.ticket_id, {})
        note(tx, "reopened", telling)


async def tell_closed(tx: Tx, event: Event[TicketClosed], ticket: dict[str, Any]) -> None:
    """Everybody who takes part, but not who closed it."""
    people = [one for one in audience(ticket) if one != event.data.actor_id]
    await _tell_customers(tx, event, Kind.CLOSED, people, {})


async def _tell_customers(
    tx: Tx,
    event: Event[TicketReopened] | Event[TicketClosed],
    kind: Kind,
    people: Iterable[UUID],
    facts: dict[str, Any],
) -> None:
    """Mails that no person writes do not go where the acknowledgement was not wanted either."""
    fact = event.data
    unwanted = await deliveries.unacknowledged(tx, fact.ticket_id)
    silence = Silence.NOT_WANTED if unwanted else None
    telling = Telling(
        kind, event.id, fact.organization_id, people, fact.ticket_id, facts, silence=silence
    )
    tell(tx, telling)


def uncalled(fact: SlaBreached) -> bool:
    """Whether the ladder calls nobody for it now: then this service must tell somebody."""
    return not calls_at_once(fact.ladder, fact.metric, fact.priority)


async def tell_breach(tx: Tx, event: Event[SlaBreached], departments: list[dict[str, Any]]) -> None:
    """The assignee; without one those who run the department; without them the administrators."""
    fact = event.data
    ticket = await projection.ticket(tx, fact.ticket_id)
    assignee = ticket["assignee_id"] if ticket else None
    people = [assignee] if assignee else in_charge(departments, fact.department_id)
    facts = {
        "metric": fact.metric.value,
        "due_at": fact.due_at.isoformat(),
        "assigned": assignee is not None,
    }
    telling = Telling(
        Kind.BREACH,
        event.id,
        fact.organization_id,
        people or await projection.administrators(tx),
        fact.ticket_id,
        facts,
    )
    tell(tx, telling)
    note(tx, "breach", telling)


def in_charge(departments: list[dict[str, Any]], wanted: UUID) -> list[UUID]:
    """Supervisor and manager of a department, as far as the places are filled."""
    for one in departments:
        if one["id"] == str(wanted):
            places = (one.get("supervisor"), one.get("manager"))
            return [UUID(str(place)) for place in dict.fromkeys(places) if place]
    return []
