"""Counting business time: elapsed, deadlines both ways, business days (sla.md 5.3).

A walk takes whole blocks of days where it can, days inside a block, spans inside a day; so a
question twenty years long costs about as much as one of a month.
"""

from typing import Final

from shared.worktime.blocks import BLOCK, Block
from shared.worktime.errors import InvalidDuration, NoBusinessHours
from shared.worktime.instants import DAY, Micros
from shared.worktime.timeline import Timeline

SEARCH: Final = 366 * DAY
"""How long a search stands before a closed door."""

_SHUT: Final = "nothing is open within 366 days"

HORIZON: Final = 366 * 20
"""Days; beyond twenty years a duration is a mistake, not a promise. It also bounds the work."""


def elapsed(timeline: Timeline, start: Micros, end: Micros) -> Micros:
    """Counted time in `[start, end)`; additive, and 0 when `end <= start`."""
    if end <= start:
        return 0
    first, last = start // DAY, (end - 1) // DAY
    if last - first > HORIZON:
        raise InvalidDuration("the span is too long")
    if first == last:
        return sum(max(0, min(e, end) - max(s, start)) for s, e in timeline.day(first)[0])
    total = sum(e - max(s, start) for s, e in timeline.day(first)[0] if e > start)
    number = first + 1
    while number < last:
        if not number % BLOCK and number + BLOCK <= last:
            total += timeline.block(number // BLOCK).total
            number += BLOCK
        else:
            total += timeline.day(number)[1]
            number += 1
    return total + sum(min(e, end) - s for s, e in timeline.day(last)[0] if s < end)


def deadline(timeline: Timeline, start: Micros, amount: Micros) -> Micros:
    """The earliest instant with `amount` counted since `start`; of 0, the first counted one."""
    _check(amount)
    shut, number = start, start // DAY
    horizon = number + HORIZON
    while number < horizon:
        whole = number % BLOCK == 0 and number * DAY >= start
        block = timeline.block(number // BLOCK) if whole else None
        if block and _used_up(block, amount):
            shut = _passed(block, shut)
            amount -= block.total
            number += BLOCK
        else:
            for low, high in timeline.day(number)[0]:
                if high > start:
                    begin = low if low > start else start  # noqa: FURB136 - max is called too often
                    if begin - shut > SEARCH:
                        raise NoBusinessHours(_SHUT)
                    if amount <= high - begin:
                        return begin + amount
                    amount -= high - begin
                    shut = high
            number += 1
        if number * DAY - shut > SEARCH:
            raise NoBusinessHours(_SHUT)
    raise InvalidDuration("the deadline is too far away")


def first_counted(timeline: Timeline, start: Micros) -> Micros:
    """`start` itself when it counts, else the next opening."""
    return deadline(timeline, start, 0)


def before(timeline: Timeline, end: Micros, amount: Micros) -> Micros:
    """The latest instant with `amount` counted from it to `end`: the mirror of `deadline`."""
    _check(amount)
    shut, number = end, (end - 1) // DAY
    horizon = number - HORIZON
    while number > horizon:
        whole = number % BLOCK == BLOCK - 1 and (number + 1) * DAY <= end
        block = timeline.block(number // BLOCK) if whole else None
        if block and _used_up(block, amount):
            shut = _passed_behind(block, shut)
            amount -= block.total
            number -= BLOCK
        else:
            for low, high in reversed(timeline.day(number)[0]):
                if low < end:
                    close = min(end, high)
                    _within_reach(shut - close)
                    if amount <= close - low:
                        return close - amount
                    amount -= close - low
                    shut = low
            number -= 1
        _within_reach(shut - (number + 1) * DAY)
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
    """The `days`-th date after `date` that has hours."""
    shut, number = date + 1, date + 1
    while number <= date + HORIZON:
        block = timeline.dates(number // BLOCK) if number % BLOCK == 0 else None
        if block and _used_up(block, days):
            shut = _passed(block, shut, DAY)
            days -= block.total
            number += BLOCK
        else:
            if timeline.any_hours(number):
                _within_reach((number - shut) * DAY)
                days, shut = days - 1, number + 1
            if days == 0:
                return number
            number += 1
        _within_reach((number - shut) * DAY)
    raise InvalidDuration("the deadline is too far away")


def _used_up(block: Block, amount: int) -> bool:
    """Whether a walk goes on beyond the block; what is used up at its end is used up in it."""
    return block.total < amount or not block.total


def _passed(block: Block, shut: int, unit: int = 1) -> int:
    """Where the door shut last once the block is behind us."""
    if not block.total:
        return shut
    _within_reach((block.first - shut) * unit)
    return block.last


def _passed_behind(block: Block, shut: Micros) -> Micros:
    if not block.total:
        return shut
    _within_reach(shut - block.last)
    return block.first


def _within_reach(shut_for: Micros) -> None:
    if shut_for > SEARCH:
        raise NoBusinessHours(_SHUT)


def _check(amount: int) -> None:
    if amount < 0:
        raise InvalidDuration("a duration is not negative")
