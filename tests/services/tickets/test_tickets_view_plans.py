"""On a filled table the counts of views and their pages read what is alive, never the table."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.tickets.domain.listing import Filters, Sort
from services.tickets.domain.rights import Reach, Viewer
from services.tickets.domain.views import COUNTED, order_of, recalled
from services.tickets.store import views as store
from services.tickets.store.assigning import QUEUE
from services.tickets.store.counting import HURRY, counted
from services.tickets.store.listing import compose
from tests.bench.million.plans import under
from tests.services.tickets.conftest import Desk
from tests.services.tickets.test_tickets_plans import AGENT, FILL, PLACE, ROWS, explained

READERS = {
    "agent": Viewer(
        UUID(AGENT), Reach.DEPARTMENTS, staff=True, department_ids=frozenset({UUID(PLACE)})
    ),
    "of two": Viewer(
        uuid4(), Reach.DEPARTMENTS, staff=True, department_ids=frozenset({UUID(PLACE), uuid4()})
    ),
    "idle": Viewer(uuid4(), Reach.DEPARTMENTS, staff=True, department_ids=frozenset({uuid4()})),
    "everybody's": Viewer(uuid4(), Reach.ALL, staff=True),
}


@pytest.fixture(scope="module")
async def filled(desk: Desk) -> Desk:
    await desk.look(FILL)
    await desk.look("analyze tickets.ticket")
    return desk


async def standard(desk: Desk) -> list[tuple[Filters, Sort]]:
    """What the views ask that came with the house."""
    async with desk.context.tx() as tx:
        rows = await store.listed(tx, READERS["idle"], None, 200)
    asked = [(recalled(row["filters"]), order_of(row["sort"])) for row in rows]
    assert len(asked) >= 7
    return [(filters, sort) for filters, sort in asked if filters is not None]


def scans(plan: dict[str, Any]) -> set[str]:
    return {one["Node Type"] for one in under(plan) if one.get("Relation Name") == "ticket"}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(READERS))
async def test_all_standard_views_are_counted_in_one_statement_that_reads_little(
    filled: Desk, name: str
) -> None:
    asked = [(filters, ()) for filters, _ in await standard(filled)]
    async with filled.context.tx() as tx:
        await tx.execute(HURRY, {"milliseconds": "5000"})
        plan = await explained(tx, *counted(READERS[name], asked, COUNTED))
    assert "Seq Scan" not in scans(plan)
    assert all(one["Actual Rows"] <= ROWS // 7 for one in under(plan))
    blocks = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    assert blocks < 12_000, blocks


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(READERS))
async def test_a_page_of_each_standard_view_reads_little(filled: Desk, name: str) -> None:
    for filters, sort in await standard(filled):
        async with filled.context.tx() as tx:
            plan = await explained(tx, *compose(READERS[name], filters, (), (sort, None, 50)))
        assert "Seq Scan" not in scans(plan), filters
        blocks = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        assert blocks < 6_000, (blocks, filters)


@pytest.mark.slow
async def test_what_nobody_has_is_read_in_its_order_and_no_further(filled: Desk) -> None:
    for department in (UUID(PLACE), uuid4()):
        asked = {"department": department, "locales": ["ar", "en"], "limit": 20}
        async with filled.context.tx() as tx:
            plan = await explained(tx, QUEUE, asked)
        assert scans(plan) <= {"Index Scan", "Index Only Scan", "Bitmap Heap Scan"}
        assert all(one["Actual Rows"] <= ROWS // 50 for one in under(plan))
        assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 2_500
