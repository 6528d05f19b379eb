"""After a solution: reopened and closed by mail; and breaches for which no rung calls anybody."""

from datetime import timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from services.notify.domain.ladders import calls_at_once
from services.notify.usecases.rendering import Reader
from shared.events.base import render_instant
from shared.events.sla import LadderStep, SlaBreached
from shared.events.ticket import TicketAssigned, TicketClosed, TicketReopened
from shared.events.timer import Delay
from shared.vocabulary import (
    DEFAULT_DEPARTMENT,
    AuthorKind,
    Direction,
    Locale,
    Metric,
    Priority,
    Role,
)
from tests.contexts import Travel
from tests.services.notify.desk import Desk
from tests.services.notify.test_notify_mails import SARA, html_of, text_of

OMAR = "omar@customer.example"
LATER = Delay(seconds=3600)


def reopened(desk: Desk, ticket: UUID, cause: str, actor: UUID | None = None) -> TicketReopened:
    return TicketReopened(
        ticket_id=ticket,
        organization_id=desk.organization,
        at=desk.now,
        reopen_count=1,
        cause=cast("Any", cause),
        actor_id=actor,
    )


def closed(desk: Desk, ticket: UUID, actor: UUID | None = None) -> TicketClosed:
    return TicketClosed(
        ticket_id=ticket,
        organization_id=desk.organization,
        at=desk.now,
        actor_id=actor,
        cause="staff" if actor else "timer",
    )


async def two(desk: Desk) -> tuple[UUID, UUID, UUID]:
    """A ticket of Sara's in which Omar takes part, who reads English."""
    sara, omar = await desk.person(SARA), await desk.person(OMAR, locale="en")
    return sara, omar, desk.colleagues.add_ticket(sara, participants=[str(omar)])


async def test_nobody_is_written_to_because_spam_is_told_as_closed(desk: Desk) -> None:
    _, _, ticket = await two(desk)
    await desk.hear(closed(desk, ticket).model_copy(update={"outside": True}))
    assert await desk.deliveries(ticket) == []


async def test_a_mail_that_reopens_is_answered_and_says_that_work_goes_on(desk: Desk) -> None:
    sara, _, ticket = await two(desk)
    desk.colleagues.threads[str(ticket)] = ["<again@customer.example>"]
    await desk.hear(reopened(desk, ticket, "mail", sara))
    letter = await desk.letter(SARA)
    assert str(letter.message["Subject"]) == "[SND-1042] أعدنا فتح تذكرتك"
    assert letter.message["Auto-Submitted"] == "auto-replied"
    assert letter.message["In-Reply-To"] == "<again@customer.example>"
    assert letter.message["Reply-To"].startswith("support+r")
    english = await desk.letter(OMAR)
    assert "is open again" in text_of(english)
    assert "no need for a new request" in html_of(english)


async def test_who_was_let_in_with_one_mail_follows_nothing(desk: Desk) -> None:
    sara = await desk.person(SARA)
    ticket, stranger = desk.colleagues.add_ticket(sara), await desk.person(OMAR)
    await desk.hear(desk.opened(sara, ticket))
    spoken = {"direction": Direction.INBOUND, "author_kind": AuthorKind.CUSTOMER}
    for once, follows in ((True, []), (False, [stranger])):
        fact = desk.spoken(ticket, uuid4(), author_id=stranger, once=once, **spoken)
        await desk.hear(fact)
        async with desk.context.tx() as tx:
            told = await tx.scalar(
                "select participants from notify.ticket where ticket_id = :id", {"id": ticket}
            )
        assert told == follows


async def test_who_reopens_by_hand_needs_no_mail_about_it(desk: Desk) -> None:
    sara, _, ticket = await two(desk)
    await desk.hear(reopened(desk, ticket, "portal", sara))
    assert await desk.letters(SARA) == []
    assert len(await desk.letters(OMAR)) == 1


async def test_a_score_that_reopens_is_answered_by_a_mail_to_its_giver(desk: Desk) -> None:
    sara = await desk.person(SARA)
    ticket = desk.colleagues.add_ticket(sara)
    await desk.hear(reopened(desk, ticket, "feedback", sara))
    assert "SND-1042" in str((await desk.letter(SARA)).message["Subject"])


async def test_the_assignee_finds_a_reopened_ticket_in_the_inbox(desk: Desk) -> None:
    sara, _, ticket = await two(desk)
    agent = await desk.person("agent@desk.example", Role.AGENT)
    desk.colleagues.tickets[str(ticket)]["assignee_id"] = str(agent)
    await desk.hear(reopened(desk, ticket, "mail", sara))
    async with desk.context.tx() as tx:
        rows = await tx.rows("select kind from notify.notice where user_id = :id", {"id": agent})
    assert [row["kind"] for row in rows] == ["reopened"]
    assert await desk.letters("agent@desk.example") == []


async def test_a_robot_that_reopens_for_ever_is_answered_ten_times_in_three_hours(
    desk: Desk, travel: Travel
) -> None:
    sara = await desk.person(SARA)
    for number in range(30):
        ticket = desk.colleagues.add_ticket(sara, number=number + 1, subject=f"subject {number}")
        await desk.hear(reopened(desk, ticket, "mail", sara))
        travel(60.0 * number)
        await desk.work()
    travel(0)
    assert len(desk.mailbox.to(SARA)) == 10
    reasons = {row["reason"] for row in await desk.deliveries() if row["state"] == "suppressed"}
    assert reasons == {"too_many"}


async def test_acknowledged_and_reopened_within_ten_minutes_are_two_things(desk: Desk) -> None:
    sara, _, ticket = await two(desk)
    await desk.hear(desk.promised(ticket))
    await desk.hear(desk.opened(sara, ticket))
    assert len(await desk.letters(SARA)) == 1
    await desk.hear(reopened(desk, ticket, "mail", sara))
    assert len(await desk.letters(SARA)) == 2
    await desk.hear(reopened(desk, ticket, "mail", sara))
    assert len(await desk.letters(SARA)) == 2, "the same again so soon is a robot's"


async def test_who_closes_a_ticket_is_not_told_of_it(desk: Desk) -> None:
    _, omar, ticket = await two(desk)
    await desk.hear(closed(desk, ticket))
    letter = await desk.letter(SARA)
    assert letter.message["Auto-Submitted"] == "auto-generated"
    assert len(await desk.letters(OMAR)) == 1
    await desk.hear(closed(desk, ticket, omar))
    assert len(await desk.letters(OMAR)) == 1, "who closed it knows"


async def test_what_was_solved_and_closed_early_is_reopened_by_a_reply_until_then(
    desk: Desk,
) -> None:
    _, _, ticket = await two(desk)
    until = desk.now + timedelta(hours=1)
    desk.colleagues.tickets[str(ticket)]["reopen_until"] = render_instant(until)
    await desk.hear(closed(desk, ticket, uuid4()))
    arabic, english = await desk.letter(SARA), await desk.letter(OMAR)
    for told in (text_of(arabic), html_of(arabic)):
        assert "نعيد فتح هذه التذكرة إن وصل ردك قبل" in told
        assert "نفتح لك تذكرة جديدة" not in told
    assert f"قبل \u2068{Reader(Locale.AR, 'Asia/Riyadh').instant(until)}\u2069" in text_of(arabic)
    for told in (text_of(english), html_of(english)):
        assert "we reopen this ticket if your reply arrives by" in told
        assert "your reply opens a new ticket" not in told


@pytest.mark.parametrize("solved", [False, True])
async def test_what_has_no_window_promises_none_and_names_the_way_on(
    desk: Desk, *, solved: bool
) -> None:
    """Closed by hand without a resolution, or by the clock when its window was over."""
    _, _, ticket = await two(desk)
    over = render_instant(desk.now - timedelta(milliseconds=1))
    desk.colleagues.tickets[str(ticket)]["reopen_until"] = over if solved else None
    await desk.hear(closed(desk, ticket, None if solved else uuid4()))
    arabic, english = await desk.letter(SARA), await desk.letter(OMAR)
    for told in (text_of(arabic), html_of(arabic)):
        assert "نفتح لك تذكرة جديدة مرتبطة بهذه التذكرة" in told
        assert "نعيد فتح" not in told
        assert "مهلة" not in told
    for told in (text_of(english), html_of(english)):
        assert "your reply opens a new ticket that is linked to this one" in told
        assert "reopen" not in told


@pytest.mark.parametrize("kind", ["automatic", "acknowledge"])
async def test_what_was_not_acknowledged_is_not_told_of_its_end(desk: Desk, kind: str) -> None:
    sara = await desk.person(SARA)
    ticket = desk.colleagues.add_ticket(sara)
    await desk.hear(desk.opened(sara, ticket, **{kind: kind == "automatic"}))
    await desk.hear(closed(desk, ticket))
    await desk.hear(reopened(desk, ticket, "mail", sara))
    assert await desk.letters(SARA) == []
    reasons = {(row["kind"], row["reason"]) for row in await desk.deliveries(ticket)}
    assert {("closed", "not_wanted"), ("reopened", "not_wanted")} < reasons


@pytest.mark.parametrize("address", ["no-reply@shop.example", "support@desk.example"])
async def test_the_end_is_not_told_where_nobody_reads(desk: Desk, address: str) -> None:
    ticket = desk.colleagues.add_ticket(await desk.person(address))
    await desk.hear(closed(desk, ticket))
    assert await desk.letters(address) == []


async def test_what_one_does_not_want_to_hear_stays_away(desk: Desk) -> None:
    sara, _, ticket = await two(desk)
    async with desk.context.tx() as tx:
        await tx.execute(
            "insert into notify.preference values (:id, :id, 'latin', '{closed}', now())",
            {"id": sara},
        )
    await desk.hear(closed(desk, ticket))
    assert await desk.letters(SARA) == []


def step(after: Delay | str = "breach", **more: Any) -> LadderStep:
    values = {"metric": Metric.RESOLUTION, "level": 1, "to": Role.MANAGER, "action": ("notify",)}
    return LadderStep(**{**values, "after": after, **more})


@pytest.mark.parametrize(
    ("ladder", "called"),
    [
        ([], False),
        ([step()], True),
        ([step(LATER)], False),
        ([step(LATER), step()], True),
        ([step(metric=Metric.FIRST_RESPONSE)], False),
        ([step(priorities=(Priority.P1,))], False),
        ([step(priorities=(Priority.P1, Priority.P3))], True),
    ],
)
def test_only_a_rung_at_the_breach_calls_somebody_now(
    ladder: list[LadderStep], called: bool
) -> None:
    assert calls_at_once(ladder, Metric.RESOLUTION, Priority.P3) is called


def breached(desk: Desk, ticket: UUID, *ladder: LadderStep) -> SlaBreached:
    return SlaBreached(
        ticket_id=ticket,
        organization_id=desk.organization,
        at=desk.now,
        metric=Metric.RESOLUTION,
        cycle=1,
        due_at=desk.now,
        breached_at=desk.now,
        fired_at=desk.now,
        cause="elapsed",
        priority=Priority.P3,
        department_id=DEFAULT_DEPARTMENT,
        policy_id=uuid4(),
        policy_version=1,
        ladder=ladder,
    )


async def test_a_breach_that_a_rung_answers_is_the_ladders_to_tell(desk: Desk) -> None:
    await desk.person("admin@desk.example", Role.ADMIN)
    _, _, ticket = await two(desk)
    await desk.hear(breached(desk, ticket, step()))
    assert await desk.deliveries(ticket) == []


async def test_a_breach_without_a_rung_is_told_to_the_assignee_with_its_figures(
    desk: Desk,
) -> None:
    agent = await desk.person("agent@desk.example", Role.AGENT)
    sara = await desk.person(SARA)
    ticket = desk.colleagues.add_ticket(sara)
    await desk.hear(desk.opened(sara, ticket, acknowledge=False))
    await desk.hear(
        TicketAssigned(
            ticket_id=ticket,
            organization_id=desk.organization,
            at=desk.now,
            assignee_id=agent,
            actor_id=agent,
        )
    )
    fact = breached(desk, ticket, step(LATER))
    desk.colleagues.explain(ticket, "resolution", fact.due_at)
    await desk.hear(fact)
    letter = await desk.letter("agent@desk.example")
    assert str(letter.message["Subject"]) == "[SND-1042] فات موعد الحل"
    assert "20 رمضان 1447 هـ" in text_of(letter)
    assert "لم تُسند" not in text_of(letter)
    assert letter.message["Reply-To"].startswith("support+r")
    async with desk.context.tx() as tx:
        rows = await tx.rows("select kind from notify.notice where user_id = :id", {"id": agent})
    assert [row["kind"] for row in rows] == ["breach"]


async def test_without_an_assignee_the_department_is_told_and_without_it_the_house(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = await desk.person("admin@desk.example", Role.ADMIN, locale="en")
    _, _, ticket = await two(desk)
    await desk.hear(breached(desk, ticket))
    letter = await desk.letter("admin@desk.example")
    assert "Nobody is assigned" in text_of(letter)
    boss = await desk.person("boss@desk.example", Role.SUPERVISOR)
    known = desk.colleagues.department()
    led = {**known, "supervisor": str(boss), "manager": str(boss)}
    monkeypatch.setattr(desk.colleagues, "department", lambda: led)
    await desk.hear(breached(desk, ticket))
    assert "لم تُسند التذكرة إلى أحد" in text_of(await desk.letter("boss@desk.example"))
    assert len(desk.mailbox.to("admin@desk.example")) == 1, f"{admin} is not bothered"
