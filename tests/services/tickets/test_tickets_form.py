"""The web site's form, rating links, and the doors for our own services."""

import hashlib
from typing import Any
from uuid import UUID

import pytest

from services.tickets.domain.proofs import solves
from shared.tokens import make_rating_token
from shared.vocabulary import SCORES
from tests.services.tickets.conftest import BODY, Desk
from tests.services.tickets.people import service_headers
from tests.services.tickets.test_tickets_files import upload


async def solved(desk: Desk) -> dict[str, str]:
    challenge = (await desk.http.get("/v1/public/challenge")).json()
    salt, bits = challenge["salt"], challenge["difficulty"]
    for nonce in range(1_000_000):
        digest = hashlib.sha256(f"{salt}{nonce}".encode()).digest()
        if int.from_bytes(digest, "big") >> (256 - bits) == 0:
            return {"salt": salt, "nonce": str(nonce)}
    raise AssertionError


async def submit(desk: Desk, email: str = "laila@east.example", **more: Any) -> Any:
    body = {**BODY, "requester": {"email": email, "name": "ليلى"}, **more}
    if "proof" not in body:
        body["proof"] = await solved(desk)
    return await desk.http.post("/v1/public/tickets", json=body)


async def test_a_proven_visitor_opens_a_ticket_with_a_file(desk: Desk) -> None:
    upload_id = await upload(desk, None, b"screenshot")
    answer = await submit(desk, upload_ids=[upload_id], priority="P2")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["channel"], made["requested_priority"]) == ("form", "P2")
    read = await desk.read(desk.agent(), made["id"])
    assert read["requester"]["email"] == "laila@east.example"


async def test_a_proof_is_used_once_and_must_be_right(desk: Desk) -> None:
    proof = await solved(desk)
    assert (await submit(desk, proof=proof)).status_code == 201
    again = await submit(desk, proof=proof)
    assert (again.status_code, again.json()["code"]) == (409, "proof_spent")
    wrong = next(str(n) for n in range(1000) if not solves(proof["salt"], str(n), 8))
    refused = await submit(desk, proof={**proof, "nonce": wrong})
    assert (refused.status_code, refused.json()["code"]) == (422, "proof_invalid")
    forged = {"salt": "A" * len(proof["salt"]), "nonce": "1"}
    assert (await submit(desk, proof=forged)).json()["code"] == "proof_invalid"


async def test_acknowledgements_to_one_address_are_capped(desk: Desk) -> None:
    said = []
    for _ in range(5):
        made = (await submit(desk, email="flood@west.example")).json()
        [fact] = await desk.facts(made["id"])
        said.append('"acknowledge":true' in fact["body"])
    assert said == [True, True, True, False, False]


async def test_a_gateway_that_is_away_is_503_and_spends_nothing(desk: Desk) -> None:
    proof = await solved(desk)
    desk.neighbours.down = True
    try:
        answer = await submit(desk, proof=proof)
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
    finally:
        desk.neighbours.down = False
    assert (await submit(desk, proof=proof)).status_code == 201


def link(desk: Desk, ticket_id: str, score: int, resolution: int = 0) -> str:
    key = desk.context.keys.derive("feedback-link")
    return f"/v1/feedback/{make_rating_token(key, UUID(ticket_id), resolution, score)}"


async def test_a_link_shows_both_languages_and_casts_only_when_posted(desk: Desk) -> None:
    customer = desk.customer()
    made = await desk.open(customer)
    await desk.do(desk.agent(), made["id"], "resolve")
    shown = await desk.http.get(link(desk, made["id"], 4))
    assert 'dir="rtl"' in shown.text
    assert 'lang="en" dir="ltr"' in shown.text
    for text in (SCORES[1]["ar"], SCORES[5]["ar"], SCORES[1]["en"].lower()):
        assert text in shown.text
    assert 'value="4" required checked' in shown.text
    assert "script" not in shown.headers["content-security-policy"].replace("default-src", "")
    path = f"/v1/tickets/{made['id']}/feedback"
    assert (await desk.http.get(path, headers=customer.headers())).json()["items"] == []
    cast = await desk.http.post(link(desk, made["id"], 4))
    told = {"number": made["number"], "score": 4, "open": True}
    assert cast.json() == {**told, "reopened": False, "may_reopen_until": None}
    form = await desk.http.post(
        link(desk, made["id"], 4),
        data={"score": "2", "comment": "تأخرتم"},
        headers={"Accept": "text/html"},
    )
    assert "شكرًا لك" in form.text
    [rating] = (await desk.http.get(path, headers=customer.headers())).json()["items"]
    assert (rating["score"], rating["comment"]) == (2, "تأخرتم")


async def test_links_that_we_did_not_sign_and_bad_scores_are_refused(desk: Desk) -> None:
    made = await desk.open()
    good = link(desk, made["id"], 5)
    bent = good[:-2] + ("AA" if not good.endswith("AA") else "BB")
    for path in (bent, "/v1/feedback/x", "/v1/feedback/" + "A" * 400):
        assert (await desk.http.get(path)).status_code == 404
        assert (await desk.http.post(path)).status_code == 404
    early = await desk.http.post(good)
    assert early.json()["code"] == "not_ratable"
    for score in (0, 6, "x", [1]):
        answer = await desk.http.post(good, json={"score": score})
        assert answer.status_code in {409, 422}


async def test_a_person_with_a_broken_or_early_link_reads_a_page_in_both_languages(
    desk: Desk,
) -> None:
    made = await desk.open()
    browser = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": "en"}
    for ask in (desk.http.get, desk.http.post):
        answer = await ask("/v1/feedback/forged", headers=browser)
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["cache-control"] == "no-store"
        assert "هذا الرابط غير صالح" in answer.text
        assert '<html lang="en" dir="ltr">' in answer.text
        assert "This link is not valid" in answer.text
    early = await desk.http.post(link(desk, made["id"], 5), headers={"Accept": "text/html"})
    assert (early.status_code, '<html lang="ar" dir="rtl">' in early.text) == (409, True)
    program = await desk.http.get("/v1/feedback/forged")
    assert program.json()["code"] == "link_invalid"


async def test_our_services_read_what_they_need(desk: Desk) -> None:
    made = await desk.open(subject="موضوع")
    headers = service_headers("notify")
    base = f"/internal/tickets/{made['id']}"
    told = (await desk.ops.get(base, headers=headers)).json()
    assert (told["subject"], told["number"]) == ("موضوع", int(made["number"][4:]))
    number = told["number"]
    by_number = await desk.ops.get(f"/internal/tickets/by-number/{number}", headers=headers)
    assert by_number.json() == told
    [row] = await desk.look("select id from tickets.message where ticket_id = $1", made["id"])
    message = (await desk.ops.get(f"{base}/messages/{row['id']}", headers=headers)).json()
    assert (message["body_text"], message["author_kind"]) == (BODY["body"], "customer")
    thread = await desk.ops.get(f"{base}/thread", headers=headers)
    assert thread.json() == {"message_ids": []}
    assert (await desk.ops.get(base, headers=desk.agent().headers())).status_code == 401
    assert (await desk.http.get(base, headers=headers)).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 422, "validation_failed"),
        (b"\xff\xfe", 422, "validation_failed"),
        (b"[" * 100_000, 422, "validation_failed"),
        (b"[5]", 422, "validation_failed"),
        (b'{"score": NaN}', 422, "validation_failed"),
        (b'{"score": {}}', 422, "validation_failed"),
        (b'{"comment": 7}', 422, "validation_failed"),
        (b'{"comment": "a\\u0000b"}', 422, "validation_failed"),
    ],
)
async def test_a_broken_rating_is_a_problem_and_no_failure_of_ours(
    desk: Desk, body: bytes, status: int, code: str
) -> None:
    answer = await desk.http.post("/v1/feedback/any-token", content=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
