"""Strangers of the web form: whose address it is, what shows that they are people, how many."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.tickets.domain.visitors import PEACE, Acquaintance, Standing, granted, standing
from services.tickets.routes.form import network_of
from services.tickets.usecases import form
from shared.tokens import make_link_token
from shared.vocabulary import Priority
from tests.fakes.captcha import Provider, provider
from tests.services.tickets.conftest import Desk
from tests.services.tickets.test_tickets_form import submit

NOW = datetime.fromisoformat("2026-11-28T09:00:00+00:00")
PAGE = {"Accept": "text/html,*/*", "Accept-Language": "ar"}


def link(desk: Desk, ticket_id: str) -> str:
    key = desk.context.keys.derive("form-verify-link")
    return f"/v1/public/verify/{make_link_token(key, 'verify', UUID(ticket_id))}"


def stranger() -> str:
    return f"{uuid4().hex[:10]}@nowhere.example"


async def opening(desk: Desk, ticket_id: str) -> dict[str, bool]:
    """What the fact of a ticket's opening says about its acknowledgement."""
    body = (await desk.facts(ticket_id))[0]["body"]
    return {name: f'"{name}":true' in body for name in ("acknowledge", "confirm")}


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (Acquaintance(met=True), Standing(ask=False, silent=False)),
        (Acquaintance(met=False), Standing(ask=True, silent=False)),
        (Acquaintance(met=False, denied_at=NOW), Standing(ask=True, silent=True)),
        (Acquaintance(met=True, denied_at=NOW), Standing(ask=False, silent=False)),
        (
            Acquaintance(met=False, denied_at=NOW - PEACE + timedelta(seconds=1)),
            Standing(ask=True, silent=True),
        ),
        (Acquaintance(met=False, denied_at=NOW - PEACE), Standing(ask=True, silent=False)),
    ],
)
def test_who_is_asked_and_who_is_left_in_peace(known: Acquaintance, expected: Standing) -> None:
    assert standing(known, NOW) == expected


async def test_a_stranger_is_asked_and_an_old_customer_is_not(desk: Desk) -> None:
    unknown = (await submit(desk, email=stranger())).json()
    assert await opening(desk, unknown["id"]) == {"acknowledge": True, "confirm": True}
    read = await desk.read(desk.agent(), unknown["id"])
    assert read["requester_answer"] == "pending"

    old = desk.customer()
    await desk.open(old)
    address = stranger()
    desk.neighbours.know(address, desk.organization, str(old.id))
    known = (await submit(desk, email=address)).json()
    assert await opening(desk, known["id"]) == {"acknowledge": True, "confirm": False}
    assert (await desk.read(desk.agent(), known["id"]))["requester_answer"] is None


async def test_a_link_is_shown_without_saying_anything_in_its_readers_name(desk: Desk) -> None:
    made = (await submit(desk, email=stranger())).json()
    url = link(desk, made["id"])
    for method in ("GET", "HEAD"):
        answer = await desk.http.request(method, url, headers=PAGE)
        assert answer.status_code == 200
    shown = await desk.http.get(url, headers=PAGE)
    assert made["number"] in shown.text
    assert 'dir="rtl"' in shown.text
    assert "Yes, it is mine" in shown.text
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert made["subject"] not in shown.text
    empty = await desk.http.post(url, headers=PAGE)
    assert empty.status_code == 422
    assert empty.headers["content-type"].startswith("text/html")
    wrong = await desk.http.post(url, json={"answer": "maybe"})
    assert [one["pointer"] for one in wrong.json()["errors"]] == ["#/answer"]
    assert (await desk.read(desk.agent(), made["id"]))["requester_answer"] == "pending"


async def test_who_confirms_is_not_asked_again(desk: Desk) -> None:
    address = stranger()
    made = (await submit(desk, email=address)).json()
    url = link(desk, made["id"])
    for _ in range(2):
        said = await desk.http.post(url, json={"answer": "confirmed"})
        assert said.json() == {"number": made["number"], "answer": "confirmed", "others": []}
    assert (await desk.read(desk.agent(), made["id"]))["requester_answer"] == "confirmed"
    story = await desk.http.get(
        f"/v1/tickets/{made['id']}/timeline", headers=desk.agent().headers()
    )
    assert [one["kind"] for one in story.json()["items"]].count("request_confirmed") == 1
    later = (await submit(desk, email=address)).json()
    assert await opening(desk, later["id"]) == {"acknowledge": True, "confirm": False}


async def test_who_denies_is_left_in_peace_for_a_month(desk: Desk) -> None:
    address = stranger()
    made = (await submit(desk, email=address)).json()
    page = await desk.http.post(link(desk, made["id"]), data={"answer": "denied"}, headers=PAGE)
    assert "30" in page.text
    read = await desk.read(desk.agent(), made["id"])
    assert (read["requester_answer"], read["tags"]) == ("denied", ["denied"])
    again = await submit(desk, email=address)
    assert again.status_code == 201
    assert (await opening(desk, again.json()["id"]))["acknowledge"] is False
    await desk.http.post(link(desk, made["id"]), json={"answer": "confirmed"})
    assert (await desk.read(desk.agent(), made["id"]))["tags"] == []
    assert (await opening(desk, (await submit(desk, email=address)).json()["id"]))["acknowledge"]


async def test_a_no_holds_for_the_inbox_whatever_stands_behind_a_plus(desk: Desk) -> None:
    name = uuid4().hex[:8]
    made = (await submit(desk, email=f"{name}@nowhere.example")).json()
    await desk.http.post(link(desk, made["id"]), json={"answer": "denied"})
    for address in (f"{name}+a@nowhere.example", f"{name.upper()}+B@nowhere.example"):
        again = (await submit(desk, email=address)).json()
        assert (await opening(desk, again["id"]))["acknowledge"] is False
    other = (await submit(desk, email=f"{name}x@nowhere.example")).json()
    assert (await opening(desk, other["id"]))["acknowledge"] is True


async def test_a_no_of_a_google_inbox_holds_for_its_dots_and_its_other_domain(desk: Desk) -> None:
    name = f"q{uuid4().hex[:8]}"
    made = (await submit(desk, email=f"{name}@gmail.com")).json()
    await desk.http.post(link(desk, made["id"]), json={"answer": "denied"})
    for address in (f"q.{name[1:]}@gmail.com", f"{name[:4]}.{name[4:]}+b@googlemail.com"):
        again = (await submit(desk, email=address)).json()
        assert (await opening(desk, again["id"]))["acknowledge"] is False


async def test_the_form_tells_nobody_whom_we_know(desk: Desk) -> None:
    known, old = desk.customer(), stranger()
    desk.neighbours.know(old, desk.organization, str(known.id))
    answers = [(await submit(desk, email=one)).json()["requester"] for one in (old, stranger())]
    assert answers[0] == answers[1]
    assert answers[0]["id"] is None


@pytest.mark.parametrize(
    ("header", "body", "expected"),
    [
        ("en", "لا تطبع", "en"),
        ("ar-SA,en;q=0.5", "It does not print", "ar"),
        ("", "It does not print", "en"),
        ("", "لا تطبع PC-118", "ar"),
        ("fr", "لا تطبع", "ar"),
    ],
)
async def test_a_new_visitor_is_answered_in_their_language(
    desk: Desk, header: str, body: str, expected: str
) -> None:
    desk.http.headers["accept-language"] = header
    try:
        made = (await submit(desk, email=stranger(), subject="PC", body=body)).json()
    finally:
        desk.http.headers.pop("accept-language", None)
    assert f'"locale":"{expected}"' in (await desk.facts(made["id"]))[0]["body"]


async def test_a_link_that_we_did_not_sign_or_that_asks_nothing_leads_nowhere(desk: Desk) -> None:
    ticket = await desk.open()
    for url in ("/v1/public/verify/abc", link(desk, str(uuid4())), link(desk, ticket["id"])):
        program = await desk.http.get(url)
        assert (program.status_code, program.json()["code"]) == (404, "link_invalid")
        person = await desk.http.get(url, headers=PAGE)
        assert person.status_code == 404
        assert "هذا الرابط غير صالح" in person.text
        said = await desk.http.post(url, json={"answer": "denied"})
        assert said.status_code == 404


async def test_a_person_with_a_dead_file_link_reads_why(desk: Desk) -> None:
    program = await desk.http.get("/v1/files/abc")
    person = await desk.http.get("/v1/files/abc", headers=PAGE)
    assert code(program) == (person.status_code, "link_invalid")
    assert person.headers["content-type"].startswith("text/html")
    assert program.json()["detail"] in person.text
    assert 'dir="rtl"' in person.text
    assert 'dir="ltr"' in person.text


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'{"answer":"maybe"}', b'{"answer":1}', b"\xff", b'{"x":1}']
)
async def test_rubbish_is_no_answer(desk: Desk, body: bytes) -> None:
    made = (await submit(desk, email=stranger())).json()
    said = await desk.http.post(link(desk, made["id"]), content=body)
    assert (said.status_code, said.json()["code"]) == (422, "validation_failed")


@pytest.fixture
async def captcha(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Provider]:
    async with provider() as made:
        more = {"tickets_captcha_url": made.url, "tickets_captcha_secret": made.secret}
        settings = desk.context.settings.model_copy(update=more)
        monkeypatch.setitem(vars(desk.context), "settings", settings)
        yield made


def code(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json().get("code")


async def test_a_captcha_stands_for_the_work_and_counts_once(desk: Desk, captcha: Provider) -> None:
    captcha.solved.add("token-1")
    made = await submit(desk, proof=None, captcha="token-1")
    assert made.status_code == 201, made.text
    assert set(captcha.asked[0]) == {"secret", "response"}
    assert code(await submit(desk, proof=None, captcha="token-1")) == (422, "captcha_invalid")
    captcha.solved.add("token-1")
    assert code(await submit(desk, proof=None, captcha="token-1")) == (409, "proof_spent")
    assert code(await submit(desk, proof=None, captcha="wrong")) == (422, "captcha_invalid")
    assert (await submit(desk)).status_code == 201
    captcha.broken = True
    away = await submit(desk, proof=None, captcha="token-2")
    assert code(away) == (503, "captcha_unavailable")
    assert away.headers["retry-after"]


async def test_exactly_one_of_work_and_captcha_is_sent(desk: Desk) -> None:
    assert code(await submit(desk, proof=None)) == (422, "validation_failed")
    assert code(await submit(desk, captcha="x")) == (422, "validation_failed")
    assert code(await submit(desk, proof=None, captcha="x")) == (422, "captcha_unset")


async def test_one_network_sends_so_many_forms_and_others_go_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = {"tickets_form_per_hour": 60, "tickets_form_burst": 2}
    settings = desk.context.settings.model_copy(update=more)
    monkeypatch.setitem(vars(desk.context), "settings", settings)
    monkeypatch.delitem(form._limits, desk.context.database, raising=False)
    desk.http.headers["x-forwarded-for"] = "198.51.100.7"
    try:
        assert [(await submit(desk)).status_code for _ in range(2)] == [201, 201]
        refused = await submit(desk)
        assert code(refused) == (429, "too_many_forms")
        assert 1 <= int(refused.headers["retry-after"]) <= 61
        desk.http.headers["x-forwarded-for"] = "198.51.100.8"
        assert (await submit(desk)).status_code == 201
    finally:
        del desk.http.headers["x-forwarded-for"]
        form._limits.pop(desk.context.database, None)


async def test_what_was_refused_costs_nobody_of_the_office_their_ticket(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = {"tickets_form_per_hour": 60, "tickets_form_burst": 1}
    settings = desk.context.settings.model_copy(update=more)
    monkeypatch.setitem(vars(desk.context), "settings", settings)
    monkeypatch.delitem(form._limits, desk.context.database, raising=False)
    desk.http.headers["x-forwarded-for"] = "198.51.100.9"
    wrong = {"salt": "A" * 60, "nonce": "1"}
    try:
        mistakes = [await submit(desk, subject="") for _ in range(4)]
        mistakes += [await submit(desk, proof=wrong) for _ in range(4)]
        assert {one.status_code for one in mistakes} == {422}
        assert (await submit(desk)).status_code == 201
        assert code(await submit(desk, subject="")) == (429, "too_many_forms")
        desk.http.headers["x-forwarded-for"] = "198.51.100.10"
        tries = [(await submit(desk, subject="", proof=wrong)).status_code for _ in range(11)]
        assert tries == [422] * form.TRIES + [429]
    finally:
        del desk.http.headers["x-forwarded-for"]
        form._limits.pop(desk.context.database, None)


def test_a_line_of_the_new_protocol_is_one_network() -> None:
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("198.51.100.7") == "198.51.100.7"
    assert network_of("testclient") == "testclient"


async def test_the_form_knows_its_choices(desk: Desk) -> None:
    told = (await desk.http.get("/v1/public/form")).json()
    assert told["files"] == 20
    assert told["file_bytes"] == 25 * 1024 * 1024
    assert told["captcha_site_key"] is None
    assert all(set(one["name"]) == {"ar", "en"} for one in told["departments"])


def test_nobody_unknown_is_more_urgent_than_normal() -> None:
    for wish in Priority:
        assert granted(wish, believed=True) is wish
        assert granted(wish, believed=False) is max(wish, Priority.P3)
    assert {granted(None, believed=one) for one in (True, False)} == {Priority.P3}


async def test_a_strangers_alarm_waits_until_the_request_is_theirs(desk: Desk) -> None:
    made = (await submit(desk, email=stranger(), priority="P1")).json()
    agent = desk.agent()

    async def priorities() -> tuple[str, str]:
        read = await desk.read(agent, made["id"])
        return read["priority"], read["requested_priority"]

    assert await priorities() == ("P3", "P1")
    assert '"priority":"P3"' in (await desk.facts(made["id"]))[0]["body"]
    path = f"/v1/tickets/{made['id']}/timeline"
    told = (await desk.http.get(path, headers=agent.headers(accept_language="ar"))).json()["items"]
    [wish] = [one for one in told if one["kind"] == "priority_wished"]
    assert "\u2068P1\u2069" in wish["text"]
    url = link(desk, made["id"])
    for word, expected in (("confirmed", "P1"), ("denied", "P3"), ("confirmed", "P1")):
        answer = await desk.http.post(url, json={"answer": word})
        assert answer.status_code == 200, answer.text
        assert await priorities() == (expected, "P1")
    again = (await submit(desk, email=stranger(), priority="P4")).json()
    assert again["priority"] == "P4"


async def test_the_desks_word_outlives_the_strangers(desk: Desk) -> None:
    made = (await submit(desk, email=stranger(), priority="P1")).json()
    path = f"/v1/tickets/{made['id']}"
    headers = desk.agent().headers()
    assert (await desk.http.patch(path, json={"priority": "P4"}, headers=headers)).is_success
    await desk.http.post(link(desk, made["id"]), json={"answer": "confirmed"})
    assert (await desk.read(desk.agent(), made["id"]))["priority"] == "P4"
