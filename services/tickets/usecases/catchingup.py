"""Requests of the form from before anybody hid the unconfirmed: stated once, so that all know."""

from typing import Final

from services.tickets.domain.visitors import standing
from services.tickets.store import tickets, visitors
from services.tickets.store.rows import Row
from services.tickets.usecases.life import HOUSE, Life
from shared.events.ticket import TicketEdited
from shared.events.visitor import VisitorUnconfirmed
from shared.kit.context import Context
from shared.kit.tx import Tx

WORKER: Final = "tickets.visitors"
_BATCH: Final = 50


async def tell_some(context: Context) -> bool:
    """A few of them; whether there may be more."""
    async with context.tx() as tx:
        rows = await visitors.untold(tx, _BATCH)
        for row in rows:
            await _tell(tx, row)
        await visitors.tell(tx, [row["ticket_id"] for row in rows])
    return len(rows) == _BATCH


async def _tell(tx: Tx, asked: Row) -> None:
    row = await tickets.lock(tx, asked["ticket_id"])
    if row is not None and row["unconfirmed"]:
        life = Life(tx, row, await tx.context.vault.box(row["organization_id"]), HOUSE)
        life.state(TicketEdited(**life.base, fields=(), unconfirmed=True))
        await life.save()
    person_id, inbox = asked["person_id"], asked["inbox"] or b""
    if standing(await visitors.acquaintance(tx, person_id, inbox), tx.now).ask:
        fact = VisitorUnconfirmed(person_id=person_id, at=tx.now, asked_at=asked["first_at"])
        tx.emit(fact)
