"""The timeline names the people whom its entries are about, as far as the reader may know them."""

from typing import Any
from uuid import uuid4

from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_merge import timeline
from tests.services.tickets.test_tickets_verbs import colleague


async def called(desk: Desk, name: str) -> Person:
    person = await colleague(desk)
    desk.neighbours.cards[str(person.id)] = {
        "id": str(person.id),
        "name": name,
        "email": f"{uuid4().hex}@house.example",
    }
    return person


async def told(desk: Desk, person: Person, ticket: Any, kind: str) -> list[str]:
    return [text for one, text in await timeline(desk, person, ticket["id"]) if one == kind]


async def test_a_passed_on_ticket_tells_from_whom_to_whom(desk: Desk) -> None:
    customer = desk.customer()
    made, sami, huda = (
        await desk.open(customer),
        await called(desk, "Sami"),
        await called(desk, "هدى"),
    )
    for one in (str(sami.id), str(huda.id), None):
        answer = await desk.do(sami, made["id"], "assign", {"assignee_id": one})
        assert answer.status_code == 200, answer.text
    assert await told(desk, sami, made, "assigned") == [
        "The ticket was assigned to Sami",
        "The ticket passed from Sami to \u2068هدى\u2069",
        "The ticket was unassigned from \u2068هدى\u2069",
    ]
    # who had it before is the house's own affair
    assert await told(desk, customer, made, "assigned") == [
        "The ticket was assigned to Sami",
        "The ticket was assigned to \u2068هدى\u2069",
        "The ticket was unassigned",
    ]
    path = f"/v1/tickets/{made['id']}/timeline"
    arabic = await desk.http.get(path, headers=sami.headers(accept_language="ar"))
    assert "نُقلت التذكرة من \u2068Sami\u2069 إلى \u2068هدى\u2069" in arabic.text
    outside = await desk.http.get(path, headers=customer.headers())
    assert "previous" not in outside.text
    assert "house.example" not in outside.text


async def test_watchers_are_named_to_the_desk_and_to_nobody_else(desk: Desk) -> None:
    customer, sami = desk.customer(), await called(desk, "Sami")
    made = await desk.open(customer)
    assert (await desk.do(sami, made["id"], "watchers")).status_code == 200
    path = f"/v1/tickets/{made['id']}/watchers/{sami.id}"
    assert (await desk.http.delete(path, headers=sami.headers())).status_code == 204
    assert await told(desk, sami, made, "follower_added") == ["Sami watches the ticket"]
    assert await told(desk, sami, made, "follower_removed") == ["Sami watches the ticket no more"]
    assert "Sami" not in str(await timeline(desk, customer, made["id"]))


async def test_whom_nobody_can_name_is_told_without_a_name(desk: Desk) -> None:
    made, agent = await desk.open(), await colleague(desk)
    await desk.do(agent, made["id"], "assign", {"assignee_id": str(agent.id)})
    assert await told(desk, agent, made, "assigned") == ["The ticket was assigned"]
