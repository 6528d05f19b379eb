"""Ratings of resolutions."""

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert

from services.tickets.tables import Feedback
from shared.kit.tables import table
from shared.kit.tx import Tx

FEEDBACK = table(Feedback)


async def put(tx: Tx, values: dict[str, Any]) -> None:
    """One rating for each resolution; a click on a link keeps an earlier comment."""
    wish = insert(FEEDBACK).values(**values)
    kept = {name: wish.excluded[name] for name in ("score", "by_link", "given_at")}
    if values.get("comment") is not None:
        kept["comment"] = wish.excluded["comment"]
    keys = ["ticket_id", "reopen_count"]
    await tx.execute(wish.on_conflict_do_update(index_elements=keys, set_=kept))


async def of_ticket(tx: Tx, ticket_id: UUID) -> list[RowMapping]:
    return await tx.rows(
        "select * from tickets.feedback where ticket_id = :ticket order by reopen_count",
        {"ticket": ticket_id},
    )
