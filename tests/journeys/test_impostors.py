"""F15: whoever writes in another's name through the whole stack never speaks as that person."""

import smtplib
from typing import Any
from uuid import uuid4

import pytest

from tests.chaos.post import look
from tests.journeys import letters
from tests.journeys.company import Company, found
from tests.journeys.desk import Desk

pytestmark = pytest.mark.journey

EVE = "eve@evil.example"
FINAL = {"held", "applied"}
PROVEN = "Authentication-Results: localhost; dmarc=pass header.from=desk.example.com"


def _bent(box: str, at: int, new: str = "") -> str:
    """A reply address with a letter of its token changed, or without the rest of it."""
    local, _, domain = box.partition("@")
    if not new:
        return f"{local[:at]}@{domain}"
    letter = "a" if local[at] != "a" else "b"
    return f"{local[:at]}{letter}{local[at + 1 :]}@{domain}"


async def _sent(desk: Desk, sender: str, box: str, subject: str, *extra: str) -> None:
    raw = letters.plain(sender, box, subject, f"I am {sender} {uuid4().hex}", extra=extra)
    await desk.send(raw, sender, box)


async def _messages(company: Company, ticket: dict[str, Any]) -> list[dict[str, Any]]:
    told = await company.admin.get(f"/v1/tickets/{ticket['id']}/messages")
    items: list[dict[str, Any]] = told["items"]
    return items


async def test_nobody_speaks_as_somebody_else(desk: Desk) -> None:
    company = await found(desk)
    sara, agent = company.address("customer"), company.address("agent")
    await desk.send(letters.windows_1256(sara, company.mailbox), sara, company.mailbox)
    ticket = await desk.eventually(company.find_ticket)
    ours = await desk.letter(sara, ticket["number"])
    path = f"/v1/tickets/{ticket['id']}/assign"
    await company.admin.post(path, {"assignee_id": company.people["agent"]["id"]})
    theirs = await desk.letter(agent, ticket["number"])
    box, own = str(ours["Reply-To"]), str(theirs["Reply-To"])
    await company.seats["agent"].post(f"/v1/tickets/{ticket['id']}/resolve")
    before = await _messages(company, ticket)
    known = set((await look(desk)).states)

    tag = f"Re: [{ticket['number']}]"
    forged, stripped = _bent(box, 20, "x"), _bent(box, 24)
    await _sent(desk, sara, forged, tag)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        await _sent(desk, sara, stripped, tag)
    await _sent(desk, sara, company.mailbox, tag)
    await _sent(desk, EVE, box, tag)
    await _sent(desk, agent, box, tag)
    await _sent(desk, agent, own, tag)
    await _sent(desk, agent, own, tag, PROVEN)
    await _sent(desk, agent, company.mailbox, tag, PROVEN)
    sent = 7

    async def ended() -> list[str]:
        states = (await look(desk)).states
        new = [states[one] for one in states.keys() - known]
        return new if len(new) == sent and set(new) <= FINAL else []

    states = await desk.eventually(ended)
    # A number alone is no key: the unproven colleague's last mail is a stranger's new ticket.
    assert sorted(states) == ["applied"] + ["held"] * (sent - 1)
    after = await _messages(company, ticket)
    assert [one["id"] for one in after] == [one["id"] for one in before]
    read = await company.ticket(ticket["id"])
    assert (read["status"], read["reopen_count"]) == ("resolved", 0)

    await _sent(desk, sara, box, tag)  # the same stands open to who holds the right key

    async def reopened() -> bool:
        return bool((await company.ticket(ticket["id"]))["reopen_count"])

    await desk.eventually(reopened)
