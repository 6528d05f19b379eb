"""Chains of merges: where a merged ticket lives on."""

from collections.abc import Sequence
from uuid import UUID

from shared.kit.tx import Tx


async def living_id(tx: Tx, ticket_id: UUID) -> UUID:
    """Where a chain of merges ends."""
    return (await chain(tx, ticket_id))[-1]


async def chain(tx: Tx, ticket_id: UUID) -> list[UUID]:
    """The ticket, and one after the other those that it was merged into."""
    rows = await tx.rows(
        """with recursive chain (id, into_id, place) as (
            select id, merged_into, 1 from tickets.ticket where id = :id
            union all
            select t.id, t.merged_into, c.place + 1 from tickets.ticket t
            join chain c on t.id = c.into_id
        ) select id from chain order by place""",
        {"id": ticket_id},
    )
    return [row["id"] for row in rows] or [ticket_id]


async def ends(tx: Tx, ticket_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Of those among many tickets that are merged, where their chains end."""
    rows = await tx.rows(
        """with recursive chain (id, into_id, place) as (
            select id, merged_into, 1 from tickets.ticket
            where id = any(:ids) and merged_into is not null
            union all
            select c.id, t.merged_into, c.place + 1 from tickets.ticket t
            join chain c on t.id = c.into_id where t.merged_into is not null
        ) select distinct on (id) id, into_id from chain order by id, place desc""",
        {"ids": list(ticket_ids)},
    )
    return {row["id"]: row["into_id"] for row in rows}
