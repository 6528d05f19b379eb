"""Logging in: what is given, what is refused, and what a guesser learns."""

import asyncio
import json
from base64 import urlsafe_b64decode

import pytest

from services.gateway.adapters.passwords import Hasher
from shared.kit.jwt import MAX_TOKEN
from tests.contexts import Travel
from tests.services.gateway.conftest import PASSWORD, Door


def claims(token: str) -> dict[str, object]:
    payload = token.split(".")[1]
    found: dict[str, object] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


async def test_a_login_answers_as_oauth_says(door: Door) -> None:
    department = await door.admin("POST", "/v1/departments", {"name": {"ar": "أ", "en": "A"}})
    agent = await door.user(["agent"], department_ids=[department["id"]], locale="en")
    answer = await door.log_in(agent["email"])
    body = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 600)
    told = claims(body["access_token"])
    assert told["sub"] == agent["id"]
    assert told["kind"] == "user"
    assert told["org"] == agent["organization_id"]
    assert told["roles"] == ["agent"]
    assert told["deps"] == [department["id"]]
    assert told["locale"] == "en"
    assert told["aud"] == "sanad-api"
    assert told["iss"] == "sanad"
    assert "tickets:manage" in str(told["scope"]).split()
    assert body["scope"] == told["scope"]


async def test_the_largest_token_fits_what_verifiers_accept(door: Door) -> None:
    names = [{"name": {"ar": f"ق{n}", "en": f"D{n}"}} for n in range(32)]
    ids = [(await door.admin("POST", "/v1/departments", name))["id"] for name in names]
    chief = await door.user(
        ["agent", "supervisor", "manager", "senior_management", "executive", "admin", "auditor"],
        department_ids=ids,
    )
    token = (await door.log_in(chief["email"])).json()["access_token"]
    assert len(token) <= MAX_TOKEN
    assert (await door.ask("GET", "/v1/me", Authorization=f"Bearer {token}")).status_code == 200


async def test_a_stranger_and_a_wrong_password_are_told_the_same(door: Door) -> None:
    known = await door.user(["agent"])
    gone = await door.user(["agent"])
    silent = await door.user(["agent"], password=None)
    await door.admin("PATCH", f"/v1/users/{gone['id']}", {"disabled": True})
    answers = [
        await door.log_in(known["email"], "wrong password"),
        await door.log_in("nobody@nowhere.example", "wrong password"),
        await door.log_in("not an address", "wrong password"),
        await door.log_in(gone["email"], PASSWORD),
        await door.log_in(silent["email"], PASSWORD),
    ]
    bodies = [
        {key: value for key, value in answer.json().items() if key != "request_id"}
        for answer in answers
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert all(body == bodies[0] for body in bodies)
    assert bodies[0]["code"] == bodies[0]["error"] == "invalid_grant"
    assert all(one.headers["www-authenticate"].startswith("Bearer") for one in answers)
    assert answers[0].headers["content-type"] == "application/problem+json"


async def test_an_unknown_address_costs_a_hash_too(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    honest = Hasher._matches

    def counted(self: Hasher, stored: str, password: str) -> bool:
        checked.append(stored)
        return honest(self, stored, password)

    monkeypatch.setattr(Hasher, "_matches", counted)
    await door.log_in("nobody@nowhere.example", "wrong password")
    assert len(checked) == 1


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password", "username": "a@b.example"}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "snr_x"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "\x00"}, "invalid_grant"),
        ({"grant_type": "password", "username": "\x00", "password": "\x00"}, "invalid_grant"),
    ],
)
async def test_a_malformed_login_is_named_in_both_languages(
    door: Door, form: dict[str, str], code: str
) -> None:
    titles = set()
    for language in ("ar", "en"):
        answer = await door.http.post(
            "/v1/auth/token", data=form, headers={"accept-language": language}
        )
        assert answer.status_code == (401 if code == "invalid_grant" else 400), answer.text
        assert answer.json()["code"] == code
        titles.add(answer.json()["title"])
    assert len(titles) == 2


async def test_the_address_is_one_however_it_is_spelled(door: Door) -> None:
    user = await door.user(["agent"], email="Layla.Q@Example.COM")
    assert user["email"] == "Layla.Q@example.com"
    for spelling in ("layla.q@example.com", "LAYLA.Q@EXAMPLE.com", " Layla.Q@example.com "):
        assert (await door.log_in(spelling)).status_code == 200
    again = {"email": "LAYLA.q@example.com", "name": "x", "roles": ["agent"]}
    assert (await door.ask("POST", "/v1/users", again)).json()["code"] == "address_taken"


async def test_guessers_are_slowed_and_told_when_to_come_back(door: Door, travel: Travel) -> None:
    victim, door.place = await door.user(["agent"]), "203.0.113.9"
    codes = [(await door.log_in(victim["email"], f"guess {n}")).status_code for n in range(10)]
    assert codes == [401] * 8 + [429] * 2
    refused = await door.log_in(victim["email"])
    assert refused.status_code == 429
    assert refused.json()["code"] == "login_throttled"
    assert 1 <= int(refused.headers["retry-after"]) <= 15
    door.place = "198.51.100.7"
    assert (await door.log_in(victim["email"])).status_code == 200
    door.place = "203.0.113.9"
    travel(16)
    assert (await door.log_in(victim["email"])).status_code == 200
    travel(0)
    door.place = "10.1.2.3"


async def test_an_unknown_address_is_slowed_like_a_known_one(door: Door) -> None:
    door.place = "203.0.113.10"
    codes = [(await door.log_in("ghost@example.com", "x")).status_code for _ in range(10)]
    door.place = "10.1.2.3"
    assert codes == [401] * 8 + [429] * 2


async def test_one_place_cannot_try_many_addresses(door: Door) -> None:
    door.place = "203.0.113.11"
    tried = 0
    while (await door.log_in(f"ghost{tried}@example.com", "x")).status_code == 401:
        tried += 1
        assert tried < 80, "some tries come back with time, a slow machine sees a few"
    door.place = "10.1.2.3"
    assert tried >= 40


async def test_guesses_at_the_same_time_all_count(door: Door) -> None:
    victim, door.place = await door.user(["agent"]), "203.0.113.12"
    await asyncio.gather(*(door.log_in(victim["email"], "guess") for _ in range(8)))
    answer = await door.log_in(victim["email"])
    door.place = "10.1.2.3"
    assert answer.status_code == 429


async def test_a_hash_of_other_costs_is_renewed_by_a_login(door: Door) -> None:
    user = await door.user(["agent"])
    old = await Hasher(8_192, 1).hash(PASSWORD)
    query = "update identity.user set password_hash = :hash where id = cast(:id as uuid)"
    async with door.context.tx() as tx:
        await tx.execute(query, {"hash": old, "id": user["id"]})
    assert (await door.log_in(user["email"])).status_code == 200
    async with door.context.tx() as tx:
        fresh = await tx.scalar(
            "select password_hash from identity.user where id = cast(:id as uuid)",
            {"id": user["id"]},
        )
    assert fresh != old
    assert f"m={door.context.settings.gateway_hash_memory_kib},t=2,p=1" in fresh
    assert (await door.log_in(user["email"])).status_code == 200
