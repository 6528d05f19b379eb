"""Versions of calendars, what in them waits for a yes, and which open clocks count on them."""

from datetime import datetime
from typing import Final
from uuid import UUID

from services.sla.store.rules import Row
from shared.kit.tx import Tx

NOBODY: Final = UUID(int=0)
"""Timers that belong to no ticket carry this id."""

_COUNTED: Final = """open and (calendar_id = :calendar_id or (policy_id, policy_version) in (
        select policy_id, version from sla.policy_version
        where document::text like '%' || cast(:calendar_id as text) || '%'))"""
"""Clocks that count on a calendar, by their contract or by a target of their policy."""

_VERSION: Final = """select v.calendar_id as id, c.name, v.version, v.document, v.effective_from,
        v.retroactive, v.created_at, v.created_by
    from sla.calendar_version v join sla.calendar c on c.id = v.calendar_id"""


async def versions(tx: Tx, calendar_id: UUID, before: int, limit: int) -> list[Row]:
    """Newest first, those older than `before`."""
    rows = await tx.rows(
        f"{_VERSION} where v.calendar_id = :id and v.version < :before"
        " order by v.version desc limit :limit",
        {"id": calendar_id, "before": before, "limit": limit},
    )
    return [dict(row) for row in rows]


async def version(tx: Tx, calendar_id: UUID, number: int) -> Row | None:
    row = await tx.row(
        f"{_VERSION} where v.calendar_id = :id and v.version = :version",
        {"id": calendar_id, "version": number},
    )
    return None if row is None else dict(row)


async def waiting(tx: Tx) -> list[Row]:
    """The newest version of every calendar that has something unconfirmed."""
    rows = await tx.rows(
        f"""{_VERSION} where v.version = c.version and (
            v.document @> '{{"holidays": [{{"status": "tentative"}}]}}'
            or v.document @> '{{"seasons": [{{"status": "tentative"}}]}}') order by c.id"""
    )
    return [dict(row) for row in rows]


async def counted_on(tx: Tx, calendar_id: UUID) -> int:
    """How many open clocks count on a calendar."""
    number: int = await tx.scalar(
        f"select count(*) from sla.clock where {_COUNTED}", {"calendar_id": calendar_id}
    )
    return number


async def clocks_on(tx: Tx, calendar_id: UUID, after: UUID, limit: int) -> dict[UUID, int]:
    """The next open clocks that count on a calendar: ticket ids in order, with their numbers."""
    rows = await tx.rows(
        f"select ticket_id, number from sla.clock where {_COUNTED} and ticket_id > :after"
        " order by ticket_id limit :limit",
        {"calendar_id": calendar_id, "after": after, "limit": limit},
    )
    return {row["ticket_id"]: row["number"] for row in rows}


async def recount(
    tx: Tx, version: tuple[UUID, int], after: UUID, due_at: datetime, limit: int
) -> UUID | None:
    """Have the next open clocks looked at under a version; the last of them, None at the end.

    Keys name the version: a row that is firing just now may have read the one before.
    """
    found = list(await clocks_on(tx, version[0], after, limit))
    await tx.execute(
        """insert into sla.timer (key, kind, ticket_id, due_at, owner)
        select 'recompute:' || id || ':' || :tail, 'recompute', id, :due_at, 'sla'
        from unnest(cast(:ids as uuid[])) as n (id) on conflict do nothing""",
        {"ids": found, "due_at": due_at, "tail": f"{version[0]}:{version[1]}"},
    )
    return found[-1] if len(found) == limit else None


async def place(tx: Tx, key: str) -> UUID:
    """How far a recount has come."""
    found = await tx.scalar("select payload->>'after' from sla.timer where key = :k", {"k": key})
    return UUID(found)


async def go_on(tx: Tx, timer: tuple[str, str], after: UUID, due_at: datetime) -> None:
    """A recount, by key and kind, comes back for the clocks after this one."""
    await tx.execute(
        """insert into sla.timer (key, kind, ticket_id, due_at, owner, payload)
        values (:key, :kind, :nobody, :due_at, 'sla',
            jsonb_build_object('after', cast(:after as text)))
        on conflict (key) do update set due_at = excluded.due_at, payload = excluded.payload""",
        {
            "key": timer[0],
            "kind": timer[1],
            "nobody": NOBODY,
            "due_at": due_at,
            "after": str(after),
        },
    )


async def arm(tx: Tx, kind: str, dues: dict[str, datetime]) -> None:
    """Timers of the house itself, by key."""
    await tx.execute(
        """insert into sla.timer (key, kind, ticket_id, due_at, owner)
        select key, :kind, :nobody, due_at, 'sla'
        from unnest(cast(:keys as text[]), cast(:dues as timestamptz[])) as n (key, due_at)
        on conflict (key) do update set due_at = excluded.due_at""",
        {"kind": kind, "nobody": NOBODY, "keys": list(dues), "dues": list(dues.values())},
    )


async def disarm(tx: Tx, keys: list[str]) -> None:
    await tx.execute("delete from sla.timer where key = any(:keys)", {"keys": keys})
