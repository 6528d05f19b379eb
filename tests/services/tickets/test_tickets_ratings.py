"""The list of what customers said: for whom, narrowed how, page by page."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_reports import (
    CUSTOMER,
    OTHER_DEPARTMENT,
    know_other_department,
    leader,
)


async def rated(desk: Desk, customer: Person, score: int, comment: str | None = None) -> str:
    made = await desk.open(customer)
    await desk.do(desk.agent(), made["id"], "resolve")
    given = await desk.do(customer, made["id"], "feedback", {"score": score, "comment": comment})
    assert given.status_code == 201, given.text
    ticket: str = made["id"]
    return ticket


async def listed(desk: Desk, query: str, who: Person | None = None) -> dict[str, Any]:
    answer = await desk.http.get(f"/v1/feedback?{query}", headers=(who or leader()).headers())
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_ratings_are_read_with_their_comments_page_by_page(desk: Desk) -> None:
    organization = uuid4()
    customer = desk.customer(organization=organization)
    made = [await rated(desk, customer, 1 + n % 5, f"رأي {n}") for n in range(7)]
    seen: list[dict[str, Any]] = []
    cursor, boss = "", leader()
    while True:
        page = await listed(desk, f"organization_id={organization}&limit=3{cursor}", boss)
        seen += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert [one["ticket_id"] for one in seen] == made[::-1]
    foreign = await desk.http.get(
        f"/v1/feedback?organization_id={organization}&limit=3{cursor}", headers=leader().headers()
    )
    assert foreign.status_code == 422, "a cursor is its caller's own"
    assert [one["comment"] for one in seen] == [f"رأي {n}" for n in range(6, -1, -1)]
    assert seen[0]["number"].startswith("SND-")


async def test_ratings_are_narrowed_by_what_is_asked(desk: Desk) -> None:
    await know_other_department(desk)
    organization = uuid4()
    customer = desk.customer(organization=organization)
    low, mute, high = [
        await rated(desk, customer, score, said)
        for score, said in ((1, "سيئ"), (2, None), (5, "ب"))
    ]
    change = {"department_id": str(OTHER_DEPARTMENT), "priority": "P1"}
    fresh = await desk.open(customer)
    path = f"/v1/tickets/{fresh['id']}"
    await desk.http.patch(path, json=change, headers=leader().headers())
    await desk.do(leader(), fresh["id"], "resolve")
    await desk.do(customer, fresh["id"], "feedback", {"score": 3})

    async def found(query: str, who: Person | None = None) -> set[str]:
        page = await listed(desk, f"organization_id={organization}&{query}", who)
        return {one["ticket_id"] for one in page["items"]}

    everything = {low, mute, high, fresh["id"]}
    assert await found("") == everything
    assert await found("score=1,2") == {low, mute}
    assert await found("score=1&score=5") == {low, high}
    assert await found("commented=true") == {low, high}
    assert await found("commented=false") == {mute, fresh["id"]}
    assert await found(f"department_id={OTHER_DEPARTMENT}") == {fresh["id"]}
    assert await found("priority=P1") == {fresh["id"]}
    assert await found(f"assignee_id={uuid4()}") == set()
    assert await found("to=2020-01-01") == set()
    assert await found("from=2020-01-01") == everything
    manager = leader("manager", departments=(OTHER_DEPARTMENT,))
    assert await found("", manager) == {fresh["id"]}
    head = Person("customer_admin", organization, scope=CUSTOMER)
    assert await found("", head) == everything
    other = Person("customer_admin", uuid4(), scope=CUSTOMER)
    headers = other.headers()
    path = f"/v1/feedback?organization_id={organization}"
    assert (await desk.http.get(path, headers=headers)).status_code == 404
    items = (await listed(desk, "", head))["items"]
    assert {one["assignee_name"] for one in items} == {None}


@pytest.mark.parametrize(
    "query",
    [
        "score=0",
        "score=6",
        "score=x",
        "score=1,,2",
        "score=1,2,3,4,5,1",
        "commented=perhaps",
        "from=never",
        "from=2026-11-29&to=2026-11-01",
        "priority=P0",
        "department_id=1",
        "limit=0",
        "limit=201",
        "cursor=abc",
        "cursor=" + "A" * 2000,
        "unknown=1",
    ],
)
async def test_a_bad_question_about_ratings_is_a_coded_problem(desk: Desk, query: str) -> None:
    answer = await desk.http.get(f"/v1/feedback?{query}", headers=leader().headers())
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def test_a_reopened_resolution_keeps_its_rating_beside_the_next_one(desk: Desk) -> None:
    organization = uuid4()
    customer = desk.customer(organization=organization)
    ticket = await rated(desk, customer, 2)
    again = {"score": 1, "comment": "ما زالت", "reopen": True}
    assert (await desk.do(customer, ticket, "feedback", again)).json()["reopened"] is True
    await desk.do(desk.agent(), ticket, "resolve")
    await desk.do(customer, ticket, "feedback", {"score": 5})
    page = await listed(desk, f"organization_id={organization}")
    told = [(one["reopen_count"], one["score"], one["reopened"]) for one in page["items"]]
    assert told == [(1, 5, False), (0, 1, True)]
    [row] = await desk.look(
        "select count(*) as n from tickets.feedback where ticket_id = $1", UUID(ticket)
    )
    assert row["n"] == 2
