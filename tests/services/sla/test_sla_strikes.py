"""Breaches struck together leave the very rows and facts that striking one by one leaves."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.sla.store import timers
from services.sla.usecases import firing
from shared.kit.tx import Tx
from shared.vocabulary import Priority, Status
from tests.contexts import Travel
from tests.services.sla.desk import Desk, Ticket
from tests.services.sla.loops import real_time

__all__ = ["real_time"]

MINUTE = timedelta(minutes=1)
EVERY = {
    "first_response": {"target": "PT20M", "calendar": "always_open"},
    "next_response": {"target": "PT25M", "calendar": "always_open"},
    "resolution": {"target": "PT61M", "calendar": "always_open"},
}
RUNGS = ({"after": "breach", "to": "manager"}, {"after": {"business_days": 1}, "to": "executive"})
LADDER = [
    {"metric": metric, **rung, "action": ["notify"]}
    for metric in ("resolution", "next_response")
    for rung in RUNGS
]

Story = Callable[[Ticket], Awaitable[None]]


async def nothing(_ticket: Ticket) -> None:
    """First response and resolution break one after the other."""


async def conversation(ticket: Ticket) -> None:
    """The next response is the second of its kind, and breaks after the resolution."""
    await ticket.reply(ticket.opened_at + MINUTE)
    await ticket.write(ticket.opened_at + 2 * MINUTE)
    await ticket.reply(ticket.opened_at + 3 * MINUTE)
    await ticket.write(ticket.opened_at + 40 * MINUTE)


async def pause(ticket: Ticket) -> None:
    """The due instant moves to where no second ends."""
    await ticket.reply(ticket.opened_at + MINUTE)
    await ticket.move(ticket.opened_at + 2 * MINUTE, Status.WAITING_CUSTOMER)
    await ticket.move(ticket.opened_at + 5.5 * MINUTE + timedelta(microseconds=7), Status.OPEN)


async def hurry(ticket: Ticket) -> None:
    """The words of a clock that had other words before."""
    await ticket.prioritise(ticket.opened_at + MINUTE, Priority.P2)


async def voided(ticket: Ticket) -> None:
    """A breach that is not the first of its promise."""
    async with ticket.desk.context.tx() as tx:
        for fact in ("breached", "voided"):
            await tx.execute(
                """insert into sla.breach (ticket_id, organization_id, metric, cycle, fact,
                    noted_at, cause) select ticket_id, organization_id, 'resolution', 1, :fact,
                    opened_at, 'elapsed' from sla.clock where ticket_id = :id""",
                {"fact": fact, "id": ticket.id},
            )


@dataclass
class Twins:
    """Two tickets that differ in their ids alone: one is struck in company, one alone."""

    desk: Desk
    one: Ticket
    other: Ticket
    together: int = 0

    async def due(self) -> datetime | None:
        async with self.desk.context.tx() as tx:
            found: datetime | None = await tx.scalar(
                "select min(due_at) from sla.timer where ticket_id = :id", {"id": self.one.id}
            )
        return found

    async def meet(self) -> None:
        """One claim for both; the other ticket's timers are taken out of the company."""
        async with self.desk.context.tx() as tx:
            claim = await firing.claim(tx, 500)
            groups = [self._without(one) for one in claim.alike]
            mine = [timer for timer in claim.others if timer.ticket_id == self.one.id]
            alone = [t for t in await timers.armed(tx, self.other.id) if t.due_at < claim.now]
            assert len(alone) == len(claim.keys) / 2
            kept = replace(claim, alike=[one for one in groups if one.keys], others=mine + alone)
            self.together += len(kept.alike)
            assert await firing.fire(tx, kept) == firing.Fired(len(claim.keys), 0)

    def _without(self, group: Any) -> Any:
        places = [n for n, one in enumerate(group.ticket_ids) if one == self.one.id]
        names = ("keys", "ticket_ids", "dues")
        return replace(group, **{n: [getattr(group, n)[p] for p in places] for n in names})


async def recorded(tx: Tx, ticket: UUID) -> dict[str, list[str]]:
    """Every row about a ticket as text, its own id and the facts' ids taken out."""
    found = {}
    for table, key, order in (
        ("clock", "ticket_id", "ticket_id"),
        ("breach", "ticket_id", "noted_at, fact"),
        ("timer", "ticket_id", "key"),
        ("timer_past", "ticket_id", "key"),
        ("outbox", "subject", "sequence"),
    ):
        rows = await tx.rows(
            f"select to_jsonb(t)::text as row from sla.{table} t where {key}::text = :id"
            f" order by {order}",
            {"id": str(ticket)},
        )
        found[table] = [row["row"].replace(str(ticket), "T") for row in rows]
    ids = await tx.rows("select id from sla.outbox where subject = :id", {"id": str(ticket)})
    for row in ids:
        found["outbox"] = [one.replace(str(row["id"]), "E") for one in found["outbox"]]
    return found


@pytest.mark.parametrize("story", [nothing, conversation, pause, hurry, voided])
async def test_in_company_and_alone_the_same_is_written(
    desk: Desk, travel: Travel, story: Story
) -> None:
    policy = await desk.policy_in_seconds(
        targets=dict.fromkeys(("P1", "P2", "P3", "P4"), EVERY), warn_at=[0.5], ladder=LADDER
    )
    organization = await desk.customer(policy, kind="emergency" if story is pause else "standard")
    at = desk.context.clock.now()
    tickets = [Ticket(desk, organization, at) for _ in range(2)]
    tickets[1].requester = tickets[0].requester
    twins = Twins(desk, *tickets)
    for one in tickets:
        await one.open()
        await story(one)
    async with desk.context.tx() as tx:
        facts = await tx.rows("delete from sla.outbox returning id")
    assert facts
    while (due := await twins.due()) is not None:
        travel((due - datetime.now(UTC)).total_seconds() + 0.001)
        await twins.meet()
        async with desk.context.tx() as tx:
            struck = await recorded(tx, twins.one.id)
            assert struck == await recorded(tx, twins.other.id)
    said = sum("sla.breached.v1" in one for one in struck["outbox"])
    assert twins.together == said == (1 if story is pause else 2)


async def test_a_promise_that_changes_hands_under_the_claim_is_not_broken(
    desk: Desk, travel: Travel
) -> None:
    """A clock that moved on since its timer was armed wants the fold, whoever is quicker."""
    ticket = await Ticket(desk, await desk.customer(), desk.context.clock.now(), Priority.P1).open()
    async with desk.context.tx() as tx:
        await tx.execute(
            "update sla.clock set generation = generation + 1 where ticket_id = :id",
            {"id": ticket.id},
        )
        await tx.execute("delete from sla.timer where kind = 'warning'")
    travel(3601)
    async with desk.context.tx() as tx:
        claim = await firing.claim(tx, 500)
        assert not claim.alike
        assert [one.kind for one in claim.others] == ["breach"]
        await tx.roll_back()


async def test_facts_of_a_batch_are_numbered_in_due_order(desk: Desk, travel: Travel) -> None:
    organizations = [
        await desk.customer(await desk.policy_in_seconds(warn_at=[], ladder=LADDER))
        for _ in range(2)
    ]
    start = desk.context.clock.now()
    for number in (5, 2, 4, 1, 3, 0):
        await Ticket(desk, organizations[number % 2], start + number * MINUTE).open()
    async with desk.context.tx() as tx:
        await tx.execute("delete from sla.timer where key like '%first_response%'")
    travel(3600)
    async with desk.context.tx() as tx:
        claim = await firing.claim(tx, 500)
        assert [len(one.keys) for one in claim.alike] == [3, 3]
        assert await firing.fire(tx, claim) == firing.Fired(6, 0)
        assert (await firing.claim(tx, 500)).size == 0
    async with desk.context.tx() as tx:
        rows = await tx.rows(
            "select (body::jsonb -> 'data' ->> 'due_at')::timestamptz as due_at from sla.outbox"
            " where route = 'sanad.sla.breached' order by id desc limit 6"
        )
    dues = [row["due_at"] for row in rows]
    assert dues == sorted(dues, reverse=True)
