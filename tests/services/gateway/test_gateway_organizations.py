"""Customers of the house, and the directory of the desk."""

from uuid import uuid4

import pytest

from shared.vocabulary import DEFAULT_DEPARTMENT, RESERVED_ORGANIZATION
from tests.services.gateway.conftest import Door


async def test_an_organization_is_made_read_and_changed(door: Door) -> None:
    domain = f"c{uuid4().hex[:6]}.شركة"
    made = await door.ask(
        "POST", "/v1/organizations", {"name": "نخيل", "domains": [domain, domain.upper()]}
    )
    company = made.json()
    assert made.status_code == 201
    assert (company["locale"], company["timezone"]) == ("ar", "Asia/Riyadh")
    assert [name.startswith("xn--") or ".xn--" in name for name in company["domains"]] == [True]
    path = f"/v1/organizations/{company['id']}"
    changed = await door.ask("PATCH", path, {"timezone": "Asia/Dubai"}, **{"If-Match": '"1"'})
    assert (changed.json()["timezone"], changed.headers["etag"]) == ("Asia/Dubai", '"2"')
    assert (
        await door.ask("PATCH", path, {"locale": "en"}, **{"If-Match": '"1"'})
    ).status_code == 412
    assert await door.facts(company["id"]) == [
        (1, "sanad.identity.organization_updated"),
        (2, "sanad.identity.organization_updated"),
    ]


async def test_a_domain_belongs_to_one_organization(door: Door) -> None:
    first, second = await door.organization(), await door.organization()
    path = f"/v1/organizations/{second['id']}"
    wanted = [*second["domains"], *first["domains"]]
    answer = await door.ask("PATCH", path, {"domains": wanted})
    assert (answer.status_code, answer.json()["code"]) == (409, "domain_taken")
    assert (await door.admin("GET", path))["domains"] == second["domains"]
    await door.admin("PATCH", f"/v1/organizations/{first['id']}", {"domains": []})
    assert (await door.admin("PATCH", path, {"domains": wanted}))["domains"] == sorted(wanted)


@pytest.mark.parametrize(
    "fields",
    [
        {"timezone": "Mars/Olympus"},
        {"domains": ["not a domain"]},
        {"domains": ["a.example"] * 101},
        {"name": ""},
        {"name": "x" * 201},
        {"locale": "fr"},
        {"id": str(uuid4())},
    ],
)
async def test_a_malformed_organization_is_refused(door: Door, fields: dict[str, object]) -> None:
    answer = await door.ask("POST", "/v1/organizations", {"name": "x", **fields})
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def test_a_customer_sees_their_own_organization_only(door: Door) -> None:
    ours, theirs = await door.organization(), await door.organization()
    sara = await door.user(["customer"], organization_id=ours["id"])
    headers = await door.bearer(sara["email"])
    listed = (await door.ask("GET", "/v1/organizations", **headers)).json()["items"]
    assert [one["id"] for one in listed] == [ours["id"]]
    own = await door.ask("GET", f"/v1/organizations/{ours['id']}", **headers)
    assert own.json() == ours
    foreign = await door.ask("GET", f"/v1/organizations/{theirs['id']}", **headers)
    assert foreign.status_code == 404
    assert (
        await door.ask("POST", "/v1/organizations", {"name": "x"}, **headers)
    ).status_code == 403


async def test_a_first_start_leaves_what_everybody_needs(door: Door) -> None:
    departments = (await door.admin("GET", "/v1/departments"))["items"]
    default = next(one for one in departments if one["id"] == str(DEFAULT_DEPARTMENT))
    assert default["name"] == {"ar": "الدعم الفني", "en": "Technical support"}
    assert (default["mailbox"], default["is_default"]) == ("support@localhost", True)
    reserved = await door.admin("GET", f"/v1/organizations/{RESERVED_ORGANIZATION}")
    assert (reserved["locale"], reserved["timezone"]) == ("ar", "Asia/Riyadh")
    assert await door.facts(DEFAULT_DEPARTMENT) == [(1, "sanad.identity.department_created")]
    me = await door.admin("GET", "/v1/me")
    assert (me["email"], me["roles"]) == ("admin@localhost", ["admin"])


async def test_departments_have_mailboxes_of_their_own(door: Door) -> None:
    mailbox = f"Billing-{uuid4().hex[:6]}@localhost"
    body = {"name": {"ar": "الفواتير", "en": "Billing"}, "mailbox": mailbox}
    made = await door.ask("POST", "/v1/departments", body)
    department = made.json()
    assert (made.status_code, department["mailbox"]) == (201, mailbox.lower())
    again = await door.ask("POST", "/v1/departments", {**body, "mailbox": mailbox.upper()})
    assert (again.status_code, again.json()["code"]) == (409, "mailbox_taken")
    path = f"/v1/departments/{department['id']}"
    stolen = await door.ask("PATCH", path, {"mailbox": "support@localhost"})
    assert (stolen.status_code, stolen.json()["code"]) == (409, "mailbox_taken")
    renamed = await door.admin("PATCH", path, {"name": {"ar": "المال", "en": "Money"}})
    assert (renamed["name"]["en"], renamed["version"]) == ("Money", 2)
    assert [route for _, route in await door.facts(department["id"])] == [
        "sanad.identity.department_created",
        "sanad.identity.department_updated",
    ]
    assert (await door.ask("GET", f"/v1/departments/{uuid4()}")).status_code == 404


async def test_positions_are_held_by_people_of_the_desk(door: Door) -> None:
    department = await door.admin("POST", "/v1/departments", {"name": {"ar": "أ", "en": "A"}})
    path = f"/v1/departments/{department['id']}/positions"
    boss, lead = await door.user(["manager"]), await door.user(["supervisor"])
    held = await door.admin("PUT", path, {"supervisor": lead["id"], "manager": boss["id"]})
    assert held == {"supervisor": lead["id"], "manager": boss["id"]}
    assert await door.admin("PUT", path, {"manager": boss["id"]}) == held
    assert (await door.admin("PUT", path, {"supervisor": None}))["supervisor"] is None
    company = await door.organization()
    customer = await door.user(["customer"], organization_id=company["id"])
    for wrong in (customer["id"], str(uuid4())):
        answer = await door.ask("PUT", path, {"manager": wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_person")
    key = f"{department['id']}:supervisor"
    assert [sequence for sequence, _ in await door.facts(key)] == [1, 2]
    assert len(await door.facts(f"{department['id']}:manager")) == 1
    assert (await door.admin("GET", f"/v1/departments/{department['id']}"))["manager"] == boss["id"]
    headers = await door.bearer(customer["email"])
    seen = (await door.ask("GET", f"/v1/departments/{department['id']}", **headers)).json()
    assert (seen["manager"], seen["name"]) == (None, department["name"])
    assert (await door.ask("GET", path, **headers)).status_code == 403


async def test_the_company_has_two_levels_above_departments(door: Door) -> None:
    people = [await door.user(["executive"]) for _ in range(2)]
    ids = [one["id"] for one in people]
    await door.admin("PUT", "/v1/positions", {"senior_management": ids[:1], "executive": ids})
    held = await door.admin("PUT", "/v1/positions", {"senior_management": []})
    assert held == {"senior_management": [], "executive": ids}
    assert await door.admin("GET", "/v1/positions") == held
    assert len(await door.facts("company:executive")) == 1
    assert len(await door.facts("company:senior_management")) == 2
