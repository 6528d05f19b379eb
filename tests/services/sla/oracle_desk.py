"""The oracle's desk (sla.md 5.2 and 5.3): walks time and asks the local wall clock each minute.

It shares nothing with the product: calendars are the plain JSON of a simulation, instants are
whole seconds since 1970.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

Data = dict[str, Any]
Piece = tuple[int, int]
DAY, MINUTE = 86_400, 60
REACH = 40
"""Days on either side of its origin that an oracle has walked; beyond it says nothing."""
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Beyond(Exception):
    """The answer lies outside what was walked."""


def stamp(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def clock_minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


@lru_cache(maxsize=64)
def wall_clock(zone: str, first: int) -> tuple[list[int], list[tuple[date, int]]]:
    """What the wall clock shows in each minute of the reach, as stretches that simply tick on."""
    with resources.files("tzdata.zoneinfo").joinpath(zone).open("rb") as file:
        where = ZoneInfo.from_file(file, key=zone)
    begins: list[int] = []
    shows: list[tuple[date, int]] = []
    expected: tuple[date, int] | None = None
    for number in range(2 * REACH * 1440):
        local = datetime.fromtimestamp(first + number * MINUTE, where)
        shown = (local.date(), local.hour * 60 + local.minute)
        if shown != expected:
            begins.append(number)
            shows.append(shown)
        expected = (shown[0], shown[1] + 1)
    return begins, shows


def hours_of(data: Data, day: date) -> tuple[bool, list[Piece]]:
    """Whether the date is a holiday, and its windows in minutes (5.2: the first match wins)."""
    text, name = day.isoformat(), NAMES[day.weekday()]
    holiday = False
    if text in data.get("overrides", {}):
        windows = data["overrides"][text]
    elif text in data.get("holidays", []):
        holiday, windows = True, []
    else:
        week = data.get("weekly", {})
        for season in reversed(data.get("seasons", [])):
            if season["from"] <= text <= season["to"]:
                week = season["weekly"]
        windows = week.get(name, [])
    return holiday, spans(windows)


def spans(windows: list[list[str]]) -> list[Piece]:
    found = []
    for opening, closing in windows:
        start, end = clock_minutes(opening), clock_minutes(closing)
        found.append((start, end if end > start else end + 1440))
    return found


class Desk:
    """When a calendar's desk is open, minute by minute, around an origin."""

    def __init__(self, data: Data, origin: int) -> None:
        self.data = data
        self.first = (origin // DAY - REACH) * DAY
        self.last = self.first + 2 * REACH * DAY
        zone = data.get("timezone") or "UTC"
        self._begins, self._shows = wall_clock(zone, self.first)
        ends = [*self._begins[1:], 2 * REACH * 1440]
        days: dict[date, bytearray] = {}
        self.open = bytearray()
        for begin, end, (day, minute) in zip(self._begins, ends, self._shows, strict=True):
            if day not in days:
                days[day] = self._minutes(day)
            self.open += days[day][minute : minute + end - begin]

    def _minutes(self, day: date) -> bytearray:
        """The 1440 minutes of a date: its own windows, the night shift before it, its breaks."""
        if self.data.get("always_open"):
            return bytearray(b"\1" * 1440)
        before = day - timedelta(days=1)
        holiday, own = hours_of(self.data, day)
        night = [] if holiday else hours_of(self.data, before)[1]
        minutes = bytearray(1440)
        _paint(minutes, own, 1)
        _paint(minutes, [(a - 1440, b - 1440) for a, b in night], 1)
        rests = self.data.get("breaks", {})
        _paint(minutes, spans(rests.get(day.isoformat(), [])), 0)
        spill = spans(rests.get(before.isoformat(), []))
        _paint(minutes, [(a - 1440, b - 1440) for a, b in spill], 0)
        return minutes

    def has_hours(self, day: date) -> bool:
        """Whether anything is open on the date by windows of its own (5.3)."""
        if self.data.get("always_open"):
            return True
        minutes = bytearray(2880)
        _paint(minutes, hours_of(self.data, day)[1], 1)
        _paint(minutes, spans(self.data.get("breaks", {}).get(day.isoformat(), [])), 0)
        return any(minutes)

    def counts(self, at: int) -> bool:
        if not self.first <= at < self.last:
            raise Beyond
        return bool(self.open[(at - self.first) // MINUTE])

    def pieces(self, start: int, end: int) -> Iterator[Piece]:
        """The counted parts of `[start, end)`, found by walking."""
        at = start
        while at < end:
            if not self.first <= at < self.last:
                raise Beyond
            number = (at - self.first) // MINUTE
            state = self.open[number]
            change = self.open.find(1 - state, number)
            stop = self.last if change < 0 else self.first + change * MINUTE
            if state:
                yield at, min(stop, end)
            at = min(stop, end)

    def elapsed(self, start: int, end: int) -> int:
        return sum(b - a for a, b in self.pieces(start, end))

    def after(self, start: int, seconds: int) -> int:
        """The earliest instant with so much counted; of nothing, the first that counts."""
        for a, b in self.pieces(start, self.last):
            if seconds <= b - a:
                return a + seconds
            seconds -= b - a
        raise Beyond

    def before(self, end: int, seconds: int) -> int:
        for a, b in reversed(list(self.pieces(self.first, end))):
            if seconds <= b - a:
                return b - seconds
            seconds -= b - a
        raise Beyond

    def business_days(self, start: int, days: int) -> int:
        moment = self.after(start, 0)
        day, wall = self.local(moment)
        if not days:
            return moment
        while days:
            day += timedelta(days=1)
            days -= self.has_hours(day)
            if (day - date(1970, 1, 1)).days * DAY > self.last:
                raise Beyond
        return self.after(self.instant(day, wall), 0)

    def local(self, at: int) -> tuple[date, int]:
        """Date and second of the wall clock."""
        number = (at - self.first) // MINUTE
        index = bisect_right(self._begins, number) - 1
        day, minute = self._shows[index]
        return day, (minute + number - self._begins[index]) * 60 + at % 60

    def instant(self, day: date, wall: int) -> int:
        """When the wall clock first shows that; a skipped time comes as late as it was skipped."""
        last = self._begins[-1] + 1440
        for index, (shown, minute) in enumerate(self._shows):
            end = self._begins[index + 1] if index + 1 < len(self._begins) else last
            length = end - self._begins[index]
            if shown == day and minute * 60 <= wall < (minute + length) * 60:
                return self.first + self._begins[index] * MINUTE + wall - minute * 60
        latest = [i for i, (shown, m) in enumerate(self._shows) if (shown, m * 60) < (day, wall)]
        if not latest:
            raise Beyond
        shown, minute = self._shows[latest[-1]]
        late = (day - shown).days * DAY + wall - minute * 60
        return self.first + self._begins[latest[-1]] * MINUTE + late


def _paint(minutes: bytearray, windows: list[Piece], value: int) -> None:
    for start, end in windows:
        for minute in range(max(start, 0), min(end, len(minutes))):
            minutes[minute] = value
