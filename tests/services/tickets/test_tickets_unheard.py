"""Who answers somebody whom no mail reaches is told so, in the answer and in the story."""

from typing import Any
from uuid import UUID

import pytest

from shared.events.identity import IdentityUserCreated, IdentityUserDisabled
from shared.vocabulary import Locale, Role
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person, service_headers
from tests.services.tickets.test_tickets_bulk import bulk
from tests.services.tickets.test_tickets_form import submit
from tests.services.tickets.test_tickets_macros import make
from tests.services.tickets.test_tickets_mail import reply
from tests.services.tickets.test_tickets_merge import timeline
from tests.services.tickets.test_tickets_visitors import link, stranger


async def disabled(desk: Desk) -> Person:
    customer, at = desk.customer(), desk.context.clock.now()
    base = {"user_id": customer.id, "organization_id": customer.organization, "at": at}
    made = IdentityUserCreated(**base, roles=(Role.CUSTOMER,), locale=Locale.AR)
    await desk.deliver(made, source="gateway")
    return customer


@pytest.mark.parametrize("locale", list(Locale))
async def test_a_reply_to_a_disabled_account_says_that_no_mail_goes(
    desk: Desk, locale: Locale
) -> None:
    customer, agent = await disabled(desk), desk.agent(locale=locale.value)
    made = await desk.open(customer)
    first = await desk.do(agent, made["id"], "messages", {"body": "x"})
    assert first.json()["warnings"] == []
    at = desk.context.clock.now()
    base = {"user_id": customer.id, "organization_id": customer.organization, "at": at}
    await desk.deliver(IdentityUserDisabled(**base, valid_from=at), source="gateway")
    answer = await desk.do(agent, made["id"], "messages", {"body": "y"})
    [warning] = answer.json()["warnings"]
    assert warning["code"] == "requester_disabled"
    assert "موقوف" in warning["text"]["ar"]
    note = await desk.do(agent, made["id"], "messages", {"body": "z", "public": False})
    assert note.json()["warnings"] == []
    kinds = [kind for kind, _ in await timeline(desk, agent, made["id"])]
    assert kinds.count("reply_unheard") == 1
    outside = desk.customer(role="customer_admin")
    assert "reply_unheard" not in [kind for kind, _ in await timeline(desk, outside, made["id"])]


async def test_a_reply_to_a_denied_request_says_that_nobody_may_read_it(desk: Desk) -> None:
    made, agent = (await submit(desk, email=stranger())).json(), desk.agent()
    await desk.http.post(link(desk, made["id"]), json={"answer": "denied"})
    answer = await desk.do(agent, made["id"], "messages", {"body": "x"})
    assert [one["code"] for one in answer.json()["warnings"]] == ["requester_denied"]
    text = "No mail carries the reply: the owner of the address says it is not their request"
    assert ("reply_unheard", text) in await timeline(desk, agent, made["id"])


async def asked(desk: Desk, address: str) -> dict[str, Any]:
    """A stranger's request of the form, as staff reads it."""
    made = (await submit(desk, email=address)).json()
    return await desk.read(desk.agent(), made["id"])


async def denying(desk: Desk, *tickets: str) -> list[list[str]]:
    """Whom notify is told not to write to."""
    answer = await desk.ops.post(
        "/internal/tickets/batch",
        json={"ticket_ids": list(tickets)},
        headers=service_headers("notify"),
    )
    told = {one["id"]: one["denied"] for one in answer.json()["items"]}
    return [told[one] for one in tickets]


async def test_notify_learns_who_is_to_hear_nothing_of_which_ticket(desk: Desk) -> None:
    address = stranger()
    mine = await asked(desk, address)
    other = await asked(desk, stranger())
    requester = mine["requester"]["id"]
    assert await denying(desk, mine["id"], other["id"]) == [[], []]
    await desk.http.post(link(desk, mine["id"]), json={"answer": "denied"})
    assert await denying(desk, mine["id"], other["id"]) == [[requester], []]
    fact = (await desk.facts(mine["id"]))[-1]
    assert (fact["route"], f'"denied_by":"{requester}"' in fact["body"]) == (
        "sanad.ticket.edited",
        True,
    )
    await desk.http.post(link(desk, mine["id"]), json={"answer": "confirmed"})
    assert await denying(desk, mine["id"]) == [[]]


async def test_who_denied_hears_nothing_where_the_request_lives_on(desk: Desk) -> None:
    address = stranger()
    mine = await asked(desk, address)
    other = await asked(desk, address)
    agent, denier = desk.agent(), mine["requester"]["id"]
    assert (await desk.do(agent, mine["id"], "merge", {"into": other["id"]})).is_success
    page = await desk.http.post(link(desk, mine["id"]), json={"answer": "denied"})
    assert mine["number"] in page.text
    assert other["number"] not in page.text, "the page names the request that it is about"
    assert await denying(desk, other["id"]) == [[denier]]
    answer = await desk.do(agent, other["id"], "messages", {"body": "x"})
    assert [one["code"] for one in answer.json()["warnings"]] == ["requester_denied"]


async def test_who_writes_after_all_is_written_to(desk: Desk) -> None:
    made = await asked(desk, stranger())
    await desk.http.post(link(desk, made["id"]), json={"answer": "denied"})
    person = desk.customer(
        organization=UUID(made["organization_id"]), id=UUID(made["requester"]["id"])
    )
    await reply(desk, person, made["id"])
    assert await denying(desk, made["id"]) == [[]]


async def test_replies_in_bulk_say_it_of_those_who_do_not_hear_alone(desk: Desk) -> None:
    customer, agent = await disabled(desk), desk.agent()
    silenced, heard = await desk.open(customer), await desk.open()
    denied = (await submit(desk, email=stranger())).json()
    await desk.http.post(link(desk, denied["id"]), json={"answer": "denied"})
    at = desk.context.clock.now()
    base = {"user_id": customer.id, "organization_id": customer.organization, "at": at}
    await desk.deliver(IdentityUserDisabled(**base, valid_from=at), source="gateway")
    macro = await make(desk, agent, body={"ar": "أهلًا", "en": "Hello"}, shared="private")
    ids = [one["id"] for one in (silenced, heard, denied)]
    told = await bulk(desk, agent, ids, macro_id=macro["id"])
    assert told["done"] == 3
    stories = [[kind for kind, _ in await timeline(desk, agent, one)] for one in ids]
    assert [story.count("reply_unheard") for story in stories] == [1, 0, 1]
