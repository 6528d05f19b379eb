"""Rows of clocks: what happened to each ticket, where it stands, what is armed for it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from services.sla.domain.fold import Happening
from services.sla.domain.settle import Armed, Stated
from services.sla.domain.words import Kind
from services.sla.store.rules import REVISION
from shared.kit.tx import Tx
from shared.vocabulary import Metric
from shared.worktime import Micros, instant, micros

OWNER = "sla"

_COLUMNS = """ticket_id, organization_id, department_id, priority, status, policy_id,
    policy_version, contract_id, calendar_id, opened_at, settled_at, generation, sequence,
    next_due_at, clocks, stated"""


@dataclass(slots=True)
class ClockRow:
    """A ticket's clocks as stored; `happenings` is what the fold reads."""

    ticket_id: UUID
    organization_id: UUID
    department_id: UUID
    priority: str
    status: str
    policy_id: UUID
    policy_version: int
    contract_id: UUID | None
    calendar_id: UUID
    opened_at: datetime
    settled_at: datetime
    generation: int
    sequence: int
    next_due_at: datetime | None
    clocks: list[dict[str, Any]]
    stated: Stated
    revision: int
    happenings: list[Happening]


async def lock(tx: Tx, ticket_id: UUID) -> ClockRow | None:
    """The clock for writing, with everything that happened so far."""
    row = await tx.row(
        f"select {_COLUMNS}, {REVISION} as revision from sla.clock"
        " where ticket_id = :ticket_id for update",
        {"ticket_id": ticket_id},
    )
    return _clock(row, await happenings(tx, [ticket_id])) if row else None


async def lock_many(tx: Tx, ticket_ids: Sequence[UUID]) -> list[ClockRow]:
    """Those of the clocks that nobody else is writing; never waits."""
    rows = await tx.rows(
        f"select {_COLUMNS}, {REVISION} as revision from sla.clock"
        " where ticket_id = any(:ticket_ids) for update of clock skip locked",
        {"ticket_ids": list(ticket_ids)},
    )
    if not rows:
        return []
    happened = await happenings(tx, [row["ticket_id"] for row in rows])
    return [_clock(row, happened) for row in rows]


async def read(tx: Tx, ticket_id: UUID) -> ClockRow | None:
    """The clock for showing; row-level security and the caller's filter come first."""
    row = await tx.row(
        f"select {_COLUMNS}, {REVISION} as revision from sla.clock where ticket_id = :ticket_id",
        {"ticket_id": ticket_id},
    )
    return _clock(row, await happenings(tx, [ticket_id])) if row else None


async def happenings(tx: Tx, ticket_ids: Sequence[UUID]) -> dict[UUID, list[Happening]]:
    """What happened to tickets, each in the order of its facts."""
    rows = await tx.rows(
        "select ticket_id, at, kind, value, status, ref from sla.clock_event"
        " where ticket_id = any(:ticket_ids) order by ticket_id, ordinal",
        {"ticket_ids": list(ticket_ids)},
    )
    found: dict[UUID, list[Happening]] = {}
    for ticket_id, at, kind, value, status, ref in map(tuple[Any, ...], map(_values, rows)):
        known = found.setdefault(ticket_id, [])
        known.append(Happening(micros(at), Kind(kind), value, status, True, ref and str(ref)))
    return found


def _values(row: RowMapping) -> Any:
    return row.values()


def _clock(row: RowMapping, happened: dict[UUID, list[Happening]]) -> ClockRow:
    values = dict(row)
    values["stated"] = _read_stated(row["stated"])
    return ClockRow(**values, happenings=happened.get(row["ticket_id"], []))


async def add(tx: Tx, values: dict[str, Any]) -> None:
    """A new ticket's clock; its fold and timers follow with `save`."""
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    await tx.execute(
        f"insert into sla.clock ({names}, settled_at, clocks, stated)"
        f" values ({marks}, :opened_at, '[]', '{{}}')",
        values,
    )


async def add_happening(
    tx: Tx, clock: tuple[UUID, UUID], ordinal: int, happening: Happening
) -> None:
    """One more fact of a ticket: `clock` is its id and its organization's."""
    await tx.execute(
        "insert into sla.clock_event"
        " (ticket_id, organization_id, ordinal, at, kind, value, status, ref)"
        " values (:ticket_id, :organization_id, :ordinal, :at, :kind, :value, :status, :ref)"
        " on conflict do nothing",
        {
            "ticket_id": clock[0],
            "organization_id": clock[1],
            "ordinal": ordinal,
            "at": instant(happening.at),
            "kind": happening.kind.value,
            "value": happening.value,
            "status": happening.status,
            "ref": UUID(happening.ref) if happening.ref else None,
        },
    )


_SAVE = """
    update sla.clock c set settled_at = n.settled_at, next_due_at = n.next_due_at, open = n.open,
        generation = n.generation, sequence = n.sequence, clocks = n.clocks::jsonb,
        stated = n.stated::jsonb, priority = n.priority, status = n.status
    from unnest(cast(:ticket_ids as uuid[]), cast(:settled as timestamptz[]),
        cast(:dues as timestamptz[]), cast(:opens as boolean[]), cast(:generations as int[]),
        cast(:sequences as bigint[]), cast(:clocks as text[]), cast(:stated as text[]),
        cast(:priorities as text[]), cast(:statuses as text[]))
        as n (ticket_id, settled_at, next_due_at, open, generation, sequence, clocks, stated,
            priority, status)
    where c.ticket_id = n.ticket_id"""


async def save(tx: Tx, clocks: Sequence[tuple[ClockRow, bool]]) -> None:
    """Where clocks stand after settling; the flag says whether anything can still move."""
    rows = [clock for clock, _ in clocks]
    await tx.execute(
        _SAVE,
        {
            "ticket_ids": [row.ticket_id for row in rows],
            "settled": [row.settled_at for row in rows],
            "dues": [row.next_due_at for row in rows],
            "opens": [is_open for _, is_open in clocks],
            "generations": [row.generation for row in rows],
            "sequences": [row.sequence for row in rows],
            "clocks": [json.dumps(row.clocks) for row in rows],
            "stated": [json.dumps(_write_stated(row.stated)) for row in rows],
            "priorities": [row.priority for row in rows],
            "statuses": [row.status for row in rows],
        },
    )


async def arm(tx: Tx, clock: ClockRow, armed: Sequence[Armed]) -> None:
    """Replace all of a ticket's own timers by `armed`."""
    await tx.execute(
        """with gone as (
            delete from sla.timer where ticket_id = :ticket_id and owner = 'sla'
                and not key = any(:keys))
        insert into sla.timer as t (key, kind, ticket_id, due_at, generation, owner)
        select key, kind, :ticket_id, due_at, :generation, 'sla'
        from unnest(cast(:keys as text[]), cast(:kinds as text[]), cast(:dues as timestamptz[]))
            as n (key, kind, due_at)
        on conflict (key) do update
            set due_at = excluded.due_at, generation = excluded.generation""",
        {
            "ticket_id": clock.ticket_id,
            "generation": clock.generation,
            "keys": [one.key(clock.ticket_id) for one in armed],
            "kinds": [one.kind for one in armed],
            "dues": [instant(one.at) for one in armed],
        },
    )


async def place(tx: Tx, ticket_id: UUID, column: str, value: UUID | None) -> None:
    """Who may see the ticket changed; the column's name comes from our own code."""
    await tx.execute(
        f"update sla.clock set {column} = :value where ticket_id = :ticket_id",
        {"ticket_id": ticket_id, "value": value},
    )


def _write_stated(stated: Stated) -> dict[str, Any]:
    return {
        "breaches": sorted([m.value, c] for m, c in stated.breaches),
        "met": sorted([m.value, c, at] for m, c, at in stated.met),
        "warned": [[m.value, c, point, at] for (m, c, point), at in stated.warned.items()],
    }


def _read_stated(data: dict[str, Any]) -> Stated:
    if not data:
        return Stated()
    warned: dict[tuple[Metric, int, float], Micros] = {
        (Metric(m), c, point): at for m, c, point, at in data["warned"]
    }
    return Stated(
        frozenset((Metric(m), c) for m, c in data["breaches"]),
        frozenset((Metric(m), c, at) for m, c, at in data["met"]),
        warned,
    )
