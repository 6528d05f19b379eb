"""A running desk and a client at its two doors."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from shared.kit.context import Context
from shared.kit.service import Service
from tests.contexts import MakeSettings
from tests.shared.kit_http.desk import Person, make_service


@dataclass
class Desk:
    service: Service
    context: Context
    http: httpx.AsyncClient
    ops: httpx.AsyncClient

    async def count(self, subject: str) -> int:
        answer = await self.http.get(
            "/v1/notes/count", params={"subject": subject}, headers=Person().headers()
        )
        found: int = answer.json()["count"]
        return found


@pytest.fixture(scope="module")
async def desk(make_settings: MakeSettings) -> AsyncIterator[Desk]:
    service = make_service()
    settings = make_settings("sla", rate_limit=0)
    async with (
        service.running(settings, bus=False) as context,
        client(service.app) as http,
        client(service.ops) as ops,
    ):
        yield Desk(service, context, http, ops)


def client(app: object) -> httpx.AsyncClient:
    # httpx spells ASGI's dictionaries more narrowly than Starlette does.
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://desk")
