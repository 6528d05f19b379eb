"""Rows of clocks: what happened to each ticket, where it stands, what is armed for it."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping

from services.sla.domain.happenings import Happening
from services.sla.domain.settle import Armed
from services.sla.domain.words import Kind
from services.sla.store import outcomes
from services.sla.store.clockrows import ClockRow, as_text, clock_row, stated_document
from services.sla.store.rules import REVISION
from shared.kit.tx import Tx
from shared.worktime import instant, micros

_COLUMNS = f"""ticket_id, organization_id, department_id, priority, status, policy_id,
    policy_version, contract_id, calendar_id, opened_at, settled_at, generation, sequence,
    next_due_at, clocks::text, stated::text, {REVISION}, contract_kind, judged_by"""
"""In the order of `ClockRow`; documents as text, which is read faster than the driver would."""
_SELECT = f"select {_COLUMNS} from sla.clock"


async def lock(tx: Tx, ticket_id: UUID) -> ClockRow | None:
    """The clock for writing, with everything that happened so far."""
    row = await _one(tx, f"{_SELECT} where ticket_id = :ticket_id for update", ticket_id)
    if row is not None:
        await recall(tx, [row])
    return row


async def lock_many(tx: Tx, ticket_ids: Sequence[UUID]) -> list[ClockRow]:
    """Those of the clocks that nobody else is writing, without what happened; never waits."""
    statement = f"{_SELECT} where ticket_id = any(:ticket_ids) for update of clock skip locked"
    rows = await tx.rows(statement, {"ticket_ids": list(ticket_ids)})
    return [clock_row(row) for row in rows]


async def recall(tx: Tx, rows: Sequence[ClockRow]) -> None:
    """What happened, for those clocks that must be folded anew."""
    if not rows:
        return
    happened = await happenings(tx, [row.ticket_id for row in rows])
    for row in rows:
        row.happenings = happened.get(row.ticket_id, [])


async def read(tx: Tx, ticket_id: UUID) -> ClockRow | None:
    """The clock for showing; row-level security and the caller's filter come first."""
    row = await _one(tx, f"{_SELECT} where ticket_id = :ticket_id", ticket_id)
    if row is not None:
        await recall(tx, [row])
    return row


async def read_many(tx: Tx, ticket_ids: Sequence[UUID]) -> list[ClockRow]:
    """Clocks for reading with what happened to them, in the order of the ids."""
    found = await tx.rows(
        f"{_SELECT} where ticket_id = any(:ticket_ids)", {"ticket_ids": list(ticket_ids)}
    )
    rows = {row.ticket_id: row for row in map(clock_row, found)}
    await recall(tx, list(rows.values()))
    return [rows[ticket_id] for ticket_id in ticket_ids if ticket_id in rows]


SAMPLE: Final = f"""
    select sample.* from unnest(cast(:places as uuid[])) as n (place) cross join lateral (
        {_SELECT} where open and ticket_id >= n.place order by ticket_id limit 1) as sample"""
"""The open clock behind each place; a constant place is what lets the index find it."""


async def sample(tx: Tx, size: int) -> list[ClockRow]:
    """Open clocks behind random places between the oldest ticket and the newest."""
    ends = await tx.rows(
        "(select ticket_id from sla.clock where open order by ticket_id limit 1)"
        " union all (select ticket_id from sla.clock where open order by ticket_id desc limit 1)"
    )
    if not ends:
        return []
    least, most = (row["ticket_id"].int for row in ends)
    places = [UUID(int=least + secrets.randbelow(most - least + 1)) for _ in range(size)]
    found = await tx.rows(SAMPLE, {"places": places})
    rows = {row.ticket_id: row for row in map(clock_row, found)}
    await recall(tx, list(rows.values()))
    return list(rows.values())


async def happenings(tx: Tx, ticket_ids: Sequence[UUID]) -> dict[UUID, list[Happening]]:
    """What happened to tickets, each in the order of its facts."""
    rows = await tx.rows(
        "select ticket_id, at, kind, value, status, ref, ordinal, part from sla.clock_event"
        " where ticket_id = any(:ticket_ids) order by ticket_id, ordinal, part",
        {"ticket_ids": list(ticket_ids)},
    )
    found: dict[UUID, list[Happening]] = {}
    for row in rows:
        found.setdefault(row["ticket_id"], []).append(_happening(row))
    return found


def _happening(row: RowMapping) -> Happening:
    return Happening(
        micros(row["at"]),
        Kind(row["kind"]),
        row["value"],
        row["status"],
        ref=str(row["ref"]) if row["ref"] else None,
        ordinal=row["ordinal"],
        part=row["part"],
    )


async def _one(tx: Tx, statement: str, ticket_id: UUID) -> ClockRow | None:
    row = await tx.row(statement, {"ticket_id": ticket_id})
    return None if row is None else clock_row(row)


_ADD = f"""
    with clock as (
        insert into sla.clock (ticket_id, organization_id, number, requester_id,
            department_id, assignee_id, priority, status, policy_id, policy_version,
            contract_id, calendar_id, opened_at, settled_at, next_due_at, sequence,
            clocks, stated, contract_kind, channel, outage)
        values (:ticket_id, :organization_id, :number, :requester_id, :department_id,
            :assignee_id, :priority, :status, :policy_id, :policy_version, :contract_id,
            :calendar_id, :opened_at, :settled_at, :next_due_at, :sequence,
            cast(:clocks as jsonb), cast(:stated as jsonb), :contract_kind, :channel, :outage)
        returning {outcomes.CLOCK}),
    outcome as ({outcomes.UPSERT}),
    happening as (
        insert into sla.clock_event
            (ticket_id, organization_id, ordinal, at, kind, value, status, ref)
        values (:ticket_id, :organization_id, 0, :opened_at, 'created', :priority, :status,
            :ref))
    insert into sla.timer (key, kind, ticket_id, due_at, generation, owner)
    select key, kind, :ticket_id, due_at, 1, 'sla'
    from unnest(cast(:keys as text[]), cast(:kinds as text[]), cast(:dues as timestamptz[]))
        as n (key, kind, due_at)"""


def add(tx: Tx, values: dict[str, Any], row: ClockRow, armed: Sequence[Armed]) -> None:
    """A new ticket's clock: `values` is who may see it, `row` where it stands after settling."""
    tx.write(
        _ADD,
        {
            **values,
            "organization_id": row.organization_id,
            "ticket_id": row.ticket_id,
            "department_id": row.department_id,
            "priority": row.priority,
            "status": row.status,
            "policy_id": row.policy_id,
            "policy_version": row.policy_version,
            "contract_id": row.contract_id,
            "calendar_id": row.calendar_id,
            "contract_kind": row.kind,
            "opened_at": row.opened_at,
            "settled_at": row.settled_at,
            "next_due_at": row.next_due_at,
            "sequence": row.sequence,
            "clocks": as_text(row.clocks),
            "stated": as_text(stated_document(row.stated)),
            **outcomes.document([row]),
            **_armed(row.ticket_id, armed),
        },
        row.ticket_id,
    )


def _armed(ticket_id: UUID, armed: Sequence[Armed]) -> dict[str, Any]:
    return {
        "keys": [one.key(ticket_id) for one in armed],
        "kinds": [one.kind for one in armed],
        "dues": [instant(one.at) for one in armed],
    }


_RETURNED = ", ".join(f"c.{name.strip()}" for name in outcomes.CLOCK.split(","))
_STRIKE = """
    update sla.clock c set settled_at = n.settled_at, next_due_at = n.next_due_at,
        sequence = n.sequence, clocks = n.clocks::jsonb, stated = n.stated::jsonb
    from unnest(cast(:ticket_ids as uuid[]), cast(:settled as timestamptz[]),
        cast(:dues as timestamptz[]), cast(:sequences as bigint[]), cast(:clocks as text[]),
        cast(:stated as text[])) as n (ticket_id, settled_at, next_due_at, sequence, clocks, stated)
    where c.ticket_id = n.ticket_id"""
_SAVE = f"""
    with clock as (
    update sla.clock c set settled_at = n.settled_at, next_due_at = n.next_due_at, open = n.open,
        generation = n.generation, sequence = n.sequence, clocks = n.clocks::jsonb,
        stated = n.stated::jsonb, priority = n.priority, status = n.status,
        judged_by = case when not n.open then coalesce(c.judged_by, n.revision) end
    from unnest(cast(:ticket_ids as uuid[]), cast(:settled as timestamptz[]),
        cast(:dues as timestamptz[]), cast(:opens as boolean[]), cast(:generations as int[]),
        cast(:sequences as bigint[]), cast(:clocks as text[]), cast(:stated as text[]),
        cast(:priorities as text[]), cast(:statuses as text[]), cast(:revisions as bigint[]))
        as n (ticket_id, settled_at, next_due_at, open, generation, sequence, clocks, stated,
            priority, status, revision)
    where c.ticket_id = n.ticket_id
    returning {_RETURNED}),
    gone as ({outcomes.VANISHED}){outcomes.UPSERT}"""


async def save_struck(tx: Tx, rows: Sequence[ClockRow]) -> None:
    """Clocks to which only the passing of time has happened."""
    await tx.execute(_STRIKE, _standing(rows))


async def save(tx: Tx, clocks: Sequence[tuple[ClockRow, bool]]) -> None:
    """Where clocks stand after settling; the flag says whether anything can still move."""
    rows = [clock for clock, _ in clocks]
    await tx.execute(
        _SAVE,
        {
            **_standing(rows),
            "opens": [is_open for _, is_open in clocks],
            "generations": [row.generation for row in rows],
            "priorities": [row.priority for row in rows],
            "statuses": [row.status for row in rows],
            "revisions": [row.revision for row in rows],
            **outcomes.document(rows),
        },
    )


def _standing(rows: Sequence[ClockRow]) -> dict[str, Any]:
    return {
        "ticket_ids": [row.ticket_id for row in rows],
        "settled": [row.settled_at for row in rows],
        "dues": [row.next_due_at for row in rows],
        "sequences": [row.sequence for row in rows],
        "clocks": [as_text(row.clocks) for row in rows],
        "stated": [as_text(stated_document(row.stated)) for row in rows],
    }


_ARM = """
    with past as (
        insert into sla.timer_past (ticket_id, organization_id, key, kind, due_at, generation,
            state, ended_at, cause, moved_to)
        select t.ticket_id, (cast(:organizations as uuid[]))[n.place], t.key, t.kind, t.due_at,
            t.generation, 'disarmed', :now, (cast(:causes as text[]))[n.place], n.wish
        from sla.timer t cross join lateral (
            select array_position(cast(:tickets as uuid[]), t.ticket_id) as place,
                (cast(:dues as timestamptz[]))[array_position(cast(:keys as text[]), t.key)]
                    as wish) n
        where t.ticket_id = any(cast(:tickets as uuid[])) and t.owner = 'sla'
            and t.kind in ('breach', 'warning')
            and t.due_at > :now and n.wish is distinct from t.due_at
        on conflict do nothing),
    gone as (
        delete from sla.timer where ticket_id = any(cast(:tickets as uuid[])) and owner = 'sla'
            and kind not in ('apply', 'recompute') and not key = any(cast(:keys as text[])))
    insert into sla.timer as t (key, kind, ticket_id, due_at, generation, owner)
    select n.*, 'sla' from unnest(cast(:keys as text[]), cast(:kinds as text[]),
        cast(:owners as uuid[]), cast(:dues as timestamptz[]), cast(:generations as int[])) as n
    on conflict (key) do update
        set due_at = excluded.due_at, generation = excluded.generation"""
"""Without a join: whatever the planner believes of arrays, each ticket's rows are looked up."""


async def arm(
    tx: Tx, clocks: Sequence[tuple[ClockRow, Sequence[Armed], str | None]], now: datetime
) -> None:
    """Replace all of the tickets' own timers; what was armed ahead of `now` is kept, with why.

    What other rules asked for meanwhile (`apply`, `recompute`) stays: it may not be obeyed yet.
    """
    wishes = [(row, one) for row, armed, _ in clocks for one in armed]
    await tx.execute(
        _ARM,
        {
            "now": now,
            "tickets": [row.ticket_id for row, _, _ in clocks],
            "organizations": [row.organization_id for row, _, _ in clocks],
            "causes": [cause for _, _, cause in clocks],
            "owners": [row.ticket_id for row, _ in wishes],
            "keys": [one.key(row.ticket_id) for row, one in wishes],
            "kinds": [one.kind for _, one in wishes],
            "dues": [instant(one.at) for _, one in wishes],
            "generations": [row.generation for row, _ in wishes],
        },
    )
