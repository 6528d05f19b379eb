"""On a filled table every list walks an index: every filter, every order, whoever asks.

The lists are those of `tests/bench/million`, which measures them at a million.
"""

import json
from collections import defaultdict
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import pytest

from services.tickets.domain.listing import Filters, Place, Sort
from services.tickets.domain.rights import Reach, Viewer
from services.tickets.schemas.filters import FiltersIn
from services.tickets.store.listing import compose
from services.tickets.store.rows import Condition
from services.tickets.usecases import narrowing
from shared.kit.callers import Caller
from shared.kit.tx import Tx
from shared.vocabulary import Role
from tests.bench.million.lists import Case, cases
from tests.bench.million.plans import Plan
from tests.services.tickets.conftest import Desk

ROWS = 100_000
READ = 4500
"""Rows that the scans of one page may touch; scanning all would touch a hundred thousand."""
WORST = 16_000
"""What three conditions at once may cost, or two of which one is rare."""
HARD = {
    "department, closed, breached",
    *("status=merged", "priority=P1", "tag, open", "two tags", "warning", "breached, open"),
    *("tag", "breached", "organization", "overdue"),
}
FAR = {"a year ago", "unchanged for a year", "unchanged for a year, open", "unanswered for a year"}
"""Old tickets by something else than their age: what came since may be walked over
(docs/plans.md)."""


def _share(salt: int) -> str:
    """A number from 0 to 1 that belongs to a row."""
    return f"(abs(hashint8extended(n, {salt}) % 100000) / 100000.0)"


def _id(kind: int, count: int, power: float) -> str:
    """One of so many ids, the first of them far more often than the last."""
    return f"lpad(to_hex({kind} * 65536 + floor({_share(kind)} ^ {power} * {count})::int), 32, '0')"


AGENTS, CUSTOMERS, PLACES = 120, 4000, 24
FILL = f"""
with drawn as (
    select n, floor({_share(1)} ^ 1.5 * {AGENTS})::int as agent,
        floor({_share(2)} ^ 2 * {CUSTOMERS})::int as customer,
        {_share(3)} < case when n <= {ROWS} / 10 then 0.6 else 0.066 end as live,
        now() - interval '730 days' * n / {ROWS} as at
    from generate_series(1, {ROWS}) n),
settled as (
    select *, case when live
        then (array['new', 'open', 'open', 'open', 'open', 'open', 'open', 'waiting_customer',
            'waiting_customer', 'waiting_customer', 'waiting_customer', 'waiting_third_party'])
            [1 + floor({_share(4)} * 12)::int]
        when {_share(4)} < 0.94 then 'closed' when {_share(4)} < 0.97 then 'resolved'
        when {_share(4)} < 0.99 then 'merged' else 'spam' end as status from drawn)
insert into tickets.ticket (id, number, organization_id, requester_id, department_id, assignee_id,
    status, priority, channel, locale, subject, tags, created_at, updated_at, version, sla_state,
    next_due_at, watching_department_ids, last_customer_message_at, last_staff_message_at,
    escalation_level)
select uuidv7(at - now()), 10000000 + {ROWS} - n,
    lpad(to_hex(3 * 65536 + customer % 400), 32, '0')::uuid,
    lpad(to_hex(2 * 65536 + customer), 32, '0')::uuid,
    lpad(to_hex(4 * 65536 + agent % {PLACES}), 32, '0')::uuid,
    case when status <> 'new' and {_share(5)} < 0.9
        then lpad(to_hex(65536 + agent), 32, '0')::uuid end,
    status, (array['P1', 'P2', 'P2', 'P2', 'P2', 'P3', 'P3', 'P3', 'P3', 'P3', 'P3', 'P3', 'P3',
        'P3', 'P3', 'P3', 'P4', 'P4', 'P4', 'P4'])[1 + floor({_share(6)} * 20)::int],
    (array['email', 'email', 'email', 'portal', 'web', 'form', 'api', 'phone'])
        [1 + floor({_share(7)} * 8)::int],
    'ar', 'x', case when n % 20000 = 7 then array['rare'] when {_share(8)} < 0.25
        then array['tag-' || lpad((floor({_share(9)} ^ 2 * 40)::int)::text, 2, '0'),
            case when {_share(10)} < 0.2 then 'vip' else 'other' end] else '{{}}' end,
    at, least(now(), at + interval '1 hour' * (1 + {_share(11)} * 72)), 1,
    case when status in ('new', 'open') and {_share(12)} < 0.03 then 'breached'
        when live and {_share(12)} < 0.12 then 'warning'
        when not live and {_share(12)} < 0.13 then 'breached' else 'ok' end,
    case when status in ('new', 'open', 'waiting_third_party')
        then now() + interval '1 hour' * ({_share(12)} * 93 - 3)
        else '9999-12-31T00:00:00Z' end,
    case when {_share(13)} < 0.01 then
        array[lpad(to_hex(4 * 65536 + n % {PLACES}), 32, '0')::uuid] else '{{}}' end,
    at, case when {_share(14)} < 0.85 then at + interval '1 hour' end,
    case when status = 'open' and {_share(12)} < 0.03 then 1 + n % 3 else 0 end
from settled"""


def _one(kind: int, number: int) -> str:
    return str(UUID(int=kind * 65536 + number))


AGENT, CUSTOMER, ORGANIZATION, PLACE = _one(1, 0), _one(2, 0), _one(3, 0), _one(4, 0)
IDS = {
    "agent": AGENT,
    "department": PLACE,
    "customer": CUSTOMER,
    "organization": ORGANIZATION,
    "quiet": _one(2, CUSTOMERS - 1),
    "idle": _one(1, AGENTS - 1),
}


def _viewer(who: UUID, reach: Reach, *places: UUID) -> Viewer:
    staff = reach in {Reach.ALL, Reach.DEPARTMENTS}
    home = None if staff else UUID(ORGANIZATION)
    return Viewer(who, reach, staff=staff, organization_id=home, department_ids=frozenset(places))


VIEWERS = {
    "admin": _viewer(UUID(int=1), Reach.ALL),
    "agent": _viewer(UUID(AGENT), Reach.DEPARTMENTS, UUID(PLACE)),
    "newcomer": _viewer(UUID(int=77), Reach.DEPARTMENTS, UUID(int=78)),
    "head": _viewer(UUID(int=79), Reach.ORGANIZATION),
    "customer": _viewer(UUID(CUSTOMER), Reach.OWN),
    "stranger": _viewer(UUID(int=80), Reach.OWN),
}
LISTS: dict[str, list[Case]] = defaultdict(list)
for _case in cases(IDS):
    LISTS[_case.name.partition(", by ")[0]].append(_case)


@pytest.fixture(scope="module")
async def filled(desk: Desk) -> Desk:
    await desk.look(FILL)
    await desk.look("analyze tickets.ticket")
    return desk


def _asked(case: Case) -> tuple[Filters, Sort]:
    asked = parse_qs(case.query)
    (sort,) = asked.pop("sort")
    several = {"status", "priority", "channel", "tag"}
    values = {name: found if name in several else found[0] for name, found in asked.items()}
    return FiltersIn.model_validate(values, strict=False).value(), Sort(sort)


def _caller(viewer: Viewer) -> Caller:
    role = Role.AGENT if viewer.staff else Role.CUSTOMER
    return Caller(viewer.id, "user", viewer.organization_id, frozenset({role}))


async def explained(tx: Tx, statement: str, params: dict[str, Any]) -> dict[str, Any]:
    """What the database did for a statement, as the root of its plan."""
    found = await tx.scalar(f"explain (analyze, buffers, format json) {statement}", params)
    plans = json.loads(found) if isinstance(found, str) else found
    plan: dict[str, Any] = plans[0]["Plan"]
    return plan


async def _more(desk: Desk, viewer: Viewer, filters: Filters) -> list[Condition]:
    return await narrowing.conditions(desk.context, _caller(viewer), viewer, filters)


async def _plan(desk: Desk, case: Case, place: Place | None = None) -> Plan:
    viewer, (filters, sort) = VIEWERS[case.who], _asked(case)
    more = await _more(desk, viewer, filters)
    statement, params = compose(viewer, filters, more, (sort, place, 50))
    async with desk.context.tx(_caller(viewer)) as tx:
        return Plan(statement, await explained(tx, statement, params))


@pytest.mark.slow
@pytest.mark.parametrize("name", LISTS)
async def test_a_page_of_fifty_reads_little(filled: Desk, name: str) -> None:
    plain = name.rpartition(": ")[2]
    most = WORST if plain in HARD else READ
    for case in LISTS[name]:
        plan = await _plan(filled, case)
        assert plan.scanned == [], (case.name, plan.told())
        if plain not in FAR:
            assert plan.read <= most, (case.name, plan.told())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a year ago", "unchanged for a year"])
async def test_old_tickets_by_priority_pass_no_newer_ones(filled: Desk, name: str) -> None:
    for case in LISTS[name]:
        if "priority" in case.query:
            plan = await _plan(filled, case)
            assert plan.read <= 500, (case.name, plan.told())


@pytest.mark.slow
@pytest.mark.parametrize("who", ["head", "customer"])
async def test_a_rare_tag_is_found_without_reading_all_of_an_organization(
    filled: Desk, who: str
) -> None:
    """Its index is closed behind the wall: the list starts from the tag's few tickets."""
    for case in LISTS[f"{who}: rare tag"]:
        plan = await _plan(filled, case)
        assert plan.read <= 100, (case.name, plan.told())


@pytest.mark.slow
async def test_a_rare_tag_of_others_shows_nothing_of_theirs(filled: Desk) -> None:
    """What starts from the tag finds the own organization's tickets, all of them, in order."""
    head = VIEWERS["head"]
    tags = await filled.look(
        "select tag, sum(n)::int as n from tickets.tag_change where organization_id = $1"
        " group by tag having sum(n) < 200 order by 2 desc",
        head.organization_id,
    )
    filters = Filters(tag=(tags[0]["tag"],))
    statement, params = compose(
        head, filters, await _more(filled, head, filters), (Sort.UPDATED, None, 200)
    )
    assert "holders" in params
    async with filled.context.tx(_caller(head)) as tx:
        rows = await tx.rows(statement, params)
    expected = await filled.look(
        "select id from tickets.ticket where organization_id = $1 and $2 = any(tags)"
        " order by updated_at desc, id desc",
        head.organization_id,
        tags[0]["tag"],
    )
    assert [row["id"] for row in rows] == [row["id"] for row in expected] != []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["everything", "status=new,open", "department", "requester"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.95])
async def test_a_page_in_the_middle_begins_where_the_last_one_ended(
    filled: Desk, name: str, share: float
) -> None:
    """A cursor is a bound of the index walk, not a condition on what it passes."""
    rows = await filled.look(
        "select * from tickets.ticket order by created_at offset $1 limit 1", int(ROWS * share)
    )
    columns = ("created_at", "updated_at", "next_due_at", "priority")
    for case in LISTS[name]:
        column = next(one for one in columns if one in case.query.rpartition("=")[2])
        plan = await _plan(filled, case, Place(rows[0][column], rows[0]["id"]))
        assert plan.scanned == [], (case.name, plan.told())
        assert plan.read <= READ, (case.name, plan.told())


@pytest.mark.slow
@pytest.mark.parametrize("who", ["admin", "agent", "head", "customer"])
async def test_a_list_is_planned_for_its_values_however_often_it_is_asked(
    filled: Desk, who: str
) -> None:
    """Common values first: what they cost on average must not plan for a rare one."""
    viewer = VIEWERS[who]
    told = "select generic_plans, custom_plans from pg_prepared_statements where statement like"
    for sort in (Sort.CREATED, Sort.PRIORITY):
        async with filled.context.tx(_caller(viewer)) as tx:
            for tag in (*["vip"] * 6, *["rare"] * 6):
                await tx.rows(*compose(viewer, Filters(tag=(tag,)), (), (sort, None, 50)))
            column = "created_at desc" if sort is Sort.CREATED else "priority"
            asked = f"%@>%order by t.{column}, t.id%"
            plans = await tx.rows(f"{told} :asked", {"asked": asked})
        assert {row["generic_plans"] for row in plans} == {0}, (sort, plans)
        assert max(row["custom_plans"] for row in plans) >= 12
