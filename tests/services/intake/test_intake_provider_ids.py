"""An answer that quotes nothing but the id a provider gave to our mail (mail.md 9)."""

from uuid import UUID, uuid4

import pytest

from services.intake.consumers import consumers
from shared.events.notify import NotifySent
from tests.services.intake.conftest import Office
from tests.services.intake.names import signed
from tests.services.intake.test_intake_flow import letter, outcome, routed
from tests.services.notify.hearing import hear

SARA, EVE = "sara@client.example", "eve@evil.example"


async def sent(office: Office, ticket_id: UUID | None, *, inside: bool = False) -> str:
    """What notify tells of a mail to which its provider gave an id of its own."""
    theirs = f"<{uuid4().hex}@eur.prod.outlook.example>"
    fact = NotifySent(
        delivery_id=uuid4(),
        kind="reply",
        ticket_id=ticket_id,
        at=office.context.clock.now(),
        provider_message_id=theirs,
        inside=inside,
    )
    await hear(consumers, office.context, fact)
    await hear(consumers, office.context, fact)
    return theirs


@pytest.mark.parametrize("header", ["In-Reply-To: {}", "References: <first@x.example> {}"])
async def test_the_providers_id_leads_a_proven_requester_to_the_ticket(
    office: Office, header: str
) -> None:
    ticket = await office.ticket(SARA)
    theirs = await sent(office, ticket.ticket_id)
    seen = await office.handle(signed(letter(header.format(theirs))))
    assert outcome(seen) == ("routed", "reply", "stored_id")
    data = await routed(office, seen)
    assert (data["ticket_id"], data["public"]) == (str(ticket.ticket_id), True)


async def test_the_id_proves_nobody(office: Office) -> None:
    """It is known to every reader of the mail: as weak as any other stored id."""
    ticket = await office.ticket(SARA)
    theirs = await sent(office, ticket.ticket_id)
    unproven = await office.handle(letter(f"In-Reply-To: {theirs}"))
    assert outcome(unproven) == ("held", "held", "stored_id")
    eve = await office.handle(letter(f"In-Reply-To: {theirs}", sender=EVE), EVE)
    assert outcome(eve) == ("routed", "new", "stored_id")
    data = await routed(office, eve)
    assert (data["ticket_id"], data["related_ticket_id"]) == (None, str(ticket.ticket_id))


async def test_a_stranger_who_copies_the_id_into_a_mail_hijacks_no_answer(office: Office) -> None:
    ticket = await office.ticket(SARA)
    theirs = await sent(office, ticket.ticket_id)
    raw = letter(sender=EVE).split(b"Message-ID: ")
    copied = raw[0] + f"Message-ID: {theirs}\r\n".encode() + raw[1].partition(b"\r\n")[2]
    await office.handle(copied, EVE)
    seen = await office.handle(signed(letter(f"In-Reply-To: {theirs}")))
    assert (outcome(seen), seen["ticket_id"]) == (
        ("routed", "reply", "stored_id"),
        str(ticket.ticket_id),
    )


async def test_an_answer_to_what_went_inside_stays_inside(office: Office) -> None:
    ticket = await office.ticket(SARA)
    theirs = await sent(office, ticket.ticket_id, inside=True)
    seen = await office.handle(signed(letter(f"In-Reply-To: {theirs}")))
    assert outcome(seen)[:2] == ("routed", "reply")
    assert (await routed(office, seen))["public"] is False


async def test_a_mail_about_no_ticket_is_nothing_to_remember(office: Office) -> None:
    theirs = await sent(office, None)
    seen = await office.handle(letter(f"In-Reply-To: {theirs}"))
    assert outcome(seen) == ("routed", "new", "none")
