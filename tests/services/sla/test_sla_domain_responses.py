"""First and next response by table (sla.md 5.5, decisions 23)."""

from typing import Any

import pytest

from tests.services.sla.story import (
    Event,
    agent,
    at,
    created,
    customer,
    first,
    following,
    priority,
    status,
)


@pytest.mark.parametrize(
    ("what", "events", "until", "expected"),
    [
        ("waits", [created()], 0.5, (at(1), None, 1800, False, True)),
        ("due this instant is not late", [created()], 1, (at(1), None, 3600, False, True)),
        ("late", [created()], 2, (at(1), None, 7200, True, True)),
        ("answered", [created(), agent(0.5)], 9, (at(1), at(0.5), 1800, False, False)),
        ("answered at the due", [created(), agent(1)], 9, (at(1), at(1), 3600, False, False)),
        ("answered late", [created(), agent(1.5)], 9, (at(1), at(1.5), 5400, True, False)),
        (
            "only the first counts",
            [created(), agent(0.5), agent(0.7)],
            9,
            (at(1), at(0.5), 1800, False, False),
        ),
        (
            "a note is no answer",
            [created(), agent(0.5, public=False)],
            0.7,
            (at(1), None, 2520, False, True),
        ),
        (
            "never pauses",
            [created(), status(0.1, "waiting_customer")],
            2,
            (at(1), None, 7200, True, True),
        ),
        (
            "a status is no answer",
            [created(), status(0.5, "resolved")],
            2,
            (at(1), None, 7200, True, True),
        ),
        (
            "nothing before creation",
            [agent(0), created(hours=1)],
            1.5,
            (at(2), None, 1800, False, True),
        ),
        ("the future does not exist", [created(), agent(3)], 0.5, (at(1), None, 1800, False, True)),
        ("no target, no clock", [created("P4")], 9, (None, None, 32400, False, True)),
        ("no ticket, no clock", [agent(0)], 9, (None, None, 0, False, False)),
        ("at once", [created(), agent(0)], 9, (at(1), at(0), 0, False, False)),
    ],
)
def test_first_response(
    what: str, events: list[Event], until: float, expected: tuple[Any, ...]
) -> None:
    found = first(*events, until=until)
    assert tuple(found.values()) == expected, what


def test_a_resolution_counts_as_first_response_only_where_the_policy_says_so() -> None:
    events = (created(), status(0.5, "resolved"))
    assert first(*events, until=2)["at"] is None
    counted = first(*events, until=2, resolve_counts_as_first_response=True)
    assert (counted["at"], counted["breached"]) == (at(0.5), False)


@pytest.mark.parametrize(
    ("what", "events", "until", "expected"),
    [
        (
            "not before the first response",
            [created(), customer(0.5)],
            1,
            (None, None, 0, False, False, 0),
        ),
        (
            "oldest unanswered",
            [created(), agent(0.5), customer(1), customer(2)],
            2,
            (at(3), None, 3600, False, True, 3600),
        ),
        (
            "answered",
            [created(), agent(0.5), customer(1), agent(2)],
            9,
            (None, at(2), 0, False, False, 3600),
        ),
        (
            "answered late stays broken",
            [created(), agent(0.5), customer(1), agent(4)],
            9,
            (None, at(4), 0, True, False, 10800),
        ),
        (
            "the worst is kept",
            [created(), agent(0.1), customer(1), agent(2), customer(3)],
            3.5,
            (at(5), None, 1800, False, True, 3600),
        ),
        (
            "an automatic reply starts nothing",
            [created(), agent(0.5), {"at": at(1), "type": "auto_reply"}],
            9,
            (None, None, 0, False, False, 0),
        ),
        (
            "ties keep list order",
            [created(), agent(1), customer(1)],
            2,
            (at(3), None, 3600, False, True, 3600),
        ),
        (
            "ties keep list order, turned",
            [created(), customer(1), agent(1)],
            2,
            (None, None, 0, False, False, 0),
        ),
    ],
)
def test_next_response(
    what: str, events: list[Event], until: float, expected: tuple[Any, ...]
) -> None:
    found = following(*events, until=until)
    assert tuple(found.values()) == expected, what


@pytest.mark.parametrize(
    ("what", "events", "until", "expected"),
    [
        (
            "a resolution without a word owes no answer",
            [status(2, "resolved")],
            9,
            (None, None, 3600, False, False, 3600),
        ),
        (
            "reopened by the desk, the same question goes on",
            [status(2, "resolved"), status(5, "open")],
            5.5,
            (at(6), None, 5400, False, True, 5400),
        ),
        (
            "the customer's message starts it again at once, whatever the status",
            [status(2, "resolved"), customer(5)],
            5.5,
            (at(6), None, 5400, False, True, 5400),
        ),
        (
            "a new question under a solved ticket",
            [agent(2), status(2, "resolved"), customer(5)],
            5.5,
            (at(7), None, 1800, False, True, 3600),
        ),
        (
            "what was broken before stays broken",
            [status(4, "resolved")],
            9,
            (at(3), None, 10800, True, False, 10800),
        ),
        (
            "an answer under a solved ticket ends it",
            [status(2, "resolved"), agent(4)],
            9,
            (None, at(4), 0, False, False, 3600),
        ),
        (
            "another priority is taken when it goes on",
            [status(2, "resolved"), priority(3, "P2"), status(4, "open")],
            4,
            (at(7), None, 3600, False, True, 3600),
        ),
    ],
)
def test_next_response_of_a_solved_ticket(
    what: str, events: list[Event], until: float, expected: tuple[Any, ...]
) -> None:
    found = following(created(), agent(0.5), customer(1), *events, until=until)
    assert tuple(found.values()) == expected, what


def test_every_customer_message_may_start_the_next_response_anew() -> None:
    events = (created(), customer(1), customer(2))
    found = following(*events, until=3, next_response_starts="every_customer_message")
    assert (found["due"], found["elapsed_seconds"]) == (at(4), 3600)
    assert found["worst_seconds"] == 3600
