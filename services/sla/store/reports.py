"""Sums over clocks and breaches for the report."""

from datetime import datetime
from typing import Any, Final

from services.sla.store.sight import condition
from shared.kit.callers import Caller
from shared.kit.tx import Tx

GROUPS: Final = {
    "priority": "c.priority",
    "department": "c.department_id::text",
    "organization": "c.organization_id::text",
    "agent": "c.assignee_id::text",
    "contract": "c.contract_id::text",
}
"""What a report may be grouped by, and the column behind it."""


async def attainment(
    tx: Tx, caller: Caller, group_by: str, span: tuple[datetime, datetime]
) -> list[dict[str, Any]]:
    """Per group and metric: promises made, kept, broken, excused, still open.

    A broken promise counts by its facts: voided ones are out, excused ones are shown beside.
    """
    where, params = condition(caller)
    values: dict[str, Any] = {"start": span[0], "end": span[1], **params}
    rows = await tx.rows(
        f"""with promise as (
            select c.ticket_id, {GROUPS[group_by]} as grouped, state ->> 'metric' as metric,
                state ->> 'state' as word, state ->> 'met_at' as met_at
            from sla.clock c cross join jsonb_array_elements(c.clocks) state
            where c.opened_at >= :start and c.opened_at < :end and {where}
                and state ->> 'state' not in ('none', 'cancelled')),
        judged as (
            select p.*, (select count(*) filter (where b.fact = 'breached')
                    - count(*) filter (where b.fact = 'voided') from sla.breach b
                    where b.ticket_id = p.ticket_id and b.metric = p.metric) > 0 as broken,
                exists (select 1 from sla.breach b where b.ticket_id = p.ticket_id
                    and b.metric = p.metric and b.fact = 'excused') as excused
            from promise p)
        select grouped, metric, count(*) as tickets,
            count(*) filter (where not broken and met_at is not null) as met,
            count(*) filter (where broken) as breached,
            count(*) filter (where broken and excused) as excused,
            count(*) filter (where not broken and met_at is null) as open
        from judged where metric <> 'next_response' or broken or met_at is not null
        group by grouped, metric order by grouped nulls last, metric""",
        values,
    )
    return [{str(name): value for name, value in row.items()} for row in rows]
