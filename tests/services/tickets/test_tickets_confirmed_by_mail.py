"""A reply from the visitor's own mailbox says what the link says; nothing less does."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.tickets.usecases import catchingup
from shared.vocabulary import MailClass, SenderAuth
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_mail import reply, routed
from tests.services.tickets.test_tickets_unconfirmed import written_as
from tests.services.tickets.test_tickets_visitors import link


async def sees(desk: Desk, person: Person, ticket_id: str) -> bool:
    answer = await desk.http.get(f"/v1/tickets/{ticket_id}", headers=person.headers())
    return answer.status_code == 200


async def answer_of(desk: Desk, ticket_id: str) -> str | None:
    said: str | None = (await desk.read(desk.agent(), ticket_id))["requester_answer"]
    return said


async def confirmations(desk: Desk, person: Person) -> list[str]:
    return [one["route"] for one in await desk.facts(str(person.id)) if "visitor" in one["route"]]


@pytest.mark.parametrize(
    ("auth", "match"),
    [
        (SenderAuth.PASS, "subject_tag"),
        (SenderAuth.WEAK, "stored_id"),
        (SenderAuth.NONE, "token"),
        (SenderAuth.NONE, "signed_id"),
    ],
)
async def test_the_visitors_own_reply_confirms_the_request(
    desk: Desk, auth: SenderAuth, match: str
) -> None:
    home = uuid4()
    lina = desk.customer(organization=home)
    boss = desk.customer(organization=home, role="customer_admin")
    made = await written_as(desk, lina, priority="P1")
    assert made["priority"] == "P3"
    await reply(desk, lina, made["id"], sender_auth=auth, match=match)
    assert await answer_of(desk, made["id"]) == "confirmed"
    assert [await sees(desk, one, made["id"]) for one in (lina, boss)] == [True, True]
    assert (await desk.read(boss, made["id"]))["priority"] == "P1", "the wish counts now"
    assert await confirmations(desk, lina) == ["sanad.visitor.confirmed"]
    await reply(desk, lina, made["id"], sender_auth=auth, match=match)
    story = await desk.http.get(f"/v1/tickets/{made['id']}/timeline", headers=boss.headers())
    kinds = [one["kind"] for one in story.json()["items"]]
    assert kinds.count("request_confirmed") == 1
    await desk.names(made["id"])


@pytest.mark.parametrize(
    "more",
    [
        {"sender_auth": SenderAuth.NONE, "match": "subject_tag"},
        {"sender_auth": SenderAuth.FAIL, "match": "token"},
        {"sender_auth": SenderAuth.PASS, "once": True},
        {"sender_auth": SenderAuth.PASS, "mail_class": MailClass.AUTO_REPLY, "match": "token"},
        {"sender_auth": SenderAuth.PASS, "mail_class": MailClass.LIST},
        {"sender_auth": SenderAuth.PASS, "decision": "note"},
        {"sender_auth": SenderAuth.PASS, "public": False},
    ],
    ids=str,
)
async def test_what_proves_less_confirms_nothing(desk: Desk, more: dict[str, Any]) -> None:
    lina = desk.customer(organization=uuid4())
    made = await written_as(desk, lina)
    await reply(desk, lina, made["id"], **more)
    assert await answer_of(desk, made["id"]) == "pending"
    assert not await sees(desk, lina, made["id"])
    assert await confirmations(desk, lina) == []


async def test_a_colleagues_reply_speaks_for_nobody_else(desk: Desk) -> None:
    home = uuid4()
    lina, sam = desk.customer(organization=home), desk.customer(organization=home)
    made = await written_as(desk, lina)
    await reply(desk, sam, made["id"], sender_auth=SenderAuth.PASS, match="token")
    assert await answer_of(desk, made["id"]) == "pending"


async def test_a_no_by_the_link_is_taken_back_by_the_link_alone(desk: Desk) -> None:
    """Who has denied a request may well write to say so once more."""
    lina = desk.customer(organization=uuid4())
    made = await written_as(desk, lina)
    await desk.http.post(link(desk, made["id"]), json={"answer": "denied"})
    await reply(desk, lina, made["id"], sender_auth=SenderAuth.PASS, match="token")
    assert await answer_of(desk, made["id"]) == "denied"
    assert not await sees(desk, lina, made["id"])
    await desk.http.post(link(desk, made["id"]), json={"answer": "confirmed"})
    assert await confirmations(desk, lina) == ["sanad.visitor.confirmed"]


async def test_a_request_that_lives_on_in_another_is_confirmed_there(desk: Desk) -> None:
    lina = desk.customer(organization=uuid4())
    first, second = [await written_as(desk, lina) for _ in range(2)]
    answer = await desk.do(desk.agent(), first["id"], "merge", {"into": second["id"]})
    assert answer.status_code == 200, answer.text
    await reply(desk, lina, first["id"], sender_auth=SenderAuth.PASS, match="token")
    rows = await desk.look(
        "select word from tickets.verification where ticket_id = any($1)",
        [UUID(first["id"]), UUID(second["id"])],
    )
    assert [row["word"] for row in rows] == ["confirmed", "confirmed"]
    assert await sees(desk, lina, second["id"])


async def test_the_link_and_a_reply_at_once_confirm_once(desk: Desk) -> None:
    lina = desk.customer(organization=uuid4())
    made = await written_as(desk, lina)
    await asyncio.gather(
        desk.http.post(link(desk, made["id"]), json={"answer": "confirmed"}),
        reply(desk, lina, made["id"], sender_auth=SenderAuth.PASS, match="token"),
    )
    assert await confirmations(desk, lina) == ["sanad.visitor.confirmed"]
    await desk.names(made["id"])


async def test_a_forged_mail_makes_nobody_known_to_the_form(desk: Desk) -> None:
    """Else whoever forges one need not fear the question."""
    lina = desk.customer(organization=uuid4())
    mail_id = desk.neighbours.mail("Trust me")
    forged = routed(desk, lina, mail_id, sender_auth=SenderAuth.FAIL, unverified=True)
    await desk.deliver(forged, source="intake")
    made = await written_as(desk, lina)
    assert await answer_of(desk, made["id"]) == "pending"
    assert not await sees(desk, lina, made["id"])


async def test_requests_of_before_are_told_to_all_who_need_to_know(desk: Desk) -> None:
    lina = desk.customer(organization=uuid4())
    known = desk.customer(organization=uuid4())
    old, answered = [await written_as(desk, one) for one in (lina, known)]
    await desk.open(known)
    ids = [UUID(old["id"]), UUID(answered["id"])]
    await desk.look("update tickets.verification set told = false where ticket_id = any($1)", ids)
    for _ in range(2):
        assert await catchingup.tell_some(desk.context) is False
    assert await confirmations(desk, lina) == ["sanad.visitor.unconfirmed"]
    assert await confirmations(desk, known) == [], "who wrote by another door is no stranger"
    for made in (old, answered):
        [_, fact] = await desk.facts(made["id"])
        assert '"unconfirmed":true' in fact["body"]
        await desk.names(made["id"])
    assert await answer_of(desk, old["id"]) == "pending"
