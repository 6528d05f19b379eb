"""F16: a robot that answers everything and never says that it is one (mail.md 10, 12f)."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest

from tests.chaos.post import SUPPORT, Sender, complaints, settled
from tests.chaos.weather import Weather
from tests.journeys import letters
from tests.journeys.desk import Desk

pytestmark = [pytest.mark.slow, pytest.mark.journey, pytest.mark.timeout(1800)]

ROBOT = "robot@hostile.example"
LANES = 6
ACKNOWLEDGED = 10
"""In three hours, whatever an address sends."""


async def test_a_robot_that_answers_everything_is_acknowledged_ten_times(
    weather: Weather, many: Callable[[str, int], int]
) -> None:
    """Each mail has a subject of its own, each letter of ours is answered twice and at once."""
    desk, count = weather.desk, many("LOOPS", 1000)
    sender, over = Sender(desk), asyncio.Event()
    numbers = iter(range(count))
    async with asyncio.TaskGroup() as group:
        answering = group.create_task(_answer_everything(desk, sender, over))
        async with asyncio.TaskGroup() as lanes:
            for _ in range(LANES):
                lanes.create_task(_write(sender, numbers))
        await settled(desk, within=180)
        await asyncio.sleep(5)  # acknowledgements wait two seconds for their promise
        over.set()
        answers = await answering
    found = await settled(desk, within=60)
    ours = desk.outgoing(ROBOT)
    print(f"{count} mails, {answers} answers, {len(ours)} acknowledgements")
    print(f"states {dict(Counter(found.states.values()))}")
    assert sender.refused == []
    assert complaints(found.states, found) == []
    assert len(found.states) == count + answers
    assert len(ours) == ACKNOWLEDGED
    assert answers == 2 * ACKNOWLEDGED
    assert all(mail["Auto-Submitted"] == "auto-replied" for mail in ours)
    assert not any("buy this" in mail.as_string() for mail in ours)


async def _write(sender: Sender, numbers: Iterator[int]) -> None:
    for number in numbers:  # one iterator, shared by all lanes
        raw = letters.plain(ROBOT, SUPPORT, f"buy this {number}", f"offer {number}")
        await sender.post(f"first {number}", raw, ROBOT)


async def _answer_everything(desk: Desk, sender: Sender, over: asyncio.Event) -> int:
    """As often as a letter comes: to its reply address, and anew to support."""
    answered: set[str] = set()
    answers = 0
    while not over.is_set():
        for mail in await asyncio.to_thread(desk.outgoing, ROBOT):
            if mail["Message-ID"] in answered:
                continue
            answered.add(mail["Message-ID"])
            answers += await _answer(desk, sender, mail, len(answered))
        await asyncio.sleep(0.5)
    return answers


async def _answer(desk: Desk, sender: Sender, mail: EmailMessage, number: int) -> int:
    subject = f"buy this again {number}"
    reply_to = str(mail["Reply-To"])
    await desk.send(letters.plain(ROBOT, reply_to, subject, f"reply {number}"), ROBOT, reply_to)
    anew = letters.plain(ROBOT, SUPPORT, subject, f"anew {number}")
    await sender.post(f"anew {number}", anew, ROBOT)
    return 2
