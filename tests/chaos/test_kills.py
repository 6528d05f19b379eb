"""F1: kill -9 of anything, again and again, while people work."""

import asyncio
import random
from collections.abc import Callable

import pytest

from tests.chaos.ledger import Expected, judge
from tests.chaos.looking import gather
from tests.chaos.traffic import Traffic
from tests.chaos.weather import Weather
from tests.journeys.company import found, promise

pytestmark = [pytest.mark.slow, pytest.mark.journey, pytest.mark.timeout(1800)]

PROMISE = {"P3": {"first_response": "PT5S", "resolution": "PT10S"}}
SOON = 60.0
"""15 s on two quiet cores; whoever shares them is given time."""
CLIMBED = (("resolution", 1), ("resolution", 2))


async def test_nothing_is_lost_and_nothing_happens_twice(
    weather: Weather, dice: random.Random, many: Callable[[str, int], int]
) -> None:
    company = await found(weather.desk)
    await promise(company, PROMISE)
    async with Traffic(company, dice) as traffic:
        ledger = traffic.ledger
        for _ in range(many("KILLS", 25)):
            await asyncio.sleep(dice.uniform(0.5, 2))
            ledger.kills[weather.strike_any(dice)] += 1
    took = await weather.quiet(within=SOON)
    await asyncio.sleep(16)  # the last ticket's promise breaks and its ladder climbs
    await weather.quiet(within=30)
    evidence = await gather(company, ledger.replies)
    print(f"{ledger.acknowledged} acknowledged, kills {dict(ledger.kills)}, quiet in {took:.1f} s")
    print(f"faults {dict(traffic.faults)}, slowest {traffic.slowest:.1f} s")
    print(f"{len(evidence.tickets)} tickets, {evidence.letters.total()} letters")
    print(f"{sum(n - 1 for n in evidence.letters.values())} letters twice")
    # A mail that went out just before its row could say so goes out again, with its Message-ID.
    twice = ledger.kills["notify"] + ledger.kills["postgres"]
    expected = Expected(metrics=("resolution",), rungs=CLIMBED, letters_twice=twice)
    assert judge(ledger, evidence, expected) == []
