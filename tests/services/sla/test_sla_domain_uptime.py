"""Uptime out of outage tickets: by table, and whatever the intervals are."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sla.domain.fold import Happening
from services.sla.domain.uptime import Outage, Span, measured, outages, told, union
from services.sla.domain.words import Kind
from shared.worktime import SECOND
from tests.services.sla.terms import HOUR, hours, opened, step

DAY = int(timedelta(days=1).total_seconds()) * SECOND


@pytest.mark.parametrize(
    ("what", "story", "expected"),
    [
        ("open still", [opened()], [(0, None)]),
        ("solved", [opened(), step(2, Kind.STATUS, "resolved")], [(0, 2)]),
        (
            "waiting is not solved",
            [opened(), step(2, Kind.STATUS, "waiting_customer")],
            [(0, None)],
        ),
        (
            "reopened",
            [opened(), step(2, Kind.STATUS, "resolved"), step(5, Kind.STATUS, "open")],
            [(0, 2), (5, None)],
        ),
        ("no P1, no outage", [opened("P2")], []),
        ("from when it is P1", [opened("P2"), step(1, Kind.PRIORITY, "P1")], [(1, None)]),
        ("until it is P1 no more", [opened(), step(3, Kind.PRIORITY, "P2")], [(0, 3)]),
        (
            "a priority of a solved ticket is not down again",
            [opened(), step(2, Kind.STATUS, "closed"), step(3, Kind.PRIORITY, "P1")],
            [(0, 2)],
        ),
        ("merged into another", [opened(), step(1, Kind.STATUS, "merged")], [(0, 1)]),
        ("spam never was one", [opened(), step(1, Kind.STATUS, "spam")], []),
        (
            "heard in another order",
            [step(5, Kind.STATUS, "open"), step(2, Kind.STATUS, "resolved"), opened()],
            [(0, 2), (5, None)],
        ),
    ],
)
def test_a_ticket_is_down_while_it_is_p1_and_unsolved(
    what: str, story: list[Happening], expected: list[tuple[float, float | None]]
) -> None:
    assert [(hours(one.start), hours(one.end)) for one in outages(story)] == expected, what


@pytest.mark.parametrize(
    ("outage", "expected"),
    [
        (Outage(0, 5), None),
        (Outage(5, 15), (10, 15)),
        (Outage(12, None), (12, 20)),
        (Outage(5, None), (10, 20)),
        (Outage(20, 30), None),
        (Outage(10, 20), (10, 20)),
    ],
)
def test_only_what_lies_inside_counts(outage: Outage, expected: Span | None) -> None:
    assert outage.within((10, 20)) == expected


spans = st.tuples(st.integers(0, 300), st.integers(1, 60)).map(lambda t: (t[0], t[0] + t[1]))


@given(st.lists(spans, max_size=12))
def test_no_second_of_overlapping_outages_counts_twice(found: list[Span]) -> None:
    joined = union(found)
    covered = {second for start, end in found for second in range(start, end)}
    assert sum(end - start for start, end in joined) == len(covered)
    assert all(a[1] < b[0] for a, b in pairwise(joined))


@pytest.mark.parametrize(
    ("what", "down", "target", "percent", "allowed", "met"),
    [
        ("nothing down", 0, 99.9, "100", 86, True),
        ("as much as allowed", 86, 99.9, "99.900462", 86, True),
        ("a second more", 87, 99.9, "99.899305", 86, False),
        ("no target", 43200, None, "50", None, None),
        ("always down", 86400, 99.9, "0", 86, False),
        ("exactly on target", 864, 99.0, "99", 864, True),
    ],
)
def test_the_figures_are_exact(
    what: str, down: int, target: float | None, percent: str, allowed: int | None, met: object
) -> None:
    uptime = measured((0, DAY), [(0, down * SECOND)] if down else [], target)
    assert uptime.percent is not None
    assert f"{uptime.percent.normalize():f}" == percent, what
    assert (uptime.allowed, uptime.met) == (allowed, met), what


def test_a_missed_target_never_looks_like_a_met_one() -> None:
    year = 365 * DAY
    uptime = measured((0, year), [(0, 31537 * SECOND)], 99.9)
    assert uptime.met is False
    assert float(uptime.percent or 0) < 99.9


def test_the_result_is_told_in_both_languages() -> None:
    text = told(measured((0, DAY), [(0, HOUR)], 99.5))
    percent, target = "\u206895.833333%\u2069", "\u206899.5%\u2069"
    expected = f"Uptime {percent}: 1 h down of 24 h; the target of {target} is missed."
    assert text["en"] == expected
    assert "غير متحقق" in text["ar"]
    assert "within the contract" in told(measured((5, 5), [], 99.5))["en"]
    assert "names no target" in told(measured((0, DAY), [], None))["en"]
