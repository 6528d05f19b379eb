"""Where every second went: it adds up on any calendar, for any story, through any clock change."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sla.domain.clock import Target
from services.sla.domain.daybook import Day, daybook
from services.sla.domain.daylist import days as listed
from services.sla.domain.fold import Happening, Rules, fold
from services.sla.domain.ledger import (
    CLOCK_CHANGE,
    Line,
    Unbalanced,
    balanced,
    ledger,
    since,
    totals,
    with_shifts,
)
from services.sla.domain.outcomes import State, outcomes
from services.sla.domain.verdicts import verdict
from services.sla.domain.wording import day as told_day
from services.sla.domain.wording import parts
from services.sla.domain.words import Kind
from shared.vocabulary import Localized, Metric
from shared.worktime import SECOND, Compiled, Micros, Wall, instant, micros, read_calendar

ZONES = ("Africa/Cairo", "Asia/Beirut", "Africa/Casablanca", "Australia/Lord_Howe", "Asia/Riyadh")
NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
STATUSES = ("open", "waiting_customer", "resolved", "closed", "open", "spam", "merged")
DAY = 86_400 * SECOND


def hour(number: int) -> str:
    return f"{number // 60:02}:{number % 60:02}"


@st.composite
def windows(draw: st.DrawFn) -> list[list[str]]:
    edges = sorted(draw(st.sets(st.integers(0, 96), min_size=2, max_size=4)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return [[hour(low * 15), hour(high * 15) if high < 96 else "24:00"] for low, high in pairs]


weeks = st.dictionaries(st.sampled_from(NAMES), windows(), min_size=1)
days_of_2026 = st.integers(60, 330).map(lambda n: date(2026, 1, 1) + timedelta(days=n))


@st.composite
def calendars(draw: st.DrawFn) -> Compiled:
    """Zones with clock changes, night shifts, a season, holidays, exceptions, breaks."""
    week = draw(weeks)
    if draw(st.booleans()):
        week[draw(st.sampled_from(NAMES))] = [["22:00", "06:00"]]
    first = draw(days_of_2026)
    until = first + timedelta(days=draw(st.integers(0, 40)))
    season = {"name": "ramadan", "from": str(first), "to": str(until), "weekly": draw(weeks)}
    return Compiled(
        read_calendar(
            {
                "timezone": draw(st.sampled_from(ZONES)),
                "weekly": week,
                "seasons": [season] if draw(st.booleans()) else [],
                "holidays": [str(one) for one in draw(st.sets(days_of_2026, max_size=8))],
                "overrides": {
                    str(one): [["10:00", "11:00"]]
                    for one in draw(st.sets(days_of_2026, max_size=3))
                },
                "breaks": {
                    str(one): [["12:00", "13:00"]]
                    for one in draw(st.sets(days_of_2026, max_size=3))
                },
            }
        )
    )


starts = st.integers(60 * 86_400, 320 * 86_400).map(
    lambda n: micros(datetime(2026, 1, 1, tzinfo=UTC)) + n * SECOND
)
YEAR = tuple(micros(datetime(year, 1, 1, tzinfo=UTC)) for year in (2026, 2027))
LEAPS = {zone: tuple(one.at for one in Wall(zone).shifts(*YEAR)) for zone in ZONES}


def hours(low: int, high: int) -> st.SearchStrategy[Micros]:
    """Small ranges, which hypothesis draws evenly; with seconds that are no round figure."""
    return st.tuples(st.integers(low, high), st.integers(0, 3599)).map(
        lambda pair: (pair[0] * 3600 + pair[1]) * SECOND
    )


def near_a_leap(zone: str) -> st.SearchStrategy[Micros]:
    return st.tuples(st.sampled_from(LEAPS[zone]), hours(-48, 2)).map(sum)


whole = st.just(0)
fraction = st.sampled_from((0, 1, 100_000, 400_000, 700_000, 999_999))


def values(kind: Kind, at: Micros) -> st.SearchStrategy[str]:
    """What such a happening brings; a merged ticket may owe what is due, past or far away."""
    if kind is Kind.JOINED:
        owed = st.tuples(hours(-30, 60).map(lambda due: at + due), hours(0, 60))
        told = st.fixed_dictionaries(
            {
                "from": st.sampled_from("AB"),
                "wait": st.none() | owed,
                "resolution": st.none() | owed,
            }
        )
        return told.map(json.dumps)
    if kind is Kind.PARTED:
        return st.sampled_from("AB")
    return st.sampled_from(("P1", "P2") if kind is Kind.PRIORITY else STATUSES)


@st.composite
def scripts(
    draw: st.DrawFn, ticks: st.SearchStrategy[Micros] = whole
) -> tuple[Rules, list[Happening], Micros]:
    timeline = draw(calendars())
    zone = timeline.timezone
    start = draw(near_a_leap(zone) if LEAPS[zone] else starts) + draw(st.integers(0, SECOND - 1))
    targets = {metric: Target(timeline, draw(st.integers(1, 400_000))) for metric in Metric}
    rules = Rules(
        {"P1": targets, "P2": {Metric.RESOLUTION: Target(timeline, 3600)}},
        timeline,
        frozenset({"waiting_customer"}),
        frozenset(draw(st.sets(st.sampled_from(Metric)))),
        frozenset({"resolved", "closed"}),
    )
    story = [Happening(start, Kind.CREATED, "P1", "new")]
    for offset in sorted(draw(st.lists(hours(0, 120), max_size=9))):
        kind = draw(st.sampled_from([one for one in Kind if one is not Kind.CREATED]))
        at = start + offset + draw(ticks)
        story.append(Happening(at, kind, draw(values(kind, at))))
    story.sort(key=lambda one: one.at)
    as_of = start + draw(hours(0, 160)) + draw(ticks)
    return rules, story, as_of


def accounts(
    script: tuple[Rules, list[Happening], Micros],
) -> Iterator[tuple[Any, list[Line], Micros]]:
    rules, story, as_of = script
    for reading in fold(rules, story, as_of).values():
        yield reading, ledger(reading, as_of), as_of


@given(scripts())
@settings(deadline=None, max_examples=150)
def test_every_second_is_told_once_on_any_calendar(script: Any) -> None:
    for reading, lines, as_of in accounts(script):
        span = (reading.stages[0].start, as_of) if reading.stages else None
        sums = balanced(lines, span)
        assert sums.wall == sums.counted + sums.paused + sums.stopped + sums.closed
        if span is not None:
            assert abs(sums.wall - (as_of - span[0]) // SECOND) <= 1
        assert all(abs(one.seconds * SECOND - (one.end - one.start)) < SECOND for one in lines)


@given(scripts(fraction))
@settings(deadline=None, max_examples=300)
def test_what_is_counted_less_what_was_promised_is_what_is_late(script: Any) -> None:
    """One figure of whole seconds in the ledger, the clock, the sentence and the report."""
    rules, story, as_of = script
    readings = fold(rules, story, as_of)
    for reading, lines, _ in accounts(script):
        exchange = reading.metric is Metric.NEXT_RESPONSE
        if reading.mode is None or not lines:
            continue
        counted = totals(since(lines, reading.start) if exchange else lines).counted
        assert counted == reading.counted
        if reading.amount is None:
            continue
        wall = balanced(lines, _span(reading, as_of)).wall
        assert abs(wall - (as_of - lines[0].start) // SECOND) <= 1
        if reading.used > reading.amount:
            assert counted - reading.target == reading.over
            assert verdict(reading, ()).outcome == "late"
            assert verdict(reading, ()).seconds == reading.over
        elif reading.running:
            assert reading.target - counted == reading.left
    for one in outcomes(readings, as_of, "open"):
        if one.late is not None and one.state is State.LATE:
            assert one.counted - one.target == one.late


def test_fractions_of_a_second_do_not_part_the_figures() -> None:
    """Opened at .9 and looked at at .1: 45.2 seconds are 45, and 5 beyond 40, in every figure."""
    timeline = Compiled(read_calendar({"timezone": "Asia/Riyadh", "always_open": True}))
    rules = Rules({"P1": {Metric.RESOLUTION: Target(timeline, 40)}}, timeline)
    start = micros(datetime(2026, 3, 8, 9, tzinfo=UTC)) + 900_000
    as_of = start + 45_200_000
    story = [Happening(start, Kind.CREATED, "P1", "new")]
    reading = fold(rules, story, as_of)[Metric.RESOLUTION]
    lines = ledger(reading, as_of)
    assert balanced(lines, (start, as_of)).counted == 45
    assert (reading.counted, reading.target, reading.over, reading.left) == (45, 40, 5, 0)


@given(scripts())
@settings(deadline=None, max_examples=150)
def test_days_say_together_what_the_ledger_says(script: Any) -> None:
    wall = Wall(script[0].timeline.timezone)
    for reading, lines, as_of in accounts(script):
        span = (reading.stages[0].start, as_of) if reading.stages else None
        shifts = wall.shifts(*span) if span and span[0] < as_of else []
        book = daybook(lines, wall, shifts)
        whole, by_day = balanced(lines, span), [one.totals for one in book]
        for name in ("wall", "counted", "paused", "stopped", "closed"):
            assert sum(getattr(one, name) for one in by_day) == getattr(whole, name)
        assert [one.date for one in book] == sorted({one.date for one in book})
        assert sum(len(one.shifts) for one in book) == len(shifts)
        for one in book[1:-1]:
            moved = sum(shift.step for shift in one.shifts)
            assert one.totals.wall * SECOND == DAY - moved


@given(scripts())
@settings(deadline=None, max_examples=80)
def test_a_skipped_hour_is_shown_without_a_second_of_its_own(script: Any) -> None:
    zone = script[0].timeline.timezone
    for reading, lines, as_of in accounts(script):
        if not lines:
            continue
        shifts = Wall(zone).shifts(lines[0].start, as_of)
        shown = with_shifts(lines, shifts)
        assert all(one.end == other.start for one, other in pairwise(shown))
        skipped = [line for line in shown if line.reason == CLOCK_CHANGE]
        assert [line.start for line in skipped] == [one.at for one in shifts if one.step > 0]
        assert all(line.seconds == 0 and line.state == "closed" for line in skipped)
        assert sum(line.seconds for line in shown) == balanced(lines, _span(reading, as_of)).wall


def _span(reading: Any, as_of: Micros) -> tuple[Micros, Micros]:
    return reading.stages[0].start, as_of


def test_a_ledger_with_a_hole_is_never_shown() -> None:
    hole = [
        Line(0, SECOND, "counted", "weekly", None),
        Line(2 * SECOND, DAY, "closed", "weekly", None),
    ]
    with pytest.raises(Unbalanced):
        balanced(hole, (0, DAY))
    with pytest.raises(Unbalanced):
        balanced(hole[:1], (0, DAY))
    with pytest.raises(Unbalanced):
        balanced([], (0, DAY))


def book_of(zone: str, week: dict[str, Any], first: str, last: str) -> list[Day]:
    """A clock that runs from one instant to another."""
    timeline = Compiled(read_calendar({"timezone": zone, "weekly": week}))
    rules = Rules({"P1": {Metric.RESOLUTION: Target(timeline, 10**6)}}, timeline)
    start, as_of = (micros(datetime.fromisoformat(text)) for text in (first, last))
    story = [Happening(start, Kind.CREATED, "P1", "new")]
    lines = ledger(fold(rules, story, as_of)[Metric.RESOLUTION], as_of)
    wall = Wall(zone)
    return daybook(lines, wall, wall.shifts(start, as_of))


def nameless(_reason: str, _ref: str | None) -> None:
    return None


NIGHT = {"thu": [["20:00", "04:00"]], "fri": [["20:00", "04:00"]], "sat": [["00:00", "24:00"]]}


def test_the_night_on_which_an_hour_is_missing() -> None:
    """Cairo, 24 April 2026: 00:00 does not exist, the shift 20:00-04:00 lasts seven hours."""
    book = book_of("Africa/Cairo", NIGHT, "2026-04-23T18:00:00Z", "2026-04-24T12:00:00Z")
    assert [(one.date.day, one.totals.counted) for one in book] == [(23, 4 * 3600), (24, 3 * 3600)]
    assert told_day(book[1], nameless)["en"] == (
        "Friday 24 April 2026 (7 Dhu al-Qadah 1447 AH): 3 h counted, 11 h outside working hours;"
        " the clock went forward one hour."
    )
    assert "؛ وقُدّمت الساعة بمقدار ساعة واحدة." in told_day(book[1], nameless)["ar"]


def test_the_night_on_which_an_hour_comes_twice() -> None:
    """Cairo, 29 October 2026: 23:00-24:00 comes twice, and counts twice."""
    book = book_of("Africa/Cairo", NIGHT, "2026-10-29T17:00:00Z", "2026-10-30T06:00:00Z")
    assert [(one.date.day, one.totals.counted) for one in book] == [(29, 5 * 3600), (30, 4 * 3600)]
    said = told_day(book[0], nameless)
    assert said["en"].endswith(
        "5 h counted; the clock went back one hour, so that 1 h came and counted twice."
    )
    assert said["ar"].endswith(
        "المحتسب 5 ساعات؛ وأُخّرت الساعة بمقدار ساعة واحدة فاحتُسب ما تكرر مرتين (ساعة واحدة)."
    )


def test_only_what_counted_both_times_counted_twice() -> None:
    """Opened at half past eleven, before the clock went back: half an hour was lived twice."""
    book = book_of("Africa/Cairo", NIGHT, "2026-10-29T20:30:00Z", "2026-10-30T06:00:00Z")
    assert book[0].totals.counted == int(1.5 * 3600)
    assert "so that 30 min came and counted twice." in told_day(book[0], nameless)["en"]


def test_an_hour_that_comes_twice_while_nobody_works_is_only_said() -> None:
    week = {"thu": [["09:00", "17:00"]], "fri": [["09:00", "17:00"]]}
    book = book_of("Africa/Cairo", week, "2026-10-29T07:00:00Z", "2026-10-30T06:00:00Z")
    assert told_day(book[0], nameless)["en"].endswith("; the clock went back one hour.")


def test_a_holiday_is_called_by_its_name_in_each_language() -> None:
    timeline = Compiled(
        read_calendar(
            {
                "timezone": "Asia/Riyadh",
                "weekly": {"fri": [["09:00", "17:00"]], "sun": [["09:00", "17:00"]]},
                "holidays": [{"date": "2026-03-20", "id": "eid"}],
            }
        )
    )
    rules = Rules({"P1": {Metric.RESOLUTION: Target(timeline, 10**6)}}, timeline)
    start, as_of = (micros(datetime(2026, 3, 20, n, tzinfo=UTC)) for n in (0, 20))
    reading = fold(rules, [Happening(start, Kind.CREATED, "P1", "new")], as_of)[Metric.RESOLUTION]
    (one,) = daybook(ledger(reading, as_of), Wall("Asia/Riyadh"), [])
    names = {("holiday", "eid"): Localized(ar="عيد الفطر", en="Eid al-Fitr")}
    said = told_day(one, lambda reason, ref: names.get((reason, str(ref))))
    assert said == {
        "ar": "الجمعة 20 مارس 2026 (1 شوال 1447 هـ):"
        " لم يُحتسب شيء، وعطلة \u2068عيد الفطر\u2069 20 ساعةً.",
        "en": "Friday 20 March 2026 (1 Shawwal 1447 AH):"
        " nothing counted, 20 h closed for \u2068Eid al-Fitr\u2069.",
    }


def test_a_holiday_that_is_called_one_is_not_called_so_twice() -> None:
    eid = Localized(ar="عطلة عيد الفطر", en="Eid al-Fitr Holiday")
    said = parts({("closed", "holiday", "eid"): 3600}, lambda *_: eid)[1]
    assert said == {
        "ar": "\u2068عطلة عيد الفطر\u2069 ساعة واحدة",
        "en": "1 h closed for \u2068Eid al-Fitr Holiday\u2069",
    }
    week = {"fri": [["09:00", "17:00"]]}
    holiday = {"date": "2026-03-20", "id": "eid", "name": dict(eid)}
    calendar = {"timezone": "Asia/Riyadh", "weekly": week, "holidays": [holiday]}
    day = date(2026, 3, 20)
    (told,) = listed(Compiled(read_calendar(calendar)), day, day)
    assert told["text"]["ar"].endswith("مغلق (عطلة عيد الفطر).")
    assert told["text"]["en"].endswith("closed (Eid al-Fitr Holiday).")


def test_a_holiday_takes_its_night_from_the_day_after_and_is_named_there() -> None:
    """Thursday's shift ends on Friday at 04:00; on a free Thursday Friday has no such hours."""
    holiday = {"date": "2026-04-23", "id": "day", "name": {"ar": "يوم الوطن", "en": "Homeland Day"}}
    calendar = {"timezone": "Asia/Riyadh", "holidays": [holiday]}
    shut, open_ = (
        list(
            listed(
                Compiled(read_calendar({**calendar, "weekly": week})),
                date(2026, 4, 24),
                date(2026, 5, 1),
            )
        )
        for week in ({"thu": NIGHT["thu"]}, NIGHT)
    )
    assert (shut[0]["reason"], shut[0]["ref"], shut[0]["open"]) == ("holiday", "day", False)
    assert shut[0]["text"]["en"].endswith("closed (holiday: Homeland Day).")
    assert (shut[7]["reason"], shut[7]["windows"]) == ("weekly", [("00:00", "04:00")])
    assert (open_[0]["reason"], open_[0]["windows"]) == ("weekly", [("20:00", "24:00")])
    assert open_[0]["text"]["en"].endswith(
        "20:00–24:00 (weekly hours), no night shift from the day before (holiday: Homeland Day)."
    )
    assert open_[0]["text"]["ar"].endswith("نوبة الليلة السابقة (عطلة: يوم الوطن).")
    assert "night shift" not in open_[7]["text"]["en"]


def test_instants_of_the_shifts_are_those_of_the_zone() -> None:
    year = [micros(datetime(n, 1, 1, tzinfo=UTC)) for n in (2026, 2027)]
    found = [
        (instant(one.at).isoformat(), one.step // SECOND)
        for one in Wall("Asia/Beirut").shifts(*year)
    ]
    assert found == [("2026-03-28T22:00:00+00:00", 3600), ("2026-10-24T21:00:00+00:00", -3600)]
    assert Wall("Asia/Riyadh").shifts(*year) == []
    lord_howe = Wall("Australia/Lord_Howe").shifts(*year)
    assert [one.step // SECOND for one in lord_howe] == [-1800, 1800]
