"""One command tries every door of a running house; a kill at the worst moment costs nothing."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.fakes.dovecot import PASSWORD as MAILBOX_PASSWORD
from tests.fakes.dovecot import Dovecot
from tests.fakes.gate import Gate
from tests.journeys.desk import Desk, sanad
from tests.services.intake.post import dovecot, letter

__all__ = ["dovecot"]

pytestmark = pytest.mark.journey
MAILBOXES = "/v1/intake/mailboxes"


async def add(desk: Desk, user: str, port: int, **more: Any) -> dict[str, Any]:
    body = {
        "address": f"{user}@localhost",
        "kind": "imap",
        "host": "127.0.0.1",
        "port": port,
        "tls": "none",
        "username": user,
        "password": MAILBOX_PASSWORD,
    }
    made: dict[str, Any] = await desk.admin().post(MAILBOXES, {**body, **more})
    return made


async def drop(desk: Desk, mailbox: dict[str, Any]) -> None:
    answer = await desk.admin().ask("DELETE", f"{MAILBOXES}/{mailbox['id']}")
    assert answer.status_code == 204


async def test_one_command_tries_every_door_to_the_acknowledgement(
    desk: Desk, dovecot: Dovecot
) -> None:
    user = f"u{uuid4().hex[:8]}"
    mailbox = await add(desk, user, dovecot.port)
    status, said = await sanad(desk, "mail", "test")
    await drop(desk, mailbox)
    assert status == 0, said
    assert "SMTP to support@localhost" in said
    assert "HTTP to support@localhost" in said
    assert f"IMAP to {user}@localhost" in said
    assert said.count("the acknowledgement has gone out") == 3
    assert "Every door works (3)" in said
    tickets = (await desk.admin().get("/v1/tickets", limit=200, sort="-created_at"))["items"]
    ours = [one for one in tickets if one["subject"].startswith("Sanad mail test")]
    assert len(ours) == 3
    assert {one["status"] for one in ours} == {"closed"}


async def test_a_door_that_does_not_work_is_named_with_its_reason(
    desk: Desk, dovecot: Dovecot
) -> None:
    mailbox = await add(desk, f"u{uuid4().hex[:8]}", dovecot.port, password="wrong")
    status, said = await sanad(desk, "mail", "test", language="ar")
    await drop(desk, mailbox)
    assert status == 1, said
    assert "تعذر الوصول إلى الصندوق" in said
    assert f"\u2066POST {MAILBOXES}/{mailbox['id']}/check\u2069" in said
    assert said.count("خرج إشعار الاستلام") == 2


async def test_a_kill_between_the_commit_and_the_mark_loses_and_repeats_nothing(
    desk: Desk, dovecot: Dovecot
) -> None:
    user, mark = f"u{uuid4().hex[:8]}", uuid4().hex
    async with Gate(dovecot.port, hold=b"UID STORE") as gate:
        mailbox = await add(desk, user, gate.port)
        await asyncio.to_thread(dovecot.put, user, letter(f"kill {mark}"))
        await asyncio.wait_for(gate.held.wait(), 30)
        desk.kill("intake")
        flags = await asyncio.to_thread(dovecot.flags, user)
        assert "$SanadAccepted" not in flags[1]
        gate.hold = b""
        await asyncio.to_thread(dovecot.put, user, letter(f"after {mark}"))

        async def tickets() -> list[str]:
            query = {"limit": 50, "sort": "-created_at"}
            found = (await desk.admin().get("/v1/tickets", **query))["items"]
            return sorted(one["subject"] for one in found if mark in one["subject"])

        async def both() -> bool:
            return len(await tickets()) >= 2

        await desk.eventually(both, within=60)
        assert await tickets() == [f"after {mark}", f"kill {mark}"]
        await drop(desk, mailbox)
