"""From a settlement to facts on the wire and rows on record."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final, Literal

from services.sla.domain.clock import Breach
from services.sla.domain.fold import Reading, Readings, Rules, fold
from services.sla.domain.outcomes import outcomes
from services.sla.domain.policy import Policy, Step
from services.sla.domain.settle import (
    Armed,
    Point,
    Settlement,
    next_due,
    settle,
    state_word,
    to_arm,
)
from services.sla.domain.striking import Due, due_of, nearest, strike
from services.sla.domain.words import Cause, Mode
from services.sla.store.breaches import BreachRow
from services.sla.store.clockrows import ClockRow
from shared.events.base import Fact
from shared.events.sla import (
    ClockState,
    LadderStep,
    SlaBreached,
    SlaBreachVoided,
    SlaClockUpdated,
    SlaMet,
    SlaWarning,
)
from shared.events.timer import Delay
from shared.kit.tx import Tx
from shared.vocabulary import Metric, Priority
from shared.worktime import SECOND, Micros, instant, micros

VoidCause = Literal["late_arrival", "calendar"]
CALENDAR: Final = "calendar"


@dataclass
class Settled:
    """A clock after settling: the row is changed in place, breaches wait to be written."""

    row: ClockRow
    readings: Readings
    armed: tuple[Armed, ...]
    breaches: list[BreachRow] = field(default_factory=list)

    @property
    def open(self) -> bool:
        return any(r.mode in {Mode.RUNNING, Mode.PAUSED} for r in self.readings.values())


@dataclass(frozen=True)
class Ground:
    """What a clock is judged by."""

    policy: Policy
    rules: Rules


@dataclass(frozen=True)
class Occasion:
    """Why a clock is looked at: a happening (`cause`), or timers that are due (`points`)."""

    now: datetime
    cause: str | None = None
    points: frozenset[Point] = frozenset()


def settle_row(tx: Tx, row: ClockRow, ground: Ground, occasion: Occasion) -> Settled:
    """Fold, compare with what was stated, state the difference; writing is the caller's."""
    as_of = max(micros(occasion.now), micros(row.settled_at))
    readings = fold(ground.rules, row.happenings, as_of, ground.policy.warn_at)
    settlement = settle(readings, row.stated, as_of, occasion.points)
    row.stated, row.settled_at = settlement.stated, instant(as_of)
    row.outcomes = outcomes(readings, as_of, row.status, settlement.voided)
    settled = Settled(row, readings, to_arm(readings, as_of, row.stated))
    _state(tx, settled, settlement, ground, occasion)
    due = next_due(readings)
    states = clock_states(readings, settlement)
    changed = states != row.clocks
    row.clocks, row.next_due_at = states, None if due is None else instant(due)
    if changed and occasion.cause is not None:
        row.generation += 1
        emit(tx, row, _updated(row, occasion))
    return settled


def strike_row(
    tx: Tx, row: ClockRow, policy: Policy, dues: Sequence[Due], now: datetime
) -> list[BreachRow]:
    """Due instants of a clock to which nothing has happened since they were armed."""
    common = _common(row, now)
    said: list[BreachRow] = []
    for due in sorted(dues, key=attrgetter("at")):
        after = strike(row.clocks, due, now)
        if after is None:
            continue
        at = micros(due.at)
        if due.point is None:
            breach = Breach(due.metric, due.cycle, at, at, Cause.ELAPSED)
            emit(tx, row, _breached(row, breach, policy, common))
            said.append(_breach_row(row, breach, now))
            row.stated = row.stated.with_breach(due.metric, due.cycle)
        else:
            due_at = due_of(row.clocks, due.metric)
            emit(tx, row, SlaWarning(**common, metric=due.metric, point=due.point, due_at=due_at))
            row.stated = row.stated.with_warning((due.metric, due.cycle, due.point), at)
        row.clocks = after
    row.next_due_at = nearest(row.clocks)
    row.settled_at = max(row.settled_at, now)
    return said


def emit(tx: Tx, row: ClockRow, fact: Fact) -> None:
    """State a fact of a ticket's clock; the row counts them without a gap."""
    row.sequence += 1
    tx.emit(fact, sequence=row.sequence)


def clock_states(readings: Readings, settlement: Settlement) -> list[dict[str, Any]]:
    """Every metric's clock as facts carry it."""
    return [
        _clock_state(reading, settlement).model_dump(mode="json") for reading in readings.values()
    ]


def _clock_state(reading: Reading, settlement: Settlement) -> ClockState:
    breach = reading.open_breach
    warned = [
        at
        for (metric, cycle, _), at in settlement.stated.warned.items()
        if (metric, cycle) == (reading.metric, reading.cycle)
    ]
    return ClockState(
        metric=reading.metric,
        state=state_word(reading),
        due_at=_when(reading.due),
        met_at=_when(reading.at),
        breached_at=_when(breach.at if breach else None),
        warned_at=_when(max(warned, default=None)),
        target_seconds=None if reading.amount is None else reading.amount // SECOND,
    )


def _when(at: Micros | None) -> datetime | None:
    return None if at is None else instant(at)


def _updated(row: ClockRow, occasion: Occasion) -> SlaClockUpdated:
    return SlaClockUpdated(
        ticket_id=row.ticket_id,
        organization_id=row.organization_id,
        at=occasion.now,
        clocks=tuple(ClockState.model_validate(one) for one in row.clocks),
        next_due_at=row.next_due_at,
        generation=row.generation,
        cause=occasion.cause or "",
    )


def _state(
    tx: Tx, settled: Settled, settlement: Settlement, ground: Ground, occasion: Occasion
) -> None:
    row = settled.row
    common = _common(row, occasion.now)
    for breach in settlement.breaches:
        emit(tx, row, _breached(row, breach, ground.policy, common))
        settled.breaches.append(_breach_row(row, breach, occasion.now))
    for metric, cycle in settlement.voided:
        cause: VoidCause = "calendar" if occasion.cause == CALENDAR else "late_arrival"
        emit(tx, row, SlaBreachVoided(**common, metric=metric, cycle=cycle, cause=cause))
        settled.breaches.append(_voided_row(row, metric, cycle, (occasion.now, cause)))
    for one in settlement.warned:
        warning = SlaWarning(**common, metric=one.metric, point=one.point, due_at=instant(one.due))
        emit(tx, row, warning)
    for kept in settlement.kept:
        due_at, met_at = _when(kept.due), instant(kept.at)
        emit(
            tx,
            row,
            SlaMet(**common, metric=kept.metric, cycle=kept.cycle, met_at=met_at, due_at=due_at),
        )


def _common(row: ClockRow, now: datetime) -> dict[str, Any]:
    return {"ticket_id": row.ticket_id, "organization_id": row.organization_id, "at": now}


def _breached(row: ClockRow, breach: Breach, policy: Policy, common: dict[str, Any]) -> SlaBreached:
    return SlaBreached(
        **common,
        metric=breach.metric,
        cycle=breach.cycle,
        due_at=instant(breach.due),
        breached_at=instant(breach.at),
        fired_at=common["at"],
        cause=breach.cause.value,
        priority=Priority(row.priority),
        department_id=row.department_id,
        policy_id=row.policy_id,
        policy_version=row.policy_version,
        ladder=ladder(policy, breach.metric),
    )


def ladder(policy: Policy, metric: Metric) -> tuple[LadderStep, ...]:
    """The rungs of a metric as a breach carries them: a snapshot that later edits never touch."""
    return tuple(map(_rung, policy.rungs(metric)))


@lru_cache(maxsize=1024)
def _rung(step: Step) -> LadderStep:
    after = step.after
    wire = "breach" if after is None else Delay(seconds=after.seconds, business_days=after.days)
    return LadderStep.model_validate(
        {
            "metric": step.metric,
            "level": step.level,
            "after": wire,
            "to": step.to,
            "action": step.action,
            "priorities": step.priorities,
        }
    )


def _breach_row(row: ClockRow, breach: Breach, now: datetime) -> BreachRow:
    return BreachRow(
        row.ticket_id,
        row.organization_id,
        row.department_id,
        row.priority,
        breach.metric,
        breach.cycle,
        "breached",
        now,
        breach.cause.value,
        instant(breach.due),
        instant(breach.at),
    )


def _voided_row(row: ClockRow, metric: Metric, cycle: int, why: tuple[datetime, str]) -> BreachRow:
    return BreachRow(
        row.ticket_id,
        row.organization_id,
        row.department_id,
        row.priority,
        metric,
        cycle,
        "voided",
        *why,
    )
