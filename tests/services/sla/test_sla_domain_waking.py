"""A ladder climbed in hindsight: who is called, and what holds a rung back (sla.md 7)."""

from typing import Any

import pytest

from services.sla.domain.clock import Target
from services.sla.domain.durations import Duration
from services.sla.domain.fold import Happening, Rules, fold
from services.sla.domain.policy import Step
from services.sla.domain.waking import Slope, calls
from services.sla.domain.words import Kind
from shared.vocabulary import Metric, Priority, Role
from shared.worktime import ALWAYS_OPEN, SECOND, Compiled

HOUR = 3600 * SECOND
OPEN = Compiled(ALWAYS_OPEN)
ROLES = (Role.SUPERVISOR, Role.SENIOR_MANAGEMENT, Role.EXECUTIVE)


def rungs(
    *waits: int | None, metric: Metric = Metric.RESOLUTION, last_for: Any = None
) -> list[Step]:
    """A ladder with waits in hours; None is at once."""
    found = []
    for level, wait in enumerate(waits, start=1):
        after = None if wait is None else Duration(seconds=wait * 3600)
        only = last_for if level == len(waits) else None
        found.append(Step(metric, level, after, ROLES[level - 1], ("notify",), only))
    return found


def climbed(
    story: list[tuple[int, Kind, str]],
    ladder: list[Step],
    until: int = 100,
    metric: Metric = Metric.RESOLUTION,
) -> list[tuple[str, int]]:
    """Roles and hours of the calls of a P2 that has two hours for everything."""
    rules = Rules(
        targets={p: dict.fromkeys(Metric, Target(OPEN, 7200)) for p in ("P1", "P2")},
        timeline=OPEN,
        pause_statuses=frozenset({"waiting_customer"}),
        pause_metrics=frozenset({"resolution"}),
        stop_statuses=frozenset({"resolved"}),
    )
    happenings = [Happening(0, Kind.CREATED, "P2", "new")]
    happenings += [Happening(hour * HOUR, kind, value) for hour, kind, value in story]
    reading = fold(rules, happenings, until * HOUR)[metric]

    def priority(at: int) -> str:
        changed = [h.value for h in happenings if h.kind is Kind.PRIORITY and h.at <= at]
        return changed[-1] if changed else "P2"

    slope = Slope(reading.stages, OPEN, priority, until * HOUR)
    found = [call for breach in reading.breaches for call in calls(ladder, breach, slope)]
    return [(call.to.value, call.at // HOUR) for call in found]


SUPERVISOR, SENIOR, EXECUTIVE = (role.value for role in ROLES)


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ([], [(SUPERVISOR, 2), (SENIOR, 5), (EXECUTIVE, 8)]),
        ([(4, Kind.STATUS, "resolved")], [(SUPERVISOR, 2)]),
        ([(1, Kind.STATUS, "resolved")], []),
        (
            [(4, Kind.STATUS, "waiting_customer"), (7, Kind.CUSTOMER_REPLY, "")],
            [(SUPERVISOR, 2), (SENIOR, 7), (EXECUTIVE, 10)],
        ),
        (
            [(3, Kind.STATUS, "waiting_customer"), (4, Kind.CUSTOMER_REPLY, "")],
            [(SUPERVISOR, 2), (SENIOR, 5), (EXECUTIVE, 8)],
        ),
        ([(4, Kind.STATUS, "waiting_customer")], [(SUPERVISOR, 2)]),
        (
            [(3, Kind.STATUS, "resolved"), (20, Kind.STATUS, "open")],
            [(SUPERVISOR, 2), (SENIOR, 23), (EXECUTIVE, 26)],
        ),
        ([(3, Kind.STATUS, "merged")], [(SUPERVISOR, 2)]),
    ],
)
def test_rungs_come_while_the_clock_lets_them(
    story: list[tuple[int, Kind, str]], expected: list[tuple[str, int]]
) -> None:
    assert climbed(story, rungs(None, 3, 3)) == expected


def test_a_rung_for_other_priorities_is_passed_over_in_its_own_time() -> None:
    ladder = rungs(None, 3, last_for=(Priority.P1,))
    assert climbed([], ladder) == [(SUPERVISOR, 2)]
    assert climbed([(4, Kind.PRIORITY, "P1")], ladder) == [(SUPERVISOR, 2), (SENIOR, 5)]


def test_nobody_is_called_after_the_answer() -> None:
    ladder = rungs(None, 3, metric=Metric.FIRST_RESPONSE)
    story = [(4, Kind.AGENT_REPLY, "")]
    assert climbed(story, ladder, metric=Metric.FIRST_RESPONSE) == [(SUPERVISOR, 2)]
    late = [(6, Kind.AGENT_REPLY, "")]
    assert climbed(late, ladder, metric=Metric.FIRST_RESPONSE) == [(SUPERVISOR, 2), (SENIOR, 5)]


def test_each_exchange_climbs_for_itself() -> None:
    """Two messages kept waiting three hours each; the rung of three hours is never reached."""
    story = [
        (1, Kind.AGENT_REPLY, ""),
        *((10, Kind.CUSTOMER_REPLY, ""), (13, Kind.AGENT_REPLY, "")),
        *((20, Kind.CUSTOMER_REPLY, ""), (23, Kind.AGENT_REPLY, "")),
    ]
    ladder = rungs(None, 3, metric=Metric.NEXT_RESPONSE)
    found = climbed(story, ladder, metric=Metric.NEXT_RESPONSE)
    assert found == [(SUPERVISOR, 12), (SUPERVISOR, 22)]


def test_what_lies_ahead_calls_nobody_yet() -> None:
    assert climbed([], rungs(None, 3, 3), until=6) == [(SUPERVISOR, 2), (SENIOR, 5)]
