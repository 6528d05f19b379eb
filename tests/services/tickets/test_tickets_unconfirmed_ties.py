"""What nobody has confirmed stays by itself: no tie shows it, and none hides what it is tied to."""

import asyncio
from uuid import UUID, uuid4

import pytest

from tests.services.tickets.conftest import Desk
from tests.services.tickets.test_tickets_confirmed_by_mail import answer_of, sees
from tests.services.tickets.test_tickets_unconfirmed import written_as
from tests.services.tickets.test_tickets_visitors import link

REFUSED = (409, "requester_unconfirmed")


@pytest.mark.parametrize("word", ["", "denied"])
@pytest.mark.parametrize("inwards", [True, False])
async def test_an_unconfirmed_request_is_not_merged(desk: Desk, word: str, inwards: bool) -> None:
    home = uuid4()
    sara, ghost = desk.customer(organization=home), desk.customer(organization=home)
    own, asked = await desk.open(sara), await written_as(desk, ghost)
    if word:
        await desk.http.post(link(desk, asked["id"]), json={"answer": word})
    one, other = (asked, own) if inwards else (own, asked)
    answer = await desk.do(desk.agent(), one["id"], "merge", {"into": other["id"]})
    assert (answer.status_code, answer.json()["code"]) == REFUSED
    await desk.http.post(link(desk, asked["id"]), json={"answer": "confirmed"})
    answer = await desk.do(desk.agent(), one["id"], "merge", {"into": other["id"]})
    assert answer.status_code == 200, "after the yes"


async def test_two_visitors_requests_are_not_merged_into_each_other(desk: Desk) -> None:
    home = uuid4()
    first, second = [await written_as(desk, desk.customer(organization=home)) for _ in range(2)]
    answer = await desk.do(desk.agent(), first["id"], "merge", {"into": second["id"]})
    assert (answer.status_code, answer.json()["code"]) == REFUSED


async def test_an_unconfirmed_request_is_not_split(desk: Desk) -> None:
    ghost = desk.customer(organization=uuid4())
    asked, agent = await written_as(desk, ghost), desk.agent()
    path = f"/v1/tickets/{asked['id']}/messages"
    sent = await desk.http.post(path, json={"body": "x"}, headers=agent.headers())
    body = {"message_ids": [sent.json()["id"]], "subject": "Apart"}
    answer = await desk.do(agent, asked["id"], "split", body)
    assert (answer.status_code, answer.json()["code"]) == REFUSED


async def test_a_late_no_takes_only_its_own_request_away(desk: Desk) -> None:
    home = uuid4()
    sara, ghost = desk.customer(organization=home), desk.customer(organization=home)
    own, asked = await desk.open(sara), await written_as(desk, ghost)
    await desk.http.post(link(desk, asked["id"]), json={"answer": "confirmed"})
    await desk.do(desk.agent(), asked["id"], "merge", {"into": own["id"]})
    await desk.http.post(link(desk, asked["id"]), json={"answer": "denied"})
    assert await sees(desk, sara, own["id"])
    await desk.do(desk.agent(), asked["id"], "unmerge")
    assert not await sees(
        desk, desk.customer(organization=home, role="customer_admin"), asked["id"]
    )
    assert await answer_of(desk, asked["id"]) == "denied"
    await desk.names(asked["id"])


async def test_words_for_a_ticket_that_lives_on_out_of_sight_are_refused_at_once(
    desk: Desk,
) -> None:
    home = uuid4()
    sara, ghost = desk.customer(organization=home), desk.customer(organization=home)
    own, hidden = await desk.open(sara), await desk.open(ghost)
    await desk.do(desk.agent(), own["id"], "merge", {"into": hidden["id"]})
    hide = "update tickets.ticket set unconfirmed = true where id = $1"
    await desk.look(hide, UUID(hidden["id"]))
    await desk.look("delete from tickets.participant where ticket_id = $1", UUID(hidden["id"]))
    path = f"/v1/tickets/{own['id']}/messages"
    async with asyncio.timeout(5):
        answer = await desk.http.post(path, json={"body": "x"}, headers=sara.headers())
    assert answer.status_code == 404


async def test_the_answers_of_a_link_have_an_end(desk: Desk) -> None:
    ghost = desk.customer(organization=uuid4())
    asked = await written_as(desk, ghost)
    url, words = link(desk, asked["id"]), ("denied", "confirmed")
    answers = [await desk.http.post(url, json={"answer": words[n % 2]}) for n in range(22)]
    told = [one.status_code for one in answers]
    assert told == [200] * 20 + [409, 200], "the word that stands, once more, is no change"
    assert answers[20].json()["code"] == "answer_changed_too_often"
    assert await answer_of(desk, asked["id"]) == words[19 % 2]
