"""The explain ledger: where every second of a promise went (sla.md 6)."""

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from services.sla.domain.clock import Stage
from services.sla.domain.fold import Reading
from services.sla.domain.words import Mode
from shared.worktime import SECOND, Micros, Shift, Timeline, partition, whole_seconds

CLOCK_CHANGE: Final = "clock_change"
_FIRST_DAY: Final = date(1970, 1, 1)
_STATES: Final = {
    Mode.RUNNING: "counted",
    Mode.PAUSED: "paused",
    Mode.STOPPED: "stopped",
    Mode.ANSWERED: "stopped",
    Mode.CANCELLED: "stopped",
}


class Unbalanced(ArithmeticError):
    """A ledger that does not add up is never shown."""


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of one state; the calendar speaks first, so a pause at night is `closed`.

    `carry` is where its whole seconds begin: the fraction that the lines before it left over.
    """

    start: Micros
    end: Micros
    state: str
    reason: str
    ref: str | None
    carry: Micros = 0

    @property
    def seconds(self) -> int:
        return whole_seconds(self.start + self.carry, self.end + self.carry)

    @property
    def counted(self) -> bool:
        return self.state == "counted"


@dataclass(frozen=True, slots=True)
class Totals:
    """wall = counted + paused + stopped + closed, to the second."""

    wall: int
    counted: int
    paused: int
    stopped: int
    closed: int


def ledger(reading: Reading, as_of: Micros) -> list[Line]:
    """`[start, as_of)` of a metric without a gap or overlap."""
    joined: list[Line] = []
    for line in (line for stage in _seamless(reading, as_of) for line in _lines(stage)):
        last = joined[-1] if joined else None
        if last and (last.state, last.reason, last.ref) == (line.state, line.reason, line.ref):
            joined[-1] = replace(last, end=line.end)
        else:
            joined.append(line)
    return list(_carried(joined, [one.start for one in reading.exchanges]))


def since(lines: Sequence[Line], start: Micros) -> list[Line]:
    """The part of a ledger that begins at `start`: one exchange of several."""
    later = (line for line in lines if line.end > start)
    return [replace(line, start=max(line.start, start)) for line in later]


def totals(lines: Sequence[Line]) -> Totals:
    sums = dict.fromkeys(("counted", "paused", "stopped", "closed"), 0)
    for line in lines:
        sums[line.state] += line.seconds
    return Totals(wall=sum(sums.values()), **sums)


def balanced(lines: Sequence[Line], span: tuple[Micros, Micros] | None) -> Totals:
    """The totals, once the lines are seen to fill `span` and to add up to it."""
    sums = totals(lines)
    if span is None or span[0] >= span[1]:
        whole = not lines
    else:
        whole = bool(lines) and (lines[0].start, lines[-1].end) == span
    seamless = all(one.end == other.start for one, other in pairwise(lines))
    if not (whole and seamless) or not _fills(lines, span):
        raise Unbalanced
    return sums


def _fills(lines: Sequence[Line], span: tuple[Micros, Micros] | None) -> bool:
    """No line is shown a whole second longer or shorter than it was."""
    length = max(0, span[1] - span[0]) if span else 0
    off = (abs(one.seconds * SECOND - (one.end - one.start)) for one in lines)
    return all(one < SECOND for one in off) and sum(o.end - o.start for o in lines) == length


def with_shifts(lines: Sequence[Line], shifts: Sequence[Shift]) -> list[Line]:
    """The same ledger with each skipped hour in its place: closed, and not a second long."""
    skipped = [shift.at for shift in shifts if shift.step > 0]
    found: list[Line] = []
    for line in lines:
        start = line.start
        while skipped and skipped[0] < line.end:
            at = skipped.pop(0)
            if start < at:
                found.append(replace(line, start=start, end=at))
            found.append(Line(at, at, "closed", CLOCK_CHANGE, None))
            start = at
        found.append(replace(line, start=start))
    return found


def local_date(timeline: Timeline, at: Micros) -> date:
    return _FIRST_DAY + timedelta(days=timeline.local(at)[0])


def _carried(lines: Iterable[Line], begun: Sequence[Micros]) -> Iterator[Line]:
    """What counted adds up to the clock's own whole seconds; the rest keeps the wall clock's.

    Every exchange (they began at `begun`) is a promise of its own, counted from zero.
    """
    counted = told = 0
    first: Micros | None = None
    last: Micros = 0
    for line in lines:
        first = line.start if first is None else first
        length = line.end - line.start
        if line.counted:
            counted = 0 if bisect(begun, last) < bisect(begun, line.start) else counted
            phase, counted, last = counted, counted + length, line.start
        else:
            behind = line.end - first - told * SECOND >= (length // SECOND + 1) * SECOND
            phase = SECOND - 1 if behind else 0
        carried = replace(line, carry=phase - line.start)
        told += carried.seconds
        yield carried


def _seamless(reading: Reading, as_of: Micros) -> Iterator[Stage]:
    """Stages in order; between two exchanges nothing is unanswered, and that is said too."""
    last: Stage | None = None
    for stage in reading.stages:
        if last is not None and stage.start > last.end:
            yield _rest(last, stage.start)
        yield stage
        last = stage
    if last is not None and last.end < as_of:
        yield _rest(last, as_of)


def _rest(last: Stage, until: Micros) -> Stage:
    return Stage(last.end, until, Mode.ANSWERED, last.timeline, "answered", None)


def _lines(stage: Stage) -> Iterator[Line]:
    for part in partition(stage.timeline, stage.start, stage.end):
        if not part.open:
            yield Line(part.start, part.end, "closed", part.reason, part.ref)
        elif stage.mode is Mode.RUNNING:
            yield Line(part.start, part.end, "counted", part.reason, part.ref)
        else:
            yield Line(part.start, part.end, _STATES[stage.mode], stage.reason, stage.ref)
