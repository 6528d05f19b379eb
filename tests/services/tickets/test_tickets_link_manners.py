"""Links in mails: what may be posted to them, and that looking at one says nothing."""

from collections.abc import Awaitable, Callable

import pytest

from shared.vocabulary import DEFAULT_DEPARTMENT
from tests.services.tickets.conftest import Desk
from tests.services.tickets.test_tickets_feedback import BROWSER, ratings, resolved
from tests.services.tickets.test_tickets_feedback import link as rating_link
from tests.services.tickets.test_tickets_form import submit
from tests.services.tickets.test_tickets_visitors import link as question_link
from tests.services.tickets.test_tickets_visitors import stranger

Link = Callable[[Desk], Awaitable[str]]


async def of_a_rating(desk: Desk) -> str:
    return rating_link(desk, (await resolved(desk))["id"], 2)


async def of_a_question(desk: Desk) -> str:
    return question_link(desk, (await submit(desk, email=stranger())).json()["id"])


BOTH = pytest.mark.parametrize(
    ("make", "word"), [(of_a_rating, '{"score":1}'), (of_a_question, '{"answer":"denied"}')]
)


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "text/xml"])
@BOTH
async def test_a_body_that_is_neither_json_nor_a_form_is_415(
    desk: Desk, make: Link, word: str, kind: str
) -> None:
    url = await make(desk)
    for language in ("ar", "en"):
        headers = {"Content-Type": kind, "Accept-Language": language}
        answer = await desk.http.post(url, content=word, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
        page = await desk.http.post(url, content=word, headers={**headers, **BROWSER})
        assert (page.status_code, page.headers["content-type"][:9]) == (415, "text/html")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json; charset=utf-8", '{"answer":"confirmed"}'),
        ("application/merge-patch+json", '{"answer":"confirmed"}'),
        ("Application/X-WWW-Form-Urlencoded; charset=UTF-8", "answer=confirmed"),
        ("", '{"answer":"confirmed"}'),
    ],
)
async def test_json_and_forms_are_taken_however_their_kind_is_spelled(
    desk: Desk, kind: str, body: str
) -> None:
    url = await of_a_question(desk)
    headers = {"Content-Type": kind} if kind else {}
    answer = await desk.http.post(url, content=body, headers=headers)
    assert (answer.status_code, answer.json()["answer"]) == (200, "confirmed")


async def test_one_click_without_a_body_casts_the_score_of_the_link(desk: Desk) -> None:
    """A mail program may name a kind for the nothing that it sends."""
    made = await resolved(desk)
    answer = await desk.http.post(
        rating_link(desk, made["id"], 4), headers={"Content-Type": "text/plain"}
    )
    assert answer.status_code == 200
    assert [score for _, score, _ in await ratings(desk, made["id"])] == [4]


async def test_a_head_never_counts_as_a_vote(desk: Desk) -> None:
    made = await resolved(desk)
    url = rating_link(desk, made["id"], 1)
    for headers in ({}, BROWSER, {"Content-Type": "application/x-www-form-urlencoded"}):
        answer = await desk.http.request("HEAD", url, headers=headers, content=b"score=1")
        assert (answer.status_code, answer.content) == (200, b"")
    assert await ratings(desk, made["id"]) == []
    assert (await desk.read(desk.agent(), made["id"]))["status"] == "resolved"


async def test_a_head_never_answers_for_the_reader(desk: Desk) -> None:
    made = (await submit(desk, email=stranger())).json()
    answer = await desk.http.head(question_link(desk, made["id"]))
    assert (answer.status_code, answer.content) == (200, b"")
    assert (await desk.read(desk.agent(), made["id"]))["requester_answer"] == "pending"


@pytest.mark.parametrize("name", ["challenge", "fields", "form"])
async def test_what_the_form_asks_for_can_be_looked_at(desk: Desk, name: str) -> None:
    query = f"?department_id={DEFAULT_DEPARTMENT}" if name == "fields" else ""
    got = await desk.http.get(f"/v1/public/{name}{query}")
    head = await desk.http.head(f"/v1/public/{name}{query}")
    assert (head.status_code, head.content) == (got.status_code, b"") == (200, b"")
    assert head.headers["content-type"] == got.headers["content-type"]
    wrong = await desk.http.delete(f"/v1/public/{name}")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD")


async def test_all_that_a_ticket_takes_is_named(desk: Desk) -> None:
    made = await resolved(desk)
    for path, allowed in (
        (f"/v1/tickets/{made['id']}", "GET, HEAD, PATCH"),
        (rating_link(desk, made["id"], 1), "GET, HEAD, POST"),
        (f"/v1/tickets/{made['id']}/feedback", "GET, HEAD, POST"),
    ):
        answer = await desk.http.delete(path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
