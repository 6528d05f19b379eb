"""Ratings of resolutions."""

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert

from services.tickets.tables import Feedback
from shared.kit.tables import table
from shared.kit.tx import Tx

FEEDBACK = table(Feedback)
_KEYS = ("ticket_id", "reopen_count")
_ONCE = ("organization_id", *_KEYS)


async def put(tx: Tx, values: dict[str, Any]) -> None:
    """One rating for each resolution; what is not among `values` stays as it was."""
    wish = insert(FEEDBACK).values(**values)
    kept = {name: wish.excluded[name] for name in values if name not in _ONCE}
    await tx.execute(wish.on_conflict_do_update(index_elements=[*_KEYS], set_=kept))


async def of_ticket(tx: Tx, ticket_id: UUID) -> list[RowMapping]:
    return await tx.rows(
        "select * from tickets.feedback where ticket_id = :ticket order by reopen_count",
        {"ticket": ticket_id},
    )


async def of_resolution(tx: Tx, ticket_id: UUID, reopen_count: int) -> RowMapping | None:
    return await tx.row(
        "select * from tickets.feedback where ticket_id = :ticket and reopen_count = :count",
        {"ticket": ticket_id, "count": reopen_count},
    )
