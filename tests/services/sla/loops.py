"""What tests of the timer loop share: a clean start, a second replica, loops side by side."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from services.sla.usecases import firing
from shared.kit.context import Context
from tests.contexts import MakeContext, Travel
from tests.services.sla.desk import Desk

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def now(desk: Desk) -> datetime:
    return desk.context.clock.now()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture(autouse=True)
async def real_time(travel: Travel, desk: Desk) -> AsyncIterator[None]:
    """Each test begins at the machine's time, with nothing armed."""
    travel(0)
    async with desk.context.tx() as tx:
        await tx.execute("delete from sla.timer")
    yield
    travel(0)


@pytest.fixture
async def other(make_context: MakeContext) -> Context:
    """A second replica's context."""
    return make_context("sla", doors="http")


async def fire_all(contexts: Iterable[Context], limit: int = 50) -> None:
    """Several loops at once until nothing is due."""

    async def loop(context: Context) -> None:
        while True:
            async with context.tx() as tx:
                fired = await firing.fire(tx, await firing.claim(tx, limit))
            if not fired.claimed:
                return
            await asyncio.sleep(0)

    await asyncio.gather(*(loop(context) for context in contexts))


async def breached(desk: Desk, tickets: Iterable[UUID]) -> Counter[str]:
    async with desk.context.tx() as tx:
        rows = await tx.rows(
            "select subject from sla.outbox where route = 'sanad.sla.breached'"
            " and subject = any(:subjects)",
            {"subjects": [str(one) for one in tickets]},
        )
    return Counter(row["subject"] for row in rows)
