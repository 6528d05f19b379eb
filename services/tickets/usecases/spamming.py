"""Spam: set aside, silent, and brought back as if it had never been away."""

from uuid import UUID

from services.tickets.domain.words import Action
from services.tickets.store.rows import Row
from services.tickets.usecases.life import Life
from services.tickets.usecases.replying import begin
from services.tickets.usecases.sight import staff_only
from shared.kit.callers import Caller
from shared.kit.tx import Tx


async def mark(tx: Tx, caller: Caller, ticket_id: UUID, reason: str | None) -> tuple[Row, Life]:
    """Nobody waits, climbs or is written to any more; further mails only join the ticket."""
    life = await begin(tx, caller, ticket_id, staff_only(caller))
    put_aside(life, reason)
    return await life.save(), life


def put_aside(life: Life, reason: str | None) -> None:
    """Set aside as spam, while the ticket is one of its own."""
    life.set_aside(Action.SPAM, reason=reason)
    life.note("spam", public=False)


async def unmark(tx: Tx, caller: Caller, ticket_id: UUID, reason: str | None) -> tuple[Row, Life]:
    """It stands where it stood: the customer has waited all along, so the promise has too."""
    life = await begin(tx, caller, ticket_id, staff_only(caller))
    life.come_back(Action.UNSPAM, reason=reason)
    life.note("unspam", public=False)
    return await life.save(), life
