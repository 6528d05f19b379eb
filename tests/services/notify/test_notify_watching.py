"""Colleagues who watch a ticket are told; of spam nobody is told anything, until it was none."""

from typing import Any
from uuid import UUID

from shared.events.ticket import TicketFollowed, TicketParticipantRemoved, TicketStatusChanged
from shared.vocabulary import AuthorKind, Direction, Role, Status
from tests.services.notify.desk import Desk
from tests.services.notify.test_notify_mails import SARA, text_of

HUDA = "huda@desk.example"
INBOUND = {"direction": Direction.INBOUND, "author_kind": AuthorKind.CUSTOMER}


async def watched(desk: Desk) -> tuple[UUID, UUID, UUID]:
    sara, huda = await desk.person(SARA), await desk.person(HUDA, Role.AGENT, locale="en")
    ticket = desk.colleagues.add_ticket(sara, watchers=[str(huda)])
    await desk.hear(desk.opened(sara, ticket))
    await desk.hear(
        TicketFollowed(
            ticket_id=ticket, organization_id=desk.organization, at=desk.now, person_ids=(huda,)
        )
    )
    return sara, huda, ticket


def moved(desk: Desk, ticket: UUID, start: Status, end: Status, **more: Any) -> TicketStatusChanged:
    return TicketStatusChanged(
        ticket_id=ticket,
        organization_id=desk.organization,
        at=desk.now,
        from_status=start,
        to_status=end,
        **more,
    )


async def test_a_watcher_reads_what_the_customer_wrote_and_where_the_ticket_stands(
    desk: Desk,
) -> None:
    sara, huda, ticket = await watched(desk)
    message = desk.colleagues.add_message("It smokes.")
    await desk.hear(desk.spoken(ticket, message, author_id=sara, **INBOUND))
    letter = await desk.letter(HUDA)
    assert str(letter.message["Subject"]) == "[SND-1042] You watch it: the customer wrote"
    assert "It smokes." in text_of(letter)
    await desk.hear(moved(desk, ticket, Status.OPEN, Status.RESOLVED))
    assert "it was resolved" in text_of((await desk.letters(HUDA))[-1])
    # who does it needs no word of it, and a wait that a message ended was told with the message
    await desk.hear(moved(desk, ticket, Status.RESOLVED, Status.CLOSED, actor_id=huda))
    await desk.hear(moved(desk, ticket, Status.WAITING_CUSTOMER, Status.OPEN, cause="answer"))
    assert len(await desk.letters(HUDA)) == 2


async def test_an_answer_that_solves_a_new_ticket_is_one_mail_to_watchers(desk: Desk) -> None:
    sara, _, ticket = await watched(desk)
    message = desk.colleagues.add_message("It smokes.")
    await desk.hear(desk.spoken(ticket, message, author_id=sara, **INBOUND))
    await desk.hear(moved(desk, ticket, Status.NEW, Status.OPEN, cause="respond"))
    await desk.hear(moved(desk, ticket, Status.OPEN, Status.RESOLVED, cause="resolve"))
    said = [text_of(one) for one in await desk.letters(HUDA)]
    assert len(said) == 2, "what the customer wrote is never overtaken"
    assert "it was resolved" in said[-1]


async def test_whoever_lost_the_sight_is_told_nothing(desk: Desk) -> None:
    _, _, ticket = await watched(desk)
    desk.colleagues.tickets[str(ticket)]["watchers"] = []
    await desk.hear(moved(desk, ticket, Status.OPEN, Status.RESOLVED))
    assert await desk.letters(HUDA) == []


async def test_spam_is_acknowledged_only_once_it_is_none(desk: Desk) -> None:
    sara, _, ticket = await watched(desk)
    await desk.hear(moved(desk, ticket, Status.NEW, Status.SPAM, cause="spam"))
    await desk.hear(desk.promised(ticket))
    assert await desk.letters(SARA) == []
    before = len(await desk.letters(HUDA))
    message = desk.colleagues.add_message("Buy this")
    await desk.hear(desk.spoken(ticket, message, author_id=sara, **INBOUND))
    assert len(await desk.letters(HUDA)) == before
    await desk.hear(moved(desk, ticket, Status.SPAM, Status.NEW, cause="unspam"))
    assert len(await desk.letters(SARA)) == 1


async def test_whoever_takes_part_no_more_gets_no_mail_that_still_waits(desk: Desk) -> None:
    sara, _, ticket = await watched(desk)
    removed = TicketParticipantRemoved(
        ticket_id=ticket, organization_id=desk.organization, at=desk.now, person_id=sara
    )
    await desk.hear(removed)
    assert await desk.letters(SARA) == []
