"""What bulk refuses, and why: the very problem that the single call would have answered."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from shared.vocabulary import DEFAULT_DEPARTMENT
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_bulk import Single, bulk, edit, verb
from tests.services.tickets.test_tickets_fields import define, redefine

ROADS: dict[str, list[str]] = {
    "new": [],
    "solved": ["resolve"],
    "closed, never answered": ["close"],
    "solved and closed": ["resolve", "close"],
    "spam": ["spam"],
    "merged": ["merge"],
}
ACTIONS: dict[str, tuple[dict[str, Any], Single]] = {
    "wait for customer": ({"do": "wait", "for": "customer"}, verb("wait", **{"for": "customer"})),
    "wait for others": (
        {"do": "wait", "for": "third_party"},
        verb("wait", **{"for": "third_party"}),
    ),
    "resolve": ({"do": "resolve"}, verb("resolve")),
    "close": ({"do": "close"}, verb("close")),
    "spam": ({"do": "spam"}, verb("spam")),
    "assign": ({"do": "assign", "to": "nobody"}, verb("assign", assignee_id=None)),
    "priority": ({"do": "priority", "priority": "P1"}, edit(priority="P1")),
    "department": (
        {"do": "department", "department_id": str(DEFAULT_DEPARTMENT)},
        edit(department_id=str(DEFAULT_DEPARTMENT)),
    ),
    "add tags": ({"do": "add_tags", "tags": ["new"]}, verb("tags", add=["new"])),
    "remove tags": ({"do": "remove_tags", "tags": ["old"]}, verb("tags", remove=["old"])),
    "too many tags": (
        {"do": "add_tags", "tags": [f"t{n}" for n in range(20)]},
        verb("tags", add=[f"t{n}" for n in range(20)]),
    ),
    "note": (
        {"do": "note", "body": {"ar": "ملاحظة", "en": "a note"}},
        verb("messages", body="a note", public=False),
    ),
    "custom": ({"do": "custom", "values": {"floor": 3}}, edit(custom={"floor": 3})),
}
TOLD = ("status", "code", "title", "detail", "legal")


async def led(desk: Desk, agent: Person, road: list[str]) -> str:
    """A ticket that came this way."""
    made = await desk.open(tags=["old"])
    for name in road:
        body = {"into": (await desk.open())["id"]} if name == "merge" else {}
        answer = await desk.do(agent, made["id"], name, body)
        assert answer.status_code == 200, answer.text
    found: str = made["id"]
    return found


async def compared(desk: Desk, agent: Person, what: str, road: list[str]) -> tuple[Any, Any]:
    """The answers of both doors to twins."""
    action, single = ACTIONS[what]
    one, other = [await led(desk, agent, road) for _ in range(2)]
    answer = await single(desk, agent, one)
    assert answer.status_code < 500, answer.text
    told = (await bulk(desk, agent, [other], actions=[action]))["items"][0]
    expected = answer.json() if answer.is_error else {}
    found = told["problem"] or {}
    return {name: expected.get(name) for name in TOLD}, {name: found.get(name) for name in TOLD}


@pytest.mark.parametrize("state", ROADS)
async def test_each_action_is_refused_as_by_its_single_call(desk: Desk, state: str) -> None:
    agent = desk.agent()
    turns = asyncio.Semaphore(4)

    async def one(what: str) -> None:
        async with turns:
            expected, found = await compared(desk, agent, what, ROADS[state])
        assert found == expected, what

    await asyncio.gather(*map(one, ACTIONS))


@pytest.mark.parametrize("state", ["closed, never answered", "spam", "merged", "new"])
async def test_what_a_solution_asks_for_is_asked_after_whether_one_is_possible(
    desk: Desk, state: str
) -> None:
    agent, field = (
        desk.agent(),
        await define(desk, required=["resolve"], key=f"k_{uuid4().hex[:8]}"),
    )
    try:
        expected, found = await compared(desk, agent, "resolve", ROADS[state].copy())
    finally:
        await redefine(desk, field, active=False)
    assert found == expected
    assert expected["status"] == (422 if state == "new" else 409)


async def test_words_on_merged_tickets_are_heard_where_those_live_on(desk: Desk) -> None:
    """As a single message is; a home of several hears them once, other steps stay refused."""
    agent, customer = desk.agent(), desk.customer()
    first, second, home, middle = [(await desk.open(customer))["id"] for _ in range(4)]
    for one, into in ((first, middle), (second, home), (middle, home)):
        merged = await desk.do(agent, one, "merge", {"into": into})
        assert merged.status_code == 200, merged.text
    for asked in ([first], [first, second, home], [home, second]):
        before = await texts(desk, agent, home)
        answer = await bulk(desk, agent, asked, message="Heard at home")
        assert [one["status"] for one in answer["items"]] == ["done"] * len(asked), answer
        assert [one["ticket_id"] for one in answer["items"]] == asked
        assert await texts(desk, agent, home) == [*before, "Heard at home"]
    single = await desk.do(agent, first, "messages", {"body": "Heard at home"})
    assert single.status_code == 201, single.text
    both = await bulk(
        desk, agent, [first], message="Never heard", actions=[{"do": "priority", "priority": "P1"}]
    )
    assert both["items"][0]["problem"]["code"] == "illegal_transition"
    stale = {"id": first, "version": 1}
    answer = await bulk(desk, agent, [stale], message="Never heard")
    assert answer["items"][0]["problem"]["code"] == "precondition_failed"
    assert "Never heard" not in await texts(desk, agent, home)


async def texts(desk: Desk, agent: Person, ticket_id: str) -> list[str]:
    path = f"/v1/tickets/{ticket_id}/messages"
    answer = await desk.http.get(path, params={"limit": 200}, headers=agent.headers())
    return [one["body_text"] for one in answer.json()["items"]]
