"""A list tells what the rows are now, although it remembers what it told before."""

from typing import Any
from uuid import UUID, uuid4

from services.tickets.usecases.telling import Told
from shared.vocabulary import DEFAULT_DEPARTMENT
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person


async def _listed(desk: Desk, person: Person) -> dict[str, dict[str, Any]]:
    answer = await desk.http.get("/v1/tickets", headers=person.headers())
    assert answer.status_code == 200, answer.text
    return {one["id"]: one for one in answer.json()["items"]}


async def test_every_change_of_a_ticket_is_in_the_next_list(desk: Desk) -> None:
    """Also one that takes no step of the version, as what other services tell of a ticket."""
    agent = desk.agent()
    ticket = await desk.open(tags=["first"])
    told = (await _listed(desk, agent))[ticket["id"]]
    assert told == (await _listed(desk, agent))[ticket["id"]]
    assert told["tags"] == ["first"]
    patched = await desk.http.patch(
        f"/v1/tickets/{ticket['id']}", json={"tags": ["second"]}, headers=agent.headers()
    )
    assert patched.status_code == 200, patched.text
    assert (await _listed(desk, agent))[ticket["id"]]["tags"] == ["second"]
    await desk.look(
        "update tickets.ticket set escalation_level = 2 where id = $1", UUID(ticket["id"])
    )
    again = (await _listed(desk, agent))[ticket["id"]]
    assert again["escalation"]["level"] == 2


async def test_a_list_and_the_ticket_itself_say_the_same(desk: Desk) -> None:
    agent = desk.agent()
    ticket = await desk.open(custom={})
    listed = (await _listed(desk, agent))[ticket["id"]]
    read = await desk.read(agent, ticket["id"])
    assert listed == {name: read[name] for name in listed}
    assert listed["requester"]["id"] == ticket["requester"]["id"]


async def test_what_one_reader_was_told_is_not_told_to_another(desk: Desk) -> None:
    ticket = await desk.open()
    assert ticket["id"] in await _listed(desk, desk.agent())
    stranger = desk.customer(organization=uuid4())
    assert ticket["id"] not in await _listed(desk, stranger)
    elsewhere = Person("agent", departments=(uuid4(),))
    assert ticket["department_id"] == str(DEFAULT_DEPARTMENT)
    assert ticket["id"] not in await _listed(desk, elsewhere)


def test_what_was_not_asked_for_longest_is_forgotten_first() -> None:
    told = Told(most=2)
    first, second, third = ((uuid4(), number) for number in range(3))
    told.keep(first, b"1")
    told.keep(second, b"2")
    assert told.get(first) == b"1"
    told.keep(third, b"3")
    assert told.get(second) is None
    assert (told.get(first), told.get(third)) == (b"1", b"3")
