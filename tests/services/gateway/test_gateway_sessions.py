"""Renewing a login, logging out, and how fast a change of rights counts."""

import asyncio

from tests.contexts import Travel
from tests.engines import eventually
from tests.services.gateway.conftest import PASSWORD, Door


async def tokens(door: Door, email: str) -> dict[str, str]:
    answer = await door.log_in(email)
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.json()
    return found


async def status(door: Door, access: str) -> int:
    answer = await door.ask("GET", "/v1/me", Authorization=f"Bearer {access}")
    return answer.status_code


async def test_a_refresh_token_buys_the_next_one(door: Door) -> None:
    user = await door.user(["agent"])
    first = await tokens(door, user["email"])
    second = (await door.refresh(first["refresh_token"])).json()
    third = (await door.refresh(second["refresh_token"])).json()
    assert len({one["refresh_token"] for one in (first, second, third)}) == 3
    assert await status(door, third["access_token"]) == 200


async def test_twins_of_a_renewal_get_the_same_child(door: Door) -> None:
    user = await door.user(["agent"])
    parent = (await tokens(door, user["email"]))["refresh_token"]
    answers = await asyncio.gather(*(door.refresh(parent) for _ in range(5)))
    children = {answer.json()["refresh_token"] for answer in answers}
    assert [answer.status_code for answer in answers] == [200] * 5
    assert len(children) == 1
    assert (await door.refresh(children.pop())).status_code == 200


async def test_a_late_second_use_ends_the_whole_session(door: Door, travel: Travel) -> None:
    user = await door.user(["agent"])
    first = await tokens(door, user["email"])
    child = (await door.refresh(first["refresh_token"])).json()
    travel(11)
    stolen = await door.refresh(first["refresh_token"])
    assert (stolen.status_code, stolen.json()["code"]) == (401, "invalid_grant")
    assert (await door.refresh(child["refresh_token"])).status_code == 401

    async def dead() -> bool:
        return await status(door, child["access_token"]) == 401

    await eventually(dead, within=5)
    travel(0)


async def test_the_end_of_a_session_is_told_to_the_house(door: Door, travel: Travel) -> None:
    user = await door.user(["agent"])
    first = await tokens(door, user["email"])
    await door.refresh(first["refresh_token"])
    travel(11)
    await door.refresh(first["refresh_token"])
    travel(0)
    async with door.context.tx() as tx:
        session = await tx.scalar(
            "select id from identity.session where user_id = cast(:id as uuid)", {"id": user["id"]}
        )
    assert await door.facts(session) == [(1, "sanad.identity.session_revoked")]


async def test_refresh_tokens_expire_when_idle_and_sessions_end(door: Door, travel: Travel) -> None:
    day = 86_400.0
    user = await door.user(["agent"])
    idle = (await tokens(door, user["email"]))["refresh_token"]
    busy = (await tokens(door, user["email"]))["refresh_token"]
    for days in (29, 58, 87):
        travel(days * day)
        answer = await door.refresh(busy)
        assert answer.status_code == 200
        busy = answer.json()["refresh_token"]
    assert (await door.refresh(idle)).status_code == 401
    travel(91 * day)
    assert (await door.refresh(busy)).status_code == 401
    travel(0)


async def test_logging_out_ends_this_session_only(door: Door) -> None:
    user = await door.user(["agent"])
    here, there = await tokens(door, user["email"]), await tokens(door, user["email"])
    bearer = f"Bearer {here['access_token']}"
    assert (await door.ask("POST", "/v1/auth/logout", Authorization=bearer)).status_code == 204
    assert (await door.refresh(here["refresh_token"])).status_code == 401

    async def dead() -> bool:
        return await status(door, here["access_token"]) == 401

    await eventually(dead, within=5)
    assert await status(door, there["access_token"]) == 200
    assert (await door.refresh(there["refresh_token"])).status_code == 200


async def test_a_disabled_person_is_out_within_five_seconds(door: Door) -> None:
    user = await door.user(["agent"])
    held = await tokens(door, user["email"])
    assert await status(door, held["access_token"]) == 200
    await door.admin("PATCH", f"/v1/users/{user['id']}", {"disabled": True})

    async def dead() -> bool:
        return await status(door, held["access_token"]) == 401

    await eventually(dead, within=5)
    assert (await door.refresh(held["refresh_token"])).status_code == 401
    assert (await door.log_in(user["email"])).status_code == 401
    await door.admin("PATCH", f"/v1/users/{user['id']}", {"disabled": False})
    assert (await door.refresh(held["refresh_token"])).status_code == 401
    assert await status(door, (await tokens(door, user["email"]))["access_token"]) == 200


async def test_a_new_role_needs_a_new_token_but_no_new_login(door: Door) -> None:
    user = await door.user(["agent"])
    held = await tokens(door, user["email"])
    await door.admin("PATCH", f"/v1/users/{user['id']}", {"roles": ["supervisor"]})

    async def dead() -> bool:
        return await status(door, held["access_token"]) == 401

    await eventually(dead, within=5)
    renewed = (await door.refresh(held["refresh_token"])).json()
    assert "escalations:write" in renewed["scope"]
    assert await status(door, renewed["access_token"]) == 200


async def test_a_new_password_ends_every_session_and_the_old_password(door: Door) -> None:
    user = await door.user(["agent"])
    held = await tokens(door, user["email"])
    await door.admin("PATCH", f"/v1/users/{user['id']}", {"password": "another passphrase 2"})
    assert (await door.refresh(held["refresh_token"])).status_code == 401
    assert (await door.log_in(user["email"], PASSWORD)).status_code == 401
    assert (await door.log_in(user["email"], "another passphrase 2")).status_code == 200


async def test_everybody_may_choose_their_next_password(door: Door) -> None:
    company = await door.organization()
    user = await door.user(["customer"], organization_id=company["id"])
    held = await tokens(door, user["email"])
    bearer = {"Authorization": f"Bearer {held['access_token']}"}
    path, fresh = "/v1/me/password", "a different passphrase 3"
    wrong = await door.ask("PUT", path, {"current": "guess", "password": fresh}, **bearer)
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_grant")
    weak = await door.ask("PUT", path, {"current": PASSWORD, "password": "short"}, **bearer)
    assert (weak.status_code, weak.json()["code"]) == (422, "password_too_short")
    done = await door.ask("PUT", path, {"current": PASSWORD, "password": fresh}, **bearer)
    assert done.status_code == 204
    assert (await door.refresh(held["refresh_token"])).status_code == 401
    assert (await door.log_in(user["email"], PASSWORD)).status_code == 401
    assert (await door.log_in(user["email"], fresh)).status_code == 200


async def test_tokens_end_after_ten_minutes(door: Door, travel: Travel) -> None:
    user = await door.user(["agent"])
    held = await tokens(door, user["email"])
    travel(599)
    assert await status(door, held["access_token"]) == 200
    travel(635)  # leeway of half a minute between the clocks of a house
    assert await status(door, held["access_token"]) == 401
    travel(0)


async def test_nothing_secret_is_stored_as_it_is_spoken(door: Door) -> None:
    user = await door.user(["agent"], name="فاطمة المميزة")
    held = await tokens(door, user["email"])
    async with door.context.tx() as tx:
        found = await tx.rows(
            """select u::text || coalesce((select string_agg(r::text, '') from
                identity.refresh_token r), '') || (select string_agg(k::text, '') from
                identity.signing_key k) as all from identity.user u"""
        )
    stored = "".join(row["all"] for row in found)
    for secret in (held["refresh_token"], user["email"], "فاطمة", PASSWORD, "PRIVATE KEY"):
        assert secret not in stored
        assert secret.encode().hex() not in stored
