"""Open tickets that other terms are to reach: counted, and handed to the loop a few at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.sla.store.calendars import NOBODY
from services.sla.store.timers import APPLY
from shared.kit.tx import Tx

_OF_POLICY: Final = "policy_id = :id and policy_version <> :version"
_OF_CUSTOMER: Final = "organization_id = :id"


@dataclass(frozen=True, slots=True)
class Wish:
    """`policy` with its id and version, or `contract` with the customer's; as of `at`."""

    what: str
    id: UUID
    version: int
    at: datetime

    @property
    def where(self) -> str:
        one = _OF_POLICY if self.what == "policy" else _OF_CUSTOMER
        return f"open and opened_at <= :at and {one}"

    @property
    def values(self) -> dict[str, Any]:
        version = {"version": self.version} if self.what == "policy" else {}
        return {"id": self.id, "at": self.at, **version}

    @property
    def tail(self) -> str:
        """How the timer of a ticket says what reaches it."""
        return f"policy:{self.id}" if self.what == "policy" else "contract"


async def count(tx: Tx, wish: Wish) -> int:
    found: int = await tx.scalar(f"select count(*) from sla.clock where {wish.where}", wish.values)
    return found


async def hand_out(tx: Tx, wish: Wish, after: UUID, limit: int) -> UUID | None:
    """A timer, dated by the wish, for each of the next tickets; the last one, None at the end."""
    rows = await tx.rows(
        f"""with found as (select ticket_id from sla.clock
            where {wish.where} and ticket_id > :after order by ticket_id limit :limit),
        armed as (insert into sla.timer (key, kind, ticket_id, due_at, owner)
            select 'apply:' || ticket_id || ':' || cast(:tail as text), '{APPLY}', ticket_id, :at,
                'sla' from found
            on conflict (key) do update set due_at = excluded.due_at)
        select ticket_id from found order by ticket_id""",
        {**wish.values, "after": after, "limit": limit, "tail": wish.tail},
    )
    return rows[-1]["ticket_id"] if len(rows) == limit else None


async def put(tx: Tx, key: str, kind: str, after: tuple[UUID, datetime], due_at: datetime) -> None:
    """The house comes back for the tickets after this one."""
    await tx.execute(
        """insert into sla.timer (key, kind, ticket_id, due_at, owner, payload)
        values (:key, :kind, :nobody, :due_at, 'sla',
            jsonb_build_object('after', cast(:after as text), 'at', cast(:at as text)))
        on conflict (key) do update set due_at = excluded.due_at, payload = excluded.payload""",
        {
            "key": key,
            "kind": kind,
            "nobody": NOBODY,
            "due_at": due_at,
            "after": str(after[0]),
            "at": after[1].isoformat(),
        },
    )


async def place(tx: Tx, key: str) -> tuple[UUID, datetime]:
    """How far an application has come, and as of when it counts."""
    row = await tx.row(
        "select payload->>'after' as after, payload->>'at' as at from sla.timer where key = :k",
        {"k": key},
    )
    assert row is not None, "its timer is ours"
    return UUID(row["after"]), datetime.fromisoformat(row["at"])
