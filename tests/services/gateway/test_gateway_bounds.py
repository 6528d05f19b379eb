"""Nobody reaches past their own: not into another organization, not above their own rights."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.gateway.domain.people import may_join
from services.gateway.domain.scopes import ROLE_SCOPES, SCOPES, exceed
from shared.vocabulary import RESERVED_ORGANIZATION, Role
from tests.services.gateway.conftest import PASSWORD, Door

AGENTS = sorted({*ROLE_SCOPES[Role.AGENT], "reports:read", "users:manage"})


def said(answer: httpx.Response) -> dict[str, Any]:
    volatile = {"instance", "request_id"}
    body = {key: value for key, value in answer.json().items() if key not in volatile}
    return {"status": answer.status_code, **body}


async def ask(door: Door, address: str, **fields: Any) -> httpx.Response:
    return await door.ops.post(
        "/internal/people/resolve",
        json={"address": address, **fields},
        headers=await door.service_headers("tickets"),
    )


async def program(door: Door, scopes: list[str], **fields: Any) -> dict[str, str]:
    body = {"name": "x", "scopes": scopes, **fields}
    made = await door.admin("POST", "/v1/api-clients", body)
    form = {"grant_type": "client_credentials", **made}
    form = {key: form[key] for key in ("grant_type", "client_id", "client_secret")}
    answer = await door.http.post("/v1/auth/token", data=form)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_only_the_owner_of_a_domain_gets_its_people() -> None:
    ours, theirs = uuid4(), uuid4()
    assert all(may_join(ours, named, closed=False) for named in (None, ours))
    assert may_join(None, ours, closed=False)
    assert not may_join(theirs, ours, closed=False)
    assert may_join(ours, ours, closed=True)
    for owner, named in ((theirs, ours), (None, ours), (None, None), (ours, None)):
        assert not may_join(owner, named, closed=True)


@pytest.mark.parametrize("role", Role)
def test_roles_exceed_whoever_lacks_one_of_their_scopes(role: Role) -> None:
    assert not exceed([role], ROLE_SCOPES[role])
    assert not exceed([role], SCOPES)
    assert all(exceed([role], ROLE_SCOPES[role] - {scope}) for scope in ROLE_SCOPES[role])


@pytest.mark.parametrize("closed", [True, False])
async def test_a_new_address_belongs_to_the_owner_of_its_domain(door: Door, closed: bool) -> None:
    ours, theirs = await door.organization(), await door.organization()
    address = f"c9@{theirs['domains'][0].upper()}"
    refused = await ask(door, address, organization_id=ours["id"], closed=closed)
    assert (refused.status_code, refused.json()["code"]) == (422, "other_organization")
    mailed = await ask(door, address)
    assert (mailed.json()["organization_id"], mailed.json()["created"]) == (theirs["id"], True)
    own = f"new@{ours['domains'][0]}"
    made = await ask(door, own, organization_id=ours["id"], closed=closed)
    assert (made.json()["organization_id"], made.json()["created"]) == (ours["id"], True)


async def test_behind_the_wall_known_unknown_and_foreign_people_are_told_the_same(
    door: Door,
) -> None:
    ours, theirs = await door.organization(), await door.organization()
    foreign = await door.user(["customer"], organization_id=theirs["id"])
    agent = await door.user(["agent"])
    unknown = f"x{uuid4().hex}@gmail.example"
    addresses = [
        *(foreign["email"], agent["email"], unknown),
        *(f"x@{theirs['domains'][0]}", f"x@mail.{ours['domains'][0]}"),
    ]
    answers = [
        said(await ask(door, one, organization_id=ours["id"], closed=True)) for one in addresses
    ]
    assert answers[0]["code"] == "other_organization"
    assert all(answer == answers[0] for answer in answers)
    for one in addresses:
        nowhere = await ask(door, one, closed=True)
        assert said(nowhere) == answers[0], "a wall without an organization has no inside"
    assert (await ask(door, unknown)).json()["created"], "nothing was made before"
    sara = await door.user(["customer"], organization_id=ours["id"])
    known = await ask(door, sara["email"], organization_id=ours["id"], closed=True)
    assert (known.status_code, known.json()["user_id"]) == (200, sara["id"])
    reserved = {"organization_id": str(RESERVED_ORGANIZATION), "closed": True}
    assert said(await ask(door, agent["email"], **reserved)) == answers[0]


async def test_a_customers_list_can_be_narrowed_and_shows_nothing_foreign(door: Door) -> None:
    ours, theirs = await door.organization(), await door.organization()
    chief = await door.user(["customer_admin"], organization_id=ours["id"])
    sara = await door.user(["customer"], organization_id=ours["id"])
    foreign = await door.user(["customer"], organization_id=theirs["id"])
    department = await door.admin("POST", "/v1/departments", {"name": {"ar": "أ", "en": "A"}})

    async def listed(query: str, headers: dict[str, str]) -> list[str]:
        answer = await door.ask("GET", f"/v1/users?{query}", **headers)
        assert answer.status_code == 200, answer.text
        assert answer.json()["next_cursor"] is None
        return [one["id"] for one in answer.json()["items"]]

    bound = await program(door, ["users:read"], organization_id=ours["id"])
    for headers in (await door.bearer(chief["email"]), bound):
        assert await listed(f"department_id={department['id']}", headers) == []
        assert await listed(f"department_id={uuid4()}", headers) == []
        assert await listed(f"email={sara['email'].upper()}", headers) == [sara["id"]]
        assert await listed(f"email={foreign['email']}", headers) == []
        assert await listed("email=nobody@gmail.example", headers) == []
    own = await door.bearer(sara["email"])
    assert await listed(f"department_id={department['id']}", own) == []
    assert await listed(f"email={chief['email']}", own) == []


async def test_nobody_gives_roles_that_may_do_more_than_they(door: Door) -> None:
    company = await door.organization()
    small, large = await program(door, ["users:manage"]), await program(door, AGENTS)

    async def make(headers: dict[str, str], *roles: str, **more: str) -> httpx.Response:
        body = {"email": f"u{uuid4().hex}@example.com", "name": "x", "roles": roles, **more}
        return await door.ask("POST", "/v1/users", body, **headers)

    for role in Role:
        home = {"organization_id": company["id"]} if "customer" in role else {}
        assert (await make(small, role, **home)).json()["code"] == "beyond_own_rights", role
        expected = 201 if role in {Role.CUSTOMER, Role.CUSTOMER_ADMIN, Role.AGENT} else 403
        assert (await make(large, role, **home)).status_code == expected, role
        assert (await make({}, role, **home)).status_code == 201, "an administrator gives any"
    assert (await make(large, "agent", "admin")).status_code == 403
    agent = await door.user(["agent"])
    path = f"/v1/users/{agent['id']}"
    titles = set()
    for language in ("ar", "en"):
        climb = await door.ask(
            "PATCH", path, {"roles": ["admin"]}, **large, **{"Accept-Language": language}
        )
        assert (climb.status_code, climb.json()["code"]) == (403, "beyond_own_rights")
        titles.add(climb.json()["title"])
    assert len(titles) == 2
    assert (await door.admin("GET", path)) == agent


async def test_nobody_changes_the_account_of_people_who_may_do_more(door: Door) -> None:
    department = await door.admin("POST", "/v1/departments", {"name": {"ar": "أ", "en": "A"}})
    agents = await program(door, AGENTS)
    chief, agent = await door.user(["admin"]), await door.user(["agent"])
    changes = (
        {"password": "another long passphrase 2"},
        {"email": f"mine{uuid4().hex}@example.com"},
        {"roles": ["agent"]},
        {"department_ids": [department["id"]]},
        {"disabled": True},
    )
    for change in changes:
        refused = await door.ask("PATCH", f"/v1/users/{chief['id']}", change, **agents)
        assert (refused.status_code, refused.json()["code"]) == (403, "beyond_own_rights"), change
    assert (await door.log_in(chief["email"], PASSWORD)).status_code == 200
    harmless = await door.ask("PATCH", f"/v1/users/{chief['id']}", {"name": "هند"}, **agents)
    assert harmless.status_code == 200
    for who in (agent, chief):
        actor = agents if who is agent else {}
        for change in changes:
            body = (
                {**change, "email": f"n{uuid4().hex}@example.com"} if "email" in change else change
            )
            done = await door.ask("PATCH", f"/v1/users/{who['id']}", body, **actor)
            assert done.status_code == 200, done.text


async def test_everybody_may_still_choose_their_own_password(door: Door) -> None:
    company = await door.organization()
    for roles, home in (
        (["customer"], {"organization_id": company["id"]}),
        (["auditor"], {}),
        (["admin"], {}),
    ):
        email = (await door.user(roles, **home))["email"]
        body = {"current": PASSWORD, "password": "another long passphrase 2"}
        answer = await door.ask("PUT", "/v1/me/password", body, **await door.bearer(email))
        assert answer.status_code == 204, answer.text
        assert (await door.log_in(email, body["password"])).status_code == 200
