"""Spans where somebody lives, cells that are no formulas, pictures in both directions."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.reporting.canvas import Canvas
from shared.reporting.sheet import safe, table
from shared.reporting.spans import LONGEST, Step, after, begin, cuts, moment, share
from shared.vocabulary import Locale
from shared.worktime.zones import load

ZONES = ("Asia/Riyadh", "Africa/Cairo", "Asia/Beirut", "America/New_York", "Pacific/Apia", "UTC")


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("step", "start", "end", "zone", "names"),
    [
        (Step.DAY, utc(2026, 2, 28, 20, 59), utc(2026, 2, 28, 21), "Asia/Riyadh", ["2026-02-28"]),
        (Step.DAY, utc(2026, 2, 28, 21), utc(2026, 2, 28, 22), "Asia/Riyadh", ["2026-03-01"]),
        (Step.DAY, utc(2026, 1, 1), utc(2026, 1, 1), "UTC", ["2026-01-01"]),
        (Step.WEEK, utc(2026, 2, 28), utc(2026, 3, 2), "UTC", ["2026-02-22", "2026-03-01"]),
        (Step.WEEK, utc(2026, 3, 1), utc(2026, 3, 7), "UTC", ["2026-03-01"]),
        (Step.MONTH, utc(2025, 12, 31, 22), utc(2026, 2, 1), "UTC", ["2025-12", "2026-01"]),
        (Step.MONTH, utc(2025, 12, 31, 22), utc(2026, 2, 1), "Asia/Riyadh", ["2026-01", "2026-02"]),
        (Step.DAY, utc(2011, 12, 29, 12), utc(2011, 12, 31, 12), "Pacific/Apia",
         ["2011-12-29", "2011-12-31", "2012-01-01"]),
    ],
)  # fmt: skip
def test_time_is_cut_where_somebody_lives(
    step: Step, start: datetime, end: datetime, zone: str, names: list[str]
) -> None:
    assert [one.name for one in cuts(step, start, end, load(zone))] == names


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Asia/Beirut", date(2026, 3, 29), 23),  # midnight itself is skipped
        ("Africa/Cairo", date(2026, 10, 29), 25),
        ("Asia/Riyadh", date(2026, 3, 8), 24),
    ],
)
def test_a_day_is_as_long_as_its_zone_has_it(zone: str, day: date, hours: int) -> None:
    where = load(zone)
    [cut] = cuts(Step.DAY, begin(day, where), begin(day, where) + timedelta(hours=1), where)
    assert cut.first == day
    assert after(cut, where) - cut.begins == timedelta(hours=hours)


@given(
    st.sampled_from(Step),
    st.integers(0, 40 * 366 * 24 * 60).map(lambda n: utc(2000, 1, 1) + timedelta(minutes=n)),
    st.timedeltas(timedelta(), timedelta(days=400)),
    st.sampled_from(ZONES),
)
def test_cuts_cover_a_span_without_gap_or_overlap(
    step: Step, start: datetime, length: timedelta, zone: str
) -> None:
    where, end = load(zone), start + length
    found = cuts(step, start, end, where)
    assert found[0].begins <= start
    assert after(found[-1], where) >= end
    assert all(one.begins < other.begins for one, other in pairwise(found))
    assert all(after(one, where) == other.begins for one, other in pairwise(found))
    if step is Step.WEEK:
        assert {one.first.strftime("%a") for one in found} == {"Sun"}


def test_a_date_is_the_beginning_of_its_day_and_an_instant_is_itself() -> None:
    riyadh = load("Asia/Riyadh")
    assert moment(date(2026, 3, 1), riyadh) == utc(2026, 2, 28, 21)
    assert moment(utc(2026, 3, 1), riyadh) == utc(2026, 3, 1)
    assert moment(None, riyadh) is None
    assert timedelta(days=1825) < LONGEST


def test_of_nothing_there_is_no_share() -> None:
    assert (share(1, 3), share(0, 0)) == (0.3333, None)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+966", "'+966"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("＝1", "'＝1"),
        ('=HYPERLINK("http://x","y")', '\'=HYPERLINK("http://x","y")'),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("الدعم", "الدعم"),
        ("a=b", "a=b"),
        (-5, "-5"),
        (-0.5, "-0.5"),
        (1204, "1204"),
        (0.25, "0.25"),
        (None, ""),
        ("", ""),
    ],
)
def test_no_cell_begins_a_formula_and_numbers_stay_numbers(value: Any, cell: str) -> None:
    assert safe(value) == cell
    assert next(csv.reader(io.StringIO(table([[value, "x"]]), newline=""))) == [cell, "x"]


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))))
def test_what_is_written_is_read_again(cells: list[str]) -> None:
    [read] = csv.reader(io.StringIO(table([["#", *cells]]), newline=""))
    assert [one.removeprefix("'") for one in read[1:]] == [one.removeprefix("'") for one in cells]


def test_shapes_are_turned_round_for_arabic() -> None:
    assert 'x="10.0"' in Canvas(Locale.EN, 100, 50).rect(10, 5, (20, 8), "#000")
    assert 'x="70.0"' in Canvas(Locale.AR, 100, 50).rect(10, 5, (20, 8), "#000")
    assert "&lt;b&gt;" in Canvas(Locale.EN, 100, 50).text(1, 1, "<b>")
