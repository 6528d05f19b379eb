"""Fired once by constraint, in due order, nothing dropped on the way; and who watches over it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY
from sqlalchemy.exc import IntegrityError

from services.sla import timers
from services.sla.main import service
from services.sla.store import breaches, clocks, pasttimers
from services.sla.store.breaches import BreachRow
from services.sla.store.pasttimers import Ended
from services.sla.usecases import auditing
from shared.kit.ids import uuid7
from shared.kit.settings import Settings
from shared.kit.workers import Worker, Workers
from shared.vocabulary import Metric, Priority
from tests.contexts import MakeContext, Travel
from tests.engines import eventually
from tests.services.sla.desk import Desk, Ticket

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def now(desk: Desk) -> datetime:
    return desk.context.clock.now()


@pytest.fixture(autouse=True)
async def real_time(travel: Travel, desk: Desk) -> AsyncIterator[None]:
    """Each test begins at the machine's time, with no clock and nothing armed."""
    travel(0)
    async with desk.context.tx() as tx:
        await tx.execute("delete from sla.timer")
        await tx.execute("update sla.clock set open = false")
    yield
    travel(0)


async def add(desk: Desk, row: BreachRow) -> None:
    async with desk.context.tx() as tx:
        await breaches.add(tx, [row])


def broken(at: datetime) -> BreachRow:
    return BreachRow(
        uuid7(), uuid4(), uuid4(), "P1", Metric.RESOLUTION, 1, "breached", at, "elapsed", at, at
    )


async def test_the_database_refuses_to_break_a_promise_twice(desk: Desk) -> None:
    first = broken(now(desk))
    await add(desk, first)
    with pytest.raises(IntegrityError):
        await add(desk, replace(first, noted_at=first.noted_at + SECOND))
    voided = replace(first, fact="voided", noted_at=first.noted_at + 2 * SECOND)
    await add(desk, voided)
    with pytest.raises(IntegrityError):
        await add(desk, replace(voided, noted_at=first.noted_at + 3 * SECOND))
    await add(desk, replace(first, noted_at=first.noted_at + 4 * SECOND))
    await add(desk, replace(first, cycle=2, noted_at=first.noted_at + 4 * SECOND))


async def test_the_database_refuses_to_fire_a_warning_twice(desk: Desk) -> None:
    at = now(desk)
    ended = Ended(uuid7(), uuid4(), "warning:x", "warning", at, 1, at)
    async with desk.context.tx() as tx:
        await pasttimers.add(tx, [ended])
    with pytest.raises(IntegrityError):
        async with desk.context.tx() as tx:
            await pasttimers.add(tx, [replace(ended, ended_at=at + SECOND)])


async def test_a_backlog_after_downtime_is_drained_in_due_order(desk: Desk, travel: Travel) -> None:
    organization = await desk.customer()
    order = [7, 2, 9, 4, 11, 1, 8, 3, 10, 5, 6, 0]
    tickets = {
        number: await Ticket(desk, organization, now(desk) + number * SECOND, Priority.P1).open()
        for number in order
    }
    travel(5 * 3600)  # nobody was there while all of them became due
    while (await desk.fire(limit=5)).claimed:
        pass
    async with desk.context.tx() as tx:
        rows = await tx.rows(
            "select (body::jsonb -> 'data' ->> 'due_at')::timestamptz as due_at from sla.outbox"
            " where subject = any(:tickets) and route = 'sanad.sla.breached' order by id",
            {"tickets": [str(one.id) for one in tickets.values()]},
        )
    dues = [row["due_at"] for row in rows]
    assert len(dues) == 24
    assert dues == sorted(dues)


async def test_a_timer_that_its_firing_arms_again_stays_armed(desk: Desk) -> None:
    """A row of an older generation is due: the fold arms the same key for its right instant."""
    ticket = await Ticket(desk, await desk.customer(), now(desk), Priority.P1).open()
    armed = await desk.timers(ticket.id)
    async with desk.context.tx() as tx:
        await tx.execute(
            "update sla.timer set due_at = :past, generation = 0 where kind = 'breach'",
            {"past": now(desk) - SECOND},
        )
    await desk.fire()
    assert await desk.timers(ticket.id) == armed
    assert await desk.facts(ticket.id, "breached") == []


async def test_the_loop_works_off_more_than_it_may_take_at_once(
    desk: Desk, travel: Travel, make_context: MakeContext
) -> None:
    organization = await desk.customer()
    tickets = [await Ticket(desk, organization, now(desk), Priority.P1).open() for _ in range(30)]
    travel(5 * 3600)
    context = make_context("sla", doors="http", sla_claim=7)
    loop = Workers(context, [Worker("timers", timers.run)])
    loop.start()
    try:

        async def drained() -> bool:
            async with desk.context.tx() as tx:
                return not await tx.scalar("select count(*) from sla.timer")

        await eventually(drained, within=20)
    finally:
        await loop.stop()
    assert loop.conditions["timers"].failures == 0
    for ticket in tickets:
        assert len(await desk.facts(ticket.id, "breached")) == 2


async def test_a_clock_that_cannot_be_read_holds_up_no_other(
    desk: Desk, travel: Travel, make_context: MakeContext
) -> None:
    organization = await desk.customer()
    broken_one, *others = [
        await Ticket(desk, organization, now(desk), Priority.P1).open() for _ in range(8)
    ]
    async with desk.context.tx() as tx:
        spoil = "update sla.clock set stated = '{\"breaches\": 1}' where ticket_id = :id"
        await tx.execute(spoil, {"id": broken_one.id})
    travel(5 * 3600)
    loop = Workers(make_context("sla", doors="http"), [Worker("timers", timers.run)])
    loop.start()
    try:

        async def others_fired() -> bool:
            return all([len(await desk.facts(one.id, "breached")) == 2 for one in others])

        await eventually(others_fired, within=20)
        assert await desk.facts(broken_one.id, "breached") == []
        assert loop.conditions["timers"].failures == 0
        assert (await timers.check(desk.context)).status == "fail"
        async with desk.context.tx() as tx:
            mend = "update sla.clock set stated = '{}' where ticket_id = :id"
            await tx.execute(mend, {"id": broken_one.id})

        async def all_fired() -> bool:
            return len(await desk.facts(broken_one.id, "breached")) == 2

        await eventually(all_fired, within=20)
    finally:
        await loop.stop()


async def test_an_overdue_timer_turns_health_red_and_shows_in_the_metric(
    desk: Desk, travel: Travel
) -> None:
    ticket = await Ticket(desk, await desk.customer(), now(desk), Priority.P1).open()
    due = min((await desk.timers(ticket.id)).values())
    travel((due - datetime.now(UTC)).total_seconds() + 25)
    assert (await timers.check(desk.context)).status == "pass"
    travel((due - datetime.now(UTC)).total_seconds() + 31)
    await timers.look(desk.context)
    assert 30 < (REGISTRY.get_sample_value("sanad_sla_timer_lag_seconds") or 0) < 60

    async def red() -> bool:
        answer = await desk.ops.get("/readyz")
        (found,) = answer.json()["checks"]["timers"]
        return bool(found["status"] == "fail" and answer.json()["status"] == "warn")

    await eventually(red, within=5)  # findings are kept for a second
    while (await desk.fire()).claimed:
        pass
    await timers.look(desk.context)
    assert REGISTRY.get_sample_value("sanad_sla_timer_lag_seconds") == 0


async def test_a_promise_without_its_timer_is_a_mismatch(desk: Desk) -> None:
    ticket = await Ticket(desk, await desk.customer(), now(desk), Priority.P1).open()
    await timers.look(desk.context)
    seen = REGISTRY.get_sample_value("sanad_sla_clock_mismatches_total") or 0
    async with desk.context.tx() as tx:
        assert await auditing.mismatches(tx) == []
        await tx.execute("delete from sla.timer where ticket_id = :id", {"id": ticket.id})
    await timers.look(desk.context)
    assert REGISTRY.get_sample_value("sanad_sla_clock_mismatches_total") == seen + 1


async def test_the_audit_draws_from_all_open_clocks_through_the_index(desk: Desk) -> None:
    organization = await desk.customer()
    tickets = [await Ticket(desk, organization, now(desk)).open() for _ in range(20)]
    async with desk.context.tx() as tx:
        seen = {row.ticket_id for row in await clocks.sample(tx, 200)}
        await tx.execute("set local enable_seqscan = off")
        plan = await tx.rows(f"explain {clocks.SAMPLE}", {"places": [tickets[0].id]})
    assert len(seen & {one.id for one in tickets}) > 10
    assert any("Index Cond: (ticket_id >= n.place)" in row["QUERY PLAN"] for row in plan)


def test_the_auditor_may_run_apart_from_the_loop() -> None:
    doors = {worker.name: worker.door for worker in service.workers}
    assert doors["timers"] == "workers"
    assert doors["audit"] == "audit"
    assert Settings.model_fields["doors"].default.split(",") == [
        "http", "events", "workers", "audit"
    ]  # fmt: skip
