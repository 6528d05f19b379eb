"""The ledger by local day: what was counted, where the rest went, what the wall clock did."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from services.sla.domain.ledger import Line, Totals, totals
from shared.worktime import Micros, Shift, Wall, whole_seconds
from shared.worktime.instants import date_of

Kind = tuple[str, str, str | None]
"""State, reason and ref of a line."""


@dataclass(slots=True)
class Day:
    """One local date of a ledger."""

    date: date
    lines: list[Line] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)

    @property
    def totals(self) -> Totals:
        return totals(self.lines)

    def kinds(self) -> dict[Kind, int]:
        """Seconds of each kind, in the order in which they came."""
        return kinds(self.lines)

    def counted_again(self, shift: Shift) -> int:
        """Seconds of the wall clock that came twice and counted both times."""
        if shift.step > 0:
            return 0
        once = _counted(self.lines, shift.at + shift.step, shift.at)
        again = _counted(self.lines, shift.at, shift.at - shift.step)
        back = [(low + shift.step, high + shift.step) for low, high in again]
        return sum(_common(one, other) for one in once for other in back)


def kinds(lines: Sequence[Line]) -> dict[Kind, int]:
    found: dict[Kind, int] = {}
    for line in lines:
        kind = _kind(line)
        found[kind] = found.get(kind, 0) + line.seconds
    return found


def _kind(line: Line) -> Kind:
    """Why something counted is of no interest to anybody; why it did not, is."""
    if line.counted:
        return "counted", "", None
    closed = line.state == "closed"
    return line.state, line.reason, line.ref if closed else None


def daybook(lines: Sequence[Line], wall: Wall, shifts: Sequence[Shift]) -> list[Day]:
    """The lines cut at local midnights; each change of the clock stands with its day."""
    days: dict[int, Day] = {}
    for number, line in _cut(lines, wall):
        days.setdefault(number, Day(date_of(number))).lines.append(line)
    for shift in shifts:
        number = wall.local(shift.at)[0]
        if number in days:
            days[number].shifts.append(shift)
    return [days[number] for number in sorted(days)]


def _cut(lines: Sequence[Line], wall: Wall) -> Iterator[tuple[int, Line]]:
    if not lines:
        return
    number = wall.local(lines[0].start)[0]
    midnight = wall.midnight(number + 1)
    for line in lines:
        start = line.start
        while start < line.end:
            while midnight <= start:
                number += 1
                midnight = wall.midnight(number + 1)
            end = min(line.end, midnight)
            yield number, replace(line, start=start, end=end)
            start = end


def _counted(lines: Sequence[Line], start: Micros, end: Micros) -> list[tuple[Micros, Micros]]:
    spans = ((max(line.start, start), min(line.end, end)) for line in lines if line.counted)
    return [(low, high) for low, high in spans if low < high]


def _common(one: tuple[Micros, Micros], other: tuple[Micros, Micros]) -> int:
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return whole_seconds(start, end) if start < end else 0
