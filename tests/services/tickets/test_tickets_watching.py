"""A mail to two of our addresses is one ticket: the second department looks on (mail.md 6.6)."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.vocabulary import DEFAULT_DEPARTMENT
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_mail import end_window, fire, opened_by_mail, resolve
from tests.services.tickets.test_tickets_mail import routed as routed_mail

SALES, BILLING = uuid4(), uuid4()


@pytest.fixture(scope="module")
def houses(desk: Desk) -> Desk:
    """Both departments are known to the gateway."""
    for one, name in ((SALES, "Sales"), (BILLING, "Billing")):
        desk.neighbours.departments[str(one)] = {"name": {"ar": f"قسم {name}", "en": name}}
    return desk


async def to_both(desk: Desk, person: Person, *watching: UUID, **more: Any) -> dict[str, Any]:
    """A ticket of the default department whose mail also named others."""
    mail_id = desk.neighbours.mail("A price, and it leaks")
    values = {"watching_department_ids": watching, **more}
    await desk.deliver(routed_mail(desk, person, mail_id, **values), source="intake")
    [row] = await desk.look("select ticket_id from tickets.message where mail_id = $1", mail_id)
    return await desk.read(person, str(row["ticket_id"]))


def of(*departments: UUID) -> Person:
    return Person("agent", departments=departments)


async def watchers(desk: Desk, ticket_id: str) -> list[str]:
    found: list[str] = (await desk.read(Person("admin"), ticket_id))["watching_department_ids"]
    return found


async def test_the_second_department_sees_the_one_ticket_and_may_speak(houses: Desk) -> None:
    desk, sales = houses, of(SALES)
    ticket = await to_both(desk, desk.customer(), SALES)
    path = f"/v1/tickets/{ticket['id']}"
    shown = await desk.read(sales, ticket["id"])
    assert shown["department_id"] == str(DEFAULT_DEPARTMENT)
    assert shown["watching_department_ids"] == [str(SALES)]
    for more in ("/messages", "/timeline", "/feedback"):
        answer = await desk.http.get(path + more, headers=sales.headers())
        assert answer.status_code == 200, more
    listed = await desk.http.get("/v1/tickets?limit=200", headers=sales.headers())
    assert [one["id"] for one in listed.json()["items"]] == [ticket["id"]]
    note = await desk.do(sales, ticket["id"], "messages", {"body": "ours too", "public": False})
    reply = await desk.do(sales, ticket["id"], "messages", {"body": "The price is 7"})
    assert (note.status_code, reply.status_code) == (201, 201)
    assert (await desk.read(sales, ticket["id"]))["status"] == "open"
    stranger = await desk.http.get(path, headers=of(BILLING).headers())
    assert stranger.status_code == 404


@pytest.mark.parametrize(("locale", "name"), [("ar", "قسم Sales"), ("en", "Sales")])
async def test_the_story_names_who_looks_on_to_staff_alone(
    houses: Desk, locale: str, name: str
) -> None:
    desk, customer = houses, houses.customer()
    await desk.look(
        "insert into tickets.department (id, name_ar, name_en) values ($1, 'قسم Sales', 'Sales')"
        " on conflict do nothing",
        SALES,
    )
    ticket = await to_both(desk, customer, SALES)
    path = f"/v1/tickets/{ticket['id']}/timeline"
    agent = Person("agent", departments=(SALES,), locale=locale)
    told = (await desk.http.get(path, headers=agent.headers())).json()["items"]
    [entry] = [one for one in told if one["kind"] == "department_watching"]
    assert name in entry["text"]
    outside = (await desk.http.get(path, headers=customer.headers())).json()["items"]
    assert "department_watching" not in {one["kind"] for one in outside}


async def test_it_is_one_fact_of_its_own_and_only_when_there_is_somebody(houses: Desk) -> None:
    desk, customer = houses, houses.customer()
    alone = await opened_by_mail(desk, customer)
    assert await desk.names(alone["id"]) == ["ticket.opened"]
    both = await to_both(desk, customer, SALES, DEFAULT_DEPARTMENT)
    assert await desk.names(both["id"]) == ["ticket.opened", "ticket.watched"]
    assert await watchers(desk, both["id"]) == [str(SALES)]


async def test_an_answer_calls_a_further_department_in_and_a_robot_none(houses: Desk) -> None:
    desk, customer = houses, houses.customer()
    ticket = await to_both(desk, customer, SALES)
    for decision, watching in (("note", ()), ("reply", (SALES, BILLING)), ("reply", (BILLING,))):
        mail_id = desk.neighbours.mail("see below")
        values = {"decision": decision, "ticket_id": UUID(ticket["id"])}
        named = (uuid4(),) if decision == "note" else watching
        values |= {"watching_department_ids": named}
        await desk.deliver(routed_mail(desk, customer, mail_id, **values), source="intake")
    assert await watchers(desk, ticket["id"]) == [str(SALES), str(BILLING)]
    assert (await desk.names(ticket["id"])).count("ticket.watched") == 2


async def test_whoever_gets_the_ticket_looks_on_no_more(houses: Desk) -> None:
    desk = houses
    ticket = await to_both(desk, desk.customer(), SALES, BILLING)
    answer = await desk.http.patch(
        f"/v1/tickets/{ticket['id']}",
        json={"department_id": str(SALES), "reason": "a price"},
        headers=of(BILLING).headers(),
    )
    assert answer.status_code == 200, answer.text
    assert await watchers(desk, ticket["id"]) == [str(BILLING)]
    assert (await desk.names(ticket["id"]))[-2:] == [
        "ticket.department_changed",
        "ticket.watched",
    ]


async def test_who_watched_goes_along_into_a_merge_and_a_follow_up(houses: Desk) -> None:
    desk, customer = houses, houses.customer()
    ticket, target = await to_both(desk, customer, SALES), await opened_by_mail(desk, customer)
    merged = await desk.do(desk.agent(), ticket["id"], "merge", {"into": target["id"]})
    assert merged.status_code == 200, merged.text
    assert await watchers(desk, target["id"]) == [str(SALES)]

    closed = await resolve(desk, await to_both(desk, customer, BILLING))
    await end_window(desk, closed)
    await fire(desk, closed)
    mail_id = desk.neighbours.mail("Again")
    values = {"decision": "reply", "ticket_id": UUID(closed["id"])}
    await desk.deliver(routed_mail(desk, customer, mail_id, **values), source="intake")
    [row] = await desk.look("select ticket_id from tickets.message where mail_id = $1", mail_id)
    assert str(row["ticket_id"]) != closed["id"]
    assert await watchers(desk, str(row["ticket_id"])) == [str(BILLING)]
