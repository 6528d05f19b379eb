"""Policies, contracts and calendars that change mid-flight, by table (sla.md 5.8-5.10, 8)."""

from typing import Any

import pytest

from services.sla.domain.durations import Duration
from services.sla.domain.fold import Happening, Rules, fold
from services.sla.domain.settle import Stated, settle, to_arm
from services.sla.domain.terms import Terms, course, first_terms, terms_at
from services.sla.domain.words import Cause, ContractKind, Kind, Limit
from shared.vocabulary import Metric
from shared.worktime import SECOND, Compiled, read_calendar
from tests.services.sla.terms import (
    CALENDAR,
    EVER,
    HOUR,
    hours,
    moves,
    opened,
    resolution,
    rules_of,
    step,
    terms,
    upgrades,
)
from tests.services.sla.test_sla_domain_properties import START

OLD, NEW, OTHER = terms(1), terms(1, 2), terms(2)
WEEK = {day: [["06:00", "14:00"]] for day in ("sun", "mon", "tue", "wed", "thu")}
DESK = Compiled(read_calendar({"timezone": "UTC", "weekly": WEEK}))
"""Open from START (a Sunday, 06:00 UTC) for eight hours."""


def found(reading: Any) -> tuple[Any, ...]:
    breach = reading.open_breach
    told = (hours(breach.due), hours(breach.at), breach.cause) if breach else None
    return hours(reading.due), reading.used / HOUR, told


@pytest.mark.parametrize(
    ("what", "new", "story", "until", "expected"),
    [
        ("longer", rules_of(6, key=NEW), [upgrades(1, NEW, OLD, 2)], 2, (6, 2, None)),
        ("shorter, in time", rules_of(2, key=NEW), [upgrades(1, NEW, OLD, 2)], 1.5, (2, 1.5, None)),
        (
            "shorter, too late: broken by the change, at the change",
            rules_of(2, key=NEW),
            [upgrades(3, NEW, OLD, 2)],
            3,
            (2, 3, (2, 3, Cause.RETARGET)),
        ),
        (
            "longer after the breach: it stays broken",
            rules_of(8, key=NEW),
            [upgrades(5, NEW, OLD, 2)],
            6,
            (8, 6, (4, 4, Cause.ELAPSED)),
        ),
        (
            "other calendar: only from the change on",
            rules_of(9, DESK, key=NEW),
            [upgrades(1, NEW, OLD, 2)],
            30,
            (24 + 1, 8 + 6, (25, 25, Cause.ELAPSED)),
        ),
        (
            "no promise any more",
            Rules({}, EVER, key=NEW.key),
            [upgrades(1, NEW, OLD, 2)],
            9,
            (None, 9, None),
        ),
        (
            "in a pause: it goes on with what is left of the new target",
            rules_of(2, key=NEW),
            [
                step(1, Kind.STATUS, "waiting_customer", 2),
                upgrades(2, NEW, OLD, 2),
                step(5, Kind.CUSTOMER_REPLY, "", 3),
            ],
            5.5,
            (6, 1.5, None),
        ),
        (
            "a status that pauses under the new rules",
            rules_of(4, key=NEW, pause_statuses=frozenset({"new"})),
            [upgrades(1, NEW, OLD, 2)],
            9,
            (None, 1, None),
        ),
        (
            "a status that stops no more",
            rules_of(4, key=NEW, stop_statuses=frozenset({"closed"})),
            [step(1, Kind.STATUS, "resolved", 2), upgrades(2, NEW, OLD, 2)],
            3,
            (5, 2, None),
        ),
        (
            "a version of a policy that the ticket does not have",
            rules_of(1, key=terms(2, 2)),
            [upgrades(1, terms(2, 2), OLD, 2)],
            2,
            (4, 2, None),
        ),
    ],
)
def test_other_rules_keep_what_is_counted(
    what: str, new: Rules, story: list[Happening], until: float, expected: tuple[Any, ...]
) -> None:
    reading = resolution(rules_of(4, key=OLD), [opened(), *story], until, new)
    assert found(reading) == expected, what


def test_one_step_that_brings_priority_and_policy_makes_no_promise_between_them() -> None:
    """P2 to P1 under the old policy would be broken at once; the new policy never said so."""
    other = rules_of(9, key=OTHER)
    story = [opened("P2"), step(5, Kind.PRIORITY, "P1", 2), moves(5, OTHER, OLD, 2)]
    for told in (story, story[::-1]):
        reading = resolution(rules_of(4, key=OLD), told, 6, other)
        assert found(reading) == (9, 6, None)


def test_a_step_learned_late_keeps_later_versions_from_reaching_the_ticket() -> None:
    """It left the policy before the new version was applied, although that was heard first."""
    upgraded, left = upgrades(3, NEW, OLD, 2), moves(1, OTHER, OLD, 3)
    in_time = [opened(), moves(1, OTHER, OLD, 3)]
    late = [opened(), upgraded, left]
    rest = (rules_of(1, key=NEW), rules_of(6, key=OTHER))
    first = rules_of(4, key=OLD)
    assert resolution(first, late, 5, *rest) == resolution(first, in_time, 5, *rest)
    assert [one for _, one in course(OLD, late)] == [OLD, OTHER, OTHER]


def test_terms_are_read_back_and_the_first_ones_are_remembered() -> None:
    whole = Terms(OLD.policy_id, 3, CALENDAR, OTHER.policy_id, ContractKind.EMERGENCY)
    assert Terms.read(whole.key) == whole
    assert Terms.read(OLD.key) == OLD
    story = [opened(), upgrades(1, NEW, OLD, 2), moves(2, OTHER, NEW, 5)]
    assert first_terms(OTHER, story) == OLD
    assert first_terms(OTHER, [opened()]) == OTHER
    assert terms_at(OLD, story, START + int(1.5 * HOUR)) == NEW


@pytest.mark.parametrize(
    ("what", "floor", "resolved", "reopened", "due"),
    [
        ("none: what was left goes on", 0, 3, 10, 11),
        ("less than is left changes nothing", 0.5, 3, 10, 11),
        ("more than is left is granted", 2, 3, 10, 12),
        ("a broken promise gets nothing", 2, 5, 10, 4),
    ],
)
def test_a_reopened_ticket_has_the_floor_at_least(
    what: str, floor: float, resolved: float, reopened: float, due: float
) -> None:
    rules = rules_of(4, reopen_floor=int(floor * HOUR))
    story = [opened(), step(resolved, Kind.STATUS, "resolved"), step(reopened, Kind.STATUS, "open")]
    assert hours(resolution(rules, story, reopened).due) == due, what


@pytest.mark.parametrize(
    ("what", "target", "mark", "expected"),
    [
        ("half an hour before", 4, -1800, 3.5),
        ("across a night, walked backwards", 9, -2 * 3600, 7),
        ("exactly one opening before: its start, not the last closing", 9, -3600, 24),
        ("longer than the promise: never", 1, -3 * 3600, None),
        ("a share beside it", 9, 0.5, 4.5),
    ],
)
def test_warnings_before_the_due_instant_walk_the_calendar_backwards(
    what: str, target: float, mark: float, expected: float | None
) -> None:
    reading = resolution(rules_of(target, DESK, marks=(mark,)), [opened()], 0)
    meant = [] if expected is None else [expected]
    assert [hours(at) for _, at in reading.warnings] == meant, what


def test_a_warning_that_a_resumed_clock_has_passed_is_not_said_again() -> None:
    rules = rules_of(4, marks=(-3600.0,))
    story = [
        opened(),
        step(3.5, Kind.STATUS, "waiting_customer"),
        step(9, Kind.CUSTOMER_REPLY),
    ]
    reading = resolution(rules, story, 9)
    assert (hours(reading.due), reading.warnings) == (9.5, ())


def idle(rules: Rules, story: list[Happening], until: float) -> list[tuple[str, Any, Any]]:
    reading = resolution(rules, story, until)
    return [(one.limit.value, hours(one.since), hours(one.at)) for one in reading.idle]


def test_a_long_pause_reaches_its_limits_on_the_resolution_calendar() -> None:
    limits = ((Limit.REMINDER, Duration(days=1)), (Limit.RESOLVE, Duration(seconds=10 * 3600)))
    rules = rules_of(4, DESK, pause_limits=limits)
    story = [opened(), step(2, Kind.STATUS, "waiting_customer")]
    assert idle(rules, story, 3) == [("reminder", 2, 26), ("resolve", 2, 24 + 4)]
    assert idle(rules, [*story, step(4, Kind.CUSTOMER_REPLY)], 5) == []
    again = [*story, step(4, Kind.CUSTOMER_REPLY), step(5, Kind.STATUS, "waiting_customer")]
    assert idle(rules, again, 6)[0] == ("reminder", 5, 29)


def test_a_limit_of_a_pause_is_told_once_and_once_more_for_the_next_pause() -> None:
    rules = rules_of(4, pause_limits=((Limit.REMINDER, Duration(seconds=3600)),))
    story = [opened(), step(1, Kind.STATUS, "waiting_customer")]
    stated, said = Stated(), []
    for at in (1.5, 2, 3, 4):
        moment = START + int(at * HOUR)
        armed = [one for one in to_arm(fold(rules, story, moment), moment, stated) if one.idle]
        assert [hours(one.at) for one in armed] == ([2] if at < 2 else [])
        result = settle(fold(rules, story, moment), stated, moment)
        said += [hours(one.since) for one in result.idle]
        stated = result.stated
    assert said == [1]
    story += [step(5, Kind.CUSTOMER_REPLY), step(6, Kind.STATUS, "waiting_customer")]
    result = settle(fold(rules, story, START + 8 * HOUR), stated, START + 8 * HOUR)
    assert [hours(one.since) for one in result.idle] == [6]


def test_a_change_of_rules_in_a_pause_begins_no_other_pause() -> None:
    limits = ((Limit.REMINDER, Duration(seconds=3 * 3600)),)
    old, new = rules_of(4, key=OLD), rules_of(8, key=NEW, pause_limits=limits)
    story = [opened(), step(1, Kind.STATUS, "waiting_customer", 2), upgrades(2, NEW, OLD, 2)]
    assert [hours(one.at) for one in resolution(old, story, 3, new).idle] == [4]


def test_a_breach_that_only_the_calendar_brought_is_dated_by_its_change() -> None:
    rules, story = rules_of(4), [opened()]
    change = START + 6 * HOUR
    result = settle(fold(rules, story, change), Stated(), change, recounted=change)
    (breach,) = result.breaches
    assert (hours(breach.due), hours(breach.at), breach.cause) == (4, 6, Cause.CALENDAR)
    later = settle(fold(rules, story, change + HOUR), result.stated, change + HOUR)
    assert (later.breaches, later.voided) == ((), ())
    (seen,) = fold(rules, story, change)[Metric.RESOLUTION].breaches
    assert hours(later.stated.breached_at(seen)) == 6


def test_a_breach_after_the_calendars_change_is_its_own() -> None:
    as_of = START + 4 * HOUR + SECOND
    reading = fold(rules_of(4), [opened()], as_of)
    (breach,) = settle(reading, Stated(), as_of, recounted=START + HOUR).breaches
    assert (hours(breach.at), breach.cause) == (4, Cause.ELAPSED)
