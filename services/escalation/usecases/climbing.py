"""Carrying out a climb: escalations, facts and timers of one ladder, in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.escalation.domain.ladder import Climb, Deed, Holders, Ladder, Rung, Step
from services.escalation.domain.timing import TimerKey
from services.escalation.domain.words import Cause, State
from services.escalation.store import directory as people
from services.escalation.store import ladders as store
from services.escalation.store.ladders import Kept
from services.escalation.store.tickets import Ticket
from shared.events.escalation import EscalationEnded, EscalationRaised, EscalationSkipped
from shared.events.timer import Delay
from shared.kit import timer
from shared.kit.ids import uuid7
from shared.kit.tx import Tx
from shared.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Ascent:
    """A ladder about to move: whose, why, and the instant that the next wait counts from."""

    ticket: Ticket
    kept: Kept
    cause: Cause
    since: datetime


async def holders_of(tx: Tx, ticket: Ticket) -> Holders:
    """Who holds a role of this ticket at this moment."""
    directory = await people.directory(tx)

    def holders(role: Role) -> tuple[UUID, ...]:
        return directory.holders(role, ticket.department_id, ticket.assignee_id, tx.now)

    return holders


def carry_out(
    tx: Tx, ascent: Ascent, climb: Climb | None, policy: tuple[UUID, int] | None = None
) -> Kept:
    """Write what a climb decided; the ladder as it stands then."""
    if climb is None:
        return ascent.kept
    rows = [_row(tx, ascent, step) for step in climb.steps]
    store.put_escalations(tx, rows)
    for row, step in zip(rows, climb.steps, strict=True):
        _state_step(tx, ascent, row, step)
    _move_timer(tx, ascent, climb.ladder, climb.wait_for)
    if climb.ended is not None:
        _state_end(tx, ascent, climb)
    waits_for = climb.wait_for.level if climb.wait_for else None
    kept = replace(ascent.kept, ladder=climb.ladder, waits_for=waits_for)
    store.put_ladder(tx, kept, ascent.ticket.organization_id, policy)
    return kept


def _row(tx: Tx, ascent: Ascent, step: Step) -> dict[str, Any]:
    raised = step.deed is Deed.RAISED
    assigns = raised and "assign" in step.rung.action
    return {
        "id": uuid7(),
        "ticket_id": ascent.ticket.id,
        "organization_id": ascent.ticket.organization_id,
        "metric": ascent.kept.ladder.metric.value,
        "cycle": ascent.kept.ladder.cycle,
        "level": step.rung.level,
        "to_role": step.rung.to.value,
        "action": list(step.rung.action),
        "user_ids": list(step.people),
        "assign_to": step.people[0] if assigns else None,
        "cause": ascent.cause.value,
        "state": State.RAISED.value if raised else State.SKIPPED.value,
        "reason": None if raised else step.deed.value,
        "raised_at": tx.now,
    }


def _state_step(tx: Tx, ascent: Ascent, row: dict[str, Any], step: Step) -> None:
    common: dict[str, Any] = {
        "ticket_id": ascent.ticket.id,
        "organization_id": ascent.ticket.organization_id,
        "escalation_id": row["id"],
        "at": tx.now,
        "metric": ascent.kept.ladder.metric,
        "level": step.rung.level,
        "to_role": step.rung.to,
    }
    if step.deed is Deed.RAISED:
        fact = EscalationRaised(
            **common,
            user_ids=step.people,
            action=step.rung.action,
            assign_to=row["assign_to"],
            cause=ascent.cause.value,
            due_at=ascent.kept.broken_at,
        )
        tx.emit(fact)
    else:
        nobody = step.deed is Deed.NO_ONE
        tx.emit(EscalationSkipped(**common, reason="no_one" if nobody else "priority"))


def _state_end(tx: Tx, ascent: Ascent, climb: Climb) -> None:
    assert climb.ended is not None
    fact = EscalationEnded(
        ticket_id=ascent.ticket.id,
        organization_id=ascent.ticket.organization_id,
        escalation_id=uuid7(),
        at=tx.now,
        metric=climb.ladder.metric,
        reason=climb.ended.value,
    )
    tx.emit(fact)


def _move_timer(tx: Tx, ascent: Ascent, ladder: Ladder, wait_for: Rung | None) -> None:
    """Cancel the wait that no longer matters, ask for the one that does."""
    old = ascent.kept.waits_for
    if old is not None and (wait_for is None or wait_for.level != old):
        timer.cancel(tx, _key(ascent, ladder, old))
    if wait_for is not None:
        wait = wait_for.after
        delay = Delay(seconds=wait.seconds, business_days=wait.business_days)
        key = _key(ascent, ladder, wait_for.level)
        timer.ask_after(tx, key, ascent.ticket.id, ascent.since, delay)


def _key(ascent: Ascent, ladder: Ladder, level: int) -> str:
    return TimerKey(ascent.ticket.id, ladder.metric, ladder.cycle, level).text()


Decide = Callable[[Kept, Holders], Climb | None]


async def move_each(
    tx: Tx, ticket: Ticket, kept: list[Kept], decide: Decide, cause: Cause = Cause.LADDER
) -> None:
    """Let a rule decide on several ladders of a ticket and carry each decision out."""
    if not kept:
        return
    holders = await holders_of(tx, ticket)
    for one in kept:
        carry_out(tx, Ascent(ticket, one, cause, tx.now), decide(one, holders))
