"""What counts as kept, broken, open and out, by the table of docs/reports.md."""

from typing import Any

import pytest
from hypothesis import given, settings

from services.sla.domain.fold import Happening, Rules, fold
from services.sla.domain.outcomes import Outcome, State, outcomes
from services.sla.domain.simulation import happening, imagined_rules
from shared.vocabulary import Metric
from shared.worktime import SECOND, Compiled, Micros, micros
from tests.services.sla.story import (
    ALWAYS,
    DESK,
    POLICY,
    Event,
    agent,
    at,
    created,
    customer,
    priority,
    status,
)
from tests.services.sla.test_sla_domain_properties import rules, spans, stories

FIRST, NEXT, RESOLUTION = Metric
HOUR = 3600


def became(
    *events: Event, until: float = 100, word: str = "open", timeline: Compiled = ALWAYS, **how: Any
) -> dict[tuple[Metric, int], Outcome]:
    """Outcomes of a told ticket whose last status is `word`."""
    story, as_of = [happening(event) for event in events], micros(at(until))
    readings = fold(imagined_rules(timeline, {**POLICY, **how}), story, as_of)
    return {(one.metric, one.cycle): one for one in outcomes(readings, as_of, word)}


ASKED = (created(), agent(0.5), customer(1))
TABLE: dict[str, tuple[tuple[Event, ...], float, Metric, State]] = {
    "answered on the due instant": ((created(), agent(1)), 2, FIRST, State.MET),
    "answered a moment later": ((created(), agent(1.001)), 2, FIRST, State.LATE),
    "not answered yet": ((created(),), 0.5, FIRST, State.OPEN),
    "not answered when due": ((created(),), 1.5, FIRST, State.OVERDUE),
    "solved in time": ((created(), status(3, "resolved")), 9, RESOLUTION, State.MET),
    "paused in time": ((created(), status(1, "waiting_customer")), 90, RESOLUTION, State.OPEN),
    "paused too late": ((created(), status(5, "waiting_customer")), 6, RESOLUTION, State.OVERDUE),
    "reopened and late": (
        (created(), status(3, "resolved"), status(9, "open"), status(11, "resolved")),
        20,
        RESOLUTION,
        State.LATE,
    ),
    "merged in time": ((created(), status(1, "merged")), 9, RESOLUTION, State.OUT),
    "merged when already broken": ((created(), status(5, "merged")), 9, RESOLUTION, State.LATE),
    "answered, then merged": ((created(), agent(0.5), status(1, "merged")), 9, FIRST, State.MET),
    "never promised": ((created("P4"),), 9, RESOLUTION, State.OUT),
    "broken, then no longer promised": (
        (created(), priority(5, "P4"), agent(6)),
        9,
        FIRST,
        State.LATE,
    ),
    "broken by a stricter target": (
        (created("P2"), priority(2, "P1"), agent(2.5)),
        9,
        FIRST,
        State.LATE,
    ),
    "left open by a resolution in time": ((*ASKED, status(2, "resolved")), 9, NEXT, State.OUT),
    "left open by a late resolution": ((*ASKED, status(4, "resolved")), 9, NEXT, State.LATE),
    "left open, and opened again": (
        (*ASKED, status(2, "resolved"), status(8, "open")),
        8.5,
        NEXT,
        State.OPEN,
    ),
    "lowering erases no breach": ((created(), priority(5, "P2"), agent(6)), 9, FIRST, State.LATE),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_promise_becomes(name: str) -> None:
    events, until, metric, state = TABLE[name]
    assert became(*events, until=until)[metric, 1].state is state


@pytest.mark.parametrize("metric", [FIRST, NEXT, RESOLUTION])
def test_spam_was_promised_nothing(metric: Metric) -> None:
    events = created(), agent(2), customer(3), status(9, "spam")
    assert became(*events, word="spam")[metric, 1].state is State.OUT


def test_every_exchange_is_a_promise_of_its_own() -> None:
    events = created(), agent(0.5), customer(1), agent(2), customer(3), customer(4), agent(6)
    found = became(*events, customer(7), until=7.5)
    states = [one.state for key, one in found.items() if key[0] is NEXT]
    assert states == [State.MET, State.LATE, State.OPEN]
    assert found[NEXT, 2].counted == 3 * HOUR
    assert found[NEXT, 2].late == HOUR


def test_an_exchange_that_a_newer_message_supersedes_is_out_unless_it_was_broken() -> None:
    events = created(), agent(0.5), customer(1), customer(2), customer(5), agent(6)
    found = became(*events, next_response_starts="every_customer_message")
    states = [one.state for key, one in found.items() if key[0] is NEXT]
    assert states == [State.OUT, State.LATE, State.MET]


def test_the_last_answer_is_the_newest_one_that_was_promised() -> None:
    first_only = became(created(), agent(0.5))
    assert [key for key, one in first_only.items() if one.last] == [(FIRST, 1)]
    found = became(created(), agent(0.5), customer(1), agent(2), customer(3), agent(4), customer(5))
    assert [key for key, one in found.items() if one.last] == [(NEXT, 2)]
    assert not any(one.last for one in became(created()).values())


def test_only_time_within_working_hours_is_paused() -> None:
    """Thursday 15:00 to Sunday 11:00: two hours before the weekend and two after it."""
    events = created(), status(4 * 24 + 6, "waiting_customer"), status(7 * 24 + 2, "open")
    found = became(*events, until=7 * 24 + 2, timeline=DESK)[RESOLUTION, 1]
    assert found.paused == 4 * HOUR


def test_reopening_is_counted_and_merging_a_solved_ticket_is_none() -> None:
    again = created(), status(1, "resolved"), status(2, "open"), status(3, "closed")
    assert became(*again, status(4, "open"), status(5, "resolved"))[RESOLUTION, 1].reopens == 2
    assert became(*again)[RESOLUTION, 1].reopens == 1
    merged = created(), status(1, "resolved"), status(2, "merged")
    assert became(*merged)[RESOLUTION, 1].reopens == 0


def test_closing_what_is_resolved_reopens_nothing() -> None:
    events = created(), status(1, "resolved"), status(2, "closed")
    assert became(*events)[RESOLUTION, 1].reopens == 0


@given(rules(), stories(), spans)
@settings(deadline=None)
def test_outcomes_repeat_what_the_fold_says(
    how: Rules, story: list[Happening], as_of: Micros
) -> None:
    readings = fold(how, story, as_of)
    found = outcomes(readings, as_of, "open")
    for metric in (FIRST, RESOLUTION):
        (one,) = [one for one in found if one.metric is metric]
        reading = readings[metric]
        assert (one.due, one.ended) == (reading.due, reading.at)
        assert one.counted == reading.used // SECOND
        assert (one.broken is not None) is reading.breached
    exchanges = [one for one in found if one.metric is NEXT]
    broken = {(one.cycle, one.broken) for one in exchanges if one.broken is not None}
    assert broken == {(breach.cycle, breach.at) for breach in readings[NEXT].breaches}
    assert max((one.counted for one in exchanges), default=0) == readings[NEXT].worst // SECOND
    assert sum(one.last for one in found) <= 1
    for one in found:
        assert (one.state in {State.LATE, State.OVERDUE}) is (one.broken is not None)
