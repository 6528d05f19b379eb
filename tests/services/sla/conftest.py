"""One sla service at work for each test module; its loop runs only where a test starts it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.contexts import MakeSettings
from tests.services.sla.desk import Desk, make_service


@pytest.fixture(scope="module")
async def desk(make_settings: MakeSettings) -> AsyncIterator[Desk]:
    service = make_service()
    settings = make_settings("sla", rate_limit=0, doors="http", pool_size=6)
    async with (
        service.running(settings, bus=False) as context,
        client(service.app) as http,
        client(service.ops) as ops,
    ):
        yield Desk(context, http, ops)


def client(app: object) -> httpx.AsyncClient:
    # httpx spells ASGI's dictionaries more narrowly than Starlette does.
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://desk")
