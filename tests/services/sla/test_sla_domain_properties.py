"""What holds for every story of a ticket: replay, prefixes, facts stated exactly once."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.sla.domain.clock import Target
from services.sla.domain.durations import Duration
from services.sla.domain.fold import Happening, Readings, Rules, fold
from services.sla.domain.ledger import ledger, totals
from services.sla.domain.settle import Stated, settle, to_arm
from services.sla.domain.words import Kind, Limit
from shared.vocabulary import Metric
from shared.worktime import SECOND, Compiled, micros, partition, read_calendar

START = micros(datetime(2026, 2, 15, 6, tzinfo=UTC))
WEEK = {day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in ("sun", "mon", "tue", "wed")}
TIMELINES = (
    Compiled(read_calendar({"timezone": "UTC", "always_open": True})),
    Compiled(read_calendar({"timezone": "Africa/Cairo", "weekly": WEEK})),
)
STATUSES = ("open", "waiting_customer", "waiting_third_party", "resolved", "closed", "open")
PRIORITIES = ("P1", "P2", "P3")
MARKS = (0.5, 0.75, -600.0, -7200.0)


LATER = frozenset(Kind) - {
    *(Kind.CREATED, Kind.TERMS, Kind.VERSION, Kind.JOINED, Kind.PARTED, Kind.RELIEVED),
}
"""Merges are told of with what another ticket owed: they have properties of their own."""
"""What happens to a ticket after its opening; terms are what sla decides about it."""


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    def target() -> Target:
        return Target(draw(st.sampled_from(TIMELINES)), draw(st.integers(1, 200_000)))

    return Rules(
        targets={p: {m: target() for m in Metric if draw(st.booleans())} for p in PRIORITIES},
        timeline=TIMELINES[1],
        pause_statuses=frozenset(draw(st.sets(st.sampled_from(STATUSES), max_size=2))),
        pause_metrics=frozenset(draw(st.sets(st.sampled_from(Metric), max_size=2))),
        stop_statuses=frozenset({"resolved", "closed"}),
        every_message=draw(st.booleans()),
        resolve_answers=draw(st.booleans()),
        marks=tuple(draw(st.lists(st.sampled_from(MARKS), max_size=3, unique=True))),
        reopen_floor=draw(st.sampled_from((0, 3600 * SECOND))),
        pause_limits=tuple((limit, Duration(draw(st.integers(1, 90_000)))) for limit in Limit),
    )


@st.composite
def stories(draw: st.DrawFn) -> list[Happening]:
    moments = draw(st.lists(st.integers(0, 6 * 86_400), max_size=10))
    found = [Happening(START, Kind.CREATED, draw(st.sampled_from(PRIORITIES)), "new")]
    for second in sorted(moments):
        kind = draw(st.sampled_from(sorted(LATER)))
        values = PRIORITIES if kind is Kind.PRIORITY else STATUSES
        at = START + second * SECOND
        found.append(Happening(at, kind, draw(st.sampled_from(values)), public=draw(st.booleans())))
    return found


spans = st.integers(0, 8 * 86_400).map(lambda n: START + n * SECOND)


@given(rules(), stories(), spans)
@settings(deadline=None)
def test_the_ledger_explains_every_second(how: Rules, story: list[Happening], as_of: int) -> None:
    for reading in fold(how, story, as_of).values():
        lines = ledger(reading, as_of)
        sums = totals(lines)
        assert sums.wall == sums.counted + sums.paused + sums.stopped + sums.closed
        assert all(a.end == b.start for a, b in pairwise(lines))
        if reading.metric is not Metric.NEXT_RESPONSE:
            assert sums.counted == reading.used // SECOND
            assert not lines or (lines[0].start, lines[-1].end) == (START, as_of)


@given(rules(), stories(), spans, spans)
@settings(deadline=None)
def test_a_breach_once_seen_is_seen_ever_after(
    how: Rules, story: list[Happening], one: int, other: int
) -> None:
    early, late = sorted((one, other))
    before, after = fold(how, story, early), fold(how, story, late)
    for metric in Metric:
        assert set(before[metric].breaches) <= set(after[metric].breaches)


@given(rules(), stories())
@settings(deadline=None)
def test_a_due_that_was_armed_is_when_the_breach_is_dated(
    how: Rules, story: list[Happening]
) -> None:
    """Between two happenings nothing but the armed instants can make something happen."""
    end = START + 9 * 86_400 * SECOND
    edges = [happening.at for happening in story] + [end]
    for number, (start, until) in enumerate(pairwise(edges), start=1):
        if start == until:
            continue
        known = story[:number]
        armed = {
            (a.metric, a.cycle): a.at
            for a in to_arm(fold(how, known, start), start)
            if a.kind == "breach"
        }
        appeared = _breaches(fold(how, known, until)) - _breaches(fold(how, known, start))
        for breach in appeared:
            due = armed[(breach.metric, breach.cycle)]
            assert due == breach.due
            assert max(start, due) == breach.at or breach.at == due


def _breaches(readings: Readings) -> set[Any]:
    return {breach for reading in readings.values() for breach in reading.breaches}


@given(rules(), stories(), st.lists(spans, max_size=8))
@settings(deadline=None)
def test_looking_often_states_the_same_breaches_as_looking_once(
    how: Rules, story: list[Happening], looks: list[int]
) -> None:
    end = START + 9 * 86_400 * SECOND
    stated, said = Stated(), []
    for as_of in [*sorted(looks), end]:
        result = settle(fold(how, story, as_of), stated, as_of)
        stated = result.stated
        said += [(b.metric, b.cycle, b.due, b.at) for b in result.breaches]
        assert not result.voided
    once = settle(fold(how, story, end), Stated(), end)
    assert sorted(said) == sorted((b.metric, b.cycle, b.due, b.at) for b in once.breaches)


@given(rules(), stories(), spans)
@settings(deadline=None)
def test_time_counted_is_never_more_than_time_open(
    how: Rules, story: list[Happening], as_of: int
) -> None:
    for reading in fold(how, story, as_of).values():
        for stage in reading.stages:
            parts = partition(stage.timeline, stage.start, stage.end)
            assert stage.counted <= sum(part.end - part.start for part in parts if part.open)
