"""Saying that somebody is away, and taking it back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.escalation.problems import UnknownColleague
from services.escalation.store import directory as store
from shared.kit.callers import Caller
from shared.kit.ids import uuid7
from shared.kit.problems import Forbidden, NotFound
from shared.kit.tx import Tx

_OTHERS = "escalations:write"


async def note_absence(tx: Tx, caller: Caller, wish: dict[str, Any]) -> dict[str, Any]:
    """One's own absence needs no right; somebody else's does."""
    user_id = wish["user_id"] or caller.id
    if user_id != caller.id and not caller.has(_OTHERS):
        raise Forbidden
    named = [user_id] if wish["deputy_id"] is None else [user_id, wish["deputy_id"]]
    for one in named:
        if not await store.staff_exists(tx, one):
            raise UnknownColleague
    values = {
        **wish,
        "user_id": user_id,
        "id": uuid7(),
        "created_by": caller.id,
        "created_at": tx.now,
    }
    await store.put_absence(tx, values)
    return values


async def drop_absence(tx: Tx, caller: Caller, absence_id: UUID) -> None:
    row = await store.absence(tx, absence_id)
    if row is None:
        raise NotFound
    if row["user_id"] != caller.id and not caller.has(_OTHERS):
        raise Forbidden
    await store.drop_absence(tx, absence_id)


async def absences(
    tx: Tx, user_id: UUID | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    since: datetime = tx.now
    return [dict(row) for row in await store.absences(tx, user_id, since, after, limit)]
