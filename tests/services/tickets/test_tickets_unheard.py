"""Who answers somebody whom no mail reaches is told so, in the answer and in the story."""

import pytest

from shared.events.identity import IdentityUserCreated, IdentityUserDisabled
from shared.vocabulary import Locale, Role
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_form import submit
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
