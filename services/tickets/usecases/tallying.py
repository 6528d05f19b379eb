"""Stretches are read from tickets outside the hot path, a few hundred at a time."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.tickets.domain.stretches import (
    Assigned,
    Change,
    Holder,
    Life,
    Moved,
    Rehoused,
    Stretch,
    stretches,
)
from services.tickets.store import tallies
from services.tickets.store.rows import Row
from shared.kit.context import Context
from shared.kit.tx import Tx
from shared.vocabulary import AuthorKind, Status

BATCH: Final = 500
_AT_ONCE: Final = 4
"""Batches that whoever reads a report waits for; a longer queue is left to the worker."""

Scores = dict[tuple[UUID, int], int]


async def tally_some(context: Context) -> bool:
    """Read a batch anew; whether there may be more."""
    async with context.tx() as tx:
        ids, more = await tallies.claim(tx, BATCH)
        if ids:
            await _tally(tx, ids)
    return more


async def catch_up(context: Context) -> bool:
    """Before a report: all that was noted so far; False while a long queue is worked off."""
    for _ in range(_AT_ONCE):
        async with context.tx() as tx:
            if not await tallies.waiting(tx):
                return True
        if not await tally_some(context):
            return True
    return False


async def _tally(tx: Tx, ids: list[UUID]) -> None:
    rows = await tallies.materials(tx, ids)
    changes: dict[UUID, list[Change]] = {}
    for one in await tallies.changes(tx, ids):
        changes.setdefault(one["ticket_id"], []).extend(_changes(one))
    scores = await tallies.scores(tx, ids)
    found = [line for row in rows for line in _lines(row, changes.get(row["id"], []), scores)]
    await tallies.put(tx, ids, found)


def _changes(row: Row) -> Iterable[Change]:
    """What an entry of the timeline says, as far as it is one that stretches know."""
    at, data = row["at"], row["data"] or {}
    match row["kind"]:
        case "status_changed":
            by = row["actor_id"] if row["actor_kind"] == AuthorKind.STAFF else None
            yield Moved(at, Status(data["from_status"]), Status(data["to_status"]), by)
        case "assigned":
            yield Assigned(at, _id(data.get("assignee_id")))
        case "department_changed":
            yield Rehoused(at, _id(data.get("from_department_id")), UUID(data["department_id"]))
        case _:
            pass


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


def _lines(row: Row, changes: list[Change], scores: Scores) -> list[dict[str, Any]]:
    life = Life(
        opened_at=row["created_at"],
        status=Status(row["status"]),
        holder=Holder(row["department_id"], row["assignee_id"]),
        resolved_at=row["resolved_at"],
        closed_at=row["closed_at"],
        updated_at=row["updated_at"],
    )
    found = stretches(life, changes)
    last = found[-1].cycle
    same = {name: row[name] for name in ("organization_id", "priority", "channel")}
    return [
        {
            **same,
            "ticket_id": row["id"],
            "cycle": one.cycle,
            "department_id": one.holder.department_id,
            "assignee_id": one.holder.assignee_id,
            "opened_at": row["created_at"],
            "began_at": one.began_at,
            "ended_at": one.ended_at,
            "ended_by": one.ended_by,
            "resolved_at": one.resolved_at,
            "closed_at": _closed_at(life, one, latest=one.cycle == last),
            "score": scores.get((row["id"], one.cycle)),
            "reopened": one.cycle < last,
            "spam": life.status is Status.SPAM,
            "tags": list(row["tags"]),
            **_once(row, one.cycle),
            "resolve_counted": _solved_in(row, one.resolved_at, latest=one.cycle == last),
        }
        for one in found
    ]


def _closed_at(life: Life, one: Stretch, *, latest: bool) -> datetime | None:
    """Customers count as closed what was set aside as spam; the desk does not count it at all."""
    aside = latest and life.status is Status.SPAM
    return one.closed_at or (life.closed_at if aside else None)


def _once(row: Row, cycle: int) -> dict[str, Any]:
    """What a ticket has once stands with its first stretch."""
    if cycle:
        return {"answered_at": None, "answer_counted": None, "messages": 0}
    answered = row["answered_at"]
    counted = None if answered is None else row["answer_counted"]
    return {"answered_at": answered, "answer_counted": counted, "messages": row["messages"]}


def _solved_in(row: Row, resolved_at: Any, *, latest: bool) -> int | None:
    """Counted time is told of the present resolution alone."""
    counted: int | None = row["resolve_counted"]
    return counted if latest and resolved_at is not None else None
