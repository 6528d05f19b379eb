"""Regional recipes and edges by table (sla.md 5.2, 5.3, 5.11)."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from typing_extensions import override

from shared.worktime import (
    SECOND,
    Compiled,
    InvalidCalendar,
    InvalidDuration,
    NoBusinessHours,
    before,
    business_days,
    deadline,
    elapsed,
    instant,
    micros,
    partition,
    read_calendar,
)
from shared.worktime.blocks import BLOCK
from shared.worktime.timeline import Day
from tests.shared.worktime.walk import at

HOUR, DAY = 3600 * SECOND, 86_400 * SECOND
WEEK = {day: [["09:00", "17:00"]] for day in ("sun", "mon", "tue", "wed", "thu")}
COMPANY: dict[str, Any] = {"timezone": "Asia/Riyadh", "weekly": WEEK}
RAMADAN = {
    **COMPANY,
    "seasons": [
        {
            "name": "ramadan",
            "from": "2026-02-18",
            "to": "2026-03-19",
            "weekly": {day: [["10:00", "15:00"]] for day in WEEK},
        }
    ],
}
NIGHT = {"timezone": "Asia/Riyadh", "weekly": {"thu": [["22:00", "06:00"]]}}


def due(data: dict[str, Any], start: str, hours: float) -> str:
    found = deadline(Compiled(read_calendar(data)), micros(at(start)), int(hours * HOUR))
    return instant(found).isoformat()


@pytest.mark.parametrize(
    ("what", "data", "start", "hours", "expected"),
    [
        ("within a day", COMPANY, "2026-02-15T07:00:00Z", 4, "2026-02-15T11:00:00+00:00"),
        ("used up at closing", COMPANY, "2026-02-15T10:00:00Z", 4, "2026-02-15T14:00:00+00:00"),
        ("over the weekend", COMPANY, "2026-02-12T13:00:00Z", 2, "2026-02-15T07:00:00+00:00"),
        ("nothing waits at night", COMPANY, "2026-02-15T20:00:00Z", 0, "2026-02-16T06:00:00+00:00"),
        ("Ramadan begins", RAMADAN, "2026-02-17T12:00:00Z", 4, "2026-02-18T09:00:00+00:00"),
        ("night shift", NIGHT, "2026-02-12T18:00:00Z", 6, "2026-02-13T01:00:00+00:00"),
        (
            "a holiday cuts the night shift at midnight",
            {**NIGHT, "holidays": ["2026-02-13"]},
            "2026-02-12T19:00:00Z",
            3,
            "2026-02-19T20:00:00+00:00",
        ),
        (
            "a holiday cancels what starts on it",
            {**COMPANY, "holidays": ["2026-02-15"]},
            "2026-02-14T00:00:00Z",
            1,
            "2026-02-16T07:00:00+00:00",
        ),
        (
            "an override beats the holiday",
            {
                **COMPANY,
                "holidays": ["2026-02-15"],
                "overrides": {"2026-02-15": [["12:00", "24:00"]]},
            },
            "2026-02-14T00:00:00Z",
            12,
            "2026-02-15T21:00:00+00:00",
        ),
        (
            "a break is taken out",
            {**COMPANY, "breaks": {"2026-02-15": [["12:00", "13:00"]]}},
            "2026-02-15T08:00:00Z",
            2,
            "2026-02-15T11:00:00+00:00",
        ),
        (
            "a tentative holiday closes nothing yet",
            {**COMPANY, "holidays": [{"date": "2026-02-15", "status": "tentative"}]},
            "2026-02-15T06:00:00Z",
            1,
            "2026-02-15T07:00:00+00:00",
        ),
    ],
)
def test_deadlines_of_regional_calendars(
    what: str, data: dict[str, Any], start: str, hours: float, expected: str
) -> None:
    assert due(data, start, hours) == expected, what


def test_a_skipped_wall_time_counts_nothing_and_a_repeated_one_twice() -> None:
    cairo = Compiled(
        read_calendar(
            {
                "timezone": "Africa/Cairo",
                "weekly": {"fri": [["00:00", "02:00"]], "thu": [["23:00", "24:00"]]},
            }
        )
    )
    spring = elapsed(cairo, micros(at("2026-04-23T12:00:00Z")), micros(at("2026-04-24T12:00:00Z")))
    autumn = elapsed(cairo, micros(at("2026-10-29T12:00:00Z")), micros(at("2026-10-30T12:00:00Z")))
    assert spring == 2 * HOUR
    assert autumn == 4 * HOUR


def test_what_was_used_up_at_opening_began_there_seen_from_behind() -> None:
    timeline = Compiled(read_calendar(COMPANY))
    end = micros(at("2026-02-15T09:00:00Z"))
    assert instant(before(timeline, end, 3 * HOUR)) == at("2026-02-15T06:00:00Z")
    assert instant(before(timeline, micros(at("2026-02-15T04:00:00Z")), 0)) == at(
        "2026-02-12T14:00:00Z"
    )


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-02-15T08:00:00Z", 1, "2026-02-16T08:00:00Z"),
        ("2026-02-12T08:00:00Z", 1, "2026-02-15T08:00:00Z"),
        ("2026-02-13T08:00:00Z", 1, "2026-02-16T06:00:00Z"),
        ("2026-02-17T12:00:00Z", 2, "2026-02-19T12:00:00Z"),
        ("2026-02-12T15:00:00Z", 2, "2026-02-17T06:00:00Z"),
        ("2026-02-13T15:00:00Z", 0, "2026-02-15T06:00:00Z"),
    ],
)
def test_business_days_keep_the_wall_time(start: str, days: int, expected: str) -> None:
    timeline = Compiled(read_calendar(COMPANY))
    assert instant(business_days(timeline, micros(at(start)), days)) == at(expected)


def test_a_business_day_that_lands_in_shorter_hours_moves_to_the_next_opening() -> None:
    timeline = Compiled(read_calendar(RAMADAN))
    assert instant(business_days(timeline, micros(at("2026-02-17T13:00:00Z")), 1)) == at(
        "2026-02-19T07:00:00Z"
    )


def test_reasons_name_what_closed_the_door() -> None:
    data = {
        **RAMADAN,
        "holidays": [{"date": "2026-02-16", "id": "founding-day"}],
        "breaks": {"2026-02-17": [["12:00", "13:00"]]},
    }
    parts = partition(
        Compiled(read_calendar(data)),
        micros(at("2026-02-15T21:00:00Z")),
        micros(at("2026-02-18T12:00:00Z")),
    )
    assert [(part.open, part.reason, part.ref) for part in parts] == [
        (False, "holiday", "founding-day"),
        (False, "weekly", None),
        (True, "weekly", None),
        (False, "break", None),
        (True, "weekly", None),
        (False, "weekly", None),
        (False, "season", "ramadan"),
        (True, "season", "ramadan"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        [],
        {},
        {"timezone": "Asia/Mecca"},
        {"timezone": "../etc/passwd"},
        {"timezone": 7},
        {**COMPANY, "weekly": {"sunday": []}},
        {**COMPANY, "weekly": {"sun": [["9:00", "17:00"]]}},
        {**COMPANY, "weekly": {"sun": [["09:00", "25:00"]]}},
        {**COMPANY, "weekly": {"sun": [["24:00", "24:00"]]}},
        {**COMPANY, "weekly": {"sun": ["09:00-17:00"]}},
        {**COMPANY, "weekly": {"sun": "09:00"}},
        {**COMPANY, "weekly": []},
        {**COMPANY, "holidays": ["2026-02-30"]},
        {**COMPANY, "holidays": ["today"]},
        {**COMPANY, "holidays": [7]},
        {**COMPANY, "seasons": [{"from": "2026-03-01", "to": "2026-02-01"}]},
        {**COMPANY, "overrides": {"someday": []}},
        {**COMPANY, "always_open": "yes"},
        {**COMPANY, "holiday": []},
    ],
)
def test_what_cannot_be_meant_is_an_invalid_calendar(data: Any) -> None:
    with pytest.raises(InvalidCalendar):
        read_calendar(data)


def test_a_calendar_that_opens_within_a_year_is_searched_and_a_later_one_is_not() -> None:
    near = {**COMPANY, "weekly": {}, "overrides": {"2027-01-01": [["09:00", "10:00"]]}}
    assert due(near, "2026-01-01T00:00:00Z", 1) == "2027-01-01T07:00:00+00:00"
    with pytest.raises(NoBusinessHours):
        due(near, "2025-12-01T00:00:00Z", 1)
    with pytest.raises(NoBusinessHours):
        due(near, "2026-01-01T00:00:00Z", 1.5)
    with pytest.raises(NoBusinessHours):
        business_days(Compiled(read_calendar(near)), micros(at("2026-06-01T00:00:00Z")), 1)


def test_durations_and_instants_beyond_reason_are_refused() -> None:
    timeline = Compiled(read_calendar(COMPANY))
    start = micros(at("2026-01-01T00:00:00Z"))
    calls: tuple[Callable[[], object], ...] = (
        lambda: deadline(timeline, start, -1),
        lambda: before(timeline, start, -1),
        lambda: business_days(timeline, start, -1),
        lambda: deadline(timeline, start, 10**9 * HOUR),
        lambda: before(timeline, start, 10**9 * HOUR),
        lambda: business_days(timeline, start, 10**6),
        lambda: elapsed(timeline, start, start * 100),
        lambda: micros(at("0001-01-02T00:00:00Z")),
    )
    for refused in calls:
        with pytest.raises(InvalidDuration):
            refused()
    assert elapsed(timeline, start, start - HOUR) == 0


def test_the_year_before_a_shut_door_counts_from_the_last_closing_of_a_whole_block() -> None:
    first = 600 * 32  # the first day of a block
    openings = [first + 1, first + 30, first + 30 + 365, first + 30 + 2 * 365]
    days = {date.fromordinal(719163 + day).isoformat(): [["09:00", "10:00"]] for day in openings}
    timeline = Compiled(read_calendar({"timezone": "UTC", "overrides": days}))
    start, end = first * DAY, (openings[-1] + 1) * DAY
    assert deadline(timeline, start, 4 * HOUR) == openings[3] * DAY + 10 * HOUR
    assert before(timeline, end, 4 * HOUR) == openings[0] * DAY + 9 * HOUR
    assert business_days(timeline, start, 3) == openings[3] * DAY + 9 * HOUR
    with pytest.raises(NoBusinessHours):
        deadline(timeline, start, 5 * HOUR)


class Watched(Compiled):
    """Counts the days that a walk looks at one by one."""

    looked = 0

    @override
    def day(self, number: int) -> Day:
        self.looked += 1
        return super().day(number)


def test_a_question_of_decades_looks_at_few_days_one_by_one() -> None:
    week = {"fri": [["23:30", "00:30"]]}
    timeline = Watched(read_calendar({"timezone": "Africa/Cairo", "weekly": week}))
    start = micros(at("2026-01-01T00:00:00Z"))
    far = start + 7000 * DAY
    calls: tuple[Callable[[], object], ...] = (
        lambda: deadline(timeline, start, 900 * HOUR),
        lambda: before(timeline, far, 900 * HOUR),
        lambda: business_days(timeline, start, 900),
        lambda: elapsed(timeline, start, far),
    )
    for ask in calls:
        ask()  # whole blocks are known now
        timeline.looked = 0
        ask()
        assert timeline.looked <= 3 * BLOCK
