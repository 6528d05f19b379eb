"""Same key and same request: one effect and one answer, whatever happens in between."""

import asyncio
from uuid import uuid4

import pytest

from tests.contexts import Travel
from tests.shared.kit_http.conftest import Desk
from tests.shared.kit_http.desk import Person

PATHS = ["/v1/notes", "/v1/notes/fast"]


@pytest.mark.parametrize("path", PATHS)
async def test_a_repeat_hears_the_first_answer(desk: Desk, path: str) -> None:
    person, title = Person(), str(uuid4())
    headers = person.headers(idempotency_key="k-1")
    first = await desk.http.post(path, json={"title": title}, headers=headers)
    again = await desk.http.post(path, json={"title": title}, headers=headers)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers.get("etag") == first.headers.get("etag")
    assert again.headers["content-type"] == "application/json"
    assert await desk.count(title) == 1


@pytest.mark.parametrize("path", PATHS)
async def test_concurrent_repeats_have_one_effect(desk: Desk, path: str) -> None:
    person, title = Person(), str(uuid4())
    headers = person.headers(idempotency_key="race")
    answers = await asyncio.gather(
        *(desk.http.post(path, json={"title": title}, headers=headers) for _ in range(8))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 7
    assert await desk.count(title) == 1


@pytest.mark.parametrize("path", PATHS)
async def test_another_body_under_the_same_key_is_refused(desk: Desk, path: str) -> None:
    headers = Person().headers(idempotency_key="k-2")
    await desk.http.post(path, json={"title": "one"}, headers=headers)
    other = await desk.http.post(path, json={"title": "two"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (await desk.http.post(path, json={"title": "one"}, headers=headers)).status_code == 201


async def test_another_route_under_the_same_key_is_refused(desk: Desk) -> None:
    headers = Person().headers(idempotency_key="k-3")
    await desk.http.post("/v1/notes", json={"title": "one"}, headers=headers)
    other = await desk.http.post("/v1/notes/fast", json={"title": "one"}, headers=headers)
    assert other.json()["code"] == "idempotency_key_reused"


@pytest.mark.parametrize("path", PATHS)
async def test_keys_belong_to_their_principal(desk: Desk, path: str) -> None:
    title = str(uuid4())
    for _ in range(2):
        headers = Person().headers(idempotency_key="mine")
        answer = await desk.http.post(path, json={"title": title}, headers=headers)
        assert "idempotent-replayed" not in answer.headers
    assert await desk.count(title) == 2


async def test_customers_keep_keys_behind_their_own_wall(desk: Desk) -> None:
    customer = Person(roles=["customer"], organization=uuid4())
    title = str(uuid4())
    for path in PATHS:
        headers = customer.headers(idempotency_key=f"c{path}")
        first = await desk.http.post(path, json={"title": title}, headers=headers)
        again = await desk.http.post(path, json={"title": title}, headers=headers)
        assert first.content == again.content
        assert "idempotent-replayed" in again.headers
    assert await desk.count(title) == 2


async def test_a_refusal_is_heard_again(desk: Desk) -> None:
    headers = Person().headers(idempotency_key="k-4")
    first = await desk.http.post("/v1/notes/moves/illegal", headers=headers)
    again = await desk.http.post("/v1/notes/moves/illegal", headers=headers)
    assert first.status_code == again.status_code == 409
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["content-type"] == "application/problem+json"
    assert first.json()["request_id"] == again.json()["request_id"]


async def test_an_accident_of_ours_is_not_kept(desk: Desk) -> None:
    headers = Person().headers(idempotency_key="k-5")
    for _ in range(2):
        answer = await desk.http.post("/v1/notes/moves/broken", headers=headers)
        assert answer.status_code == 500
        assert "idempotent-replayed" not in answer.headers


async def test_a_mended_request_may_use_its_key(desk: Desk) -> None:
    headers, title = Person().headers(idempotency_key="k-6"), str(uuid4())
    bad = await desk.http.post("/v1/notes", json={"title": title, "count": "x"}, headers=headers)
    good = await desk.http.post("/v1/notes", json={"title": title}, headers=headers)
    assert (bad.status_code, good.status_code) == (422, 201)


@pytest.mark.parametrize("path", PATHS)
async def test_a_key_counts_for_a_day(desk: Desk, path: str, travel: Travel) -> None:
    person, title = Person(), str(uuid4())
    await desk.http.post(path, json={"title": title}, headers=person.headers(idempotency_key="k-7"))
    try:
        travel(24 * 3600 + 60)
        late = person.token(iat=person.claims()["iat"] + 86400, exp=person.claims()["exp"] + 86400)
        headers = {"Authorization": f"Bearer {late}", "Idempotency-Key": "k-7"}
        answer = await desk.http.post(path, json={"title": title}, headers=headers)
    finally:
        travel(0)
    assert answer.status_code == 201, answer.text
    assert "idempotent-replayed" not in answer.headers
    assert await desk.count(title) == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there", "é"])
async def test_an_unfit_key_is_refused(desk: Desk, key: str) -> None:
    named = Person().headers() | {"Idempotency-Key": key}
    headers = [(name.encode(), value.encode("latin-1")) for name, value in named.items()]
    answer = await desk.http.post("/v1/notes", json={"title": "a"}, headers=headers)
    assert answer.status_code == 400


async def test_a_route_with_its_own_transactions_keeps_no_answer(desk: Desk) -> None:
    headers = Person().headers(idempotency_key="k-8")
    first = await desk.http.post("/v1/notes/own", headers=headers)
    second = await desk.http.post("/v1/notes/own", headers=headers)
    assert second.json()["count"] == first.json()["count"] + 1


async def test_kept_answers_are_sealed(desk: Desk) -> None:
    headers = Person().headers(idempotency_key="k-9")
    await desk.http.post("/v1/notes", json={"title": "CANARY-9"}, headers=headers)
    async with desk.context.tx() as tx:
        rows = await tx.rows("select headers, body from sla.idempotency_key where key = 'k-9'")
    assert len(rows) == 1
    assert b"CANARY" not in rows[0]["body"]
