"""Resolution, changes mid-flight, breaches and the ledger by table (sla.md 5.5-5.10)."""

from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from services.sla.domain.fold import fold
from services.sla.domain.simulation import happening, imagined_rules
from shared.vocabulary import Metric
from shared.worktime import instant, micros
from tests.services.sla.story import (
    ALWAYS,
    DESK,
    POLICY,
    Event,
    agent,
    ask,
    at,
    created,
    customer,
    first,
    priority,
    resolution,
    status,
)


@pytest.mark.parametrize(
    ("what", "events", "until", "expected"),
    [
        ("runs", [created()], 1, (at(4), None, 3600, False, True)),
        (
            "waits for a third party, runs",
            [created(), status(1, "waiting_third_party")],
            2,
            (at(4), None, 7200, False, True),
        ),
        ("paused", [created(), status(1, "waiting_customer")], 9, (None, None, 3600, False, False)),
        (
            "resumed",
            [created(), status(1, "waiting_customer"), status(3, "open")],
            4,
            (at(6), None, 7200, False, True),
        ),
        (
            "a reply ends the pause by itself",
            [created(), status(1, "waiting_customer"), customer(3)],
            4,
            (at(6), None, 7200, False, True),
        ),
        (
            "a note does not",
            [created(), status(1, "waiting_customer"), agent(3)],
            4,
            (None, None, 3600, False, False),
        ),
        (
            "paused again after the reply",
            [created(), status(1, "waiting_customer"), customer(2), status(3, "waiting_customer")],
            9,
            (None, None, 7200, False, False),
        ),
        (
            "stopped in time",
            [created(), status(2, "resolved")],
            9,
            (None, at(2), 7200, False, False),
        ),
        (
            "stopped at the due",
            [created(), status(4, "resolved")],
            9,
            (at(4), at(4), 14400, False, False),
        ),
        ("stopped late", [created(), status(5, "resolved")], 9, (at(4), at(5), 18000, True, False)),
        (
            "closing keeps the first stop",
            [created(), status(2, "resolved"), status(3, "closed")],
            9,
            (None, at(2), 7200, False, False),
        ),
        (
            "stop beats pause",
            [created(), status(1, "waiting_customer"), status(2, "resolved")],
            9,
            (None, at(2), 3600, False, False),
        ),
        (
            "reopened: resolved time is not counted",
            [created(), status(2, "resolved"), status(5, "open")],
            6,
            (at(7), None, 10800, False, True),
        ),
        (
            "reopened after a breach",
            [created(), status(5, "resolved"), status(6, "open")],
            6,
            (at(4), None, 18000, True, True),
        ),
        (
            "used up exactly at the pause",
            [created(), status(4, "waiting_customer")],
            9,
            (at(4), None, 14400, False, False),
        ),
        (
            "and broken when it runs on",
            [created(), status(4, "waiting_customer"), customer(6)],
            7,
            (at(4), None, 18000, True, True),
        ),
        (
            "a pause after the breach keeps it",
            [created(), status(5, "waiting_customer")],
            9,
            (at(4), None, 18000, True, False),
        ),
        ("merged away", [created(), status(1, "merged")], 9, (None, None, 3600, False, False)),
        (
            "born waiting",
            [created(status="waiting_customer"), customer(1)],
            2,
            (at(5), None, 3600, False, True),
        ),
    ],
)
def test_the_resolution_clock_counts_only_what_it_should(
    what: str, events: list[Event], until: float, expected: tuple[Any, ...]
) -> None:
    found = resolution(*events, until=until)
    assert tuple(found.values()) == expected, what


def test_pausing_out_of_hours_gains_nothing() -> None:
    night = (created(hours=4), status(9, "waiting_customer"), customer(20))
    found = resolution(*night, until=30, timeline=DESK)
    assert found["due"] == at(8)
    assert found["breached"]


def test_a_target_used_up_at_closing_time_is_due_at_closing_time() -> None:
    found = resolution(created(hours=4), until=20, timeline=DESK)
    assert (found["due"], found["elapsed_seconds"]) == (at(8), 14400)


@pytest.mark.parametrize(
    ("what", "events", "until", "due", "breached"),
    [
        ("raised in time", [created("P2"), priority(1, "P1")], 2, at(4), False),
        (
            "raised too late: broken by the change",
            [created("P2"), priority(6, "P1")],
            6,
            at(4),
            True,
        ),
        ("lowered in time", [created("P1"), priority(1, "P2")], 5, at(8), False),
        ("lowering never heals", [created("P1"), priority(5, "P2")], 6, at(8), True),
        ("to no target", [created("P1"), priority(1, "P4")], 9, None, False),
        ("from no target: what ran counts", [created("P4"), priority(1, "P1")], 2, at(4), False),
        (
            "raised in a pause",
            [created("P2"), status(5, "waiting_customer"), priority(6, "P1")],
            7,
            at(4),
            True,
        ),
        (
            "a stopped clock is at rest",
            [created("P2"), status(5, "resolved"), priority(6, "P1")],
            7,
            None,
            False,
        ),
        (
            "and takes the new target when it runs again",
            [created("P2"), status(5, "resolved"), priority(6, "P1"), status(7, "open")],
            8,
            at(4),
            True,
        ),
    ],
)
def test_a_change_mid_flight_keeps_what_is_counted(
    what: str, events: list[Event], until: float, due: datetime | None, breached: object
) -> None:
    found = resolution(*events, until=until)
    assert (found["due"], found["breached"]) == (due, breached), what


def test_a_met_first_response_keeps_its_due_through_later_changes() -> None:
    found = first(created("P2"), agent(2), priority(3, "P1"), until=9)
    assert (found["due"], found["breached"]) == (at(4), False)


def test_the_ledger_partitions_the_time_and_its_counted_part_is_what_elapsed() -> None:
    events = (
        created(),
        agent(1),
        status(2, "waiting_customer"),
        customer(20),
        agent(25),
        status(26, "resolved"),
    )
    answer = ask(*events, until=100, timeline=DESK)
    for metric, lines in answer["ledger"].items():
        assert lines[-1]["to"] == at(100)
        assert all(a["to"] == b["from"] for a, b in pairwise(lines))
        counted = sum(line["seconds"] for line in lines if line["counted"])
        elapsed = answer["clocks"][metric]["elapsed_seconds"]
        assert counted == (elapsed or answer["clocks"][metric].get("worst_seconds", 0))
        wall = sum(line["seconds"] for line in lines)
        assert wall == (lines[-1]["to"] - lines[0]["from"]).total_seconds()
    states = [(line["state"], line["reason"]) for line in answer["ledger"]["resolution"]]
    assert states[:4] == [
        ("counted", "weekly"),
        ("paused", "waiting_customer"),
        ("closed", "weekly"),
        ("counted", "weekly"),
    ]
    assert ("stopped", "resolved") in states


@pytest.mark.parametrize(
    ("what", "events", "until", "expected"),
    [
        ("dated at the due instant", [created()], 9, (at(4), at(4), "elapsed")),
        ("broken by the change", [created("P2"), priority(6, "P1")], 6, (at(4), at(6), "retarget")),
        ("the new target is used up this instant", [created("P2"), priority(4, "P1")], 4, None),
        (
            "and broken the instant after",
            [created("P2"), priority(4, "P1")],
            4.1,
            (at(4), at(4), "elapsed"),
        ),
        (
            "used up exactly at the pause: broken when it runs on",
            [created(), status(4, "waiting_customer"), customer(6)],
            7,
            (at(4), at(6), "elapsed"),
        ),
    ],
)
def test_a_breach_is_dated_by_arithmetic(
    what: str, events: list[Event], until: float, expected: tuple[Any, ...] | None
) -> None:
    rules = imagined_rules(ALWAYS, POLICY)
    reading = fold(rules, map(happening, events), micros(at(until)))[Metric.RESOLUTION]
    found = [(instant(b.due), instant(b.at), b.cause.value) for b in reading.breaches]
    assert found == ([] if expected is None else [expected]), what
