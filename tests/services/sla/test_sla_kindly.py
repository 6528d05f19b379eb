"""What customers read of the clocks of spam: those of a ticket that was closed at that instant."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sla.domain.happenings import Happening
from services.sla.domain.kindly import kindly
from services.sla.domain.words import Kind
from shared.vocabulary import Priority, Status
from tests.services.sla.desk import Desk, Person, Ticket

HOUR = timedelta(hours=1)
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
LIVES = ["unanswered", "answered", "waiting", "late", "resolved", "asked_again"]


async def lived(desk: Desk, life: str, end: Status, customer: Person) -> Ticket:
    """A ticket of two days ago that was closed, or set aside, at its fifth hour."""
    now = desk.context.clock.now().replace(minute=0, second=0, microsecond=0)
    at = now - 48 * HOUR
    ticket = Ticket(
        desk, customer.organization, at, Priority.P1, requester=customer.id, department=DEPARTMENT
    )
    await ticket.open()
    if life in {"answered", "waiting", "asked_again", "resolved"}:
        await ticket.reply(at + HOUR / 2)
    if life == "waiting":
        await ticket.move(at + HOUR, Status.WAITING_CUSTOMER)
    if life == "asked_again":
        await ticket.write(at + HOUR)
    if life == "resolved":
        await ticket.move(at + 2 * HOUR, Status.RESOLVED)
    await ticket.move(at + (5 if life == "late" else 3) * HOUR, end)
    if end is Status.SPAM:
        await ticket.write(at + 6 * HOUR)  # what comes in later only joins it
    return ticket


DEPARTMENT = Ticket.department
PATHS = [
    "sla",
    "sla/explain",
    "sla/explain?granularity=day",
    "sla/explain?metric=resolution",
    "sla/explain?format=text",
]


async def told(desk: Desk, ticket: Ticket, path: str, who: Person) -> str:
    as_of = (ticket.opened_at + 20 * HOUR).isoformat().replace("+00:00", "Z")
    query = "" if path == "sla" else f"{'&' if '?' in path else '?'}as_of={as_of}"
    answer = await desk.ask("GET", f"/v1/tickets/{ticket.id}/{path}{query}", who=who)
    assert answer.status_code == 200, answer.text
    return _ID.sub("<id>", answer.text)


@pytest.mark.parametrize("life", LIVES)
@pytest.mark.parametrize("locale", ["ar", "en"])
async def test_the_explanation_of_spam_is_that_of_a_closed_ticket(
    desk: Desk, life: str, locale: str
) -> None:
    customer = Person(["customer"], await desk.customer(), scope="sla:read", locale=locale)
    closed = await lived(desk, life, Status.CLOSED, customer)
    spam = await lived(desk, life, Status.SPAM, customer)
    for path in PATHS:
        texts = [await told(desk, one, path, customer) for one in (closed, spam)]
        assert unsaid(texts[0]) == unsaid(texts[1]), path
        for word in ("spam", "cancelled", "مزعج"):
            assert word not in texts[1], path
    inside = await told(desk, spam, "sla/explain", Person())
    assert "spam" in inside, "staff reads what was done"


def unsaid(text: str) -> Any:
    """Timers are dated by when we looked, and how often; both tickets were told in one go."""
    if not text.startswith("{"):
        return text
    found = json.loads(text)
    for one in (found, *found.values()):
        if isinstance(one, dict):
            one.pop("timers", None)
            one.pop("generation", None)
            for breach in one.get("breaches") or ():
                breach.pop("noted_at", None)
    return found


@pytest.mark.parametrize("life", LIVES)
async def test_the_facts_of_spam_carry_what_customers_hear(desk: Desk, life: str) -> None:
    customer = Person(["customer"], await desk.customer(), scope="sla:read")
    closed = await lived(desk, life, Status.CLOSED, customer)
    spam = await lived(desk, life, Status.SPAM, customer)
    said = (await desk.facts(closed.id, "clock_updated"))[-1]["data"]
    aside = [one["data"] for one in await desk.facts(spam.id, "clock_updated")]
    assert aside[-1]["outside"] == said["clocks"]
    states = {one["state"] for one in aside[-1]["clocks"]}
    assert "cancelled" in states
    assert not [one for one in aside[:-1] if one["outside"]]
    kept = [
        [
            (one["data"]["metric"], one["data"]["met_at"], one["data"]["due_at"])
            for one in await desk.facts(ticket.id, "sla.met")
        ]
        for ticket in (closed, spam)
    ]
    assert kept[0] == kept[1]
    outside = [one["data"]["outside"] for one in await desk.facts(spam.id, "sla.met")]
    assert outside == sorted(outside), "once set aside, for customers alone"


async def test_a_verdict_that_was_taken_back_is_not_told(desk: Desk) -> None:
    customer = Person(["customer"], await desk.customer(), scope="sla:read")
    at = desk.context.clock.now() - 2 * HOUR
    ticket = Ticket(desk, customer.organization, at, requester=customer.id)
    await ticket.open()
    await ticket.move(at + HOUR / 2, Status.SPAM)
    await ticket.move(at + HOUR, Status.NEW)
    for path in ("sla", "sla/explain"):
        text = (await desk.ask("GET", f"/v1/tickets/{ticket.id}/{path}", who=customer)).text
        assert "spam" not in text
        assert "cancelled" not in text
    shown, inside = await ticket.sla(customer), await ticket.sla()
    assert shown["resolution"]["due_at"] == inside["resolution"]["due_at"]
    assert (await desk.facts(ticket.id, "clock_updated"))[-1]["data"]["outside"] is None


STATUSES = [one.value for one in Status if one is not Status.SPAM]
steps = st.lists(
    st.tuples(st.sampled_from([Kind.STATUS, Kind.CUSTOMER_REPLY]), st.sampled_from(STATUSES)),
    max_size=8,
)


@given(steps, st.booleans(), st.integers(0, 8))
def test_the_last_verdict_is_a_closing_and_earlier_ones_never_were(
    story: list[tuple[Kind, str]], aside: bool, place: int
) -> None:
    told = [Happening(n, kind, value, ordinal=n) for n, (kind, value) in enumerate(story, 2)]
    place = min(place, len(told))
    at = told[place - 1].ordinal if place else 1
    verdict = Happening(at, Kind.STATUS, "spam", ordinal=at, part=1)
    back = [] if aside else [Happening(at, Kind.STATUS, "open", ordinal=at, part=2)]
    later = [one for one in told[place:] if one.kind is Kind.CUSTOMER_REPLY]
    if aside:
        known = [*told[:place], verdict, *later]
        closing = Happening(at, Kind.STATUS, "closed", ordinal=at, part=1)
        assert list(kindly(reversed(known))) == [*told[:place], closing]
    else:
        known = [*told[:place], verdict, *back, *told[place:]]
        assert list(kindly(known)) == [one for one in known if one is not verdict]
