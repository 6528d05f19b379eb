"""Merging, taking back and setting aside by table: nobody who waits is promised less (ADR 0020)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sla.domain.fold import Happening, Readings, fold
from services.sla.domain.joining import left_by
from services.sla.domain.simulation import imagined_rules
from services.sla.domain.words import Cause, Kind, Mode
from shared.vocabulary import Metric
from shared.worktime import Micros, micros
from tests.services.sla.story import ALWAYS, POLICY, at
from tests.services.sla.terms import HOUR
from tests.services.sla.test_sla_domain_ledger import scripts

RULES = imagined_rules(ALWAYS, POLICY)
ZERO = micros(at(0))


def happened(hour: float, kind: Kind, value: str = "", ordinal: int = 0) -> Happening:
    return Happening(ZERO + round(hour * HOUR), kind, value, ordinal=ordinal)


def began(hour: float = 0, priority: str = "P1") -> Happening:
    return Happening(ZERO + round(hour * HOUR), Kind.CREATED, priority, "new")


def reads(story: list[Happening], until: float) -> Readings:
    return fold(RULES, story, ZERO + round(until * HOUR))


def left(story: list[Happening], hour: float) -> Happening:
    """The other ticket ends here with what it owes."""
    return happened(hour, Kind.JOINED, left_by(reads(story, hour), "A", ZERO + round(hour * HOUR)))


def due(reading: Any) -> float | None:
    return None if reading.due is None else (reading.due - ZERO) / HOUR


ANSWERED = [began(), happened(0.25, Kind.AGENT_REPLY)]
"""Opened at 0 with one hour for the first response and four for the solution; answered."""


@pytest.mark.parametrize(
    ("what", "source", "target", "metric", "expected"),
    [
        ("the elder's first answer", [began()], [began(0.5)], Metric.FIRST_RESPONSE, 1),
        ("the elder's solution", [began()], [began(0.5)], Metric.RESOLUTION, 4),
        ("the target's, if that is earlier", [began(0.5)], [began()], Metric.RESOLUTION, 4),
        ("the more urgent's", [began(0.5)], [began(0, "P2")], Metric.RESOLUTION, 4.5),
        (
            "even where the target promised nothing",
            [began()],
            [began(0, "P4")],
            Metric.RESOLUTION,
            4,
        ),
        (
            "a question that waits, in a ticket that was answered",
            [*ANSWERED, happened(0.5, Kind.CUSTOMER_REPLY)],
            ANSWERED,
            Metric.NEXT_RESPONSE,
            2.5,
        ),
        ("a first question too", [began(0.5)], ANSWERED, Metric.NEXT_RESPONSE, 1.5),
        (
            "a question that waits longer than the target's own",
            [*ANSWERED, happened(0.5, Kind.CUSTOMER_REPLY)],
            [*ANSWERED, happened(0.75, Kind.CUSTOMER_REPLY)],
            Metric.NEXT_RESPONSE,
            2.5,
        ),
        (
            "what is left in a pause counts as if it ended",
            [*ANSWERED, happened(0.5, Kind.STATUS, "waiting_customer")],
            [began(0.5)],
            Metric.RESOLUTION,
            4.5,
        ),
    ],
)
def test_the_earlier_promise_counts(
    what: str, source: Any, target: Any, metric: Metric, expected: float
) -> None:
    story = [*target, left(source, 1)]
    assert due(reads(story, 1)[metric]) == expected, what


def test_a_promise_that_was_broken_stays_broken_at_its_own_due_time() -> None:
    story = [began(5), left([began()], 6)]
    reading = reads(story, 6)[Metric.RESOLUTION]
    breach = reading.open_breach
    assert breach is not None
    assert (due(reading), (breach.at - ZERO) / HOUR, breach.cause) == (4, 6, Cause.RETARGET)


def test_an_urgent_target_does_not_break_because_an_easy_ticket_has_waited() -> None:
    """Twenty-four hours of a ticket without promises are no breach of an urgent one."""
    story = [began(23.5), left([began(0, "P4")], 24)]
    readings = reads(story, 24)
    assert due(readings[Metric.RESOLUTION]) == 27.5
    assert not readings[Metric.RESOLUTION].breaches


def test_another_priority_later_counts_what_the_other_customer_has_waited() -> None:
    """P2 allows eight hours; three were counted elsewhere, one here: seven of ten remain."""
    story = [began(3), left([began()], 3.5), happened(3.5, Kind.PRIORITY, "P2")]
    assert due(reads(story, 3.6)[Metric.RESOLUTION]) == 8


def test_a_merge_that_is_undone_leaves_the_target_its_own_promise() -> None:
    story = [began(5), left([began()], 6), happened(7, Kind.PARTED, "A")]
    readings = reads(story, 7)
    assert due(readings[Metric.RESOLUTION]) == 9
    assert not readings[Metric.RESOLUTION].breaches
    assert due(readings[Metric.FIRST_RESPONSE]) == 6


def test_a_question_that_came_with_the_merge_goes_with_it() -> None:
    asked = [*ANSWERED, happened(0.5, Kind.CUSTOMER_REPLY)]
    story = [*ANSWERED, left(asked, 1), happened(1.5, Kind.PARTED, "A")]
    assert reads(story, 2)[Metric.NEXT_RESPONSE].mode in {None, Mode.CANCELLED}
    own = [*ANSWERED, left(asked, 1), happened(1.2, Kind.CUSTOMER_REPLY)]
    kept = reads([*own, happened(1.5, Kind.PARTED, "A")], 2)[Metric.NEXT_RESPONSE]
    assert (kept.mode, due(kept)) == (Mode.RUNNING, 3)


def test_of_two_merges_each_gives_back_its_own() -> None:
    elder, younger = [began()], [began(1)]
    second = left(younger, 3)
    second = Happening(second.at, second.kind, second.value.replace('"A"', '"B"'))
    story = [began(2), left(elder, 2.5), second]
    assert due(reads(story, 3)[Metric.RESOLUTION]) == 4
    one_back = [*story, happened(3.2, Kind.PARTED, "A")]
    assert due(reads(one_back, 3.5)[Metric.RESOLUTION]) == 5
    assert due(reads([*one_back, happened(3.4, Kind.PARTED, "B")], 3.5)[Metric.RESOLUTION]) == 6


@pytest.mark.parametrize("word", ["spam", "merged"])
def test_a_ticket_set_aside_by_mistake_keeps_its_promise(word: str) -> None:
    """Nobody is owed less because the desk took a customer for a robot."""
    story = [began(), happened(0.5, Kind.STATUS, word), happened(0.75, Kind.STATUS, "new")]
    aside, back = reads(story, 0.6), reads(story, 0.8)
    assert aside[Metric.FIRST_RESPONSE].mode is Mode.CANCELLED
    assert (due(back[Metric.FIRST_RESPONSE]), due(back[Metric.RESOLUTION])) == (1, 4)
    late = reads([*story[:2], happened(2, Kind.STATUS, "new")], 2)[Metric.FIRST_RESPONSE]
    breach = late.open_breach
    assert breach is not None
    assert (breach.at - ZERO) / HOUR == 1


def test_words_that_came_while_it_was_set_aside_wait_since_they_came() -> None:
    story = [
        *ANSWERED,
        happened(1, Kind.STATUS, "spam"),
        happened(2, Kind.CUSTOMER_REPLY),
        happened(3, Kind.STATUS, "open"),
    ]
    assert due(reads(story, 3)[Metric.NEXT_RESPONSE]) == 4


def test_a_solved_ticket_comes_back_solved_when_it_was() -> None:
    story = [
        began(),
        happened(1, Kind.STATUS, "resolved"),
        happened(2, Kind.STATUS, "merged"),
        happened(3, Kind.STATUS, "resolved"),
    ]
    solved = reads(story, 3)[Metric.RESOLUTION]
    assert solved.at is not None
    assert ((solved.at - ZERO) / HOUR, solved.used / HOUR, solved.reopens) == (1, 1, 0)


def test_a_pause_goes_on_as_a_pause() -> None:
    story = [
        *ANSWERED,
        happened(1, Kind.STATUS, "waiting_customer"),
        happened(2, Kind.STATUS, "spam"),
        happened(3, Kind.STATUS, "waiting_customer"),
        happened(5, Kind.CUSTOMER_REPLY),
    ]
    assert due(reads(story, 5)[Metric.RESOLUTION]) == 8


def test_what_went_to_another_ticket_is_not_waited_for_here() -> None:
    story = [*ANSWERED, happened(0.5, Kind.CUSTOMER_REPLY), happened(1, Kind.RELIEVED)]
    assert reads(story, 5)[Metric.NEXT_RESPONSE].breaches == ()


@given(scripts(), scripts(), st.integers(1, 100))
@settings(deadline=None, max_examples=150)
def test_no_merge_ever_promises_anything_later(one: Any, other: Any, hour: int) -> None:
    """Whatever happened to both: right after a merge nothing is due later than before."""
    rules, story, _ = one
    theirs, their_story, _ = other
    moment: Micros = max(story[0].at, their_story[0].at) + hour * HOUR
    before = fold(theirs, their_story, moment)
    joined = Happening(moment, Kind.JOINED, left_by(before, "Z", moment))
    mine = [event for event in story if event.at <= moment]
    own, after = fold(rules, mine, moment), fold(rules, [*mine, joined], moment)
    answers = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE)
    owed = {*filter(None, (_owed(own[m]) for m in answers)), *filter(None, map(_wait, [before]))}
    told = [after[m].due for m in answers if after[m].mode is Mode.RUNNING]
    if after[Metric.RESOLUTION].mode is Mode.RUNNING:
        limits = [_owed(own[Metric.RESOLUTION]), _owed(before[Metric.RESOLUTION])]
        assert _earliest(after[Metric.RESOLUTION].due) <= min(map(_earliest, limits))
    if told and owed:
        assert min(map(_earliest, told)) <= min(owed)


def _owed(reading: Any) -> Micros | None:
    due_at: Micros | None = reading.due if reading.mode is Mode.RUNNING else None
    return due_at


def _wait(readings: Readings) -> Micros | None:
    found = (_owed(readings[one]) for one in (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE))
    return next((one for one in found if one is not None), None)


def _earliest(at_: Micros | None) -> Micros:
    return 2**62 if at_ is None else at_
