"""Promises of a request of the form are no customer's before somebody has confirmed it."""

from datetime import timedelta

from shared.events.ticket import TicketEdited, TicketOpened
from shared.kit.ids import uuid7
from shared.vocabulary import DEFAULT_DEPARTMENT, AuthorKind, Channel, Locale, Priority, Status
from tests.services.sla.desk import Desk, Person


async def test_a_customer_sees_them_from_then_on(desk: Desk) -> None:
    company = await desk.customer(await desk.policy_in_seconds())
    ticket, requester, now = uuid7(), uuid7(), desk.context.clock.now()
    base = {"ticket_id": ticket, "organization_id": company}
    opened = TicketOpened(
        **base,
        at=now - timedelta(minutes=5),
        number=77,
        requester_id=requester,
        department_id=DEFAULT_DEPARTMENT,
        priority=Priority.P1,
        status=Status.NEW,
        channel=Channel.FORM,
        locale=Locale.AR,
        message_id=uuid7(),
        author_kind=AuthorKind.CUSTOMER,
        confirm=True,
    )
    await desk.hear(opened)
    lina = Person(["customer"], company, scope="sla:read tickets:read", id=requester)
    boss = Person(["customer_admin"], company, scope="sla:read tickets:read")
    path = f"/v1/tickets/{ticket}/sla"

    async def told() -> set[int]:
        answers = [await desk.ask("GET", path, who=who) for who in (lina, boss)]
        return {one.status_code for one in answers}

    assert (await desk.ask("GET", path)).status_code == 200
    assert await told() == {404}
    steps = ((False, 200), (None, 200), (True, 404))
    for sequence, (unconfirmed, expected) in enumerate(steps, 2):
        fact = TicketEdited(**base, at=now, fields=(), unconfirmed=unconfirmed)
        await desk.hear(fact, sequence)
        assert await told() == {expected}
