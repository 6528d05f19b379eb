"""Counting business time: elapsed, deadlines both ways, business days (sla.md 5.3)."""

from collections.abc import Iterator
from typing import Final

from shared.worktime.errors import InvalidDuration, NoBusinessHours
from shared.worktime.instants import DAY, Micros
from shared.worktime.timeline import Span, Timeline

SEARCH: Final = 366 * DAY
"""How long a search stands before a closed door."""

_HORIZON_DAYS: Final = 366 * 20
"""Beyond twenty years a duration is a mistake, not a promise; it also bounds the work."""


def elapsed(timeline: Timeline, start: Micros, end: Micros) -> Micros:
    """Counted time in `[start, end)`; additive, and 0 when `end <= start`."""
    if end <= start:
        return 0
    first, last = start // DAY, (end - 1) // DAY
    if last - first > _HORIZON_DAYS:
        raise InvalidDuration("the span is too long")
    if first == last:
        return sum(max(0, min(e, end) - max(s, start)) for s, e in timeline.day(first)[0])
    total = sum(e - max(s, start) for s, e in timeline.day(first)[0] if e > start)
    for number in range(first + 1, last):
        total += timeline.day(number)[1]
    return total + sum(min(e, end) - s for s, e in timeline.day(last)[0] if s < end)


def deadline(timeline: Timeline, start: Micros, amount: Micros) -> Micros:
    """The earliest instant with `amount` counted since `start`; of 0, the first counted one."""
    _check(amount)
    for low, high in _ahead(timeline, start):
        if amount <= high - low:
            return low + amount
        amount -= high - low
    raise InvalidDuration("the deadline is too far away")


def first_counted(timeline: Timeline, start: Micros) -> Micros:
    """`start` itself when it counts, else the next opening."""
    return deadline(timeline, start, 0)


def before(timeline: Timeline, end: Micros, amount: Micros) -> Micros:
    """The latest instant with `amount` counted from it to `end`: the mirror of `deadline`."""
    _check(amount)
    for low, high in _behind(timeline, end):
        if amount <= high - low:
            return high - amount
        amount -= high - low
    raise InvalidDuration("the instant is too far away")


def business_days(timeline: Timeline, start: Micros, days: int) -> Micros:
    """On by `days` dates that have hours, at the wall time of the first counted instant.

    Where that wall time is closed, the next opening.
    """
    _check(days)
    moment = first_counted(timeline, start)
    date, wall = timeline.local(moment)
    if days == 0:
        return moment
    date = _dates_ahead(timeline, date, days)
    return first_counted(timeline, timeline.resolve(date, wall))


def _dates_ahead(timeline: Timeline, date: int, days: int) -> int:
    horizon, last_open = date + _HORIZON_DAYS, date
    while days:
        date += 1
        if timeline.any_hours(date):
            days -= 1
            last_open = date
        elif (date - last_open) * DAY > SEARCH:
            raise NoBusinessHours("no date with hours within 366 days")
        if date > horizon:
            raise InvalidDuration("the deadline is too far away")
    return date


def _ahead(timeline: Timeline, start: Micros) -> Iterator[Span]:
    """Counted spans from `start` on; a door that stays shut for a year ends the search."""
    shut, first = start, start // DAY
    for number in range(first, first + _HORIZON_DAYS):
        for low, high in timeline.day(number)[0]:
            if high > start:
                if low - shut > SEARCH:
                    raise NoBusinessHours("nothing opens within 366 days")
                yield max(low, start), high
                shut = high
        if number * DAY - shut > SEARCH:
            raise NoBusinessHours("nothing opens within 366 days")


def _behind(timeline: Timeline, end: Micros) -> Iterator[Span]:
    """Counted spans back from `end`."""
    shut, first = end, (end - 1) // DAY
    for number in range(first, first - _HORIZON_DAYS, -1):
        for low, high in reversed(timeline.day(number)[0]):
            if low < end:
                if shut - high > SEARCH:
                    raise NoBusinessHours("nothing was open within 366 days")
                yield low, min(high, end)
                shut = low
        if shut - (number + 1) * DAY > SEARCH:
            raise NoBusinessHours("nothing was open within 366 days")


def _check(amount: int) -> None:
    if amount < 0:
        raise InvalidDuration("a duration is not negative")
