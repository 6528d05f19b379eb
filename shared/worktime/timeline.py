"""A calendar compiled to counted UTC spans, one UTC day at a time, and remembered.

Days are cut by UTC, not by local date: where clocks go back past midnight the local dates
interleave, the UTC days never do. The local wall clock decides inside them (sla.md 5.3).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from typing_extensions import override

from shared.worktime import zones
from shared.worktime.blocks import BLOCK, Block, Span, summed
from shared.worktime.calendar import Calendar
from shared.worktime.hours import Hours, Rule, Stretch
from shared.worktime.instants import DAY, Micros, date_of

Day = tuple[tuple[Span, ...], Micros]
"""The counted spans of a UTC day, and their sum."""

_REMEMBERED: Final = 20_000


class Timeline(Protocol):
    """What counting needs to know about time."""

    @property
    def timezone(self) -> str: ...

    def day(self, number: int) -> Day: ...

    def block(self, number: int) -> Block:
        """`BLOCK` UTC days at once."""
        ...

    def dates(self, number: int) -> Block:
        """`BLOCK` local dates at once: how many open, the first and the last of them."""
        ...

    def stretches(self, number: int) -> Sequence[Stretch]:
        """The whole UTC day with reasons, in instants."""
        ...

    def local(self, at: Micros) -> tuple[int, Micros]:
        """Local date number and wall time of an instant."""
        ...

    def resolve(self, number: int, wall: Micros) -> Micros: ...

    def any_hours(self, number: int) -> bool: ...

    def in_force(self, number: int) -> "Compiled":
        """The one calendar that rules a local date (its noon)."""
        ...


class _Remembering(ABC):
    """Keeps days and blocks that were compiled once; the rest is the subclass's."""

    def __init__(self) -> None:
        self._days: dict[int, Day] = {}
        self._blocks: dict[int, Block] = {}
        self._dates: dict[int, Block] = {}

    def day(self, number: int) -> Day:
        found = self._days.get(number)
        if found is None:
            if len(self._days) > _REMEMBERED:
                self._days.clear()
            found = self._days[number] = self._compile(number)
        return found

    def block(self, number: int) -> Block:
        found = self._blocks.get(number)
        if found is None:
            days = map(self.day, range(number * BLOCK, (number + 1) * BLOCK))
            found = self._blocks[number] = summed(span for spans, _ in days for span in spans)
        return found

    def dates(self, number: int) -> Block:
        found = self._dates.get(number)
        if found is None:
            dates = filter(self.any_hours, range(number * BLOCK, (number + 1) * BLOCK))
            found = self._dates[number] = summed((date, date + 1) for date in dates)
        return found

    @abstractmethod
    def any_hours(self, number: int) -> bool: ...

    @abstractmethod
    def in_force(self, number: int) -> "Compiled": ...

    @abstractmethod
    def _compile(self, number: int) -> Day: ...


class Compiled(_Remembering):
    """One calendar's timeline."""

    def __init__(self, calendar: Calendar) -> None:
        super().__init__()
        self.calendar = calendar
        self._zone = zones.load(calendar.timezone)
        self._hours = Hours(calendar)

    @property
    def timezone(self) -> str:
        return self.calendar.timezone

    def stretches(self, number: int) -> list[Stretch]:
        return list(self._stretches(number))

    def local(self, at: Micros) -> tuple[int, Micros]:
        return divmod(at + zones.offset(self._zone, at), DAY)

    def resolve(self, number: int, wall: Micros) -> Micros:
        return zones.resolve(self._zone, number * DAY + wall)

    @override
    def any_hours(self, number: int) -> bool:
        return self._hours.any_hours(number)

    @override
    def in_force(self, number: int) -> "Compiled":
        return self

    def rule(self, number: int) -> Rule:
        """What decides a local date."""
        return self._hours.rule(date_of(number))

    def cancelled(self, number: int) -> Rule | None:
        """The holiday whose night would have reached into a local date."""
        return self._hours.cancelled(number)

    def wall(self, number: int) -> tuple[Stretch, ...]:
        """The wall clock of a local date."""
        return self._hours.wall(number)

    @override
    def _compile(self, number: int) -> Day:
        if self.calendar.always_open:
            return ((number * DAY, (number + 1) * DAY),), DAY
        spans: list[Span] = []
        for start, end, shift in zones.pieces(self._zone, number):
            low, high = start + shift, end + shift
            for date in range(low // DAY, (high - 1) // DAY + 1):
                midnight = date * DAY
                for opening, closing in self._hours.open(date):
                    opened, closed = max(low, midnight + opening), min(high, midnight + closing)
                    if opened < closed:
                        _append(spans, opened - shift, closed - shift)
        return tuple(spans), sum(end - start for start, end in spans)

    def _stretches(self, number: int) -> Iterator[Stretch]:
        for start, end, shift in zones.pieces(self._zone, number):
            low, high = start + shift, end + shift
            for date in range(low // DAY, (high - 1) // DAY + 1):
                yield from self._clipped(date, low, high, shift)

    def _clipped(self, date: int, low: Micros, high: Micros, shift: Micros) -> Iterator[Stretch]:
        midnight = date * DAY
        for part in self._hours.wall(date):
            start, end = max(low, midnight + part.start), min(high, midnight + part.end)
            if start < end:
                yield Stretch(start - shift, end - shift, part.open, part.reason, part.ref)


class Spliced(_Remembering):
    """Versions of one calendar, each in force from an instant on (sla.md 5.9).

    `parts` are ordered; the first also serves the time before it.
    """

    def __init__(self, parts: Sequence[tuple[Micros, Timeline]]) -> None:
        super().__init__()
        self._parts = tuple(parts)

    @property
    def timezone(self) -> str:
        return self._parts[-1][1].timezone

    def stretches(self, number: int) -> list[Stretch]:
        found: list[Stretch] = []
        for low, high, part in self._parts_of(number):
            for item in part.stretches(number):
                start, end = max(low, item.start), min(high, item.end)
                if start < end:
                    found.append(Stretch(start, end, item.open, item.reason, item.ref))
        return found

    def local(self, at: Micros) -> tuple[int, Micros]:
        return self.at(at).local(at)

    def resolve(self, number: int, wall: Micros) -> Micros:
        return self.at(number * DAY + wall).resolve(number, wall)

    @override
    def any_hours(self, number: int) -> bool:
        return self.at(number * DAY + DAY // 2).any_hours(number)

    @override
    def in_force(self, number: int) -> Compiled:
        return self.at(number * DAY + DAY // 2).in_force(number)

    def at(self, moment: Micros) -> Timeline:
        """The version in force at an instant."""
        chosen = self._parts[0][1]
        for since, part in self._parts[1:]:
            if since <= moment:
                chosen = part
        return chosen

    def _parts_of(self, number: int) -> Iterator[tuple[Micros, Micros, Timeline]]:
        start, end = number * DAY, (number + 1) * DAY
        for index, (since, part) in enumerate(self._parts):
            low = start if index == 0 else max(start, since)
            last = index + 1 == len(self._parts)
            high = end if last else min(end, self._parts[index + 1][0])
            if low < high:
                yield low, high, part

    @override
    def _compile(self, number: int) -> Day:
        spans: list[Span] = []
        for low, high, part in self._parts_of(number):
            for start, end in part.day(number)[0]:
                if max(start, low) < min(end, high):
                    _append(spans, max(start, low), min(end, high))
        return tuple(spans), sum(end - start for start, end in spans)


def _append(spans: list[Span], start: Micros, end: Micros) -> None:
    """The next span, joined to the one before when they touch."""
    if spans and spans[-1][1] == start:
        spans[-1] = (spans[-1][0], end)
    else:
        spans.append((start, end))
