"""What holds for every calendar, zone and clock change; the minute walk is the judge."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.worktime import (
    SECOND,
    Compiled,
    NoBusinessHours,
    Spliced,
    WorktimeError,
    before,
    business_days,
    deadline,
    elapsed,
    first_counted,
    instant,
    micros,
    partition,
    read_calendar,
)
from shared.worktime.hours import Hours
from tests.shared.worktime import walk
from tests.shared.worktime.calendars import cases

Case = tuple[dict[str, Any], datetime]
DAY = 86_400 * SECOND
lengths = st.integers(0, 4 * 1440)
amounts = st.integers(0, 3 * 86_400 * SECOND)


def compiled(case: Case) -> tuple[Compiled, int]:
    return Compiled(read_calendar(case[0])), micros(case[1])


@given(cases(), lengths)
@settings(max_examples=150, deadline=None)
def test_elapsed_agrees_with_the_minute_walk(case: Case, length: int) -> None:
    timeline, start = compiled(case)
    end = case[1] + timedelta(minutes=length)
    expected = walk.elapsed(case[0], case[1], end)
    assert elapsed(timeline, start, micros(end)) == expected * SECOND


@given(cases(), st.integers(0, 2000))
@settings(max_examples=150, deadline=None)
def test_deadline_agrees_with_the_minute_walk(case: Case, minutes: int) -> None:
    timeline, start = compiled(case)
    expected = walk.deadline(case[0], case[1], minutes * 60, timedelta(days=8))
    if expected is not None:
        assert instant(deadline(timeline, start, minutes * 60 * SECOND)) == expected


@given(cases(), st.integers(0, 2000))
@settings(max_examples=150, deadline=None)
def test_before_agrees_with_the_minute_walk(case: Case, minutes: int) -> None:
    timeline, end = compiled(case)
    expected = walk.before(case[0], case[1], minutes * 60, timedelta(days=8))
    if expected is not None:
        assert instant(before(timeline, end, minutes * 60 * SECOND)) == expected


@given(cases(), st.integers(0, 5))
@settings(max_examples=100, deadline=None)
def test_business_days_agree_with_the_minute_walk(case: Case, days: int) -> None:
    timeline, start = compiled(case)
    expected = walk.business_days(case[0], case[1], days, timedelta(days=9))
    if expected is not None:
        assert instant(business_days(timeline, start, days)) == expected


@given(cases(), st.integers(0, 20 * 366), st.integers(0, 10**9))
@settings(max_examples=15, deadline=None)
def test_far_counting_agrees_with_a_walk_day_by_day(case: Case, days: int, amount: int) -> None:
    """Whole blocks of days are skipped; nothing may be lost or counted twice at their edges."""
    timeline, start = compiled(case)
    end = start + min(days, 7000) * DAY + amount % DAY
    assert elapsed(timeline, start, end) == _summed(timeline, start, end)
    try:
        due = deadline(timeline, start, amount * SECOND // 4)
    except WorktimeError:
        return
    assert _summed(timeline, start, due) == amount * SECOND // 4
    if amount >= 4:
        assert _summed(timeline, start, due - 1) == amount * SECOND // 4 - 1
        assert before(timeline, due, amount * SECOND // 4) >= start


def _summed(timeline: Compiled, start: int, end: int) -> int:
    """Every day's spans, one by one."""
    total = 0
    for number in range(start // DAY, end // DAY + 1):
        total += sum(max(0, min(e, end) - max(s, start)) for s, e in timeline.day(number)[0])
    return total


@given(cases(), st.integers(0, 3000))
@settings(max_examples=15, deadline=None)
def test_far_business_days_agree_with_a_walk_date_by_date(case: Case, days: int) -> None:
    timeline, start = compiled(case)
    try:
        due = business_days(timeline, start, days)
        date, wall = timeline.local(first_counted(timeline, start))
    except WorktimeError:
        return
    while days:
        date += 1
        days -= timeline.any_hours(date)
    assert due == first_counted(timeline, timeline.resolve(date, wall)) or due == first_counted(
        timeline, start
    )


@given(cases())
@settings(max_examples=15, deadline=None)
def test_the_wall_clock_of_a_date_says_the_same_with_and_without_reasons(case: Case) -> None:
    timeline, start = compiled(case)
    hours = Hours(timeline.calendar)
    for number in range(start // DAY - 3, start // DAY + 4):
        opened = [(p.start, p.end) for p in timeline.wall(number) if p.open]
        joined: list[tuple[int, int]] = []
        for low, high in opened:
            if joined and joined[-1][1] == low:
                joined[-1] = (joined[-1][0], high)
            else:
                joined.append((low, high))
        assert tuple(joined) == hours.open(number)


@given(cases(), amounts, amounts)
@settings(deadline=None)
def test_elapsed_adds_up(case: Case, first: int, second: int) -> None:
    timeline, start = compiled(case)
    middle, end = start + first, start + first + second
    whole = elapsed(timeline, start, middle) + elapsed(timeline, middle, end)
    assert elapsed(timeline, start, end) == whole


@given(cases(), amounts)
@settings(deadline=None)
def test_deadline_is_the_earliest_instant_with_that_much_counted(case: Case, amount: int) -> None:
    timeline, start = compiled(case)
    try:
        due = deadline(timeline, start, amount)
    except NoBusinessHours:
        return
    assert elapsed(timeline, start, due) == amount
    if amount:
        assert elapsed(timeline, start, due - 1) == amount - 1


@given(cases(), amounts)
@settings(deadline=None)
def test_before_is_the_latest_instant_with_that_much_counted(case: Case, amount: int) -> None:
    timeline, end = compiled(case)
    try:
        start = before(timeline, end, amount)
    except NoBusinessHours:
        return
    assert elapsed(timeline, start, end) == amount
    if amount:
        assert elapsed(timeline, start + 1, end) == amount - 1


@given(cases(), amounts, amounts)
@settings(deadline=None)
def test_deadlines_never_go_backwards(case: Case, amount: int, more: int) -> None:
    timeline, start = compiled(case)
    try:
        later = deadline(timeline, start, amount + more)
    except NoBusinessHours:
        return
    assert deadline(timeline, start, amount) <= later
    assert deadline(timeline, first_counted(timeline, start), amount) == deadline(
        timeline, start, amount
    )


@given(cases(), amounts)
@settings(deadline=None)
def test_the_partition_has_no_gap_and_counts_the_same(case: Case, length: int) -> None:
    timeline, start = compiled(case)
    parts = partition(timeline, start, start + length)
    edges = [part.start for part in parts] + [start + length]
    assert edges[0] == start
    assert edges[1:] == [part.end for part in parts]
    opened = sum(part.end - part.start for part in parts if part.open)
    assert opened == elapsed(timeline, start, start + length)


@given(cases(), st.integers(-2 * DAY, 2 * DAY), amounts)
@settings(deadline=None)
def test_versions_of_a_calendar_count_each_in_its_own_time(
    case: Case, shift: int, length: int
) -> None:
    old, start = compiled(case)
    new = Compiled(read_calendar({"timezone": "Asia/Riyadh", "always_open": True}))
    change, end = start + shift, start + length
    both = Spliced([(0, old), (change, new)])
    expected = elapsed(old, start, min(change, end)) + elapsed(new, max(change, start), end)
    assert elapsed(both, start, end) == expected


def test_a_door_that_never_opens_is_refused_not_searched_for_ever() -> None:
    empty = Compiled(read_calendar({"timezone": "Asia/Riyadh"}))
    for amount in (0, 1):
        with pytest.raises(NoBusinessHours):
            deadline(empty, micros(walk.at("2026-01-01T00:00:00Z")), amount)
        with pytest.raises(NoBusinessHours):
            before(empty, micros(walk.at("2026-01-01T00:00:00Z")), amount)
