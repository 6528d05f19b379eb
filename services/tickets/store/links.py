"""Links between tickets."""

from uuid import UUID

from sqlalchemy import RowMapping

from services.tickets.domain.words import Ticket
from shared.kit.tx import Tx


async def add(tx: Tx, ticket: Ticket, other_id: UUID, kind: str) -> bool:
    """Remember a link; whether it is new."""
    result = await tx.execute(
        """insert into tickets.link
            (ticket_id, other_id, kind, organization_id, actor_id, created_at)
        values (:ticket, :other, :kind, :organization, :actor, :now) on conflict do nothing""",
        {
            "ticket": ticket.id,
            "other": other_id,
            "kind": kind,
            "organization": ticket.organization_id,
            "actor": tx.caller.id,
            "now": tx.now,
        },
    )
    return bool(result.rowcount)


async def of_ticket(tx: Tx, ticket_id: UUID) -> list[RowMapping]:
    """Links in both directions; the other side's visibility is the caller's own question."""
    return await tx.rows(
        """select other_id, kind from tickets.link where ticket_id = :ticket
        union select ticket_id, kind from tickets.link where other_id = :ticket order by 1, 2""",
        {"ticket": ticket_id},
    )
