"""`If-Match`: what a caller believes of a ticket, and that it is the ticket's present version."""

from uuid import UUID

from services.tickets.domain.rights import Viewer
from services.tickets.store import versions
from services.tickets.store.rows import Row
from shared.kit.problems import PreconditionFailed
from shared.kit.tx import Tx


def require_believed(tx: Tx, row: Row) -> None:
    """Of the ticket that is held: nothing changes it any more."""
    believed = tx.known.get(("if_match", row["id"]))
    if believed is not None and row["version"] not in believed:
        raise PreconditionFailed


async def foresee(tx: Tx, viewer: Viewer, ticket_id: UUID) -> None:
    """Versions only grow: who is late already need not stand in the ticket's line to be told so."""
    believed = tx.known.get(("if_match", ticket_id))
    if believed is None or tx.known.get(("foreseen", ticket_id)):
        return
    tx.known["foreseen", ticket_id] = True
    async with tx.context.tx(tx.caller) as look:
        version = await versions.present(look, viewer, ticket_id)
    if version is not None and version not in believed:
        raise PreconditionFailed
