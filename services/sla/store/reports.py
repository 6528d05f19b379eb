"""Sums over outcomes for the report."""

from datetime import datetime
from typing import Any, Final

from services.sla.domain.attainment import Grouping, Question
from services.sla.store.sight import condition
from shared.kit.callers import Caller
from shared.kit.tx import Tx

Row = dict[str, Any]

MOST_ROWS: Final = 20_000
CANDIDATES: Final = 200
_COLUMNS: Final = {
    Grouping.PRIORITY: "o.priority",
    Grouping.DEPARTMENT: "o.department_id",
    Grouping.ORGANIZATION: "o.organization_id",
    Grouping.AGENT: "o.assignee_id",
    Grouping.CONTRACT: "o.contract_id",
    Grouping.MONTH: "width_bucket(o.opened_at, cast(:months as timestamptz[]))",
}
_FILTERS: Final = (
    "organization_id",
    "department_id",
    "assignee_id",
    "contract_id",
    "priority",
    "metric",
)
_BROKEN: Final = "(o.state in ('late', 'overdue') or (o.state = 'open' and o.due_at < :now))"
"""A promise past its due instant is broken, whether or not its timer has fired (sla.md 5.7)."""
SETTINGS: Final = """select set_config('plan_cache_mode', 'force_custom_plan', true),
    set_config('work_mem', '64MB', true)"""
"""A plan for any span would be one for a short span; arrays of a year need room."""

_PART: Final = """
    with part as materialized (
        select {first} as g1, {second} as g2, o.metric, count(*) as promises,
            count(*) filter (where o.state = 'met') as met,
            count(*) filter (where {broken}) as breached,
            count(*) filter (where o.excused and {broken}) as excused,
            count(*) filter (where o.voided and not {broken}) as voided,
            count(*) filter (where o.ended_at is not null or o.reopens > 0) as resolved,
            count(*) filter (where o.reopens > 0) as reopened,
            coalesce(sum(o.counted_seconds) filter (where o.ended_at is not null), 0) as counted,
            coalesce(sum(o.paused_seconds) filter (where o.ended_at is not null), 0) as paused,
            array_agg(o.counted_seconds) filter (where o.ended_at is not null) as spans,
            array_agg(o.counted_seconds) filter (where o.last) as lasts
        from sla.outcome o where {where} group by 1, 2, 3)"""
_PERCENTILES: Final = "select percentile_disc(array[0.5, 0.9, 0.95]) within group (order by s)"
_FIGURES: Final = f"""{_PART}
    (select false as total, g1, g2, metric, promises, met, breached, excused, voided, resolved,
        reopened, counted::bigint, paused::bigint,
        ({_PERCENTILES} from unnest(p.spans) s) as spans,
        ({_PERCENTILES} from unnest(p.lasts) s) as lasts
    from part p order by g1 nulls last, g2 nulls last, metric limit :most)
    union all
    (select true, null, null, metric, sum(promises)::bigint, sum(met)::bigint,
        sum(breached)::bigint, sum(excused)::bigint, sum(voided)::bigint, sum(resolved)::bigint,
        sum(reopened)::bigint, sum(counted)::bigint, sum(paused)::bigint,
        ({_PERCENTILES} from part q, unnest(q.spans) s where q.metric = p.metric),
        ({_PERCENTILES} from part q, unnest(q.lasts) s where p.metric = 'first_response')
    from part p group by metric order by metric)"""


async def figures(tx: Tx, caller: Caller, question: Question) -> list[Row]:
    """Counts and percentiles of each group and metric, and of all groups together."""
    await tx.execute(SETTINGS)
    return _dicts(await tx.rows(*compose(caller, question, tx.now)))


def compose(caller: Caller, question: Question, now: datetime) -> tuple[str, Row]:
    """The report's statement and its parameters."""
    columns = [_COLUMNS[by] for by in question.by]
    where, params = _where(caller, question)
    statement = _FIGURES.format(
        first=columns[0],
        second=columns[1] if len(columns) > 1 else "null::int",
        broken=_BROKEN,
        where=where,
    )
    params |= {"now": now, "most": MOST_ROWS + 1}
    if Grouping.MONTH in question.by:
        params["months"] = [month.begins for month in question.months]
    return statement, params


def _where(caller: Caller, question: Question) -> tuple[str, Row]:
    seen, params = condition(caller)
    named = {name: getattr(question, name) for name in _FILTERS}
    filters = {name: value for name, value in named.items() if value is not None}
    conditions = [f"o.{name} = :{name}" for name in filters]
    within = "o.opened_at >= :start and o.opened_at < :end and o.state <> 'out'"
    values = {"start": question.start, "end": question.end, **params, **filters}
    return " and ".join([within, seen, *conditions]), values


_WORST: Final = """
    select o.ticket_id, o.number, o.organization_id, o.department_id, o.assignee_id, o.priority,
        o.metric, o.cycle, o.due_at, o.ended_at, o.target_seconds, o.counted_seconds,
        o.late_seconds, o.excused"""


async def worst(tx: Tx, caller: Caller, question: Question) -> list[Row]:
    """Of the promises that are over, those that went furthest beyond their targets."""
    return _dicts(await tx.rows(*compose_worst(caller, question)))


def compose_worst(caller: Caller, question: Question) -> tuple[str, Row]:
    where, params = _where(caller, question)
    return (
        f"""{_WORST} from sla.outcome o where o.late_seconds is not null and {where}
        order by o.late_seconds desc, o.ticket_id limit :worst""",
        {**params, "worst": question.worst},
    )


async def overdue(tx: Tx, caller: Caller, question: Question) -> list[Row]:
    """Broken promises that are still waited for, the longest first as the wall clock has it."""
    return _dicts(await tx.rows(*compose_overdue(caller, question, tx.now)))


def compose_overdue(caller: Caller, question: Question, now: datetime) -> tuple[str, Row]:
    where, params = _where(caller, question)
    return (
        f"""{_WORST}, o.noted_at, o.standing, c.policy_id, c.policy_version, c.calendar_id,
            o.contract_id, c.contract_kind
        from sla.outcome o join (select ticket_id as id, policy_id, policy_version, calendar_id,
            contract_kind from sla.clock where open) c on c.id = o.ticket_id
        where o.state in ('open', 'overdue') and {_BROKEN} and o.target_seconds is not null
            and {where}
        order by o.counted_seconds - o.target_seconds + case when o.standing then 0
            else extract(epoch from :now - o.noted_at) end desc, o.ticket_id limit :candidates""",
        {**params, "now": now, "candidates": CANDIDATES},
    )


def _dicts(rows: Any) -> list[Row]:
    return [{str(name): value for name, value in row.items()} for row in rows]
