"""Sums over stretches for reports; every statement gives up after a time instead of hanging."""

from typing import Any, Final

from sqlalchemy.exc import DBAPIError

from services.tickets.domain.reporting import TIMES, Filters, Grouping, Measure, Question
from services.tickets.domain.rights import Reach, Viewer
from shared.kit.tx import Tx

Row = dict[str, Any]
Condition = tuple[str, dict[str, Any]]

MOST_ROWS: Final = 20_000
_CANCELLED: Final = "57014"
_SETTINGS: Final = """select set_config('plan_cache_mode', 'force_custom_plan', true),
    set_config('work_mem', '64MB', true), set_config('statement_timeout', :limit, true)"""
"""A plan for any span would be one for a short span; arrays of a year need room."""

_COLUMNS: Final = {
    Grouping.DEPARTMENT: "s.department_id",
    Grouping.AGENT: "s.assignee_id",
    Grouping.ORGANIZATION: "s.organization_id",
    Grouping.CHANNEL: "s.channel",
    Grouping.PRIORITY: "s.priority",
    Grouping.TAG: "tag.name",
}
_FILTERS: Final = {
    "organization_id": "s.organization_id = :organization_id",
    "department_id": "s.department_id = :department_id",
    "assignee_id": "s.assignee_id = :assignee_id",
    "priority": "s.priority = :priority",
    "channel": "s.channel = :channel",
    "tag": "s.tags @> array[:tag]",
}
_SIGHT: Final = {
    Reach.ALL: "true",
    Reach.DEPARTMENTS: "(s.department_id = any(:sight_departments) or s.assignee_id = :sight)",
    Reach.ORGANIZATION: "s.organization_id = :sight_organization",
}
_CUT: Final = "width_bucket({instant}, cast(:cuts as timestamptz[]))"
_TAGS: Final = " left join lateral unnest(s.tags) tag (name) on true"
_IN: Final = "{instant} >= :start and {instant} < :end"
_PERCENTILES: Final = (
    "(select percentile_disc(array[0.5, 0.9]) within group (order by x) from {source} x)"
)
_SECONDS: Final = "extract(epoch from {end} - s.opened_at)::int"

_NULLS: Final = "(select g1 from part limit 0) as g1, (select g2 from part limit 0) as g2"
"""Of the types that the groups have."""
_BEGUN: Final = (
    "count(*) filter (where s.cycle = 0) as opened, count(*) filter (where s.cycle > 0)"
    " as reopened, 0 as resolved, 0 as closed, 0 as merged"
)
_LIMITS: Final = (1, 3, 7, 30)
"""Days at which the buckets of the backlog's age end."""


class TooSlow(Exception):
    """The statement used up its time."""


async def prepare(tx: Tx, seconds: float) -> None:
    """For this transaction alone."""
    await tx.execute(_SETTINGS, {"limit": str(round(seconds * 1000))})


async def sums(tx: Tx, viewer: Viewer, question: Question, measure: Measure) -> list[Row]:
    """One row for each group and one `total`; none of them when there is nothing."""
    found = await _rows(tx, *compose(viewer, question, measure))
    if Grouping.TAG not in question.by:
        return found
    # A ticket stands under each of its tags, and once in the total.
    whole = await _rows(tx, *compose(viewer, question.whole(), measure))
    return [*(row for row in found if not row["total"]), *(row for row in whole if row["total"])]


async def _rows(tx: Tx, statement: str, params: Row) -> list[Row]:
    try:
        rows = await tx.rows(statement, params)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") == _CANCELLED:
            raise TooSlow from error
        raise
    return [{str(name): value for name, value in row.items()} for row in rows]


def compose(viewer: Viewer, question: Question, measure: Measure) -> Condition:
    """The statement of a measure and its parameters."""
    where, params = _where(viewer, question.filters)
    params |= {"start": question.start, "end": question.end, "most": MOST_ROWS + 1}
    if question.time:
        params["cuts"] = [cut.begins for cut in question.cuts()]
    if measure is Measure.BACKLOG:
        params["instants"] = list(question.instants())
        return _backlog(question, where), params
    return _MAKERS[measure](question, where), params


_CONFIRMED: Final = """exists (
    select from tickets.ticket t where t.id = s.ticket_id and not t.unconfirmed)"""
"""What nobody has confirmed is no ticket of a company's yet (usecases/vouching.py)."""


def in_sight(viewer: Viewer) -> Condition:
    """Which stretches a viewer's reports count; what is only looked on counts for its owner."""
    return _SIGHT.get(viewer.reach, "false"), {
        "sight": viewer.id,
        "sight_departments": list(viewer.department_ids),
        "sight_organization": viewer.organization_id,
    }


def _where(viewer: Viewer, filters: Filters) -> Condition:
    sight, known = in_sight(viewer)
    asked = {name: value for name in _FILTERS if (value := getattr(filters, name)) is not None}
    counted = "not s.spam" if viewer.staff else _CONFIRMED  # spam is a closed one to customers
    conditions = [counted, sight, *(_FILTERS[name] for name in asked)]
    return " and ".join(conditions), known | asked


def _groups(question: Question, instant: str, cut: str = _CUT) -> tuple[str, str]:
    """The columns that the groups are of."""
    found = [cut.format(instant=instant) if by in TIMES else _COLUMNS[by] for by in question.by]
    first, second, *_ = [*found, "null::int", "null::int"]
    return first, second


def _from(question: Question) -> str:
    return "tickets.stretch s" + (_TAGS if Grouping.TAG in question.by else "")


def _part(question: Question, where: str, instant: str, sums: str, only: str = "true") -> str:
    first, second = _groups(question, instant)
    span = _IN.format(instant=instant)
    return (
        f"select {first} as g1, {second} as g2, {sums} from {_from(question)}"
        f" where {span} and {only} and {where} group by 1, 2"
    )


def _told(question: Question, part: str, counts: tuple[str, ...], arrays: tuple[str, ...]) -> str:
    """Groups in order, if any are asked for, and the total over all of them."""
    own = [f"{name}::bigint" for name in counts]
    own += [_PERCENTILES.format(source=f"unnest(p.{name})") + f" as {name}" for name in arrays]
    total = [f"sum({name})::bigint as {name}" for name in counts]
    total += [
        _PERCENTILES.format(source=f"part q, unnest(q.{name})") + f" as {name}" for name in arrays
    ]
    groups = (
        f"(select false as total, g1, g2, {', '.join(own)} from part p"
        " order by g1 nulls last, g2 nulls last limit :most) union all "
    )
    return (
        f"with part as materialized ({part}) {groups if question.by else ''}"
        f"(select true as total, {_NULLS}, {', '.join(total)} from part"
        ")"
    )


def _volume(question: Question, where: str) -> str:
    parts = (
        ("s.began_at", "true", _BEGUN),
        ("s.resolved_at", "true", "0, 0, count(*), 0, 0"),
        ("s.closed_at", "true", "0, 0, 0, count(*), 0"),
        ("s.ended_at", "s.ended_by = 'merged'", "0, 0, 0, 0, count(*)"),
    )
    every = " union all ".join(
        f"({_part(question, where, instant, sums, only)})" for instant, only, sums in parts
    )
    names = ("opened", "reopened", "resolved", "closed", "merged")
    summed = ", ".join(f"sum({name}) as {name}" for name in names)
    return _told(question, f"select g1, g2, {summed} from ({every}) e group by 1, 2", names, ())


def _first_response(question: Question, where: str) -> str:
    seconds = _SECONDS.format(end="s.answered_at")
    sums = (
        "count(*) as tickets, count(s.answered_at) as answered,"
        " count(*) filter (where s.answered_at is null and s.ended_at is null) as waiting,"
        f" array_agg({seconds}) filter (where s.answered_at is not null) as spans,"
        " array_agg(s.answer_counted) filter (where s.answer_counted is not null) as counted"
    )
    part = _part(question, where, "s.began_at", sums, "s.cycle = 0")
    return _told(question, part, ("tickets", "answered", "waiting"), ("spans", "counted"))


def _resolution(question: Question, where: str) -> str:
    sums = (
        f"count(*) as resolved, array_agg({_SECONDS.format(end='s.resolved_at')}) as spans,"
        " array_agg(s.resolve_counted) filter (where s.resolve_counted is not null) as counted"
    )
    part = _part(question, where, "s.resolved_at", sums)
    return _told(question, part, ("resolved",), ("spans", "counted"))


def _reopening(question: Question, where: str) -> str:
    sums = "count(*) as resolved, count(*) filter (where s.reopened) as reopened"
    part = _part(question, where, "s.resolved_at", sums)
    return _told(question, part, ("resolved", "reopened"), ())


def _feedback(question: Question, where: str) -> str:
    scores = [f"count(*) filter (where s.score = {n}) as score_{n}" for n in range(1, 6)]
    sums = f"count(*) as resolved, count(s.score) as rated, {', '.join(scores)}"
    part = _part(question, where, "s.resolved_at", sums)
    names = ("resolved", "rated", *(f"score_{n}" for n in range(1, 6)))
    return _told(question, part, names, ())


def _messages(question: Question, where: str) -> str:
    sums = "count(*) as tickets, sum(s.messages) as messages, array_agg(s.messages) as spans"
    part = _part(question, where, "s.began_at", sums, "s.cycle = 0")
    return _told(question, part, ("tickets", "messages"), ("spans",))


def _backlog(question: Question, where: str) -> str:
    """Each stretch stands at every instant that it was alive at; the total is of the last one."""
    first, second = _groups(question, "", cut="i.n")
    instants = "cast(:instants as timestamptz[])"
    ends = [f"interval '{days} days'" for days in _LIMITS]
    begins = ["interval '0'", *ends]
    ages = [
        f"count(*) filter (where a.age >= {low} and a.age < {high}) as {name}"
        for low, high, name in zip(
            begins, ends, ("under_1d", "under_3d", "under_7d", "under_30d"), strict=False
        )
    ]
    ages.append(f"count(*) filter (where a.age >= {ends[-1]}) as over_30d")
    names = ("tickets", "under_1d", "under_3d", "under_7d", "under_30d", "over_30d")
    alive = (
        f"select {first} as g1, {second} as g2, i.n, ({instants})[i.n] - s.opened_at as age"
        f" from {_from(question)} cross join lateral generate_series("
        f"width_bucket(s.began_at, {instants}) + 1,"
        f" coalesce(width_bucket(s.ended_at, {instants}), cardinality({instants}))) i (n)"
        f" where s.began_at < ({instants})[cardinality({instants})]"
        f" and (s.ended_at is null or s.ended_at >= ({instants})[1]) and {where}"
    )
    part = (
        f"select g1, g2, n, count(*) as tickets, {', '.join(ages)},"
        f" max(extract(epoch from a.age))::bigint as oldest from ({alive}) a group by 1, 2, 3"
    )
    own = ", ".join((*names, "oldest"))
    total = ", ".join(f"sum({name})::bigint as {name}" for name in names)
    groups = (
        f"(select false as total, g1, g2, {own} from part"
        " order by g1 nulls last, g2 nulls last limit :most) union all "
    )
    last = f"n = cardinality({instants})"
    return (
        f"with part as materialized ({part}) {groups if question.by else ''}"
        f"(select true as total, {_NULLS}, {total}, max(oldest) as oldest from part"
        f" where {last})"
    )


_MAKERS: Final = {
    Measure.VOLUME: _volume,
    Measure.FIRST_RESPONSE: _first_response,
    Measure.RESOLUTION: _resolution,
    Measure.REOPENING: _reopening,
    Measure.FEEDBACK: _feedback,
    Measure.MESSAGES: _messages,
}
