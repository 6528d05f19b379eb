"""Ratings of resolutions."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert

from services.tickets.domain.rights import Viewer
from services.tickets.store.reports import in_sight
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


_LISTED: Final = """
    select f.*, s.department_id, s.assignee_id, s.priority, t.number
    from tickets.feedback f
        join tickets.stretch s on s.ticket_id = f.ticket_id and s.cycle = f.reopen_count
        join tickets.ticket t on t.id = f.ticket_id
    where {where}
    order by f.given_at desc, f.ticket_id desc, f.reopen_count desc limit :limit"""
_NARROW: Final = {
    "organization_id": "f.organization_id = :organization_id",
    "department_id": "s.department_id = :department_id",
    "assignee_id": "s.assignee_id = :assignee_id",
    "priority": "s.priority = :priority",
    "start": "f.given_at >= :start",
    "end": "f.given_at < :end",
    "score": "f.score = any(:score)",
    "commented": "(f.comment is not null) = :commented",
    "place": "(f.given_at, f.ticket_id, f.reopen_count) < (:at, :ticket, :count)",
}


async def listed(tx: Tx, viewer: Viewer, wish: Mapping[str, Any], limit: int) -> list[RowMapping]:
    """Ratings within the viewer's reports, newest first, one more than `limit` if any."""
    sight, params = in_sight(viewer)
    asked = {name: value for name, value in wish.items() if value is not None}
    conditions = [sight, *(_NARROW[name] for name in asked)]
    place = asked.pop("place", None)
    if place is not None:
        asked |= dict(zip(("at", "ticket", "count"), place, strict=True))
    statement = _LISTED.format(where=" and ".join(conditions))
    return await tx.rows(statement, {**params, **asked, "limit": limit + 1})
