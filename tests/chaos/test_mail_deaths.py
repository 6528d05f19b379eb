"""F1 for the mail door: senders that never give up, while intake and its database are killed."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.chaos.post import SUPPORT, Sender, complaints, settled
from tests.chaos.weather import Weather
from tests.journeys import letters

pytestmark = [pytest.mark.slow, pytest.mark.journey, pytest.mark.timeout(1800)]

LANES = 4
VICTIMS = ("intake", "intake", "postgres", "tickets", "gateway")
SARA = "sara@client.example"


async def test_every_mail_that_was_promised_is_on_one_ticket(
    weather: Weather, dice: random.Random, many: Callable[[str, int], int]
) -> None:
    sender, over = Sender(weather.desk), asyncio.Event()
    struck: Counter[str] = Counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(LANES):
            group.create_task(_post(sender, over, dice))
        for _ in range(many("MAIL_KILLS", 20)):
            await asyncio.sleep(dice.uniform(0.3, 2.5))
            victim = dice.choice(VICTIMS)
            struck[victim] += weather.strike(victim)
        await asyncio.sleep(2)  # mails go on after the last death
        over.set()
    found = await settled(weather.desk, within=90)
    states = Counter(found.states.values())
    print(f"{len(sender.promised)} mails, kills {dict(struck)}, {dict(states)}")
    print(f"faults {dict(sender.faults)}")
    assert sender.refused == []
    assert complaints(found.states, found) == []
    assert states["applied"] == len(sender.promised), "a mail is lost, or on two tickets"
    assert states.keys() <= {"applied", "duplicate"}
    assert found.degraded == set()


async def _post(sender: Sender, over: asyncio.Event, dice: random.Random) -> None:
    while not over.is_set():
        name = uuid4().hex
        await sender.post(name, letters.plain(SARA, SUPPORT, name, "الطابعة لا تعمل"), SARA)
        await asyncio.sleep(dice.uniform(0, 0.4))
