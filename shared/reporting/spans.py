"""The span of a report and the days, weeks and months that it touches, where somebody lives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

LONGEST: Final = timedelta(days=5 * 366)
_SUNDAY: Final = 6
"""Of `date.weekday()`; weeks begin as those of the company's calendar do."""


class Step(StrEnum):
    """What time is cut into."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Cut:
    """A civil day, week or month: its first day, and the instant it begins at."""

    step: Step
    first: date
    begins: datetime

    @property
    def name(self) -> str:
        """`2026-02` of a month; a day or week is named by its first day."""
        return f"{self.first:%Y-%m}" if self.step is Step.MONTH else self.first.isoformat()


def moment(end: datetime | date | None, zone: ZoneInfo) -> datetime | None:
    """An end of a span; a date is the beginning of its day."""
    if end is None or isinstance(end, datetime):
        return end
    return begin(end, zone)


def begin(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day, also of one whose midnight is skipped."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def cuts(step: Step, start: datetime, end: datetime, zone: ZoneInfo) -> tuple[Cut, ...]:
    """Every day, week or month that `[start, end)` touches; one at least."""
    day = _FIRST[step](start.astimezone(zone).date())
    found: dict[datetime, Cut] = {}
    while not found or begin(day, zone) < end:
        # A day that a zone skipped (Samoa, 2011) begins when the next one does, and gives way.
        found[begin(day, zone)] = Cut(step, day, begin(day, zone))
        day = _NEXT[step](day)
    return tuple(found.values())


def after(cut: Cut, zone: ZoneInfo) -> datetime:
    """The instant at which the next one begins."""
    return begin(_NEXT[cut.step](cut.first), zone)


def month_before(moment: datetime, count: int, zone: ZoneInfo) -> datetime:
    """The beginning of the month that lies `count` months before that of `moment`."""
    local = moment.astimezone(zone)
    year, index = divmod(local.year * 12 + local.month - 1 - count, 12)
    return begin(date(year, index + 1, 1), zone)


def share(part: int, whole: int) -> float | None:
    """A part of a whole to four places; of nothing there is none."""
    return round(part / whole, 4) if whole else None


def _sunday(day: date) -> date:
    return day - timedelta(days=(day.weekday() - _SUNDAY) % 7)


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


_FIRST: Final[Mapping[Step, Callable[[date], date]]] = {
    Step.DAY: lambda day: day,
    Step.WEEK: _sunday,
    Step.MONTH: lambda day: day.replace(day=1),
}
_NEXT: Final[Mapping[Step, Callable[[date], date]]] = {
    Step.DAY: lambda day: day + timedelta(days=1),
    Step.WEEK: lambda day: day + timedelta(days=7),
    Step.MONTH: _month_after,
}
