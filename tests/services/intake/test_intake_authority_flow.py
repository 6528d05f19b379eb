"""The authority table through the real door: who may act on a ticket by mail, and as whom."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.intake.consumers import consumers
from services.intake.domain.addresses import Address
from services.intake.domain.mail import Envelope
from services.intake.store import mailboxes
from services.intake.usecases import accept, people, secrets, threads
from shared.events.ticket import TicketParticipantAdded
from shared.kit.ids import uuid7
from shared.tokens import make_reply_token
from tests.services.intake.conftest import SUPPORT, Office
from tests.services.intake.test_intake_flow import (
    bounce_box,
    known_to_notify,
    letter,
    outcome,
    report,
    routed,
)
from tests.services.notify.hearing import hear

SARA, EVE = "sara@client.example", "eve@evil.example"
SERVER = "mx.desk.example"
PROOFS = {
    "pass": "dmarc=pass header.from={domain}",
    "weak": "spf=pass smtp.mailfrom={domain}",
    "fail": "dmarc=fail",
    "none": "dmarc=none",
}


async def arrive(
    office: Office,
    *lines: str,
    sender: str = SARA,
    auth: str = "none",
    to: str = SUPPORT,
    **more: str,
) -> dict[str, Any]:
    """A mail that a server of ours has looked at."""
    proof = PROOFS[auth].format(domain=sender.rpartition("@")[2])
    raw = letter(f"Authentication-Results: {SERVER}; {proof}", *lines, sender=sender, **more)
    return await take(office, raw, sender, to)


async def take(office: Office, raw: bytes, sender: str, to: str = SUPPORT) -> dict[str, Any]:
    async with office.context.tx() as tx:
        mail_id = await accept.accept(tx, raw, Envelope(sender, (to,), server=SERVER), "http")
    return await office.settled(mail_id)


def reply_box(office: Office, number: int, address: str = SARA, *, internal: bool = False) -> str:
    key = secrets.reply_keys(office.context)[0]
    return f"support+r{make_reply_token(key, number, address, internal=internal)}@localhost"


@pytest.mark.parametrize(
    ("sign", "sender", "auth", "told"),
    [
        ("token", SARA, "none", ("routed", "reply")),
        ("token", SARA, "fail", ("held", "held")),
        ("token", EVE, "pass", ("held", "held")),
        ("token", "colleague@client.example", "pass", ("held", "held")),
        ("tag", SARA, "pass", ("routed", "reply")),
        ("tag", SARA, "weak", ("routed", "reply")),
        ("tag", SARA, "none", ("held", "held")),
        ("tag", SARA, "fail", ("held", "held")),
        ("tag", EVE, "pass", ("routed", "new")),
        ("none", EVE, "none", ("routed", "new")),
        ("none", EVE, "fail", ("routed", "new")),
    ],
)
async def test_the_table_holds_from_door_to_decision(
    office: Office, sign: str, sender: str, auth: str, told: tuple[str, str]
) -> None:
    ticket = await office.ticket(SARA)
    to = reply_box(office, ticket.number) if sign == "token" else SUPPORT
    subject = f"Re: [SND-{ticket.number}] x" if sign == "tag" else "Help"
    seen = await arrive(office, sender=sender, auth=auth, to=to, subject=subject)
    assert (seen["sender_auth"], *outcome(seen)[:2]) == (auth, *told)
    if told[1] == "new":
        data = await routed(office, seen)
        assert data["acknowledge"] is (auth != "fail")
        assert data["unverified"] is (auth == "fail")
        related = str(ticket.ticket_id) if sign == "tag" else None
        assert (data["ticket_id"], data["related_ticket_id"]) == (None, related)
    elif told[1] == "reply":
        assert (await routed(office, seen))["may_reopen"] is True


async def test_a_stripped_or_foreign_token_is_no_key(office: Office) -> None:
    ticket = await office.ticket(SARA)
    box = reply_box(office, ticket.number)
    stripped = box.replace(box[9:40], box[9:30])
    assert outcome(await arrive(office, to=stripped, auth="none"))[:2] == ("routed", "new")
    foreign = reply_box(office, ticket.number, "ali@client.example")
    assert outcome(await arrive(office, sender=EVE, to=foreign))[:2] == ("held", "held")


@pytest.mark.parametrize(
    ("auth", "told"),
    [("pass", "routed"), ("weak", "routed"), ("none", "held"), ("fail", "held")],
)
async def test_one_persons_token_lets_nobody_speak_as_another(
    office: Office, auth: str, told: str
) -> None:
    ticket = await office.ticket(SARA)
    sams = reply_box(office, ticket.number, "sam@client.example")
    assert (await arrive(office, sender=SARA, auth=auth, to=sams))["state"] == told


async def let_in(office: Office, mail: dict[str, Any], ticket_id: UUID) -> dict[str, Any]:
    await office.http.post(f"/v1/intake/mails/{mail['id']}/release")
    data = await routed(office, await office.settled(mail["id"]))
    async with office.context.tx() as tx:
        await threads.applied(tx, UUID(mail["id"]), ticket_id)
    return data


async def test_a_stranger_whom_a_person_lets_in_once_is_a_stranger_again(office: Office) -> None:
    ticket = await office.ticket(SARA)
    box = reply_box(office, ticket.number)
    copied = "Cc: Ali <ali@client.example>"
    first = await arrive(office, copied, sender=EVE, auth="pass", to=box)
    data = await let_in(office, first, ticket.ticket_id)
    assert (data["decision"], data["once"], data["participant_ids"]) == ("reply", True, [])
    again = await arrive(office, sender=EVE, auth="pass", to=box)
    assert (again["state"], again["reasons"]) == ("held", ["sender_not_on_ticket"])
    own = await arrive(office, auth="none", to=box)
    assert (await routed(office, own))["once"] is False


async def staff(office: Office) -> str:
    return str(office.context.settings.admin_email)


@pytest.mark.parametrize(
    ("auth", "own", "told"),
    [("none", True, "held"), ("pass", False, "held"), ("pass", True, "routed")],
)
async def test_staff_acts_by_mail_only_proven_and_with_a_token_of_their_own(
    office: Office, auth: str, *, own: bool, told: str
) -> None:
    agent = await staff(office)
    ticket = await office.ticket(SARA)
    if not own:
        async with office.context.tx() as tx:
            await threads.spoke(tx, ticket.ticket_id, agent)
    box = reply_box(office, ticket.number, agent if own else SARA)
    seen = await arrive(office, sender=agent, auth=auth, to=box)
    assert seen["state"] == told
    assert ("staff_not_proven" in seen["reasons"]) is (told == "held")
    opened = await arrive(office, sender=agent, auth="none")
    assert (opened["decision"], opened["reasons"]) == ("new", ["staff_not_proven"])


async def test_an_answer_to_an_internal_mail_stays_internal(office: Office) -> None:
    ticket = await office.ticket(SARA)
    vendor = "help@vendor.example"
    box = reply_box(office, ticket.number, vendor, internal=True)
    seen = await arrive(office, sender=vendor, to=box)
    data = await routed(office, seen)
    assert (data["decision"], data["public"], data["may_reopen"]) == ("reply", False, False)
    assert "internal_thread" in seen["reasons"]
    assert (await routed(office, await arrive(office, to=reply_box(office, ticket.number))))[
        "public"
    ]


async def test_a_proven_colleague_forwards_for_the_customer_and_nobody_else_does(
    office: Office,
) -> None:
    agent = await staff(office)
    body = (
        "@عميل\r\n\r\nمن: Sara <sara@client.example>\r\nالموضوع: x\r\n\r\nIt is down " + uuid4().hex
    )
    kind = "Content-Type: text/plain; charset=utf-8"
    subject = "=?utf-8?b?2KXYudin2K/YqSDYqtmI2KzZitmHOiB4?="
    seen = await arrive(office, kind, sender=agent, auth="pass", subject=subject, body=body)
    data = await routed(office, seen)
    sara = await people.People(office.context).resolve(Address(SARA), "ar")
    assert sara is not None
    assert data["requester_id"] == str(sara.id)
    assert data["forwarded_by"] not in {None, str(sara.id)}
    assert "forwarded" in seen["reasons"]
    for sender, auth in ((agent, "none"), (EVE, "pass")):
        other = await arrive(
            office, kind, sender=sender, auth=auth, subject=subject, body=body + uuid4().hex
        )
        told = await routed(office, other)
        assert (told["forwarded_by"], told["requester_id"] == str(sara.id)) == (None, False)


async def test_others_in_copy_take_part_only_where_that_is_safe(office: Office) -> None:
    copied = f"Cc: Ali <ali@client.example>, {SUPPORT}, ALI@client.example, x@other.example"
    proven = await arrive(office, copied, auth="pass")
    data = await routed(office, proven)
    assert (len(data["participant_ids"]), data["proposed"]) == (2, 0)
    doubtful = await routed(office, await arrive(office, copied, auth="none"))
    assert (doubtful["participant_ids"], doubtful["proposed"]) == ([], 2)
    ticket = await office.ticket(SARA)
    later = await arrive(office, copied, auth="pass", to=reply_box(office, ticket.number))
    answered = await routed(office, later)
    assert (answered["participant_ids"], answered["proposed"]) == ([], 2)
    many = "Cc: " + ", ".join(f"p{number}@other.example" for number in range(40))
    crowd = await routed(office, await arrive(office, many, auth="none"))
    assert crowd["proposed"] <= 20


async def test_a_mail_is_its_tickets_departments_and_moves_with_it(office: Office) -> None:
    ticket, home, next_home = await office.ticket(SARA), uuid7(), uuid7()
    async with office.context.tx() as tx:
        for department in (home, next_home):
            await mailboxes.put(tx, department, None, is_default=False)
        await threads.moved(tx, ticket.ticket_id, home)
    held = await arrive(office, sender=EVE, to=reply_box(office, ticket.number))
    assert (held["state"], held["department_id"]) == ("held", str(home))
    async with office.context.tx() as tx:
        await threads.moved(tx, ticket.ticket_id, next_home)
    assert (await office.see(held["id"]))["department_id"] == str(next_home)
    related = await arrive(office, sender=EVE, subject=f"[SND-{ticket.number}]")
    assert related["department_id"] != str(next_home)


async def test_a_copied_message_id_neither_steals_a_thread_nor_hides(office: Office) -> None:
    ids = f"<{uuid4().hex}@client.example>"
    mine, theirs = await office.ticket(SARA), await office.ticket(EVE)
    for sender, ticket in ((SARA, mine), (EVE, theirs)):
        raw = letter(sender=sender).split(b"Message-ID: ")
        rest = raw[1].partition(b"\r\n")[2]
        seen = await take(office, raw[0] + f"Message-ID: {ids}\r\n".encode() + rest, sender)
        assert ("message_id_reused" in seen["reasons"]) is (sender == EVE)
        async with office.context.tx() as tx:
            await threads.applied(tx, UUID(seen["id"]), ticket.ticket_id)
    answer = await arrive(office, f"In-Reply-To: {ids}", auth="pass")
    assert outcome(answer) == ("routed", "reply", "stored_id")
    assert answer["ticket_id"] == str(mine.ticket_id)


async def test_only_what_reports_a_delivery_is_a_bounce(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    human = await arrive(office, sender="postmaster@client.example", body="Our server is down")
    assert (human["class"], human["decision"]) == ("human", "new")
    ticket, delivery = await office.ticket(SARA), uuid4()
    ours = f"<s.{office.token(ticket.number, SARA)}.{delivery}@localhost>"
    known_to_notify(monkeypatch, {delivery: ticket.ticket_id})
    back = bounce_box(office, delivery)
    free = letter(
        sender="MAILER-DAEMON@mx.example",
        subject="Undelivered Mail Returned to Sender",
        body=f"550 5.1.1 no such user\r\n\r\nMessage-ID: {ours}\r\n{uuid4()}",
    )
    seen = await take(office, free, "<>", back)
    assert (seen["class"], seen["decision"]) == ("bounce", "note")
    bounced = next(f for f in await office.facts(seen["id"]) if f["type"] == "mail.bounced.v1")
    assert (bounced["data"]["delivery_id"], bounced["data"]["status"]) == (str(delivery), "5.1.1")
    full = await take(office, report(ours, "5.2.2"), "<>", back)
    late = next(f for f in await office.facts(full["id"]) if f["type"] == "mail.bounced.v1")
    assert (late["data"]["permanent"], late["data"]["status"]) == (True, "5.2.2")


@pytest.mark.parametrize(
    ("subject", "mail_class"),
    [
        ("Out of office: back on Sunday", "auto_reply"),
        ("رد تلقائي: خارج المكتب", "auto_reply"),
        ("في إجازة", "auto_reply"),
        ("إجازة سنوية - طلب جديد", "human"),
        ("Vacation request for Sara", "human"),
        ("Re: Automatic reply: thanks", "human"),
    ],
)
async def test_a_robots_subject_needs_a_thread_and_a_persons_does_not_look_like_one(
    office: Office, subject: str, mail_class: str
) -> None:
    raw = letter("In-Reply-To: <a@b>", subject=subject)
    assert (await take(office, raw, SARA))["class"] == mail_class
    assert (await take(office, letter(subject=subject), SARA))["class"] == "human"


async def test_whom_staff_let_in_may_answer(office: Office) -> None:
    """By the address that the gateway knows; before, the same mail opens a ticket of its own."""
    guest = f"{uuid4().hex}@guest.example"
    ticket = await office.ticket(SARA)
    subject = f"[SND-{ticket.number}]"
    stranger = await arrive(office, sender=guest, subject=subject, auth="pass")
    assert outcome(stranger) == ("routed", "new", "subject_tag")
    path, body = "/internal/people/resolve", {"address": guest}
    person = await office.context.peers.post("gateway", path, json=body)
    fact = TicketParticipantAdded(
        ticket_id=ticket.ticket_id,
        organization_id=ticket.organization_id,
        at=office.context.clock.now(),
        person_id=person["user_id"],
    )
    await hear(consumers, office.context, fact)
    seen = await arrive(office, sender=guest, subject=f"Re: {subject}", auth="pass")
    assert outcome(seen) == ("routed", "reply", "subject_tag")
