"""The other doors of a ticket, and what each of them answers to bad input."""

import asyncio
import hashlib
import json
import smtplib
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from tests.journeys import letters
from tests.journeys.company import found
from tests.journeys.desk import Desk

pytestmark = pytest.mark.journey


async def prove(desk: Desk) -> dict[str, str]:
    """Do the work that the public form asks for."""
    challenge = (await desk.http.get("/v1/public/challenge")).json()
    salt, bits = challenge["salt"], challenge["difficulty"]

    def work() -> str:
        for number in count():
            digest = hashlib.sha256(f"{salt}{number}".encode()).digest()
            if int.from_bytes(digest, "big") >> (256 - bits) == 0:
                return str(number)
        raise AssertionError("unreachable")

    return {"salt": salt, "nonce": await asyncio.to_thread(work)}


async def test_the_same_ticket_opens_through_api_and_form(desk: Desk) -> None:
    company = await found(desk)
    sara = company.seats["customer"]
    body = {"subject": "سؤال عن الفاتورة", "body": "كيف أطبعها؟", "priority": "P4"}
    key = {"Idempotency-Key": uuid4().hex}
    first = await sara.ask("POST", "/v1/tickets", json=body, headers=key)
    again = await sara.ask("POST", "/v1/tickets", json=body, headers=key)
    other = await sara.ask("POST", "/v1/tickets", json={**body, "subject": "x"}, headers=key)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert first.json()["requested_priority"] == "P4"

    form = {
        "subject": "سؤال من الموقع",
        "body": "هل يعمل النظام دون اتصال؟",
        "requester": {"email": company.address("customer"), "name": "سارة"},
        "proof": await prove(desk),
    }
    made = await desk.http.post("/v1/public/tickets", json=form)
    assert made.status_code in {201, 202}, made.text
    number = made.json()["number"]
    await desk.letter(company.address("customer"), number)
    listed = (await sara.get("/v1/tickets"))["items"]
    assert {number, first.json()["number"]} <= {ticket["number"] for ticket in listed}
    replay = await desk.http.post("/v1/public/tickets", json=form)
    assert replay.is_client_error, "a proof serves once"


async def test_tokens_that_are_not_ours_are_401_with_a_problem(desk: Desk) -> None:
    wrong = {"grant_type": "password", "username": "admin@localhost", "password": "wrong"}
    answers = [await desk.http.post("/v1/auth/token", data=wrong)]
    good = desk.admin()
    await good.sign_in()
    forged = [
        "x",
        "x.y.z",
        "a" * 5000,
        good.token[:-6] + "AAAAAA",
        good.token.partition(".")[0] + ".e30.",
    ]
    for token in forged:
        headers = {"Authorization": f"Bearer {token}"}
        paths = ("/v1/tickets", "/v1/me", "/v1/webhooks", "/v1/sla/policies")
        answers += [await desk.http.get(path, headers=headers) for path in paths]
    for answer in answers:
        assert answer.status_code == 401, answer.text
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert answer.json()["code"]


async def test_problems_speak_the_readers_language(desk: Desk) -> None:
    arabic = await desk.http.get("/v1/me", headers={"Accept-Language": "ar"})
    english = await desk.http.get("/v1/me", headers={"Accept-Language": "en"})
    assert arabic.json()["code"] == english.json()["code"]
    assert any("\u0600" <= letter <= "\u06ff" for letter in arabic.json()["title"])
    assert english.json()["title"].isascii()


async def test_foreign_tickets_do_not_exist(desk: Desk) -> None:
    here, there = await found(desk), await found(desk)
    mine: dict[str, Any] = await here.seats["customer"].post(
        "/v1/tickets", {"subject": "سر", "body": "سر"}
    )
    stranger, ghost = there.seats["customer"], uuid4()
    for path in ("", "/messages", "/timeline", "/sla", "/escalations"):
        foreign = await stranger.ask("GET", f"/v1/tickets/{mine['id']}{path}")
        nothing = await stranger.ask("GET", f"/v1/tickets/{ghost}{path}")
        assert foreign.status_code == nothing.status_code == 404, f"{path}: {foreign.text}"
        assert foreign.json()["code"] == nothing.json()["code"]
    reply = await stranger.ask("POST", f"/v1/tickets/{mine['id']}/messages", json={"body": "hi"})
    assert reply.status_code == 404
    agent = await there.seats["agent"].ask("GET", f"/v1/tickets/{mine['id']}")
    assert agent.status_code == 404, "another department's agent"


async def test_an_illegal_move_says_what_is_legal(desk: Desk) -> None:
    company = await found(desk)
    ticket = await company.seats["customer"].post("/v1/tickets", {"subject": "س", "body": "ن"})
    admin = company.admin
    await admin.post(f"/v1/tickets/{ticket['id']}/close", {"reason": "duplicate"})
    answer = await admin.ask("POST", f"/v1/tickets/{ticket['id']}/resolve", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")
    assert isinstance(answer.json()["legal"], list)


@pytest.mark.parametrize(
    "body",
    [
        {"subject": "a\u0000b", "body": "x"},
        '{"subject": "\\ud800", "body": "x"}',
        '{"subject": 1e999, "body": "x"}',
        "{",
        {"subject": "x", "body": "x", "priority": "P9"},
        {"subject": "x", "body": "x", "surprise": 1},
        {"subject": "", "body": ""},
        {"subject": 10**30, "body": "x"},
        [],
    ],
    ids=str,
)
async def test_bad_bodies_are_422_never_500(desk: Desk, body: Any) -> None:
    raw = body if isinstance(body, str) else json.dumps(body)
    headers = {"Content-Type": "application/json"}
    answer = await desk.admin().ask("POST", "/v1/tickets", content=raw, headers=headers)
    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["code"]


async def test_the_mail_door_refuses_what_it_cannot_keep(desk: Desk) -> None:
    company = await found(desk)
    sara = company.address("customer")
    mail = letters.plain(sara, company.mailbox, "big", "x")
    with pytest.raises(smtplib.SMTPException) as refused:
        await desk.send(mail + b"y" * (36 * 2**20), sara, company.mailbox)
    assert "552" in str(refused.value)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        await desk.send(mail, sara, "nobody@elsewhere.example")
