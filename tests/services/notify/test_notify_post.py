"""The rounds of mails: what went out is written down, whatever happens between two rounds."""

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest

from services.notify import usecases
from services.notify.domain.letters import Parcel
from services.notify.domain.words import Kind
from services.notify.store import deliveries
from services.notify.timers import loops
from services.notify.timers import post as timers_post
from services.notify.timers.post import Post
from shared.kit.courtesy import FEW
from shared.kit.workers import Stop
from tests.contexts import Travel
from tests.services.notify.desk import Desk
from tests.services.notify.test_notify_explanations import raised


class SlowMailer:
    """Takes a mail only when told to."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.go = asyncio.Event()
        self.taken: list[Parcel] = []

    async def send(self, parcel: Parcel) -> None:
        self.taken.append(parcel)
        self.asked.set()
        await self.go.wait()

    async def close(self) -> None:
        return None


class Broken:
    """A database that is away."""

    async def connect(self, *seat: object) -> Any:
        raise ConnectionRefusedError(str(seat))


async def test_a_mail_that_is_on_its_way_over_a_round_is_written_down(desk: Desk) -> None:
    mailer = SlowMailer()
    post = Post(desk.context, mailer)
    ticket = await _reply(desk)
    async with asyncio.TaskGroup() as lanes:
        assert await post.round(lanes) == 1
        await mailer.asked.wait()
        assert await post.round(lanes) == 0
        mailer.go.set()
    await post.write_down()
    assert [row["state"] for row in await desk.deliveries(ticket)] == ["sent"]


async def test_what_went_out_while_the_database_was_away_is_written_down_later(desk: Desk) -> None:
    mailer = SlowMailer()
    mailer.go.set()
    post = Post(desk.context, mailer)
    ticket = await _reply(desk)
    async with asyncio.TaskGroup() as lanes:
        await post.round(lanes)
    away = replace(desk.context, database=cast("Any", Broken()))
    post._context = away
    async with asyncio.TaskGroup() as lanes:
        assert await post.round(lanes) is None
    post._context = desk.context
    async with asyncio.TaskGroup() as lanes:
        assert await post.round(lanes) == 0
    assert [row["state"] for row in await desk.deliveries(ticket)] == ["sent"]


async def _reply(desk: Desk) -> Any:
    sara = await desk.person("sara@customer.example")
    ticket = desk.colleagues.add_ticket(sara)
    await desk.hear(desk.spoken(ticket, desk.colleagues.add_message("مرحبا")))
    return ticket


async def test_a_living_sender_keeps_its_mail_however_long_the_server_takes(
    desk: Desk, travel: Travel
) -> None:
    mailer = SlowMailer()
    post, other = Post(desk.context, mailer), Post(desk.context, mailer)
    ticket = await _reply(desk)
    async with asyncio.TaskGroup() as lanes:
        assert await post.round(lanes) == 1
        await mailer.asked.wait()
        for seconds in range(10, 61, 10):
            travel(seconds)
            await post.keep()
            assert await other.round(lanes) == 0, "it is in the hands of another process"
        travel(120)
        assert await post.round(lanes) == 0, "late as we are, it is in our own hands"
        mailer.go.set()
    await post.write_down()
    travel(0)
    assert len(mailer.taken) == 1
    assert [row["state"] for row in await desk.deliveries(ticket)] == ["sent"]


async def test_mails_of_a_sender_that_died_are_taken_up_within_seconds(
    desk: Desk, travel: Travel
) -> None:
    mailer = SlowMailer()
    mailer.go.set()
    ticket = await _reply(desk)
    assert len(await usecases.mail_turn(desk.context, [], 10)) == 1, "and its sender dies"
    heir = Post(desk.context, mailer)
    async with asyncio.TaskGroup() as lanes:
        assert await heir.round(lanes) == 0
        travel(16)
        assert await heir.round(lanes) == 1
    await heir.write_down()
    travel(0)
    assert [row["state"] for row in await desk.deliveries(ticket)] == ["sent"]


async def test_the_worker_itself_says_that_it_lives(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailer, stop = SlowMailer(), Stop()
    monkeypatch.setattr(loops, "mailer_for", lambda *_: mailer)
    monkeypatch.setattr(loops, "BEAT", 0.02)
    ticket = await _reply(desk)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(loops.send_mails(desk.context, stop))
        await mailer.asked.wait()
        first = (await desk.deliveries(ticket))[0]["leased_until"]
        async with asyncio.timeout(5):
            while (await desk.deliveries(ticket))[0]["leased_until"] == first:
                await asyncio.sleep(0.02)
        stop.set()
        mailer.go.set()
    assert [row["state"] for row in await desk.deliveries(ticket)] == ["sent"]


async def test_a_mail_that_another_closed_is_not_claimed_back(desk: Desk) -> None:
    mailer = SlowMailer()
    post = Post(desk.context, mailer)
    ticket = await _reply(desk)
    async with asyncio.TaskGroup() as lanes:
        await post.round(lanes)
        async with desk.context.tx() as tx:
            await tx.execute("update notify.delivery set state = 'sent', leased_until = null")
        await post.keep()
        (row,) = await desk.deliveries(ticket)
        assert row["leased_until"] is None
        mailer.go.set()


async def test_a_rung_is_told_before_the_acknowledgements_that_wait_longer(desk: Desk) -> None:
    sara, boss = await desk.person("sara@customer.example"), await desk.person("boss@desk.example")
    ticket = desk.colleagues.add_ticket(sara)
    await desk.hear(desk.opened(sara, ticket))
    await desk.hear(desk.promised(ticket))
    await desk.hear(raised(desk, ticket, boss))
    (first,) = await usecases.mail_turn(desk.context, [], 1)
    assert first.kind is Kind.ESCALATION


async def _burst(desk: Desk, size: int) -> None:
    for number in range(size):
        sara = await desk.person(f"sara{number}@customer.example")
        ticket = desk.colleagues.add_ticket(sara)
        await desk.hear(desk.spoken(ticket, desk.colleagues.add_message("مرحبا")))


async def test_a_burst_is_written_before_its_mails_are_handed_over(desk: Desk) -> None:
    mailer = SlowMailer()
    mailer.go.set()
    post = Post(desk.context, mailer)
    await _burst(desk, FEW + 1)
    async with asyncio.TaskGroup() as lanes:
        assert await post.round(lanes) == FEW + 1
        await asyncio.sleep(0)  # what a lane would do at once, it has done
        assert not mailer.taken, "more may be due"
        assert await _states(desk) == ["ready"] * (FEW + 1)
        assert await post.round(lanes) == 0
    await post.write_down()
    assert len(mailer.taken) == FEW + 1
    assert await _states(desk) == ["sent"] * (FEW + 1)


async def test_a_crowd_is_decided_by_more_than_there_are_lanes_for(desk: Desk) -> None:
    lanes_of = desk.context.settings.notify_mail_lanes
    mailer = SlowMailer()
    mailer.go.set()
    post = Post(desk.context, mailer)
    await _burst(desk, 2 * lanes_of + FEW)
    async with asyncio.TaskGroup() as lanes:
        assert await post.round(lanes) == lanes_of
        assert await post.round(lanes) == lanes_of + FEW, "what a round asks costs all the same"
        async with asyncio.timeout(10):
            while len(mailer.taken) < 2 * lanes_of + FEW:
                await post.round(lanes)
    await post.write_down()
    assert await _states(desk) == ["sent"] * (2 * lanes_of + FEW)


async def test_what_is_held_back_after_it_was_written_does_not_go(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailer = SlowMailer()
    mailer.go.set()
    post = Post(desk.context, mailer)
    await _burst(desk, FEW + 1)
    async with asyncio.TaskGroup() as lanes:
        assert await post.round(lanes) == FEW + 1
        gone, *_ = await desk.deliveries()
        async with desk.context.tx() as tx:
            await deliveries.withdraw(tx, gone["ticket_id"], gone["recipient_id"])
        with monkeypatch.context() as patch:
            patch.setattr(deliveries, "ready", Broken().connect)  # nothing goes unasked
            assert await post.round(lanes) == 0
        assert mailer.taken == []
        assert await post.round(lanes) == 0
    await post.write_down()
    assert len(mailer.taken) == FEW
    states = {one["id"]: one["state"] for one in await desk.deliveries()}
    assert states.pop(gone["id"]) == "suppressed"
    assert set(states.values()) == {"sent"}


async def test_a_long_burst_has_its_mails_handed_over_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers_post, "BURST", 0.0)
    mailer = SlowMailer()
    mailer.go.set()
    post = Post(desk.context, mailer)
    await _burst(desk, FEW + 1)
    async with asyncio.TaskGroup() as lanes:
        assert await post.round(lanes) == FEW + 1
    assert len(mailer.taken) == FEW + 1


async def test_a_sender_that_stops_leaves_what_it_wrote_due(desk: Desk) -> None:
    post = Post(desk.context, SlowMailer())
    await _burst(desk, FEW + 1)
    async with asyncio.TaskGroup() as lanes:
        assert await post.round(lanes) == FEW + 1
    await post.write_down()
    mails = await usecases.mail_turn(desk.context, [], 10)
    assert len(mails) == FEW + 1, "without waiting for the lease of the other"
    assert {one.attempts for one in mails} == {1}, "nobody tried it before"


async def _states(desk: Desk) -> list[str]:
    async with desk.context.tx() as tx:
        return [row["state"] for row in await tx.rows("select state from notify.delivery")]
