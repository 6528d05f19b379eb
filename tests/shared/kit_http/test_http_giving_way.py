"""A transaction that Postgres rolled back for another one is done again before anybody hears."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from tests.shared.kit_http.conftest import Desk
from tests.shared.kit_http.desk import UNLUCKY, Person

NOTE = {"title": "note"}


async def post(desk: Desk, path: str, **more: str) -> httpx.Response:
    headers = Person().headers(**more)
    return await desk.http.post(f"/v1/notes/{path}", json=NOTE, headers=headers)


async def test_two_who_wait_for_each_other_both_succeed(desk: Desk) -> None:
    one, two = uuid4().hex, uuid4().hex
    answers = await asyncio.gather(
        post(desk, f"pairs/{one}/{two}"),
        post(desk, f"pairs/{two}/{one}", Idempotency_Key=str(uuid4())),
    )
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [await desk.count(name) for name in (one, two)] == [2, 2]


@pytest.mark.parametrize("state", ["40P01", "40001"])
async def test_three_more_attempts_leave_one_effect(desk: Desk, state: str) -> None:
    name = uuid4().hex
    UNLUCKY[name] = 3
    headers = {"Idempotency_Key": str(uuid4())}
    answer = await post(desk, f"unlucky/{name}/{state}", **headers)
    assert (answer.status_code, answer.json()) == (201, NOTE)
    assert (UNLUCKY[f"{name} tried"], await desk.count(name)) == (4, 1)


async def test_whoever_always_gives_way_hears_when_to_come_back(desk: Desk) -> None:
    name = uuid4().hex
    UNLUCKY[name] = 99
    answer = await post(desk, f"unlucky/{name}/40P01")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    assert (UNLUCKY[f"{name} tried"], await desk.count(name)) == (4, 0)


async def test_other_failures_are_not_repeated(desk: Desk) -> None:
    name = uuid4().hex
    UNLUCKY[name] = 99
    assert (await post(desk, f"unlucky/{name}/23514")).status_code == 500
    assert UNLUCKY[f"{name} tried"] == 1


async def test_a_body_that_was_streamed_away_is_not_asked_for_again(desk: Desk) -> None:
    name = uuid4().hex
    assert (await post(desk, f"streamed/{name}")).status_code == 503
    assert UNLUCKY[f"{name} tried"] == 1
