"""People: who may manage them, who sees whom, and what is told to the house."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from shared.vocabulary import RESERVED_ORGANIZATION
from tests.services.gateway.conftest import PASSWORD, Door


async def test_a_person_is_made_read_and_changed(door: Door) -> None:
    company = await door.organization(locale="en")
    made = await door.ask(
        "POST",
        "/v1/users",
        {
            "email": f"sara{uuid4().hex[:6]}@مثال.السعودية",
            "name": "سارة  العتيبي",
            "roles": ["customer"],
            "organization_id": company["id"],
            "password": PASSWORD,
        },
    )
    user = made.json()
    assert made.status_code == 201
    assert made.headers["location"] == f"/v1/users/{user['id']}"
    assert user["locale"] == "en"
    assert "password" not in str(user)
    read = await door.ask("GET", f"/v1/users/{user['id']}")
    assert read.json() == user
    assert read.headers["etag"] == made.headers["etag"] == '"1"'
    known = await door.ask("GET", f"/v1/users/{user['id']}", **{"If-None-Match": '"1"'})
    assert known.status_code == 304
    changed = await door.admin("PATCH", f"/v1/users/{user['id']}", {"locale": "ar"})
    assert (changed["locale"], changed["version"], changed["name"]) == ("ar", 2, user["name"])
    assert await door.facts(user["id"]) == [
        (1, "sanad.identity.user_created"),
        (2, "sanad.identity.user_updated"),
    ]


async def test_a_stale_change_is_refused_and_an_empty_one_changes_nothing(door: Door) -> None:
    user = await door.user(["agent"])
    path = f"/v1/users/{user['id']}"
    assert (await door.admin("PATCH", path, {"name": "ليلى"}, **{"If-Match": '"1"'}))[
        "version"
    ] == 2
    stale = await door.ask("PATCH", path, {"name": "هند"}, **{"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    assert (await door.admin("PATCH", path, {}))["version"] == 2
    assert (await door.admin("PATCH", path, {"name": "ليلى"}))["version"] == 2
    assert len(await door.facts(user["id"])) == 2


async def test_of_two_changes_at_once_one_is_stale(door: Door) -> None:
    user = await door.user(["agent"])
    answers = await asyncio.gather(
        *(
            door.ask("PATCH", f"/v1/users/{user['id']}", {"name": f"n{n}"}, **{"If-Match": '"1"'})
            for n in range(4)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"roles": []}, "no_role"),
        ({"roles": ["customer", "agent"]}, "mixed_roles"),
        ({"roles": ["customer"]}, "organization_required"),
        (
            {"roles": ["customer_admin"], "organization_id": str(RESERVED_ORGANIZATION)},
            "organization_required",
        ),
        ({"roles": ["customer"], "organization_id": str(uuid4())}, "unknown_organization"),
        ({"roles": ["agent"], "department_ids": [str(uuid4())]}, "unknown_department"),
        ({"roles": ["agent"], "password": "short"}, "password_too_short"),
        ({"roles": ["agent"], "password": "password1"}, "password_guessable"),
        ({"roles": ["agent"], "id": str(uuid4())}, "validation_failed"),
        ({"roles": ["agent"], "version": 9}, "validation_failed"),
        ({"roles": ["agent"], "disabled": True}, "validation_failed"),
        ({"roles": ["king"]}, "validation_failed"),
        ({"roles": ["agent"], "email": "not an address"}, "validation_failed"),
        ({"roles": ["agent"], "email": "a@b.example\nBcc: c@d.example"}, "validation_failed"),
        ({"roles": ["agent"], "name": "a\u0000b"}, "validation_failed"),
        ({"roles": ["agent"], "name": "a\nb"}, "validation_failed"),
    ],
)
async def test_an_impossible_person_is_refused_with_a_reason(
    door: Door, fields: dict[str, Any], code: str
) -> None:
    body = {"email": f"u{uuid4().hex}@example.com", "name": "x", **fields}
    titles = set()
    for language in ("ar", "en"):
        answer = await door.ask("POST", "/v1/users", body, **{"Accept-Language": language})
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
        titles.add(answer.json()["title"])
    assert len(titles) == 2


@pytest.mark.parametrize(
    "field", ["id", "version", "created_at", "updated_at", "tokens_valid_from"]
)
async def test_read_only_fields_cannot_be_written(door: Door, field: str) -> None:
    user = await door.user(["agent"])
    answer = await door.ask("PATCH", f"/v1/users/{user['id']}", {field: user.get(field, 1)})
    assert answer.status_code == 422
    assert await door.admin("GET", f"/v1/users/{user['id']}") == user


async def test_only_administrators_manage_people(door: Door) -> None:
    company = await door.organization()
    body = {"email": f"x{uuid4().hex}@example.com", "name": "x", "roles": ["admin"]}
    target = await door.user(["agent"])
    for roles in (
        ["customer"],
        ["customer_admin"],
        ["agent"],
        ["supervisor"],
        ["manager"],
        ["auditor"],
    ):
        owner = {"organization_id": company["id"]} if "customer" in roles[0] else {}
        actor = await door.bearer((await door.user(roles, **owner))["email"])
        assert (await door.ask("POST", "/v1/users", body, **actor)).status_code == 403
        path = f"/v1/users/{target['id']}"
        assert (await door.ask("PATCH", path, {"roles": ["admin"]}, **actor)).status_code == 403


async def test_everybody_sees_the_people_that_concern_them(door: Door) -> None:
    ours, theirs = await door.organization(), await door.organization()
    chief = await door.user(["customer_admin"], organization_id=ours["id"])
    sara = await door.user(["customer"], organization_id=ours["id"])
    stranger = await door.user(["customer"], organization_id=theirs["id"])
    agent = await door.user(["agent"])
    people = {one["id"] for one in (chief, sara, stranger, agent)}

    async def visible(email: str) -> set[str]:
        headers, seen = await door.bearer(email), set()
        for one in people:
            answer = await door.ask("GET", f"/v1/users/{one}", **headers)
            assert answer.status_code in {200, 404}, answer.text
            if answer.status_code == 200:
                seen.add(one)
        listed: set[str] = set()
        cursor = "?limit=200"
        while cursor:
            body = (await door.ask("GET", f"/v1/users{cursor}", **headers)).json()
            listed |= {item["id"] for item in body["items"]}
            following = body["next_cursor"]
            cursor = f"?limit=200&cursor={following}" if following else ""
        assert listed & people == seen
        return seen

    assert await visible(chief["email"]) == {chief["id"], sara["id"]}
    assert await visible(sara["email"]) == {sara["id"]}
    assert await visible(agent["email"]) == people
    headers = await door.bearer(sara["email"])
    foreign = await door.ask("GET", f"/v1/users/{stranger['id']}", **headers)
    absent = await door.ask("GET", f"/v1/users/{uuid4()}", **headers)
    volatile = {"instance", "request_id"}
    bodies = [
        {key: value for key, value in answer.json().items() if key not in volatile}
        for answer in (foreign, absent)
    ]
    assert bodies[0] == bodies[1]


async def test_a_list_is_narrowed_and_paged(door: Door) -> None:
    company = await door.organization()
    made = [await door.user(["customer"], organization_id=company["id"]) for _ in range(5)]
    path = f"/v1/users?organization_id={company['id']}&limit=2"
    first = await door.ask("GET", path)
    assert 'rel="next"' in first.headers["link"]
    ids, cursor = [], first.json()["next_cursor"]
    ids += [item["id"] for item in first.json()["items"]]
    while cursor:
        page = (await door.ask("GET", f"{path}&cursor={cursor}")).json()
        ids += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert ids == [one["id"] for one in made]
    found = await door.admin("GET", f"/v1/users?email={made[0]['email'].upper()}")
    assert [item["id"] for item in found["items"]] == [made[0]["id"]]
    assert (await door.ask("GET", "/v1/users?cursor=AAAA")).status_code == 422
    assert (await door.ask("GET", "/v1/users?limit=201")).status_code == 422


async def test_the_last_administrator_cannot_leave(door: Door) -> None:
    me = await door.admin("GET", "/v1/me")
    path = f"/v1/users/{me['id']}"
    for change in ({"disabled": True}, {"roles": ["agent"]}):
        answer = await door.ask("PATCH", path, change)
        assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")
    second = await door.user(["admin"])
    third = await door.user(["admin"])
    for one in (second, third):
        await door.admin("PATCH", f"/v1/users/{one['id']}", {"roles": ["agent"]})


async def test_an_address_moves_with_its_person_and_stays_unique(door: Door) -> None:
    one, other = await door.user(["agent"]), await door.user(["agent"])
    path = f"/v1/users/{one['id']}"
    taken = await door.ask("PATCH", path, {"email": other["email"].upper()})
    assert (taken.status_code, taken.json()["code"]) == (409, "address_taken")
    fresh = f"new{uuid4().hex[:6]}@example.com"
    await door.admin("PATCH", path, {"email": fresh})
    assert (await door.log_in(fresh)).status_code == 200
    assert (await door.log_in(one["email"])).status_code == 401


async def test_a_customer_moves_house_with_a_readable_name(door: Door) -> None:
    old, new = await door.organization(), await door.organization()
    user = await door.user(["customer"], organization_id=old["id"], name="نورة")
    path = f"/v1/users/{user['id']}"
    await door.admin("PATCH", path, {"organization_id": new["id"]})
    moved = await door.admin("GET", path)
    assert (moved["organization_id"], moved["name"]) == (new["id"], "نورة")
    hired = await door.admin("PATCH", path, {"roles": ["agent"]})
    assert hired["organization_id"] == str(RESERVED_ORGANIZATION)


async def test_the_same_key_makes_one_person(door: Door) -> None:
    body = {"email": f"k{uuid4().hex}@example.com", "name": "x", "roles": ["agent"]}
    key = {"Idempotency-Key": uuid4().hex}
    first = await door.ask("POST", "/v1/users", body, **key)
    again = await door.ask("POST", "/v1/users", body, **key)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()


async def test_each_change_is_told_once_and_says_from_when_it_counts(door: Door) -> None:
    user = await door.user(["agent"])
    path = f"/v1/users/{user['id']}"
    await door.admin("PATCH", path, {"disabled": True})
    await door.admin("PATCH", path, {"disabled": False, "roles": ["manager"]})
    await door.admin("PATCH", path, {"roles": ["agent"], "disabled": True})
    assert [route.rpartition(".")[2] for _, route in await door.facts(user["id"])] == [
        *("user_created", "user_disabled", "user_updated", "user_updated", "user_disabled")
    ]
    async with door.context.tx() as tx:
        rows = await tx.rows(
            "select body from identity.outbox where subject = :id order by sequence",
            {"id": user["id"]},
        )
    bodies = "".join(row["body"] for row in rows)
    assert user["email"] not in bodies
    assert user["name"] not in bodies
    assert bodies.count('"valid_from":"20') == 4
