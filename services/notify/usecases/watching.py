"""Colleagues who watch a ticket are told of it; of spam nobody is told anything."""

from typing import Any, Final
from uuid import UUID

from services.notify.domain.words import TO_CUSTOMERS, Kind, Silence
from services.notify.store import deliveries, projection
from services.notify.usecases.announcing import MAILS, Telling, note, tell
from shared.events.base import Event
from shared.events.ticket import TicketMessageAdded, TicketStatusChanged
from shared.kit.tx import Tx
from shared.vocabulary import AuthorKind, Status

_SAID_ALREADY: Final = "answer"
"""The status moved by a message that they are told of anyway."""


async def tell_of_message(tx: Tx, event: Event[TicketMessageAdded]) -> None:
    """A customer's own words, which everybody may read; not what came along with a split."""
    fact = event.data
    spoken = fact.public and not fact.automatic and fact.author_kind is AuthorKind.CUSTOMER
    if not spoken or fact.moved:
        return
    facts = {"news": "message", "message_id": str(fact.message_id)}
    await _tell(tx, event, fact.author_id, facts)


async def tell_of_status(tx: Tx, event: Event[TicketStatusChanged]) -> None:
    """Where the ticket stands now; whoever moved it knows.

    An answer that solves a new ticket moves it twice at once: watchers get one mail.
    """
    fact = event.data
    await deliveries.overtake(tx, fact.ticket_id)
    if fact.cause != _SAID_ALREADY:
        await _tell(tx, event, fact.actor_id, {"news": fact.to_status.value})
    if fact.to_status is Status.SPAM:
        await projection.change_ticket(tx, fact.ticket_id, "silent", value=True)
        await deliveries.hold_back(tx, fact.ticket_id, [kind.value for kind in TO_CUSTOMERS])
    elif fact.from_status is Status.SPAM:
        await projection.change_ticket(tx, fact.ticket_id, "silent", value=False)
        await deliveries.let_go(tx, fact.ticket_id)
        tx.wake(MAILS)


async def see_no_more(tx: Tx, ticket_id: UUID, person_id: UUID) -> None:
    """Somebody takes part no more."""
    await projection.drop_participant(tx, ticket_id, person_id)
    await deliveries.withdraw(tx, ticket_id, person_id)


async def bar(tx: Tx, person_id: UUID) -> None:
    """A deactivated person hears nothing more, of anything."""
    await deliveries.bar(tx, person_id, Silence.DISABLED)


async def leave_in_peace(tx: Tx, ticket_id: UUID, person_id: UUID) -> None:
    """Of this ticket; mails that are written later ask tickets who has denied it."""
    await deliveries.bar(tx, person_id, Silence.DENIED, ticket_id)


async def _tell(
    tx: Tx,
    event: Event[TicketMessageAdded] | Event[TicketStatusChanged],
    doer: UUID | None,
    facts: dict[str, Any],
) -> None:
    fact = event.data
    people = [one for one in await projection.hearing(tx, fact.ticket_id) if one != doer]
    if not people:
        return
    telling = Telling(Kind.WATCHED, event.id, fact.organization_id, people, fact.ticket_id, facts)
    tell(tx, telling)
    note(tx, Kind.WATCHED.value, telling)
