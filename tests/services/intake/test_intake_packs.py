"""Mails that are worked on together: whatever one of them does, the others have their own end."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from typing_extensions import override

from services.intake.adapters.children import Children, ParserLost
from services.intake.domain.mail import Envelope, Parsed, Reading
from services.intake.domain.words import State
from services.intake.store import claims, mails
from services.intake.timers.parser import Desk
from services.intake.usecases.accept import accept
from services.intake.usecases.people import People
from services.intake.usecases.read import read, saving
from services.intake.usecases.route import Deciding, route_mail
from tests.contexts import MakeSettings
from tests.services.intake.bombs import plain
from tests.services.intake.conftest import Office, opened

MANY = 50


@pytest.fixture(scope="module")
async def office(make_settings: MakeSettings, directory: dict[str, str]) -> AsyncIterator[Office]:
    """Without workers: nobody but the test reads and decides."""
    settings = make_settings("intake", peers={"gateway": directory["ops"]}, doors="http")
    async with opened(settings, directory["token"], 0) as found:
        yield found


_CHILD = """
import os, sys, time
from services.intake.adapters import child
whole = child.read_mail
def read_mail(raw, *rest):
    if b"DEADLY" in raw:
        os._exit(1)
    if b"SLOW" in raw:
        time.sleep(3)
    return whole(raw, *rest)
child.read_mail = read_mail
child.main(20)
"""


class Moody(Children):
    """Processes that some mails kill, and others hold up."""

    started = 0

    @override
    async def _start(self) -> asyncio.subprocess.Process:
        self.started += 1
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-c", _CHILD)
        return await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)


def letter(number: int, *, bad: int, word: bytes) -> bytes:
    return plain(
        b"Subject: number %d\r\n%s" % (number, b"X-Mood: " + word if number == bad else b"")
    )


async def parsed(children: Children, raw: bytes) -> tuple[float, Parsed | BaseException]:
    try:
        found: Parsed | BaseException = await children.parse(raw, Envelope(), Reading())
    except ParserLost as lost:
        found = lost
    return time.monotonic(), found


@pytest.mark.parametrize("bad", [0, 7, MANY - 1])
async def test_a_mail_that_kills_its_reader_takes_no_other_with_it(bad: int) -> None:
    children = Moody(2, 20)
    letters = [letter(number, bad=bad, word=b"DEADLY") for number in range(MANY)]
    try:
        async with asyncio.timeout(60):
            told = await asyncio.gather(*(parsed(children, raw) for raw in letters))
    finally:
        await children.close()
    outcomes = [found for _, found in told]
    assert [n for n, one in enumerate(outcomes) if isinstance(one, ParserLost)] == [bad]
    subjects = [one.mail.subject if isinstance(one, Parsed) else None for one in outcomes]
    assert all(subject in {f"number {n}", None} for n, subject in enumerate(subjects))
    assert children.started <= 2 + 3, "three were lost, two were there"


async def test_nobody_waits_behind_a_mail_that_takes_long() -> None:
    children = Moody(2, 20)
    await asyncio.gather(*(parsed(children, letter(n, bad=-1, word=b"")) for n in range(2)))
    letters = [letter(number, bad=5, word=b"SLOW") for number in range(MANY)]
    try:
        async with asyncio.timeout(60):
            told = await asyncio.gather(*(parsed(children, raw) for raw in letters))
    finally:
        await children.close()
    assert all(isinstance(found, Parsed) for _, found in told)
    assert max(range(MANY), key=lambda number: told[number][0]) == 5, "all others came first"


async def claimed(office: Office, raw: bytes) -> claims.Claimed:
    """A mail that no worker claims but the test."""
    async with office.context.tx() as tx:
        await tx.scalar("select 1")  # the rest goes into the same transaction
        mail_id = await accept(tx, raw, Envelope("sara@client.example"), "smtp")
        await mails.postpone(tx, mail_id, timedelta(hours=1))
        kept = await tx.row(
            "select id, attempts, envelope, raw from intake.inbound_mail where id = :id",
            {"id": mail_id},
        )
    assert kept is not None
    return claims.Claimed(state=State.ACCEPTED, **kept)


States = list[State | None]


async def read_together(office: Office, raws: list[bytes]) -> tuple[list[UUID], States]:
    waiting = [await claimed(office, raw) for raw in raws]
    children, together = Children(2, 15), saving(office.context)
    reading = (read(office.context, children, one, together=together) for one in waiting)
    try:
        states = await asyncio.gather(*reading)
    finally:
        await children.close()
    return [one.id for one in waiting], list(states)


async def test_equal_mails_that_are_stored_together_are_one_mail(office: Office) -> None:
    twin = plain(b"Subject: twice at once")
    left, states = await read_together(office, [twin, plain(b"Subject: another"), twin])
    assert states == [State.PARSED] * 3, "that they are equal is found when they are decided"
    first, another, second = left
    people = People(office.context)
    deciding = Deciding(office.context, people)
    for _ in range(2):  # one of the twins waits for the other
        ends = await asyncio.gather(
            *(route_mail(office.context, people, one, deciding) for one in left),
            return_exceptions=True,
        )
        left = [one for one, end in zip(left, ends, strict=True) if end is not None]
    async with office.context.tx() as tx:
        told = {one: await mails.find(tx, one) for one in (first, another, second)}
    assert left == []
    assert Counter(row.state for row in told.values() if row) == {
        State.ROUTED: 2,
        State.DUPLICATE: 1,
    }
    row = told[another]
    assert row is not None
    assert row.state is State.ROUTED


async def test_one_that_cannot_be_decided_leaves_the_decisions_of_fifty(office: Office) -> None:
    raws = [plain(b"Subject: together %d" % number) for number in range(MANY)]
    ids, _ = await read_together(office, raws)
    spoiled = ids[MANY // 2]
    async with office.context.tx() as tx:
        await tx.execute(
            "update intake.mail_parsed set content = 'spoiled' where mail_id = :id",
            {"id": spoiled},
        )
    people = People(office.context)
    deciding = Deciding(office.context, people)
    ends = await asyncio.gather(
        *(route_mail(office.context, people, one, deciding) for one in ids),
        return_exceptions=True,
    )
    assert [ids[n] for n, end in enumerate(ends) if end is not None] == [spoiled]
    for mail_id in ids:
        if mail_id != spoiled:
            facts = await office.facts(str(mail_id))
            assert [one["type"] for one in facts] == ["mail.accepted.v1", "mail.routed.v1"]
            assert [one["sequence"] for one in facts] == [1, 2]


async def test_in_a_crowd_one_claim_fills_all_lanes_that_become_free_together(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, asked = Desk(office.context, Children(1, 15)), list[int]()

    async def claim(_tx: object, free: int, *_rest: object) -> list[claims.Claimed]:
        asked.append(free)
        return []

    monkeypatch.setattr(claims, "claim", claim)
    lanes, loop = office.context.settings.lanes, asyncio.get_running_loop()
    ends = [loop.create_future() for _ in range(lanes - 1)]
    for end in ends:
        task = loop.create_task(asyncio.wait_for(end, 60))
        desk.busy[task] = 0
        task.add_done_callback(desk.busy.pop)
    claiming = asyncio.ensure_future(desk.claim())
    await asyncio.sleep(0)  # the claim has begun to gather
    for end in ends[:9]:
        end.set_result(None)
    await claiming
    for end in ends[9:]:
        end.set_result(None)
    await desk.close()
    assert asked == [10]
