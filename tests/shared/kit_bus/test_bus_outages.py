"""NATS is a courier: it may go away, forget, or lose its belongings; facts do not."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import psutil
import pytest

from deploy.local import streams
from shared.kit.context import Context
from shared.kit.endings import end
from shared.kit.nats import STREAM
from tests.engines import NatsServer, eventually
from tests.shared.kit_bus.sides import Behind, consumers, fired, running, state


@pytest.fixture(autouse=True)
async def keeper(nats_server: NatsServer) -> AsyncIterator[None]:
    task = asyncio.create_task(streams.keep(nats_server.url, nats_server.home))
    yield
    await end(task)


async def stated(speaker: Context, tickets: int, each: int = 3) -> list[UUID]:
    made = [uuid4() for _ in range(tickets)]
    for ticket in made:
        await state(speaker, ticket, *range(1, each + 1))
    return made


async def arrived_once(behind: Behind, tickets: list[UUID], each: int = 3) -> None:
    """All effects are there, once and in order."""
    for ticket in tickets:
        await behind.waits_for(ticket, each, within=30)
        assert await behind.sequences(ticket) == list(range(1, each + 1))


async def test_nats_away_for_seconds_delays_facts_and_loses_none(
    speaker: Context, listener: Context, behind: Behind, nats_server: NatsServer
) -> None:
    async with running(speaker) as speaking, running(listener, consumers()):
        before = await stated(speaker, 5)
        nats_server.stop()
        await eventually(lambda: not speaking.courier.connected)
        meanwhile = []
        until = time.monotonic() + 5
        while time.monotonic() < until:
            meanwhile += await stated(speaker, 10)
            await asyncio.sleep(0.1)
        assert (await speaking.figures()).outbox_waiting >= len(meanwhile) * 3 - 15
        nats_server.start()
        await arrived_once(behind, before + meanwhile)
        assert (await speaking.figures()).outbox_waiting == 0


async def test_a_service_starts_without_nats_and_catches_up(
    speaker: Context, listener: Context, behind: Behind, nats_server: NatsServer
) -> None:
    nats_server.stop()
    async with running(speaker) as speaking, running(listener, consumers()):
        tickets = await stated(speaker, 3)
        figures = await speaking.figures()
        assert (figures.connected, figures.outbox_waiting) == (False, 9)
        nats_server.start()
        await arrived_once(behind, tickets)


async def test_a_consumer_deleted_while_running_is_made_again(
    speaker: Context, listener: Context, behind: Behind
) -> None:
    async with running(speaker), running(listener, consumers()) as hearing:
        first = await stated(speaker, 3)
        await arrived_once(behind, first)
        await hearing.courier.js.delete_consumer(STREAM, "sla")
        second = await stated(speaker, 3)
        await arrived_once(behind, first + second)


async def test_a_stream_deleted_while_running_is_filled_again(
    speaker: Context, listener: Context, behind: Behind, nats_server: NatsServer
) -> None:
    async with running(speaker), running(listener, consumers()):
        first = await stated(speaker, 3)
        await arrived_once(behind, first)
        async with streams.connection(nats_server.url, nats_server.home) as keeper:
            await keeper.jetstream().delete_stream(STREAM)
        second = await stated(speaker, 3)
        await arrived_once(behind, first + second)
        assert await behind.count("tickets.outbox") == await messages(nats_server)


async def test_a_stream_purged_of_what_nobody_has_read_is_filled_again(
    speaker: Context, listener: Context, behind: Behind, nats_server: NatsServer
) -> None:
    async with running(speaker):
        tickets = await stated(speaker, 3)
        await eventually(behind.all_published)
        async with streams.connection(nats_server.url, nats_server.home) as keeper:
            await keeper.jetstream().purge_stream(STREAM)
        async with running(listener, consumers()):
            await arrived_once(behind, tickets)


async def test_a_wiped_store_is_filled_again_from_the_outbox(
    speaker: Context, listener: Context, behind: Behind, nats_server: NatsServer
) -> None:
    async with running(speaker):
        async with running(listener, consumers()):
            read = await stated(speaker, 20)
            await arrived_once(behind, read)
        unread = await stated(speaker, 20)
        await eventually(behind.all_published)
        nats_server.stop()
        shutil.rmtree(nats_server.home.nats / "jetstream")
        nats_server.start()
        async with running(listener, consumers()):
            await arrived_once(behind, read + unread)


async def test_a_store_put_back_to_an_older_state_is_completed_again(
    speaker: Context, listener: Context, behind: Behind, nats_server: NatsServer
) -> None:
    """reliability.md F5: a power loss looks like an older copy of the store."""
    store, copy = nats_server.home.nats / "jetstream", nats_server.home.nats / "older"
    async with running(speaker):
        old = await stated(speaker, 5)
        await eventually(behind.all_published)
        nats_server.stop()
        shutil.copytree(store, copy)
        nats_server.start()
        lost = await stated(speaker, 5)
        await eventually(behind.all_published)
        nats_server.stop()
        shutil.rmtree(store)
        copy.rename(store)
        nats_server.start()
        async with running(listener, consumers()):
            await arrived_once(behind, old + lost)


async def test_numbers_that_others_filled_again_after_a_roll_back_do_not_hide_the_loss(
    speaker: Context, listener: Context, behind: Behind, nats_server: NatsServer
) -> None:
    store, copy = nats_server.home.nats / "jetstream", nats_server.home.nats / "older"
    async with running(speaker):
        old = await stated(speaker, 5)
        await eventually(behind.all_published)
    nats_server.stop()
    shutil.copytree(store, copy)
    nats_server.start()
    async with running(speaker):
        lost = await stated(speaker, 5)
        await eventually(behind.all_published)
    nats_server.stop()
    shutil.rmtree(store)
    copy.rename(store)
    nats_server.start()
    async with running(listener) as other:
        async with listener.tx() as tx:
            for _ in range(30):
                tx.emit(fired(uuid4()))
        await eventually(lambda: other.relay.published >= 30)
    async with running(speaker), running(listener, consumers()):
        await arrived_once(behind, old + lost)


async def messages(server: NatsServer) -> int:
    async with streams.connection(server.url, server.home) as keeper:
        return (await keeper.jetstream().stream_info(STREAM)).state.messages


async def test_a_nats_that_hangs_with_publishes_in_flight_leaves_the_relay_unstuck(
    speaker: Context, listener: Context, behind: Behind
) -> None:
    (server,) = (one for one in psutil.Process().children() if one.name() == "nats-server")
    async with running(speaker) as speaking, running(listener, consumers()):
        before = await stated(speaker, 3)
        await arrived_once(behind, before)
        server.suspend()
        try:
            during = await stated(speaker, 30)
            await eventually(lambda: speaking.relay.failures, within=8)
            during += await stated(speaker, 3)
        finally:
            server.resume()
        await arrived_once(behind, before + during)


async def test_two_processes_of_one_service_share_the_work_and_keep_the_order(
    speaker: Context, listener: Context, behind: Behind
) -> None:
    hearing = (running(listener, consumers()), running(listener, consumers()))
    async with running(speaker), running(speaker), hearing[0], hearing[1]:
        tickets = [uuid4() for _ in range(20)]
        for score in range(1, 11):
            await asyncio.gather(*(state(speaker, ticket, score % 5 + 1) for ticket in tickets))
        await arrived_once(behind, tickets, each=10)
