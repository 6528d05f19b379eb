"""A gateway at work on a database of its own, and people who talk to it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.gateway.main import service
from shared.kit.context import Context
from tests.contexts import MakeSettings

PASSWORD = "a long enough passphrase 1"


@dataclass
class Door:
    """The gateway's two listeners, without a network between."""

    context: Context
    http: httpx.AsyncClient
    ops: httpx.AsyncClient
    place: str = "10.1.2.3"
    admin_headers: dict[str, str] = field(default_factory=dict)

    async def log_in(self, email: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        form = {"grant_type": "password", "username": email, "password": password, **more}
        headers = {"x-forwarded-for": self.place}
        return await self.http.post("/v1/auth/token", data=form, headers=headers)

    async def bearer(self, email: str, password: str = PASSWORD) -> dict[str, str]:
        answer = await self.log_in(email, password)
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    async def refresh(self, token: str) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return await self.http.post("/v1/auth/token", data=form)

    async def admin(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """As the first administrator; the answer's JSON, whatever its status says."""
        answer = await self.ask(method, path, body, **headers)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        asked = {**self.admin_headers, **headers}
        return await self.http.request(method, path, json=body, headers=asked)

    async def organization(self, **fields: Any) -> dict[str, Any]:
        made: dict[str, Any] = await self.admin(
            "POST",
            "/v1/organizations",
            {"name": "شركة النخيل", "domains": [f"d{uuid4().hex[:8]}.example"], **fields},
        )
        return made

    async def user(self, roles: list[str], **fields: Any) -> dict[str, Any]:
        body = {
            "email": f"u{uuid4().hex[:10]}@example.com",
            "name": "سارة",
            "roles": roles,
            "password": PASSWORD,
            **fields,
        }
        made: dict[str, Any] = await self.admin("POST", "/v1/users", body)
        return made

    async def service_headers(self, name: str = "intake") -> dict[str, str]:
        form = {
            "client_id": name,
            "client_secret": self.context.settings.secret(f"clients/{name}"),
            "audience": "gateway",
        }
        answer = await self.ops.post("/internal/token", data=form)
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    async def facts(self, subject: object) -> list[tuple[int, str]]:
        """(sequence, route) of what was stated about a subject."""
        async with self.context.tx() as tx:
            rows = await tx.rows(
                "select sequence, route from identity.outbox where subject = :subject"
                " order by sequence",
                {"subject": str(subject)},
            )
        return [(row["sequence"], row["route"]) for row in rows]


def client(app: Any) -> httpx.AsyncClient:
    # Behind the edge: the transport's own address is one of our network's.
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://gateway")


@pytest.fixture(scope="module")
async def door(make_settings: MakeSettings) -> AsyncIterator[Door]:
    settings = make_settings(
        "gateway", rate_limit=0, gateway_logins_per_second=0, admin_email="admin@localhost"
    )
    async with (
        service.running(settings, bus=False) as context,
        client(service.app) as http,
        client(service.ops) as ops,
    ):
        made = Door(context, http, ops)
        made.admin_headers = await made.bearer("admin@localhost", settings.secret("admin"))
        yield made
