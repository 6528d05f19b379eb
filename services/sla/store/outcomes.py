"""Rows of outcomes: what became of each promise, written with the clock that says so.

They are a reading of the fold, never a source: `usecases/projecting.py` can make them anew.
A promise belongs to the department and agent that held the ticket when it ended.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import orjson

from services.sla.domain.outcomes import Outcome
from services.sla.store.clockrows import ClockRow
from shared.kit.tx import Tx
from shared.worktime import Micros, instant

CLOCK: Final = """ticket_id, organization_id, department_id, assignee_id, contract_id, number,
    priority, opened_at, settled_at"""
"""What a statement's `clock` must offer to `UPSERT`."""
_SAID: Final = """json_to_recordset(cast(:outcomes as json)) as said (ticket_id uuid, metric text,
    cycle int, state text, due_at timestamptz, ended_at timestamptz, breached_at timestamptz,
    target_seconds bigint, counted_seconds bigint, paused_seconds bigint, late_seconds bigint,
    standing boolean, reopens int, last boolean, voided boolean)"""
_STANDING: Final = """state, due_at, ended_at, breached_at, target_seconds, counted_seconds,
    paused_seconds, late_seconds, standing, reopens, last"""
_MOVED: Final = ", ".join(
    f"{name.strip()} = excluded.{name.strip()}" for name in _STANDING.split(",")
)
_WAS, _IS = (
    ", ".join(f"{row}.{name.strip()}" for name in f"{_STANDING}, priority".split(","))
    for row in ("o", "excluded")
)
_OPEN: Final = "(o.ended_at is null or excluded.ended_at is null)"
_HELD: Final = ", ".join(
    f"{name} = case when {_OPEN} then excluded.{name} else o.{name} end"
    for name in ("department_id", "assignee_id", "contract_id")
)

UPSERT: Final = f"""
    insert into sla.outcome as o (ticket_id, metric, cycle, organization_id, department_id,
        assignee_id, contract_id, number, priority, opened_at, noted_at, {_STANDING}, voided)
    select clock.ticket_id, metric, cycle, organization_id, department_id, assignee_id,
        contract_id, number, priority, opened_at, settled_at, {_STANDING}, voided
    from clock join {_SAID} using (ticket_id)
    on conflict (ticket_id, metric, cycle) do update set {_MOVED},
        noted_at = excluded.noted_at, priority = excluded.priority,
        voided = o.voided or excluded.voided,
        {_HELD}
    where ({_WAS}) is distinct from ({_IS}) or excluded.voided
        or ({_OPEN} and o.contract_id is distinct from excluded.contract_id)"""
"""Into a statement with a `clock`; a promise that ended and stays as it is is not written."""
VANISHED: Final = f"""
    update sla.outcome o set state = 'out', late_seconds = null, last = false
    from clock where o.ticket_id = clock.ticket_id and o.metric = 'next_response'
        and o.state <> 'out' and not exists (select from {_SAID} where said.ticket_id = o.ticket_id
            and said.metric = o.metric and said.cycle = o.cycle)"""
"""An exchange that a fact which came late has joined with another."""


def document(rows: Sequence[ClockRow]) -> dict[str, str]:
    """The parameter of `UPSERT` and `VANISHED`."""
    said = [_said(row.ticket_id, one) for row in rows for one in row.outcomes]
    return {"outcomes": orjson.dumps(said).decode()}


def _said(ticket_id: UUID, one: Outcome) -> dict[str, Any]:
    return {
        "ticket_id": str(ticket_id),
        "metric": one.metric,
        "cycle": one.cycle,
        "state": one.state,
        "due_at": _when(one.due),
        "ended_at": _when(one.ended),
        "breached_at": _when(one.broken),
        "target_seconds": one.target,
        "counted_seconds": one.counted,
        "paused_seconds": one.paused,
        "late_seconds": one.late,
        "standing": one.standing,
        "reopens": one.reopens,
        "last": one.last,
        "voided": one.voided,
    }


def _when(at: Micros | None) -> Any:
    return None if at is None else instant(at)


async def claim(tx: Tx, limit: int) -> list[UUID]:
    """Some of the clocks that are older than this table and have no outcomes yet."""
    rows = await tx.rows(
        """delete from sla.unprojected where ticket_id in (select ticket_id from sla.unprojected
            order by ticket_id limit :limit for update skip locked) returning ticket_id""",
        {"limit": limit},
    )
    return sorted(row["ticket_id"] for row in rows)


async def put(tx: Tx, rows: Sequence[ClockRow]) -> None:
    """Outcomes of clocks that stay as they are, with what the record says of their breaches."""
    tickets = {"tickets": [row.ticket_id for row in rows]}
    await tx.execute(
        f"""with clock as (select {CLOCK} from sla.clock where ticket_id = any(:tickets)),
        gone as ({VANISHED}){UPSERT}""",
        {**tickets, **document(rows)},
    )
    await tx.execute(
        """update sla.outcome o set excused = o.excused or b.excused, voided = o.voided or b.voided
        from (select ticket_id, metric, cycle, bool_or(fact = 'excused') as excused,
                bool_or(fact = 'voided') as voided from sla.breach
            where ticket_id = any(:tickets) group by ticket_id, metric, cycle) b
        where o.ticket_id = b.ticket_id and o.metric = b.metric and o.cycle = b.cycle""",
        tickets,
    )
