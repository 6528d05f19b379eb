"""A ticket while its story is told: each happening moves its clocks (sla.md 5.5-5.10)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final

from services.sla.domain import heritage
from services.sla.domain.clock import Clock, Target
from services.sla.domain.happenings import Happening, in_order
from services.sla.domain.heritage import Owed
from services.sla.domain.rules import Rules
from services.sla.domain.terms import Terms
from services.sla.domain.words import Kind, Mode
from shared.vocabulary import Metric
from shared.worktime import Micros

CANCELLING: Final = frozenset({"merged", "spam"})
"""Statuses that set every clock aside without an answer."""
_OWED: Final = frozenset({Mode.RUNNING, Mode.PAUSED})


@dataclass
class LivingTicket:
    """The fold's working state; `others` are the rules that later terms bring."""

    rules: Rules
    others: Mapping[str, Rules] = field(default_factory=dict)
    priority: str = ""
    status: str = ""
    spoken: bool = False
    first: Clock | None = None
    first_at: Micros | None = None
    resolution: Clock | None = None
    stopped_at: Micros | None = None
    reopens: int = 0
    exchanges: list[Clock] = field(default_factory=list)
    answered_at: Micros | None = None
    unheard: Happening | None = None
    """The customer's words while the ticket was set aside."""
    _stopped_before: Micros | None = None
    _joined: dict[str, Clock] = field(default_factory=dict)
    """Exchanges that began with another ticket's wait, until this one's customer writes too."""
    _swapped: Happening | None = None

    @property
    def paused(self) -> bool:
        """The desk waits for the customer, who has not spoken since."""
        return self.status in self.rules.pause_statuses and not self.spoken

    @property
    def _solving(self) -> frozenset[str]:
        """What is met by getting there; of other endings nobody says that they kept a promise."""
        return self.rules.stop_statuses - self.rules.unsolved

    def apply(self, happening: Happening) -> None:
        if self.first is None and happening.kind is not Kind.CREATED:
            return
        _STEPS[happening.kind](self, happening)

    def settle(self) -> None:
        """Take priority and rules as a step of the ticket leaves them.

        One step may bring both: between them no promise was ever made.
        """
        what, self._swapped = self._swapped, None
        if what is None:
            return
        self._rest(what)
        for clock in self._clocks():
            if clock.mode is not Mode.STOPPED:
                clock.retarget(what.at, self._target(clock.metric))
        self._follow(what, what.kind.value)

    def created(self, what: Happening) -> None:
        if self.first is not None:
            return
        self.priority, self.status = what.value, what.status
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
        self.spoken = True
        self._follow(what, "customer_reply")
        self._joined.clear()
        if self.status in CANCELLING:
            self.unheard = what if self.rules.every_message else self.unheard or what
            return
        waiting = self.unanswered()
        if self.rules.every_message:
            if waiting:
                waiting.move(what.at, Mode.CANCELLED, "newer_message", what.ref)
        elif waiting or self.first_at is None:
            return
        self.exchanges.append(self._start(Metric.NEXT_RESPONSE, len(self.exchanges) + 1, what))

    def ignored(self, what: Happening) -> None:
        """Automatic mail moves no clock."""

    def moved(self, what: Happening) -> None:
        away, self.status, self.spoken = self.status in CANCELLING, what.value, False
        if self.status in CANCELLING and not away:
            self._stopped_before = self.stopped_at
        elif away and self.status not in CANCELLING:
            self._come_back(what)
        if self.rules.resolve_answers and what.value in self._solving:
            self._answer_first(what)
        self._rest(what)
        self._follow(what, what.value)

    def prioritised(self, what: Happening) -> None:
        self.priority = what.value
        self._swap(what)

    def ruled(self, what: Happening) -> None:
        """Other rules from here on; what is counted stays, and so does what is broken."""
        if not self.rules.key:
            return
        rules = self.others.get(Terms.read(self.rules.key).after(what).key)
        if rules is None or rules is self.rules:
            return
        self.rules = rules
        self._swap(what)

    def joined(self, what: Happening) -> None:
        """A ticket was merged in: what it owed is owed here, and due no later."""
        left = heritage.read(what.value)
        if left.wait is not None:
            self._take_wait(what, left.wait)
        resolution = self.resolution
        if left.resolution is not None and resolution and resolution.mode in _OWED:
            resolution.inherit(what.at, left.resolution)

    def parted(self, what: Happening) -> None:
        """A merge was undone: what it brought goes."""
        clocks = [one for one in (self.first, self.resolution) if one]
        for clock in (*clocks, *self.exchanges):
            clock.part(what.at, what.value)
        begun = self._joined.pop(what.value, None)
        if begun is not None:
            begun.move(what.at, Mode.CANCELLED, "parted", what.ref)

    def relieved(self, what: Happening) -> None:
        """The messages that waited for an answer went to another ticket."""
        waiting = self.unanswered()
        if waiting is not None:
            waiting.move(what.at, Mode.CANCELLED, "moved_away", what.ref)

    def _take_wait(self, what: Happening, owed: Owed) -> None:
        clock = self.first if self.first and not self.first.over else self.unanswered()
        if clock is None:
            clock = self._start(Metric.NEXT_RESPONSE, len(self.exchanges) + 1, what)
            self.exchanges.append(clock)
            self._joined[owed.source] = clock
        if clock.mode in _OWED:
            clock.inherit(what.at, owed)

    def _come_back(self, what: Happening) -> None:
        """Set aside by mistake: the customer has waited all along, and so the clocks have run."""
        self.stopped_at = self._stopped_before
        for clock in [one for one in (self.first, self.resolution, *self.exchanges[-1:]) if one]:
            clock.revive(CANCELLING)
            if clock.mode is not Mode.STOPPED:
                clock.retarget(what.at, self._target(clock.metric))
        unheard, self.unheard = self.unheard, None
        if unheard is not None and self.first_at is not None and self.unanswered() is None:
            self.exchanges.append(
                self._start(Metric.NEXT_RESPONSE, len(self.exchanges) + 1, unheard)
            )

    def unanswered(self) -> Clock | None:
        """The exchange that waits for the desk."""
        last = self.exchanges[-1] if self.exchanges else None
        return None if last is None or last.over else last

    def _rest(self, what: Happening) -> None:
        """A stopped resolution is at rest: it takes its target when it runs again."""
        stops = self.status in self.rules.stop_statuses
        if self.status in self._solving and self.stopped_at is None:
            self.stopped_at = what.at
        elif not stops and self.stopped_at is not None and self.resolution:
            self.stopped_at = None
            if self.status in CANCELLING:
                return
            self.reopens += 1
            target, floor = self._target(Metric.RESOLUTION), self.rules.reopen_floor
            self.resolution.retarget(what.at, target, floor)

    def _swap(self, what: Happening) -> None:
        self._swapped = what
        if not what.ordinal:
            self.settle()

    def _target(self, metric: Metric) -> Target:
        return self.rules.target(self.priority, metric)

    def _start(self, metric: Metric, cycle: int, what: Happening) -> Clock:
        mode = self._mode(metric)
        return Clock(metric, cycle, what.at, self._target(metric), mode, what.kind.value, what.ref)

    def _mode(self, metric: Metric) -> Mode:
        if self.status in CANCELLING:
            return Mode.CANCELLED
        if self._stops(metric):
            return Mode.STOPPED
        if self.paused and metric in self.rules.pause_metrics:
            return Mode.PAUSED
        return Mode.RUNNING

    def _stops(self, metric: Metric) -> bool:
        """A solved ticket owes no answer either, until the customer writes again."""
        if self.status not in self.rules.stop_statuses:
            return False
        if metric is Metric.FIRST_RESPONSE and not self.rules.first_stops:
            return False
        return metric is Metric.RESOLUTION or not self.spoken

    def _follow(self, what: Happening, reason: str) -> None:
        for clock in self._clocks():
            mode = self._mode(clock.metric)
            if clock is not self.resolution and _wakes(clock, mode):
                clock.retarget(what.at, self._target(clock.metric))
            clock.move(what.at, mode, reason, what.ref)

    def _clocks(self) -> list[Clock]:
        return [c for c in (self.first, self.resolution, self.unanswered()) if c]

    def _answer_first(self, what: Happening) -> None:
        if self.first and not self.first.over:
            self.first.move(what.at, Mode.ANSWERED, "answered", what.ref)
            self.first_at = what.at

    def _answer_next(self, what: Happening) -> None:
        waiting = self.unanswered()
        if waiting:
            waiting.move(what.at, Mode.ANSWERED, "answered", what.ref)
            self.answered_at = what.at


def tell(
    ticket: LivingTicket, happenings: Iterable[Happening], as_of: Micros
) -> Iterator[Happening]:
    """Let a ticket live until `as_of`, one happening after the other."""
    known = [one for one in in_order(happenings) if one.at <= as_of]
    for one, following in zip_longest(known, known[1:]):
        ticket.apply(one)
        if following is None or not _one_step(one, following):
            ticket.settle()
        yield one


def _wakes(clock: Clock, mode: Mode) -> bool:
    return clock.mode is Mode.STOPPED and mode in {Mode.RUNNING, Mode.PAUSED}


def _one_step(one: Happening, other: Happening) -> bool:
    return (one.at, one.ordinal) == (other.at, other.ordinal)


_STEPS: Final[Mapping[Kind, Callable[[LivingTicket, Happening], None]]] = {
    Kind.CREATED: LivingTicket.created,
    Kind.AGENT_REPLY: LivingTicket.agent_reply,
    Kind.CUSTOMER_REPLY: LivingTicket.customer_reply,
    Kind.AUTO_REPLY: LivingTicket.ignored,
    Kind.STATUS: LivingTicket.moved,
    Kind.PRIORITY: LivingTicket.prioritised,
    Kind.TERMS: LivingTicket.ruled,
    Kind.VERSION: LivingTicket.ruled,
    Kind.JOINED: LivingTicket.joined,
    Kind.PARTED: LivingTicket.parted,
    Kind.RELIEVED: LivingTicket.relieved,
}
