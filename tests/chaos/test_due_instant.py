"""What runs the clock dies at the very instant at which promises end."""

import asyncio
import contextlib
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from tests.chaos.weather import Weather
from tests.journeys.company import Company, found, promise

pytestmark = [pytest.mark.slow, pytest.mark.journey, pytest.mark.timeout(600)]

TARGET, TICKETS = 6, 12
_BREACHES = """select body from sla.outbox where route = 'sanad.sla.breached'
    and subject = any($1::text[])"""
_DUE = "select min(due_at) as first, max(due_at) as last from sla.timer where kind = 'breach'"
_RAISED = """select ticket_id::text, count(*) from escalation.escalation
    where ticket_id = any($1::uuid[]) and level = 1 group by 1"""


@pytest.mark.parametrize("victims", [("sla",), ("postgres",), ("sla", "postgres", "nats")])
async def test_a_death_at_the_due_instant_loses_nothing_and_repeats_nothing(
    weather: Weather, victims: tuple[str, ...]
) -> None:
    company = await found(weather.desk)
    await promise(company, {"P3": {"resolution": f"PT{TARGET}S"}}, delay="PT24H")
    tickets = await _open(company)
    first, last = await _dues(weather)
    await _until(first)
    while datetime.now(UTC) < last + timedelta(seconds=0.5):
        for victim in victims:
            weather.strike(victim)
        await asyncio.sleep(0.4)
    await weather.desk.eventually(lambda: _all_raised(weather, tickets), within=60)
    await weather.quiet(within=60)
    breaches = await _query(weather, _BREACHES, tickets)
    facts = [json.loads(row["body"])["data"] for row in breaches]
    raised = {row["ticket_id"]: row["count"] for row in await _query(weather, _RAISED, tickets)}
    print(f"{victims}: lag {max(map(_late, facts))}")
    assert Counter(fact["ticket_id"] for fact in facts) == dict.fromkeys(tickets, 1)
    assert raised == dict.fromkeys(tickets, 1)
    assert [fact for fact in facts if fact["breached_at"] != fact["due_at"]] == []
    assert min(map(_late, facts)) >= timedelta(0), "fired before it was due"


async def _open(company: Company) -> list[str]:
    body = {"subject": "late", "body": "text", "department_id": company.department["id"]}
    made = [await company.seats["customer"].post("/v1/tickets", body) for _ in range(TICKETS)]
    return [ticket["id"] for ticket in made]


async def _dues(weather: Weather) -> tuple[datetime, datetime]:
    """The first and the last due instant, once all clocks are armed."""

    async def armed() -> Any:
        rows = await _query(weather, f"{_DUE} having count(*) = {TICKETS}")
        return rows and (rows[0]["first"], rows[0]["last"])

    first, last = await weather.desk.eventually(armed, within=TARGET)
    return first, last


async def _all_raised(weather: Weather, tickets: list[str]) -> bool:
    with contextlib.suppress(asyncpg.PostgresError):  # the server may still be coming back
        return len(await _query(weather, _RAISED, tickets)) == len(tickets)
    return False


async def _until(moment: datetime) -> None:
    # The instant is the story: the blow falls there, not when something has been seen.
    await asyncio.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))


async def _query(weather: Weather, statement: str, *args: Any) -> list[Any]:
    connection = await asyncpg.connect(weather.desk.endpoints["database"], timeout=20)
    try:
        return list(await connection.fetch(statement, *args))
    finally:
        await connection.close()


def _late(fact: dict[str, Any]) -> timedelta:
    return datetime.fromisoformat(fact["fired_at"]) - datetime.fromisoformat(fact["due_at"])
