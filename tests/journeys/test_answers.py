"""An Arabic answer to a real mail of ours: people see its own words, and can see all of it."""

from email.message import EmailMessage
from typing import Any

import pytest

from shared.vocabulary import REPLY_MARKER
from tests.journeys import letters
from tests.journeys.company import Company, found
from tests.journeys.desk import Desk, words

pytestmark = pytest.mark.journey
ANNOUNCED = "في الأحد، ٢٢ نوفمبر ٢٠٢٦ في ٣:٤٥ م تمت كتابة ما يلي بواسطة الدعم <{}>:"


def answer(own: str, ours: EmailMessage, sender: str) -> bytes:
    """As Gmail writes it: the answer, who wrote what when, our whole mail behind marks."""
    quote = "\n".join(f"> {line}" for line in words(ours).splitlines())
    body = f"{own}\n\n{ANNOUNCED.format(ours['Reply-To'])}\n\n{quote}"
    known = str(ours["Message-ID"])
    subject = f"رد: {ours['Subject']}"
    return letters.plain(sender, str(ours["Reply-To"]), subject, body, in_reply_to=known)


async def newest(company: Company, ticket_id: str, own: str) -> dict[str, Any]:
    """The message that holds a customer's answer, once it is there."""

    async def look() -> dict[str, Any] | None:
        told = await company.seats["agent"].get(f"/v1/tickets/{ticket_id}/messages")
        return next((one for one in told["items"] if one["visible_text"] == own), None)

    message = await company.desk.eventually(look)
    assert message is not None
    return dict(message)


async def test_an_answer_shows_its_own_words_and_keeps_all_of_them(desk: Desk) -> None:
    company = await found(desk)
    sara = company.address("customer")
    first = letters.windows_1256(sara, company.mailbox)
    await desk.send(first, sara, company.mailbox)
    ticket = await desk.eventually(company.find_ticket)
    assert ticket is not None
    ours = await desk.letter(sara, ticket["number"])
    assert words(ours).splitlines()[0] == REPLY_MARKER

    for own in ("شكرا", "جربت الحل وما زالت المشكلة موجودة."):
        await desk.send(answer(own, ours, sara), sara, str(ours["Reply-To"]))
        message = await newest(company, ticket["id"], own)
        assert message["direction"] == "inbound"
        assert message["body_text"].startswith(own)
        assert REPLY_MARKER in message["body_text"], "folded, never deleted"
