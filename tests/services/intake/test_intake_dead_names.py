"""Name servers that never answer: mail of their domains waits, nobody else's does."""

import asyncio
import time
from collections.abc import Sequence
from uuid import UUID

import pytest
from typing_extensions import override

from services.intake.adapters.lookups import Lookups
from services.intake.adapters.zone import Late, NoAnswer, Zone
from services.intake.domain.mail import Envelope, Reading
from services.intake.domain.spf import Kind
from services.intake.timers.waiting import NAMES, Waiting
from services.intake.usecases.witness import Patience, StillAsking, heard
from tests.services.intake.conftest import Office
from tests.services.intake.names import NAME, RECORD, SILENT, signed
from tests.services.intake.test_intake_flow import letter

MANY = 120


def dead(number: int) -> bytes:
    domain = f"n{number}.{SILENT}"
    return signed(letter(sender=f"sara@{domain}"), domain=domain.encode())


async def test_mails_of_dead_domains_do_not_delay_the_others(office: Office) -> None:
    """Each of them from another domain, so that nothing can be known of it beforehand."""
    await office.handle(signed(letter()))  # processes are up and the key is known
    raws = [dead(number) for number in range(MANY)]
    waiting = await asyncio.gather(*(office.send(raw) for raw in raws))
    began = time.monotonic()
    good = await office.handle(signed(letter()))
    took = time.monotonic() - began
    assert (good["sender_auth"], good["state"]) == ("pass", "routed")
    assert took < 3.0, took
    ends = [await office.settled(one, within=NAMES + 20) for one in waiting]
    assert {(one["sender_auth"], one["state"]) for one in ends} == {("none", "routed")}


class Slow(Zone):
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.told = asyncio.Event()
        self.dead = False

    @override
    async def look(self, name: str, kind: Kind) -> Sequence[str]:
        self.asked.append(name)
        await self.told.wait()
        if self.dead:
            raise NoAnswer("timeout")
        return [RECORD] if name == NAME else []


SOON = Patience(0.05, again=True)


async def test_a_late_answer_is_there_at_the_next_look_and_asked_for_once() -> None:
    slow = Slow()
    lookups = Lookups(slow)
    for _ in range(3):
        with pytest.raises(StillAsking):
            await heard(lookups, signed(), Envelope(), Reading(), patience=SOON)
    slow.told.set()
    reading = await heard(lookups, signed(), Envelope(), Reading(), patience=SOON)
    assert reading.keys == {NAME: RECORD}
    assert slow.asked == [NAME]
    await lookups.close()


async def test_at_last_what_is_late_is_no_proof() -> None:
    lookups = Lookups(Slow())
    last = Patience(0.05, again=False)
    envelope = Envelope("sara@client.example", (), "8.8.8.8")
    found = await heard(lookups, signed(), envelope, Reading(), patience=last)
    assert (dict(found.keys), found.posted, found.judged) == ({}, "", False)
    await lookups.close()


async def test_a_dead_server_is_not_asked_for_every_mail() -> None:
    slow = Slow()
    slow.dead = True
    slow.told.set()
    lookups = Lookups(slow, remembered=0.2)
    for _ in range(5):
        with pytest.raises(NoAnswer):
            await lookups.look(NAME, "TXT")
    assert slow.asked == [NAME]
    await asyncio.sleep(0.3)  # what is remembered ends by time alone
    with pytest.raises(NoAnswer):
        await lookups.look(NAME, "TXT")
    assert slow.asked == [NAME, NAME]


async def test_whoever_comes_to_an_old_question_does_not_wait() -> None:
    lookups = Lookups(Slow())
    first = asyncio.ensure_future(lookups.look(NAME, "TXT"))
    await asyncio.sleep(0.6)  # its age is what counts
    with pytest.raises(Late):
        await asyncio.wait_for(lookups.look(NAME, "TXT"), 0.05)
    first.cancel()
    await lookups.close()


def test_a_mail_waits_so_long_and_a_crowd_less() -> None:
    now = [0.0]
    waiting = Waiting(lambda: now[0])
    crowd = [UUID(int=number) for number in range(1, 20)]
    assert waiting.patience(crowd[0]) == Patience(0.3, again=True)
    for one in crowd:
        waiting.late(one)
    assert waiting.patience(UUID(int=99)) == Patience(0.05, again=True)
    now[0] = NAMES
    assert waiting.patience(crowd[0]) == Patience(0.05, again=False)
    for one in crowd[1:]:
        waiting.done(one)
    assert waiting.patience(UUID(int=99)).seconds == 0.3
    now[0] = 100.0
    waiting.late(crowd[1])
    assert waiting.patience(crowd[0]).again, "somebody else has finished it long ago"
