"""Rows of the in-app inbox and of people's preferences."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert

from services.notify.tables import Notice, Preference
from shared.kit.tables import table
from shared.kit.tx import Tx

_NOTICE = table(Notice)
_PREFERENCE = table(Preference)


_PUT = insert(_NOTICE).on_conflict_do_nothing()


def put_notices(tx: Tx, rows: list[dict[str, Any]]) -> None:
    """One line per person and cause."""
    for row in rows:
        tx.write(_PUT, row, row["user_id"])


async def notices(
    tx: Tx, user_id: UUID, *, unread: bool, before: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """A person's inbox, newest first."""
    rows = await tx.rows(
        "select n.*, t.number from notify.notice n left join notify.ticket t using (ticket_id)"
        " where n.user_id = :user_id and (not :unread or n.read_at is null)"
        " and (cast(:before as uuid) is null or n.id < :before) order by n.id desc limit :limit",
        {"user_id": user_id, "unread": unread, "before": before, "limit": limit},
    )
    return [dict(row) for row in rows]


async def mark_read(tx: Tx, user_id: UUID, notice_id: UUID, at: datetime) -> bool:
    """Whether there is such a line in the person's inbox."""
    found = await tx.scalar(
        "update notify.notice set read_at = coalesce(read_at, :at)"
        " where id = :id and user_id = :user_id returning true",
        {"id": notice_id, "user_id": user_id, "at": at},
    )
    return bool(found)


async def preference(tx: Tx, user_id: UUID) -> RowMapping | None:
    return await tx.row("select * from notify.preference where user_id = :id", {"id": user_id})


async def put_preference(tx: Tx, values: dict[str, Any]) -> None:
    changes = {name: value for name, value in values.items() if name != "user_id"}
    statement = insert(_PREFERENCE).values(values)
    await tx.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=changes))
