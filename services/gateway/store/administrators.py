"""Whether somebody administers the house: it is never left without."""

from uuid import UUID

from shared.kit.tx import Tx


async def other_administrator_exists(tx: Tx, user_id: UUID) -> bool:
    """Whether somebody else could still administer; the lock makes two departures queue."""
    rows = await tx.rows(
        """select id from identity.user where roles @> array['admin'] and disabled_at is null
            order by id for update"""
    )
    return any(row["id"] != user_id for row in rows)


async def administrator_exists(tx: Tx) -> bool:
    query = "select exists (select from identity.user where roles @> array['admin'])"
    return bool(await tx.scalar(query))
