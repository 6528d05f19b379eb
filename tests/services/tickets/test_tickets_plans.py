"""On a filled table every list walks an index: no sort of thousands, no scan of all."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.tickets.domain.listing import Filters, Place, SlaState, Sort
from services.tickets.domain.rights import Reach, Viewer
from services.tickets.store.listing import compose
from shared.kit.tx import Tx
from shared.vocabulary import Priority, Status
from tests.services.tickets.conftest import Desk

ROWS = 100_000
SOME = UUID(int=5)
STAFF = Viewer(SOME, Reach.ALL, staff=True)
FILL = f"""
insert into tickets.ticket (id, number, organization_id, requester_id, department_id, assignee_id,
    status, priority, channel, locale, subject, tags, created_at, updated_at, version, sla_state,
    next_due_at, watching_department_ids)
select uuidv7(), 10000000 + n, lpad(to_hex(n % 500), 32, '0')::uuid,
    lpad(to_hex(n % 5000), 32, '0')::uuid, lpad(to_hex(n % 8), 32, '0')::uuid,
    case when n % 3 = 0 then lpad(to_hex(n % 60), 32, '0')::uuid end,
    case when n % 20 = 0 then 'open' when n % 97 = 0 then 'new' else 'closed' end,
    'P' || (1 + n % 4), 'email', 'ar', 'x', case when n % 50 = 0 then array['vip'] else '{{}}' end,
    now() - n * interval '1 minute', now() - n * interval '1 minute', 1,
    case when n % 200 = 0 then 'breached' else 'ok' end,
    case when n % 20 = 0 then now() + n * interval '1 minute' else '9999-12-31T00:00:00Z' end,
    case when n % 400 = 0 then array[lpad(to_hex(9), 32, '0')::uuid] else '{{}}' end
from generate_series(1, {ROWS}) n
"""
PLACE = Place(datetime(2026, 1, 1, tzinfo=UTC), SOME)
LISTS = {
    "newest": (Filters(), Sort.CREATED),
    "changed": (Filters(), Sort.UPDATED),
    "due": (Filters(), Sort.NEXT_DUE),
    "priority": (Filters(), Sort.PRIORITY),
    "open by priority": (Filters(status=(Status.NEW, Status.OPEN)), Sort.PRIORITY),
    "open P1": (Filters(status=(Status.OPEN,), priority=(Priority.P1,)), Sort.CREATED),
    "organization": (Filters(organization_id=SOME), Sort.CREATED),
    "requester": (Filters(requester_id=SOME), Sort.CREATED),
    "department by due": (Filters(department_id=SOME), Sort.NEXT_DUE),
    "assignee by due": (Filters(assignee_id=UUID(int=6)), Sort.NEXT_DUE),
    "tag": (Filters(tag=("vip",)), Sort.CREATED),
    "breached by due": (Filters(sla_state=SlaState.BREACHED), Sort.NEXT_DUE),
    "new ones": (Filters(status=(Status.NEW,)), Sort.CREATED),
}


@pytest.fixture(scope="module")
async def filled(desk: Desk) -> Desk:
    await desk.look(FILL)
    await desk.look("analyze tickets.ticket")
    return desk


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(inner for child in plan.get("Plans", ()) for inner in nodes(child))]


async def plan_of(desk: Desk, statement: str, params: dict[str, Any]) -> dict[str, Any]:
    async with desk.context.tx() as tx:
        return await explained(tx, statement, params)


async def explained(tx: Tx, statement: str, params: dict[str, Any]) -> dict[str, Any]:
    found = await tx.scalar(f"explain (analyze, buffers, format json) {statement}", params)
    plans = json.loads(found) if isinstance(found, str) else found
    plan: dict[str, Any] = plans[0]["Plan"]
    return plan


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(LISTS))
@pytest.mark.parametrize("turned", [False, True], ids=["first", "turned"])
async def test_a_page_of_fifty_reads_little(filled: Desk, name: str, turned: bool) -> None:
    filters, sort = LISTS[name]
    place = None
    if turned:
        place = Place("P2", SOME) if sort is Sort.PRIORITY else PLACE
    plan = await plan_of(filled, *compose(STAFF, filters, (), (sort, place, 50)))
    kinds = {node["Node Type"] for node in nodes(plan)}
    assert "Seq Scan" not in kinds, kinds
    blocks = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    assert blocks < 4000, (blocks, kinds)
    sorted_rows = [
        node["Plans"][0]["Actual Rows"] for node in nodes(plan) if node["Node Type"] == "Sort"
    ]
    assert all(rows <= ROWS // 20 for rows in sorted_rows), sorted_rows


@pytest.mark.slow
@pytest.mark.parametrize("sort", [Sort.NEXT_DUE, Sort.CREATED], ids=str)
@pytest.mark.parametrize(
    "department", [SOME, UUID(int=9), UUID(int=10)], ids=["owns", "watches", "idle"]
)
async def test_an_agents_own_list_reads_little(filled: Desk, sort: Sort, department: UUID) -> None:
    """Also for a department that only looks on, and for one that has nothing to do."""
    viewer = Viewer(
        UUID(int=77), Reach.DEPARTMENTS, staff=True, department_ids=frozenset({department})
    )
    for filters in (Filters(), Filters(department_id=SOME)):
        plan = await plan_of(filled, *compose(viewer, filters, (), (sort, None, 50)))
        kinds = {node["Node Type"] for node in nodes(plan)}
        assert "Seq Scan" not in kinds, kinds
        blocks = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        assert blocks < 4000, (blocks, kinds)


@pytest.mark.slow
async def test_a_customers_own_list_reads_little(filled: Desk) -> None:
    viewer = Viewer(SOME, Reach.OWN, staff=False, organization_id=SOME)
    plan = await plan_of(filled, *compose(viewer, Filters(), (), (Sort.CREATED, None, 50)))
    assert "Seq Scan" not in {
        node["Node Type"] for node in nodes(plan) if node.get("Relation Name") == "ticket"
    }
