"""Spam: set aside, silent, and brought back as if it had never been away."""

from uuid import UUID

from services.tickets.domain.kindly import OUTSIDE, ended_by
from services.tickets.domain.words import Action
from services.tickets.store.rows import Row
from services.tickets.usecases.life import Life
from services.tickets.usecases.replying import begin
from services.tickets.usecases.sight import staff_only
from shared.events.ticket import TicketClosed
from shared.kit.callers import Caller
from shared.kit.tx import Tx
from shared.vocabulary import Status


async def mark(tx: Tx, caller: Caller, ticket_id: UUID, reason: str | None) -> tuple[Row, Life]:
    """Nobody waits, climbs or is written to any more; further mails only join the ticket."""
    life = await begin(tx, caller, ticket_id, staff_only(caller))
    put_aside(life, reason)
    return await life.save(), life


def put_aside(life: Life, reason: str | None) -> None:
    """Set aside as spam, while the ticket is one of its own; customers hear that it was closed."""
    cause = ended_by(life.ticket.status)
    life.set_aside(Action.SPAM, reason=reason)
    life.note("spam", public=False)
    if cause is not None:
        actor = life.actor.id if cause == "staff" else None
        life.change(closed_at=life.at)
        life.state(TicketClosed(**life.base, actor_id=actor, cause=cause, outside=True))
        life.note("closed", {"cause": cause, OUTSIDE: True})


async def unmark(tx: Tx, caller: Caller, ticket_id: UUID, reason: str | None) -> tuple[Row, Life]:
    """It stands where it stood: the customer has waited all along, so the promise has too."""
    life = await begin(tx, caller, ticket_id, staff_only(caller))
    life.come_back(Action.UNSPAM, reason=reason)
    if life.ticket.status is not Status.CLOSED:
        life.change(closed_at=None)
    life.note("unspam", public=False)
    return await life.save(), life
