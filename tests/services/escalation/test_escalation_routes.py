"""Escalation's HTTP door: who sees which ladder, who may take a rung, absences and on-call."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
import pytest

from services.escalation import routes, usecases
from services.escalation.settings import EscalationSettings
from shared.events.ticket import TicketEdited, TicketWatched
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.ids import uuid7
from shared.kit.jwt import SigningKey, generate_pem, sign, signing_key
from shared.kit.problems import NotFound
from shared.kit.service import Service
from shared.vocabulary import Role
from tests.contexts import MakeSettings
from tests.services.escalation.test_escalation_consumers import House

KEY: SigningKey = signing_key("desk-1", generate_pem())


async def own_keys(_: Context) -> dict[str, Any]:
    return {"keys": [KEY.public_jwk()]}


@dataclass
class Seat:
    """Somebody with a token at escalation's door."""

    http: httpx.AsyncClient
    context: Context
    roles: list[Role] = field(default_factory=list)
    organization: UUID | None = None
    departments: list[UUID] = field(default_factory=list)
    scope: str = "escalations:read escalations:write"
    kind: str = "user"
    id: UUID = field(default_factory=uuid4)

    async def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        now = round(self.context.clock.now().timestamp(), 3)
        claims = {
            "aud": "sanad-api",
            "sub": str(self.id),
            "kind": self.kind,
            "org": str(self.organization or uuid4()) if self.kind == "user" else None,
            "roles": [str(one) for one in self.roles],
            "scope": self.scope,
            "deps": [str(one) for one in self.departments],
            "locale": "ar",
            "sid": str(uuid4()),
            "jti": str(uuid4()),
            "iat": now,
            "exp": int(now) + 600,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        headers = {"Authorization": f"Bearer {sign(KEY, claims)}"}
        return await self.http.request(method, path, json=body, headers=headers)


@dataclass
class Stage:
    context: Context
    http: httpx.AsyncClient

    def seat(self, *roles: Role, **more: Any) -> Seat:
        return Seat(self.http, self.context, list(roles), **more)


@pytest.fixture(scope="module")
async def stage(make_settings: MakeSettings) -> AsyncIterator[Stage]:
    service = Service(
        "escalation", "escalation", EscalationSettings, routers=[routes.door], jwks=own_keys
    )
    settings = make_settings("escalation", rate_limit=0, doors="http")
    async with service.running(settings, bus=False) as context:
        transport = httpx.ASGITransport(app=service.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as http:
            yield Stage(context, http)


@pytest.fixture
async def house(stage: Stage) -> House:
    made = House(stage.context)
    for role in (Role.SUPERVISOR, Role.MANAGER, Role.SENIOR_MANAGEMENT, Role.EXECUTIVE):
        await made.staff(role)
    await made.open()
    await made.breach()
    return made


async def test_a_ticket_shows_its_ladder_to_those_who_may_see_it(
    stage: Stage, house: House
) -> None:
    path = f"/v1/tickets/{house.ticket}/escalations"
    admin = (await stage.seat(Role.ADMIN).ask("GET", path)).json()
    (rung,) = admin["items"]
    assert (rung["level"], rung["to_role"], rung["state"]) == (1, "supervisor", "raised")
    assert rung["assign_to"] == str(house.people[Role.SUPERVISOR])
    near = stage.seat(Role.AGENT, departments=[house.department])
    assert (await near.ask("GET", path)).status_code == 200
    owner = stage.seat(Role.CUSTOMER_ADMIN, organization=house.organization)
    (seen,) = (await owner.ask("GET", path)).json()["items"]
    assert (seen["user_ids"], seen["assign_to"], seen["to_role"]) == ([], None, None)
    assert (seen["action"], seen["reason"], seen["acknowledged_by"]) == ([], None, None)
    assert (seen["level"], seen["raised_at"]) == (1, rung["raised_at"])


async def test_foreign_tickets_do_not_exist(stage: Stage, house: House) -> None:
    strangers = [
        stage.seat(Role.CUSTOMER, organization=uuid4()),
        stage.seat(Role.CUSTOMER_ADMIN, organization=uuid4()),
        stage.seat(Role.CUSTOMER, organization=house.organization),
        stage.seat(Role.AGENT, departments=[uuid4()]),
        stage.seat(Role.SUPERVISOR),
    ]
    for seat in strangers:
        for ticket in (house.ticket, uuid4()):
            answer = await seat.ask("GET", f"/v1/tickets/{ticket}/escalations")
            assert answer.status_code == 404


async def test_a_request_of_the_form_is_its_customers_once_it_is_confirmed(
    stage: Stage,
) -> None:
    house = House(stage.context)
    await house.staff(Role.SUPERVISOR)
    await house.open(confirm=True)
    await house.breach()
    path = f"/v1/tickets/{house.ticket}/escalations"
    owner = stage.seat(Role.CUSTOMER_ADMIN, organization=house.organization)
    near = stage.seat(Role.AGENT, departments=[house.department])
    edited = {"ticket_id": house.ticket, "organization_id": house.organization, "fields": ()}
    assert (await near.ask("GET", path)).status_code == 200
    assert (await owner.ask("GET", path)).status_code == 404
    for unconfirmed, status in ((False, 200), (None, 200), (True, 404)):
        await house.hear(TicketEdited(**edited, at=house.now, unconfirmed=unconfirmed))
        assert (await owner.ask("GET", path)).status_code == status


async def test_a_department_that_looks_on_sees_the_ladder(stage: Stage, house: House) -> None:
    watching, now = uuid4(), house.now
    seat = stage.seat(Role.AGENT, departments=[watching])
    for departments, expected in (((watching,), 200), ((), 404)):
        fact = TicketWatched(
            ticket_id=house.ticket,
            organization_id=house.organization,
            at=now,
            watching_department_ids=departments,
        )
        await house.hear(fact)
        answer = await seat.ask("GET", f"/v1/tickets/{house.ticket}/escalations")
        assert answer.status_code == expected


async def test_taking_a_rung_is_said_once(stage: Stage, house: House) -> None:
    admin = stage.seat(Role.ADMIN)
    items = (await admin.ask("GET", f"/v1/tickets/{house.ticket}/escalations")).json()["items"]
    path = f"/v1/escalations/{items[0]['id']}/acknowledge"
    taken = await stage.seat(Role.SUPERVISOR, departments=[house.department]).ask("POST", path)
    assert (taken.status_code, taken.json()["state"]) == (200, "acknowledged")
    again = await admin.ask("POST", path)
    assert again.json()["acknowledged_by"] == taken.json()["acknowledged_by"]
    assert len(await house.facts("escalation.acknowledged")) == 1
    far = await stage.seat(Role.SUPERVISOR, departments=[uuid4()]).ask("POST", path)
    assert far.status_code == 404
    reader = stage.seat(Role.AGENT, departments=[house.department], scope="escalations:read")
    assert (await reader.ask("POST", path)).status_code == 403


async def test_a_rung_that_was_passed_over_cannot_be_taken(stage: Stage, house: House) -> None:
    house.ticket = uuid7()
    await house.open()
    await house.seat(Role.SUPERVISOR)
    await house.breach()
    admin = stage.seat(Role.ADMIN)
    items = (await admin.ask("GET", f"/v1/tickets/{house.ticket}/escalations")).json()["items"]
    assert [one["state"] for one in items] == ["skipped", "raised"]
    refused = await admin.ask("POST", f"/v1/escalations/{items[0]['id']}/acknowledge")
    assert (refused.status_code, refused.json()["code"]) == (409, "escalation_not_raised")


async def test_absences_put_deputies_on_call(stage: Stage, house: House) -> None:
    supervisor = replace(
        stage.seat(Role.SUPERVISOR, scope="escalations:read"), id=house.people[Role.SUPERVISOR]
    )
    now = stage.context.clock.now()
    away = {
        "deputy_id": str(house.people[Role.MANAGER]),
        "starts_at": (now - timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(hours=1)).isoformat(),
    }
    made = await supervisor.ask("POST", "/v1/absences", away)
    assert made.status_code == 201, made.text
    assert made.json()["user_id"] == str(supervisor.id)
    listed = (await supervisor.ask("GET", f"/v1/absences?user_id={supervisor.id}")).json()
    assert [one["id"] for one in listed["items"]] == [made.json()["id"]]
    on_call = (await supervisor.ask("GET", "/v1/oncall")).json()
    assert str(house.people[Role.EXECUTIVE]) in on_call["executive"]
    stranger = stage.seat(Role.AGENT, scope="escalations:read")
    drop = f"/v1/absences/{made.json()['id']}"
    assert (await stranger.ask("DELETE", drop)).status_code == 404
    assert (await supervisor.ask("DELETE", drop)).status_code == 204
    assert (await supervisor.ask("DELETE", drop)).status_code == 404


async def test_who_may_say_that_who_is_away(stage: Stage, house: House) -> None:
    now = stage.context.clock.now()
    span = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(days=1)).isoformat()}
    body = {**span, "user_id": str(house.people[Role.MANAGER])}
    agent = stage.seat(Role.AGENT, scope="escalations:read")
    assert (await agent.ask("POST", "/v1/absences", body)).status_code == 403
    boss = stage.seat(Role.MANAGER, departments=[house.department])
    assert (await boss.ask("POST", "/v1/absences", body)).status_code == 201
    unknown = {**body, "deputy_id": str(uuid4())}
    refused = await boss.ask("POST", "/v1/absences", unknown)
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_colleague")
    backwards = {**span, "starts_at": span["ends_at"], "ends_at": span["starts_at"]}
    assert (await boss.ask("POST", "/v1/absences", backwards)).status_code == 422
    customer = stage.seat(Role.CUSTOMER, organization=uuid4())
    for path in ("/v1/absences", "/v1/oncall"):
        assert (await customer.ask("GET", path)).status_code == 403


async def test_colleagues_in_copy_see_the_ladder(stage: Stage, house: House) -> None:
    in_copy, other = uuid4(), uuid4()

    class Tickets:
        """What the tickets service says of who takes part."""

        async def get(self, peer: str, path: str) -> dict[str, Any]:
            assert (peer, path) == ("tickets", f"/internal/tickets/{house.ticket}")
            return {"participants": [str(in_copy)]}

    context = replace(stage.context, peers=cast("Any", Tickets()))

    def customer(user: UUID) -> Caller:
        return Caller(
            id=user,
            kind="user",
            organization_id=house.organization,
            roles=frozenset({"customer"}),
        )

    async with context.tx(customer(in_copy)) as tx:
        assert len(await usecases.escalations(tx, tx.caller, house.ticket)) == 1
    with pytest.raises(NotFound):
        async with context.tx(customer(other)) as tx:
            await usecases.escalations(tx, tx.caller, house.ticket)
