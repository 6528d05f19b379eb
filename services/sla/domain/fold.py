"""The clocks of a ticket as a fold over what happened to it (sla.md 5.5-5.10).

Facts are stored, deadlines are not: the same function serves the service, the explanation and
the simulation, and gives the same answer whenever it is asked.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from services.sla.domain.clock import Breach, Clock, Stage
from services.sla.domain.durations import waited
from services.sla.domain.happenings import Happening
from services.sla.domain.living import LivingTicket, tell
from services.sla.domain.rules import NO_OTHERS, Rules
from services.sla.domain.words import Limit, Mode
from shared.vocabulary import Metric
from shared.worktime import SECOND, Micros, WorktimeError

__all__ = ["Happening", "Idle", "Reading", "Readings", "Rules", "fold"]


@dataclass(frozen=True, slots=True)
class Idle:
    """A pause that lasts: when one of the policy's limits for it is reached (sla.md 5.6)."""

    limit: Limit
    since: Micros
    at: Micros


@dataclass(frozen=True, slots=True)
class Reading:
    """One metric as it stands at an instant."""

    metric: Metric
    cycle: int
    mode: Mode | None
    due: Micros | None = None
    at: Micros | None = None
    start: Micros | None = None
    used: Micros = 0
    worst: Micros = 0
    amount: Micros | None = None
    breaches: tuple[Breach, ...] = ()
    warnings: tuple[tuple[float, Micros], ...] = ()
    idle: tuple[Idle, ...] = ()
    stages: tuple[Stage, ...] = ()
    reopens: int = 0
    exchanges: tuple[Clock, ...] = ()

    @property
    def counted(self) -> int:
        """Counted time in whole seconds, as every door and every report shows it."""
        return self.used // SECOND

    @property
    def target(self) -> int | None:
        """The promise in whole seconds."""
        return None if self.amount is None else self.amount // SECOND

    @property
    def over(self) -> int:
        """Seconds counted beyond the promise: `counted - target`, never below zero."""
        return 0 if self.target is None else max(0, self.counted - self.target)

    @property
    def left(self) -> int | None:
        """Seconds of the promise that are not counted yet: `target - counted`."""
        return None if self.target is None else max(0, self.target - self.counted)

    @property
    def running(self) -> bool:
        return self.mode is Mode.RUNNING

    @property
    def breached(self) -> bool:
        return bool(self.breaches)

    @property
    def left_open(self) -> bool:
        """The ticket ended before this was done."""
        return self.mode is Mode.STOPPED and self.at is None

    @property
    def open_breach(self) -> Breach | None:
        """The breach of the present cycle."""
        return next((b for b in self.breaches if b.cycle == self.cycle), None)


Readings = dict[Metric, Reading]


def fold(
    rules: Rules,
    happenings: Iterable[Happening],
    as_of: Micros,
    others: Mapping[str, Rules] = NO_OTHERS,
) -> Readings:
    """What each clock says at `as_of`; later happenings do not exist.

    `rules` are those that the ticket began with, `others` by key what later terms bring.
    """
    ticket = LivingTicket(rules, others)
    deque(tell(ticket, happenings, as_of), maxlen=0)
    following, solved = _read_next(ticket, as_of), _read_resolution(ticket, as_of)
    return {
        Metric.FIRST_RESPONSE: _read_first(ticket, as_of),
        Metric.NEXT_RESPONSE: replace(following, exchanges=tuple(ticket.exchanges)),
        Metric.RESOLUTION: replace(solved, reopens=ticket.reopens),
    }


def _read_first(ticket: LivingTicket, as_of: Micros) -> Reading:
    if ticket.first is None:
        return Reading(Metric.FIRST_RESPONSE, 1, None)
    return _read(ticket.rules, ticket.first, as_of, ticket.first_at)


def _read_resolution(ticket: LivingTicket, as_of: Micros) -> Reading:
    if ticket.resolution is None:
        return Reading(Metric.RESOLUTION, 1, None)
    read = _read(ticket.rules, ticket.resolution, as_of, ticket.stopped_at)
    return replace(read, idle=tuple(_idle(ticket.rules, ticket.resolution)))


def _idle(rules: Rules, clock: Clock) -> Iterator[Idle]:
    """When the present pause will have lasted too long, counted on the resolution's calendar."""
    if clock.mode is not Mode.PAUSED:
        return
    since = clock.resting_since()
    for limit, delay in rules.pause_limits:
        try:
            yield Idle(Limit(limit), since, waited(clock.target.timeline, since, delay))
        except WorktimeError:
            continue


def _read_next(ticket: LivingTicket, as_of: Micros) -> Reading:
    """With nothing unanswered the clock is away; its breaches and its worst stay on record."""
    exchanges = ticket.exchanges
    breaches = tuple(b for b in (clock.broken(as_of) for clock in exchanges) if b)
    worst = max((clock.used(as_of) for clock in exchanges), default=0)
    stages = tuple(stage for clock in exchanges for stage in _history(clock, as_of))
    waiting = ticket.unanswered()
    if waiting is None:
        return Reading(
            Metric.NEXT_RESPONSE,
            len(exchanges),
            None,
            at=ticket.answered_at,
            start=exchanges[0].start if exchanges else None,
            worst=worst,
            amount=_idle_amount(ticket),
            breaches=breaches,
            stages=stages,
        )
    return _read(ticket.rules, waiting, as_of, None, (worst, breaches, stages))


def _idle_amount(ticket: LivingTicket) -> Micros | None:
    if ticket.exchanges:
        return ticket.exchanges[-1].amount
    target = ticket.rules.target(ticket.priority, Metric.NEXT_RESPONSE)
    return target.amount(ticket.first.start) if ticket.first else None


def _history(clock: Clock, as_of: Micros) -> Iterable[Stage]:
    return clock.stages if clock.over else clock.history(as_of)


def _read(
    rules: Rules,
    clock: Clock,
    as_of: Micros,
    at: Micros | None,
    past: tuple[Micros, tuple[Breach, ...], tuple[Stage, ...]] | None = None,
) -> Reading:
    used, breach = clock.used(as_of), clock.broken(as_of)
    own = (used, (breach,) if breach else (), tuple(clock.history(as_of)))
    worst, breaches, stages = past or own
    points = ((mark, clock.point(mark)) for mark in rules.marks)
    return Reading(
        clock.metric,
        clock.cycle,
        clock.mode,
        due=None if clock.mode is Mode.CANCELLED else clock.due(),
        at=at,
        start=clock.start,
        used=used,
        worst=worst,
        amount=clock.amount,
        breaches=breaches,
        warnings=tuple((mark, moment) for mark, moment in points if moment is not None),
        stages=stages,
    )
