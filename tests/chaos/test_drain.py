"""F7: SIGTERM under load. What a service took it answers, and then it goes."""

import asyncio
import random

import pytest

from deploy.local.layout import SERVICES
from tests.chaos.ledger import Expected, judge
from tests.chaos.looking import gather
from tests.chaos.traffic import Traffic
from tests.chaos.weather import Weather
from tests.journeys.company import found

pytestmark = [pytest.mark.slow, pytest.mark.journey, pytest.mark.timeout(900)]

ROUNDS = 3


async def test_leaving_services_answer_what_they_took(
    weather: Weather, dice: random.Random
) -> None:
    company = await found(weather.desk)
    took: dict[str, float] = {}
    async with Traffic(company, dice, eager=4) as traffic:
        for service in SERVICES * ROUNDS:
            await asyncio.sleep(dice.uniform(0.5, 1.5))
            seconds = await weather.ask_to_leave(service)
            took[service] = max(seconds, took.get(service, 0.0))
    await weather.quiet(within=60)
    evidence = await gather(company, traffic.ledger.replies)
    print(f"{traffic.ledger.acknowledged} acknowledged, slowest {traffic.slowest:.1f} s")
    print(f"faults {dict(traffic.faults)}; left within {took}")
    assert judge(traffic.ledger, evidence, Expected()) == []
    unanswered = {kind: count for kind, count in traffic.faults.items() if not kind[0].isdigit()}
    assert unanswered == {}, "a connection that was cut without an answer"
    assert max(took.values()) <= 10
