"""F6: the courier is away for longer than it remembers duplicates. F4: it comes back empty."""

import asyncio
import random
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from tests.chaos.ledger import Expected, judge
from tests.chaos.looking import gather
from tests.chaos.traffic import Traffic
from tests.chaos.weather import Weather
from tests.journeys.company import found, promise

pytestmark = [pytest.mark.slow, pytest.mark.journey, pytest.mark.timeout(900)]

PROMISE = {"P3": {"first_response": "PT5S", "resolution": "PT10S"}}
EXPECTED = Expected(metrics=("resolution",), rungs=(("resolution", 1), ("resolution", 2)))
Outage = Callable[[Weather], AbstractAsyncContextManager[None]]


@pytest.mark.parametrize(
    "outage",
    [lambda weather: weather.silent("nats"), lambda weather: weather.away("nats")],
    ids=["silent", "refusing"],
)
async def test_customers_do_not_notice_that_nats_is_away(
    outage: Outage, weather: Weather, dice: random.Random, many: Callable[[str, int], int]
) -> None:
    company = await found(weather.desk)
    await promise(company, PROMISE)
    async with Traffic(company, dice) as traffic:
        await asyncio.sleep(5)  # load before the weather turns
        async with outage(weather):
            await asyncio.sleep(many("AWAY", 180))  # the outage itself
        during = dict(traffic.faults)
    took = await weather.quiet(within=90)
    await asyncio.sleep(16)  # the last promise breaks and its ladder climbs
    await weather.quiet(within=30)
    evidence = await gather(company, traffic.ledger.replies)
    print(f"{traffic.ledger.acknowledged} acknowledged, slowest {traffic.slowest:.1f} s")
    print(f"quiet {took:.1f} s after the return; faults {during}")
    assert judge(traffic.ledger, evidence, EXPECTED) == []
    assert during == {}, "an error that a customer saw"
    assert took < 60


async def test_a_wiped_stream_is_filled_again_by_itself(
    weather: Weather, dice: random.Random
) -> None:
    company = await found(weather.desk)
    await promise(company, PROMISE)
    async with Traffic(company, dice) as traffic:
        for _ in range(2):
            await asyncio.sleep(5)  # load before the weather turns
            await weather.lose_the_stream()
        await asyncio.sleep(3)  # load, after the weather
    took = await weather.quiet(within=60)
    await asyncio.sleep(16)  # the last promise breaks and its ladder climbs
    await weather.quiet(within=30)
    evidence = await gather(company, traffic.ledger.replies)
    print(f"{traffic.ledger.acknowledged} acknowledged, quiet in {took:.1f} s")
    print(f"faults {dict(traffic.faults)}")
    assert judge(traffic.ledger, evidence, EXPECTED) == []
    assert took < 30
