"""From facts to mails in a mailbox, parsed back with the standard library, in both languages."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.events.escalation import EscalationRaised, EscalationSkipped
from shared.events.mail import MailBounced, MailRouted
from shared.events.sla import SlaPauseOverdue, SlaWarning
from shared.events.ticket import TicketAssigned
from shared.tokens import RatingToken, read_bounce_token, read_rating_token, read_reply_token
from shared.vocabulary import Channel, Direction, Locale, MailClass, Metric, Role, SenderAuth
from tests.contexts import Travel
from tests.fakes.mailbox import Letter
from tests.services.notify.desk import Desk

SARA = "sara@customer.example"


def text_of(letter: Letter) -> str:
    body = letter.message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def html_of(letter: Letter) -> str:
    body = letter.message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


async def open_ticket(desk: Desk, locale: str = "ar", **more: object) -> tuple[UUID, UUID]:
    sara = await desk.person(SARA, locale=locale)
    ticket = desk.colleagues.add_ticket(sara)
    await desk.hear(desk.opened(sara, ticket, **more))
    return sara, ticket


@pytest.mark.parametrize(
    ("locale", "direction", "words"),
    [("ar", "rtl", "استلمنا طلبك"), ("en", "ltr", "We have received your request")],
)
async def test_the_acknowledgement_names_number_and_promise_in_the_readers_language(
    desk: Desk, locale: str, direction: str, words: str
) -> None:
    eight = datetime(2030, 3, 3, 8, tzinfo=UTC)
    _, ticket = await open_ticket(desk, locale)
    desk.colleagues.threads[str(ticket)] = ["<first@customer.example>"]
    assert await desk.letters(SARA) == []
    await desk.hear(desk.promised(ticket, eight))
    letter = await desk.letter(SARA)
    mail = letter.message
    assert str(mail["Subject"]) == f"[SND-1042] {words}"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["In-Reply-To"] == mail["References"] == "<first@customer.example>"
    assert mail["From"].addresses[0].addr_spec == "support@desk.example"
    assert "\u2068SND-1042\u2069" in text_of(letter)
    assert f'dir="{direction}"' in html_of(letter)
    assert f'lang="{locale}"' in html_of(letter)
    assert '<span dir="ltr">SND-1042</span>' in html_of(letter)
    assert "12:00" in text_of(letter)
    assert "15:00" in text_of(letter)
    assert ("Riyadh time" if locale == "en" else "بتوقيت الرياض") in text_of(letter)
    assert "الطابعة" not in text_of(letter) + html_of(letter) + str(mail["Subject"])
    assert "سارة" not in letter.raw.decode()


async def test_tokens_lead_back_to_ticket_person_and_delivery(desk: Desk) -> None:
    _, ticket = await open_ticket(desk)
    await desk.hear(desk.promised(ticket))
    letter = await desk.letter(SARA)
    key = desk.context.keys.derive("reply-token")
    match = re.fullmatch(
        r"<s\.([a-z2-7]{32})\.([0-9a-f-]{36})@desk\.example>", letter.message["Message-ID"]
    )
    assert match
    token = read_reply_token((key,), match[1])
    assert token is not None
    assert token.number == 1042
    assert token.bound_to(key, SARA.upper())
    assert letter.message["Reply-To"] == f"support+r{match[1]}@desk.example"
    (row,) = await desk.deliveries(ticket)
    assert str(row["id"]) == match[2]
    bounce = desk.context.keys.derive("bounce-token")
    returned = letter.sender.partition("@")[0].rpartition("+b")[2]
    assert read_bounce_token(bounce, returned) == row["id"]


async def test_without_a_promise_the_acknowledgement_goes_after_two_seconds(
    desk: Desk, travel: Travel
) -> None:
    await open_ticket(desk)
    assert await desk.letters(SARA) == []
    travel(2.1)
    letter = await desk.letter(SARA)
    travel(0)
    assert "بتوقيت" not in text_of(letter)


async def test_a_promise_that_came_first_is_used_at_once(desk: Desk) -> None:
    sara = await desk.person(SARA)
    ticket = desk.colleagues.add_ticket(sara)
    await desk.hear(desk.promised(ticket))
    await desk.hear(desk.opened(sara, ticket))
    assert "بتوقيت الرياض" in text_of(await desk.letter(SARA))


@pytest.mark.parametrize(
    ("more", "reason"),
    [({"acknowledge": False}, "not_wanted"), ({"automatic": True}, "automatic")],
)
async def test_unwanted_acknowledgements_are_recorded_and_never_sent(
    desk: Desk, more: dict[str, Any], reason: str
) -> None:
    _, ticket = await open_ticket(desk, **more)
    await desk.hear(desk.promised(ticket))
    assert await desk.letters(SARA) == []
    (row,) = await desk.deliveries(ticket)
    assert (row["state"], row["reason"]) == ("suppressed", reason)


async def test_a_thousand_forms_naming_one_victim_send_three_mails(desk: Desk) -> None:
    writings = [SARA, SARA.replace("@", "+sale@"), SARA.replace("@", "+more@")]
    victims = [await desk.person(one) for one in writings]
    for number in range(40):
        victim = victims[number % 3]
        ticket = desk.colleagues.add_ticket(victim, number=2000 + number, subject=f"buy {number}")
        await desk.hear(desk.opened(victim, ticket, channel=Channel.FORM, confirm=True))
        await desk.hear(desk.promised(ticket))
        await desk.work()
    letters = [letter for one in writings for letter in desk.mailbox.to(one)]
    assert len(letters) == 3
    assert not any("buy" in text_of(one) + html_of(one) for one in letters)
    silent = [row["reason"] for row in await desk.deliveries() if row["state"] == "suppressed"]
    assert silent == ["too_many"] * 37


async def test_the_same_subject_again_is_not_acknowledged_for_ten_minutes(desk: Desk) -> None:
    sara = await desk.person(SARA)
    for number in (1, 2):
        ticket = desk.colleagues.add_ticket(sara, number=number)
        await desk.hear(desk.opened(sara, ticket))
        await desk.hear(desk.promised(ticket))
        await desk.work()
    assert len(desk.mailbox.to(SARA)) == 1
    assert [row["reason"] for row in await desk.deliveries()] == [None, "repeated"]


@pytest.mark.parametrize("address", ["no-reply@shop.example", "support@desk.example"])
async def test_robots_and_our_own_addresses_are_not_acknowledged(desk: Desk, address: str) -> None:
    person = await desk.person(address)
    ticket = desk.colleagues.add_ticket(person)
    await desk.hear(desk.promised(ticket))
    await desk.hear(desk.opened(person, ticket))
    assert await desk.letters(address) == []


async def test_a_public_reply_reaches_requester_and_participants_once_each(desk: Desk) -> None:
    sara, other = await desk.person(SARA), await desk.person("omar@customer.example", locale="en")
    ticket = desk.colleagues.add_ticket(sara, participants=[str(other), str(sara)])
    message = desk.colleagues.add_message("جرّب الآن <b>\n\nشكراً", *["clean"] * 3)
    await desk.hear(desk.spoken(ticket, message))
    letter = await desk.letter(SARA)
    assert "Auto-Submitted" not in letter.message
    assert letter.message["X-Sanad-Loop"]
    assert "جرّب الآن <b>" in text_of(letter)
    assert "جرّب الآن &lt;b&gt;" in html_of(letter)
    assert "3 ملفات مرفقة" in text_of(letter)
    assert str(letter.message["Subject"]) == "[SND-1042] رد: الطابعة لا تعمل"
    english = await desk.letter("omar@customer.example")
    assert "3 files attached" in text_of(english)


async def test_what_an_agents_mail_program_quoted_goes_to_nobody(desk: Desk) -> None:
    ticket = desk.colleagues.add_ticket(await desk.person(SARA))
    text = "تم الإصلاح.\n\nOn 22 Nov 2026 10:30 Desk <s@x.example> wrote:\n> ملاحظة داخلية"
    await desk.hear(desk.spoken(ticket, desk.colleagues.add_message(text, visible="تم الإصلاح.")))
    letter = await desk.letter(SARA)
    assert "تم الإصلاح." in text_of(letter)
    assert "ملاحظة داخلية" not in text_of(letter) + html_of(letter)


@pytest.mark.parametrize(
    "more",
    [
        {"public": False, "direction": Direction.INTERNAL},
        {"direction": Direction.INBOUND, "author_kind": "customer"},
        {"automatic": True},
        {"author_kind": "system"},
    ],
    ids=str,
)
async def test_only_public_words_of_staff_leave_the_house(
    desk: Desk, more: dict[str, object]
) -> None:
    sara = await desk.person(SARA)
    ticket = desk.colleagues.add_ticket(sara)
    await desk.hear(desk.spoken(ticket, desk.colleagues.add_message("سر"), **more))
    assert await desk.letters(SARA) == []
    assert await desk.deliveries(ticket) == []


async def test_a_hostile_subject_cannot_add_a_header(desk: Desk) -> None:
    sara = await desk.person(SARA)
    subject = "\U0001f600=?utf-8?q?=0D=0ABcc=3A_victim=40example.com?=\r\nBcc: victim@example.com"
    ticket = desk.colleagues.add_ticket(sara, subject=subject)
    evil = "<x@y>\r\nBcc: victim@example.com"
    worded = "<=?utf-8?q?=0D=0AX-Evil5:1?=@b>"
    desk.colleagues.threads[str(ticket)] = [evil, "<fine@customer.example>", worded]
    await desk.hear(desk.spoken(ticket, desk.colleagues.add_message("hi")))
    letter = await desk.letter(SARA)
    assert letter.message["Bcc"] is None
    assert "\nBcc:" not in letter.raw.partition(b"\r\n\r\n")[0].decode()
    assert letter.message["References"] == "<fine@customer.example>"


async def test_replies_follow_the_thread_of_customer_and_desk(desk: Desk) -> None:
    _, ticket = await open_ticket(desk)
    desk.colleagues.threads[str(ticket)] = ["<one@customer.example>"]
    await desk.hear(desk.promised(ticket))
    acknowledgement = await desk.letter(SARA)
    desk.colleagues.threads[str(ticket)].append("<two@customer.example>")
    await desk.hear(desk.spoken(ticket, desk.colleagues.add_message("تم")))
    reply = (await desk.letters(SARA))[-1]
    own = acknowledgement.message["Message-ID"]
    expected = f"<one@customer.example> {own} <two@customer.example>"
    assert reply.message["References"] == expected
    assert reply.message["In-Reply-To"] == "<two@customer.example>"


@pytest.mark.parametrize(("locale", "window"), [("ar", "24 ساعةً"), ("en", "24 hours")])
async def test_the_resolution_says_how_and_until_when_to_reopen(
    desk: Desk, travel: Travel, locale: str, window: str
) -> None:
    sara = await desk.person(SARA, locale=locale)
    ticket = desk.colleagues.add_ticket(sara, status="resolved")
    message = desk.colleagues.add_message("أعدنا تشغيل الخدمة")
    await desk.hear(desk.spoken(ticket, message))
    await desk.hear(desk.resolved(ticket, message))
    letter = await desk.letter(SARA)
    assert "أعدنا تشغيل الخدمة" in text_of(letter)
    assert f"\u2068{window}\u2069" in text_of(letter)
    links = re.findall(r'href="([^"]+)/v1/feedback/([^"]+)"', html_of(letter))
    key = desk.context.keys.derive("feedback-link")
    read = [read_rating_token((key,), token) for _, token in links]
    assert read == [RatingToken(ticket, 2, score) for score in range(1, 6)]
    travel(60)
    assert len(await desk.letters(SARA)) == 1, "its message is not mailed a second time"
    travel(0)
    (sent,) = [one for one in await desk.stated("notify.sent") if one["ticket_id"] == str(ticket)]
    assert (sent["kind"], sent["ticket_id"], sent["reopen_count"]) == (
        "resolution",
        str(ticket),
        2,
    )


async def test_a_reply_on_a_solved_ticket_that_is_not_its_resolution_goes_too(
    desk: Desk, travel: Travel
) -> None:
    sara = await desk.person(SARA)
    ticket = desk.colleagues.add_ticket(sara, status="resolved")
    await desk.hear(desk.spoken(ticket, desk.colleagues.add_message("ملاحظة أخيرة")))
    assert await desk.letters(SARA) == []
    travel(11)
    assert "ملاحظة أخيرة" in text_of(await desk.letter(SARA))
    travel(0)


async def test_the_last_reply_goes_before_the_news_that_the_ticket_is_solved(
    desk: Desk, travel: Travel
) -> None:
    sara = await desk.person(SARA, locale="en")
    ticket = desk.colleagues.add_ticket(sara, status="resolved")
    await desk.hear(desk.spoken(ticket, desk.colleagues.add_message("One last word")))
    await desk.hear(desk.resolved(ticket))
    assert "One last word" in text_of(await desk.letter(SARA))
    travel(3)
    _, last = await desk.letters(SARA)
    assert "24 hours" in text_of(last)
    travel(0)


async def test_escalations_reach_mailbox_and_inbox_of_the_people_named(desk: Desk) -> None:
    boss = await desk.person("boss@desk.example", Role.SUPERVISOR)
    ticket = desk.colleagues.add_ticket(uuid4())
    fact = EscalationRaised(
        ticket_id=ticket,
        organization_id=desk.organization,
        escalation_id=uuid4(),
        at=desk.now,
        metric=Metric.RESOLUTION,
        level=1,
        to_role=Role.SUPERVISOR,
        user_ids=(boss,),
        action=("assign", "notify"),
        assign_to=boss,
        cause="breach",
        due_at=desk.now,
    )
    await desk.hear(fact)
    letter = await desk.letter("boss@desk.example")
    text = text_of(letter)
    assert letter.message["Auto-Submitted"] == "auto-generated"
    for words in ("SND-1042", "مشرف القسم", "الحل", "أُسندت التذكرة إليك"):
        assert words in text
    async with desk.context.tx() as tx:
        notices = await tx.rows("select * from notify.notice where user_id = :id", {"id": boss})
    assert [one["kind"] for one in notices] == ["escalation"]


async def test_administrators_hear_that_nobody_held_a_role(desk: Desk) -> None:
    await desk.person("admin@desk.example", Role.ADMIN, locale="en")
    ticket = desk.colleagues.add_ticket(uuid4())
    common: dict[str, Any] = {
        "ticket_id": ticket,
        "organization_id": desk.organization,
        "at": desk.now,
        "metric": Metric.RESOLUTION,
        "level": 2,
        "to_role": Role.SENIOR_MANAGEMENT,
    }
    await desk.hear(EscalationSkipped(**common, escalation_id=uuid4(), reason="priority"))
    assert await desk.letters("admin@desk.example") == []
    await desk.hear(EscalationSkipped(**common, escalation_id=uuid4(), reason="no_one"))
    assert "senior management" in text_of(await desk.letter("admin@desk.example"))


async def test_assignees_hear_of_assignments_and_of_promises_in_danger(desk: Desk) -> None:
    agent = await desk.person("agent@desk.example", Role.AGENT)
    _, ticket = await open_ticket(desk, acknowledge=False)
    assigned = TicketAssigned(
        ticket_id=ticket, organization_id=desk.organization, at=desk.now, assignee_id=agent
    )
    await desk.hear(assigned.model_copy(update={"actor_id": agent}))
    await desk.hear(assigned.model_copy(update={"cause": "escalation"}))
    assert await desk.letters("agent@desk.example") == []
    await desk.hear(assigned)
    assert "أُسندت إليك" in text_of(await desk.letter("agent@desk.example"))
    warning = SlaWarning(
        ticket_id=ticket,
        organization_id=desk.organization,
        at=desk.now,
        metric=Metric.FIRST_RESPONSE,
        point=0.75,
        due_at=desk.now,
    )
    await desk.hear(warning)
    assert "الرد الأول" in text_of((await desk.letters("agent@desk.example"))[-1])


async def test_assignees_hear_of_a_customer_who_stays_silent(desk: Desk) -> None:
    agent = await desk.person("waits@desk.example", Role.AGENT)
    _, ticket = await open_ticket(desk, acknowledge=False)
    since = datetime(2026, 3, 1, 7, tzinfo=UTC)
    overdue = SlaPauseOverdue(
        ticket_id=ticket,
        organization_id=desk.organization,
        at=desk.now,
        limit="reminder",
        paused_since=since,
        due_at=desk.now,
    )
    await desk.hear(overdue)
    assert await desk.letters("waits@desk.example") == [], "nobody is assigned"
    assigned = TicketAssigned(
        ticket_id=ticket, organization_id=desk.organization, at=desk.now, assignee_id=agent
    )
    await desk.hear(assigned)
    before = len(await desk.letters("waits@desk.example"))
    await desk.hear(overdue.model_copy(update={"limit": "resolve"}))
    assert len(await desk.letters("waits@desk.example")) == before, "resolved: nothing to do"
    await desk.hear(overdue)
    letters = await desk.letters("waits@desk.example")
    assert len(letters) == before + 1
    assert "تنتظر رد العميل منذ" in text_of(letters[-1])
    assert "2026" in text_of(letters[-1])


async def test_an_outage_of_the_others_delays_mails_and_loses_none(
    desk: Desk, travel: Travel
) -> None:
    _, ticket = await open_ticket(desk)
    await desk.hear(desk.promised(ticket))
    desk.colleagues.away = True
    assert await desk.letters(SARA) == []
    (row,) = await desk.deliveries(ticket)
    assert (row["state"], row["attempts"], row["reason"]) == ("pending", 1, "gateway")
    desk.colleagues.away = False
    travel(3)
    await desk.letter(SARA)
    travel(0)


async def test_a_ticket_that_is_gone_silences_its_mails(desk: Desk) -> None:
    _, ticket = await open_ticket(desk)
    del desk.colleagues.tickets[str(ticket)]
    await desk.hear(desk.promised(ticket))
    await desk.work()
    (row,) = await desk.deliveries(ticket)
    assert (row["state"], row["reason"]) == ("suppressed", "gone")


async def test_a_dead_address_is_not_acknowledged_again(desk: Desk) -> None:
    sara, ticket = await open_ticket(desk)
    await desk.hear(desk.promised(ticket))
    await desk.letter(SARA)
    (row,) = await desk.deliveries(ticket)
    bounced = MailBounced(
        mail_id=uuid4(), at=desk.now, delivery_id=row["id"], permanent=True, status="5.1.1"
    )
    await desk.hear(bounced)
    assert (await desk.deliveries(ticket))[0]["state"] == "bounced"
    assert (await desk.stated("notify.bounced"))[0]["delivery_id"] == str(row["id"])
    second = desk.colleagues.add_ticket(sara, number=7, subject="other")
    await desk.hear(desk.promised(second))
    await desk.hear(desk.opened(sara, second))
    await desk.work()
    assert (await desk.deliveries(second))[0]["reason"] == "bounced"
    for mail_class in (MailClass.AUTO_REPLY, MailClass.HUMAN):
        await desk.hear(
            MailRouted(
                mail_id=uuid4(),
                at=desk.now,
                decision="new",
                mail_class=mail_class,
                sender_auth=SenderAuth.NONE,
                received_at=desk.now,
                department_id=uuid4(),
                organization_id=uuid4(),
                requester_id=sara,
                locale=Locale.AR,
                may_reopen=False,
                acknowledge=True,
            )
        )
        third = desk.colleagues.add_ticket(sara, number=8, subject=mail_class.value)
        await desk.hear(desk.promised(third))
        await desk.hear(desk.opened(sara, third))
        await desk.work()
        living = mail_class is MailClass.HUMAN
        assert (await desk.deliveries(third))[0]["reason"] == (None if living else "bounced")


@pytest.mark.parametrize(
    ("permanent", "status", "state", "again"),
    [
        (True, "5.2.2", "bounced", "sent"),
        (True, "", "bounced", "sent"),
        (False, "4.4.1", "sent", "sent"),
    ],
)
async def test_only_an_address_that_does_not_exist_is_given_up(
    desk: Desk, status: str, state: str, again: str, *, permanent: bool
) -> None:
    agent = await desk.person("agent@desk.example", Role.AGENT)
    sara, ticket = await open_ticket(desk, assignee_id=agent)
    await desk.hear(desk.promised(ticket))
    await desk.letter(SARA)
    (row,) = await desk.deliveries(ticket)
    fact = MailBounced(
        mail_id=uuid4(), at=desk.now, delivery_id=row["id"], permanent=permanent, status=status
    )
    for _ in range(2):
        await desk.hear(fact)
    assert (await desk.deliveries(ticket))[0]["state"] == state
    async with desk.context.tx() as tx:
        notices = await tx.rows(
            "select kind from notify.notice where user_id = :id and ticket_id = :ticket",
            {"id": agent, "ticket": ticket},
        )
    assert [one["kind"] for one in notices] == (["bounced"] if permanent else [])
    second = desk.colleagues.add_ticket(sara, number=7, subject="other")
    await desk.hear(desk.promised(second))
    await desk.hear(desk.opened(sara, second))
    await desk.work()
    assert (await desk.deliveries(second))[0]["state"] == again


async def test_an_acknowledgement_that_stays_unsaid_is_stated(desk: Desk) -> None:
    sara = await desk.person("no-reply@customer.example")
    ticket = desk.colleagues.add_ticket(sara)
    await desk.hear(desk.opened(sara, ticket))
    await desk.hear(desk.promised(ticket))
    await desk.work()
    (told,) = [
        one for one in await desk.stated("notify.suppressed") if one["ticket_id"] == str(ticket)
    ]
    assert (told["kind"], told["reason"]) == ("acknowledgement", "no_reply")


async def test_mails_within_the_house_ask_for_answers_within_the_house(desk: Desk) -> None:
    agent = await desk.person("agent@desk.example", Role.AGENT)
    sara, ticket = await open_ticket(desk)
    await desk.hear(desk.promised(ticket))
    values: dict[str, Any] = {"ticket_id": ticket, "at": desk.now}
    values["organization_id"] = desk.organization
    await desk.hear(TicketAssigned(**values, assignee_id=agent, actor_id=sara, cause="manual"))
    key = desk.context.keys.derive("reply-token")
    for address, internal in ((SARA, False), ("agent@desk.example", True)):
        box = str((await desk.letter(address)).message["Reply-To"])
        token = read_reply_token((key,), box.partition("+r")[2].partition("@")[0])
        assert token is not None
        assert (token.internal, token.bound_to(key, address)) == (internal, True)


async def test_no_text_of_a_mail_lies_open_in_the_database(desk: Desk) -> None:
    sara = await desk.person(SARA)
    ticket = desk.colleagues.add_ticket(sara)
    await desk.hear(desk.spoken(ticket, desk.colleagues.add_message("كلمة سرية جداً")))
    await desk.letter(SARA)
    row = str((await desk.deliveries(ticket))[0])
    assert "سرية" not in row
    assert SARA not in row


async def test_the_same_fact_twice_sends_one_mail(desk: Desk) -> None:
    from services.notify.consumers import consumers
    from tests.services.notify.hearing import hear_event

    sara = await desk.person(SARA)
    ticket = desk.colleagues.add_ticket(sara)
    event = await desk.hear(desk.spoken(ticket, desk.colleagues.add_message("مرة")))
    await hear_event(consumers, desk.context, event)
    await desk.letter(SARA)
