"""Ratings: by people only, once for each resolution, and what a low one may do."""

import asyncio
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest

from shared.vocabulary import SCORES, Locale
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_form import link

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
DAY = 86_400


@pytest.fixture(autouse=True)
async def present(desk: Desk) -> AsyncIterator[None]:
    desk.travel(0)
    yield
    desk.travel(0)


async def resolved(desk: Desk, customer: Person | None = None, **more: Any) -> dict[str, Any]:
    made = await desk.open(customer, **more)
    answer = await desk.do(desk.agent(), made["id"], "resolve")
    assert answer.status_code == 200, answer.text
    return made


async def ratings(desk: Desk, ticket_id: str) -> list[tuple[int, int, bool]]:
    rows = await desk.look(
        "select reopen_count, score, reopened from tickets.feedback where ticket_id = $1"
        " order by reopen_count",
        UUID(ticket_id),
    )
    return [tuple(row) for row in rows]


class Forms(HTMLParser):
    """What a crawler finds on a page: addresses of every kind, and forms with their fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    @property
    def addresses(self) -> list[str]:
        names = ("href", "src", "srcset", "action", "formaction", "data", "poster")
        return [value for _, attrs in self.tags for n in names if (value := attrs.get(n))]


async def crawl(http: httpx.AsyncClient, path: str) -> None:
    """As mail scanners and prefetchers do, without JavaScript and without ever posting."""
    prefetch = {"Purpose": "prefetch", "Sec-Purpose": "prefetch;prerender"}
    for method, headers in [("GET", {}), ("GET", prefetch), ("HEAD", {}), ("OPTIONS", {})]:
        await http.request(method, path, headers={**BROWSER, **headers})
    page = (await http.get(path, headers=BROWSER)).text
    fields = {"score": "1", "comment": "robot", "reopen": "true"}
    for found in {path, *Forms(page).addresses}:
        await http.get(found, headers=BROWSER)
        await http.get(f"{found}?{urlencode(fields)}", headers=BROWSER)


async def test_no_scanner_prefetcher_or_form_that_is_not_posted_casts(desk: Desk) -> None:
    made = await resolved(desk)
    facts = await desk.names(made["id"])
    for score in range(1, 6):
        await crawl(desk.http, link(desk, made["id"], score))
    assert await ratings(desk, made["id"]) == []
    assert await desk.names(made["id"]) == facts
    cast = await desk.http.post(link(desk, made["id"], 4), headers=BROWSER)
    assert cast.status_code == 200
    await crawl(desk.http, link(desk, made["id"], 1))
    assert await ratings(desk, made["id"]) == [(0, 4, False)]


async def test_a_page_brings_and_leaks_nothing(desk: Desk) -> None:
    made = await resolved(desk)
    path = link(desk, made["id"], 1)
    pages = [
        await desk.http.get(path, headers=BROWSER),
        await desk.http.post(path, headers=BROWSER),
        await desk.http.get("/v1/feedback/forged", headers=BROWSER),
    ]
    for page in pages:
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-content-type-options"] == "nosniff"
        found = Forms(page.text)
        assert not {"script", "img", "link", "iframe", "a"} & {tag for tag, _ in found.tags}
        assert set(found.addresses) <= {path}
        assert not re.search(r"https?:|//|url\(|@import", page.text)


async def test_no_log_line_holds_a_token(desk: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    made = await resolved(desk)
    path = link(desk, made["id"], 3)
    capfd.readouterr()
    for ask in (desk.http.get, desk.http.post):
        await ask(path, headers=BROWSER)
        await ask(path + "x", headers=BROWSER)
    out, err = capfd.readouterr()
    assert path.rpartition("/")[2] not in out + err


async def test_twenty_casts_at_once_are_one_rating(desk: Desk) -> None:
    made = await resolved(desk)
    answers = await asyncio.gather(
        *(desk.http.post(link(desk, made["id"], 1 + n % 5)) for n in range(20))
    )
    assert {answer.status_code for answer in answers} == {200}
    [(resolution, score, _)] = await ratings(desk, made["id"])
    assert (resolution, score in range(1, 6)) == (0, True)


async def test_what_was_said_before_is_no_second_fact(desk: Desk) -> None:
    made = await resolved(desk)

    async def facts() -> int:
        return (await desk.names(made["id"])).count("ticket.feedback_given")

    for fields in ({}, {}, {"comment": "slow"}, {"comment": "slow"}, {}):
        answer = await desk.http.post(link(desk, made["id"], 2), data=fields)
        assert answer.status_code == 200
    assert await facts() == 2
    await desk.http.post(link(desk, made["id"], 3))
    assert await facts() == 3
    assert [score for _, score, _ in await ratings(desk, made["id"])] == [3]


@pytest.mark.parametrize("locale", Locale)
async def test_a_used_link_shows_what_was_given_and_lets_change_it(
    desk: Desk, locale: Locale
) -> None:
    customer = desk.customer(locale=locale.value)
    made = await resolved(desk, customer)
    path = link(desk, made["id"], 5)
    await desk.http.post(path, data={"score": "3", "comment": "<b>بطيء</b> & slow"})
    answer = await desk.http.get(path, headers=BROWSER)
    assert answer.headers["content-language"].startswith(locale.value)
    page = answer.text
    assert "3 من 5" in page
    assert "3 of 5" in page
    assert 'value="3" required checked' in page
    assert "&lt;b&gt;بطيء&lt;/b&gt; &amp; slow" in page
    assert "يمكنك تغييره حتى" in page
    assert "You can change it until" in page
    assert page.count("(UTC+3)") >= 4
    assert all(word in page for texts in SCORES.values() for word in texts.values())
    side = "rtl" if locale is Locale.AR else "ltr"
    assert [attrs for tag, attrs in Forms(page).tags if tag == "fieldset"] == [{"dir": side}]
    await desk.http.post(path, data={"score": "4"})
    [given] = await read(desk, customer, made)
    assert (given["score"], given["comment"]) == (4, "<b>بطيء</b> & slow")
    await desk.http.post(path, data={"score": "4", "comment": ""})
    [given] = await read(desk, customer, made)
    assert given["comment"] is None


async def read(desk: Desk, person: Person, made: dict[str, Any]) -> list[dict[str, Any]]:
    path = f"/v1/tickets/{made['id']}/feedback"
    items: list[dict[str, Any]] = (await desk.http.get(path, headers=person.headers())).json()[
        "items"
    ]
    return items


async def test_a_comment_is_sealed_and_has_a_limit(desk: Desk) -> None:
    customer = desk.customer()
    made = await resolved(desk, customer)
    said = "ت" * 4000
    good = {"score": 2, "comment": said}
    assert (await desk.do(customer, made["id"], "feedback", good)).status_code == 201
    for send in (
        desk.do(customer, made["id"], "feedback", {"score": 2, "comment": said + "x"}),
        desk.http.post(link(desk, made["id"], 2), data={"comment": said + "x"}),
    ):
        assert (await send).json()["code"] == "validation_failed"
    [row] = await desk.look(
        "select comment from tickets.feedback where ticket_id = $1", UUID(made["id"])
    )
    assert said.encode()[:20] not in row["comment"]
    assert (await read(desk, customer, made))[0]["comment"] == said


async def test_a_link_is_of_one_resolution(desk: Desk) -> None:
    made = await resolved(desk)
    first = link(desk, made["id"], 5)
    await desk.http.post(first)
    await desk.do(desk.agent(), made["id"], "reopen")
    refused = await desk.http.post(first, json={"score": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "feedback_superseded")
    await desk.do(desk.agent(), made["id"], "resolve")
    assert (await desk.http.post(first, json={"score": 1})).status_code == 409
    page = await desk.http.get(first, headers=BROWSER)
    assert page.status_code == 409
    assert "أُعيد فتح هذه التذكرة" in page.text
    assert "was reopened after that resolution" in page.text
    assert "5 من 5" in page.text
    assert "<form" not in page.text
    early = await desk.http.post(link(desk, made["id"], 1, resolution=2))
    assert early.status_code == 409
    assert (await desk.http.post(link(desk, made["id"], 2, resolution=1))).status_code == 200
    assert await ratings(desk, made["id"]) == [(0, 5, False), (1, 2, False)]


async def test_a_link_runs_out(desk: Desk) -> None:
    customer = desk.customer()
    made = await resolved(desk, customer)
    path = link(desk, made["id"], 4)
    await desk.http.post(path)
    desk.travel(31 * DAY)
    customer.ahead = 31 * DAY
    late = await desk.http.post(path, json={"score": 1})
    assert (late.status_code, late.json()["code"]) == (410, "feedback_expired")
    page = await desk.http.get(path, headers=BROWSER)
    assert page.status_code == 410
    assert "انتهت المدة" in page.text
    assert "is over" in page.text
    assert "4 of 5" in page.text
    assert "<form" not in page.text
    portal = await desk.do(customer, made["id"], "feedback", {"score": 1})
    assert portal.json()["code"] == "feedback_expired"
    assert await ratings(desk, made["id"]) == [(0, 4, False)]


async def test_what_is_not_solved_says_so_in_both_languages(desk: Desk) -> None:
    made = await desk.open()
    page = await desk.http.get(link(desk, made["id"], 4), headers=BROWSER)
    assert page.status_code == 409
    assert "يمكن التقييم بعد حل التذكرة" in page.text
    assert "once the ticket is resolved" in page.text
    assert '<section lang="ar" dir="rtl">' in page.text


async def test_a_low_score_reopens_by_the_api(desk: Desk) -> None:
    customer = desk.customer()
    made = await resolved(desk, customer)
    low = await desk.do(customer, made["id"], "feedback", {"score": 2})
    assert low.json()["reopened"] is False
    assert low.json()["may_reopen_until"]
    again = {"score": 1, "comment": "ما زالت معطلة", "reopen": True}
    answer = await desk.do(customer, made["id"], "feedback", again)
    assert (answer.status_code, answer.json()["reopened"]) == (201, True)
    ticket = await desk.read(customer, made["id"])
    assert (ticket["status"], ticket["reopen_count"]) == ("open", 1)
    assert await ratings(desk, made["id"]) == [(0, 1, True)]
    names = await desk.names(made["id"])
    assert names[-3:] == ["ticket.feedback_given", "ticket.status_changed", "ticket.reopened"]
    assert '"cause":"feedback"' in (await desk.facts(made["id"]))[-1]["body"]
    keys = [one["route"] for one in await desk.facts(f"tickets:close:{made['id']}:0")]
    assert keys[-1:] == [] or keys[-1].endswith("cancelled")
    path = f"/v1/tickets/{made['id']}/timeline"
    for language, text in (("ar", "أعاد العميل فتح التذكرة مع تقييمه"), ("en", "reopened the")):
        told = await desk.http.get(path, headers=customer.headers(Accept_Language=language))
        assert text in told.text
    late = await desk.do(customer, made["id"], "feedback", again)
    assert late.json()["code"] == "not_ratable"


@pytest.mark.parametrize("score", [3, 4, 5])
async def test_a_good_score_reopens_nothing(desk: Desk, score: int) -> None:
    customer = desk.customer()
    made = await resolved(desk, customer)
    wish = {"score": score, "reopen": True}
    for answer in (
        await desk.do(customer, made["id"], "feedback", wish),
        await desk.http.post(link(desk, made["id"], 1), json=wish),
    ):
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "#/reopen"
    assert await ratings(desk, made["id"]) == []
    assert (await desk.read(customer, made["id"]))["status"] == "resolved"


async def test_nothing_reopens_after_the_window_and_the_page_says_what_to_do(desk: Desk) -> None:
    customer = desk.customer()
    made = await resolved(desk, customer)
    desk.travel(DAY + 60)
    customer.ahead = DAY + 60
    wish = {"score": 1, "reopen": True}
    refused = await desk.do(customer, made["id"], "feedback", wish)
    assert (refused.status_code, refused.json()["code"]) == (409, "ticket_ended")
    page = await desk.http.post(
        link(desk, made["id"], 1), data={"score": "1", "reopen": "true"}, headers=BROWSER
    )
    assert page.status_code == 409
    assert "فأجب عن رسالة الحل لتُفتح تذكرة جديدة مرتبطة بهذه" in page.text
    assert "answer the resolution mail" in page.text
    assert await ratings(desk, made["id"]) == []
    told = await desk.do(customer, made["id"], "feedback", {"score": 1})
    assert (told.status_code, told.json()["may_reopen_until"]) == (201, None)
    thanks = await desk.http.post(link(desk, made["id"], 1), headers=BROWSER)
    assert "إعادة فتح التذكرة" not in thanks.text


async def test_the_page_offers_to_reopen_after_a_low_score_only(desk: Desk) -> None:
    made = await resolved(desk)
    path = link(desk, made["id"], 1)
    high = await desk.http.post(path, data={"score": "4"}, headers=BROWSER)
    assert "Reopen the ticket" not in high.text
    low = await desk.http.post(path, data={"score": "1"}, headers=BROWSER)
    assert "Reopen the ticket" in low.text
    assert "إعادة فتح التذكرة" in low.text
    fields = {
        attrs["name"]: attrs["value"] for _, attrs in Forms(low.text).tags if "value" in attrs
    }
    done = await desk.http.post(path, data=fields, headers=BROWSER)
    assert (done.status_code, "was reopened" in done.text) == (200, True)
    assert await ratings(desk, made["id"]) == [(0, 1, True)]
    twice = await desk.http.post(path, data=fields, headers=BROWSER)
    assert (twice.status_code, twice.text) == (200, done.text)
    other = await desk.http.post(path, data={**fields, "score": "2"}, headers=BROWSER)
    assert other.status_code == 409
    assert "رسالة الحل الأحدث" in other.text
    assert (await desk.read(desk.agent(), made["id"]))["reopen_count"] == 1
    assert await ratings(desk, made["id"]) == [(0, 1, True)]
    await desk.do(desk.agent(), made["id"], "resolve")
    late = await desk.http.post(path, data=fields, headers=BROWSER)
    assert late.status_code == 409


async def test_of_a_ticket_that_was_solved_and_merged_the_link_says_so(desk: Desk) -> None:
    made = await resolved(desk)
    target = await desk.open()
    merged = await desk.do(desk.agent(), made["id"], "merge", {"into": target["id"]})
    assert merged.status_code == 200, merged.text
    refused = await desk.http.post(link(desk, made["id"], 4))
    assert (refused.status_code, refused.json()["code"]) == (409, "not_ratable")
    assert "merged into another" in refused.json()["detail"] or "دُمجت" in refused.json()["detail"]
    page = await desk.http.get(link(desk, made["id"], 4), headers=BROWSER)
    assert "دُمجت هذه التذكرة" in page.text
    assert "merged into another one" in page.text


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"json": {"score": 9}}, "#/score"),
        ({"json": {"score": "abc"}}, "#/score"),
        ({"json": {"comment": "x" * 4001}}, "#/comment"),
        ({"json": {"foo": 1}}, "#/foo"),
        ({"json": []}, "#"),
        ({"json": "x"}, "#"),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, "#"),
        ({"data": {"foo": "1"}}, "#/foo"),
        ({"data": {"score": "six"}}, "#/score"),
        ({"data": {"score": "2", "reopen": "maybe"}}, "#/reopen"),
    ],
)
async def test_a_vote_that_cannot_be_read_says_which_part(
    desk: Desk, sent: dict[str, Any], pointer: str
) -> None:
    made = await resolved(desk)
    answer = await desk.http.post(link(desk, made["id"], 4), **sent)
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    assert all(one["message"] for one in answer.json()["errors"])
