"""On a filled table a list narrowed by own fields, and a suggested tag, read little."""

import json
from typing import Any
from uuid import UUID

import pytest

from services.tickets.domain.fieldfilters import FieldFilter
from services.tickets.domain.fields import FieldType
from services.tickets.domain.listing import Filters, Sort
from services.tickets.domain.rights import Reach, Viewer
from services.tickets.store import fieldvalues
from services.tickets.store.listing import compose
from services.tickets.store.tags import summed
from tests.services.tickets.conftest import Desk

ROWS = 60_000
READ = 4000
CHOICE, NUMBER, DAY, TEXT = (UUID(int=n) for n in (1, 2, 3, 4))
PLACE = UUID(int=5)
KINDS = {CHOICE: "choice", NUMBER: "integer", DAY: "date", TEXT: "text"}
FILL = f"""
insert into tickets.ticket (id, number, organization_id, requester_id, department_id, status,
    priority, channel, locale, subject, tags, custom, created_at, updated_at, version,
    next_due_at, watching_department_ids)
select lpad(to_hex(n), 32, '0')::uuid, 20000000 + n, lpad(to_hex(n % 500), 32, '0')::uuid,
    lpad(to_hex(n % 5000), 32, '0')::uuid, lpad(to_hex(n % 8), 32, '0')::uuid,
    case when n % 20 = 0 then 'open' else 'closed' end, 'P3', 'email', 'ar', 'x',
    case when n % 3 = 0 then array['tag' || n % 400] else '{{}}' end, 'x',
    now() - n * interval '1 minute', now() - n * interval '1 minute', 1,
    '9999-12-31T00:00:00Z', '{{}}'
from generate_series(1, {ROWS}) n"""
DEFINE = """
insert into tickets.custom_field (id, key, label, type, customers, version, created_at,
    updated_at, filterable) values ($1, $2, '{}', $3, 'read', 1, now(), now(), true)"""
VALUES = f"""
insert into tickets.custom_value (field_id, ticket_id, organization_id, word, number, day, token)
select f.id, lpad(to_hex(n), 32, '0')::uuid, lpad(to_hex(n % 500), 32, '0')::uuid,
    case when f.type <> 'choice' then '' when n % 1000 = 0 then 'rare'
        when n / 8 % 2 = 0 then 'live' else 'test' end,
    case when f.type = 'integer' then n % 20000 end,
    case when f.type = 'date' then date '2020-01-01' + n % 2000 end,
    case when f.type = 'text' then decode(lpad(to_hex(n % 3000), 32, '0'), 'hex') end
from generate_series(1, {ROWS}) n, tickets.custom_field f where f.key like 'plan%'"""

ALL = Viewer(UUID(int=99), Reach.ALL, staff=True)
AGENT = Viewer(UUID(int=99), Reach.DEPARTMENTS, staff=True, department_ids=frozenset({PLACE}))
OWNER = Viewer(UUID(int=99), Reach.ORGANIZATION, staff=False, organization_id=UUID(int=5))
ASKED = {
    "a common option": [FieldFilter(CHOICE, FieldType.CHOICE, ("live",))],
    "a rare option": [FieldFilter(CHOICE, FieldType.CHOICE, ("rare",))],
    "one of two options": [FieldFilter(CHOICE, FieldType.CHOICE, ("live", "rare"))],
    "a number": [FieldFilter(NUMBER, FieldType.INTEGER, (7,))],
    "a span of numbers": [FieldFilter(NUMBER, FieldType.INTEGER, low=100, high=400)],
    "an open span of numbers": [FieldFilter(NUMBER, FieldType.INTEGER, low=100)],
    "a day": [FieldFilter(DAY, FieldType.DATE, ("2020-03-01",))],
    "a span of days": [FieldFilter(DAY, FieldType.DATE, low="2020-03-01", high="2020-03-20")],
    "a text": [FieldFilter(TEXT, FieldType.TEXT, tokens=((7).to_bytes(16, "big"),))],
    "an option and a number": [
        FieldFilter(CHOICE, FieldType.CHOICE, ("live",)),
        FieldFilter(NUMBER, FieldType.INTEGER, low=100, high=400),
    ],
}


@pytest.fixture(scope="module")
async def filled(desk: Desk) -> Desk:
    await desk.look(FILL)
    for field_id, kind in KINDS.items():
        await desk.look(DEFINE, field_id, f"plan_{kind}", kind)
    await desk.look(VALUES)
    await desk.look("analyze tickets.ticket, tickets.custom_value, tickets.tag_change")
    return desk


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(inner for child in plan.get("Plans", ()) for inner in nodes(child))]


async def plan_of(desk: Desk, statement: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    async with desk.context.tx() as tx:
        found = await tx.scalar(f"explain (analyze, buffers, format json) {statement}", params)
    plans = json.loads(found) if isinstance(found, str) else found
    return nodes(plans[0]["Plan"])


@pytest.mark.slow
@pytest.mark.parametrize("sort", [Sort.CREATED, Sort.NEXT_DUE], ids=str)
@pytest.mark.parametrize("viewer", [ALL, AGENT, OWNER], ids=["all", "agent", "owner"])
@pytest.mark.parametrize("name", ASKED)
async def test_a_page_narrowed_by_own_fields_reads_little(
    filled: Desk, name: str, viewer: Viewer, sort: Sort
) -> None:
    more = list(fieldvalues.conditions(ASKED[name]))
    statement, params = compose(viewer, Filters(), more, (sort, None, 50))
    plan = await plan_of(filled, statement, params)
    assert "Seq Scan" not in {node["Node Type"] for node in plan}, plan
    touched = [
        node["Actual Rows"] * node["Actual Loops"] + node.get("Rows Removed by Filter", 0)
        for node in plan
        if "Scan" in node["Node Type"]
    ]
    assert max(touched) < READ, (touched, [node["Node Type"] for node in plan])


@pytest.mark.slow
async def test_suggested_tags_count_no_tickets(filled: Desk) -> None:
    statement = summed("c.department_id = any(:departments)")
    plan = await plan_of(filled, statement, {"departments": [PLACE], "limit": 20})
    assert {node.get("Relation Name") for node in plan} <= {"tag_count", "tag_change", None}
