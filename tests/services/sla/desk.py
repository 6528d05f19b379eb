"""A running sla service on a database of its own, fed with facts as the bus would feed it."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.sla import internal, main, routes
from services.sla.consumers import consumers
from services.sla.settings import SlaSettings
from services.sla.usecases import firing
from services.sla.usecases.seeding import seed
from shared.events.base import Event, Fact
from shared.events.identity import IdentityOrganizationUpdated
from shared.events.ticket import (
    TicketMessageAdded,
    TicketOpened,
    TicketPriorityChanged,
    TicketStatusChanged,
)
from shared.events.timer import TimerRequested
from shared.kit.context import Context
from shared.kit.ids import uuid7
from shared.kit.jwt import SigningKey, generate_pem, sign, signing_key
from shared.kit.service import Service
from shared.vocabulary import (
    DEFAULT_DEPARTMENT,
    RESERVED_ORGANIZATION,
    AuthorKind,
    Channel,
    Direction,
    Locale,
    Priority,
    Status,
)

ALL_SCOPES = "sla:read sla:manage reports:read"


@cache
def key() -> SigningKey:
    return signing_key("desk-1", generate_pem())


async def _own_keys(_context: Context) -> dict[str, Any]:
    return {"keys": [key().public_jwk()]}


def make_service() -> Service:
    """As `main` composes it, but with keys of our own instead of the gateway's."""
    return Service(
        "sla",
        "sla",
        SlaSettings,
        routers=routes.routers,
        internal=[internal.door],
        workers=main.service.workers,
        checks=main.service.checks,
        on_start=seed,
        jwks=_own_keys,
    )


@dataclass
class Person:
    """Somebody with a token."""

    roles: list[str] = field(default_factory=lambda: ["admin"])
    organization: UUID = RESERVED_ORGANIZATION
    departments: list[UUID] = field(default_factory=list)
    scope: str = ALL_SCOPES
    id: UUID = field(default_factory=uuid4)
    kind: str = "user"
    locale: str = "en"

    def headers(self, at: datetime) -> dict[str, str]:
        now = round(at.timestamp(), 3)
        claims = {
            "aud": "sanad-api",
            "sub": str(self.id),
            "kind": self.kind,
            "org": str(self.organization),
            "roles": self.roles,
            "scope": self.scope,
            "deps": [str(one) for one in self.departments],
            "locale": self.locale,
            "sid": str(uuid4()),
            "jti": str(uuid4()),
            "iat": now,
            "exp": int(now) + 600,
        }
        return {"Authorization": f"Bearer {sign(key(), claims)}"}


@dataclass
class Desk:
    """Doors, database and the facts that came out."""

    context: Context
    http: httpx.AsyncClient
    ops: httpx.AsyncClient
    admin: Person = field(default_factory=Person)

    async def ask(
        self, method: str, path: str, body: Any = None, who: Person | None = None, **headers: str
    ) -> httpx.Response:
        asked = {**(who or self.admin).headers(self.context.clock.now()), **headers}
        return await self.http.request(method, path, json=body, headers=asked)

    async def made(self, path: str, body: Any) -> dict[str, Any]:
        answer = await self.ask("POST", path, body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def hear(self, fact: Fact, sequence: int = 1) -> None:
        """Hand a fact to the service's listeners in a transaction, as the bus does."""
        event = Event[Any].model_construct(
            id=uuid7(),
            type=fact.TYPE,
            source="sanad/tickets",
            subject=fact.subject(),
            time=self.context.clock.now(),
            sequence=sequence,
            traceparent="",
            data=fact,
        )
        for listener in consumers.listeners(fact.TYPE):
            async with self.context.tx() as tx:
                await listener.handle(event, tx)

    async def facts(self, subject: object, kind: str = "") -> list[dict[str, Any]]:
        """What was stated about a subject, in its order; `kind` narrows to a type."""
        async with self.context.tx() as tx:
            rows = await tx.rows(
                "select body from sla.outbox where subject = :subject order by sequence",
                {"subject": str(subject)},
            )
        bodies = [json.loads(row["body"]) for row in rows]
        return [body for body in bodies if kind in body["type"]]

    async def fire(self, limit: int = 500) -> firing.Fired:
        """One turn of the loop."""
        async with self.context.tx() as tx:
            return await firing.fire(tx, await firing.claim(tx, limit))

    async def timers(self, ticket: UUID) -> dict[str, datetime]:
        async with self.context.tx() as tx:
            rows = await tx.rows(
                "select key, due_at from sla.timer where ticket_id = :id", {"id": ticket}
            )
        return {row["key"].replace(str(ticket), "T"): row["due_at"] for row in rows}

    async def policy_in_seconds(self, **changes: Any) -> dict[str, Any]:
        """A policy whose whole life-cycle can be watched."""
        every = {
            "first_response": {"target": "PT2S", "calendar": "always_open"},
            "next_response": {"target": "PT2S", "calendar": "always_open"},
            "resolution": {"target": "PT4S", "calendar": "always_open"},
        }
        step = {"metric": "resolution", "to": "supervisor", "action": ["assign", "notify"]}
        body = {
            "name": "Seconds",
            "targets": dict.fromkeys(("P1", "P2", "P3", "P4"), every),
            "ladder": [{**step, "after": "breach"}, {**step, "after": "PT2S", "to": "executive"}],
            "reopen_window": "PT5S",
            **changes,
        }
        return await self.made("/v1/sla/policies", body)

    async def customer(
        self,
        policy: dict[str, Any] | None = None,
        timezone: str = "Asia/Riyadh",
        **contract: Any,
    ) -> UUID:
        """An organization, with a contract when a policy is given."""
        organization = uuid7()
        now = self.context.clock.now()
        await self.hear(
            IdentityOrganizationUpdated(
                organization_id=organization, locale=Locale.AR, timezone=timezone, at=now
            )
        )
        if policy is not None:
            body = {
                "organization_id": str(organization),
                "kind": "standard",
                "policy_id": policy["id"],
                "starts_on": (now - timedelta(days=2)).date().isoformat(),
                **contract,
            }
            await self.made("/v1/contracts", body)
        return organization


@dataclass
class Ticket:
    """A ticket's side of the story; each fact is one step of its version."""

    desk: Desk
    organization: UUID
    opened_at: datetime
    priority: Priority = Priority.P3
    id: UUID = field(default_factory=uuid7)
    requester: UUID = field(default_factory=uuid4)
    department: UUID = DEFAULT_DEPARTMENT
    version: int = 0

    async def tell(self, kind: type[Fact], at: datetime, **values: Any) -> None:
        self.version += 1
        fact = kind.model_validate(
            {"ticket_id": self.id, "organization_id": self.organization, "at": at, **values}
        )
        await self.desk.hear(fact, self.version)

    async def open(self, **values: Any) -> "Ticket":
        await self.tell(
            TicketOpened,
            self.opened_at,
            **{
                "number": 1042,
                "requester_id": self.requester,
                "department_id": self.department,
                "priority": self.priority,
                "status": Status.NEW,
                "channel": Channel.EMAIL,
                "locale": Locale.AR,
                "message_id": uuid4(),
                "author_kind": AuthorKind.CUSTOMER,
                **values,
            },
        )
        return self

    async def message(self, at: datetime, kind: AuthorKind, **values: Any) -> None:
        inbound = kind is AuthorKind.CUSTOMER
        await self.tell(
            TicketMessageAdded,
            at,
            **{
                "message_id": uuid4(),
                "direction": Direction.INBOUND if inbound else Direction.OUTBOUND,
                "public": True,
                "author_kind": kind,
                "channel": Channel.EMAIL,
                **values,
            },
        )

    async def reply(self, at: datetime, **values: Any) -> None:
        await self.message(at, AuthorKind.STAFF, **values)

    async def write(self, at: datetime, **values: Any) -> None:
        await self.message(at, AuthorKind.CUSTOMER, **values)

    async def move(self, at: datetime, status: Status) -> None:
        await self.tell(TicketStatusChanged, at, from_status=Status.OPEN, to_status=status)

    async def prioritise(self, at: datetime, priority: Priority) -> None:
        values = {"from_priority": self.priority, "to_priority": priority}
        await self.tell(TicketPriorityChanged, at, **values)

    async def sla(self, who: Person | None = None) -> dict[str, Any]:
        answer = await self.desk.ask("GET", f"/v1/tickets/{self.id}/sla", who=who)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def ask_timer(self, name: str, due_at: datetime | None, **values: Any) -> str:
        known = f"{name}:{self.id}"
        fact = {"key": known, "owner": "tickets", "ticket_id": self.id, "due_at": due_at}
        start = self.desk.context.clock.now()
        await self.desk.hear(TimerRequested.model_validate({"start_at": start, **fact, **values}))
        return known
