"""Mails made to break a parser: each ends in a visible state while the door goes on answering."""

import asyncio
import os
import signal
import time
from datetime import timedelta
from uuid import UUID

import psutil
import pytest
from typing_extensions import override

from services.intake.adapters.children import Children, ParserTooSlow
from services.intake.domain.mail import Envelope, Parsed, Reading
from services.intake.domain.words import State
from services.intake.store import claims, mails
from services.intake.timers import parser as desk
from services.intake.usecases.accept import PARSER, accept
from services.intake.usecases.people import People
from services.intake.usecases.read import read
from services.intake.usecases.route import route_mail
from tests.engines import eventually
from tests.services.intake.bombs import BOMBS, TOP, plain, unique
from tests.services.intake.conftest import Office

FINAL = {"routed", "held", "quarantined"}


@pytest.mark.parametrize("name", BOMBS)
async def test_a_hostile_mail_ends_in_a_visible_state(office: Office, name: str) -> None:
    raw = BOMBS[name]()
    began = time.monotonic()
    mail_id = await office.send(raw)
    good = await office.send(plain(b"Subject: good"))
    assert (await office.settled(good, within=18))["state"] == "routed"
    seen = await office.settled(mail_id, within=18)
    assert time.monotonic() - began < 20
    assert seen["state"] in FINAL, seen


async def test_what_is_cut_is_said(office: Office) -> None:
    for name, flag in (
        ("50,000 parts", "parts_cut"),
        ("multipart 3,000 deep", "depth_cut"),
        ("8,000 addresses", "headers_cut"),
        ("20,000 encoded words", "headers_cut"),
        ("200,000 headers", "headers_cut"),
    ):
        seen = await office.handle(BOMBS[name]())
        assert flag in seen["reasons"], name


def children_of_ours() -> list[psutil.Process]:
    mine = psutil.Process().children()
    return [one for one in mine if "services.intake.adapters.child" in one.cmdline()]


async def test_a_parser_killed_at_work_is_replaced_and_the_mail_is_routed(office: Office) -> None:
    await office.handle(plain(b"Subject: warm up"))
    for child in children_of_ours():
        child.suspend()
    mail_id = await office.send(plain(b"Subject: killed"))
    await asyncio.to_thread(time.sleep, 0.3)
    for child in children_of_ours():
        os.kill(child.pid, signal.SIGKILL)
    seen = await office.settled(mail_id)
    assert (seen["state"], seen["degraded"]) == ("routed", False)


async def taken(office: Office, raw: bytes) -> claims.Claimed:
    """A mail that no worker claims but the test."""
    async with office.context.tx() as tx:
        mail_id = await accept(tx, raw, Envelope("sara@client.example"), "smtp")
        await mails.postpone(tx, mail_id, timedelta(hours=1))
        kept = await tx.row(
            "select id, attempts, envelope, raw from intake.inbound_mail where id = :id",
            {"id": mail_id},
        )
    assert kept is not None
    return claims.Claimed(state=State.ACCEPTED, **kept)


async def test_a_mail_that_cannot_be_parsed_becomes_a_degraded_ticket(office: Office) -> None:
    class Never:
        async def parse(self, raw: bytes, envelope: Envelope, reading: Reading) -> Parsed:
            raise ParserTooSlow(len(raw), envelope, reading)

        async def close(self) -> None:
            raise AssertionError

    claimed = await taken(office, plain(b"Subject: =?utf-8?b?2YXYsdit2KjYpw==?="))
    await read(office.context, Never(), claimed)
    await route_mail(office.context, People(office.context), claimed.id)
    seen = await office.see(claimed.id)
    assert (seen["state"], seen["decision"], seen["degraded"]) == ("routed", "new", True)
    assert seen["subject"] == "مرحبا"
    assert "unreadable" in seen["reasons"]


class Stillborn(Children):
    """Processes that die at once, as by a mail that kills its reader."""

    started = 0

    @override
    async def _start(self) -> asyncio.subprocess.Process:
        self.started += 1
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec("true", stdin=pipe, stdout=pipe)


async def test_a_mail_that_kills_three_readers_is_its_envelope_senders(office: Office) -> None:
    parser = Stillborn(1, 15)
    raw = b"From: Liar <boss@corp.example>\r\nContent-Type: text/plain\r\n" + unique()
    claimed = await taken(office, raw)
    mail_id = claimed.id
    await read(office.context, parser, claimed)
    assert parser.started == 3
    await route_mail(office.context, People(office.context), mail_id)
    seen = await office.see(mail_id)
    assert (seen["state"], seen["decision"], seen["degraded"]) == ("routed", "new", True)
    assert seen["subject"] == "(unreadable message / رسالة غير مقروءة)"
    assert seen["from"]["email"] == "sara@client.example"
    assert (await office.http.get(f"/v1/intake/mails/{mail_id}/raw")).content == raw
    (routed,) = [one for one in await office.facts(str(mail_id)) if one["type"] == "mail.routed.v1"]
    assert (routed["data"]["degraded"], routed["data"]["received_at"]) == (
        True,
        seen["received_at"],
    )


async def test_a_mail_that_we_fail_to_decide_again_and_again_is_held_for_people(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "PATIENCE", 0)
    mail_id = UUID(await office.send(plain(b"Subject: undecided")))
    await office.settled(mail_id)
    content = await _put_content(office, mail_id, b"spoiled, so that every look at it fails")

    async def held() -> bool:
        async with office.context.tx() as tx:
            row = await mails.find(tx, mail_id)
        return row is not None and row.state is State.HELD

    await eventually(held)
    await _put_content(office, mail_id, content)
    seen = await office.see(mail_id)
    assert (seen["decision"], seen["reasons"]) == ("held", ["not_decided"])


async def _put_content(office: Office, mail_id: UUID, content: bytes) -> bytes:
    """Something else in the place of what was read, and the mail to be decided; what was there."""
    async with office.context.tx() as tx:
        before = await tx.scalar(
            "select content from intake.mail_parsed where mail_id = :id", {"id": mail_id}
        )
        await tx.execute(
            "update intake.mail_parsed set content = :content where mail_id = :id",
            {"content": content, "id": mail_id},
        )
        await tx.execute(
            "update intake.inbound_mail set next_at = :now, state = case when state = 'held'"
            " then state else 'parsed' end where id = :id",
            {"now": tx.now, "id": mail_id},
        )
        tx.wake(PARSER)
    return bytes(before)


async def test_a_child_is_confined_and_ends_with_its_service() -> None:
    children = Children(1, 5)
    await children.parse(TOP + unique(), Envelope(), Reading())
    (pid,) = children.pids
    child = psutil.Process(pid)
    assert child.rlimit(psutil.RLIMIT_AS)[0] == 768 * 1024 * 1024
    assert not [name for name in child.environ() if name.startswith("SANAD")]
    assert child.memory_info().rss < 40 * 1024 * 1024
    await children.close()
    await eventually(lambda: not psutil.pid_exists(pid))


async def test_a_slow_parser_is_killed_in_time() -> None:
    children = Children(1, 1)
    await children.parse(TOP + unique(), Envelope(), Reading())
    (pid,) = children.pids
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(ParserTooSlow):
        await children.parse(TOP + unique(), Envelope(), Reading())
    assert time.monotonic() - began < 3
    assert not psutil.pid_exists(pid)
    await children.parse(TOP + unique(), Envelope(), Reading())
    await children.close()
