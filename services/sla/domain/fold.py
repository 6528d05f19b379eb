"""The clocks of a ticket as a fold over what happened to it (sla.md 5.5-5.10).

Facts are stored, deadlines are not: the same function serves the service, the explanation and
the simulation, and gives the same answer whenever it is asked.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Final

from services.sla.domain.clock import Breach, Clock, Stage, Target
from services.sla.domain.words import Kind, Mode
from shared.vocabulary import Metric
from shared.worktime import Micros, Timeline

CANCELLING: Final = frozenset({"merged", "spam"})
"""Statuses that end every clock without an answer."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened; `value` is the status or priority it brought."""

    at: Micros
    kind: Kind
    value: str = ""
    status: str = ""
    public: bool = True
    ref: str | None = None


@dataclass(frozen=True)
class Rules:
    """A policy version with its calendars resolved: all that the fold needs besides facts."""

    targets: Mapping[str, Mapping[Metric, Target]]
    timeline: Timeline
    pause_statuses: frozenset[str] = frozenset()
    pause_metrics: frozenset[str] = frozenset()
    stop_statuses: frozenset[str] = frozenset()
    every_message: bool = False
    resolve_answers: bool = False

    def target(self, priority: str, metric: Metric) -> Target:
        found = self.targets.get(priority, {}).get(metric)
        return found or Target(self.timeline)


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
    stages: tuple[Stage, ...] = ()
    reopens: int = 0
    exchanges: tuple[Clock, ...] = ()

    @property
    def running(self) -> bool:
        return self.mode is Mode.RUNNING

    @property
    def breached(self) -> bool:
        return bool(self.breaches)

    @property
    def open_breach(self) -> Breach | None:
        """The breach of the present cycle."""
        return next((b for b in self.breaches if b.cycle == self.cycle), None)


Readings = dict[Metric, Reading]


@dataclass
class _Ticket:
    """The fold's working state."""

    rules: Rules
    priority: str = ""
    status: str = ""
    paused: bool = False
    first: Clock | None = None
    first_at: Micros | None = None
    resolution: Clock | None = None
    stopped_at: Micros | None = None
    reopens: int = 0
    exchanges: list[Clock] = field(default_factory=list)
    answered_at: Micros | None = None

    def apply(self, happening: Happening) -> None:
        if self.first is None and happening.kind is not Kind.CREATED:
            return
        _STEPS[happening.kind](self, happening)

    def created(self, what: Happening) -> None:
        if self.first is not None:
            return
        self.priority, self.status = what.value, what.status
        self.paused = what.status in self.rules.pause_statuses
        self.first = self._start(Metric.FIRST_RESPONSE, 1, what)
        self.resolution = self._start(Metric.RESOLUTION, 1, what)
        if self.resolution.mode is Mode.STOPPED:
            self.stopped_at = what.at

    def agent_reply(self, what: Happening) -> None:
        """Only what the customer can read counts as an answer."""
        if what.public:
            self._answer_first(what)
            self._answer_next(what)

    def customer_reply(self, what: Happening) -> None:
        """Ends a pause by itself, whatever the status; may start the next-response clock."""
        if self.paused:
            self.paused = False
            self._follow(what, "customer_reply")
        if self.status in CANCELLING:
            return
        waiting = self._unanswered()
        if self.rules.every_message:
            if waiting:
                waiting.move(what.at, Mode.CANCELLED, "newer_message", what.ref)
        elif waiting or self.first_at is None:
            return
        self.exchanges.append(self._start(Metric.NEXT_RESPONSE, len(self.exchanges) + 1, what))

    def ignored(self, what: Happening) -> None:
        """Automatic mail moves no clock."""

    def moved(self, what: Happening) -> None:
        self.status = what.value
        self.paused = what.value in self.rules.pause_statuses
        stops = what.value in self.rules.stop_statuses
        if stops and self.rules.resolve_answers:
            self._answer_first(what)
        if stops and self.stopped_at is None:
            self.stopped_at = what.at
        elif not stops and self.stopped_at is not None and self.resolution:
            self.stopped_at = None
            self.reopens += what.value not in CANCELLING
            self.resolution.retarget(what.at, self._target(Metric.RESOLUTION))
        self._follow(what, what.value)

    def prioritised(self, what: Happening) -> None:
        """A stopped resolution is at rest: it takes the new target when it runs again."""
        self.priority = what.value
        for clock in self._clocks():
            if clock.mode is not Mode.STOPPED:
                clock.retarget(what.at, self._target(clock.metric))

    def _target(self, metric: Metric) -> Target:
        return self.rules.target(self.priority, metric)

    def _start(self, metric: Metric, cycle: int, what: Happening) -> Clock:
        mode = self._mode(metric)
        return Clock(metric, cycle, what.at, self._target(metric), mode, what.kind.value, what.ref)

    def _mode(self, metric: Metric) -> Mode:
        if self.status in CANCELLING:
            return Mode.CANCELLED
        if metric is Metric.RESOLUTION and self.status in self.rules.stop_statuses:
            return Mode.STOPPED
        if self.paused and metric in self.rules.pause_metrics:
            return Mode.PAUSED
        return Mode.RUNNING

    def _follow(self, what: Happening, reason: str) -> None:
        for clock in self._clocks():
            clock.move(what.at, self._mode(clock.metric), reason, what.ref)

    def _clocks(self) -> list[Clock]:
        return [c for c in (self.first, self.resolution, self._unanswered()) if c]

    def _unanswered(self) -> Clock | None:
        last = self.exchanges[-1] if self.exchanges else None
        return None if last is None or last.over else last

    def _answer_first(self, what: Happening) -> None:
        if self.first and not self.first.over:
            self.first.move(what.at, Mode.ANSWERED, "answered", what.ref)
            self.first_at = what.at

    def _answer_next(self, what: Happening) -> None:
        waiting = self._unanswered()
        if waiting:
            waiting.move(what.at, Mode.ANSWERED, "answered", what.ref)
            self.answered_at = what.at


_STEPS: Final[Mapping[Kind, Callable[[_Ticket, Happening], None]]] = {
    Kind.CREATED: _Ticket.created,
    Kind.AGENT_REPLY: _Ticket.agent_reply,
    Kind.CUSTOMER_REPLY: _Ticket.customer_reply,
    Kind.AUTO_REPLY: _Ticket.ignored,
    Kind.STATUS: _Ticket.moved,
    Kind.PRIORITY: _Ticket.prioritised,
}


def fold(
    rules: Rules, happenings: Iterable[Happening], as_of: Micros, warn_at: tuple[float, ...] = ()
) -> Readings:
    """What each clock says at `as_of`; ties keep their order, later happenings do not exist."""
    ticket = _Ticket(rules)
    for happening in sorted(happenings, key=attrgetter("at")):
        if happening.at > as_of:
            break
        ticket.apply(happening)
    following, solved = _read_next(ticket, as_of, warn_at), _read_resolution(ticket, as_of, warn_at)
    return {
        Metric.FIRST_RESPONSE: _read_first(ticket, as_of, warn_at),
        Metric.NEXT_RESPONSE: replace(following, exchanges=tuple(ticket.exchanges)),
        Metric.RESOLUTION: replace(solved, reopens=ticket.reopens),
    }


def _read_first(ticket: _Ticket, as_of: Micros, warn_at: tuple[float, ...]) -> Reading:
    if ticket.first is None:
        return Reading(Metric.FIRST_RESPONSE, 1, None)
    return _read(ticket.first, as_of, warn_at, ticket.first_at)


def _read_resolution(ticket: _Ticket, as_of: Micros, warn_at: tuple[float, ...]) -> Reading:
    if ticket.resolution is None:
        return Reading(Metric.RESOLUTION, 1, None)
    return _read(ticket.resolution, as_of, warn_at, ticket.stopped_at)


def _read_next(ticket: _Ticket, as_of: Micros, warn_at: tuple[float, ...]) -> Reading:
    """With nothing unanswered the clock is away; its breaches and its worst stay on record."""
    exchanges = ticket.exchanges
    breaches = tuple(b for b in (clock.broken(as_of) for clock in exchanges) if b)
    worst = max((clock.used(as_of) for clock in exchanges), default=0)
    stages = tuple(stage for clock in exchanges for stage in _history(clock, as_of))
    waiting = ticket._unanswered()  # noqa: SLF001 - one module, one value
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
    return _read(waiting, as_of, warn_at, None, (worst, breaches, stages))


def _idle_amount(ticket: _Ticket) -> Micros | None:
    if ticket.exchanges:
        return ticket.exchanges[-1].amount
    target = ticket.rules.target(ticket.priority, Metric.NEXT_RESPONSE)
    return target.amount(ticket.first.start) if ticket.first else None


def _history(clock: Clock, as_of: Micros) -> Iterable[Stage]:
    return clock.stages if clock.over else clock.history(as_of)


def _read(
    clock: Clock,
    as_of: Micros,
    warn_at: tuple[float, ...],
    at: Micros | None,
    past: tuple[Micros, tuple[Breach, ...], tuple[Stage, ...]] | None = None,
) -> Reading:
    used, breach = clock.used(as_of), clock.broken(as_of)
    own = (used, (breach,) if breach else (), tuple(clock.history(as_of)))
    worst, breaches, stages = past or own
    points = ((share, clock.point(share)) for share in warn_at)
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
        warnings=tuple((share, moment) for share, moment in points if moment is not None),
        stages=stages,
    )
