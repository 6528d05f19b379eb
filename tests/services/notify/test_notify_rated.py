"""A low score reaches whoever is in charge; an acknowledgement never follows the solution."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notify.usecases import hand_over, mail_turn, prepare_mails, still_wanted
from services.notify.usecases.reading import worded
from shared.events.ticket import TicketAssigned, TicketFeedbackGiven, TicketFollowed
from shared.vocabulary import Channel, Locale, Role, Status
from tests.services.notify.desk import Desk
from tests.services.notify.test_notify_following import closed
from tests.services.notify.test_notify_mails import SARA
from tests.services.notify.test_notify_watching import moved


async def opened(desk: Desk, **more: Any) -> tuple[UUID, UUID]:
    sara = await desk.person(SARA)
    ticket = desk.colleagues.add_ticket(sara)
    await desk.hear(desk.opened(sara, ticket, **more))
    return sara, ticket


def rated(desk: Desk, ticket: UUID, score: int) -> TicketFeedbackGiven:
    place: dict[str, Any] = {"ticket_id": ticket, "organization_id": desk.organization}
    return TicketFeedbackGiven(**place, at=desk.now, score=score)


async def inbox(desk: Desk, person: UUID) -> list[dict[str, Any]]:
    async with desk.context.tx() as tx:
        rows = await tx.rows(
            "select n.*, t.number from notify.notice n left join notify.ticket t"
            " using (ticket_id) where n.user_id = :id and n.kind = 'rated' order by n.id",
            {"id": person},
        )
    return [dict(row) for row in rows]


async def test_the_assignee_and_who_watches_read_the_score_and_where_the_words_are(
    desk: Desk,
) -> None:
    _, ticket = await opened(desk)
    agent = await desk.person("agent@desk.example", Role.AGENT)
    watcher = await desk.person("watcher@desk.example", Role.AGENT)
    place: dict[str, Any] = {
        "ticket_id": ticket,
        "organization_id": desk.organization,
        "at": desk.now,
    }
    await desk.hear(TicketAssigned(**place, assignee_id=agent))
    await desk.hear(TicketFollowed(**place, person_ids=(watcher, agent)))
    for score in (3, 5, 2):
        await desk.hear(rated(desk, ticket, score))
    for person in (agent, watcher):
        [row] = await inbox(desk, person)
        assert row["facts"] == {"score": 2, "comment_url": f"/v1/tickets/{ticket}/feedback"}
        titles = [worded(row, one)["title"] for one in (Locale.AR, Locale.EN)]
        assert [title.replace("\u2068", "").replace("\u2069", "") for title in titles] == [
            "قُيّم حل التذكرة SND-1042: 2 من 5",
            "The resolution of ticket SND-1042 was rated 2 of 5",
        ]


async def test_a_low_score_on_a_ticket_that_nobody_holds_reaches_its_supervisor(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ticket = await opened(desk)
    supervisor, manager = uuid4(), uuid4()
    department = desk.colleagues.department() | {
        "supervisor": str(supervisor),
        "manager": str(manager),
    }
    monkeypatch.setattr(desk.colleagues, "department", lambda: department)
    await desk.hear(rated(desk, ticket, 1))
    assert [len(await inbox(desk, one)) for one in (supervisor, manager)] == [1, 1]


async def test_a_score_on_what_is_spam_to_us_is_told_to_nobody(desk: Desk) -> None:
    _, ticket = await opened(desk)
    agent = await desk.person("agent@desk.example", Role.AGENT)
    place: dict[str, Any] = {
        "ticket_id": ticket,
        "organization_id": desk.organization,
        "at": desk.now,
    }
    await desk.hear(TicketAssigned(**place, assignee_id=agent))
    await desk.hear(moved(desk, ticket, Status.RESOLVED, Status.SPAM, cause="spam"))
    await desk.hear(rated(desk, ticket, 1))
    assert await inbox(desk, agent) == []


async def states(desk: Desk, ticket: UUID) -> dict[str, tuple[str, str | None]]:
    return {row["kind"]: (row["state"], row["reason"]) for row in await desk.deliveries(ticket)}


async def test_what_is_solved_at_once_is_not_acknowledged_afterwards(desk: Desk) -> None:
    _, ticket = await opened(desk)
    await desk.hear(desk.resolved(ticket))
    await desk.hear(desk.promised(ticket))
    letters = await desk.letters(SARA)
    assert await states(desk, ticket) == {
        "acknowledgement": ("suppressed", "solved"),
        "resolution": ("sent", None),
    }
    assert len(letters) == 1
    [told] = await desk.stated("notify.suppressed")
    assert told["reason"] == "solved"


async def test_nor_what_was_closed_at_once(desk: Desk) -> None:
    _, ticket = await opened(desk)
    await desk.hear(closed(desk, ticket, uuid4()))
    await desk.work()
    assert (await states(desk, ticket))["acknowledgement"] == ("suppressed", "solved")


async def test_the_question_whether_a_request_is_theirs_is_asked_all_the_same(desk: Desk) -> None:
    _, ticket = await opened(desk, channel=Channel.FORM, confirm=True)
    await desk.hear(desk.promised(ticket))
    await desk.hear(desk.resolved(ticket))
    await desk.work()
    assert (await states(desk, ticket))["acknowledgement"] == ("sent", None)


async def test_an_acknowledgement_that_went_before_stays_sent(desk: Desk) -> None:
    _, ticket = await opened(desk)
    await desk.hear(desk.promised(ticket))
    await desk.work()
    await desk.hear(desk.resolved(ticket))
    assert (await states(desk, ticket))["acknowledgement"] == ("sent", None)


@pytest.mark.parametrize("written", [False, True])
async def test_one_in_the_hands_of_its_worker_is_called_off_before_it_leaves(
    desk: Desk, written: bool
) -> None:
    """Solved between the claim and the writing, or between the writing and the sending."""
    _, ticket = await opened(desk)
    await desk.hear(desk.promised(ticket))
    mails = await mail_turn(desk.context, [], 10)
    assert [mail.kind.value for mail in mails] == ["acknowledgement"]
    if not written:
        await desk.hear(desk.resolved(ticket))
    ready, _ = await prepare_mails(desk.context, mails)
    if written:
        await desk.hear(desk.resolved(ticket))
    wanted = await still_wanted(desk.context, [one.mail.id for one in ready])
    assert wanted == set()
    assert desk.mailer is not None
    for one in ready:
        if one.mail.id in wanted:
            await hand_over(desk.mailer, one)
    assert (await states(desk, ticket))["acknowledgement"] == ("suppressed", "solved")
