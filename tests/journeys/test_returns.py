"""A mail of ours that comes back finds its ticket by the address it was returned to, alone."""

from typing import Any
from uuid import uuid4

import pytest

from tests.journeys import letters
from tests.journeys.company import found
from tests.journeys.desk import Desk

pytestmark = pytest.mark.journey


def report(status: str) -> bytes:
    """Of a server that quotes nothing of what it could not deliver."""
    lines = [
        *("From: MAILER-DAEMON@mx.example", f"Subject: failed {uuid4().hex}", "MIME-Version: 1.0"),
        "Content-Type: multipart/report; report-type=delivery-status; boundary=r",
        *("", "--r", "", "It could not be delivered.", "--r"),
        *("Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx", ""),
        *("Final-Recipient: rfc822; x@y", "Action: failed", f"Status: {status}", "--r--", ""),
    ]
    return "\r\n".join(lines).encode()


async def test_a_bounce_is_on_the_ticket_and_stops_what_would_bounce_again(desk: Desk) -> None:
    company = await found(desk)
    sara = company.address("customer")
    await desk.send(letters.windows_1256(sara, company.mailbox), sara, company.mailbox)
    ticket = await desk.eventually(company.find_ticket)
    assert ticket is not None
    ours = await desk.letter(sara, ticket["number"])
    back = str(ours["Return-Path"]).strip("<>")
    await desk.send(report("5.1.1"), "", back)

    async def told() -> dict[str, Any] | None:
        path = f"/v1/tickets/{ticket['id']}/timeline"
        story = await company.seats["agent"].get(path)
        return next((one for one in story["items"] if one["kind"] == "mail_bounced"), None)

    entry = await desk.eventually(told)
    assert entry is not None
    assert entry["data"]["outcome"] == "dead"
    outside = await company.seats["customer"].get(f"/v1/tickets/{ticket['id']}/timeline")
    assert "mail_bounced" not in {one["kind"] for one in outside["items"]}
    before = len(desk.outgoing(sara))
    again = await company.seats["customer"].post("/v1/tickets", {"subject": "again", "body": "x"})

    async def unsaid() -> bool:
        story = await company.admin.get(f"/v1/tickets/{again['id']}/timeline")
        return "acknowledgement_suppressed" in {one["kind"] for one in story["items"]}

    await desk.eventually(unsaid)
    assert len(desk.outgoing(sara)) == before
