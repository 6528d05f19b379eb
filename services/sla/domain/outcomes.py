"""What became of each promise of a ticket: the fold in one line a promise, ready for reports.

`docs/reports.md` says in words what counts as kept, broken and out.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from services.sla.domain.clock import Breach, Clock, Stage
from services.sla.domain.fold import Reading, Readings
from services.sla.domain.settle import Cycle
from services.sla.domain.words import Mode
from shared.vocabulary import Metric, Status
from shared.worktime import SECOND, Micros, elapsed


class State(StrEnum):
    """A promise in one word, as it stood when its clock was last settled."""

    OPEN = "open"
    """Nobody has answered yet; once `due` has passed it is broken by arithmetic."""
    MET = "met"
    LATE = "late"
    """Broken, and over."""
    OVERDUE = "overdue"
    """Broken, and still waited for."""
    OUT = "out"
    """No promise: spam, merged or solved in time, superseded, or without a target."""


_KEPT: Final = frozenset({State.MET, State.LATE})


@dataclass(frozen=True, slots=True)
class Outcome:
    """One promise; times are counted time, `late` is what went beyond the target."""

    metric: Metric
    cycle: int
    state: State
    due: Micros | None
    ended: Micros | None
    broken: Micros | None
    target: int | None
    counted: int
    paused: int
    late: int | None
    standing: bool
    """Not running when it was looked at: what is counted stays as it is."""
    reopens: int = 0
    last: bool = False
    """The answer that the customer got last."""
    voided: bool = False


def outcomes(
    readings: Readings, as_of: Micros, status: str, voided: Collection[Cycle] = ()
) -> tuple[Outcome, ...]:
    """Every promise that was ever made on a ticket; of `voided` breaches that is remembered."""
    spam = status == Status.SPAM
    found = [_outcome(reading, spam=spam) for reading in _promises(readings, as_of)]
    last = max(
        (one for one in found if _answered(one)), key=lambda o: (o.ended, o.cycle), default=None
    )
    return tuple(
        replace(one, last=one is last, voided=(one.metric, one.cycle) in voided) for one in found
    )


def _answered(one: Outcome) -> bool:
    answer = one.metric is not Metric.RESOLUTION
    return answer and one.ended is not None and one.state in _KEPT


def _promises(readings: Readings, as_of: Micros) -> Iterator[Reading]:
    """One reading each; of the next responses every exchange is a promise of its own."""
    for reading in readings.values():
        if reading.metric is not Metric.NEXT_RESPONSE and reading.mode is not None:
            yield reading
        for exchange in reading.exchanges:
            yield _exchange(exchange, as_of)


def _exchange(clock: Clock, as_of: Micros) -> Reading:
    broken = clock.broken(as_of)
    return Reading(
        clock.metric,
        clock.cycle,
        clock.mode,
        due=clock.due(),
        at=clock.since if clock.mode is Mode.ANSWERED else None,
        start=clock.start,
        used=clock.used(as_of),
        amount=clock.amount,
        breaches=(broken,) if broken else (),
        stages=tuple(clock.stages if clock.over else clock.history(as_of)),
    )


def _outcome(reading: Reading, *, spam: bool) -> Outcome:
    breach, amount = reading.open_breach, reading.amount
    over = reading.at is not None or _called_off(reading)
    late = None
    if breach and over and amount is not None and not spam:
        late = reading.over
    return Outcome(
        reading.metric,
        reading.cycle,
        State.OUT if spam else _state(reading, breach),
        reading.due,
        reading.at,
        breach.at if breach else None,
        reading.target,
        reading.counted,
        sum(map(_paused, reading.stages)) // SECOND,
        late,
        reading.mode is not Mode.RUNNING,
        reading.reopens,
    )


def _state(reading: Reading, breach: Breach | None) -> State:
    """A breach is never undone by what happens to the ticket later (sla.md 5.7, 5.8)."""
    if _called_off(reading):
        return State.LATE if breach else State.OUT
    if breach:
        return State.OVERDUE if reading.at is None else State.LATE
    if reading.amount is None:
        return State.OUT
    return State.OPEN if reading.at is None else State.MET


def _called_off(reading: Reading) -> bool:
    return reading.mode is Mode.CANCELLED or reading.left_open


def _paused(stage: Stage) -> Micros:
    """The calendar speaks first: a pause at night takes nothing."""
    if stage.mode is not Mode.PAUSED:
        return 0
    return elapsed(stage.timeline, stage.start, stage.end)
