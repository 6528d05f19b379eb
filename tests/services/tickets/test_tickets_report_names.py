"""Reports say whose figures they are, by name, and credit who solved; strangers are not there."""

import csv
import io
from typing import Any
from uuid import uuid4

import pytest

from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_reports import CUSTOMER, ask
from tests.services.tickets.town import OTHER_DEPARTMENT, leader

LONG = "شركة الخليج المتحدة للتقنيات المتقدمة والحلول الرقمية المتكاملة المحدودة"


async def test_organizations_are_named_in_every_form(desk: Desk) -> None:
    organization = uuid4()
    await desk.open(desk.customer(organization=organization))
    known = {"id": str(organization), "name": LONG}
    desk.neighbours.organizations[str(organization)] = known
    query = f"group_by=organization&organization_id={organization}"
    [item] = (await ask(desk, query))["items"]
    assert item["groups"] == {"organization": str(organization)}
    assert item["names"] == {"organization": LONG}
    table = await report(desk, f"{query}&format=csv")
    heading, line, _ = csv.reader(io.StringIO(table.text, newline=""))
    assert heading[:2] == ["organization", "organization_name"]
    assert line[:2] == [str(organization), LONG]
    picture = await report(desk, f"{query}&format=svg")
    assert all(word in picture.text for word in LONG.split())
    assert "…" not in picture.text


async def test_without_the_gateway_an_organization_is_its_id(desk: Desk) -> None:
    organization = uuid4()
    await desk.open(desk.customer(organization=organization))
    query = f"group_by=organization&organization_id={organization}"
    desk.neighbours.down = True
    try:
        [item] = (await ask(desk, query))["items"]
        picture = await report(desk, f"{query}&format=svg")
    finally:
        desk.neighbours.down = False
        desk.travel(60)  # beyond the pause after a question that was not answered
    assert (item["names"], item["groups"]) == ({}, {"organization": str(organization)})
    assert str(organization) in picture.text.replace("</text>", "")


@pytest.mark.parametrize("place", ["/v1/reports", "/v1/feedback"])
async def test_what_is_foreign_or_unknown_is_not_there(desk: Desk, place: str) -> None:
    ours, theirs = uuid4(), uuid4()
    for one in (ours, theirs):
        await desk.open(desk.customer(organization=one))
    head = Person("customer_admin", ours, scope=CUSTOMER)
    here = leader("supervisor", departments=(OTHER_DEPARTMENT,))
    asked: list[tuple[Person, str, int]] = [
        (leader(), f"organization_id={uuid4()}", 404),
        (leader(), f"department_id={uuid4()}", 404),
        (leader(), f"organization_id={theirs}", 200),
        (head, f"organization_id={theirs}", 404),
        (head, f"organization_id={ours}", 200),
        (here, f"department_id={uuid4()}", 404),
        (leader(), "organization=x", 422),
    ]
    for who, query, status in asked:
        answer = await desk.http.get(f"{place}?{query}", headers=who.headers())
        assert answer.status_code == status, (query, answer.text)


async def test_who_solves_what_nobody_held_is_credited(desk: Desk) -> None:
    organization = uuid4()
    made = await desk.open(desk.customer(organization=organization))
    solver = leader()
    solved = await desk.do(solver, made["id"], "resolve")
    assert solved.is_success, solved.text
    query = f"metric=resolution&group_by=agent&organization_id={organization}"
    [item] = (await ask(desk, query))["items"]
    assert item["groups"] == {"agent": str(solver.id)}
    assert item["resolution"]["resolved"] == 1


async def report(desk: Desk, query: str) -> Any:
    answer = await desk.http.get(f"/v1/reports?{query}", headers=leader().headers())
    assert answer.status_code == 200, answer.text
    return answer
