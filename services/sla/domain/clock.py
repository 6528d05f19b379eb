"""One promise's clock: stages of running and standing still, counted on business calendars.

A breach is found by arithmetic, never by looking at the time of day: the clock is broken when
it ran beyond the instant at which its target was used up (sla.md 5.7).
"""

from dataclasses import dataclass, field

from services.sla.domain.heritage import Heir, Owed, amount_of
from services.sla.domain.words import Cause, Mode
from shared.vocabulary import Metric
from shared.worktime import (
    SECOND,
    Micros,
    Timeline,
    WorktimeError,
    before,
    business_days,
    deadline,
    elapsed,
)


@dataclass(frozen=True, slots=True)
class Target:
    """How much may be used up, on which calendar; without an amount there is no promise."""

    timeline: Timeline
    seconds: int | None = None
    days: int | None = None

    def amount(self, start: Micros) -> Micros | None:
        """Counted time; business days become seconds at the clock's start (decisions.md 22)."""
        if self.seconds is not None:
            return self.seconds * SECOND
        if self.days is None:
            return None
        try:
            return elapsed(self.timeline, start, business_days(self.timeline, start, self.days))
        except WorktimeError:
            return None


@dataclass(frozen=True, slots=True)
class Stage:
    """A finished part of a clock's life."""

    start: Micros
    end: Micros
    mode: Mode
    timeline: Timeline
    reason: str
    ref: str | None
    counted: Micros = 0


@dataclass(frozen=True, slots=True)
class Breach:
    """A broken promise; `at` is the due instant unless a change made it late (sla.md 5.7)."""

    metric: Metric
    cycle: int
    due: Micros
    at: Micros
    cause: Cause


@dataclass(slots=True)
class Clock:
    """The running value inside the fold; `read` in the fold's result is what others see."""

    metric: Metric
    cycle: int
    start: Micros
    target: Target
    mode: Mode = Mode.RUNNING
    reason: str = "created"
    ref: str | None = None
    stages: list[Stage] = field(default_factory=list)
    counted: Micros = 0
    breach: Breach | None = None
    kept_due: Micros | None = None
    heirs: list[Heir] = field(default_factory=list)
    before: Mode = Mode.RUNNING
    """What it did before it was cancelled."""
    since: Micros = field(init=False)
    amount: Micros | None = field(init=False)
    swapped: Micros = field(init=False)

    def __post_init__(self) -> None:
        self.since = self.swapped = self.start
        self.amount = self.target.amount(self.start)

    @property
    def over(self) -> bool:
        """Answered or cancelled: nothing moves it any more."""
        return self.mode in {Mode.ANSWERED, Mode.CANCELLED}

    def move(self, at: Micros, mode: Mode, reason: str, ref: str | None = None) -> None:
        """From `at` on the clock does `mode`; the same mode goes on as it was."""
        if self.over or mode is self.mode:
            return
        if mode is Mode.ANSWERED:
            self.kept_due = self.due()
        self._close(at)
        self.before = self.mode
        self.mode, self.reason, self.ref = mode, reason, ref

    def retarget(self, at: Micros, target: Target, floor: Micros = 0) -> None:
        """Keep what is counted, swap target and calendar from `at` on (sla.md 5.8).

        At least `floor` is left of a promise that is not broken (sla.md 5.10).
        """
        if self.over:
            return
        amount = amount_of(target.amount(self.start), self.heirs, target)
        if floor and amount is not None and self.breach is None:
            amount = max(amount, self.counted + floor)
        if target == self.target and amount == self.amount:
            return
        self._close(at)
        self.target, self.swapped, self.amount = target, at, amount
        due = self.due()
        if self.breach is None and due is not None and due < self._ran_until():
            self.breach = self._broken(due, at)

    def revive(self, words: frozenset[str]) -> None:
        """It was set aside for one of these words, by mistake: it went on all the while."""
        if self.mode is Mode.CANCELLED and self.reason in words:
            self.mode, self.reason = self.before, "restored"

    def inherit(self, at: Micros, owed: Owed) -> None:
        """From `at` on this is due no later than what another ticket owed (docs/adr/0020)."""
        if self.over:
            return
        self._close(at)
        own, late = self.due(), owed.due < at
        left = 0 if late else elapsed(self.target.timeline, at, owed.due)
        cap, lead = self.counted + left, max(0, owed.used - self.counted)
        heir = Heir(owed.source, owed.due, not left, cap, lead, self.target, self.breach)
        self.heirs.append(heir)
        if own is not None and own <= owed.due:
            return
        self.amount = cap if self.amount is None else min(cap, self.amount)
        self.swapped = at
        if heir.fixed:
            self.kept_due = owed.due
        if self.breach is None and late:
            self.breach = Breach(self.metric, self.cycle, owed.due, at, Cause.RETARGET)

    def part(self, at: Micros, source: str) -> None:
        """The other ticket has its own clock again: what was taken over is given back."""
        gone = [one for one in self.heirs if one.source == source]
        if not gone or self.mode is Mode.ANSWERED:
            return
        self._close(at)
        self.heirs = [one for one in self.heirs if one.source != source]
        self.amount = amount_of(self.target.amount(self.start), self.heirs, self.target)
        self.kept_due = min((one.due for one in self.heirs if one.fixed), default=None)
        self.breach, due = gone[0].breach, self.due()
        if self.breach is None and due is not None and due < self._ran_until():
            self.breach = Breach(self.metric, self.cycle, due, due, Cause.ELAPSED)

    def due(self) -> Micros | None:
        """When the target is or was used up; null while that is open."""
        if self.amount is None:
            return None
        if self.kept_due is not None:
            return self.kept_due
        left = self.amount
        for stage in self.stages:
            if stage.mode is Mode.RUNNING and 0 < stage.counted >= left:
                return deadline(stage.timeline, stage.start, left)
            left -= stage.counted
        return self._ahead(left) if self.mode is Mode.RUNNING else None

    def point(self, mark: float) -> Micros | None:
        """When to warn, if that lies in the present run: `Rules.marks` says what a mark is."""
        if self.amount is None or self.mode is not Mode.RUNNING:
            return None
        if mark < 0:
            return self._back(int(-mark) * SECOND)
        left = int(self.amount * mark) - self.counted
        return self._ahead(left) if left > 0 else None

    def resting_since(self) -> Micros:
        """When the present mode began, whatever was swapped meanwhile."""
        start = self.since
        for stage in reversed(self.stages):
            if stage.mode is not self.mode:
                break
            start = stage.start
        return start

    def used(self, as_of: Micros) -> Micros:
        if self.mode is not Mode.RUNNING:
            return self.counted
        return self.counted + elapsed(self.target.timeline, self.since, as_of)

    def broken(self, as_of: Micros) -> Breach | None:
        """The breach as it is known at `as_of`."""
        if self.breach is not None or self.mode is not Mode.RUNNING:
            return self.breach
        due = self.due()
        return self._broken(due, self.since) if due is not None and as_of > due else None

    def history(self, as_of: Micros) -> list[Stage]:
        """All stages up to `as_of`, the present one included."""
        if as_of <= self.since:
            return list(self.stages)
        return [*self.stages, self._stage(as_of, 0)]

    def _ran_until(self) -> Micros:
        return max((s.end for s in self.stages if s.mode is Mode.RUNNING), default=self.start)

    def _ahead(self, left: Micros) -> Micros | None:
        try:
            return deadline(self.target.timeline, self.since, left)
        except WorktimeError:
            return None

    def _back(self, left: Micros) -> Micros | None:
        """`left` before the due instant, walked backwards through the calendar (sla.md 8)."""
        due = self.due()
        if due is None:
            return None
        try:
            at = before(self.target.timeline, due, left)
        except WorktimeError:
            return None
        return at if at > self.since else None

    def _broken(self, due: Micros, since: Micros) -> Breach:
        cause = Cause.RETARGET if due < self.swapped else Cause.ELAPSED
        return Breach(self.metric, self.cycle, due, max(due, since), cause)

    def _close(self, at: Micros) -> None:
        self.breach = self.broken(at)
        if at > self.since:
            counted = self.used(at) - self.counted
            self.stages.append(self._stage(at, counted))
            self.counted += counted
        self.since = at

    def _stage(self, end: Micros, counted: Micros) -> Stage:
        return Stage(
            self.since, end, self.mode, self.target.timeline, self.reason, self.ref, counted
        )
