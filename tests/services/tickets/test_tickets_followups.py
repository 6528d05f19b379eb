"""A new ticket goes on with a closed one: both tell of the other, foreign ones do not exist."""

from typing import Any
from uuid import uuid4

import pytest

from shared.vocabulary import Locale
from tests.services.tickets.conftest import BODY, Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_merge import timeline


async def closed(desk: Desk, customer: Person, **more: Any) -> Any:
    made = await desk.open(customer, **more)
    assert (await desk.do(desk.agent(), made["id"], "close")).status_code == 200
    return made


async def post(desk: Desk, person: Person, earlier: str, **more: Any) -> Any:
    body = {**BODY, "follow_up_of": earlier, **more}
    return await desk.http.post("/v1/tickets", json=body, headers=person.headers())


async def linked(desk: Desk, person: Person, ticket_id: str, query: str = "") -> list[Any]:
    path = f"/v1/tickets/{ticket_id}/links{query}"
    answer = await desk.http.get(path, headers=person.headers())
    assert answer.status_code == 200, answer.text
    return [(one["kind"], one["ticket"]["id"]) for one in answer.json()["items"]]


async def test_both_tickets_tell_of_each_other(desk: Desk) -> None:
    customer = desk.customer()
    old = await closed(desk, customer)
    answer = await post(desk, customer, old["id"])
    assert answer.status_code == 201, answer.text
    new = answer.json()
    assert new["follow_up_of"] == old["id"]
    assert (await desk.read(customer, new["id"]))["follow_up_of"] == old["id"]
    for reader in (customer, desk.agent()):
        assert await linked(desk, reader, new["id"]) == [("follow_up_of", old["id"])]
        assert await linked(desk, reader, old["id"]) == [("followed_up_by", new["id"])]
        assert await linked(desk, reader, old["id"], "?kind=followed_up_by&limit=1")
        assert await linked(desk, reader, old["id"], "?kind=follow_up_of") == []
        text = f"Ticket {new['number']} was opened to go on with this one"
        assert ("followed_up", text) in await timeline(desk, reader, old["id"])
        text = f"This ticket goes on with the closed ticket {old['number']}"
        assert ("follow_up", text) in await timeline(desk, reader, new["id"])
    # it is said by the opening, not tied: there is nothing to cut
    path = f"/v1/tickets/{new['id']}/links/{old['id']}"
    assert (await desk.http.delete(path, headers=desk.agent().headers())).status_code == 204
    assert await linked(desk, customer, new["id"]) == [("follow_up_of", old["id"])]


async def test_a_foreign_ticket_does_not_exist(desk: Desk) -> None:
    customer = desk.customer()
    others = await closed(desk, desk.customer(organization=uuid4()))
    colleagues = await closed(desk, desk.customer())
    for earlier in (others["id"], colleagues["id"], str(uuid4())):
        answer = await post(desk, customer, earlier)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("locale", list(Locale))
async def test_what_is_not_closed_is_answered_where_it_stands(desk: Desk, locale: Locale) -> None:
    customer = desk.customer(locale=locale.value)
    answer = await post(desk, customer, (await desk.open(customer))["id"])
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("#/follow_up_of", "not_closed")
    assert ("التذكرة" in error["message"]) is (locale is Locale.AR)


async def test_what_a_reply_would_reopen_has_no_follow_up(desk: Desk) -> None:
    """Else the reply and the follow-up would be two living tickets about the same thing."""
    customer, agent = desk.customer(), desk.agent()
    old = await desk.open(customer)
    for verb in ("resolve", "close"):
        assert (await desk.do(agent, old["id"], verb)).status_code == 200
    for person in (customer, agent):
        answer = await post(desk, person, old["id"])
        assert answer.status_code == 422
        assert [one["code"] for one in answer.json()["errors"]] == ["not_closed"]
    await desk.look(
        "update tickets.ticket set reopen_until = now() - interval '1 second' where id = $1",
        old["id"],
    )
    assert (await post(desk, customer, old["id"])).status_code == 201


@pytest.mark.parametrize("locale", list(Locale))
async def test_a_ticket_that_never_could_be_reopened_says_so(desk: Desk, locale: Locale) -> None:
    customer, agent = desk.customer(locale=locale.value), desk.agent()
    unsolved, over = await closed(desk, customer), await desk.open(customer)
    for verb in ("resolve", "close"):
        await desk.do(agent, over["id"], verb)
    await desk.look(
        "update tickets.ticket set reopen_until = now() - interval '1 second' where id = $1",
        over["id"],
    )
    told = []
    for made in (unsolved, over):
        answer = await desk.do(customer, made["id"], "messages", {"body": "Still broken"})
        assert (answer.status_code, answer.json()["code"]) == (409, "ticket_ended")
        told.append(answer.json()["detail"])
    never, late = ("دون حل", "انتهت مهلة") if locale is Locale.AR else ("without a", "is over")
    assert never in told[0]
    assert late in told[1]


async def test_staff_go_on_with_it_for_nobody_elses_customer(desk: Desk) -> None:
    old = await closed(desk, desk.customer())
    answer = await post(desk, desk.agent(), old["id"])
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "other_organization"


async def test_it_goes_to_the_department_of_the_first_one(desk: Desk) -> None:
    place = str(uuid4())
    desk.neighbours.departments[place] = {"name": {"ar": "الشبكات", "en": "Networks"}}
    customer = desk.customer()
    old = await desk.open(customer, department_id=place)
    assert (await desk.do(Person("admin"), old["id"], "close")).status_code == 200
    assert (await post(desk, customer, old["id"])).json()["department_id"] == place
