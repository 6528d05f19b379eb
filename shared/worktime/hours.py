"""The wall clock of one local date: what is open, what is closed, and why (sla.md 5.2)."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Final

from shared.vocabulary import Localized
from shared.worktime.calendar import Calendar, Season, Week, Window, Windows
from shared.worktime.instants import DAY, MINUTE, Micros, date_of

Opening = tuple[Micros, Micros]
"""An open part of a date, in microseconds after its midnight."""

_MIDNIGHT: Final = 24 * 60
_WHOLE_DAY: Final = ((0, DAY),)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a date's wall clock, in microseconds after its midnight."""

    start: Micros
    end: Micros
    open: bool
    reason: str
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What decides a date: its windows, and the word for it in the ledger."""

    windows: Windows
    reason: str
    ref: str | None = None
    title: Localized | None = field(default=None, compare=False)


ALWAYS: Final = Rule(((0, _MIDNIGHT),), "always_open")
ROUND_THE_CLOCK: Final = (Stretch(0, DAY, open=True, reason="always_open"),)


class Hours:
    """Answers for one calendar what each local date's wall clock looks like."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._holidays = {
            h.day: Rule((), "holiday", h.ref, h.title) for h in reversed(calendar.holidays)
        }
        self._weekly = _rules(calendar.weekly, "weekly")
        self._starts, self._weeks = _spread(calendar.seasons)
        self._known: dict[tuple[Windows, ...], tuple[Opening, ...]] = {}
        self._latest: tuple[int, tuple[Opening, ...]] = (-1, ())

    def rule(self, day: date) -> Rule:
        """First match of override, holiday, season, week."""
        if self._calendar.always_open:
            return ALWAYS
        found = self._calendar.overrides.get(day)
        if found is not None:
            return Rule(found, "override", day.isoformat())
        return self._holidays.get(day) or self._week(day)[day.weekday()]

    def cancelled(self, number: int) -> Rule | None:
        """The holiday of the day before, where it takes hours after midnight from this date."""
        day = date_of(number - 1)
        ruling = self.rule(day)
        if ruling.reason != "holiday" or self.rule(date_of(number)).reason == "holiday":
            return None
        return ruling if _spill(self._week(day)[day.weekday()].windows) else None

    def any_hours(self, number: int) -> bool:
        """Whether the date opens at all after its breaks, by windows that start on it."""
        if self._calendar.always_open:
            return True
        windows = self.rule(date_of(number)).windows
        return bool(windows) and bool(_without(_merged(windows), _merged(self._breaks(number))))

    def open(self, number: int) -> tuple[Opening, ...]:
        """The open parts of the date's 24 hours; the neighbouring UTC day asks for it again."""
        if self._calendar.always_open:
            return _WHOLE_DAY
        if self._latest[0] != number:
            self._latest = (number, self._opened(number))
        return self._latest[1]

    def _opened(self, number: int) -> tuple[Opening, ...]:
        """Dates of one pattern share one answer."""
        today, spill, breaks = self._pattern(number)
        key = (today.windows, spill, breaks)
        found = self._known.get(key)
        if found is None:
            windows = _without(_merged((*today.windows, *spill)), _merged(breaks))
            within = [(low, min(high, _MIDNIGHT)) for low, high in windows if low < _MIDNIGHT]
            found = tuple((low * MINUTE, high * MINUTE) for low, high in within)
            self._known[key] = found
        return found

    def wall(self, number: int) -> tuple[Stretch, ...]:
        """The date's 24 hours without a gap, neighbours of one kind joined."""
        if self._calendar.always_open:
            return ROUND_THE_CLOCK
        today, spill, breaks = self._pattern(number)
        before = (self.rule(date_of(number - 1)), spill)
        edges = _edges((*today.windows, *spill, *breaks))
        return _join(_stretch(low, high, today, before, breaks) for low, high in pairwise(edges))

    def _pattern(self, number: int) -> tuple[Rule, Windows, Windows]:
        """Today's rule, what yesterday's windows leave on today, all breaks on today."""
        today = self.rule(date_of(number))
        spill: Windows = ()
        if today.reason != "holiday":
            spill = _spill(self.rule(date_of(number - 1)).windows)
        if not self._calendar.breaks:
            return today, spill, ()
        return today, spill, (*self._breaks(number), *_spill(self._breaks(number - 1)))

    def _breaks(self, number: int) -> Windows:
        return self._calendar.breaks.get(date_of(number), ())

    def _week(self, day: date) -> tuple[Rule, ...]:
        if not self._starts:
            return self._weekly
        place = bisect_right(self._starts, day.toordinal()) - 1
        return (self._weeks[place] if place >= 0 else None) or self._weekly


def _rules(
    week: Week, reason: str, ref: str | None = None, title: Localized | None = None
) -> tuple[Rule, ...]:
    return tuple(Rule(windows, reason, ref, title) for windows in week)


def _spread(seasons: Sequence[Season]) -> tuple[list[int], list[tuple[Rule, ...] | None]]:
    """Seasons as neighbouring spans of dates; where several cover a date the first one rules."""
    spans = [(season.first.toordinal(), season.last.toordinal()) for season in seasons]
    weeks = [_rules(s.weekly, "season", s.name, s.title) for s in seasons]
    starts = sorted({edge for first, last in spans for edge in (first, last + 1)})

    def ruling(day: int) -> tuple[Rule, ...] | None:
        covering = (week for (a, b), week in zip(spans, weeks, strict=True) if a <= day <= b)
        return next(covering, None)

    return starts, [ruling(start) for start in starts]


def _spill(windows: Windows) -> Windows:
    """What windows of the day before leave on this date."""
    return tuple((0, end - _MIDNIGHT) for _, end in windows if end > _MIDNIGHT)


def _merged(windows: Windows) -> list[Window]:
    """In order and without overlap."""
    merged: list[Window] = []
    for low, high in sorted(windows):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged


def _without(windows: list[Window], breaks: list[Window]) -> list[Window]:
    """What breaks leave of windows, both in order and without overlap."""
    left: list[Window] = []
    for low, high in windows:
        start = low
        for off, on in breaks:
            if off < high and on > start:
                left.append((start, off))
                start = on
        left.append((start, high))
    return [(low, high) for low, high in left if low < high]


def _edges(windows: Iterable[Window]) -> list[int]:
    inner = {min(edge, _MIDNIGHT) for window in windows for edge in window}
    return sorted(inner | {0, _MIDNIGHT})


def _inside(windows: Windows, minute: int) -> bool:
    return any(start <= minute < end for start, end in windows)


def _stretch(
    low: int, high: int, today: Rule, before: tuple[Rule, Windows], breaks: Windows
) -> Stretch:
    yesterday, spill = before
    opened = today if _inside(today.windows, low) else None
    if opened is None and _inside(spill, low):
        opened = yesterday
    start, end = low * MINUTE, high * MINUTE
    if opened is None:
        return Stretch(start, end, open=False, reason=today.reason, ref=today.ref)
    if _inside(breaks, low):
        return Stretch(start, end, open=False, reason="break")
    return Stretch(start, end, open=True, reason=opened.reason, ref=opened.ref)


def _join(parts: Iterable[Stretch]) -> tuple[Stretch, ...]:
    joined: list[Stretch] = []
    for part in parts:
        last = joined[-1] if joined else None
        if last and (last.open, last.reason, last.ref) == (part.open, part.reason, part.ref):
            joined[-1] = Stretch(last.start, part.end, part.open, part.reason, part.ref)
        else:
            joined.append(part)
    return tuple(joined)
