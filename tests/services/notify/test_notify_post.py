"""The rounds of mails: what went out is written down, whatever happens between two rounds."""

import asyncio
from dataclasses import replace
from typing import Any, cast

from services.notify import usecases
from services.notify.domain.letters import Parcel
from services.notify.domain.words import Kind
from services.notify.timers.post import Post
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

    async def connect(self, seat: object) -> Any:
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


async def test_a_rung_is_told_before_the_acknowledgements_that_wait_longer(desk: Desk) -> None:
    sara, boss = await desk.person("sara@customer.example"), await desk.person("boss@desk.example")
    ticket = desk.colleagues.add_ticket(sara)
    await desk.hear(desk.opened(sara, ticket))
    await desk.hear(desk.promised(ticket))
    await desk.hear(raised(desk, ticket, boss))
    (first,) = await usecases.mail_turn(desk.context, [], 1)
    assert first.kind is Kind.ESCALATION
