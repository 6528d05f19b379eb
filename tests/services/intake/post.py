"""Mailboxes of a running intake on a real IMAP server, as an administrator has them."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.engines import eventually
from tests.fakes.dovecot import PASSWORD, Dovecot, served
from tests.services.intake.conftest import Office

MAILBOXES = "/v1/intake/mailboxes"
QUICK = {"SANAD_INTAKE_IMAP_LONGEST_PAUSE": 0.2, "SANAD_INTAKE_IMAP_SECONDS": 5.0}


def letter(subject: str, *, to: str = "desk@localhost", body: str = "It is down.") -> bytes:
    """A customer's mail; its Message-ID is its own."""
    return (
        f"From: Sara <sara@client.example>\r\nTo: {to}\r\nSubject: {subject}\r\n"
        f"Message-ID: <{uuid4().hex}@client.example>\r\n\r\n{body}\r\n"
    ).encode()


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    """A server whose folders its own account can reach."""
    root = Path(tempfile.mkdtemp(prefix="sanad-imap-"))
    server = None
    try:
        server = served(root)
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(root, ignore_errors=True)


@dataclass
class Post:
    """What a test does with mailboxes."""

    office: Office
    server: Dovecot
    made: list[str] = field(default_factory=list)

    def account(self) -> str:
        return f"u{uuid4().hex[:10]}"

    def wish(self, user: str, **more: Any) -> dict[str, Any]:
        base = {
            "address": f"{user}@localhost",
            "kind": "imap",
            "host": "127.0.0.1",
            "port": self.server.port,
            "tls": "none",
            "username": user,
            "password": PASSWORD,
        }
        return {name: value for name, value in {**base, **more}.items() if value is not None}

    async def add(self, user: str, **more: Any) -> dict[str, Any]:
        answer = await self.office.http.post(MAILBOXES, json=self.wish(user, **more))
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        self.made.append(made["id"])
        return made

    async def see(self, mailbox: dict[str, Any]) -> dict[str, Any]:
        answer = await self.office.http.get(f"{MAILBOXES}/{mailbox['id']}")
        assert answer.status_code == 200, answer.text
        seen: dict[str, Any] = answer.json()
        return seen

    async def check(self, mailbox: dict[str, Any], language: str = "en") -> dict[str, Any]:
        headers = {"Accept-Language": language}
        url = f"{MAILBOXES}/{mailbox['id']}/check"
        answer = await self.office.http.post(url, headers=headers, timeout=60)
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        return said

    async def put(self, user: str, *mails: bytes, arrived: datetime | None = None) -> None:
        await asyncio.to_thread(lambda: self.server.put(user, *mails, arrived=arrived))

    async def rows(self, mailbox: dict[str, Any]) -> list[dict[str, Any]]:
        """What came from a mailbox, in the order in which it became ours."""
        async with self.office.context.tx() as tx:
            rows = await tx.rows(
                "select * from intake.inbound_mail where mailbox_id = :id order by id",
                {"id": mailbox["id"]},
            )
        return [dict(row) for row in rows]

    async def came(
        self, mailbox: dict[str, Any], count: int, within: float = 15
    ) -> list[dict[str, Any]]:
        """So many mails, all of them decided."""

        async def there() -> bool:
            rows = await self.rows(mailbox)
            settled = [one for one in rows if one["state"] not in {"accepted", "parsed"}]
            return len(settled) >= count

        await eventually(there, within=within)
        rows = await self.rows(mailbox)
        assert len(rows) == count, [row["state"] for row in rows]
        return rows

    async def polled(self, mailbox: dict[str, Any], within: float = 15) -> None:
        """Looked into once more from now on."""
        before = (await self.see(mailbox))["last_poll_at"]

        async def again() -> bool:
            return (await self.see(mailbox))["last_poll_at"] not in {None, before}

        await eventually(again, within=within)

    async def clear(self) -> None:
        for mailbox_id in self.made:
            await self.office.http.delete(f"{MAILBOXES}/{mailbox_id}")


async def subjects(office: Office, rows: list[dict[str, Any]]) -> list[str]:
    return [(await office.see(row["id"]))["subject"] for row in rows]


def failed(check: dict[str, Any]) -> tuple[str, str]:
    """Step and code of the first thing that is wrong."""
    wrong = [one for one in check["steps"] if one["result"] == "fail"]
    assert len(wrong) == 1, check
    return wrong[0]["step"], wrong[0]["code"]


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
