"""Copies of a mail in a running intake: a real reply is never lost by somebody else's copy."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.intake.usecases import secrets, threads
from tests.engines import eventually
from tests.services.intake.conftest import SUPPORT, Office
from tests.services.intake.names import signed
from tests.services.intake.test_intake_flow import letter, outcome

SARA = "sara@client.example"
EVE = "eve@evil.example"


async def box_of(office: Office) -> tuple[UUID, str]:
    """A ticket of Sara's, and the address that her answers go to."""
    ticket = await office.ticket(SARA)
    return ticket.ticket_id, f"support+r{office.token(ticket.number, SARA)}@localhost"


async def replay(office: Office, seen: dict[str, Any]) -> dict[str, Any]:
    answer = await office.http.post(f"/v1/intake/mails/{seen['id']}/replay")
    assert answer.is_success, answer.text
    return await office.settled(seen["id"])


async def facts_of(office: Office, seen: dict[str, Any]) -> list[str]:
    return [one["type"] for one in await office.facts(seen["id"])]


async def test_a_copy_at_another_door_first_does_not_take_the_reply_away(office: Office) -> None:
    ticket_id, box = await box_of(office)
    raw = letter()
    copy = await office.handle(raw, EVE, SUPPORT)
    assert outcome(copy) == ("routed", "new", "none")
    real = await office.handle(raw, SARA, box)
    assert outcome(real) == ("routed", "reply", "token")
    assert "same_content_apart" in real["reasons"]
    assert (await office.facts(real["id"]))[-1]["data"]["ticket_id"] == str(ticket_id)
    for again in (await office.handle(raw, SARA, box), await office.handle(raw, EVE, SUPPORT)):
        assert (again["state"], again["reasons"]) == ("duplicate", ["same_content"])
        assert await facts_of(office, again) == ["mail.accepted.v1"]


async def test_a_reply_that_came_first_makes_every_copy_a_duplicate(office: Office) -> None:
    _, box = await box_of(office)
    raw = letter()
    real = await office.handle(raw, SARA, box)
    assert outcome(real) == ("routed", "reply", "token")
    for sender, to in ((SARA, SUPPORT), (EVE, SUPPORT), (SARA, box)):
        copy = await office.handle(raw, sender, to)
        assert (copy["state"], copy["duplicate_of"]) == ("duplicate", real["id"])


@pytest.mark.parametrize(
    ("marks", "taken"),
    [
        (b"Auto-Submitted: auto-replied\r\n", "note"),
        (b"X-Sanad-Loop: %s\r\n", "loop"),
        (b"Content-Type: multipart/mixed; boundary=elsewhere\r\n", "reply"),
        (b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n", "reply"),
        (b"From: eve@evil.example\r\n", "held"),
    ],
)
async def test_a_copy_under_other_marks_takes_nothing_away(
    office: Office, marks: bytes, taken: str
) -> None:
    """Of a copy's head only what makes it the same mail must be left: the rest is the thief's."""
    _, box = await box_of(office)
    raw = letter(body="It works now, thank you")
    if b"%s" in marks:
        marks %= secrets.loop_mark(office.context).encode()
    copy = await office.handle(marks + raw, EVE if taken == "held" else SARA, box)
    assert copy["decision"] == taken
    real = await office.handle(raw, SARA, box)
    assert outcome(real) == ("routed", "reply", "token")
    assert real["visible_text"] == "It works now, thank you"


async def test_what_was_held_for_want_of_proof_does_not_hold_the_proven_one(
    office: Office,
) -> None:
    ticket_id, _ = await box_of(office)
    number = office.numbers
    raw = signed(letter(subject=f"Re: [SND-{number}] x"))
    forged = raw.replace(b"DKIM-Signature:", b"X-Was:")
    held = await office.handle(forged)
    assert outcome(held) == ("held", "held", "subject_tag")
    real = await office.handle(raw)
    assert outcome(real) == ("routed", "reply", "subject_tag")
    assert (await office.handle(forged))["state"] == "duplicate"
    assert (await office.facts(real["id"]))[-1]["data"]["ticket_id"] == str(ticket_id)


async def test_a_no_to_a_forgery_is_no_no_to_the_real_mail(office: Office) -> None:
    await box_of(office)
    raw = signed(letter(subject=f"Re: [SND-{office.numbers}] x"))
    forged = raw.replace(b"DKIM-Signature:", b"X-Was:")
    held = await office.handle(forged)
    path = f"/v1/intake/mails/{held['id']}/reject"
    assert (await office.http.post(path, json={"reason": "forged"})).is_success
    again = await office.handle(forged)
    assert (again["state"], again["duplicate_of"]) == ("duplicate", held["id"])
    assert outcome(await office.handle(raw)) == ("routed", "reply", "subject_tag")


async def test_copies_side_by_side_make_one_reply(office: Office) -> None:
    """Someone's copy, and the real one through four doors at the same moment."""
    _, box = await box_of(office)
    raw = letter()
    whole = signed(raw)
    ways = [(raw, SUPPORT), (raw, box), (whole, box), (raw, box), (b"X-Trace: 1\r\n" + whole, box)]
    ends = await asyncio.gather(*(office.handle(one, SARA, to) for one, to in ways))
    assert [one["decision"] for one in ends].count("reply") == 1
    assert {one["state"] for one in ends[1:]} == {"routed", "duplicate"} or (
        ends[0]["state"] == "duplicate"
    )


async def test_the_same_mail_with_and_without_a_proof_is_one_ticket(office: Office) -> None:
    raw = letter()
    ends = await asyncio.gather(office.handle(raw), office.handle(signed(raw)))
    assert sorted(one["state"] for one in ends) == ["duplicate", "routed"]


async def test_replays_and_later_deliveries_change_nothing(office: Office) -> None:
    """The sender takes part by then: the same mail again is still the same mail."""
    await box_of(office)
    raw = letter(subject=f"Re: [SND-{office.numbers}] x", sender="sam@client.example")
    first = await office.handle(raw, "sam@client.example")
    assert outcome(first) == ("routed", "new", "subject_tag")
    async with office.context.tx() as tx:
        thread = await threads.threads.by_number(tx, office.numbers)
        assert thread is not None
        await threads.spoke(tx, thread.ticket_id, "sam@client.example")
    again = await office.handle(raw, "sam@client.example")
    assert (again["state"], again["duplicate_of"]) == ("duplicate", first["id"])
    replayed = await replay(office, again)
    assert (replayed["state"], replayed["duplicate_of"]) == ("duplicate", first["id"])


async def test_a_mail_decided_by_itself_is_replayed_to_the_same_end(office: Office) -> None:
    await box_of(office)
    raw = letter(f"References: <{uuid4().hex}@elsewhere.example>")
    tag = f"Re: [SND-{office.numbers}] x".encode()
    raw = raw.replace(b"Subject: Help", b"Subject: " + tag)
    await office.handle(
        b"X-Sanad-Loop: " + secrets.loop_mark(office.context).encode() + b"\r\n" + raw
    )
    held = await office.handle(raw)
    assert outcome(held) == ("held", "held", "subject_tag")
    before = await office.facts(held["id"])
    assert outcome(await replay(office, held)) == ("held", "held", "subject_tag")
    assert await office.facts(held["id"]) == before


async def test_a_person_may_release_a_duplicate(office: Office) -> None:
    raw = letter()
    await office.handle(raw)
    twin = await office.handle(raw)
    assert twin["state"] == "duplicate"
    assert (await office.http.post(f"/v1/intake/mails/{twin['id']}/release")).is_success

    async def out() -> bool:
        return bool((await office.see(twin["id"]))["state"] == "routed")

    await eventually(out)
