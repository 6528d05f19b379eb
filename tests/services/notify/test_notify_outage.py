"""A mail server that is away costs no mail an attempt, is told of, and is used once it is back."""

import asyncio
import socket
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from services.notify.adapters.mailers import SmtpMailer
from services.notify.domain.outage import Outage
from services.notify.main import service
from services.notify.timers import gauge
from services.notify.timers.post import Post
from shared.kit.workers import Stop
from tests.contexts import Travel
from tests.fakes.mailbox import SmtpSink
from tests.services.notify.desk import Desk


@pytest.fixture
def port() -> Iterator[int]:
    """Where nobody listens until a test does."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


class House:
    """The rounds of one process; each writes down what came of the one before."""

    def __init__(self, desk: Desk, port: int) -> None:
        self.outage = Outage()
        self.mailer = SmtpMailer(f"smtp://127.0.0.1:{port}")
        self.post = Post(desk.context, self.mailer, self.outage)

    async def round(self) -> int | None:
        async with asyncio.TaskGroup() as lanes:
            return await self.post.round(lanes)


async def replies(desk: Desk, *addresses: str) -> list[UUID]:
    tickets = []
    for address in addresses:
        ticket = desk.colleagues.add_ticket(await desk.person(address))
        await desk.hear(desk.spoken(ticket, desk.colleagues.add_message("مرحبا")))
        tickets.append(ticket)
    return tickets


async def standing(desk: Desk) -> list[tuple[Any, ...]]:
    rows = await desk.deliveries()
    return [(row["state"], row["attempts"]) for row in rows]


def failures(kind: str) -> float:
    return REGISTRY.get_sample_value("sanad_notify_mail_failures_total", {"kind": kind}) or 0.0


async def test_mails_wait_without_harm_and_go_at_once_when_one_gets_through(
    desk: Desk, travel: Travel, port: int
) -> None:
    house = House(desk, port)
    await replies(desk, "a@customer.example", "b@customer.example", "c@customer.example")
    due = [row["next_at"] for row in await desk.deliveries()]
    before = failures("unreachable")
    with capture_logs() as told:
        claimed = [await house.round()]
        for seconds in (0, 100, 200, 300, 300):
            travel(seconds)
            claimed.append(await house.round())
    assert claimed == [3, 0, 1, 1, 1, 0], "after the first round one mail asks for all"
    assert failures("unreachable") - before == 6
    assert await standing(desk) == [("ready", 0)] * 3
    assert [row["next_at"] for row in await desk.deliveries()] == due, "each is as due as before"
    away = [one for one in told if one["event"] == "mail_server_away"]
    assert [(one["log_level"], one["cause"]) for one in away] == [("warning", "connection_refused")]
    travel(400)
    async with SmtpSink(port=port) as sink:
        with capture_logs() as told:
            assert [await house.round() for _ in range(3)] == [1, 2, 0]
        await house.mailer.close()
        assert len(sink.letters()) == 3
    assert [one["log_level"] for one in told if one["event"] == "mail_server_back"] == ["warning"]
    travel(0)


async def test_a_new_process_tries_what_the_old_one_could_not_send(desk: Desk, port: int) -> None:
    old, new = House(desk, port), House(desk, port)
    await replies(desk, "a@customer.example", "b@customer.example")
    for _ in range(2):
        await old.round()
    async with SmtpSink(port=port) as sink:
        await new.round()
        await new.mailer.close()
        assert len(sink.letters()) == 2


async def test_one_recipients_later_is_its_own_and_no_outage(desk: Desk, port: int) -> None:
    house = House(desk, port)
    tickets = await replies(desk, "full@customer.example", "b@customer.example")
    refuse = {"full@customer.example": "452 4.2.2 full"}
    async with SmtpSink(refuse.get, port=port) as sink:
        await house.round()
        assert house.outage.since is None
        assert await house.round() == 0, "the other's success does not hurry it"
        await house.mailer.close()
        assert len(sink.letters()) == 1
    (row,) = await desk.deliveries(tickets[0])
    assert (row["state"], row["attempts"], row["reason"]) == ("ready", 1, "452")
    assert row["next_at"] > desk.now


async def test_health_tells_of_a_server_that_is_away_and_the_door_stays_open(
    desk: Desk, travel: Travel, port: int
) -> None:
    house = House(desk, port)
    await replies(desk, "a@customer.example")
    seen = []
    for seconds in (0, 70, 1000):
        travel(seconds)
        await house.round()
        seen.append(await gauge.judged(desk.context, house.outage))
    assert [one.status for one in seen] == ["pass", "warn", "fail"]
    assert not any(one.blocks for one in seen)
    assert seen[1].cause == "the mail server is away: connection_refused"
    assert 1000 <= seen[2].value < 1060
    travel(1100)
    async with SmtpSink(port=port):
        assert [await house.round() for _ in range(3)] == [0, 1, 0]
        await house.mailer.close()
    found = await gauge.judged(desk.context, house.outage)
    assert (found.status, found.value, found.cause) == ("pass", 0.0, "")
    travel(0)


async def test_what_waits_is_measured(desk: Desk, travel: Travel) -> None:
    await replies(desk, "a@customer.example", "b@customer.example")
    travel(50)
    stop = Stop()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(gauge.measure(desk.context, stop))
        async with asyncio.timeout(10):
            while REGISTRY.get_sample_value("sanad_notify_mails_waiting") != 2:
                await asyncio.sleep(0.01)
        stop.set()
    late = REGISTRY.get_sample_value("sanad_notify_oldest_due_mail_seconds")
    assert late is not None
    assert 50 <= late < 80
    travel(0)


def test_the_service_shows_its_mail_among_its_checks() -> None:
    assert service.checks == {"mail": gauge.check}
