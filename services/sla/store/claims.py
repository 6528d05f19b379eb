"""Claiming due timers: the oldest that nobody else holds, and which of them are simple.

A breach is simple when its ticket has no other timer in the batch and its clock runs as it did
when the timer was armed. Simple ones come in groups of which the same can be said, as arrays:
a row of them is never looked at outside the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.sla.domain.words import ContractKind
from services.sla.store.rules import REVISION
from services.sla.store.timers import TimerRow
from shared.kit.tx import Tx
from shared.vocabulary import Metric


@dataclass(frozen=True, slots=True)
class Alike:
    """Breaches that are due under one policy, each the only timer of a clock that is ours now.

    `place` is where the promise lies among its clock's words.
    """

    policy_id: UUID
    policy_version: int
    kind: ContractKind | None
    priority: str
    metric: Metric
    cycle: int
    place: int
    keys: Sequence[str]
    ticket_ids: Sequence[UUID]
    dues: Sequence[datetime]


@dataclass(frozen=True, slots=True)
class Claim:
    """What is ours until the transaction ends, decided at `now`."""

    now: datetime
    revision: int
    alike: Sequence[Alike]
    others: Sequence[TimerRow]

    @property
    def keys(self) -> list[str]:
        """Of all timers that were claimed."""
        return [key for one in self.alike for key in one.keys] + [one.key for one in self.others]

    @property
    def size(self) -> int:
        return sum(len(one.keys) for one in self.alike) + len(self.others)


_CLAIM: Final = f"""
    with moment as materialized (
        select clock_timestamp() + cast(:offset as interval) as now),
    due as (
        select key, kind, ticket_id, due_at, generation, owner from sla.timer
        where due_at < (select now from moment) and not key = any(cast(:aside as text[]))
        order by due_at limit :limit for update skip locked),
    counted as (
        select *, count(*) over (partition by ticket_id) as times from due),
    lone as (
        select key, ticket_id, generation, split_part(key, ':', 3) as metric,
            split_part(key, ':', 4) as cycle
        from counted where times = 1 and kind = 'breach' and owner = 'sla'),
    quiet as (
        select n.key, c.policy_id, c.policy_version, c.contract_kind, c.priority, n.metric,
            cast(n.cycle as int) as cycle, place
        from sla.clock c join lone n using (ticket_id, generation)
        cross join lateral (select case n.metric when c.clocks #>> '{{0,metric}}' then 0
            when c.clocks #>> '{{1,metric}}' then 1 when c.clocks #>> '{{2,metric}}' then 2
            end) as at (place)
        where c.clocks -> place ->> 'state' = 'running'
            and jsonb_typeof(c.stated -> 'breaches') = 'array'
        for update of c skip locked)
    select moment.now, {REVISION}, policy_id, policy_version, contract_kind, priority, metric,
        cycle, place, array_agg(key order by due_at), array_agg(ticket_id order by due_at),
        array_agg(due_at order by due_at),
        array_agg(kind order by due_at) filter (where place is null),
        array_agg(generation order by due_at) filter (where place is null),
        array_agg(owner order by due_at) filter (where place is null)
    from moment left join due on true left join quiet using (key)
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9"""


async def claim(tx: Tx, offset: timedelta, limit: int, aside: Sequence[str] = ()) -> Claim:
    """The oldest due timers that no other replica holds, without those that stepped aside.

    The database's clock decides, so that replicas on several machines agree (reliability T42).
    """
    asked = {"offset": offset, "limit": limit, "aside": list(aside)}
    rows: list[Sequence[Any]] = [tuple(row.values()) for row in await tx.rows(_CLAIM, asked)]
    now, revision, *_ = rows[0]
    alike = [_alike(*row[2:12]) for row in rows if row[2] is not None]
    others = [timer for row in rows if row[2] is None for timer in _timers(*row[9:])]
    return Claim(now, revision, alike, others)


def _alike(
    policy_id: UUID, version: int, kind: str | None, priority: str, metric: str, *rest: Any
) -> Alike:
    contract = ContractKind(kind) if kind else None
    return Alike(policy_id, version, contract, priority, Metric(metric), *rest)


def _timers(keys: Sequence[str | None], *columns: Sequence[Any]) -> list[TimerRow]:
    """A group of none is one row without a key."""
    if keys == [None]:
        return []
    tickets, dues, kinds, generations, owners = columns
    return list(map(TimerRow, keys, kinds, tickets, dues, generations, owners))
