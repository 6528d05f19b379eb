"""What somebody, or a program, could repeat for ever: votes, and every way to reopen a ticket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.tickets.domain.feedback import VOTES
from services.tickets.domain.reopening import REOPENS_A_DAY
from shared.vocabulary import Locale
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_feedback import BROWSER, ratings, resolved
from tests.services.tickets.test_tickets_form import link
from tests.services.tickets.test_tickets_mail import reply

DAY = 86_400
Door = Callable[[Desk, Person, str, int], Awaitable[httpx.Response]]


@pytest.fixture(autouse=True)
async def present(desk: Desk) -> AsyncIterator[None]:
    desk.travel(0)
    yield
    desk.travel(0)


async def _message(desk: Desk, person: Person, ticket: str, _: int) -> httpx.Response:
    return await desk.do(person, ticket, "messages", {"body": "Still broken."})


async def _verb(desk: Desk, person: Person, ticket: str, _: int) -> httpx.Response:
    return await desk.do(person, ticket, "reopen")


async def _rating(desk: Desk, person: Person, ticket: str, _: int) -> httpx.Response:
    return await desk.do(person, ticket, "feedback", {"score": 1, "reopen": True})


async def _link(desk: Desk, _: Person, ticket: str, resolution: int) -> httpx.Response:
    path = link(desk, ticket, 1, resolution=resolution)
    return await desk.http.post(path, json={"reopen": True})


DOORS: list[Door] = [_message, _verb, _rating, _link]


async def reopened_often(desk: Desk, customer: Person, *doors: Door) -> str:
    """As often as a day allows, through these doors in turn."""
    agent, ticket = desk.agent(), str((await desk.open(customer))["id"])
    for number in range(REOPENS_A_DAY):
        assert (await desk.do(agent, ticket, "resolve")).status_code == 200
        answer = await doors[number % len(doors)](desk, customer, ticket, number)
        assert answer.status_code < 300, answer.text
    assert (await desk.do(agent, ticket, "resolve")).status_code == 200
    return ticket


async def test_all_ways_to_reopen_count_together_and_all_end_there(desk: Desk) -> None:
    customer = desk.customer()
    ticket = await reopened_often(desk, customer, *DOORS)
    told = (await desk.names(ticket)).count("ticket.message_added")
    for door in DOORS:
        answer = await door(desk, customer, ticket, REOPENS_A_DAY)
        assert (answer.status_code, answer.json()["code"]) == (409, "reopened_too_often")
    staff = await desk.do(desk.agent(), ticket, "reopen")
    assert staff.json()["code"] == "reopened_too_often"
    assert (await desk.names(ticket)).count("ticket.message_added") == told
    await reply(desk, customer, ticket, may_reopen=True)
    read = await desk.read(customer, ticket)
    assert (read["status"], read["reopen_count"]) == ("resolved", REOPENS_A_DAY)
    assert (await desk.names(ticket)).count("ticket.message_added") == told + 1
    [_] = await desk.look(
        "select id from tickets.timeline where ticket_id = $1 and kind = 'reopen_limited'",
        UUID(ticket),
    )
    given = await desk.do(customer, ticket, "feedback", {"score": 1})
    assert given.status_code == 201, "the rating itself is still welcome"


async def test_a_day_later_it_may_be_reopened_again(desk: Desk) -> None:
    customer = desk.customer()
    ticket = await reopened_often(desk, customer, _message)
    window = "update tickets.ticket set reopen_until = now() + interval '9 days' where id = $1"
    await desk.look(window, UUID(ticket))
    desk.travel(DAY + 60)
    customer.ahead = DAY + 60
    assert (await _message(desk, customer, ticket, 0)).status_code == 201
    assert (await desk.read(customer, ticket))["reopen_count"] == REOPENS_A_DAY + 1


async def votes(desk: Desk, ticket: str) -> int:
    return (await desk.names(ticket)).count("ticket.feedback_given")


async def test_a_vote_that_swings_for_ever_ends_and_the_last_one_stays(desk: Desk) -> None:
    customer = desk.customer()
    ticket = str((await resolved(desk, customer))["id"])
    for number in range(VOTES):
        ask = {"score": 5 if number % 2 else 1}
        if number % 3:
            answer = await desk.do(customer, ticket, "feedback", ask)
            assert answer.status_code == 201, answer.text
        else:
            answer = await desk.http.post(link(desk, ticket, 3), json=ask)
            assert (answer.status_code, answer.json()["open"]) == (200, number < VOTES - 1)
    for wish in ({"score": 1}, {"score": 5, "comment": "more"}):
        for refused in (
            await desk.do(customer, ticket, "feedback", wish),
            await desk.http.post(link(desk, ticket, 3), json=wish),
        ):
            assert (refused.status_code, refused.json()["code"]) == (
                409,
                "feedback_changed_too_often",
            )
    again = await desk.do(customer, ticket, "feedback", {"score": 5})
    assert again.status_code == 201, "what is repeated changes nothing"
    assert await votes(desk, ticket) == VOTES
    assert await ratings(desk, ticket) == [(0, 5, False)]


async def test_votes_at_once_are_bounded_too(desk: Desk) -> None:
    customer = desk.customer()
    ticket = str((await resolved(desk, customer))["id"])
    path = link(desk, ticket, 3)
    answers = await asyncio.gather(
        *(desk.http.post(path, json={"score": 1, "comment": str(n)}) for n in range(3 * VOTES))
    )
    codes = [answer.status_code for answer in answers]
    assert (codes.count(200), codes.count(409)) == (VOTES, 2 * VOTES)
    assert await votes(desk, ticket) == VOTES


@pytest.mark.parametrize("locale", Locale)
async def test_the_page_of_a_settled_vote_says_so_and_still_lets_reopen(
    desk: Desk, locale: Locale
) -> None:
    customer = desk.customer(locale=locale.value)
    ticket = str((await resolved(desk, customer))["id"])
    path = link(desk, ticket, 1)
    for number in range(VOTES):
        await desk.http.post(path, json={"score": 1 + number % 2})
    page = await desk.http.get(path, headers=BROWSER)
    assert page.status_code == 409
    assert "ويبقى آخر تقييم سُجّل" in page.text
    assert "the one recorded last stays" in page.text
    assert 'type="radio"' not in page.text
    assert "2 of 5" in page.text
    done = await desk.http.post(path, data={"score": "2", "reopen": "true"}, headers=BROWSER)
    assert (done.status_code, "was reopened" in done.text) == (200, True)


async def test_the_next_resolution_is_rated_anew(desk: Desk) -> None:
    customer, agent = desk.customer(), desk.agent()
    ticket = str((await resolved(desk, customer))["id"])
    for number in range(VOTES):
        await desk.do(customer, ticket, "feedback", {"score": 1 + number % 2})
    await desk.do(agent, ticket, "reopen")
    await desk.do(agent, ticket, "resolve")
    assert (await desk.do(customer, ticket, "feedback", {"score": 4})).status_code == 201
    assert await ratings(desk, ticket) == [(0, 2, False), (1, 4, False)]


async def closed(desk: Desk, customer: Person) -> str:
    ticket = str((await resolved(desk, customer))["id"])
    assert (await desk.do(desk.agent(), ticket, "close")).status_code == 200
    return ticket


@pytest.mark.parametrize("door", [_rating, _link])
async def test_a_low_rating_reopens_what_was_closed_while_its_window_lasts(
    desk: Desk, door: Door
) -> None:
    customer = desk.customer()
    ticket = await closed(desk, customer)
    until = (await desk.read(customer, ticket))["reopen_until"]
    told = await desk.do(customer, ticket, "feedback", {"score": 1})
    assert told.json()["may_reopen_until"] == until
    answer = await door(desk, customer, ticket, 0)
    assert (answer.status_code < 300, answer.json()["reopened"]) == (True, True)
    read = await desk.read(customer, ticket)
    assert (read["status"], read["reopen_count"], read["closed_at"]) == ("open", 1, None)


@pytest.mark.parametrize("door", [_rating, _link])
async def test_after_it_and_without_one_a_low_rating_reopens_nothing(
    desk: Desk, door: Door
) -> None:
    customer = desk.customer()
    unsolved = str((await desk.open(customer))["id"])
    await desk.do(desk.agent(), unsolved, "close")
    aside = str((await resolved(desk, customer))["id"])
    await desk.do(desk.agent(), aside, "spam")
    ticket = await closed(desk, customer)
    for one in (unsolved, aside):
        await _is_over(await door(desk, customer, one, 0))
    desk.travel(DAY + 60)
    customer.ahead = DAY + 60
    await _is_over(await door(desk, customer, ticket, 0))


async def _is_over(answer: httpx.Response) -> None:
    told: dict[str, Any] = answer.json()
    assert (answer.status_code, told["code"]) == (409, "ticket_ended")
