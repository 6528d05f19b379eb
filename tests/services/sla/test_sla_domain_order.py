"""Late and repeated facts give the same answer: the event's own time and count decide."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sla.domain.fold import Happening, Rules, fold
from services.sla.domain.happenings import in_order
from services.sla.domain.words import Kind, Mode
from shared.vocabulary import Metric
from shared.worktime import SECOND
from tests.services.sla.terms import rules_of
from tests.services.sla.test_sla_domain_properties import START, rules, spans, stories

HOUR = 3600 * SECOND


def counted(story: list[Happening]) -> list[Happening]:
    """The story as the database keeps it: the opening, then steps 2, 3, ..."""
    return [replace(one, ordinal=number) for number, one in enumerate(story)]


@given(rules(), stories(), spans, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_deliveries_in_any_order_and_twice_tell_the_same(
    how: Rules, story: list[Happening], as_of: int, chance: Random
) -> None:
    known = counted(story)
    delivered = [*known, *known[1:]]
    chance.shuffle(delivered)
    assert fold(how, delivered, as_of) == fold(how, known, as_of)


@given(rules(), stories(), spans)
@settings(deadline=None)
def test_a_late_step_says_what_it_would_have_said_in_time(
    how: Rules, story: list[Happening], as_of: int
) -> None:
    """Whatever was looked at before it came leaves no trace."""
    known = counted(story)
    for missing in range(1, len(known)):
        fold(how, known[:missing] + known[missing + 1 :], as_of)
    assert fold(how, known, as_of) == fold(how, list(reversed(known)), as_of)


@given(stories())
@settings(deadline=None)
def test_in_order_keeps_every_step_once_and_only_ever_delays(story: list[Happening]) -> None:
    known = counted(story)
    told = in_order([*reversed(known), *known[1:]])
    assert sorted(one.ordinal for one in told) == [one.ordinal for one in known]
    by_number = {one.ordinal: one.at for one in told}
    assert all(by_number[one.ordinal] >= one.at for one in known)


def waiting(*more: Happening) -> list[Happening]:
    return [
        Happening(START, Kind.CREATED, "P1", "new"),
        Happening(START + HOUR, Kind.AGENT_REPLY, ordinal=2),
        Happening(START + 2 * HOUR, Kind.STATUS, "waiting_customer", ordinal=3),
        *more,
    ]


@pytest.mark.parametrize(
    ("what", "more", "mode", "used"),
    [
        ("the desk waits", [], Mode.PAUSED, 2),
        (
            "a mail received before the wait began opens the ticket, although handled later",
            [
                Happening(START + 1.5 * HOUR, Kind.CUSTOMER_REPLY, ordinal=4),
                Happening(START + 1.5 * HOUR, Kind.STATUS, "open", ordinal=5),
            ],
            Mode.RUNNING,
            5,
        ),
        (
            "a mail received during the wait ends it then, whenever the status follows",
            [
                Happening(START + 3 * HOUR, Kind.CUSTOMER_REPLY, ordinal=4),
                Happening(START + 4 * HOUR, Kind.STATUS, "open", ordinal=5),
            ],
            Mode.RUNNING,
            4,
        ),
        (
            "or never",
            [Happening(START + 3 * HOUR, Kind.CUSTOMER_REPLY, ordinal=4)],
            Mode.RUNNING,
            4,
        ),
    ],
)
def test_the_pause_ends_with_the_customers_word(
    what: str, more: list[Happening], mode: Mode, used: int
) -> None:
    whole = [replace(one, at=int(one.at)) for one in waiting(*more)]
    reading = fold(rules_of(), whole, START + 5 * HOUR)[Metric.RESOLUTION]
    assert (reading.mode, reading.used) == (mode, used * HOUR), what
