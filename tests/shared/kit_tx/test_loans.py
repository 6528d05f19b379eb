"""Who waits for a connection gets one in its turn, and nobody waits for somebody who waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.queueing import Line, Lines
from shared.vocabulary import RESERVED_ORGANIZATION
from tests.contexts import MakeContext

STAFF = Caller(id=UUID(int=1), kind="user", roles=frozenset({"agent"}))
PLACES = 4
SOON = 3.0
"""Seconds; less than any patience, and ages where nobody waits in vain."""


@pytest.fixture
def context(make_context: MakeContext) -> Context:
    return make_context("tickets", pool_size=PLACES)


async def one(context: Context, caller: Caller, about: str | None = None) -> None:
    async with context.tx(caller) as tx:
        tx.about = about
        await tx.rows("select 1")


@asynccontextmanager
async def all_taken(context: Context, caller: Caller, number: int) -> AsyncIterator[None]:
    """So many callers, each with a transaction that has begun and stays open."""
    done, begun = asyncio.Event(), asyncio.Barrier(number + 1)

    async def holder() -> None:
        async with context.tx(caller) as tx:
            await tx.rows("select 1")
            await begun.wait()
            await done.wait()

    holders = [asyncio.create_task(holder()) for _ in range(number)]
    await begun.wait()
    try:
        yield
    finally:
        done.set()
        await asyncio.gather(*holders)


async def test_who_comes_again_does_not_overtake_who_waits(make_context: MakeContext) -> None:
    context, order = make_context("tickets", pool_size=1), list[str]()
    inside, waiting = asyncio.Event(), asyncio.Event()

    async def greedy() -> None:
        async with context.tx(STAFF) as tx:
            await tx.rows("select 1")
            inside.set()
            await waiting.wait()
            await asyncio.sleep(0)  # lets the other one stand in the line
        for _ in range(5):
            await one(context, STAFF)
            order.append("greedy")

    async def patient() -> None:
        await inside.wait()
        waiting.set()
        await one(context, STAFF)
        order.append("patient")

    await asyncio.wait_for(asyncio.gather(greedy(), patient()), SOON)
    assert order[0] == "patient"


async def test_whoever_needs_a_second_connection_has_one(context: Context) -> None:
    """More callers than places, each with a question beside its transaction."""

    async def asks_beside(caller: Caller, beside: Caller) -> None:
        async with context.tx(caller) as tx:
            await tx.rows("select 1")
            await asyncio.sleep(0.02)  # until the other places are taken
            await one(context, beside)

    system = Caller.system()
    pairs = [(STAFF, STAFF), (system, system), (STAFF, system)] * PLACES
    async with asyncio.timeout(SOON):
        await asyncio.gather(*(asks_beside(*pair) for pair in pairs))


async def test_a_key_is_read_while_all_places_are_taken(context: Context) -> None:
    async with asyncio.timeout(SOON), all_taken(context, Caller.system(), PLACES):
        context.vault.forget(RESERVED_ORGANIZATION)
        await context.vault.box(RESERVED_ORGANIZATION)


async def test_who_changes_one_thing_leaves_room_for_who_changes_another(context: Context) -> None:
    """Twenty wait for a row that is held; neither a reader nor another row waits with them."""
    held, done = asyncio.Event(), asyncio.Event()
    query = "select pg_advisory_xact_lock(77)"

    async def holder() -> None:
        async with context.tx() as tx:
            await tx.rows(query)
            held.set()
            await done.wait()

    async def wants() -> None:
        async with context.tx(STAFF) as tx:
            tx.about = "one"
            await tx.rows(query)

    first = asyncio.create_task(holder())
    await held.wait()
    crowd = [asyncio.create_task(wants()) for _ in range(20)]
    await asyncio.sleep(0)  # lets the crowd stand in its line
    try:
        async with asyncio.timeout(SOON):
            await asyncio.gather(*(one(context, STAFF, about) for about in (None, "two") * 5))
        assert not any(task.done() for task in crowd)
    finally:
        done.set()
        await asyncio.gather(first, *crowd)
    assert len(context.database.subjects) == 0, "nothing is remembered of what nobody wants"


async def test_whoever_gives_up_or_fails_takes_no_place_along(context: Context) -> None:
    async def fails() -> None:
        async with context.tx(STAFF) as tx:
            tx.about = "one"
            await tx.rows("select 1/0")

    async def sleeps() -> None:
        async with context.tx(STAFF) as tx:
            tx.about = "one"
            await tx.rows("select pg_sleep(20)")

    for _ in range(3):
        tasks = [asyncio.create_task(sleeps()) for _ in range(3 * PLACES)]
        await asyncio.sleep(0.02)  # some have begun, some stand in the line
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, *(fails() for _ in range(PLACES)), return_exceptions=True)
    async with asyncio.timeout(SOON), all_taken(context, STAFF, PLACES):
        pass
    async with asyncio.timeout(SOON):
        await asyncio.gather(*(one(context, STAFF, "one") for _ in range(20)))
    assert len(context.database.subjects) == 0


async def test_a_line_that_does_not_move_says_so_and_moves_again_later() -> None:
    lines = Lines(1, 0.02)
    await lines.enter("a")
    with pytest.raises(TimeoutError):
        await lines.enter("a")
    await lines.enter("b")
    lines.leave("b")
    lines.leave("a")
    await lines.enter("a")
    lines.leave("a")
    assert len(lines) == 0


async def test_places_of_a_line_are_all_used_and_never_more() -> None:
    line, inside, most = Line(3, SOON), 0, 0

    async def visitor() -> None:
        nonlocal inside, most
        await line.enter()
        inside, most = inside + 1, max(most, inside + 1)
        await asyncio.sleep(0)  # lets the others in
        inside -= 1
        line.leave()

    await asyncio.gather(*(visitor() for _ in range(50)))
    assert most == 3
