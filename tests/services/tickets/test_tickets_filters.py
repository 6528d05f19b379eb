"""Every filter and order of the list of tickets, and cursors that stay with their list."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.tickets.domain.listing import Sort
from shared.vocabulary import DEFAULT_DEPARTMENT
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_list import listed
from tests.services.tickets.test_tickets_verbs import colleague

OTHER = uuid4()


@pytest.fixture(scope="module")
async def desk_of_two(desk: Desk) -> Desk:
    desk.neighbours.departments[str(OTHER)] = {"name": {"ar": "أخرى", "en": "Other"}}
    return desk


async def ids(desk: Desk, person: Person, **params: Any) -> set[str]:
    return {one["id"] for one in await listed(desk, person, limit=200, **params)}


async def test_mine_and_nobodys_are_the_readers_own(desk_of_two: Desk) -> None:
    desk = desk_of_two
    customer, agent, other = desk.customer(), await colleague(desk), desk.agent()
    asked = {"requester_id": str(customer.id)}
    taken, free, away = [await desk.open(customer) for _ in range(2)] + [
        await desk.open(customer, department_id=str(OTHER))
    ]
    done = await desk.do(agent, taken["id"], "assign", {"assignee_id": str(agent.id)})
    assert done.status_code == 200, done.text
    boss = Person("manager", departments=(DEFAULT_DEPARTMENT, OTHER))
    assert await ids(desk, agent, assignee_id="me", **asked) == {taken["id"]}
    assert await ids(desk, other, assignee_id="me", **asked) == set()
    assert await ids(desk, agent, assignee_id="none", **asked) == {free["id"]}
    assert await ids(desk, agent, unassigned=True, **asked) == {free["id"]}
    assert await ids(desk, agent, unassigned=False, **asked) == {taken["id"]}
    assert await ids(desk, agent, department_id="mine", **asked) == {taken["id"], free["id"]}
    assert await ids(desk, boss, department_id="mine", unassigned=True, **asked) == {
        free["id"],
        away["id"],
    }
    assert await ids(desk, Person("admin"), department_id="mine", **asked) == set()


async def test_a_filter_of_ones_own_opens_no_door(desk_of_two: Desk) -> None:
    """A department out of reach, or a colleague's tickets there, stay out of the list."""
    desk, customer, agent = desk_of_two, desk_of_two.customer(), desk_of_two.agent()
    await desk.open(customer, department_id=str(OTHER))
    asked = {"requester_id": str(customer.id)}
    assert await ids(desk, agent, department_id=str(OTHER), **asked) == set()
    assert await ids(desk, agent, assignee_id=str(uuid4()), **asked) == set()
    stranger = desk.customer(organization=uuid4())
    assert await ids(desk, stranger, assignee_id="none", **asked) == set()


async def test_channels_instants_and_levels_narrow(desk: Desk) -> None:
    customer, agent = desk.customer(), desk.agent()
    first = await desk.open(customer)
    second = await desk.open(agent, channel="phone")
    both = {first["id"], second["id"]}
    since = {"created_from": first["created_at"]}
    assert await ids(desk, agent, channel="portal", **since) & both == {first["id"]}
    assert await ids(desk, agent, channel="email,phone", **since) & both == {second["id"]}
    await desk.look("update tickets.ticket set escalation_level = 2 where id = $1", first["id"])
    assert await ids(desk, agent, escalation_level=2, **since) & both == {first["id"]}
    assert await ids(desk, agent, escalation_level=3, **since) & both == set()
    later = datetime.fromisoformat(second["created_at"]) + timedelta(hours=1)
    await desk.look(
        "update tickets.ticket set next_due_at = $2, updated_at = $2 where id = $1",
        second["id"],
        later,
    )
    assert await ids(desk, agent, due_before=later.isoformat(), **since) & both == set()
    soon = (later + timedelta(seconds=1)).isoformat()
    assert await ids(desk, agent, due_before=soon, **since) & both == {second["id"]}
    assert await ids(desk, agent, updated_from=later.isoformat(), **since) & both == {second["id"]}
    assert await ids(desk, agent, updated_to=later.isoformat(), **since) & both == {first["id"]}


async def test_who_waits_for_an_answer_is_found_by_the_last_word(desk: Desk) -> None:
    customer, agent = desk.customer(), desk.agent()
    made = await desk.open(customer)
    asked = {"requester_id": str(customer.id)}
    now = (datetime.fromisoformat(made["created_at"]) + timedelta(minutes=1)).isoformat()
    before = (datetime.fromisoformat(made["created_at"]) - timedelta(minutes=1)).isoformat()
    assert await ids(desk, agent, waiting_since=now, **asked) == {made["id"]}
    assert await ids(desk, agent, waiting_since=before, **asked) == set()
    await desk.do(agent, made["id"], "messages", {"body": "x", "public": False})
    assert await ids(desk, agent, waiting_since=now, **asked) == {made["id"]}
    await desk.do(agent, made["id"], "messages", {"body": "x"})
    assert await ids(desk, agent, waiting_since=now, **asked) == set()


@pytest.mark.parametrize("sort", [one for one in Sort if one is not Sort.RELEVANCE])
async def test_each_order_turns_its_pages_to_the_end(desk: Desk, sort: Sort) -> None:
    customer = desk.customer()
    made = [await desk.open(customer, priority=one) for one in ("P2", "P1", "P3", "P2", "P4", "P1")]
    names = {"sort": sort.value, "limit": 4}
    first = await desk.http.get("/v1/tickets", params=names, headers=customer.headers())
    cursor = first.json()["next_cursor"]
    rest = await desk.http.get(
        "/v1/tickets", params={**names, "cursor": cursor}, headers=customer.headers()
    )
    seen = [*first.json()["items"], *rest.json()["items"]]
    assert {one["id"] for one in seen} == {one["id"] for one in made}
    assert len(seen) == len(made)
    field = sort.value.removeprefix("-")
    values = [one["sla"][field] if field == "next_due_at" else one[field] for one in seen]
    assert values == sorted(values, key=str, reverse=sort.value.startswith("-"))


async def test_a_cursor_goes_with_its_reader_its_filters_and_its_order(desk: Desk) -> None:
    customer, agent = desk.customer(), desk.agent()
    for _ in range(3):
        await desk.open(customer, priority="P1")
    asked = {"limit": 1, "priority": "P1"}
    first = await desk.http.get("/v1/tickets", params=asked, headers=agent.headers())
    cursor = first.json()["next_cursor"]

    async def turn(person: Person, path: str = "/v1/tickets", **more: Any) -> Any:
        params = {**asked, "cursor": cursor, **more}
        return await desk.http.get(path, params=params, headers=person.headers())

    assert (await turn(agent)).status_code == 200
    assert (await turn(agent, limit=2)).status_code == 200
    for answer in (
        await turn(desk.agent()),
        await turn(customer),
        await turn(agent, priority="P2"),
        await turn(agent, tag="vip"),
        await turn(agent, sort="created_at"),
        await turn(agent, cursor=cursor[:-2]),
        await turn(agent, cursor="ا"),
    ):
        assert answer.status_code == 422, answer.text
        (error,) = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("?cursor", "cursor_foreign")
        assert error["message"].startswith("This cursor belongs to another list")


@pytest.mark.parametrize(
    "query",
    [
        *("assignee_id=mine", "assignee_id=", "department_id=me", "department_id=none"),
        *("unassigned=perhaps", "channel=fax", "escalation_level=-1", "escalation_level=x"),
        *("escalation_level=99999999999999999999", "due_before=yesterday", "due_before=0"),
        *("updated_from=2026-01-01", "waiting_since=3026-01-01T00:00:00Z", "sort=-next_due_at"),
        "sort=relevance",
        *("custom.x=1", "custom.=1", "custom.A%20b=1", "custom.x=%00", "tag=%00", "q=a%0Ab"),
        "tag=" + ",".join(str(n) for n in range(21)),
        "q=" + "x" * 201,
        "cursor=" + "x" * 1025,
    ],
)
async def test_nonsense_in_any_filter_is_told_by_its_name(desk: Desk, query: str) -> None:
    answer = await desk.http.get(f"/v1/tickets?{query}", headers=desk.agent().headers())
    assert answer.status_code == 422, answer.text
    errors = answer.json()["errors"]
    assert errors
    assert all(one["pointer"].startswith(f"?{query.partition('=')[0][:6]}") for one in errors)
    assert all(one["message"] for one in errors)


@pytest.mark.parametrize("name", ["status", "priority", "channel", "tag"])
async def test_commas_alone_narrow_by_nothing_and_are_refused(desk: Desk, name: str) -> None:
    odd = await desk.http.get(f"/v1/tickets?{name}=%20,,", headers=desk.agent().headers())
    assert odd.status_code == 422, odd.text
    (error,) = odd.json()["errors"]
    assert (error["pointer"], error["code"]) == (f"?{name}", "blank")
    view = {"name": {"en": "odd"}, "filters": {name: ","}, "shared": "private"}
    kept = await desk.http.post("/v1/views", json=view, headers=desk.agent().headers())
    assert kept.status_code == 422, kept.text
    assert kept.json()["errors"][0]["pointer"] == f"#/filters/{name}"


@pytest.mark.parametrize("path", ["/v1/tickets", "/v1/views", "/v1/macros", "/v1/custom-fields"])
async def test_a_made_up_cursor_is_told_at_its_place(desk: Desk, path: str) -> None:
    odd = await desk.http.get(f"{path}?cursor=made-up", headers=desk.agent().headers())
    assert odd.status_code == 422, odd.text
    (error,) = odd.json()["errors"]
    assert (error["pointer"], error["code"]) == ("?cursor", "cursor_foreign")
