"""Fifty routed mails in one batch of the bus: together where all is well, each for itself else."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.tickets.domain.naming import mail_subject
from services.tickets.usecases import mails
from shared.events.base import Fact
from shared.events.mail import MailHeld
from shared.kit.consumers import Delivery, read_delivery
from shared.kit.ids import uuid7
from shared.kit.inbox import Inbox
from shared.kit.outbox import Stated, envelope, new_traceparent
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_mail import routed

MANY = 50


def delivery(desk: Desk, fact: Fact, sequence: int = 1) -> Delivery:
    """As it comes from the wire; its mail's facts are numbered from one."""
    now = desk.context.clock.now()
    stated = Stated(uuid7(), fact, fact.subject(), sequence, now, new_traceparent())
    return read_delivery(envelope("intake", stated))


async def settle(desk: Desk, deliveries: list[Delivery]) -> list[Delivery]:
    assert desk.service.consumers is not None
    return await Inbox(desk.context, desk.service.consumers).settle(deliveries)


async def tickets_of(desk: Desk, mail_ids: list[UUID]) -> dict[UUID, Any]:
    rows = await desk.look(
        "select m.mail_id, t.number, t.id from tickets.message m"
        " join tickets.ticket t on t.id = m.ticket_id where m.mail_id = any($1)",
        mail_ids,
    )
    assert len({row["mail_id"] for row in rows}) == len(rows), "a mail became two messages"
    return {row["mail_id"]: row for row in rows}


def fifty(desk: Desk, customer: Person) -> tuple[list[UUID], list[Delivery]]:
    ids = [desk.neighbours.mail(f"mail {n}", subject=f"number {n}") for n in range(MANY)]
    return ids, [delivery(desk, routed(desk, customer, one)) for one in ids]


async def test_fifty_mails_become_fifty_tickets_once(desk: Desk) -> None:
    customer = desk.customer()
    ids, deliveries = fifty(desk, customer)
    assert await settle(desk, deliveries) == []
    assert await settle(desk, deliveries) == []
    again = [delivery(desk, routed(desk, customer, one), 2) for one in ids]
    assert await settle(desk, again) == []
    found = await tickets_of(desk, ids)
    assert set(found) == set(ids)
    assert len({row["number"] for row in found.values()}) == MANY


async def test_one_bad_mail_among_fifty_waits_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fragile(subject: str) -> str:
        if subject == "number 17":
            raise LookupError
        return mail_subject(subject)

    monkeypatch.setattr(mails, "mail_subject", fragile)
    ids, deliveries = fifty(desk, desk.customer())
    assert await settle(desk, deliveries) == []
    assert set(ids) - set(await tickets_of(desk, ids)) == {ids[17]}
    rows = await desk.look(
        "select event_id from tickets.dead_letter where subject = $1", str(ids[17])
    )
    assert [row["event_id"] for row in rows] == [deliveries[17].id]


async def test_a_mail_that_is_held_and_let_in_within_one_batch_waits_no_more(desk: Desk) -> None:
    """Its own two facts have their order, whatever is asked for the others at once."""
    customer = desk.customer()
    ids, deliveries = fifty(desk, customer)
    await settle(desk, deliveries[:1])
    [row] = (await tickets_of(desk, ids[:1])).values()
    late = desk.neighbours.mail("let in")
    now = desk.context.clock.now()
    held = MailHeld(mail_id=late, at=now, ticket_id=row["id"], reason="stranger")
    let_in = routed(desk, customer, late, decision="reply", ticket_id=row["id"])
    both = [delivery(desk, held), delivery(desk, let_in, 2)]
    assert await settle(desk, [*deliveries[1:], *both]) == []
    waiting = await desk.look("select 1 from tickets.held_mail where mail_id = $1", late)
    [ticket] = await desk.look("select held_mails from tickets.ticket where id = $1", row["id"])
    assert (len(waiting), ticket["held_mails"]) == (0, 0)
    assert (await tickets_of(desk, [late]))[late]["id"] == row["id"]
    assert set(await tickets_of(desk, [*ids, uuid4()])) == set(ids)
