"""Breaches, timers and ticket changes on a real database: what is raised, asked for and ended."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from services.escalation.consumers import consumers
from shared.events.base import Fact
from shared.events.identity import (
    IdentityPositionUpdated,
    IdentityUserCreated,
    IdentityUserDisabled,
)
from shared.events.sla import (
    ClockState,
    LadderStep,
    SlaBreached,
    SlaBreachVoided,
    SlaClockUpdated,
    SlaMet,
)
from shared.events.ticket import (
    TicketEscalationRequested,
    TicketMerged,
    TicketOpened,
    TicketPriorityChanged,
    TicketStatusChanged,
)
from shared.events.timer import Delay, TimerFired
from shared.kit.context import Context
from shared.kit.ids import uuid7
from shared.vocabulary import AuthorKind, Channel, Locale, Metric, Priority, Role, Status
from tests.contexts import MakeContext
from tests.services.notify.hearing import hear, stated

STEPS = (
    LadderStep(
        metric=Metric.RESOLUTION,
        level=1,
        after="breach",
        to=Role.SUPERVISOR,
        action=("assign", "notify"),
    ),
    LadderStep(
        metric=Metric.RESOLUTION,
        level=2,
        after=Delay(business_days=1),
        to=Role.SENIOR_MANAGEMENT,
        action=("notify",),
    ),
    LadderStep(
        metric=Metric.RESOLUTION,
        level=3,
        after=Delay(seconds=60),
        to=Role.EXECUTIVE,
        action=("notify",),
        priorities=(Priority.P1, Priority.P2),
    ),
    LadderStep(
        metric=Metric.FIRST_RESPONSE,
        level=1,
        after="breach",
        to=Role.MANAGER,
        action=("notify",),
    ),
)


@dataclass
class House:
    """One department with its people, and one ticket in it."""

    context: Context
    organization: UUID = field(default_factory=uuid4)
    department: UUID = field(default_factory=uuid4)
    ticket: UUID = field(default_factory=uuid7)
    people: dict[Role, UUID] = field(default_factory=dict)
    sequence: int = 1

    @property
    def now(self) -> datetime:
        return self.context.clock.now()

    async def hear(self, fact: Fact) -> None:
        await hear(consumers, self.context, fact, sequence=self.sequence)
        self.sequence += 1

    async def staff(self, role: Role, *users: UUID) -> UUID:
        """Give a role to somebody (new, or those named; nobody when none are)."""
        who = users or (uuid4(),)
        for one in who:
            await self.hear(
                IdentityUserCreated(
                    user_id=one,
                    organization_id=self.organization,
                    roles=(role,),
                    locale=Locale.AR,
                    at=self.now,
                )
            )
        await self.seat(role, *who)
        self.people[role] = who[0]
        return who[0]

    async def seat(self, role: Any, *users: UUID) -> None:
        of_department = role in {Role.SUPERVISOR, Role.MANAGER}
        fact = IdentityPositionUpdated(
            position=f"{role}:{self.department if of_department else 'company'}",
            role=role,
            department_id=self.department if of_department else None,
            user_ids=users,
            at=self.now,
        )
        await self.hear(fact)

    async def open(self, priority: Priority = Priority.P1, *, confirm: bool = False) -> None:
        fact = TicketOpened(
            ticket_id=self.ticket,
            organization_id=self.organization,
            at=self.now,
            number=1042,
            requester_id=uuid4(),
            department_id=self.department,
            priority=priority,
            status=Status.NEW,
            channel=Channel.EMAIL,
            locale=Locale.AR,
            message_id=uuid4(),
            confirm=confirm,
            author_kind=AuthorKind.CUSTOMER,
        )
        await self.hear(fact)

    async def breach(self, metric: Metric = Metric.RESOLUTION, cycle: int = 1) -> datetime:
        at = self.now
        fact = SlaBreached(
            ticket_id=self.ticket,
            organization_id=self.organization,
            at=at,
            metric=metric,
            cycle=cycle,
            due_at=at,
            breached_at=at,
            fired_at=at,
            cause="elapsed",
            priority=Priority.P1,
            department_id=self.department,
            policy_id=uuid4(),
            policy_version=1,
            ladder=STEPS,
        )
        await self.hear(fact)
        return at

    async def fire(self, level: int, cycle: int = 1) -> datetime:
        at = self.now
        key = f"ladder:{self.ticket}:resolution:{cycle}:{level}"
        fact = TimerFired(
            key=key, owner="escalation", ticket_id=self.ticket, due_at=at, fired_at=at
        )
        await self.hear(fact)
        return at

    async def move(self, to: Status, by: Status = Status.OPEN) -> None:
        fact = TicketStatusChanged(
            ticket_id=self.ticket,
            organization_id=self.organization,
            at=self.now,
            from_status=by,
            to_status=to,
        )
        await self.hear(fact)

    async def ask(self, level: int | None = None) -> None:
        fact = TicketEscalationRequested(
            ticket_id=self.ticket, organization_id=self.organization, at=self.now, level=level
        )
        await self.hear(fact)

    async def clocks(self, *clocks: ClockState) -> None:
        fact = SlaClockUpdated(
            ticket_id=self.ticket,
            organization_id=self.organization,
            at=self.now,
            clocks=clocks,
            generation=2,
            cause="test",
        )
        await self.hear(fact)

    async def facts(self, kind: str) -> list[dict[str, Any]]:
        found = await stated(self.context, kind)
        return [one for one in found if str(self.ticket) in str(one)]

    async def levels(self) -> list[tuple[str, int]]:
        raised = await self.facts("escalation.raised")
        return [(one["metric"], one["level"]) for one in raised]

    async def waits(self) -> list[int]:
        """Levels that a timer is asked for, after what was cancelled again."""
        asked = [one["key"] for one in await self.facts("timer.requested")]
        gone = [one["key"] for one in await self.facts("timer.cancelled")]
        for key in gone:
            asked.remove(key)
        return [int(key.rpartition(":")[2]) for key in asked]


@pytest.fixture
async def house(make_context: MakeContext) -> AsyncIterator[House]:
    made = House(make_context("escalation"))
    for role in (Role.SUPERVISOR, Role.MANAGER, Role.SENIOR_MANAGEMENT, Role.EXECUTIVE):
        await made.staff(role)
    await made.open()
    yield made
    await made.context.close()


async def test_a_late_first_response_goes_to_the_manager_at_once(house: House) -> None:
    at = await house.breach(Metric.FIRST_RESPONSE)
    (raised,) = await house.facts("escalation.raised")
    assert raised["to_role"] == "manager"
    assert raised["user_ids"] == [str(house.people[Role.MANAGER])]
    assert raised["assign_to"] is None
    assert raised["cause"] == "breach"
    assert datetime.fromisoformat(raised["due_at"]) == at
    (ended,) = await house.facts("escalation.ended")
    assert ended["reason"] == "exhausted"
    assert await house.waits() == []


async def test_a_late_resolution_is_assigned_to_the_supervisor_and_waits(house: House) -> None:
    at = await house.breach()
    (raised,) = await house.facts("escalation.raised")
    assert raised["assign_to"] == str(house.people[Role.SUPERVISOR])
    assert raised["action"] == ["assign", "notify"]
    (asked,) = await house.facts("timer.requested")
    assert asked["key"] == f"ladder:{house.ticket}:resolution:1:2"
    assert asked["after"] == {"seconds": None, "business_days": 1}
    assert datetime.fromisoformat(asked["start_at"]) == at
    assert asked["owner"] == "escalation"


async def test_the_whole_climb_to_the_executives(house: House) -> None:
    await house.breach()
    at = await house.fire(2)
    assert await house.levels() == [("resolution", 1), ("resolution", 2)]
    asked = (await house.facts("timer.requested"))[-1]
    assert datetime.fromisoformat(asked["start_at"]) == at
    assert asked["after"] == {"seconds": 60, "business_days": None}
    await house.fire(3)
    assert [level for _, level in await house.levels()] == [1, 2, 3]
    (ended,) = await house.facts("escalation.ended")
    assert ended["reason"] == "exhausted"


async def test_the_same_breach_and_the_same_timer_raise_nothing_twice(house: House) -> None:
    await house.breach()
    await house.breach()
    await house.fire(2)
    await house.fire(2)
    assert [level for _, level in await house.levels()] == [1, 2]


async def test_the_database_refuses_a_second_row_of_the_same_rung(house: House) -> None:
    await house.breach()
    row = {"t": house.ticket, "o": house.organization, "n": house.now}
    with pytest.raises(IntegrityError):
        async with house.context.tx() as tx:
            await tx.execute(
                "insert into escalation.escalation (id, ticket_id, organization_id, metric, cycle,"
                " level, to_role, action, cause, state, raised_at) values (gen_random_uuid(), :t,"
                " :o, 'resolution', 1, 1, 'manager', '{}', 'ladder', 'raised', :n)",
                row,
            )


async def test_solved_tickets_stop_and_reopened_ones_go_on_at_the_next_level(house: House) -> None:
    await house.breach()
    await house.move(Status.RESOLVED)
    assert (await house.facts("escalation.ended"))[-1]["reason"] == "stopped"
    assert await house.waits() == []
    await house.fire(2)
    assert [level for _, level in await house.levels()] == [1]
    await house.move(Status.OPEN, Status.RESOLVED)
    assert await house.waits() == [2]
    assert [level for _, level in await house.levels()] == [1]
    await house.fire(2)
    assert [level for _, level in await house.levels()] == [1, 2]


async def test_a_rung_that_is_due_while_the_customer_is_waited_for_comes_at_the_resume(
    house: House,
) -> None:
    await house.breach()
    await house.move(Status.WAITING_CUSTOMER)
    await house.fire(2)
    assert [level for _, level in await house.levels()] == [1]
    await house.move(Status.OPEN, Status.WAITING_CUSTOMER)
    assert [level for _, level in await house.levels()] == [1, 2]


async def test_a_paused_clock_postpones_as_well(house: House) -> None:
    await house.breach()
    await house.clocks(ClockState(metric=Metric.RESOLUTION, state="paused"))
    await house.fire(2)
    assert [level for _, level in await house.levels()] == [1]
    await house.clocks(ClockState(metric=Metric.RESOLUTION, state="breached"))
    assert [level for _, level in await house.levels()] == [1, 2]


async def test_a_promise_kept_late_ends_its_ladder(house: House) -> None:
    await house.breach()
    done = ClockState(
        metric=Metric.RESOLUTION, state="breached", met_at=house.now + timedelta(minutes=1)
    )
    await house.clocks(done)
    await house.move(Status.OPEN, Status.RESOLVED)
    await house.fire(2)
    assert [level for _, level in await house.levels()] == [1]


async def test_met_and_voided_end_the_ladder_and_cancel_its_timer(house: House) -> None:
    await house.breach()
    voided = SlaBreachVoided(
        ticket_id=house.ticket,
        organization_id=house.organization,
        at=house.now,
        metric=Metric.RESOLUTION,
        cycle=1,
        cause="late_arrival",
    )
    await house.hear(voided)
    assert (await house.facts("escalation.ended"))[-1]["reason"] == "voided"
    assert await house.waits() == []
    await house.breach(cycle=2)
    met = SlaMet(
        ticket_id=house.ticket,
        organization_id=house.organization,
        at=house.now,
        metric=Metric.RESOLUTION,
        cycle=2,
        met_at=house.now,
    )
    waiting = await house.waits()
    await house.hear(met.model_copy(update={"outside": True}))
    assert await house.waits() == waiting, "what customers hear of spam ends no ladder for good"
    await house.hear(met)
    assert (await house.facts("escalation.ended"))[-1]["reason"] == "stopped"
    assert await house.waits() == []


async def test_merged_tickets_are_called_off(house: House) -> None:
    await house.breach()
    merged = TicketMerged(
        ticket_id=house.ticket, organization_id=house.organization, at=house.now, into_id=uuid4()
    )
    await house.hear(merged)
    assert (await house.facts("escalation.ended"))[-1]["reason"] == "cancelled"
    await house.fire(2)
    assert [level for _, level in await house.levels()] == [1]


async def test_nobody_in_the_role_is_skipped_and_the_next_level_comes_at_once(
    house: House,
) -> None:
    await house.seat(Role.SUPERVISOR)
    await house.breach()
    (skipped,) = await house.facts("escalation.skipped")
    assert (skipped["reason"], skipped["to_role"], skipped["level"]) == ("no_one", "supervisor", 1)
    assert [level for _, level in await house.levels()] == [2]
    assert await house.waits() == [3]


async def test_people_who_left_are_nobody(house: House) -> None:
    gone = IdentityUserDisabled(
        user_id=house.people[Role.SUPERVISOR], valid_from=house.now, at=house.now
    )
    await house.hear(gone)
    await house.breach()
    assert [one["level"] for one in await house.facts("escalation.skipped")] == [1]


async def test_deputies_stand_in_while_somebody_is_away(house: House) -> None:
    deputy = uuid4()
    async with house.context.tx() as tx:
        await tx.execute(
            "insert into escalation.absence (id, user_id, deputy_id, starts_at, ends_at,"
            " created_by, created_at) values (gen_random_uuid(), :who, :deputy, :from, :until,"
            " :who, :from)",
            {
                "who": house.people[Role.SUPERVISOR],
                "deputy": deputy,
                "from": house.now - timedelta(hours=1),
                "until": house.now + timedelta(hours=1),
            },
        )
    await house.breach()
    (raised,) = await house.facts("escalation.raised")
    assert raised["user_ids"] == [str(deputy)]
    assert raised["assign_to"] == str(deputy)


async def test_the_priority_at_the_time_of_the_rung_counts(house: House) -> None:
    await house.breach()
    await house.fire(2)
    lowered = TicketPriorityChanged(
        ticket_id=house.ticket,
        organization_id=house.organization,
        at=house.now,
        from_priority=Priority.P1,
        to_priority=Priority.P3,
    )
    await house.hear(lowered)
    await house.fire(3)
    (skipped,) = await house.facts("escalation.skipped")
    assert (skipped["reason"], skipped["level"]) == ("priority", 3)


async def test_a_person_may_ask_for_the_next_level(house: House) -> None:
    await house.breach()
    await house.ask()
    raised = await house.facts("escalation.raised")
    assert [(one["level"], one["cause"]) for one in raised] == [(1, "breach"), (2, "manual")]
    assert await house.waits() == [3]
    await house.fire(2)
    assert [level for _, level in await house.levels()] == [1, 2]


async def test_a_person_may_ask_before_any_breach_and_the_breach_does_not_repeat_it(
    house: House,
) -> None:
    await house.ask()
    assert [level for _, level in await house.levels()] == [1]
    assert await house.waits() == [2]
    await house.breach()
    assert [level for _, level in await house.levels()] == [1]
    assert await house.waits() == [2]
    await house.fire(2)
    assert [level for _, level in await house.levels()] == [1, 2]


async def test_a_person_may_ask_for_a_high_level_and_no_level_is_left_out(house: House) -> None:
    await house.ask(3)
    assert [level for _, level in await house.levels()] == [1, 2, 3]
    await house.ask(2)
    assert [level for _, level in await house.levels()] == [1, 2, 3]


async def test_solved_tickets_are_not_escalated_by_hand(house: House) -> None:
    await house.move(Status.RESOLVED)
    await house.ask()
    assert await house.levels() == []


async def test_a_breach_may_overtake_the_opening_of_its_ticket(house: House) -> None:
    house.ticket = uuid7()
    await house.breach()
    assert [level for _, level in await house.levels()] == [1]
    await house.open(Priority.P3)
    await house.fire(2)
    await house.fire(3)
    assert [one["reason"] for one in await house.facts("escalation.skipped")] == ["priority"]
