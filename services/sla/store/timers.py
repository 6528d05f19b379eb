"""Rows of timers: armed ones only; firing deletes them, history lives in facts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from shared.kit.tx import Tx


class TimerRow(NamedTuple):
    """One armed instant; `owner` is the service that acts on it."""

    key: str
    kind: str
    ticket_id: UUID
    due_at: datetime
    generation: int
    owner: str


async def until_next(tx: Tx, offset: timedelta, aside: Sequence[str] = ()) -> float | None:
    """Seconds to the nearest armed instant; negative when it is behind us, None without one."""
    seconds: float | None = await tx.scalar(
        "select extract(epoch from (select min(due_at) from sla.timer"
        " where not key = any(cast(:aside as text[])))"
        " - clock_timestamp() - cast(:offset as interval))::float8",
        {"offset": offset, "aside": list(aside)},
    )
    return seconds


async def remove(tx: Tx, fired: Sequence[TimerRow]) -> None:
    """These are done with; one that was armed again for a later instant meanwhile stays."""
    await tx.execute(
        """delete from sla.timer t using unnest(cast(:keys as text[]),
            cast(:dues as timestamptz[])) as n (key, due_at)
        where t.key = n.key and t.due_at = n.due_at""",
        {"keys": [one.key for one in fired], "dues": [one.due_at for one in fired]},
    )


async def put(tx: Tx, timer: TimerRow) -> None:
    """Arm, or move: a key has one instant (timer.requested)."""
    await tx.execute(
        """insert into sla.timer as t (key, kind, ticket_id, due_at, generation, owner)
        values (:key, :kind, :ticket_id, :due_at, :generation, :owner)
        on conflict (key) do update set due_at = excluded.due_at, owner = excluded.owner,
            ticket_id = excluded.ticket_id""",
        {
            "key": timer.key,
            "kind": timer.kind,
            "ticket_id": timer.ticket_id,
            "due_at": timer.due_at,
            "generation": timer.generation,
            "owner": timer.owner,
        },
    )


async def cancel(tx: Tx, key: str, owner: str) -> None:
    await tx.execute(
        "delete from sla.timer where key = :key and owner = :owner", {"key": key, "owner": owner}
    )


APPLY: Final = "apply"
"""Kind of the rows by which open tickets are moved onto other terms."""


async def armed(tx: Tx, ticket_id: UUID) -> list[TimerRow]:
    """What is armed for a ticket, nearest first."""
    found = await tx.rows(
        "select key, kind, ticket_id, due_at, generation, owner from sla.timer"
        " where ticket_id = :ticket_id order by due_at",
        {"ticket_id": ticket_id},
    )
    return [TimerRow(*row.values()) for row in found]


async def unarmed(tx: Tx, promises: Sequence[tuple[UUID, datetime]]) -> list[UUID]:
    """Tickets whose promise ends at an instant for which no timer is armed."""
    rows = await tx.rows(
        """select ticket_id from unnest(cast(:tickets as uuid[]), cast(:dues as timestamptz[]))
            as n (ticket_id, due_at)
        where not exists (select from sla.timer t where t.ticket_id = n.ticket_id
            and t.kind = 'breach' and t.due_at = n.due_at)""",
        {"tickets": [one for one, _ in promises], "dues": [due for _, due in promises]},
    )
    return [row["ticket_id"] for row in rows]
