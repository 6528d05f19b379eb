"""Intake at work beside a real gateway, each on the module's own database."""

import asyncio
import contextlib
import json
import smtplib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from services.gateway.main import service as gateway
from services.intake.main import service as intake
from services.intake.usecases import secrets, threads
from shared.events.ticket import TicketOpened
from shared.kit.context import Context
from shared.kit.process import Server
from shared.tokens import make_reply_token
from shared.vocabulary import (
    DEFAULT_DEPARTMENT,
    RESERVED_ORGANIZATION,
    AuthorKind,
    Channel,
    Locale,
    Priority,
    Status,
)
from tests.contexts import MakeSettings
from tests.engines import eventually, free_port
from tests.services.intake.names import serving_names

SUPPORT = "support@localhost"


@dataclass
class Office:
    """The doors of a running intake."""

    context: Context
    http: httpx.AsyncClient
    port: int
    numbers: int = 1000

    def deliver(self, raw: bytes, sender: str = "sara@client.example", *to: str) -> str:
        """One SMTP delivery; the id that the 250 names."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as client:
            client.ehlo()
            assert client.mail(sender, ["SMTPUTF8"])[0] == 250
            for address in to or (SUPPORT,):
                code, said = client.rcpt(address)
                if code != 250:
                    raise smtplib.SMTPRecipientsRefused({address: (code, said)})
            code, said = client.data(raw)
            if code != 250:
                raise smtplib.SMTPDataError(code, said)
            return said.decode().rpartition(" ")[2]

    async def send(self, raw: bytes, sender: str = "sara@client.example", *to: str) -> str:
        return await asyncio.to_thread(self.deliver, raw, sender, *to)

    async def see(self, mail_id: str | UUID) -> dict[str, Any]:
        answer = await self.http.get(f"/v1/intake/mails/{mail_id}")
        assert answer.status_code == 200, answer.text
        seen: dict[str, Any] = answer.json()
        return seen

    async def settled(self, mail_id: str | UUID, within: float = 20) -> dict[str, Any]:
        """The mail once our own worker is done with it."""

        async def decided() -> bool:
            answer = await self.http.get(f"/v1/intake/mails/{mail_id}")
            return answer.is_success and answer.json()["state"] not in {"accepted", "parsed"}

        await eventually(decided, within=within)
        return await self.see(mail_id)

    async def handle(self, raw: bytes, sender: str = "sara@client.example", *to: str) -> Any:
        """Deliver and wait for the decision."""
        return await self.settled(await self.send(raw, sender, *to))

    async def ticket(
        self,
        address: str,
        organization: UUID = RESERVED_ORGANIZATION,
        *,
        department: UUID = DEFAULT_DEPARTMENT,
        mail_id: str | None = None,
    ) -> TicketOpened:
        """A ticket as its service's fact tells of it, opened by a mail or by the interface."""
        self.numbers += 1
        fact = TicketOpened(
            ticket_id=uuid4(),
            organization_id=organization,
            at=self.context.clock.now(),
            number=self.numbers,
            requester_id=uuid4(),
            department_id=department,
            priority=Priority.P3,
            status=Status.NEW,
            channel=Channel.EMAIL if mail_id else Channel.API,
            locale=Locale.AR,
            message_id=uuid4(),
            mail_id=UUID(mail_id) if mail_id else None,
            author_kind=AuthorKind.CUSTOMER,
        )
        async with self.context.tx() as tx:
            await threads.opened(tx, fact, None if mail_id else address)
        return fact

    def token(self, number: int, address: str) -> str:
        return make_reply_token(secrets.reply_keys(self.context)[0], number, address)

    async def facts(self, mail_id: str) -> list[dict[str, Any]]:
        """What was stated about a mail, in order."""
        async with self.context.tx() as tx:
            rows = await tx.rows(
                "select body from intake.outbox where subject = :id order by sequence",
                {"id": mail_id},
            )
        return [json.loads(row["body"]) for row in rows]


@contextlib.asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """An application on a port of its own, in this loop."""
    port = free_port()
    config = uvicorn.Config(app, port=port, lifespan="off", log_config=None, access_log=False)
    server = Server(config)
    task = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await task


@pytest.fixture(scope="module")
async def directory(make_settings: MakeSettings) -> AsyncIterator[dict[str, str]]:
    """A running gateway; its operations address and the administrator's token."""
    settings = make_settings("gateway")
    async with gateway.running(settings, bus=False), serving(gateway.ops) as ops:
        transport = httpx.ASGITransport(gateway.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
            form = {
                "grant_type": "password",
                "username": settings.admin_email,
                "password": settings.secret("admin"),
            }
            answer = await http.post("/v1/auth/token", data=form)
            assert answer.status_code == 200, answer.text
        yield {"ops": ops, "token": answer.json()["access_token"]}


@pytest.fixture(scope="module")
async def nameserver() -> AsyncIterator[str]:
    async with serving_names() as address:
        yield address


@contextlib.asynccontextmanager
async def opened(settings: Any, token: str, port: int) -> AsyncIterator[Office]:
    """The service at work in this process, and an administrator at its door."""
    async with intake.running(settings, bus=False) as context:
        transport = httpx.ASGITransport(intake.app)
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://intake", headers=headers
        ) as http:
            yield Office(context, http, port)


@pytest.fixture(scope="module")
async def office(
    make_settings: MakeSettings, directory: dict[str, str], nameserver: str
) -> AsyncIterator[Office]:
    port = free_port()
    settings = make_settings(
        "intake",
        peers={"gateway": directory["ops"]},
        listen_smtp=f"127.0.0.1:{port}",
        intake_nameserver=nameserver,
        rate_limit=0,
    )
    async with opened(settings, directory["token"], port) as found:
        yield found
