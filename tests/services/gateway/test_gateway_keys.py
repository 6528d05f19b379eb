"""Signing keys live and die on schedule, and a restart finds what the last start left."""

import asyncio

from services.gateway.main import service
from services.gateway.usecases.seed import seed
from services.gateway.usecases.signing import ring_of, turn
from shared.kit.context import Context
from tests.contexts import MakeContext, MakeSettings, Travel
from tests.services.gateway.conftest import client


async def kids(context: Context) -> dict[str, str]:
    async with context.tx() as tx:
        rows = await tx.rows("select id, state from identity.signing_key")
    return {str(row["id"]): row["state"] for row in rows}


async def test_a_key_is_published_before_it_signs_and_dropped_after(
    make_context: MakeContext, travel: Travel
) -> None:
    context, minutes, day = make_context("gateway"), 60.0, 86_400.0
    await turn(context)
    (first,) = await kids(context)
    await turn(context)
    assert await kids(context) == {first: "active"}
    due = 30 * day - 15 * minutes
    travel(due + 1)
    await turn(context)
    states = await kids(context)
    (second,) = set(states) - {first}
    assert states == {first: "active", second: "next"}
    published = {key["kid"] for key in ring_of(context).document()["keys"]}
    assert published == {first, second}
    assert all("d" not in key for key in ring_of(context).document()["keys"])
    travel(due + 15 * minutes + 2)
    await turn(context)
    assert await kids(context) == {first: "retired", second: "active"}
    travel(due + 31 * minutes)
    await turn(context)
    assert await kids(context) == {second: "active"}
    travel(0)


async def test_tokens_of_a_retired_key_live_out_their_time(
    make_settings: MakeSettings, travel: Travel
) -> None:
    settings = make_settings("gateway", rate_limit=0)
    login = {
        "grant_type": "password",
        "username": settings.admin_email,
        "password": settings.secret("admin"),
    }
    async with (
        service.running(settings, bus=False) as context,
        client(service.app) as http,
    ):

        async def bearer() -> dict[str, str]:
            answer = await http.post("/v1/auth/token", data=login)
            return {"Authorization": f"Bearer {answer.json()['access_token']}"}

        start = 40 * 86_400.0
        travel(start)
        await turn(context)
        travel(start + 899)
        old = await bearer()
        travel(start + 901)
        await turn(context)
        fresh = await bearer()
        for headers in (old, fresh):
            assert (await http.get("/v1/me", headers=headers)).status_code == 200
        travel(start + 899 + 640)
        assert (await http.get("/v1/me", headers=old)).status_code == 401
    travel(0)


async def test_even_right_passwords_have_a_pace(make_settings: MakeSettings) -> None:
    settings = make_settings("gateway", rate_limit=0, gateway_logins_per_second=2)
    login = {
        "grant_type": "password",
        "username": settings.admin_email,
        "password": settings.secret("admin"),
    }
    async with service.running(settings, bus=False), client(service.app) as http:
        tries = (http.post("/v1/auth/token", data=login) for _ in range(12))
        answers = await asyncio.gather(*tries)  # at once: a slow machine gives tries time to return
        elsewhere = {"x-forwarded-for": "198.51.100.8"}
        other = await http.post("/v1/auth/token", data=login, headers=elsewhere)
    let_in = [answer for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(let_in) >= 4
    assert refused
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}
    assert other.status_code == 200


async def test_another_start_changes_nothing(make_context: MakeContext) -> None:
    context = make_context("gateway")
    await seed(context)

    async def everything() -> list[object]:
        found: list[object] = []
        async with context.tx() as tx:
            for table in ("organization", "department", "user", "signing_key", "outbox"):
                rows = await tx.rows(f"select t::text as t from identity.{table} t order by 1")
                found.append([row["t"] for row in rows])
        return found

    before = await everything()
    await seed(context)
    await seed(make_context("gateway"))
    assert await everything() == before
