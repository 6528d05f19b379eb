"""From the SMTP door to a decision, with the real gateway beside."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.intake.domain.words import State
from services.intake.timers import gauge
from services.intake.usecases import returned, secrets, threads
from services.notify.domain.bounces import bounce_address
from shared.kit.context import Context
from tests.contexts import Travel
from tests.engines import eventually
from tests.services.intake.conftest import SUPPORT, Office
from tests.services.intake.names import signed


def letter(
    *lines: str, sender: str = "sara@client.example", subject: str = "Help", body: str = ""
) -> bytes:
    """A mail that no other test has sent."""
    top = [f"From: Sara <{sender}>", f"To: {SUPPORT}", f"Subject: {subject}"]
    head = "\r\n".join([*top, f"Message-ID: <{uuid4().hex}@client.example>", *lines])
    return f"{head}\r\n\r\n{body or uuid4().hex}\r\n".encode()


def outcome(seen: dict[str, Any]) -> tuple[str, str, str]:
    return seen["state"], seen["decision"], seen["match"]


async def routed(office: Office, seen: dict[str, Any]) -> dict[str, Any]:
    """The data of the one fact that tickets acts upon."""
    found = [f for f in await office.facts(seen["id"]) if f["type"] == "mail.routed.v1"]
    assert len(found) == 1
    data: dict[str, Any] = found[0]["data"]
    return data


async def test_a_strangers_mail_opens_a_ticket_in_their_language(office: Office) -> None:
    seen = await office.handle(letter(subject="النظام متوقف", body="السلام عليكم"))
    assert outcome(seen) == ("routed", "new", "none")
    assert seen["from"] == {"email": "sara@client.example", "name": "Sara"}
    assert (seen["subject"], seen["visible_text"]) == ("النظام متوقف", "السلام عليكم")
    data = await routed(office, seen)
    assert (data["decision"], data["locale"], data["acknowledge"]) == ("new", "ar", True)
    assert data["received_at"] == seen["received_at"]
    facts = await office.facts(seen["id"])
    assert [one["sequence"] for one in facts] == [1, 2]
    assert "النظام" not in str(facts)


async def test_the_same_mail_twice_is_one_ticket(office: Office) -> None:
    raw = letter()
    first, second = await asyncio.gather(office.handle(raw), office.handle(b"X-Trace: 1\r\n" + raw))
    assert sorted([first["state"], second["state"]]) == ["duplicate", "routed"]
    twin, original = sorted([first, second], key=lambda one: str(one["state"]))
    assert twin["duplicate_of"] == original["id"]
    assert len(await office.facts(twin["id"])) == 1


async def test_a_reply_by_token_is_the_requesters_alone(office: Office) -> None:
    ticket = await office.ticket("sara@client.example")
    box = f"support+r{office.token(ticket.number, 'sara@client.example')}@localhost"
    seen = await office.handle(letter(), "sara@client.example", box)
    assert outcome(seen) == ("routed", "reply", "token")
    data = await routed(office, seen)
    assert (data["ticket_id"], data["may_reopen"]) == (str(ticket.ticket_id), True)
    eve = await office.handle(letter(sender="eve@evil.example"), "eve@evil.example", box)
    assert outcome(eve) == ("held", "held", "token")
    held = (await office.facts(eve["id"]))[-1]
    assert (held["type"], held["data"]["reason"]) == ("mail.held.v1", "sender_not_on_ticket")


async def test_a_signature_is_verified_on_the_way_in(office: Office) -> None:
    whole = await office.handle(signed(letter()))
    assert (whole["sender_auth"], whole["state"]) == ("pass", "routed")
    changed = signed(letter(body="pay Sara")).replace(b"pay Sara", b"pay Eve")
    assert (await office.handle(changed))["sender_auth"] == "none"
    foreign = signed(letter(sender="sara@elsewhere.example"), domain=b"elsewhere.example")
    assert (await office.handle(foreign))["sender_auth"] == "none"


async def test_a_forged_token_is_no_token(office: Office) -> None:
    ticket = await office.ticket("sara@client.example")
    token = office.token(ticket.number, "sara@client.example")
    forged = ("a" if token[0] != "a" else "b") + token[1:]
    seen = await office.handle(letter(), "sara@client.example", f"support+r{forged}@localhost")
    assert outcome(seen) == ("routed", "new", "none")


async def test_a_token_for_a_ticket_that_does_not_exist_waits_for_tickets_to_say_so(
    office: Office,
) -> None:
    box = f"support+r{office.token(999_999, 'sara@client.example')}@localhost"
    mail_id = await office.send(letter(), "sara@client.example", box)

    async def parsed() -> bool:
        return bool((await office.see(mail_id))["state"] == "parsed")

    await eventually(parsed)
    fact = await office.ticket("sara@client.example")
    async with office.context.tx() as tx:
        await threads.opened(tx, fact.model_copy(update={"number": 999_999}), None)
    assert outcome(await office.settled(mail_id)) == ("routed", "reply", "token")


async def test_a_signed_message_id_in_references_names_the_ticket(office: Office) -> None:
    ticket = await office.ticket("sara@client.example")
    token = office.token(ticket.number, "sara@client.example")
    ours = f"<s.{token}.{uuid4()}@localhost>"
    seen = await office.handle(letter(f"References: <a@b> {ours}"))
    assert outcome(seen) == ("routed", "reply", "signed_id")


async def test_a_guessed_number_proves_nothing(office: Office) -> None:
    ticket = await office.ticket("sara@client.example")
    tag = f"Re: [SND-{ticket.number}] x"
    seen = await office.handle(letter(subject=tag))
    assert outcome(seen) == ("held", "held", "subject_tag")
    eve = await office.handle(letter(subject=tag, sender="eve@evil.example"), "eve@evil.example")
    assert outcome(eve) == ("routed", "new", "subject_tag")
    data = await routed(office, eve)
    assert (data["ticket_id"], data["related_ticket_id"]) == (None, str(ticket.ticket_id))


async def test_an_answer_to_ones_own_first_mail_waits_for_its_ticket(office: Office) -> None:
    first = letter()
    message_id = first.partition(b"Message-ID: ")[2].partition(b"\r\n")[0].decode()
    seen = await office.handle(first)
    second = await office.send(letter(f"In-Reply-To: {message_id}"))

    async def parsed() -> bool:
        return bool((await office.see(second))["state"] == "parsed")

    await eventually(parsed)
    ticket = await office.ticket("other@client.example")
    async with office.context.tx() as tx:
        await threads.applied(tx, UUID(seen["id"]), ticket.ticket_id)
    assert outcome(await office.settled(second)) == ("held", "held", "stored_id")
    assert (await office.see(seen["id"]))["state"] == "applied"
    applied = (await office.facts(seen["id"]))[-1]
    assert (applied["type"], applied["sequence"]) == ("mail.applied.v1", 3)


async def test_answers_to_a_merged_ticket_go_where_it_went(office: Office) -> None:
    old, new = [await office.ticket("sara@client.example") for _ in range(2)]
    async with office.context.tx() as tx:
        await threads.merged(tx, old.ticket_id, new.ticket_id)
    box = f"support+r{office.token(old.number, 'sara@client.example')}@localhost"
    seen = await office.handle(letter(), "sara@client.example", box)
    assert seen["ticket_id"] == str(new.ticket_id)


@pytest.mark.parametrize("staff", ["admin@localhost"])
async def test_nobody_acts_as_staff_by_an_unproven_mail(office: Office, staff: str) -> None:
    ticket = await office.ticket("sara@client.example")
    box = f"support+r{office.token(ticket.number, staff)}@localhost"
    seen = await office.handle(letter(sender=staff), staff, box)
    assert (seen["state"], "staff_not_proven" in seen["reasons"]) == ("held", True)


async def test_robots_leave_no_trace_but_a_note(office: Office) -> None:
    ticket = await office.ticket("sara@client.example")
    box = f"support+r{office.token(ticket.number, 'sara@client.example')}@localhost"
    away = await office.handle(letter("Auto-Submitted: auto-replied"), "<>", box)
    assert (away["state"], away["decision"], away["class"]) == ("routed", "note", "auto_reply")
    data = await routed(office, away)
    assert (data["may_reopen"], data["acknowledge"]) == (False, False)
    lost = await office.handle(letter("Auto-Submitted: auto-replied"))
    assert (lost["state"], lost["reasons"]) == ("quarantined", ["auto_reply"])
    monitor = await office.handle(letter("Auto-Submitted: auto-generated"))
    assert monitor["decision"] == "new"
    assert (await routed(office, monitor))["acknowledge"] is False


def report(original: str, status: str = "5.1.1") -> bytes:
    body = [
        *("From: MAILER-DAEMON@mx.example", f"Subject: failure {uuid4().hex}", "MIME-Version: 1.0"),
        "Content-Type: multipart/report; report-type=delivery-status; boundary=r",
        *("", "--r", "", "failed", "--r", "Content-Type: message/delivery-status", ""),
        *("Reporting-MTA: dns; mx", "", "Final-Recipient: rfc822; x@y", f"Status: {status}"),
        *("--r", "Content-Type: text/rfc822-headers", "", f"Message-ID: {original}", "--r--", ""),
    ]
    return "\r\n".join(body).encode()


async def test_a_bounce_finds_the_delivery_that_came_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = await office.ticket("sara@client.example")
    delivery = uuid4()
    known_to_notify(monkeypatch, {delivery: ticket.ticket_id})
    seen = await office.handle(report("<x@y>"), "<>", bounce_box(office, delivery))
    assert (seen["decision"], seen["class"]) == ("note", "bounce")
    bounced = next(f for f in await office.facts(seen["id"]) if f["type"] == "mail.bounced.v1")
    assert bounced["data"]["delivery_id"] == str(delivery)
    assert bounced["data"]["ticket_id"] == str(ticket.ticket_id)
    assert bounced["data"]["permanent"] is True
    foreign = await office.handle(report("<x@y>", "4.4.1"), "<>")
    assert (foreign["state"], foreign["reasons"]) == ("quarantined", ["bounce"])


@pytest.mark.parametrize("sender", ["<>", "postmaster@evil.example", "eve@evil.example"])
async def test_whoever_quotes_an_id_of_ours_marks_nobody_and_writes_on_no_ticket(
    office: Office, sender: str
) -> None:
    ticket = await office.ticket("sara@client.example")
    token = office.token(ticket.number, "sara@client.example")
    ours = f"<s.{token}.{uuid4()}@localhost>"
    plain = letter(
        sender="postmaster@evil.example",
        subject="Undelivered Mail Returned to Sender",
        body=f"550 5.1.1 no such user\r\n\r\nMessage-ID: {ours}\r\n{uuid4()}",
    )
    for raw in (report(ours), plain):
        seen = await office.handle(raw, sender)
        assert (seen["class"], seen["state"], seen["ticket_id"]) == ("bounce", "quarantined", None)
        types = {one["type"] for one in await office.facts(seen["id"])}
        assert types.isdisjoint({"mail.bounced.v1", "mail.routed.v1"})


async def test_a_bounce_address_opens_no_ticket_but_its_own(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A customer reads in the Return-Path which address returns the mails to him."""
    own, other = [await office.ticket(f"{one}@client.example") for one in ("eve", "sara")]
    delivery = uuid4()
    known_to_notify(monkeypatch, {delivery: own.ticket_id})
    spliced = f"<s.{office.token(other.number, 'sara@client.example')}.{delivery}@localhost>"
    seen = await office.handle(report(spliced), "<>", bounce_box(office, delivery))
    assert seen["ticket_id"] == str(own.ticket_id)


def bounce_box(office: Office, delivery: UUID) -> str:
    return bounce_address(office.context.keys.derive("bounce-token"), SUPPORT, delivery)


def known_to_notify(patch: pytest.MonkeyPatch, tickets: dict[UUID, UUID]) -> None:
    """What notify would tell of its deliveries."""

    async def told(_context: Context, delivery: UUID) -> UUID | None:
        return tickets.get(delivery)

    patch.setattr(returned, "ticket_of", told)


async def test_our_own_mail_that_comes_back_is_a_loop(office: Office) -> None:
    token = office.token(1, "sara@client.example")
    for raw in (
        letter(f"X-Sanad-Loop: {secrets.loop_mark(office.context)}"),
        letter(sender=SUPPORT),
        letter().replace(b"Message-ID: <", f"Message-ID: <s.{token}.".encode(), 1),
    ):
        seen = await office.handle(raw)
        assert (seen["state"], seen["class"]) == ("loop", "loop")
        assert len(await office.facts(seen["id"])) == 1


async def test_a_mail_nobody_sent_is_held_and_can_be_seen(office: Office) -> None:
    seen = await office.handle(b"Subject: nobody\r\n\r\n" + uuid4().bytes.hex().encode(), "<>")
    assert (seen["state"], seen["reasons"][0]) == ("held", "no_sender")
    refused = await office.http.post(f"/v1/intake/mails/{seen['id']}/release")
    assert (refused.status_code, refused.json()["code"]) == (409, "mail_without_sender")


async def test_replaying_every_mail_twice_changes_nothing(office: Office) -> None:
    ticket, twin = await office.ticket("sara@client.example"), letter()
    for raw in (
        *(twin, twin, letter(sender=SUPPORT), letter("Auto-Submitted: auto-replied")),
        letter(subject=f"[SND-{ticket.number}]"),
    ):
        await office.handle(raw)
    listed = (await office.http.get("/v1/intake/mails?limit=200")).json()["items"]
    assert {State.ROUTED, State.HELD, State.QUARANTINED, State.LOOP, State.DUPLICATE} <= {
        one["state"] for one in listed
    }
    before = {one["id"]: (one, await office.facts(one["id"])) for one in listed}
    for _ in range(2):
        for mail_id in before:
            assert (await office.http.post(f"/v1/intake/mails/{mail_id}/replay")).status_code == 202
        for mail_id, (one, facts) in before.items():
            assert await office.settled(mail_id) | one == await office.see(mail_id)
            assert await office.facts(mail_id) == facts


async def test_a_held_mail_is_released_once(office: Office) -> None:
    ticket = await office.ticket("sara@client.example")
    box = f"support+r{office.token(ticket.number, 'sara@client.example')}@localhost"
    held = await office.handle(letter(sender="eve@evil.example"), "eve@evil.example", box)
    for _ in range(2):
        answer = await office.http.post(f"/v1/intake/mails/{held['id']}/release")
        assert answer.status_code == 202, answer.text
        seen = await office.settled(held["id"])
        assert outcome(seen) == ("routed", "reply", "token")
    data = await routed(office, await office.see(held["id"]))
    assert data["received_at"] == held["received_at"]
    fresh = await office.handle(letter())
    refused = await office.http.post(f"/v1/intake/mails/{fresh['id']}/release")
    assert (refused.status_code, refused.json()["code"]) == (409, "mail_not_releasable")


async def test_mail_waits_while_the_gateway_is_away(office: Office) -> None:
    peers = office.context.settings.peers
    address, peers["gateway"] = peers["gateway"], "http://127.0.0.1:9"
    try:
        mail_id = await office.send(letter(sender="new@client.example"))

        async def parsed() -> bool:
            return bool((await office.see(mail_id))["state"] == "parsed")

        await eventually(parsed)
    finally:
        peers["gateway"] = address
    assert (await office.settled(mail_id))["state"] == "routed"


async def test_mail_that_waits_too_long_is_shown_by_readiness(
    office: Office, travel: Travel
) -> None:
    assert (await gauge.check(office.context)).status in {"pass", "warn"}
    await office.handle(letter())
    travel(6 * 60)
    assert (await gauge.check(office.context)).status == "warn"
    travel(16 * 60)
    late = await gauge.check(office.context)
    travel(0)
    assert (late.status, late.blocks) == ("fail", False)
