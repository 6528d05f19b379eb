"""F9: thousands of damaged mails. Each ends in one visible state, good mails pass between them."""

import asyncio
import os
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.chaos.post import Sender, complaints, look, settled
from tests.chaos.weather import Weather
from tests.journeys import letters
from tests.services.intake.bombs import BOMBS
from tests.services.intake.mutants import mutants

pytestmark = [pytest.mark.slow, pytest.mark.journey, pytest.mark.timeout(7200)]

LANES = 6
GOOD_EVERY = 20
SOON = 3.0


async def test_every_damaged_mail_ends_in_one_visible_state(
    weather: Weather, dice: random.Random
) -> None:
    count = int(os.environ.get("SANAD_MUTANTS") or 2000)
    pace = float(os.environ.get("SANAD_MUTANTS_PACE") or 15)
    desk = weather.desk
    before = desk.pids()
    bad, good = Sender(desk), Sender(desk)
    pile = enumerate(mutants(dice, count))
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for _ in range(LANES):
            group.create_task(_damage(bad, pile, pace / LANES))
        group.create_task(_between(good, bad, count))
    took = time.monotonic() - began
    found = await settled(desk, within=60)
    ids = [one for sender in (bad, good) for ids in sender.promised.values() for one in ids]
    states = Counter(found.states[one] for ids in bad.promised.values() for one in ids)
    waits = sorted(found.seconds(one) for ids in good.promised.values() for one in ids)
    decided = [
        found.seconds(one, "mail.routed.v1") for ids in good.promised.values() for one in ids
    ]
    print(f"decided within p50 {statistics.median(decided):.2f} s, most {max(decided):.2f} s")
    p99 = waits[int(len(waits) * 0.99)]
    print(f"{count} damaged mails in {took:.0f} s, seed above: {dict(states)}")
    print(f"unreadable: {len(found.degraded)}, faults {dict(bad.faults)}")
    print(f"{len(waits)} good mails: p50 {statistics.median(waits):.2f} s, p99 {p99:.2f} s")
    assert bad.refused == good.refused == []
    assert len(bad.promised) == count
    assert complaints(ids, found) == []
    assert {found.states[one] for ids in good.promised.values() for one in ids} == {"applied"}
    assert p99 <= SOON
    assert desk.pids() == before, "a process was started again"


async def _damage(sender: Sender, pile: Iterator[tuple[int, bytes]], pace: float) -> None:
    for number, raw in pile:
        began = time.monotonic()
        mark = b"X-Mutant: %d\r\n" % number
        await sender.post(str(number), mark + raw, f"mutant-{number % 50}@strange.example")
        await asyncio.sleep(max(0.0, 1 / pace - (time.monotonic() - began)))


async def _between(good: Sender, bad: Sender, count: int) -> None:
    """A good mail for every so many bad ones, as long as these go on."""
    while len(bad.promised) + len(bad.refused) < count:
        number = len(good.promised)
        if number * GOOD_EVERY <= len(bad.promised):
            raw = letters.plain(
                "sara@client.example", "support@localhost", f"عطل {uuid4().hex}", "الطابعة لا تعمل"
            )
            await good.post(str(number), raw, "sara@client.example")
        await asyncio.sleep(0.05)


async def test_bombs_of_real_size_take_twenty_seconds_at_most(weather: Weather) -> None:
    desk, before = weather.desk, weather.desk.pids()
    for name, build in BOMBS.items():
        bomb, good = Sender(desk), Sender(desk)
        raw = build()
        began = time.monotonic()
        await bomb.post(name, raw, "bomber@strange.example")
        plain = letters.plain("sara@client.example", "support@localhost", uuid4().hex, "عطل")
        await good.post(name, plain, "sara@client.example")
        found = await settled(desk, within=20 - (time.monotonic() - began))
        took = time.monotonic() - began
        (one,), (other,) = bomb.promised[name], good.promised[name]
        print(f"{name}: {found.states[one]} in {took:.1f} s, good in {found.seconds(other):.1f} s")
        assert complaints([one, other], found) == []
        assert took <= 20
    assert (await look(desk)).dead == 0
    assert desk.pids() == before, "a process was started again"
