"""The clock's rules by table (sla.md 5.5-5.10, decisions 23), asked through the simulation."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from services.sla.domain.simulation import imagine
from shared.worktime import Compiled, read_calendar

ALWAYS = Compiled(read_calendar({"timezone": "UTC", "always_open": True}))
WEEK = {day: [["09:00", "17:00"]] for day in ("sun", "mon", "tue", "wed", "thu")}
DESK = Compiled(read_calendar({"timezone": "Asia/Riyadh", "weekly": WEEK}))
SUNDAY = datetime(2026, 2, 15, 6, tzinfo=UTC)
"""09:00 in Riyadh."""

POLICY: dict[str, Any] = {
    "targets": {
        "P1": {"first_response": 3600, "next_response": 7200, "resolution": 14400},
        "P2": {"first_response": 14400, "next_response": 14400, "resolution": 28800},
        "P4": {},
    },
    "pause_statuses": ["waiting_customer"],
    "pause_metrics": ["resolution"],
    "stop_statuses": ["resolved", "closed"],
    "next_response_starts": "oldest_unanswered",
    "resolve_counts_as_first_response": False,
}
Event = dict[str, Any]


def at(hours: float) -> datetime:
    return SUNDAY + timedelta(hours=hours)


def created(priority: str = "P1", status: str = "new", hours: float = 0) -> Event:
    return {"at": at(hours), "type": "created", "priority": priority, "status": status}


def agent(hours: float, *, public: bool = True) -> Event:
    return {"at": at(hours), "type": "agent_reply", "public": public}


def customer(hours: float) -> Event:
    return {"at": at(hours), "type": "customer_reply"}


def status(hours: float, to: str) -> Event:
    return {"at": at(hours), "type": "status", "to": to}


def priority(hours: float, to: str) -> Event:
    return {"at": at(hours), "type": "priority", "to": to}


def ask(*events: Event, until: float, timeline: Compiled = ALWAYS, **policy: Any) -> dict[str, Any]:
    return imagine(timeline, {**POLICY, **policy}, events, at(until))


def clock(metric: str, *events: Event, until: float, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = ask(*events, until=until, **more)["clocks"][metric]
    return found


def first(*events: Event, until: float, **more: Any) -> dict[str, Any]:
    return clock("first_response", *events, until=until, **more)


def following(*events: Event, until: float, **more: Any) -> dict[str, Any]:
    return clock("next_response", *events, until=until, **more)


def resolution(*events: Event, until: float, **more: Any) -> dict[str, Any]:
    return clock("resolution", *events, until=until, **more)


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


def test_every_customer_message_may_start_the_next_response_anew() -> None:
    events = (created(), customer(1), customer(2))
    found = following(*events, until=3, next_response_starts="every_customer_message")
    assert (found["due"], found["elapsed_seconds"]) == (at(4), 3600)
    assert found["worst_seconds"] == 3600


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
def test_resolution(
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
