"""A running tickets service, clients at its doors, and a hand that delivers events."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from aiohttp import web

from services.tickets import main
from shared.events.base import Event, Fact
from shared.kit.context import Context
from shared.kit.service import Service
from shared.vocabulary import DEFAULT_DEPARTMENT
from tests.contexts import MakeSettings, Travel
from tests.engines import Database, free_port
from tests.services.tickets.neighbours import Neighbours
from tests.services.tickets.people import Person, keys

BODY = {"subject": "تعطّل الطابعة", "body": "لا تعمل الطابعة منذ الصباح."}


@dataclass
class Desk:
    """The service with everything a test needs around it."""

    service: Service
    context: Context
    http: httpx.AsyncClient
    ops: httpx.AsyncClient
    neighbours: Neighbours
    database: Database
    travel: Travel
    organization: UUID = field(default_factory=uuid4)
    _sequences: dict[tuple[str, str], int] = field(default_factory=dict)

    def customer(self, **more: Any) -> Person:
        return Person(**{"organization": self.organization, **more})

    def agent(self, **more: Any) -> Person:
        return Person("agent", departments=(DEFAULT_DEPARTMENT,), **more)

    async def open(self, person: Person | None = None, **more: Any) -> dict[str, Any]:
        answer = await self.http.post(
            "/v1/tickets", json={**BODY, **more}, headers=(person or self.customer()).headers()
        )
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def do(
        self, person: Person, ticket_id: str, verb: str, body: Any = None
    ) -> httpx.Response:
        path = f"/v1/tickets/{ticket_id}/{verb}"
        return await self.http.post(path, json=body or {}, headers=person.headers())

    async def read(self, person: Person, ticket_id: str) -> dict[str, Any]:
        answer = await self.http.get(f"/v1/tickets/{ticket_id}", headers=person.headers())
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def deliver(self, fact: Fact, *, source: str = "sla") -> None:
        """As the bus does: prefetch, then every handler in one transaction."""
        place = (source, fact.subject())
        self._sequences[place] = self._sequences.get(place, 0) + 1
        event: Event[Any] = Event.model_construct(
            id=uuid4(),
            type=fact.TYPE,
            source=f"sanad/{source}",
            subject=fact.subject(),
            time=datetime.now(UTC),
            sequence=self._sequences[place],
            traceparent="",
            data=fact,
        )
        await self.handle(event)

    def rewind(self, fact: Fact, *, source: str = "sla") -> None:
        """The next delivery bears the number of the last one, as a redelivery does."""
        self._sequences[(source, fact.subject())] -= 1

    async def handle(self, event: Event[Any]) -> None:
        assert self.service.consumers is not None
        for listener in self.service.consumers.listeners(event.type):
            more = [await listener.prefetch(event, self.context)] if listener.prefetch else []
            async with self.context.tx() as tx:
                await listener.handle(event, tx, *more)

    async def facts(self, subject: str) -> list[dict[str, Any]]:
        """What the outbox holds about a subject, in order."""
        async with self.context.tx() as tx:
            rows = await tx.rows(
                "select route, sequence, body from tickets.outbox where subject = :subject"
                " order by sequence",
                {"subject": subject},
            )
        return [dict(row) for row in rows]

    async def names(self, subject: str) -> list[str]:
        """The facts' names, after checking that their sequence has no gap."""
        facts = await self.facts(subject)
        assert [fact["sequence"] for fact in facts] == list(range(1, len(facts) + 1))
        return [fact["route"].removeprefix("sanad.") for fact in facts]

    async def look(self, query: str, *args: Any) -> list[Any]:
        """Behind the walls, as the superuser."""
        connection = await asyncpg.connect(self.database.superuser_dsn)
        try:
            rows: list[Any] = await connection.fetch(query, *args)
            return rows
        finally:
            await connection.close()


@pytest.fixture(scope="module")
async def neighbours() -> AsyncIterator[tuple[Neighbours, str]]:
    twins, port = Neighbours(), free_port()
    runner = web.AppRunner(twins.application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield twins, f"http://127.0.0.1:{port}"
    await runner.cleanup()


@pytest.fixture(scope="module")
async def desk(
    make_settings: MakeSettings,
    database: Database,
    travel: Travel,
    neighbours: tuple[Neighbours, str],
) -> AsyncIterator[Desk]:
    twins, address = neighbours
    settings = make_settings(
        "tickets",
        rate_limit=0,
        tickets_proof_bits=8,
        tickets_form_per_hour=0,
        peers={"gateway": address, "intake": address},
        doors="http",
    )
    service = main.service
    service.jwks = keys
    async with (
        service.running(settings, bus=False) as context,
        _client(service.app) as http,
        _client(service.ops) as ops,
    ):
        yield Desk(service, context, http, ops, twins, database, travel)


def _client(app: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://desk")
