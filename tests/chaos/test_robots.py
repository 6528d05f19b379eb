"""F16: two desks that write to each other, with robots among their customers, for two days."""

import contextlib
import random
import tempfile
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from tests.chaos.robots import Exchange, House
from tests.journeys.desk import Desk

pytestmark = [pytest.mark.slow, pytest.mark.journey, pytest.mark.timeout(1800)]

ROBOTS = ("away", "away", "dead", "dead")
_HOUR = timedelta(minutes=61)
"""A little more, so that what happens once an hour is never twice in one."""
_STATUS = "select status, count(*) as number, sum(reopen_count) as reopened from tickets.ticket"
_AUTOMATIC = "('auto_reply', 'auto_generated', 'bounce', 'loop')"
_CAME = f"select count(*) from intake.inbound_mail where mail_class in {_AUTOMATIC}"
_DEAD = "select count(*) from {schema}.dead_letter"


@contextlib.asynccontextmanager
async def _house(name: str) -> AsyncIterator[House]:
    with tempfile.TemporaryDirectory(prefix=f"sanad-{name}-") as folder:
        base = Path(folder)
        base.chmod(0o711)
        support = f"support@{name}.example"
        desk = Desk(base / "home", {"SANAD_SUPPORT_ADDRESS": support})
        await desk.start()
        try:
            yield House(name, support, desk)
        finally:
            await desk.stop()


async def test_desks_and_robots_tell_each_other_nothing_twice_an_hour(
    dice: random.Random, many: Callable[[str, int], int]
) -> None:
    """People open and answer at first and solve later; all the rest are machines."""
    hours = many("HOURS", 40)
    async with _house("north") as north, _house("south") as south:
        exchange = Exchange((north, south), dice)
        for hour in range(hours):
            for house, other in ((north, south), (south, north)):
                await _people(dice, exchange, house, other, hour, early=hour < hours * 3 // 10)
            await exchange.calm()
            for house in (north, south):
                house.desk.travel(_HOUR)
        await exchange.calm()
        print(f"{hours} hours: {exchange.told()}")
        for house in (north, south):
            await _judge(house)
        assert exchange.refused == []
        assert exchange.hasty() == []
        assert min(exchange.carried.values()) > 0, "neither desk heard of the other"


async def _people(
    dice: random.Random, exchange: Exchange, house: House, other: House, hour: int, *, early: bool
) -> None:
    """What people do in one hour; nobody touches a ticket twice in it."""
    if early:
        robot = f"{dice.choice(ROBOTS)}{hour}@robots.example"
        await exchange.write(robot, house, f"Question {dice.randrange(10**6)}")
    open_tickets = await house.open_tickets()
    if early and hour % 3 == 0:
        await house.write_to(other.support, f"Order {dice.randrange(10**6)}")
    for ticket_id in dice.sample(open_tickets, min(3, len(open_tickets))):
        await (house.reply(ticket_id) if early else house.resolve(ticket_id))


async def _judge(house: House) -> None:
    """No robot has woken, opened or broken anything."""
    connection = await asyncpg.connect(house.desk.endpoints["database"], timeout=20)
    try:
        rows = await connection.fetch(f"{_STATUS} group by status")
        automatic = await connection.fetchval(_CAME)
        schemas = ("intake", "tickets", "sla", "escalation", "notify")
        dead = [await connection.fetchval(_DEAD.format(schema=schema)) for schema in schemas]
    finally:
        await connection.close()
    states = {row["status"]: row["number"] for row in rows}
    reopened = sum(row["reopened"] for row in rows)
    print(
        f"{house.name}: {house.opened} begun by people, tickets {states},"
        f" {automatic} automatic mails came, {reopened} reopened"
    )
    assert reopened == 0
    assert automatic > 0
    assert states.get("closed", 0) > 0, "nothing was closed by its timer"
    assert sum(states.values()) <= house.opened
    assert sum(dead) == 0
