"""The explain ledger: where every second of a promise went (sla.md 6)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from services.sla.domain.clock import Stage
from services.sla.domain.fold import Reading
from services.sla.domain.words import Mode
from shared.worktime import Micros, Timeline, partition, whole_seconds

_FIRST_DAY: Final = date(1970, 1, 1)
_STATES: Final = {
    Mode.RUNNING: "counted",
    Mode.PAUSED: "paused",
    Mode.STOPPED: "stopped",
    Mode.ANSWERED: "stopped",
    Mode.CANCELLED: "stopped",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of one state; the calendar speaks first, so a pause at night is `closed`."""

    start: Micros
    end: Micros
    state: str
    reason: str
    ref: str | None

    @property
    def seconds(self) -> int:
        return whole_seconds(self.start, self.end)

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
    return joined


def totals(lines: list[Line]) -> Totals:
    sums = dict.fromkeys(("counted", "paused", "stopped", "closed"), 0)
    for line in lines:
        sums[line.state] += line.seconds
    wall = whole_seconds(lines[0].start, lines[-1].end) if lines else 0
    return Totals(wall=wall, **sums)


def by_day(lines: list[Line], timeline: Timeline) -> list[tuple[date, list[Line]]]:
    """The same lines, cut at local midnights."""
    days: dict[date, list[Line]] = {}
    for line in lines:
        for piece in _cut(line, timeline):
            days.setdefault(local_date(timeline, piece.start), []).append(piece)
    return sorted(days.items())


def local_date(timeline: Timeline, at: Micros) -> date:
    return _FIRST_DAY + timedelta(days=timeline.local(at)[0])


def _cut(line: Line, timeline: Timeline) -> Iterator[Line]:
    start = line.start
    while start < line.end:
        midnight = timeline.resolve(timeline.local(start)[0] + 1, 0)
        end = min(line.end, midnight) if midnight > start else line.end
        yield Line(start, end, line.state, line.reason, line.ref)
        start = end


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
