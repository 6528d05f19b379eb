"""The version of a ticket as it stands committed, without waiting for whoever holds it."""

from uuid import UUID

from services.tickets.domain.rights import Viewer
from services.tickets.store.visibility import visible
from shared.kit.tx import Tx


async def present(tx: Tx, viewer: Viewer, ticket_id: UUID) -> int | None:
    """None where this viewer sees no such ticket."""
    condition, params = visible(viewer)
    rows = await tx.only(
        f"select t.version from tickets.ticket t where t.id = :id and {condition}",
        {"id": ticket_id, **params},
    )
    return rows[0]["version"] if rows else None
