"""Saved views over HTTP: whose they are, what they list, how long they are."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.tickets.domain.rights import Reach, Viewer
from services.tickets.domain.views import MOST_VIEWS, Holding, Sharing, may_see
from services.tickets.store import views as store
from services.tickets.usecases import counting
from shared.vocabulary import DEFAULT_DEPARTMENT, RESERVED_ORGANIZATION
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_list import listed
from tests.services.tickets.test_tickets_verbs import colleague

OTHER = uuid4()
NAME = {"ar": "عرض", "en": "View"}


@pytest.fixture(scope="module")
async def office(desk: Desk) -> Desk:
    desk.neighbours.departments[str(OTHER)] = {"name": {"ar": "أخرى", "en": "Other"}}
    return desk


def manager(*departments: UUID) -> Person:
    return Person("manager", departments=departments or (DEFAULT_DEPARTMENT,))


async def ask(
    desk: Desk, person: Person, method: str, path: str = "", body: Any = None, **headers: str
) -> httpx.Response:
    return await desk.http.request(
        method, f"/v1/views{path}", json=body, headers=person.headers(**headers)
    )


async def save(desk: Desk, person: Person, **more: Any) -> dict[str, Any]:
    answer = await ask(desk, person, "POST", body={"name": NAME, **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/v1/views/{found['id']}"
    assert answer.headers["etag"] == '"1"'
    return found


async def names(desk: Desk, person: Person) -> list[str]:
    answer = await ask(desk, person, "GET", "?limit=200")
    return [one["id"] for one in answer.json()["items"]]


async def counts(desk: Desk, person: Person) -> dict[str, tuple[int | None, bool]]:
    answer = await ask(desk, person, "GET", "/counts")
    assert answer.status_code == 200, answer.text
    return {one["view_id"]: (one["count"], one["more"]) for one in answer.json()["items"]}


async def test_everybody_of_the_desk_finds_the_standard_views_in_both_languages(
    office: Desk,
) -> None:
    for person in (office.agent(), Person("auditor"), Person("admin")):
        items = (await ask(office, person, "GET")).json()["items"]
        told = [(one["name"]["ar"], one["name"]["en"]) for one in items if not one["owner_id"]]
        assert ("تذاكري المفتوحة", "My open tickets") in told
        assert [english for _, english in told] == [
            *("My open tickets", "My department's unassigned", "Due next", "Breached"),
            *("Waiting for the customer", "All open tickets", "Recently resolved"),
        ]
        for one in items:
            page = await ask(office, person, "GET", f"/{one['id']}/tickets")
            assert page.status_code == 200, page.text


async def test_one_language_of_a_name_serves_for_both(office: Desk) -> None:
    agent = office.agent()
    assert (await save(office, agent, name={"ar": "عاجلة"}))["name"] == {
        "ar": "عاجلة",
        "en": "عاجلة",
    }
    assert (await save(office, agent, name={"en": "Hot"}))["name"] == {"ar": "Hot", "en": "Hot"}


async def test_private_views_exist_for_nobody_else(office: Desk) -> None:
    owner, view = office.agent(), ""
    view = (await save(office, owner))["id"]
    assert view in await names(office, owner)
    ghost = await ask(office, office.agent(), "GET", f"/{uuid4()}")
    for person in (office.agent(), manager(), Person("admin"), Person("auditor")):
        assert view not in await names(office, person)
        for method, path, body in (
            ("GET", f"/{view}", None),
            ("GET", f"/{view}/tickets", None),
            ("PATCH", f"/{view}", {"position": 1}),
            ("DELETE", f"/{view}", None),
        ):
            answer = await ask(office, person, method, path, body)
            if person.role == "auditor" and method in {"PATCH", "DELETE"}:
                assert answer.status_code == 403
                continue
            assert answer.status_code == 404, (person.role, method, path)
            assert answer.json()["code"] == ghost.json()["code"]


async def test_customers_and_their_programs_have_no_views(office: Desk) -> None:
    customer = office.customer()
    bound = office.customer(kind="client", scope="tickets:read tickets:manage")
    for person in (customer, office.customer(role="customer_admin"), bound):
        for method, path in (("GET", ""), ("GET", "/counts"), ("POST", "")):
            answer = await ask(office, person, method, path, {"name": NAME})
            assert answer.status_code == 403


async def test_shared_views_are_read_by_those_they_are_for(office: Desk) -> None:
    boss = manager()
    here = (await save(office, boss, shared="department", department_id=str(DEFAULT_DEPARTMENT)))[
        "id"
    ]
    house = (await save(office, boss, shared="all"))["id"]
    inside, outside = office.agent(), Person("agent", departments=(OTHER,))
    assert {here, house} <= set(await names(office, inside))
    assert here not in await names(office, outside)
    assert house in await names(office, outside)
    assert (await ask(office, outside, "GET", f"/{here}")).status_code == 404
    assert (await ask(office, inside, "PATCH", f"/{here}", {"position": 1})).status_code == 403
    assert (await ask(office, inside, "DELETE", f"/{house}")).status_code == 403
    other_boss = manager()
    assert (await ask(office, other_boss, "PATCH", f"/{here}", {"position": 1})).status_code == 200
    assert (await ask(office, other_boss, "DELETE", f"/{house}")).status_code == 403
    assert (await ask(office, Person("admin"), "DELETE", f"/{house}")).status_code == 204
    assert house not in await names(office, inside)
    rows = await office.look(
        "select kind, shared from tickets.view_change where view_id = $1 order by at", house
    )
    assert [tuple(row) for row in rows] == [("made", "all"), ("deleted", "all")]


async def test_sharing_is_refused_to_who_may_not_share(office: Desk) -> None:
    department = {"shared": "department", "department_id": str(DEFAULT_DEPARTMENT)}
    for person in (office.agent(), Person("supervisor", departments=(DEFAULT_DEPARTMENT,))):
        for wish in (department, {"shared": "all"}):
            answer = await ask(office, person, "POST", body={"name": NAME, **wish})
            assert (answer.status_code, answer.json()["code"]) == (403, "sharing_refused")
        mine = await save(office, person)
        answer = await ask(office, person, "PATCH", f"/{mine['id']}", {"shared": "all"})
        assert answer.status_code == 403
    foreign = {"shared": "department", "department_id": str(OTHER)}
    answer = await ask(office, manager(), "POST", body={"name": NAME, **foreign})
    assert answer.status_code == 403
    await save(office, Person("admin"), **foreign)


async def test_a_change_needs_the_version_that_was_read(office: Desk) -> None:
    agent = office.agent()
    view = await save(office, agent, filters={"status": ["open"]}, columns=["number", "custom.x"])
    path = f"/{view['id']}"
    done = await ask(
        office, agent, "PATCH", path, {"sort": "-priority", "columns": None}, If_Match='"1"'
    )
    assert (done.status_code, done.headers["etag"]) == (200, '"2"')
    assert (done.json()["sort"], done.json()["columns"]) == ("-priority", None)
    assert done.json()["filters"] == {"status": ["open"]}
    stale = await ask(office, agent, "PATCH", path, {"position": 5}, If_Match='"1"')
    assert stale.status_code == 412
    boss = manager()
    shared = await save(office, boss, shared="department", department_id=str(DEFAULT_DEPARTMENT))
    alone = await ask(office, boss, "PATCH", f"/{shared['id']}", {"shared": "private"})
    assert (alone.json()["shared"], alone.json()["department_id"]) == ("private", None)
    assert (await ask(office, agent, "GET", f"/{shared['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/name"),
        ({"name": {}}, "#/name"),
        ({"name": {"ar": "س" * 81}}, "#/name/ar"),
        ({"name": {"ar": "س\nص"}}, "#/name/ar"),
        ({"name": {"ar": "\x00"}}, "#/name/ar"),
        ({"name": {"fr": "x"}}, "#/name"),
        ({"name": NAME, "filters": {"status": ["odd"]}}, "#/filters/status/0"),
        ({"name": NAME, "filters": {"statuses": []}}, "#/filters/statuses"),
        ({"name": NAME, "filters": {"assignee_id": "mine"}}, "#/filters/assignee_id"),
        ({"name": NAME, "filters": {"escalation_level": "2"}}, "#/filters/escalation_level"),
        ({"name": NAME, "filters": {"unassigned": "yes"}}, "#/filters/unassigned"),
        ({"name": NAME, "filters": {"due_before": 0}}, "#/filters/due_before"),
        ({"name": NAME, "filters": {"q": "x" * 201}}, "#/filters/q"),
        ({"name": NAME, "filters": {"q": "status:banana"}}, "#/filters/q"),
        ({"name": NAME, "filters": {"custom": {"nokey": "x"}}}, "#/filters/custom/nokey"),
        ({"name": NAME, "filters": {"custom": {"A b": "x"}}}, "#/filters/custom"),
        ({"name": NAME, "filters": []}, "#/filters"),
        ({"name": NAME, "sort": "-next_due_at"}, "#/sort"),
        ({"name": NAME, "sort": "relevance"}, "#/sort"),
        ({"name": NAME, "columns": ["number", "nope"]}, "#/columns/1"),
        ({"name": NAME, "shared": "public"}, "#/shared"),
        ({"name": NAME, "shared": "department"}, "#/department_id"),
        ({"name": NAME, "department_id": str(DEFAULT_DEPARTMENT)}, "#/department_id"),
        ({"name": NAME, "department_id": str(uuid4())}, "#/department_id"),
        ({"name": NAME, "position": -1}, "#/position"),
        ({"name": NAME, "position": 10**30}, "#/position"),
        ({"name": NAME, "columns": []}, "#/columns"),
        ({"name": NAME, "columns": ["A B"]}, "#/columns/0"),
        ({"name": NAME, "columns": ["number"] * 31}, "#/columns"),
        ({"name": NAME, "owner_id": str(uuid4())}, "#/owner_id"),
        ({"name": NAME, "version": 7}, "#/version"),
        ({"name": NAME, "id": str(uuid4())}, "#/id"),
    ],
)
async def test_nonsense_in_any_field_is_told_by_its_place(
    office: Desk, body: dict[str, Any], pointer: str
) -> None:
    answer = await ask(office, manager(), "POST", body=body)
    assert answer.status_code == 422, answer.text
    assert any(one["pointer"].startswith(pointer) for one in answer.json()["errors"]), answer.text


@pytest.mark.parametrize("field", ["name", "filters", "sort", "shared", "position"])
async def test_what_a_view_needs_is_not_emptied(office: Desk, field: str) -> None:
    agent = office.agent()
    view = await save(office, agent)
    answer = await ask(office, agent, "PATCH", f"/{view['id']}", {field: None})
    assert answer.status_code == 422


async def test_a_person_keeps_so_many_views_and_no_more(office: Desk) -> None:
    agent = office.agent()
    for _ in range(MOST_VIEWS):
        await save(office, agent)
    answer = await ask(office, agent, "POST", body={"name": NAME})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_views")
    await save(office, office.agent())


async def test_a_view_is_read_with_the_rights_of_its_reader(office: Desk) -> None:
    boss = manager(DEFAULT_DEPARTMENT, OTHER)
    customer, agent = office.customer(), await colleague(office)
    asked = {"requester_id": str(customer.id)}
    here = await office.open(customer)
    there = await office.open(customer, department_id=str(OTHER))
    await office.do(agent, here["id"], "assign", {"assignee_id": str(agent.id)})
    view = (await save(office, boss, shared="all", filters=asked))["id"]
    mine = (await save(office, boss, shared="all", filters={**asked, "assignee_id": "me"}))["id"]
    ours = (await save(office, boss, shared="all", filters={**asked, "department_id": "mine"}))[
        "id"
    ]

    async def seen(person: Person, view_id: str) -> set[str]:
        answer = await ask(office, person, "GET", f"/{view_id}/tickets")
        assert answer.status_code == 200, answer.text
        return {one["id"] for one in answer.json()["items"]}

    assert await seen(boss, view) == {here["id"], there["id"]}
    assert await seen(agent, view) == {here["id"]}
    assert await seen(Person("agent"), view) == set()
    assert await seen(agent, mine) == {here["id"]}
    assert await seen(boss, mine) == set()
    assert await seen(agent, ours) == {here["id"]}
    assert await seen(boss, ours) == {here["id"], there["id"]}
    assert await seen(Person("admin"), ours) == set()
    told = await counts(office, agent)
    assert (told[view], told[mine], told[ours]) == ((1, False),) * 3


async def test_a_view_of_what_is_no_more_is_empty_and_no_error(office: Desk) -> None:
    agent = office.agent()
    refused = await ask(
        office, agent, "POST", body={"name": NAME, "filters": {"custom": {"vanished": "x"}}}
    )
    assert refused.status_code == 422
    gone, odd = await save(office, agent), await save(office, agent)
    await office.look(
        """update tickets.view set filters = '{"custom": {"vanished": "x"}}' where id = $1""",
        gone["id"],
    )
    await office.look(
        """update tickets.view set filters = '{"status": ["vanished"]}', sort = 'vanished'
        where id = $1""",
        odd["id"],
    )
    told = await counts(office, agent)
    for view in (gone, odd):
        answer = await ask(office, agent, "GET", f"/{view['id']}/tickets")
        assert (answer.status_code, answer.json()["items"]) == (200, [])
        assert told[view["id"]] == (0, False)


async def test_pages_of_a_view_keep_to_the_view(office: Desk) -> None:
    customer, agent = office.customer(), office.agent()
    for _ in range(3):
        await office.open(customer)
    asked = {"requester_id": str(customer.id)}
    view = (await save(office, agent, filters=asked, sort="created_at"))["id"]
    twin = (await save(office, agent, filters=asked, sort="created_at"))["id"]
    first = await ask(office, agent, "GET", f"/{view}/tickets?limit=2")
    cursor = first.json()["next_cursor"]
    second = await ask(office, agent, "GET", f"/{view}/tickets?limit=2&cursor={cursor}")
    found = [one["id"] for one in first.json()["items"] + second.json()["items"]]
    whole = await listed(office, agent, **asked, sort="created_at")
    assert found == [one["id"] for one in whole]
    assert second.json()["next_cursor"] is None
    elsewhere = await ask(office, agent, "GET", f"/{twin}/tickets?limit=2&cursor={cursor}")
    assert elsewhere.status_code == 422
    await ask(office, agent, "PATCH", f"/{view}", {"sort": "-created_at"})
    turned = await ask(office, agent, "GET", f"/{view}/tickets?limit=2&cursor={cursor}")
    assert turned.status_code == 422


async def test_counts_know_what_the_caller_has_just_done(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "FRESH", 600.0)
    customer, agent = office.customer(), office.agent()
    asked = {"requester_id": str(customer.id), "status": ["new"]}
    view = (await save(office, agent, filters=asked))["id"]
    first = await office.open(customer)
    assert (await counts(office, agent))[view] == (1, False)
    await office.open(customer)
    assert (await counts(office, agent))[view] == (1, False), "told again, a moment later"
    await office.do(agent, first["id"], "resolve", {})
    assert (await counts(office, agent))[view] == (1, False)
    await office.open(customer)
    await office.do(agent, first["id"], "messages", {"body": "x", "public": False})
    assert (await counts(office, agent))[view] == (2, False)


async def test_a_long_queue_is_counted_to_a_thousand(office: Desk) -> None:
    agent, requester = office.agent(), uuid4()
    view = (await save(office, agent, filters={"requester_id": str(requester)}))["id"]
    await office.look(
        """insert into tickets.ticket (id, number, organization_id, requester_id, department_id,
            status, priority, channel, locale, subject, created_at, updated_at, version)
        select uuidv7(), 50000000 + n, $1, $2, $3, 'new', 'P3', 'api', 'ar', 'x', now(), now(), 1
        from generate_series(1, 1001) n""",
        RESERVED_ORGANIZATION,
        requester,
        DEFAULT_DEPARTMENT,
    )
    assert (await counts(office, agent))[view] == (1000, True)
    await office.look("delete from tickets.ticket where requester_id = $1", requester)


async def test_the_filter_of_views_in_sql_says_what_the_rule_says(office: Desk) -> None:
    me, they = office.agent(), office.agent()
    admin = Person("admin")
    for person, wish in (
        (me, {}),
        (they, {}),
        (admin, {"shared": "all"}),
        (admin, {"shared": "department", "department_id": str(DEFAULT_DEPARTMENT)}),
        (admin, {"shared": "department", "department_id": str(OTHER)}),
    ):
        await save(office, person, **wish)
    rows = await office.look("select id, owner_id, shared, department_id from tickets.view")
    for viewer in (
        Viewer(me.id, Reach.DEPARTMENTS, staff=True, department_ids=frozenset({OTHER})),
        Viewer(they.id, Reach.DEPARTMENTS, staff=True),
        Viewer(admin.id, Reach.ALL, staff=True),
        Viewer(uuid4(), Reach.ALL, staff=True),
    ):
        async with office.context.tx() as tx:
            found = {row["id"] for row in await store.listed(tx, viewer, None, 10_000)}
        right = {
            row["id"]
            for row in rows
            if may_see(
                viewer, Holding(Sharing(row["shared"]), row["owner_id"], row["department_id"])
            )
        }
        assert found == right
