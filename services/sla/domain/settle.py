"""What changed since we last spoke: new facts, and what to arm next.

A clock is settled whenever a fact arrives or one of its timers falls due. Comparing the fold
with what was stated makes each breach, warning and promise kept a fact exactly once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from services.sla.domain.clock import Breach
from services.sla.domain.fold import Idle, Reading, Readings
from services.sla.domain.words import Cause, Limit, Mode
from shared.vocabulary import Metric
from shared.worktime import Micros

Cycle = tuple[Metric, int]
Point = tuple[Metric, int, float]
Pause = tuple[Limit, Micros]

StateWord = Literal["running", "paused", "stopped", "met", "breached", "cancelled", "none"]

_WORDS: Final[dict[Mode, StateWord]] = {
    Mode.RUNNING: "running",
    Mode.PAUSED: "paused",
    Mode.STOPPED: "met",
    Mode.ANSWERED: "met",
    Mode.CANCELLED: "cancelled",
}


@dataclass(frozen=True, slots=True)
class Stated:
    """What earlier facts of this ticket said."""

    breaches: frozenset[Cycle] = frozenset()
    met: frozenset[tuple[Metric, int, Micros]] = frozenset()
    warned: dict[Point, Micros] = field(default_factory=dict)
    idle: frozenset[Pause] = frozenset()
    dated: dict[Cycle, Micros] = field(default_factory=dict)
    """Breaches that a calendar made: they are dated by its change, which no fold can see."""

    def with_breach(self, metric: Metric, cycle: int) -> "Stated":
        return replace(self, breaches=self.breaches | {(metric, cycle)})

    def with_warning(self, point: Point, at: Micros) -> "Stated":
        return replace(self, warned={**self.warned, point: at})

    def with_idle(self, limit: Limit, since: Micros) -> "Stated":
        return replace(self, idle=self.idle | {(limit, since)})

    def breached_at(self, breach: Breach) -> Micros:
        """When a breach happened, as its fact said."""
        return self.dated.get((breach.metric, breach.cycle), breach.at)


NOTHING: Final = Stated()


@dataclass(frozen=True, slots=True)
class Warned:
    """A share of the target is used up."""

    metric: Metric
    cycle: int
    point: float
    at: Micros
    due: Micros

    @property
    def mark(self) -> Point:
        return self.metric, self.cycle, self.point


@dataclass(frozen=True, slots=True)
class Kept:
    """A promise was kept."""

    metric: Metric
    cycle: int
    at: Micros
    due: Micros | None


@dataclass(frozen=True, slots=True)
class Armed:
    """An instant at which the clock must be looked at again."""

    metric: Metric
    cycle: int
    at: Micros
    point: float | None = None
    idle: Idle | None = None

    @property
    def kind(self) -> Literal["breach", "warning", "reminder"]:
        if self.idle is not None:
            return "reminder"
        return "breach" if self.point is None else "warning"

    def key(self, ticket: object) -> str:
        """Unique in the house, and the same whenever it is armed again."""
        if self.idle is not None:
            return f"{self.kind}:{ticket}:{self.idle.limit.value}:{self.idle.since}"
        tail = "" if self.point is None else f":{self.point:.12g}"
        return f"{self.kind}:{ticket}:{self.metric.value}:{self.cycle}{tail}"


@dataclass(frozen=True, slots=True)
class Settlement:
    """The facts to state now, and everything that is stated then."""

    breaches: tuple[Breach, ...]
    voided: tuple[Cycle, ...]
    kept: tuple[Kept, ...]
    warned: tuple[Warned, ...]
    idle: tuple[Idle, ...]
    stated: Stated


def settle(
    readings: Readings,
    stated: Stated,
    as_of: Micros,
    due_points: frozenset[Point] = frozenset(),
    recounted: Micros | None = None,
) -> Settlement:
    """The facts between `stated` and the fold.

    A warning is stated only when its own timer is due (`due_points`): one that a change left
    behind is dropped (sla.md 8). `recounted` is the instant of a calendar's change: what it
    breaks, it breaks then (sla.md 5.7).
    """
    broken = {
        (b.metric, b.cycle): _redated(b, stated, recounted)
        for reading in readings.values()
        for b in reading.breaches
    }
    kept = tuple(one for one in map(_kept, readings.values()) if one)
    due = due_points - stated.warned.keys()
    warned = tuple(one for one in _warnings(readings, as_of) if one.mark in due)
    idle = tuple(_overdue(readings, stated, as_of))
    after = Stated(
        frozenset(broken),
        stated.met | {(one.metric, one.cycle, one.at) for one in kept},
        {**stated.warned, **{one.mark: one.at for one in warned}},
        stated.idle | {(one.limit, one.since) for one in idle},
        {key: b.at for key, b in broken.items() if b.cause is Cause.CALENDAR},
    )
    return Settlement(
        breaches=tuple(b for key, b in broken.items() if key not in stated.breaches),
        voided=tuple(sorted(stated.breaches - broken.keys())),
        kept=tuple(k for k in kept if (k.metric, k.cycle, k.at) not in stated.met),
        warned=warned,
        idle=idle,
        stated=after,
    )


def to_arm(readings: Readings, as_of: Micros, stated: Stated = NOTHING) -> tuple[Armed, ...]:
    """Every instant after `as_of` at which one of the clocks has something new to say."""
    return tuple(_arms(readings, as_of, stated))


def next_due(readings: Readings) -> Micros | None:
    """The nearest promise still owed; a broken one is owed until it is kept or stopped."""
    dues = (r.due for r in readings.values() if r.running and r.due is not None)
    return min(dues, default=None)


def state_word(reading: Reading) -> StateWord:
    """The clock in one word, as facts and answers say it."""
    if reading.mode is Mode.CANCELLED:
        return "cancelled"
    if reading.amount is None:
        return "none"
    if reading.mode is None:
        return "stopped"
    if reading.open_breach:
        return "breached"
    return "stopped" if reading.left_open else _WORDS[reading.mode]


def _open(reading: Reading) -> bool:
    return reading.running and reading.open_breach is None


def _kept(reading: Reading) -> Kept | None:
    if reading.at is None or reading.amount is None or reading.open_breach:
        return None
    return Kept(reading.metric, reading.cycle, reading.at, reading.due)


def _redated(breach: Breach, stated: Stated, recounted: Micros | None) -> Breach:
    """A breach that only the calendar's change brought, dated by the change."""
    key = (breach.metric, breach.cycle)
    if key in stated.dated:
        return replace(breach, at=stated.dated[key], cause=Cause.CALENDAR)
    if key in stated.breaches or recounted is None or breach.due >= recounted:
        return breach
    return replace(breach, at=max(breach.at, recounted), cause=Cause.CALENDAR)


def _overdue(readings: Readings, stated: Stated, as_of: Micros) -> Iterator[Idle]:
    """Limits of a pause that are reached and not yet told: each once per pause."""
    for reading in readings.values():
        for one in reading.idle:
            if one.at <= as_of and (one.limit, one.since) not in stated.idle:
                yield one


def _warnings(readings: Readings, as_of: Micros) -> Iterator[Warned]:
    for reading in readings.values():
        due = reading.due
        if not _open(reading) or due is None:
            continue
        for point, at in reading.warnings:
            if at <= as_of < due:
                yield Warned(reading.metric, reading.cycle, point, at, due)


def _arms(readings: Readings, as_of: Micros, stated: Stated) -> Iterator[Armed]:
    for reading in readings.values():
        for idle in reading.idle:
            if as_of < idle.at and (idle.limit, idle.since) not in stated.idle:
                yield Armed(reading.metric, reading.cycle, idle.at, idle=idle)
        due = reading.due
        if not _open(reading) or due is None:
            continue
        yield Armed(reading.metric, reading.cycle, due)
        for point, at in reading.warnings:
            said = (reading.metric, reading.cycle, point) in stated.warned
            if as_of < at < due and not said:
                yield Armed(reading.metric, reading.cycle, at, point)
