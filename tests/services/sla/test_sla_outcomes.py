"""Outcomes in rows are what the fold says, whatever happens and in whatever order it is heard."""

from dataclasses import asdict
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.sla.domain.fold import fold
from services.sla.domain.outcomes import outcomes
from services.sla.store import breaches, clocks
from services.sla.store.breaches import BreachRow
from services.sla.usecases import projecting
from services.sla.usecases.clocks import ground_of
from services.sla.usecases.rulebook import rulebook
from shared.events.ticket import TicketAssigned, TicketDepartmentChanged, TicketMerged
from shared.vocabulary import Metric, Priority, Status
from shared.worktime import instant, micros
from tests.services.sla.desk import Desk, Ticket

HOUR = timedelta(hours=1)
HOURS = {
    "first_response": {"target": "PT2H", "calendar": "always_open"},
    "next_response": {"target": "PT3H", "calendar": "always_open"},
    "resolution": {"target": "PT9H"},
}
TARGETS = {
    "P1": HOURS,
    "P2": {**HOURS, "resolution": {"target": {"business_days": 1}}},
    "P3": HOURS,
}
MOVES = (
    Status.OPEN,
    Status.WAITING_CUSTOMER,
    Status.WAITING_THIRD_PARTY,
    Status.RESOLVED,
    Status.OPEN,
    Status.CLOSED,
)


async def customer(desk: Desk, **policy: Any) -> UUID:
    made = await desk.policy_in_seconds(targets=TARGETS, **policy)
    return await desk.customer(made, starts_on="2020-01-01")


def start(desk: Desk) -> datetime:
    return desk.context.clock.now() - 100 * HOUR


async def rows(desk: Desk, ticket: UUID) -> dict[tuple[str, int], dict[str, Any]]:
    """As stored; exchanges that vanished are left out."""
    async with desk.context.tx() as tx:
        found = await tx.rows(
            "select o.*, case when ended_at is null then noted_at end as noted_at"
            " from sla.outcome o where ticket_id = :id",
            {"id": ticket},
        )
    kept = [dict(one) for one in found if one["state"] != "out" or one["metric"] != "next_response"]
    return {(one["metric"], one["cycle"]): one for one in kept}


async def told(desk: Desk, ticket: UUID) -> dict[tuple[str, int], dict[str, Any]]:
    """As the fold reads the ticket's facts at the instant it was settled."""
    async with desk.context.tx() as tx:
        row = await clocks.read(tx, ticket)
        assert row
        ground = await ground_of(tx, await rulebook(tx, row.revision), row)
    as_of = micros(row.settled_at)
    found = outcomes(fold(ground.rules, row.happenings, as_of), as_of, row.status)
    kept = [one for one in found if one.state != "out" or one.metric is not Metric.NEXT_RESPONSE]
    return {(one.metric.value, one.cycle): asdict(one) for one in kept}


async def assert_agree(desk: Desk, ticket: UUID) -> None:
    stored, folded = await rows(desk, ticket), await told(desk, ticket)
    assert stored.keys() == folded.keys()
    for key, one in stored.items():
        for name in ("due", "ended", "broken"):
            at = folded[key][name]
            column = "breached_at" if name == "broken" else f"{name}_at"
            assert one[column] == (None if at is None else instant(at)), (key, name)
        for name in ("target", "counted", "paused", "late"):
            assert one[f"{name}_seconds"] == folded[key][name], (key, name)
        for name in ("state", "reopens", "last", "standing"):
            assert one[name] == folded[key][name], (key, name)


async def live(ticket: Ticket, dice: Random) -> None:
    """Ten things happen within three days; every third arrives after later ones."""
    steps = sorted(dice.uniform(0, 72) for _ in range(10))
    for number, hours in enumerate(steps):
        late = dice.uniform(0, hours) if number % 3 == 2 else hours
        at = ticket.opened_at + late * HOUR
        match dice.randrange(5):
            case 0:
                await ticket.reply(at)
            case 1:
                await ticket.write(at)
            case 2:
                await ticket.prioritise(at, dice.choice((Priority.P1, Priority.P2, Priority.P3)))
            case _:
                await ticket.move(at, dice.choice(MOVES))


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("starts", ["oldest_unanswered", "every_customer_message"])
async def test_rows_are_what_the_fold_says(desk: Desk, seed: int, starts: str) -> None:
    organization = await customer(desk, next_response_starts=starts)
    ticket = await Ticket(desk, organization, start(desk), Priority.P1).open()
    await live(ticket, Random(seed))  # noqa: S311 - a story, not a secret
    await assert_agree(desk, ticket.id)


@pytest.mark.parametrize("last", [Status.SPAM, Status.MERGED])
async def test_a_cancelled_ticket_agrees_too(desk: Desk, last: Status) -> None:
    ticket = await Ticket(desk, await customer(desk), start(desk), Priority.P1).open()
    await ticket.reply(ticket.opened_at + HOUR)
    await ticket.move(ticket.opened_at + 2 * HOUR, last)
    await assert_agree(desk, ticket.id)
    found = await rows(desk, ticket.id)
    assert found["resolution", 1]["state"] == "out"
    assert found["first_response", 1]["state"] == ("out" if last is Status.SPAM else "met")


async def test_an_exchange_that_a_late_fact_undoes_is_out(desk: Desk) -> None:
    ticket = await Ticket(desk, await customer(desk), start(desk), Priority.P1).open()
    await ticket.reply(ticket.opened_at + HOUR)
    await ticket.write(ticket.opened_at + 2 * HOUR)
    await ticket.reply(ticket.opened_at + 3 * HOUR)
    await ticket.write(ticket.opened_at + 4 * HOUR)
    assert ("next_response", 2) in await rows(desk, ticket.id)
    into = uuid4()
    await ticket.tell(TicketMerged, ticket.opened_at + 3.5 * HOUR, into_id=into)
    assert ("next_response", 2) not in await rows(desk, ticket.id)
    await assert_agree(desk, ticket.id)


async def test_a_late_answer_turns_the_breach_into_a_voided_one(desk: Desk) -> None:
    ticket = await Ticket(desk, await customer(desk), start(desk), Priority.P1).open()
    assert (await rows(desk, ticket.id))["first_response", 1]["state"] == "overdue"
    await ticket.reply(ticket.opened_at + HOUR)
    found = (await rows(desk, ticket.id))["first_response", 1]
    assert (found["state"], found["voided"], found["breached_at"]) == ("met", True, None)
    await ticket.write(ticket.opened_at + 3 * HOUR)
    assert (await rows(desk, ticket.id))["first_response", 1]["voided"]


def excuse(ticket: Ticket, metric: Metric) -> BreachRow:
    now = ticket.desk.context.clock.now()
    who = (ticket.id, ticket.organization, ticket.department, ticket.priority.value)
    return BreachRow(*who, metric, 1, "excused", now, "power cut")


async def test_an_excuse_is_written_with_its_fact(desk: Desk) -> None:
    ticket = await Ticket(desk, await customer(desk), start(desk), Priority.P1).open()
    async with desk.context.tx() as tx:
        await breaches.add(tx, [excuse(ticket, Metric.RESOLUTION)])
    found = await rows(desk, ticket.id)
    assert {key[0]: one["excused"] for key, one in found.items()} == {
        "first_response": False,
        "resolution": True,
    }
    await ticket.reply(ticket.opened_at + 3 * HOUR)
    await ticket.move(ticket.opened_at + 20 * HOUR, Status.RESOLVED)
    assert (await rows(desk, ticket.id))["resolution", 1]["excused"]


async def test_a_promise_stays_with_whoever_held_the_ticket_when_it_ended(desk: Desk) -> None:
    first, second, moved = uuid4(), uuid4(), uuid4()
    ticket = await Ticket(desk, await customer(desk), start(desk), Priority.P1).open()
    await ticket.tell(TicketAssigned, ticket.opened_at, assignee_id=first)
    await ticket.reply(ticket.opened_at + HOUR)
    await ticket.tell(TicketAssigned, ticket.opened_at + 2 * HOUR, assignee_id=second)
    change = {"from_department_id": ticket.department, "to_department_id": moved}
    await ticket.tell(TicketDepartmentChanged, ticket.opened_at + 2 * HOUR, **change)
    await ticket.move(ticket.opened_at + 3 * HOUR, Status.RESOLVED)
    found = await rows(desk, ticket.id)
    held = {key[0]: (one["assignee_id"], one["department_id"]) for key, one in found.items()}
    assert held == {"first_response": (first, ticket.department), "resolution": (second, moved)}
    await ticket.tell(TicketAssigned, ticket.opened_at + 4 * HOUR, assignee_id=first)
    assert (await rows(desk, ticket.id))["resolution", 1]["assignee_id"] == second
    await ticket.move(ticket.opened_at + 5 * HOUR, Status.OPEN)
    assert (await rows(desk, ticket.id))["resolution", 1]["assignee_id"] == first


async def test_a_promise_moves_to_another_contract_while_it_is_open(desk: Desk) -> None:
    ticket = await Ticket(desk, await customer(desk), start(desk), Priority.P1).open()
    await ticket.reply(ticket.opened_at + HOUR)
    first = (await rows(desk, ticket.id))["first_response", 1]["contract_id"]
    other = uuid4()
    async with desk.context.tx() as tx:
        values = {"other": other, "id": ticket.id}
        await tx.execute("update sla.clock set contract_id = :other where ticket_id = :id", values)
        row = await clocks.lock(tx, ticket.id)
        assert row
        ground = await ground_of(tx, await rulebook(tx, row.revision), row)
        as_of = micros(row.settled_at)
        row.outcomes = outcomes(ground.read(row.happenings, as_of), as_of, row.status)
        await clocks.save(tx, [(row, True)])
    found = {key[0]: one["contract_id"] for key, one in (await rows(desk, ticket.id)).items()}
    assert found == {"first_response": first, "resolution": other}


async def test_clocks_older_than_the_table_get_the_same_outcomes(desk: Desk) -> None:
    organization = await customer(desk)
    tickets = []
    for seed in range(3):
        ticket = await Ticket(desk, organization, start(desk), Priority.P1).open()
        await live(ticket, Random(seed))  # noqa: S311 - a story, not a secret
        tickets.append(ticket)
    async with desk.context.tx() as tx:
        await breaches.add(tx, [excuse(tickets[0], Metric.RESOLUTION)])
    before = [await rows(desk, ticket.id) for ticket in tickets]
    async with desk.context.tx() as tx:
        await tx.execute("delete from sla.outcome")
        await tx.execute("insert into sla.unprojected select ticket_id from sla.clock")
    stated = [len(await desk.facts(ticket.id)) for ticket in tickets]
    while True:
        async with desk.context.tx() as tx:
            if not await projecting.catch_up(tx, 7):
                break
    assert [await rows(desk, ticket.id) for ticket in tickets] == before
    assert [len(await desk.facts(ticket.id)) for ticket in tickets] == stated
