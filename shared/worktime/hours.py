"""The wall clock of one local date: what is open, what is closed, and why (sla.md 5.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from shared.worktime.calendar import Calendar, Window, Windows
from shared.worktime.instants import DAY, MINUTE, Micros, date_of

_MIDNIGHT: Final = 24 * 60


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


ROUND_THE_CLOCK: Final = (Stretch(0, DAY, open=True, reason="always_open"),)


class Hours:
    """Answers for one calendar what each local date's wall clock looks like."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._holidays = {holiday.day: holiday.ref for holiday in calendar.holidays}

    def rule(self, day: date) -> Rule:
        """First match of override, holiday, season, week."""
        calendar = self._calendar
        if day in calendar.overrides:
            return Rule(calendar.overrides[day], "override", day.isoformat())
        if day in self._holidays:
            return Rule((), "holiday", self._holidays[day])
        for season in calendar.seasons:
            if season.first <= day <= season.last:
                return Rule(season.weekly[day.weekday()], "season", season.name)
        return Rule(calendar.weekly[day.weekday()], "weekly")

    def any_hours(self, number: int) -> bool:
        """Whether the date opens at all after its breaks, by windows that start on it."""
        if self._calendar.always_open:
            return True
        day = date_of(number)
        windows = self.rule(day).windows
        if not windows or day not in self._calendar.breaks:
            return bool(windows)
        breaks = self._calendar.breaks[day]
        edges = sorted({edge for window in (*windows, *breaks) for edge in window})
        return any(_inside(windows, edge) and not _inside(breaks, edge) for edge in edges)

    def wall(self, number: int) -> tuple[Stretch, ...]:
        """The date's 24 hours without a gap, neighbours of one kind joined."""
        if self._calendar.always_open:
            return ROUND_THE_CLOCK
        day = date_of(number)
        today = self.rule(day)
        yesterday = self.rule(date_of(number - 1))
        spill = () if today.reason == "holiday" else _spill(yesterday.windows)
        breaks = (*self._breaks(number), *_spill(self._breaks(number - 1)))
        edges = _edges((*today.windows, *spill, *breaks))
        return _join(
            _stretch(low, high, today, (yesterday, spill), breaks) for low, high in pairwise(edges)
        )

    def _breaks(self, number: int) -> Windows:
        return self._calendar.breaks.get(date_of(number), ())


def _spill(windows: Windows) -> Windows:
    """What windows of the day before leave on this date."""
    return tuple((0, end - _MIDNIGHT) for _, end in windows if end > _MIDNIGHT)


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
