"""What staff see of mail on a ticket, and what customers never do: warnings, hints, hands."""

from typing import Any
from uuid import UUID, uuid4

from services.tickets.domain.mailstories import MAIL_STORIES
from shared.events.mail import MailHeld, MailRejected
from shared.events.notify import NotifyBounced, NotifySuppressed
from shared.reasons import REASONS
from shared.vocabulary import SenderAuth
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_mail import opened_by_mail, reply, routed


async def story(desk: Desk, person: Person, ticket_id: str) -> dict[str, dict[str, Any]]:
    """The timeline by kind."""
    path = f"/v1/tickets/{ticket_id}/timeline"
    answer = await desk.http.get(path, headers={**person.headers(), "Accept-Language": "en"})
    assert answer.status_code == 200, answer.text
    return {one["kind"]: one for one in answer.json()["items"]}


async def hold(desk: Desk, ticket_id: str, mail_id: UUID) -> None:
    fact = MailHeld(
        mail_id=mail_id,
        at=desk.context.clock.now(),
        ticket_id=UUID(ticket_id),
        reason="sender_not_on_ticket",
        sender_auth=SenderAuth.NONE,
    )
    await desk.deliver(fact, source="intake")


async def last_message(desk: Desk, person: Person, ticket_id: str) -> dict[str, Any]:
    path = f"/v1/tickets/{ticket_id}/messages"
    answer = await desk.http.get(path, headers=person.headers())
    found: dict[str, Any] = answer.json()["items"][-1]
    return found


async def test_a_held_mail_stands_on_its_ticket_for_staff_until_it_is_accepted(
    desk: Desk,
) -> None:
    customer, agent = desk.customer(), desk.agent()
    ticket = await opened_by_mail(desk, customer)
    mail_id = desk.neighbours.mail("Let me in", subject="Re: x")
    for _ in range(2):
        await hold(desk, ticket["id"], mail_id)
    [waiting] = (await desk.read(agent, ticket["id"]))["held_mails"]
    assert (waiting["mail_id"], waiting["sender_auth"]) == (str(mail_id), "none")
    assert waiting["warnings"] == [
        {"code": "sender_not_on_ticket", "text": REASONS["sender_not_on_ticket"]}
    ]
    entry = (await story(desk, agent, ticket["id"]))["mail_held"]
    assert REASONS["sender_not_on_ticket"]["en"] in entry["text"]
    assert entry["data"]["mail_id"] == str(mail_id)
    assert not (await desk.read(customer, ticket["id"])).get("held_mails")
    assert "mail_held" not in await story(desk, customer, ticket["id"])
    reasons = ("sender_not_on_ticket", "released")
    fact = routed(
        desk,
        customer,
        mail_id,
        decision="reply",
        ticket_id=UUID(ticket["id"]),
        reasons=reasons,
        match="token",
    )
    await desk.deliver(fact, source="intake")
    assert (await desk.read(agent, ticket["id"]))["held_mails"] == []
    inside, outside = [await last_message(desk, who, ticket["id"]) for who in (agent, customer)]
    assert (inside["mail"]["match"], inside["mail"]["sender_auth"]) == ("token", "none")
    assert tuple(one["code"] for one in inside["mail"]["warnings"]) == reasons
    assert (outside["mail"], outside["mail_id"]) == (None, None)


async def test_a_refused_mail_leaves_only_its_story(desk: Desk) -> None:
    agent = desk.agent()
    ticket = await opened_by_mail(desk, desk.customer())
    mail_id, now = uuid4(), desk.context.clock.now()
    await hold(desk, ticket["id"], mail_id)
    refused = MailRejected(mail_id=mail_id, at=now, ticket_id=UUID(ticket["id"]), actor_id=agent.id)
    await desk.deliver(refused, source="intake")
    assert (await desk.read(agent, ticket["id"]))["held_mails"] == []
    entry = (await story(desk, agent, ticket["id"]))["mail_rejected"]
    assert entry["actor"]["id"] == str(agent.id)


async def test_a_merged_tickets_waiting_mail_waits_where_it_went(desk: Desk) -> None:
    agent, customer = desk.agent(), desk.customer()
    old, new = [await opened_by_mail(desk, customer) for _ in range(2)]
    mail_id = uuid4()
    await hold(desk, old["id"], mail_id)
    merged = await desk.do(agent, old["id"], "merge", {"into": new["id"]})
    assert merged.status_code == 200, merged.text
    [waiting] = (await desk.read(agent, new["id"]))["held_mails"]
    assert waiting["mail_id"] == str(mail_id)


async def test_an_unproven_related_or_forwarded_mail_says_so_to_agents_only(desk: Desk) -> None:
    customer, agent, friend = desk.customer(), desk.agent(), uuid4()
    other = await opened_by_mail(desk, desk.customer())
    mail_id = desk.neighbours.mail("Is it mine?")
    fact = routed(
        desk,
        customer,
        mail_id,
        sender_auth=SenderAuth.FAIL,
        acknowledge=False,
        unverified=True,
        related_ticket_id=UUID(other["id"]),
        forwarded_by=agent.id,
        participant_ids=(friend,),
        proposed=3,
        reasons=("sender_auth_failed", "possibly_related"),
    )
    for _ in range(2):
        await desk.deliver(fact, source="intake")
    [row] = await desk.look("select ticket_id from tickets.message where mail_id = $1", mail_id)
    ticket_id = str(row["ticket_id"])
    assert (await desk.read(agent, ticket_id))["tags"] == ["unverified"]
    told, outside = await story(desk, agent, ticket_id), await story(desk, customer, ticket_id)
    hints = {"sender_unverified", "possibly_related", "mail_forwarded", "participants_proposed"}
    assert hints <= set(told)
    assert not hints & set(outside)
    assert other["number"] in told["possibly_related"]["text"]
    assert told["mail_forwarded"]["actor"]["id"] == str(agent.id)
    assert "possibly_related" in await story(desk, agent, other["id"])
    people = await desk.look(
        "select person_id from tickets.participant where ticket_id = $1", row["ticket_id"]
    )
    assert [one["person_id"] for one in people] == [friend]


async def test_an_internal_answer_moves_nothing_and_no_customer_reads_it(desk: Desk) -> None:
    customer, vendor = desk.customer(), desk.customer()
    ticket = await opened_by_mail(desk, customer)
    await desk.do(desk.agent(), ticket["id"], "resolve")
    await desk.look(
        "update tickets.ticket set reopen_until = now() - interval '1 hour' where id = $1",
        ticket["id"],
    )
    mail_id = await reply(desk, vendor, ticket["id"], public=False, may_reopen=False)
    [row] = await desk.look("select * from tickets.message where mail_id = $1", mail_id)
    assert (row["public"], row["direction"]) == (False, "internal")
    assert str(row["ticket_id"]) == ticket["id"]
    assert (await desk.read(customer, ticket["id"]))["status"] == "resolved"
    ticket_id = UUID(ticket["id"])
    people = await desk.look("select 1 from tickets.participant where ticket_id = $1", ticket_id)
    assert people == []


async def test_a_message_that_came_back_is_marked_and_silence_is_explained(desk: Desk) -> None:
    customer, agent = desk.customer(), desk.agent()
    ticket = await opened_by_mail(desk, customer)
    path, ticket_id = f"/v1/tickets/{ticket['id']}/messages", UUID(ticket["id"])
    sent = await desk.http.post(path, json={"body": "Try again"}, headers=agent.headers())
    told: dict[str, Any] = {
        "delivery_id": uuid4(),
        "ticket_id": ticket_id,
        "at": desk.context.clock.now(),
    }
    bounced = NotifyBounced(
        kind="reply",
        message_id=UUID(sent.json()["id"]),
        permanent=True,
        address_dead=True,
        **told,
    )
    await desk.deliver(bounced, source="notify")
    unsaid = NotifySuppressed(kind="acknowledgement", reason="too_many", **told)
    await desk.deliver(unsaid, source="notify")
    inside, outside = [await story(desk, who, ticket["id"]) for who in (agent, customer)]
    assert inside["mail_bounced"]["text"] == MAIL_STORIES["mail_bounced.dead"]["en"]
    assert "cap" in inside["acknowledgement_suppressed"]["text"]
    assert not {"mail_bounced", "acknowledgement_suppressed"} & set(outside)
    assert (await last_message(desk, agent, ticket["id"]))["bounced_at"] is not None
    assert (await last_message(desk, customer, ticket["id"]))["bounced_at"] is None


async def test_silence_is_explained_where_a_merged_ticket_lives_on(desk: Desk) -> None:
    customer, agent = desk.customer(), desk.agent()
    old, middle, new = [await opened_by_mail(desk, customer) for _ in range(3)]
    await desk.do(agent, old["id"], "merge", {"into": middle["id"]})
    await desk.do(agent, middle["id"], "merge", {"into": new["id"]})
    unsaid = NotifySuppressed(
        kind="acknowledgement",
        reason="too_many",
        delivery_id=uuid4(),
        ticket_id=UUID(old["id"]),
        at=desk.context.clock.now(),
    )
    await desk.deliver(unsaid, source="notify")
    rows = await desk.look(
        "select ticket_id, public from tickets.timeline where kind = 'acknowledgement_suppressed'"
        " and ticket_id = any($1)",
        [UUID(one["id"]) for one in (old, middle, new)],
    )
    assert [(str(row["ticket_id"]), row["public"]) for row in rows] == [(new["id"], False)]


async def test_a_stranger_let_in_once_reads_nothing_and_takes_no_part(desk: Desk) -> None:
    customer, stranger = desk.customer(), desk.customer()
    ticket = await opened_by_mail(desk, customer)
    mail_id = await reply(desk, stranger, ticket["id"], once=True)
    [row] = await desk.look("select * from tickets.message where mail_id = $1", mail_id)
    assert (str(row["ticket_id"]), row["public"]) == (ticket["id"], True)
    ticket_id = UUID(ticket["id"])
    people = await desk.look("select 1 from tickets.participant where ticket_id = $1", ticket_id)
    assert people == []


async def test_a_stranger_let_in_too_late_learns_no_subject_of_the_closed_ticket(
    desk: Desk,
) -> None:
    customer, stranger = desk.customer(), desk.customer()
    ticket = await opened_by_mail(desk, customer, subject="Salaries of May")
    await desk.do(desk.agent(), ticket["id"], "resolve")
    await desk.look(
        "update tickets.ticket set reopen_until = now() - interval '1 hour' where id = $1",
        UUID(ticket["id"]),
    )
    mail_id = await reply(desk, stranger, ticket["id"], once=True)
    [row] = await desk.look("select ticket_id from tickets.message where mail_id = $1", mail_id)
    opened = await desk.read(desk.agent(), str(row["ticket_id"]))
    assert opened["id"] != ticket["id"]
    assert "Salaries" not in opened["subject"]
