"""On a filled table the report walks an index: what it reads grows with what is asked about."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.sla.domain.attainment import Grouping, Question, months
from services.sla.store import reports
from shared.kit.callers import Caller
from shared.worktime.zones import load
from tests.bench.promises import ORGANIZATIONS, fill
from tests.engines import Database
from tests.services.sla.desk import Desk

TICKETS = 40_000
NOW = datetime(2026, 11, 1, tzinfo=UTC)
SOME = UUID(int=7)
Plan = dict[str, Any]


@pytest.fixture(scope="module")
async def filled(desk: Desk, database: Database) -> Desk:
    connection = await asyncpg.connect(database.superuser_dsn)
    await fill(connection, TICKETS, NOW)
    await connection.close()
    return desk


def question(days: int, by: Grouping = Grouping.MONTH, **only: Any) -> Question:
    end = NOW - timedelta(days=60)
    start = end - timedelta(days=days)
    return Question(start, end, (by,), months(start, end, load("Asia/Riyadh")), **only)


def nodes(plan: Plan) -> list[Plan]:
    return [plan, *(inner for child in plan.get("Plans", ()) for inner in nodes(child))]


async def plan_of(desk: Desk, statement: str, params: dict[str, Any]) -> Plan:
    async with desk.context.tx() as tx:
        await tx.execute(reports.SETTINGS)
        found = await tx.scalar(f"explain (analyze, buffers, format json) {statement}", params)
    plans = json.loads(found) if isinstance(found, str) else found
    plan: Plan = plans[0]["Plan"]
    return plan


def blocks(plan: Plan) -> int:
    read: int = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return read


def scanned(plan: Plan) -> set[str]:
    """Tables that were read from end to end."""
    return {one["Relation Name"] for one in nodes(plan) if one["Node Type"] == "Seq Scan"}


@pytest.mark.slow
@pytest.mark.parametrize("by", Grouping)
async def test_a_month_reads_a_month(filled: Desk, by: Grouping) -> None:
    plan = await plan_of(
        filled, *reports.compose(Caller.system(), question(30, by), filled.context.clock.now())
    )
    assert not scanned(plan)
    assert "outcome_opened" in {one.get("Index Name") for one in nodes(plan)}
    assert blocks(plan) < 1500


@pytest.mark.slow
@pytest.mark.parametrize("days", [30, 365])
async def test_an_organization_reads_its_own(filled: Desk, days: int) -> None:
    asked = question(days, organization_id=SOME)
    now = filled.context.clock.now()
    plan = await plan_of(filled, *reports.compose(Caller.system(), asked, now))
    assert not scanned(plan)
    assert blocks(plan) < 3 * 3 * TICKETS / ORGANIZATIONS


@pytest.mark.slow
@pytest.mark.parametrize("only", [{}, {"organization_id": SOME}], ids=["all", "one"])
async def test_the_worst_are_found_through_an_index(filled: Desk, only: dict[str, Any]) -> None:
    plan = await plan_of(filled, *reports.compose_worst(Caller.system(), question(365, **only)))
    assert not scanned(plan)
    assert blocks(plan) < 2000


@pytest.mark.slow
async def test_those_that_wait_are_found_among_the_open(filled: Desk) -> None:
    now = filled.context.clock.now()
    asked = Question(NOW - timedelta(days=90), NOW, (Grouping.MONTH,))
    statement, params = reports.compose_overdue(Caller.system(), asked, now)
    plan = await plan_of(filled, statement, params)
    assert not scanned(plan)
    assert blocks(plan) < 4000
    of_open = {"clock_open", "clock_policy", "clock_organization", "clock_open_ticket"}
    assert of_open & {one.get("Index Name") for one in nodes(plan)}
