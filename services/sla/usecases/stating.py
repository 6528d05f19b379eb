"""From a settlement to facts on the wire and rows on record."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, Literal

from services.sla.domain.clock import Breach
from services.sla.domain.fold import Reading, Readings, fold
from services.sla.domain.happenings import Happening
from services.sla.domain.kindly import kindly
from services.sla.domain.outcomes import outcomes
from services.sla.domain.policy import Policy
from services.sla.domain.rules import Rules
from services.sla.domain.settle import (
    Armed,
    Kept,
    Point,
    Settlement,
    next_due,
    settle,
    state_word,
    to_arm,
)
from services.sla.domain.striking import Due, due_of, state_of, strike
from services.sla.domain.words import Cause, Mode
from services.sla.store.breaches import BreachRow
from services.sla.store.clockrows import ClockRow
from services.sla.usecases.facts import breached, pause_overdue, warning
from shared.events.base import Fact
from shared.events.sla import (
    ClockState,
    SlaBreachVoided,
    SlaClockUpdated,
    SlaMet,
)
from shared.kit.tx import Tx
from shared.vocabulary import Metric, Status
from shared.worktime import SECOND, Micros, instant, micros

Shown = dict[str, Any]
VoidCause = Literal["late_arrival", "calendar", "unmerge"]
CALENDAR: Final = "calendar"
_VOIDED: Final[dict[str, VoidCause]] = {CALENDAR: "calendar", "unmerge": "unmerge"}


@dataclass
class Settled:
    """A clock after settling: the row is changed in place, breaches wait to be written."""

    row: ClockRow
    readings: Readings
    armed: tuple[Armed, ...]
    breaches: list[BreachRow] = field(default_factory=list)

    @property
    def open(self) -> bool:
        return any_lives(self.readings)


@dataclass(frozen=True)
class Ground:
    """What a clock is judged by now, and what it was judged by before (`held`, by key)."""

    policy: Policy
    rules: Rules
    first: Rules
    held: Mapping[str, Rules] = field(default_factory=dict)

    def read(self, happenings: Iterable[Happening], as_of: Micros) -> Readings:
        """The fold under all rules that the ticket has had."""
        return fold(self.first, happenings, as_of, self.held)


@dataclass(frozen=True)
class Occasion:
    """Why a clock is looked at: a happening (`cause`), or timers that are due (`points`).

    `ruled` says that its terms have changed, `recounted` when its calendar has.
    """

    now: datetime
    cause: str | None = None
    points: frozenset[Point] = frozenset()
    ruled: bool = False
    recounted: datetime | None = None


def any_lives(readings: Readings) -> bool:
    """Whether time or a reply can still move one of the clocks."""
    return any(r.mode in {Mode.RUNNING, Mode.PAUSED} for r in readings.values())


def settle_row(tx: Tx, row: ClockRow, ground: Ground, occasion: Occasion) -> Settled:
    """Fold, compare with what was stated, state the difference; writing is the caller's."""
    as_of = max(micros(occasion.now), micros(row.settled_at))
    readings = ground.read(row.happenings, as_of)
    recounted = None if occasion.recounted is None else micros(occasion.recounted)
    settlement = settle(readings, row.stated, as_of, occasion.points, recounted)
    row.stated, row.settled_at = settlement.stated, instant(as_of)
    row.outcomes = outcomes(readings, as_of, row.status, settlement.voided)
    settled = Settled(row, readings, to_arm(readings, as_of, row.stated))
    _state(tx, settled, settlement, ground, occasion)
    outside = _tell_outside(tx, row, ground, as_of) if row.status == Status.SPAM else None
    due = next_due(readings)
    states = clock_states(readings, settlement)
    changed = states != row.clocks
    row.clocks, row.next_due_at = states, None if due is None else instant(due)
    if (changed or occasion.ruled) and occasion.cause is not None:
        row.generation += 1
        emit(tx, row, _updated(row, occasion, ground, outside))
    return settled


def _tell_outside(tx: Tx, row: ClockRow, ground: Ground, as_of: Micros) -> list[Shown]:
    """The clocks of spam as customers hear of them, and the promises that they hear were kept."""
    readings = ground.read(kindly(row.happenings), as_of)
    settlement = settle(readings, row.stated, as_of)
    common = _common(row, instant(as_of))
    for kept in settlement.kept:
        met = _met(readings[kept.metric], kept, common)
        emit(tx, row, met.model_copy(update={"outside": True}))
    row.stated = replace(row.stated, met=settlement.stated.met)
    return clock_states(readings, settlement)


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
        if due.idle is not None:
            emit(tx, row, pause_overdue(due.idle, common))
            row.stated = row.stated.with_idle(due.idle.limit, due.idle.since)
        elif due.point is None:
            breach = Breach(due.metric, due.cycle, at, at, Cause.ELAPSED)
            emit(tx, row, breached(row, breach, policy, common))
            said.append(_breach_row(row, breach, now))
            row.stated = row.stated.with_breach(due.metric, due.cycle)
        else:
            state = state_of(row.clocks, due.metric)
            due_at = due_of(row.clocks, due.metric)
            mark = (due.metric, due.point, due_at, state["target_seconds"])
            emit(tx, row, warning(common, *mark))
            row.stated = row.stated.with_warning((due.metric, due.cycle, due.point), at)
        row.clocks = after
    row.settled_at = max(row.settled_at, now)
    return said


def emit(tx: Tx, row: ClockRow, fact: Fact) -> None:
    """State a fact of a ticket's clock; the row counts them without a gap."""
    row.sequence += 1
    tx.emit(fact, sequence=row.sequence)


def clock_states(readings: Readings, settlement: Settlement) -> list[dict[str, Any]]:
    """Every metric's clock as facts carry it."""
    states = (_clock_state(reading, settlement) for reading in readings.values())
    return [one.model_dump(mode="json", exclude=_unsaid(one)) for one in states]


def _unsaid(state: ClockState) -> set[str] | None:
    return {"counted_seconds"} if state.counted_seconds is None else None


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
        breached_at=_when(settlement.stated.breached_at(breach) if breach else None),
        warned_at=_when(max(warned, default=None)),
        target_seconds=None if reading.amount is None else reading.amount // SECOND,
        counted_seconds=_counted(reading),
    )


def _counted(reading: Reading) -> int | None:
    """Of a clock at rest; a figure of a running one would be a change at every look."""
    at_rest = reading.mode is not None and not reading.running and reading.amount is not None
    return reading.used // SECOND if at_rest else None


def _when(at: Micros | None) -> datetime | None:
    return None if at is None else instant(at)


def _updated(
    row: ClockRow, occasion: Occasion, ground: Ground, outside: list[Shown] | None
) -> SlaClockUpdated:
    terms: dict[str, Any] = {
        "policy_id": row.policy_id,
        "policy_version": row.policy_version,
        "contract_id": row.contract_id,
        "reopen_window_seconds": ground.policy.reopen_window,
    }
    return SlaClockUpdated(
        **(terms if occasion.ruled else {}),
        ticket_id=row.ticket_id,
        organization_id=row.organization_id,
        at=occasion.now,
        clocks=tuple(ClockState.model_validate(one) for one in row.clocks),
        next_due_at=row.next_due_at,
        generation=row.generation,
        cause=occasion.cause or "",
        outside=None if outside is None else tuple(map(ClockState.model_validate, outside)),
    )


def _state(
    tx: Tx, settled: Settled, settlement: Settlement, ground: Ground, occasion: Occasion
) -> None:
    row = settled.row
    common = _common(row, occasion.now)
    for breach in settlement.breaches:
        emit(tx, row, breached(row, breach, ground.policy, common))
        settled.breaches.append(_breach_row(row, breach, occasion.now))
    for metric, cycle in settlement.voided:
        cause = _VOIDED.get(occasion.cause or "", "late_arrival")
        emit(tx, row, SlaBreachVoided(**common, metric=metric, cycle=cycle, cause=cause))
        settled.breaches.append(_voided_row(row, metric, cycle, (occasion.now, cause)))
    for one in settlement.warned:
        amount = settled.readings[one.metric].amount
        target = None if amount is None else amount // SECOND
        emit(tx, row, warning(common, one.metric, one.point, instant(one.due), target))
    for idle in settlement.idle:
        emit(tx, row, pause_overdue(idle, common))
    for kept in settlement.kept:
        emit(tx, row, _met(settled.readings[kept.metric], kept, common))


def _met(reading: Reading, kept: Kept, common: dict[str, Any]) -> SlaMet:
    return SlaMet(
        **common,
        metric=kept.metric,
        cycle=kept.cycle,
        met_at=instant(kept.at),
        due_at=_when(kept.due),
        counted_seconds=_counted(reading),
    )


def _common(row: ClockRow, now: datetime) -> dict[str, Any]:
    return {"ticket_id": row.ticket_id, "organization_id": row.organization_id, "at": now}


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
