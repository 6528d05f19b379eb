"""Whom the web form alone has made is no colleague yet: no customer sees them until confirmed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.gateway.domain.people import made_by_form
from services.gateway.main import service
from shared.events.base import Event, Fact
from shared.events.visitor import VisitorConfirmed, VisitorUnconfirmed
from tests.services.gateway.conftest import Door
from tests.services.gateway.test_gateway_bounds import program
from tests.services.gateway.test_gateway_internal import resolve
from tests.services.gateway.test_gateway_walls import customer


class Company:
    """A customer with an administrator, a program of its own, and a visitor of its domain."""

    def __init__(self, door: Door) -> None:
        self.door = door

    async def made(self) -> "Company":
        self.home = await self.door.organization()
        chief = await self.door.user(["customer_admin"], organization_id=self.home["id"])
        self.program = await program(self.door, ["users:read"], organization_id=self.home["id"])
        self.chief = await self.door.bearer(chief["email"])
        return self

    def address(self) -> str:
        return f"lina{uuid4().hex[:8]}@{self.home['domains'][0]}"

    async def visitor(self, address: str, **more: Any) -> str:
        found = await resolve(self.door, address, **{"unproven": True, "name": "Lina?", **more})
        assert found["organization_id"] == self.home["id"]
        person_id: str = found["user_id"]
        return person_id

    async def shown(self, person_id: str, address: str) -> list[bool]:
        """Whether the company finds them: by list, by address, by id; as human and program."""
        found = []
        for headers in (self.chief, self.program):
            listed = (await self.door.ask("GET", "/v1/users?limit=200", **headers)).json()
            found.append(person_id in [one["id"] for one in listed["items"]])
            by_mail = (await self.door.ask("GET", f"/v1/users?email={address}", **headers)).json()
            found.append(bool(by_mail["items"]))
            one = await self.door.ask("GET", f"/v1/users/{person_id}", **headers)
            found.append(one.status_code == 200)
        return found

    async def desk(self, person_id: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.door.admin("GET", f"/v1/users/{person_id}")
        return found


@pytest.fixture
async def company(door: Door) -> Company:
    return await Company(door).made()


async def hear(door: Door, fact: Fact) -> None:
    assert service.consumers is not None
    event: Event[Any] = Event.model_construct(id=uuid4(), type=fact.TYPE, data=fact)
    for listener in service.consumers.listeners(fact.TYPE):
        async with door.context.tx() as tx:
            await listener.handle(event, tx)


async def confirm(door: Door, person_id: str) -> None:
    now = door.context.clock.now()
    await hear(door, VisitorConfirmed(person_id=UUID(person_id), at=now))


async def test_the_company_sees_a_visitor_once_they_have_confirmed(
    door: Door, company: Company
) -> None:
    address = company.address()
    person_id = await company.visitor(address)
    assert await company.shown(person_id, address) == [False] * 6
    told = await company.desk(person_id)
    assert (told["proven"], told["name"]) == (False, "Lina?")
    for _ in range(2):
        await confirm(door, person_id)
        assert await company.shown(person_id, address) == [True] * 6
    told = await company.desk(person_id)
    assert (told["proven"], told["version"]) == (True, 2)
    await company.visitor(address)
    assert await company.shown(person_id, address) == [True] * 6, "the form hides nobody known"


async def test_the_wall_hides_them_without_our_queries(door: Door, company: Company) -> None:
    person_id = await company.visitor(company.address())
    async with door.context.tx(customer(company.home["id"], {"customer_admin"})) as tx:
        rows = await tx.rows("select id from identity.user")
    assert UUID(person_id) not in [row["id"] for row in rows]
    assert rows


@pytest.mark.parametrize("more", [{"name": "Lina Haddad"}, {"closed": True}])
async def test_whoever_comes_by_another_door_is_seen_under_their_own_name(
    door: Door, company: Company, more: dict[str, Any]
) -> None:
    address = company.address()
    person_id = await company.visitor(address)
    if "closed" in more:
        more = {**more, "organization_id": company.home["id"]}
    assert (await resolve(door, address, **more))["user_id"] == person_id
    assert await company.shown(person_id, address) == [True] * 6
    assert (await company.desk(person_id))["name"] == more.get("name", "Lina?")
    routes = [route for _, route in await door.facts(person_id)]
    assert routes == ["sanad.identity.user_created", "sanad.identity.user_updated"]


async def test_a_claim_of_another_company_proves_nobody(door: Door, company: Company) -> None:
    other = await door.organization()
    address = company.address()
    person_id = await company.visitor(address)
    headers = await door.service_headers()
    body = {"address": address, "organization_id": other["id"], "closed": True}
    refused = await door.ops.post("/internal/people/resolve", json=body, headers=headers)
    assert refused.json()["code"] == "other_organization"
    assert await company.shown(person_id, address) == [False] * 6


@pytest.mark.parametrize("change", [{"proven": True}, {"password": "a long enough passphrase 2"}])
async def test_an_administrator_may_vouch(
    door: Door, company: Company, change: dict[str, Any]
) -> None:
    address = company.address()
    person_id = await company.visitor(address)
    await door.admin("PATCH", f"/v1/users/{person_id}", {"name": "Lina"})
    assert await company.shown(person_id, address) == [False] * 6, "a name is no word for them"
    await door.admin("PATCH", f"/v1/users/{person_id}", change)
    assert await company.shown(person_id, address) == [True] * 6
    taken_back = await door.ask("PATCH", f"/v1/users/{person_id}", {"proven": False})
    assert taken_back.status_code == 422


async def test_a_batch_of_mails_proves_and_doubts_each_as_it_came(
    door: Door, company: Company
) -> None:
    known, forged, both = company.address(), company.address(), company.address()
    items = {
        "a": {"address": known},
        "b": {"address": forged, "unproven": True},
        "c": {"address": both},
        "d": {"address": both, "unproven": True},
    }
    headers = await door.service_headers()
    path = "/internal/people/resolve-all"
    answer = await door.ops.post(path, json={"items": items}, headers=headers)
    found = {one["id"]: one["person"]["user_id"] for one in answer.json()["items"]}
    assert found["c"] == found["d"]
    shown = [await company.shown(found[key], items[key]["address"]) for key in "abc"]
    assert shown == [[True] * 6, [False] * 6, [True] * 6]


async def test_those_of_before_are_hidden_where_the_form_alone_had_made_them(
    door: Door, company: Company
) -> None:
    now = door.context.clock.now()
    addresses = [company.address() for _ in range(3)]
    formed, mailed = [(await resolve(door, one))["user_id"] for one in addresses[:2]]
    colleague = await door.user(
        ["customer"], email=addresses[2], organization_id=company.home["id"]
    )
    later = {mailed: now + timedelta(hours=1)}
    people = [formed, mailed, colleague["id"]]
    for one in people:
        asked = later.get(one, now)
        await hear(door, VisitorUnconfirmed(person_id=UUID(one), at=now, asked_at=asked))
    told = zip(people, addresses, strict=True)
    shown = [(await company.shown(one, address))[0] for one, address in told]
    assert shown == [False, True, True]
    await confirm(door, formed)
    assert (await company.desk(formed))["proven"]


async def test_a_person_who_is_gone_stops_no_fact(door: Door) -> None:
    now = door.context.clock.now()
    await confirm(door, str(uuid4()))
    await hear(door, VisitorUnconfirmed(person_id=uuid4(), at=now, asked_at=now))


@pytest.mark.parametrize(("seconds", "made"), [(0, True), (-59, True), (59, True), (61, False)])
def test_the_form_made_whom_it_first_asked_about(seconds: int, made: bool) -> None:
    asked = datetime(2026, 11, 22, 9, tzinfo=None)  # noqa: DTZ001 - only distances count
    assert made_by_form(asked + timedelta(seconds=seconds), asked) is made
