"""What the other services ask: who wrote this, who are these, who leads what."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from shared.vocabulary import RESERVED_ORGANIZATION
from tests.services.gateway.conftest import Door


async def resolve(door: Door, address: str, **fields: Any) -> dict[str, Any]:
    headers = await door.service_headers()
    body = {"address": address, **fields}
    answer = await door.ops.post("/internal/people/resolve", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_twenty_mails_of_one_new_sender_make_one_person(door: Door) -> None:
    address = f"new{uuid4().hex}@example.org"
    headers = await door.service_headers()
    spellings = [address, address.upper(), address.title()]
    answers = await asyncio.gather(
        *(
            door.ops.post(
                "/internal/people/resolve", json={"address": spellings[n % 3]}, headers=headers
            )
            for n in range(20)
        )
    )
    assert [answer.status_code for answer in answers] == [200] * 20
    found = [answer.json() for answer in answers]
    assert len({one["user_id"] for one in found}) == 1
    assert [one["created"] for one in found].count(True) == 1
    assert await door.facts(found[0]["user_id"]) == [(1, "sanad.identity.user_created")]


async def test_the_domain_of_a_sender_names_the_organization(door: Door) -> None:
    company = await door.organization(locale="en", timezone="Asia/Dubai")
    found = await resolve(door, f"sara@{company['domains'][0].upper()}", locale="ar", name="سارة")
    assert found["organization_id"] == company["id"]
    assert (found["locale"], found["timezone"], found["roles"]) == (
        "en",
        "Asia/Dubai",
        ["customer"],
    )
    sub = await resolve(door, f"sara@mail.{company['domains'][0]}")
    assert sub["organization_id"] == str(RESERVED_ORGANIZATION)


@pytest.mark.parametrize(("guess", "locale"), [("en", "en"), ("ar", "ar"), (None, "ar")])
async def test_strangers_go_to_the_reserved_organization_in_the_language_they_write(
    door: Door, guess: str | None, locale: str
) -> None:
    found = await resolve(door, f"x{uuid4().hex}@gmail.example", locale=guess)
    assert found["organization_id"] == str(RESERVED_ORGANIZATION)
    assert found["locale"] == locale


async def test_staff_may_name_the_organization_of_a_new_requester(door: Door) -> None:
    company = await door.organization()
    address = f"x{uuid4().hex}@gmail.example"
    found = await resolve(door, address, organization_id=company["id"])
    assert found["organization_id"] == company["id"]
    assert (await resolve(door, address))["organization_id"] == company["id"]
    headers = await door.service_headers()
    body = {"address": f"y{uuid4().hex}@gmail.example", "organization_id": str(uuid4())}
    answer = await door.ops.post("/internal/people/resolve", json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_organization")


async def test_a_sender_whom_mail_made_known_cannot_log_in(door: Door) -> None:
    address = f"x{uuid4().hex}@gmail.example"
    await resolve(door, address)
    statuses = [
        (await door.log_in(address, password)).status_code
        for password in ("", "x", "None", "nobody")
    ]
    assert statuses == [400, 401, 401, 401], "an empty field is an incomplete form"


async def test_a_hostile_display_name_becomes_a_plain_line(door: Door) -> None:
    name = "\u202eBoss\r\nBcc: a@b.example\t" + "x" * 500
    found = await resolve(door, f"x{uuid4().hex}@gmail.example", name=name)
    user = await door.admin("GET", f"/v1/users/{found['user_id']}")
    assert user["name"].startswith("BossBcc: a@b.example")
    assert len(user["name"]) <= 200


async def test_senders_are_resolved_together_and_one_bad_address_spoils_no_other(
    door: Door,
) -> None:
    company = await door.organization()
    known = await door.user(["agent"])
    domain = company["domains"][0]
    items = {
        "new": {"address": f"new{uuid4().hex}@{domain}", "name": "سارة"},
        "stranger": {"address": f"x{uuid4().hex}@gmail.example", "locale": "en"},
        "known": {"address": known["email"].upper()},
        "bad": {"address": "no address"},
        "foreign": {"address": f"y@{domain}", "organization_id": str(uuid4())},
        "nowhere": {"address": "z@gmail.example", "organization_id": str(uuid4())},
        "walled": {"address": "w@gmail.example", "organization_id": company["id"], "closed": True},
    }
    headers = await door.service_headers("intake")
    path = "/internal/people/resolve-all"
    told = (await door.ops.post(path, json={"items": items}, headers=headers)).json()["items"]
    people = {one["id"]: one["person"] for one in told if one["person"]}
    refused = {one["id"]: one["refused"] for one in told if one["refused"]}
    assert refused == {
        "bad": "invalid_address",
        "foreign": "other_organization",
        "nowhere": "unknown_organization",
        "walled": "other_organization",
    }
    assert people["new"]["organization_id"] == company["id"]
    assert people["stranger"]["organization_id"] == str(RESERVED_ORGANIZATION)
    assert (people["stranger"]["locale"], people["known"]["user_id"]) == ("en", known["id"])
    assert {key: one["created"] for key, one in people.items()} == {
        "new": True,
        "stranger": True,
        "known": False,
    }
    assert await door.facts(people["new"]["user_id"]) == [(1, "sanad.identity.user_created")]
    again = (await door.ops.post(path, json={"items": items}, headers=headers)).json()["items"]
    assert [one["person"]["user_id"] for one in again if one["person"]] == [
        one["user_id"] for one in people.values()
    ]


async def test_two_batches_of_the_same_new_senders_make_each_person_once(door: Door) -> None:
    items = {str(n): {"address": f"n{n}-{uuid4().hex}@example.org"} for n in range(20)}
    backwards = dict(reversed(items.items()))
    headers = await door.service_headers("intake")
    answers = await asyncio.gather(
        *(
            door.ops.post("/internal/people/resolve-all", json={"items": some}, headers=headers)
            for some in (items, backwards, items, backwards)
        )
    )
    found = [
        {one["id"]: one["person"]["user_id"] for one in answer.json()["items"]}
        for answer in answers
    ]
    assert all(one == found[0] for one in found)
    assert len(set(found[0].values())) == 20
    made = [one["person"]["created"] for answer in answers for one in answer.json()["items"]]
    assert made.count(True) == 20


async def test_addresses_name_colleagues_and_make_nobody(door: Door) -> None:
    company = await door.organization()
    sara = await door.user(["customer"], organization_id=company["id"])
    agent = await door.user(["agent"])
    stranger = f"nobody-{uuid4().hex}@example.org"
    headers = await door.service_headers("tickets")
    shouted = agent["email"].upper()
    asked = {"addresses": [shouted, sara["email"], stranger, "no address", ""]}
    for _ in range(2):
        answer = await door.ops.post("/internal/people/colleagues", json=asked, headers=headers)
        assert answer.json() == {"items": [{"address": shouted, "user_id": agent["id"]}]}


async def test_people_come_in_batches_with_what_a_mail_needs(door: Door) -> None:
    company = await door.organization(timezone="Asia/Dubai")
    sara = await door.user(["customer"], organization_id=company["id"])
    agent = await door.user(["agent"])
    headers = await door.service_headers("notify")
    ids = [sara["id"], agent["id"], sara["id"], str(uuid4())]
    answer = await door.ops.post("/internal/people/batch", json={"user_ids": ids}, headers=headers)
    found = {one["id"]: one for one in answer.json()["items"]}
    assert set(found) == {sara["id"], agent["id"]}
    assert found[sara["id"]] == {
        **{key: sara[key] for key in ("id", "email", "name", "locale", "roles")},
        "timezone": "Asia/Dubai",
        "organization_id": company["id"],
        "department_ids": [],
        "disabled": False,
    }


async def test_departments_positions_and_organizations_are_told(door: Door) -> None:
    headers = await door.service_headers("escalation")
    boss = await door.user(["manager"])
    department = await door.admin("POST", "/v1/departments", {"name": {"ar": "أ", "en": "A"}})
    path = f"/v1/departments/{department['id']}/positions"
    await door.admin("PUT", path, {"manager": boss["id"]})
    one = await door.ops.get(f"/internal/departments/{department['id']}", headers=headers)
    listed = (await door.ops.get("/internal/departments", headers=headers)).json()["items"]
    assert one.json() in listed
    assert (one.json()["manager"], one.json()["supervisor"]) == (boss["id"], None)
    missing = await door.ops.get(f"/internal/departments/{uuid4()}", headers=headers)
    assert missing.status_code == 404
    company = await door.organization(timezone="Asia/Dubai")
    told = await door.ops.get(f"/internal/organizations/{company['id']}", headers=headers)
    assert told.json() == {key: company[key] for key in ("id", "locale", "timezone", "domains")}
    positions = (await door.ops.get("/internal/positions", headers=headers)).json()
    assert set(positions) == {"senior_management", "executive"}


async def test_organizations_are_named_by_their_ids(door: Door) -> None:
    company = await door.organization()
    headers = await door.service_headers()
    place = "/internal/organizations/batch"
    body = {"organization_ids": [company["id"], str(uuid4())]}
    answer = await door.ops.post(place, json=body, headers=headers)
    assert answer.json() == {"items": [{"id": company["id"], "name": company["name"]}]}
    many = {"organization_ids": [str(uuid4()) for _ in range(1_001)]}
    assert (await door.ops.post(place, json=many, headers=headers)).status_code == 422
    assert (await door.ops.post(place, json=body)).status_code == 401
