"""Due rows become facts: once, never early, whoever else works on the same rows."""

from collections import Counter

from services.sla.usecases import firing
from shared.kit.context import Context
from shared.vocabulary import Priority, Status
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


async def test_warning_and_breach_fire_at_their_instants_and_not_before(
    desk: Desk, travel: Travel
) -> None:
    ticket = await Ticket(desk, await desk.customer(), now(desk), Priority.P1).open()
    await desk.fire()
    assert len(await desk.facts(ticket.id)) == 1
    travel(2701)
    await desk.fire()
    (warning,) = await desk.facts(ticket.id, "warning")
    assert warning["data"]["point"] == 0.75
    travel(3601)
    await desk.fire()
    await desk.fire()
    (breach,) = await desk.facts(ticket.id, "breached")
    data = breach["data"]
    assert moment(data["due_at"]) == moment(data["breached_at"]) == ticket.opened_at + HOUR
    assert moment(data["fired_at"]) > moment(data["due_at"])
    assert data["cause"] == "elapsed"
    assert [(s["level"], s["to"], s["after"]) for s in data["ladder"]] == [(1, "manager", "breach")]
    shown = await ticket.sla()
    assert shown["first_response"]["state"] == "breached"
    assert shown["first_response"]["warned_at"] is not None
    assert moment(shown["next_due_at"]) == ticket.opened_at + HOUR, "it is still owed"


async def test_the_breach_carries_the_ladder_with_levels_of_its_metric(
    desk: Desk, travel: Travel
) -> None:
    ticket = await Ticket(desk, await desk.customer(), now(desk), Priority.P1).open()
    travel(4 * 3600 + 1)
    await desk.fire()
    breaches = await desk.facts(ticket.id, "breached")
    ladder = next(b["data"]["ladder"] for b in breaches if b["data"]["metric"] == "resolution")
    assert [(s["level"], s["to"], s["action"], s["priorities"]) for s in ladder] == [
        (1, "supervisor", ["assign", "notify"], None),
        (2, "senior_management", ["notify"], None),
        (3, "executive", ["notify"], ["P1", "P2"]),
    ]
    assert ladder[1]["after"] == {"seconds": None, "business_days": 1}


async def test_parallel_loops_fire_each_breach_once(desk: Desk, other: Context) -> None:
    policy = await desk.policy_in_seconds(warn_at=[])
    organization = await desk.customer(policy)
    tickets = [await Ticket(desk, organization, now(desk)).open() for _ in range(60)]
    await eventually(lambda: now(desk) > tickets[-1].opened_at + 4.1 * SECOND)
    await fire_all((desk.context, other, desk.context), limit=7)
    counted = await breached(desk, (one.id for one in tickets))
    assert len(counted) == 60
    assert set(counted.values()) == {2}
    for ticket in tickets[:5]:
        for fact in await desk.facts(ticket.id, "breached"):
            assert moment(fact["data"]["fired_at"]) > moment(fact["data"]["due_at"])


async def test_a_batch_that_dies_before_its_commit_fires_again(desk: Desk, travel: Travel) -> None:
    ticket = await Ticket(desk, await desk.customer(), now(desk), Priority.P1).open()
    travel(3601)
    dying = desk.context.tx()
    tx = await dying.__aenter__()
    await firing.fire(tx, await firing.claim(tx, 500))
    await tx.roll_back()
    assert await breached(desk, [ticket.id]) == {}
    await desk.fire()
    assert await breached(desk, [ticket.id]) == {str(ticket.id): 1}


async def test_a_clock_that_somebody_is_writing_is_left_for_the_next_turn(
    desk: Desk, travel: Travel
) -> None:
    ticket = await Ticket(desk, await desk.customer(), now(desk), Priority.P1).open()
    travel(3601)
    async with desk.context.tx() as writer:
        await writer.execute(
            "select 1 from sla.clock where ticket_id = :id for update", {"id": ticket.id}
        )
        fired = await desk.fire()
    assert fired.held == fired.claimed == 2
    await desk.fire()
    assert await breached(desk, [ticket.id]) == {str(ticket.id): 1}


async def test_an_answer_in_time_that_arrives_late_voids_the_breach(
    desk: Desk, travel: Travel
) -> None:
    ticket = await Ticket(desk, await desk.customer(), now(desk), Priority.P1).open()
    travel(3700)
    await desk.fire()
    assert await breached(desk, [ticket.id]) == {str(ticket.id): 1}
    await ticket.reply(ticket.opened_at + HOUR)
    voided, met = (await desk.facts(ticket.id))[-3:-1]
    assert voided["type"] == "sla.breach_voided.v1"
    assert voided["data"]["cause"] == "late_arrival"
    assert met["type"] == "sla.met.v1"
    shown = await ticket.sla()
    assert shown["first_response"]["state"] == "met"
    assert [one["fact"] for one in shown["breaches"]] == ["breached", "voided"]


async def test_an_answer_that_came_too_late_keeps_the_breach(desk: Desk, travel: Travel) -> None:
    ticket = await Ticket(desk, await desk.customer(), now(desk), Priority.P1).open()
    travel(3700)
    await ticket.reply(ticket.opened_at + HOUR + SECOND)
    assert [f["type"] for f in await desk.facts(ticket.id)] == [
        "sla.clock_started.v1",
        "sla.breached.v1",
        "sla.clock_updated.v1",
    ]
    await desk.fire()
    assert await breached(desk, [ticket.id]) == {str(ticket.id): 1}


async def test_a_resolved_ticket_warns_of_nothing(desk: Desk, travel: Travel) -> None:
    ticket = await Ticket(desk, await desk.customer(), now(desk), Priority.P1).open()
    await ticket.move(ticket.opened_at + SECOND, Status.RESOLVED)
    travel(5 * 3600)
    await desk.fire()
    assert await desk.facts(ticket.id, "warning") == []
    assert await breached(desk, [ticket.id]) == {}


async def test_a_clock_that_jumps_back_neither_voids_nor_repeats(
    desk: Desk, travel: Travel
) -> None:
    ticket = await Ticket(desk, await desk.customer(), now(desk), Priority.P1).open()
    travel(2 * 3600)
    await desk.fire()
    travel(-2 * 3600)
    await desk.fire()
    await ticket.reply(ticket.opened_at + 2 * HOUR)
    travel(25 * 3600)
    await desk.fire()
    kinds = Counter(f["type"] for f in await desk.facts(ticket.id))
    assert kinds["sla.breached.v1"] == 2
    assert kinds["sla.breach_voided.v1"] == 0
