"""What sla and escalation tell about a ticket, kept beside it for lists and answers."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from services.tickets.domain import promises, promisestories
from services.tickets.domain.kindly import OUTSIDE
from services.tickets.domain.lifecycle import LIVE
from services.tickets.domain.listing import SlaState
from services.tickets.domain.promisestories import Clock
from services.tickets.store import tickets, timeline
from services.tickets.store.listing import NEVER
from services.tickets.store.rows import Row
from services.tickets.store.timeline import Entry
from services.tickets.usecases.life import HOUSE, Life
from services.tickets.usecases.verbs import give
from shared.events.base import Event, render_instant
from shared.events.escalation import (
    EscalationAcknowledged,
    EscalationEnded,
    EscalationFact,
    EscalationRaised,
)
from shared.events.sla import (
    SlaBreached,
    SlaBreachVoided,
    SlaClockStarted,
    SlaClockUpdated,
    SlaExcused,
    SlaMet,
    SlaWarning,
)
from shared.kit.tx import Tx
from shared.vocabulary import Metric


async def clock_started(tx: Tx, event: Event[SlaClockStarted]) -> None:
    """The promise is known, and how long a resolution may be answered."""
    more = {"reopen_window_seconds": event.data.reopen_window_seconds}
    clocks = promises.first_told(_clocks(event), render_instant(event.data.at))
    tickets.project_first(tx, event.data.ticket_id, _sla(event, clocks, more))


async def clock_updated(tx: Tx, event: Event[SlaClockUpdated]) -> None:
    """Other terms may bring another window to answer a resolution in."""
    window = event.data.reopen_window_seconds
    await _tell(tx, event, {} if window is None else {"reopen_window_seconds": window})


async def warned(tx: Tx, event: Event[SlaWarning]) -> None:
    fact = event.data
    marks = {"warned_at": render_instant(fact.at)}

    def told(clock: Clock) -> dict[str, Any]:
        return {"due_at": render_instant(fact.due_at), **promisestories.warned(clock, fact.point)}

    await _mark(tx, event, "sla_warning", marks, told)


async def breached(tx: Tx, event: Event[SlaBreached]) -> None:
    fact = event.data
    marks = {"breached_at": render_instant(fact.breached_at), "state": "breached"}

    def told(clock: Clock) -> dict[str, Any]:
        """At the due instant the target is counted exactly; what a change broke was late."""
        late = round((fact.breached_at - fact.due_at).total_seconds())
        target = clock.get("target_seconds")
        figures = {"counted_seconds": target} if fact.cause == "elapsed" else {"late_seconds": late}
        return {"due_at": render_instant(fact.due_at), "target_seconds": target, **figures}

    await _mark(tx, event, "sla_breached", marks, told)


async def voided(tx: Tx, event: Event[SlaBreachVoided]) -> None:
    await _mark(tx, event, "sla_voided", {"breached_at": None})


async def excused(tx: Tx, event: Event[SlaExcused]) -> None:
    await _mark(tx, event, "sla_excused", {"excused": True})


async def met(tx: Tx, event: Event[SlaMet]) -> None:
    fact = event.data
    marks: dict[str, Any] = {}
    if not fact.outside:
        marks |= {"met_at": render_instant(fact.met_at), "state": "met"}
        if fact.counted_seconds is not None:
            marks["counted_seconds"] = fact.counted_seconds

    def told(clock: Clock) -> dict[str, Any]:
        due = render_instant(fact.due_at) if fact.due_at else None
        figures = {"target_seconds": clock.get("target_seconds"), "due_at": due}
        only = {OUTSIDE: True} if fact.outside else {}
        return {**figures, "counted_seconds": fact.counted_seconds, **only}

    await _mark(tx, event, "sla_met", marks, told)


async def raised(tx: Tx, event: Event[EscalationRaised]) -> None:
    """Show the highest level reached, and obey the assignment (decisions.md 5, 6)."""
    fact = event.data
    row = await tickets.lock(tx, fact.ticket_id)
    if row is None:
        return
    box = await tx.context.vault.box(row["organization_id"])
    life = Life(tx, row, box, HOUSE)
    told = {"role": fact.to_role.value, "level": fact.level, "metric": fact.metric.value}
    life.note("escalated", told)
    if fact.assign_to is not None and "assign" in fact.action and life.ticket.status in LIVE:
        give(life, fact.assign_to, "escalation")
    await life.save()
    values = {
        "escalation_level": max(row["escalation_level"], fact.level),
        "escalation_raised_at": fact.at,
        "escalation_acknowledged_at": None,
    }
    await _put_escalation(tx, event, row, values)


async def acknowledged(tx: Tx, event: Event[EscalationAcknowledged]) -> None:
    row = await tickets.lock(tx, event.data.ticket_id)
    if row is None:
        return
    values = {"escalation_acknowledged_at": event.data.at}
    await _put_escalation(tx, event, row, values)
    await _note(tx, row, "escalation_acknowledged", event.data.actor_id, {})


async def ended(tx: Tx, event: Event[EscalationEnded]) -> None:
    row = await tickets.lock(tx, event.data.ticket_id)
    if row is not None:
        await _put_escalation(tx, event, row, {})
        data = {"metric": event.data.metric.value, "reason": event.data.reason}
        await _note(tx, row, "escalation_ended", None, data)


async def _tell(tx: Tx, event: Event[SlaClockUpdated], more: dict[str, Any]) -> None:
    row = await tickets.lock(tx, event.data.ticket_id)
    if row is None or event.sequence <= row["sla_sequence"]:
        return
    old, clocks = row["sla"] or {}, _clocks(event)
    outside = _outside(event.data)
    told = promises.told_outside(promises.told(old, clocks), outside)
    await tickets.project(tx, event.data.ticket_id, _sla(event, told, more))
    story = [
        *promisestories.moved(old, clocks, event.data.cause),
        *promisestories.moved_outside(old, outside, event.data.cause),
    ]
    entries = [Entry(kind, event.data.at, None, "system", data) for kind, data in story]
    if entries:
        box = await tx.context.vault.box(row["organization_id"])
        timeline.add(tx, box, tickets.to_ticket(row), entries)


def _outside(fact: SlaClockUpdated) -> list[dict[str, Any]] | None:
    if fact.outside is None:
        return None
    return [clock.model_dump(mode="json") for clock in fact.outside]


def _clocks(event: Event[SlaClockStarted] | Event[SlaClockUpdated]) -> list[dict[str, Any]]:
    return [clock.model_dump(mode="json") for clock in event.data.clocks]


def _sla(
    event: Event[SlaClockStarted] | Event[SlaClockUpdated],
    clocks: promises.Clocks,
    more: dict[str, Any],
) -> dict[str, Any]:
    due = event.data.next_due_at or NEVER
    return {**_spoken(event, clocks), "next_due_at": due, **more}


async def _mark(
    tx: Tx,
    event: Event[Any],
    kind: str,
    marks: dict[str, Any],
    told: Callable[[Clock], dict[str, Any]] = lambda _: {},
) -> None:
    metric: Metric = event.data.metric
    row = await tickets.lock(tx, event.data.ticket_id)
    if row is None or event.sequence <= row["sla_sequence"]:
        return
    old = row["sla"] or {}
    clocks = promises.marked(old, metric, **marks)
    await tickets.project(tx, event.data.ticket_id, _spoken(event, clocks))
    data = {"metric": metric.value, **told(old.get(metric.value, {}))}
    data |= _by_solving(kind, metric, row)
    actor = getattr(event.data, "actor_id", None)
    await _note(tx, row, kind, actor, data, at=event.data.at)


def _by_solving(kind: str, metric: Metric, row: Row) -> dict[str, str]:
    """A policy may take a resolution for the first response: nobody is told that one was sent."""
    unanswered = row["last_staff_message_at"] is None
    first = kind == "sla_met" and metric is Metric.FIRST_RESPONSE
    return {"cause": "resolution"} if first and unanswered else {}


def _spoken(event: Event[Any], clocks: promises.Clocks) -> dict[str, Any]:
    state: SlaState = promises.overall(clocks)
    return {"sla": dict(clocks), "sla_state": state, "sla_sequence": event.sequence}


async def _put_escalation(tx: Tx, event: Event[Any], row: Row, values: dict[str, Any]) -> None:
    fact: EscalationFact = event.data
    newest = max(row["escalation_sequence"], event.sequence)
    await tickets.project(tx, fact.ticket_id, {**values, "escalation_sequence": newest})


async def _note(
    tx: Tx,
    row: Row,
    kind: str,
    actor_id: UUID | None,
    data: dict[str, Any],
    at: datetime | None = None,
) -> None:
    box = await tx.context.vault.box(row["organization_id"])
    actor_kind = "staff" if actor_id else "system"
    entry = Entry(kind, at or tx.now, actor_id, actor_kind, data)
    timeline.add(tx, box, tickets.to_ticket(row), [entry])
