"""Old beside new: what became of real tickets, and what would have under a draft."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal
from uuid import UUID

from services.sla.domain.fold import Happening, Reading, Readings
from services.sla.domain.policy import Policy
from services.sla.domain.promises import step_calendar
from services.sla.domain.waking import Call, Slope, calls
from services.sla.domain.words import Kind, Mode
from shared.vocabulary import Metric
from shared.worktime import Micros, Timeline, elapsed

Word = Literal["met", "breached", "open", "none"]

_HOUR: Final = 3_600_000_000
_EPOCH_WEEKDAY: Final = date(1970, 1, 1).weekday()
_BETTER: Final = {("breached", "met"), ("breached", "open"), ("open", "met"), ("breached", "none")}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One promise of one ticket; `none` when nothing was promised or it was called off."""

    word: Word
    due: Micros | None
    breached_at: Micros | None


@dataclass(frozen=True, slots=True)
class Change:
    """A promise that ends differently."""

    ticket_id: UUID
    number: int
    metric: Metric
    priority: str
    old: Outcome
    new: Outcome

    @property
    def better(self) -> bool:
        return (self.old.word, self.new.word) in _BETTER


@dataclass
class Side:
    """The sums of one way to judge."""

    outcomes: Counter[tuple[Metric, str, Word]] = field(default_factory=Counter)
    called: list[Call] = field(default_factory=list)


@dataclass
class Tally:
    """Everything that a replay has found so far."""

    most: int
    tickets: int = 0
    old: Side = field(default_factory=Side)
    new: Side = field(default_factory=Side)
    changes: list[Change] = field(default_factory=list)
    better: int = 0
    worse: int = 0
    moved: int = 0
    open_moved: int = 0

    def add(self, ticket: "Ticket", old: "Judged", new: "Judged") -> None:
        self.tickets += 1
        self.old.called += old.calls
        self.new.called += new.calls
        before, after = old.outcomes(), new.outcomes()
        moved = [m for m in Metric if before[m].due != after[m].due]
        self.moved += bool(moved)
        self.open_moved += any(old.moves(m) or new.moves(m) for m in moved)
        for metric in Metric:
            self.old.outcomes[metric, ticket.priority, before[metric].word] += 1
            self.new.outcomes[metric, ticket.priority, after[metric].word] += 1
            if before[metric].word != after[metric].word:
                self._change(ticket, metric, before[metric], after[metric])

    def _change(self, ticket: "Ticket", metric: Metric, old: Outcome, new: Outcome) -> None:
        change = Change(ticket.id, ticket.number, metric, ticket.priority, old, new)
        self.better += change.better
        self.worse += not change.better
        if len(self.changes) < self.most:
            self.changes.append(change)


@dataclass(frozen=True)
class Ticket:
    """A real ticket: who it is, and what happened to it."""

    id: UUID
    number: int
    priority: str
    happenings: Sequence[Happening]

    def priority_at(self, at: Micros) -> str:
        found = ""
        for one in self.happenings:
            if one.at <= at and one.kind in {Kind.CREATED, Kind.PRIORITY}:
                found = one.value
        return found


@dataclass(frozen=True)
class Judged:
    """A ticket's clocks under one policy, and whom its ladder would have called."""

    readings: Readings
    calls: tuple[Call, ...]

    def outcomes(self) -> dict[Metric, Outcome]:
        return {metric: outcome(self.readings[metric]) for metric in Metric}

    def moves(self, metric: Metric) -> bool:
        """Whether the promise is still open, so that a change of rules would move it."""
        return self.readings[metric].mode in {Mode.RUNNING, Mode.PAUSED}


@dataclass(frozen=True)
class Judge:
    """A policy with its calendars; `fallback` is the ticket's own calendar."""

    policy: Policy
    calendars: Mapping[str, Timeline]
    fallback: str

    def judge(self, ticket: Ticket, readings: Readings, until: Micros) -> Judged:
        return Judged(readings, tuple(self._calls(ticket, readings, until)))

    def _calls(self, ticket: Ticket, readings: Readings, until: Micros) -> Iterator[Call]:
        for metric, reading in readings.items():
            rungs = self.policy.rungs(metric)
            for breach in reading.breaches if rungs else ():
                named = step_calendar(self.policy, ticket.priority_at(breach.at), self.fallback)
                ground = self.calendars[named]
                slope = Slope(reading.stages, ground, ticket.priority_at, until)
                yield from calls(rungs, breach, slope)


def outcome(reading: Reading) -> Outcome:
    """What a report would say of the promise."""
    breach = reading.breaches[-1] if reading.breaches else None
    return Outcome(_word(reading), reading.due, breach.at if breach else None)


def _word(reading: Reading) -> Word:
    if reading.breaches:
        return "breached"
    if reading.mode is Mode.CANCELLED or reading.left_open or reading.amount is None:
        return "none"
    if reading.at is not None:
        return "met"
    return "none" if reading.mode is None else "open"


@dataclass(frozen=True)
class Hours:
    """When people were called, on the wall clock of the company."""

    by_hour: tuple[int, ...]
    by_weekday: tuple[int, ...]
    outside: int


def hours(called: Iterable[Call], company: Timeline) -> Hours:
    """Calls by hour of the day and day of the week (Monday first), and those out of hours."""
    by_hour, by_weekday, outside = [0] * 24, [0] * 7, 0
    for call in called:
        number, wall = company.local(call.at)
        by_hour[wall // _HOUR] += 1
        by_weekday[(number + _EPOCH_WEEKDAY) % 7] += 1
        outside += is_outside(call, company)
    return Hours(tuple(by_hour), tuple(by_weekday), outside)


def is_outside(call: Call, company: Timeline) -> bool:
    """A promise often breaks on the closing instant itself; that is still within hours."""
    return elapsed(company, call.at - 1, call.at + 1) == 0
