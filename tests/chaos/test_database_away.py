"""The ledger itself is away: nothing is promised that could not be kept."""

import asyncio
import random
import smtplib
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack

import httpx
import pytest

from tests.chaos.ledger import Expected, judge
from tests.chaos.looking import gather
from tests.chaos.traffic import Traffic
from tests.chaos.weather import Weather
from tests.journeys import letters
from tests.journeys.company import Company, found
from tests.journeys.desk import Desk

pytestmark = [pytest.mark.slow, pytest.mark.journey, pytest.mark.timeout(600)]

SETTLED = 1.0


async def test_mail_is_deferred_and_requests_are_told_when_to_come_back(
    weather: Weather, dice: random.Random, many: Callable[[str, int], int]
) -> None:
    company = await found(weather.desk)
    codes: Counter[int] = Counter()
    async with Traffic(company, dice) as traffic, AsyncExitStack() as outage:
        await asyncio.sleep(3)  # load, before and after the outage
        await outage.enter_async_context(weather.away("postgres"))
        await asyncio.sleep(SETTLED)  # everybody has noticed
        for number in range(many("DATABASE_AWAY", 20)):
            codes[await offer(weather.desk, company, number)] += 1
            answer = await company.seats["customer"].ask(
                "POST", "/v1/tickets", json={"subject": f"س {number}", "body": "ن"}
            )
            assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, answer.text
            assert int(answer.headers["Retry-After"]) > 0
            assert answer.json()["code"]
            await asyncio.sleep(1)
        await outage.aclose()
        await asyncio.sleep(3)  # load, before and after the outage
    took = await weather.quiet(within=60)
    evidence = await gather(company, traffic.ledger.replies)
    print(f"SMTP answers {dict(codes)}, quiet in {took:.1f} s, faults {dict(traffic.faults)}")
    assert set(codes) == {451}
    assert judge(traffic.ledger, evidence, Expected()) == []


async def offer(desk: Desk, company: Company, number: int) -> int:
    """What the mail door answers to one mail; 250 when it takes it."""
    sara = company.address("customer")
    raw = letters.plain(sara, company.mailbox, f"offered {number}", "x")
    try:
        await desk.send(raw, sara, company.mailbox)
    except smtplib.SMTPResponseException as refused:
        return refused.smtp_code
    except smtplib.SMTPRecipientsRefused as refused:
        return next(iter(refused.recipients.values()))[0]
    return 250
