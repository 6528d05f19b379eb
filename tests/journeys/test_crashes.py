"""kill -9 of any one process while the story runs: nothing lost, nothing twice."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.fakes.partner import Partner
from tests.journeys import letters
from tests.journeys.company import Company, found, promise
from tests.journeys.desk import Desk, Refused

pytestmark = pytest.mark.journey

CHILDREN = (
    "gateway",
    "intake",
    "tickets",
    "sla",
    "escalation",
    "notify",
    "postgres",
    "nats",
    "edge",
)


@pytest.fixture(scope="module")
async def fragile(partner: Partner) -> AsyncIterator[Desk]:
    """A desk of its own: other journeys should not feel the kills."""
    with tempfile.TemporaryDirectory(prefix="sanad-crash-") as folder:
        base = Path(folder)
        base.chmod(0o711)
        settings = {"SANAD_WEBHOOK_ALLOW": partner.host, "SANAD_PROFILE": "local"}
        desk = Desk(base / "home", settings)  # durable, as an operator runs it
        await desk.start()
        yield desk
        await desk.stop()


async def create(company: Company, key: str) -> dict[str, Any]:
    """One ticket, asked for until it is answered, under one idempotency key."""

    async def attempt() -> dict[str, Any]:
        subject = f"عطل {key[:8]}"  # the same subject twice would be acknowledged once
        body = {"subject": subject, "body": "تفاصيل", "department_id": company.department["id"]}
        answer = await company.seats["customer"].ask(
            "POST", "/v1/tickets", json=body, headers={"Idempotency-Key": key}
        )
        if answer.status_code != 201:
            raise Refused(f"{answer.status_code} {answer.text}")
        made: dict[str, Any] = answer.json()
        return made

    return await company.desk.eventually(attempt, within=30)


async def mail(company: Company, subject: str) -> None:
    """One mail, sent until it is accepted; the same bytes each time."""
    sara = company.address("customer")
    raw = letters.plain(sara, company.mailbox, subject, "نص الرسالة")

    async def attempt() -> bool:
        await company.desk.send(raw, sara, company.mailbox)
        return True

    await company.desk.eventually(attempt, within=30)


@pytest.mark.parametrize("victim", CHILDREN)
async def test_the_story_survives_the_death_of(fragile: Desk, victim: str) -> None:
    company = await found(fragile)
    short = {"P3": {"first_response": "PT3S", "resolution": "PT1H"}}
    await promise(company, short)
    subject = f"رسالة {uuid4().hex[:8]}"
    before = await create(company, uuid4().hex)

    async def strike() -> None:
        fragile.kill(victim)

    answers = await asyncio.gather(
        strike(), create(company, uuid4().hex), mail(company, subject), return_exceptions=True
    )
    assert [one for one in answers if isinstance(one, BaseException)] == []
    during = answers[1]
    assert isinstance(during, dict)

    async def all_there() -> list[dict[str, Any]] | None:
        query = {"organization_id": company.organization["id"]}
        items = (await company.admin.get("/v1/tickets", **query))["items"]
        return items if len(items) >= 3 else None

    tickets = await fragile.eventually(all_there, within=40)
    assert tickets is not None
    expected = [before["subject"], during["subject"], subject]
    assert sorted(one["subject"] for one in tickets) == sorted(expected)
    for ticket in (before, during):
        await fragile.letter(company.address("customer"), ticket["number"], within=40)
        await fragile.letter(company.address("manager"), ticket["number"], within=40)
    await asyncio.sleep(1)  # a second firing would come now
    for ticket in (before, during):
        rungs = (await company.admin.get(f"/v1/tickets/{ticket['id']}/escalations"))["items"]
        assert [rung["metric"] for rung in rungs] == ["first_response"]
    await healthy(fragile)


async def healthy(desk: Desk) -> None:
    async def look() -> bool:
        answers = [await desk.http.get(f"{url}/readyz") for url in desk.endpoints["ops"].values()]
        return all(answer.status_code == httpx.codes.OK for answer in answers)

    assert await desk.eventually(look, within=30)
