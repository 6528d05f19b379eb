"""Staff let somebody take part whom a mail only named."""

from typing import Any
from uuid import uuid4

import pytest

from shared.vocabulary import RESERVED_ORGANIZATION
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person


async def added(desk: Desk, who: Person, ticket: dict[str, Any], address: str) -> Any:
    return await desk.do(who, ticket["id"], "participants", {"email": address})


async def test_the_person_behind_the_address_sees_the_ticket(desk: Desk) -> None:
    customer, colleague = desk.customer(), desk.customer()
    address = f"{uuid4().hex}@client.example"
    desk.neighbours.know(address, customer.organization, str(colleague.id))
    ticket = await desk.open(customer)
    path = f"/v1/tickets/{ticket['id']}"
    before = await desk.http.get(path, headers=colleague.headers())
    assert before.status_code == 404
    answer = await added(desk, desk.agent(), ticket, address)
    assert (answer.status_code, answer.json()["version"]) == (200, 2), answer.text
    await desk.read(colleague, ticket["id"])
    [fact] = [f for f in await desk.facts(ticket["id"]) if "participant_added" in f["route"]]
    assert str(colleague.id) in str(fact["body"])
    assert address not in str(fact["body"])


async def test_a_second_click_and_the_requester_are_no_news(desk: Desk) -> None:
    customer, address = desk.customer(), f"{uuid4().hex}@client.example"
    own = f"{uuid4().hex}@client.example"
    desk.neighbours.know(own, customer.organization, str(customer.id))
    desk.neighbours.know(address, customer.organization)
    ticket = await desk.open(customer)
    for one in (address, address, own):
        assert (await added(desk, desk.agent(), ticket, one)).json()["version"] == 2
    names = await desk.names(ticket["id"])
    assert names == ["ticket.opened", "ticket.participant_added"]


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("ar", "أُضيف إلى المشاركين في التذكرة: \u2068Laila\u2069"),
        ("en", "Laila was added to the ticket"),
    ],
)
async def test_the_story_names_who_was_added(desk: Desk, locale: str, text: str) -> None:
    customer, address = desk.customer(locale=locale), f"{uuid4().hex}@client.example"
    desk.neighbours.know(address, customer.organization)
    person = desk.neighbours.people[address]["user_id"]
    desk.neighbours.cards[person] = {"id": person, "name": "Laila", "email": address}
    ticket = await desk.open(customer)
    await added(desk, desk.agent(), ticket, address)
    path = f"/v1/tickets/{ticket['id']}/timeline"
    admin = Person("admin", locale=locale)
    told = (await desk.http.get(path, headers=admin.headers())).json()["items"]
    assert text in [one["text"] for one in told]
    outside = (await desk.http.get(path, headers=customer.headers())).json()["items"]
    assert text in [one["text"] for one in outside]
    assert address not in str(outside)


@pytest.mark.parametrize("locale", ["ar", "en"])
async def test_nobody_of_another_organization_is_let_in(desk: Desk, locale: str) -> None:
    address = f"{uuid4().hex}@elsewhere.example"
    desk.neighbours.know(address, uuid4())
    ticket = await desk.open(desk.customer(organization=uuid4()))
    admin = Person("admin", organization=RESERVED_ORGANIZATION, locale=locale)
    answer = await added(desk, admin, ticket, address)
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("#/email", "other_organization")
    assert ("مؤسسة" in str(error)) is (locale == "ar")
    assert (await desk.names(ticket["id"])) == ["ticket.opened"]


async def test_customers_let_nobody_in(desk: Desk) -> None:
    customer = desk.customer()
    ticket = await desk.open(customer)
    answer = await added(desk, customer, ticket, "x@client.example")
    assert answer.status_code == 403
    bad = await added(desk, desk.agent(), ticket, "no address")
    assert bad.status_code == 422
