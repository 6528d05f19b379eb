"""Promises that last hours, on the seeded policy, with the clock of the house moved forward."""

from datetime import timedelta
from typing import Any

import pytest

from tests.journeys.company import found
from tests.journeys.desk import Desk

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("locale", ["ar", "en"])
async def test_an_urgent_ticket_nobody_answers_wakes_the_manager_after_an_hour(
    desk: Desk, locale: str
) -> None:
    company = await found(desk, locale=locale)
    ticket = await company.seats["customer"].post(
        "/v1/tickets", {"subject": "توقف كامل", "body": "كل شيء متوقف", "priority": "P1"}
    )
    path = f"/v1/tickets/{ticket['id']}"
    await company.admin.patch(path, {"department_id": company.department["id"]})

    async def promised() -> Any:
        return (await company.admin.get(path))["sla"]["first_response"]["due_at"]

    assert await desk.eventually(promised)
    desk.travel(timedelta(minutes=58))
    assert desk.outgoing(company.address("manager")) == []
    desk.travel(timedelta(minutes=3))
    mail = await desk.letter(company.address("manager"), ticket["number"])
    html = mail.get_body(("html",))
    assert html is not None
    direction = "rtl" if locale == "ar" else "ltr"
    assert f'<html lang="{locale}" dir="{direction}"' in html.get_content()
    desk.travel(timedelta(hours=3, minutes=1))
    await desk.letter(company.address("supervisor"), ticket["number"])
    seen = await company.admin.get(path)
    assert seen["assignee_id"] == company.people["supervisor"]["id"]


async def test_a_resolved_ticket_closes_after_a_day_and_not_before(desk: Desk) -> None:
    company = await found(desk)
    ticket = await company.seats["customer"].post(
        "/v1/tickets", {"subject": "بطء", "body": "النظام بطيء", "priority": "P4"}
    )
    path = f"/v1/tickets/{ticket['id']}"

    async def promised() -> Any:
        return (await company.admin.get(path))["sla"]["resolution"]["due_at"]

    assert await desk.eventually(promised)
    await company.admin.post(f"{path}/resolve", {"message": "تم"})
    await desk.letter(company.address("customer"), "تم")
    desk.travel(timedelta(hours=23, minutes=58))
    assert (await company.admin.get(path))["status"] == "resolved"
    desk.travel(timedelta(minutes=3))

    async def closed() -> bool:
        return bool((await company.admin.get(path))["status"] == "closed")

    assert await desk.eventually(closed)
