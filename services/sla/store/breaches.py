"""Rows of broken promises: appended, never changed (sla.md 5.7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.kit.tx import Tx
from shared.vocabulary import Metric


@dataclass(frozen=True, slots=True)
class BreachRow:
    """One fact about a broken promise: `breached`, `voided` or `excused`."""

    ticket_id: UUID
    organization_id: UUID
    department_id: UUID
    priority: str
    metric: Metric
    cycle: int
    fact: str
    noted_at: datetime
    cause: str
    due_at: datetime | None = None
    breached_at: datetime | None = None


NTH = """
    (select count(*) - case when n.fact = 'breached' then 0 else 1 end from sla.breach b
    where (b.ticket_id, b.metric, b.cycle) = (n.ticket_id, n.metric, n.cycle)
        and b.fact = case when n.fact = 'breached' then 'voided' else 'breached' end)"""
"""Which of a promise's breaches a fact is, or is about: with it the primary key allows each once.

A breach follows as many voided ones, a later word is about the newest breach.
"""
_ADD = f"""
    insert into sla.breach (ticket_id, organization_id, department_id, priority, metric, cycle,
        fact, noted_at, cause, due_at, breached_at, nth)
    select n.*, {NTH} from unnest(cast(:tickets as uuid[]), cast(:organizations as uuid[]),
        cast(:departments as uuid[]), cast(:priorities as text[]), cast(:metrics as text[]),
        cast(:cycles as int[]), cast(:facts as text[]), cast(:noted as timestamptz[]),
        cast(:causes as text[]), cast(:dues as timestamptz[]), cast(:breached as timestamptz[]))
        as n (ticket_id, organization_id, department_id, priority, metric, cycle, fact, noted_at,
            cause, due_at, breached_at)"""


_MARKING = """
    with fact as ({said} returning ticket_id, metric, cycle, fact)
    update sla.outcome o set excused = true from fact
    where fact.fact = 'excused' and o.ticket_id = fact.ticket_id and o.metric = fact.metric
        and o.cycle = fact.cycle"""
"""Reports read outcomes: an excuse is marked there as well."""
_ADD_MARKING = _MARKING.format(said=_ADD)
_EXCUSE = _MARKING.format(
    said="""
    insert into sla.breach (ticket_id, organization_id, department_id, priority, metric,
        cycle, fact, noted_at, cause, due_at, breached_at, actor_id, reason, public_reason, nth)
    select ticket_id, organization_id, department_id, priority, metric, cycle, 'excused', :at,
        'manager', due_at, breached_at, :actor_id, :reason, :public_reason, nth
    from sla.breach where ticket_id = :ticket_id and metric = :metric and cycle = :cycle
        and fact = 'breached' and noted_at = :noted_at"""
)


async def add(tx: Tx, rows: Sequence[BreachRow]) -> None:
    if not rows:
        return
    params: dict[str, Any] = {
        "tickets": [row.ticket_id for row in rows],
        "organizations": [row.organization_id for row in rows],
        "departments": [row.department_id for row in rows],
        "priorities": [row.priority for row in rows],
        "metrics": [row.metric.value for row in rows],
        "cycles": [row.cycle for row in rows],
        "facts": [row.fact for row in rows],
        "noted": [row.noted_at for row in rows],
        "causes": [row.cause for row in rows],
        "dues": [row.due_at for row in rows],
        "breached": [row.breached_at for row in rows],
    }
    excuses = any(row.fact == "excused" for row in rows)
    await tx.execute(_ADD_MARKING if excuses else _ADD, params)


async def of_ticket(tx: Tx, ticket_id: UUID) -> list[dict[str, Any]]:
    """What became of a ticket's broken promises, oldest first."""
    rows = await tx.rows(
        "select metric, cycle, fact, noted_at, due_at, breached_at, cause, actor_id, reason,"
        " public_reason from sla.breach where ticket_id = :ticket_id order by noted_at, fact",
        {"ticket_id": ticket_id},
    )
    return [{str(name): value for name, value in row.items()} for row in rows]


async def excuse(tx: Tx, values: dict[str, Any]) -> None:
    """A person's word about a breach, beside it; `values` are the breach, who, why and when."""
    await tx.execute(_EXCUSE, values)
