"""Events door of escalation: projections of people and tickets, breaches, timers, requests."""

from typing import Any

from services.escalation import usecases
from services.escalation.domain.ladder import Ladder
from services.escalation.domain.timing import read_key
from services.escalation.domain.words import End
from services.escalation.store import directory, tickets
from services.escalation.store.ladders import rung
from shared.events.base import Event
from shared.events.identity import (
    DepartmentFact,
    IdentityDepartmentCreated,
    IdentityDepartmentUpdated,
    IdentityPositionUpdated,
    IdentityUserCreated,
    IdentityUserDisabled,
    IdentityUserUpdated,
    UserState,
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
    TicketAssigned,
    TicketDepartmentChanged,
    TicketEdited,
    TicketEscalationRequested,
    TicketMerged,
    TicketOpened,
    TicketPriorityChanged,
    TicketStatusChanged,
    TicketWatched,
)
from shared.events.timer import TimerFired
from shared.kit import timer
from shared.kit.bus import Consumers
from shared.kit.tx import Tx
from shared.vocabulary import Status

consumers = Consumers("escalation")


@consumers.on(IdentityUserCreated)
async def know_person(event: Event[IdentityUserCreated], tx: Tx) -> None:
    await directory.put_person(tx, _person(event.data))


@consumers.on(IdentityUserUpdated)
async def update_person(event: Event[IdentityUserUpdated], tx: Tx) -> None:
    await directory.put_person(tx, _person(event.data))


@consumers.on(IdentityUserDisabled)
async def disable_person(event: Event[IdentityUserDisabled], tx: Tx) -> None:
    await directory.disable_person(tx, event.data.user_id)


@consumers.on(IdentityDepartmentCreated)
async def know_department(event: Event[IdentityDepartmentCreated], tx: Tx) -> None:
    await directory.put_department(tx, _department(event.data))


@consumers.on(IdentityDepartmentUpdated)
async def update_department(event: Event[IdentityDepartmentUpdated], tx: Tx) -> None:
    await directory.put_department(tx, _department(event.data))


@consumers.on(IdentityPositionUpdated)
async def fill_position(event: Event[IdentityPositionUpdated], tx: Tx) -> None:
    fact = event.data
    values = {
        "position": fact.position,
        "role": fact.role.value,
        "department_id": fact.department_id,
        "user_ids": list(fact.user_ids),
    }
    await directory.put_position(tx, values)


@consumers.on(TicketOpened)
async def know_ticket(event: Event[TicketOpened], tx: Tx) -> None:
    fact = event.data
    values = {
        "ticket_id": fact.ticket_id,
        "organization_id": fact.organization_id,
        "department_id": fact.department_id,
        "requester_id": fact.requester_id,
        "assignee_id": fact.assignee_id,
        "priority": fact.priority.value,
        "status": fact.status.value,
        "unconfirmed": fact.confirm,
        "version": event.sequence,
    }
    tickets.put_ticket(tx, values)


@consumers.on(TicketPriorityChanged)
async def note_priority(event: Event[TicketPriorityChanged], tx: Tx) -> None:
    await _change(event, tx, "priority", event.data.to_priority.value)


@consumers.on(TicketAssigned)
async def note_assignee(event: Event[TicketAssigned], tx: Tx) -> None:
    await _change(event, tx, "assignee_id", event.data.assignee_id)


@consumers.on(TicketDepartmentChanged)
async def note_department(event: Event[TicketDepartmentChanged], tx: Tx) -> None:
    await _change(event, tx, "department_id", event.data.to_department_id)


@consumers.on(TicketWatched)
async def note_watching(event: Event[TicketWatched], tx: Tx) -> None:
    """They see the escalations; the ladder climbs in the owner's house alone."""
    await _change(event, tx, "watching_department_ids", list(event.data.watching_department_ids))


@consumers.on(TicketEdited)
async def note_confirmed(event: Event[TicketEdited], tx: Tx) -> None:
    if event.data.unconfirmed is not None:
        await _change(event, tx, "unconfirmed", event.data.unconfirmed)


@consumers.on(TicketStatusChanged)
async def follow_status(event: Event[TicketStatusChanged], tx: Tx) -> None:
    """Solved: the ladders stop. Reopened or resumed: they go on where they were."""
    await _change(event, tx, "status", event.data.to_status.value)
    await usecases.settle(tx, event.data.ticket_id)


@consumers.on(TicketMerged)
async def cancel_ladders(event: Event[TicketMerged], tx: Tx) -> None:
    await _change(event, tx, "status", Status.MERGED.value)
    await usecases.end(tx, event.data.ticket_id, End.CANCELLED, None, 0)


@consumers.on(TicketEscalationRequested)
async def escalate(event: Event[TicketEscalationRequested], tx: Tx) -> None:
    rungs = tuple(rung(one) for one in tx.context.settings.escalation_manual_ladder)
    await usecases.escalate(tx, event.data.ticket_id, event.data.level, rungs)


@consumers.on(SlaBreached)
async def begin_ladder(event: Event[SlaBreached], tx: Tx) -> None:
    fact = event.data
    early = {
        "ticket_id": fact.ticket_id,
        "organization_id": fact.organization_id,
        "department_id": fact.department_id,
        "priority": fact.priority.value,
        "status": Status.OPEN.value,
    }
    ticket = await tickets.hold_ticket(tx, early)
    steps = sorted(fact.ladder, key=lambda step: step.level)
    rungs = tuple(rung(_rung(step)) for step in steps if step.metric is fact.metric)
    if rungs:
        ladder = Ladder(fact.metric, fact.cycle, rungs)
        policy = fact.policy_id, fact.policy_version
        await usecases.begin_ladder(tx, ticket, ladder, fact.breached_at, policy)


@consumers.on(SlaBreachVoided)
async def call_off(event: Event[SlaBreachVoided], tx: Tx) -> None:
    fact = event.data
    await usecases.end(tx, fact.ticket_id, End.VOIDED, fact.metric, fact.cycle)


@consumers.on(SlaMet)
async def end_ladder(event: Event[SlaMet], tx: Tx) -> None:
    fact = event.data
    if not fact.outside:
        await usecases.end(tx, fact.ticket_id, End.STOPPED, fact.metric, fact.cycle)


@consumers.on(SlaClockUpdated)
async def follow_clocks(event: Event[SlaClockUpdated], tx: Tx) -> None:
    fact = event.data
    clocks = {clock.metric.value: _clock(clock) for clock in fact.clocks}
    await tickets.put_clocks(tx, fact.ticket_id, clocks)
    await usecases.settle(tx, fact.ticket_id)


@consumers.on(TimerFired)
async def climb(event: Event[TimerFired], tx: Tx) -> None:
    key = read_key(event.data.key)
    if key is not None and timer.is_ours(tx, event.data):
        await usecases.fire(tx, key, event.data.due_at)


async def _change(event: Event[Any], tx: Tx, column: str, value: Any) -> None:
    await tickets.change_ticket(tx, event.data.ticket_id, column, value, event.sequence)


def _person(fact: UserState) -> dict[str, Any]:
    return {
        "user_id": fact.user_id,
        "organization_id": fact.organization_id,
        "roles": [role.value for role in fact.roles],
        "department_ids": list(fact.department_ids),
        "disabled": fact.disabled,
    }


def _department(fact: DepartmentFact) -> dict[str, Any]:
    names = {"name_ar": fact.name["ar"], "name_en": fact.name["en"]}
    return {"id": fact.department_id, "is_default": fact.is_default, **names}


def _rung(step: LadderStep) -> dict[str, Any]:
    seconds, days = None, None
    if step.after != "breach":
        seconds, days = step.after.seconds, step.after.business_days
    return {
        "level": step.level,
        "to": step.to,
        "action": step.action,
        "seconds": seconds,
        "business_days": days,
        "priorities": step.priorities,
    }


def _clock(clock: ClockState) -> dict[str, Any]:
    met = clock.met_at.isoformat() if clock.met_at else None
    return {"state": clock.state, "met_at": met}
