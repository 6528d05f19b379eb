"""A ticket that ends without an answer or a solution has kept no promise (docs/adr/0025)."""

from typing import Any

import pytest

from services.sla.domain import wording
from services.sla.domain.defaults import POLICY as HOUSE
from services.sla.domain.fold import Readings, fold
from services.sla.domain.outcomes import State, outcomes
from services.sla.domain.policy import read_policy
from services.sla.domain.promises import rules
from services.sla.domain.settle import NOTHING, settle, state_word, to_arm
from services.sla.domain.simulation import happening
from services.sla.domain.verdicts import verdict
from shared.vocabulary import Metric
from shared.worktime import micros
from tests.services.sla.story import ALWAYS, Event, agent, at, created, customer, status

FIRST, NEXT, RESOLUTION = Metric


def read(*events: Event, until: float = 100, **changes: Any) -> Readings:
    """Under the policy of a new house: P1 has 1 h to the answer and 4 h to the solution."""
    policy = read_policy({**HOUSE, **changes})
    how = rules(policy, {"always_open": ALWAYS, "desk": ALWAYS}, "desk")
    return fold(how, map(happening, events), micros(at(until)))


def states(readings: Readings, word: str = "closed") -> dict[Metric, State]:
    found = outcomes(readings, micros(at(100)), word)
    return {one.metric: one.state for one in found}


CLOSED, SOLVED = status(0.5, "closed"), status(0.5, "resolved")
TABLE: dict[str, tuple[tuple[Event, ...], State, State]] = {
    "closed unanswered": ((created(), CLOSED), State.OUT, State.OUT),
    "solved without a word": ((created(), SOLVED), State.OUT, State.MET),
    "solved with a message": ((created(), agent(0.4), SOLVED), State.MET, State.MET),
    "answered, then closed": ((created(), agent(0.4), CLOSED), State.MET, State.OUT),
    "solved, then closed": ((created(), SOLVED, status(1, "closed")), State.OUT, State.MET),
    "closed when both were late": ((created(), status(5, "closed")), State.LATE, State.LATE),
    "solved when the answer was late": (
        (created(), status(2, "resolved")),
        State.LATE,
        State.MET,
    ),
    "reopened, then closed": (
        (created(), SOLVED, status(0.6, "open"), status(0.7, "closed")),
        State.OUT,
        State.OUT,
    ),
    "closed, taken for spam and back": (
        (created(), CLOSED, status(1, "spam"), status(2, "closed")),
        State.OUT,
        State.OUT,
    ),
    "solved, taken for spam and back": (
        (created(), SOLVED, status(1, "spam"), status(2, "resolved")),
        State.OUT,
        State.MET,
    ),
}


@pytest.mark.parametrize("what", TABLE)
def test_what_became_of_the_promises(what: str) -> None:
    events, first, resolution = TABLE[what]
    found = states(read(*events))
    assert (found[FIRST], found[RESOLUTION]) == (first, resolution)


def test_nothing_is_stated_to_be_kept_and_nothing_is_armed() -> None:
    found = read(created(), CLOSED, until=2)
    assert settle(found, NOTHING, micros(at(2))).kept == ()
    assert list(to_arm(found, micros(at(2)))) == []
    assert {state_word(found[one]) for one in (FIRST, RESOLUTION)} == {"stopped"}
    (said,) = wording._outcome(verdict(found[RESOLUTION], ()))
    assert "ended without it" in said["en"]
    assert "دون ذلك" in said["ar"]


def test_solving_and_reopening_wins_no_time_for_the_first_answer() -> None:
    """Half an hour was used before, and the half that is left runs from the reopening."""
    found = read(created(), SOLVED, status(10, "open"), customer(10), until=10.25)[FIRST]
    assert (found.due, found.used // 1_000_000, found.running) == (micros(at(10.5)), 2700, True)
    late = read(created(), SOLVED, status(10, "open"), customer(10), agent(11))
    assert states(late, "open")[FIRST] is State.LATE


def test_a_house_may_still_take_a_resolution_for_the_answer_but_never_a_closing() -> None:
    counted = {"resolve_counts_as_first_response": True}
    assert states(read(created(), SOLVED, **counted))[FIRST] is State.MET
    assert states(read(created(), CLOSED, **counted))[FIRST] is State.OUT


def test_where_only_closing_stops_the_clock_closing_is_the_solution() -> None:
    only = {"stop_statuses": ["closed"]}
    solved = read(created(), SOLVED, status(1, "closed"), **only)
    assert (states(solved)[RESOLUTION], solved[RESOLUTION].at) == (State.MET, micros(at(1)))
