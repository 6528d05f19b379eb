"""Timers of other services, the loop itself, crowds and the audit."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.sla import timers
from services.sla.timers import check
from services.sla.usecases import auditing
from shared.events.timer import TimerCancelled
from shared.kit.context import Context
from shared.kit.workers import Worker, Workers
from shared.vocabulary import Priority
from tests.contexts import Travel
from tests.engines import eventually
from tests.services.sla.desk import Desk, Ticket
from tests.services.sla.loops import (
    HOUR,
    SECOND,
    breached,
    fire_all,
    moment,
    now,
    other,
    real_time,
)

__all__ = ["other", "real_time"]


async def test_others_timers_fire_move_and_are_called_off(desk: Desk) -> None:
    ticket = await Ticket(desk, await desk.customer(), now(desk)).open()
    fires = await ticket.ask_timer("close", now(desk) - SECOND)
    moved = await ticket.ask_timer("moved", now(desk) - SECOND)
    await ticket.ask_timer("moved", now(desk) + HOUR)
    gone = await ticket.ask_timer("gone", now(desk) - SECOND)
    await desk.hear(TimerCancelled(key=gone, owner="tickets"))
    await desk.fire()
    (fact,) = await desk.facts(fires)
    assert fact["type"] == "timer.fired.v1"
    assert fact["data"]["owner"] == "tickets"
    assert fact["data"]["ticket_id"] == str(ticket.id)
    assert await desk.facts(moved) == []
    assert await desk.facts(gone) == []
    again = await ticket.ask_timer("close", now(desk) - SECOND)
    await desk.fire()
    assert [one["sequence"] for one in await desk.facts(again)] == [1, 2]


async def test_waits_in_business_terms_run_on_the_resolution_calendar(desk: Desk) -> None:
    thursday = datetime(2026, 2, 12, 10, tzinfo=UTC)
    organization = await desk.customer()
    on_calendar = await Ticket(desk, organization, thursday, Priority.P3).open()
    always = await Ticket(desk, organization, thursday, Priority.P1).open()
    expected: tuple[tuple[Ticket, dict[str, Any], datetime], ...] = (
        (on_calendar, {"business_days": 1}, thursday + timedelta(days=3)),
        (on_calendar, {"seconds": 8 * 3600}, thursday + timedelta(days=3)),
        (always, {"business_days": 1}, thursday + timedelta(days=1)),
        (always, {"seconds": 2}, thursday + 2 * SECOND),
    )
    for number, (ticket, after, due) in enumerate(expected):
        await ticket.ask_timer(f"ladder{number}", None, after=after, start_at=thursday)
        assert (await desk.timers(ticket.id))[f"ladder{number}:T"] == due


async def test_the_loop_fires_within_a_second_of_the_due_instant(desk: Desk) -> None:
    ticket = await Ticket(desk, await desk.customer(), now(desk)).open()
    loop = Workers(desk.context, [Worker("timers", timers.run)])
    loop.start()
    try:
        known = await ticket.ask_timer("soon", now(desk) + 1.5 * SECOND)
        await eventually(lambda: now(desk) > ticket.opened_at + 1.4 * SECOND)

        async def fired() -> bool:
            return bool(await desk.facts(known))

        await eventually(fired, within=3)
    finally:
        await loop.stop()
    (fact,) = await desk.facts(known)
    lag = moment(fact["data"]["fired_at"]) - moment(fact["data"]["due_at"])
    assert timedelta(0) < lag < SECOND


async def test_sunday_morning_comes_at_once_for_the_whole_weekend(
    desk: Desk, other: Context, travel: Travel
) -> None:
    """All weekend tickets of one priority are due in the same instant: opening plus target."""
    friday = datetime(2026, 11, 27, 9, tzinfo=UTC)
    travel((friday - datetime.now(UTC)).total_seconds())
    organization = await desk.customer()
    tickets = [
        await Ticket(desk, organization, friday + number * SECOND, Priority.P2).open()
        for number in range(400)
    ]
    sunday = datetime(2026, 11, 29, 10, tzinfo=UTC)
    dues = {(await desk.timers(one.id))["breach:T:first_response:1"] for one in tickets[::40]}
    assert dues == {sunday}
    async with desk.context.tx() as tx:
        await tx.execute(
            "insert into sla.timer (key, kind, ticket_id, due_at, owner)"
            " select 'close:pile:' || n, 'request', gen_random_uuid(), :due, 'tickets'"
            " from generate_series(1, 1600) n",
            {"due": sunday},
        )
    travel((sunday + SECOND - datetime.now(UTC)).total_seconds())
    began = datetime.now(UTC)
    await fire_all((desk.context, other), limit=500)
    assert datetime.now(UTC) - began < 10 * SECOND
    counted = await breached(desk, (one.id for one in tickets))
    assert len(counted) == 400
    assert set(counted.values()) == {1}
    async with desk.context.tx() as tx:
        fired = await tx.scalar("select count(*) from sla.outbox where subject like 'close:pile:%'")
    assert fired == 1600


async def test_the_audit_takes_a_promise_that_broke_in_time_for_what_it_is(desk: Desk) -> None:
    """Its timer is gone and its clock goes on; the timer of the other promise must stand."""
    opened = now(desk) - HOUR - SECOND
    ticket = await Ticket(desk, await desk.customer(), opened, Priority.P1).open()
    await desk.fire()
    assert (await breached(desk, [ticket.id]))[str(ticket.id)] == 1
    async with desk.context.tx() as tx:
        await tx.execute(
            "update sla.clock set open = false where ticket_id <> :id", {"id": ticket.id}
        )
        assert await auditing.mismatches(tx) == []
        await tx.execute("delete from sla.timer where ticket_id = :id", {"id": ticket.id})
        assert await auditing.mismatches(tx) == [ticket.id]


async def test_the_audit_sees_late_rows_and_clocks_unlike_their_facts(
    desk: Desk, travel: Travel
) -> None:
    ticket = await Ticket(desk, await desk.customer(), now(desk), Priority.P1).open()
    assert (await check(desk.context)).status == "pass"
    travel(2800)
    assert (await check(desk.context)).status == "fail"
    async with desk.context.tx() as tx:
        assert 99 < await auditing.lag(tx) < 110
        await tx.execute(
            "update sla.clock set open = false where ticket_id <> :id", {"id": ticket.id}
        )
        await tx.execute(
            "update sla.clock set next_due_at = next_due_at + interval '1 second'"
            " where ticket_id = :id",
            {"id": ticket.id},
        )
        assert len(await auditing.mismatches(tx)) == 1
