"""The ladder, roles and holds: pure rules, by table and by property."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.escalation.domain import ladder as rules
from services.escalation.domain.holds import Clock, hold
from services.escalation.domain.ladder import Climb, Deed, Ladder, Rung, Wait
from services.escalation.domain.people import Absence, Directory
from services.escalation.domain.timing import TimerKey, read_key
from services.escalation.domain.words import End, Hold, Standing
from shared.vocabulary import Metric, Priority, Role, Status

NOW = datetime(2026, 3, 1, 7, tzinfo=UTC)
DAY = Wait(business_days=1)
SUPERVISOR = Rung(1, Role.SUPERVISOR, ("assign", "notify"))
MANAGEMENT = Rung(2, Role.SENIOR_MANAGEMENT, ("notify",), DAY)
EXECUTIVES = Rung(3, Role.EXECUTIVE, ("notify",), DAY, (Priority.P1, Priority.P2))
LADDER = Ladder(Metric.RESOLUTION, 1, (SUPERVISOR, MANAGEMENT, EXECUTIVES))
SOMEBODY = UUID(int=1)


def everybody(_: Role) -> tuple[UUID, ...]:
    return (SOMEBODY,)


def nobody(_: Role) -> tuple[UUID, ...]:
    return ()


def only(*roles: Role) -> rules.Holders:
    return lambda role: (SOMEBODY,) if role in roles else ()


def deeds(climb: Climb | None) -> list[tuple[int, Deed]]:
    assert climb is not None
    return [(step.rung.level, step.deed) for step in climb.steps]


def test_the_first_rung_comes_at_once_and_the_second_is_waited_for() -> None:
    climb = rules.begin(LADDER, everybody, Priority.P3)
    assert deeds(climb) == [(1, Deed.RAISED)]
    assert climb.wait_for == MANAGEMENT
    assert climb.ladder.reached == 1


def test_a_first_rung_with_a_delay_waits_from_the_breach() -> None:
    late = Ladder(Metric.RESOLUTION, 1, (MANAGEMENT,))
    climb = rules.begin(late, everybody, Priority.P3)
    assert climb.steps == ()
    assert climb.wait_for == MANAGEMENT


def test_a_rung_that_nobody_holds_is_recorded_and_the_next_comes_at_once() -> None:
    climb = rules.begin(LADDER, only(Role.SENIOR_MANAGEMENT), Priority.P1)
    assert deeds(climb) == [(1, Deed.NO_ONE), (2, Deed.RAISED)]
    assert climb.wait_for == EXECUTIVES


def test_a_ladder_that_nobody_holds_is_exhausted_at_once() -> None:
    climb = rules.begin(LADDER, nobody, Priority.P1)
    assert deeds(climb) == [(1, Deed.NO_ONE), (2, Deed.NO_ONE), (3, Deed.NO_ONE)]
    assert climb.ended is End.EXHAUSTED


def fired(level: int, hold: Hold = Hold.NONE, priority: Priority = Priority.P1) -> Climb | None:
    at = Ladder(Metric.RESOLUTION, 1, LADDER.rungs, reached=1)
    return rules.fire(at, level, hold, everybody, priority)


def test_a_timer_raises_its_rung_and_waits_for_the_next() -> None:
    climb = fired(2)
    assert deeds(climb) == [(2, Deed.RAISED)]
    assert climb is not None
    assert climb.wait_for == EXECUTIVES


def test_timers_of_other_rungs_are_ignored() -> None:
    assert fired(1) is None
    assert fired(3) is None


def test_executives_hear_of_urgent_tickets_only() -> None:
    at = Ladder(Metric.RESOLUTION, 1, LADDER.rungs, reached=2)
    passed = rules.fire(at, 3, Hold.NONE, everybody, Priority.P3)
    assert deeds(passed) == [(3, Deed.PRIORITY)]
    assert passed is not None
    assert passed.ended is End.EXHAUSTED
    assert deeds(rules.fire(at, 3, Hold.NONE, everybody, Priority.P2)) == [(3, Deed.RAISED)]


def test_a_waiting_ticket_postpones_its_rung_to_the_resume() -> None:
    climb = fired(2, Hold.PAUSED)
    assert climb is not None
    assert climb.steps == ()
    assert climb.ladder.standing is Standing.POSTPONED
    resumed = rules.settle(climb.ladder, Hold.NONE, everybody, Priority.P1)
    assert deeds(resumed) == [(2, Deed.RAISED)]
    assert rules.settle(climb.ladder, Hold.PAUSED, everybody, Priority.P1) is None


def test_a_solved_ticket_stops_and_a_reopened_one_goes_on_at_the_next_rung() -> None:
    at = Ladder(Metric.RESOLUTION, 1, LADDER.rungs, reached=1)
    stopped = rules.settle(at, Hold.STOPPED, everybody, Priority.P1)
    assert stopped is not None
    assert stopped.ended is End.STOPPED
    assert rules.settle(stopped.ladder, Hold.STOPPED, everybody, Priority.P1) is None
    reopened = rules.settle(stopped.ladder, Hold.NONE, everybody, Priority.P1)
    assert reopened is not None
    assert reopened.steps == ()
    assert reopened.wait_for == MANAGEMENT
    assert reopened.ladder.reached == 1


def test_a_promise_kept_late_ends_its_ladder_for_good() -> None:
    ended = rules.settle(LADDER, Hold.ENDED, everybody, Priority.P1)
    assert ended is not None
    assert ended.ladder.standing is Standing.ENDED
    assert rules.settle(ended.ladder, Hold.NONE, everybody, Priority.P1) is None


def test_a_person_may_ask_for_any_level_whatever_the_priority() -> None:
    climb = rules.climb(LADDER, everybody, Priority.P4, upto=3)
    assert deeds(climb) == [(1, Deed.RAISED), (2, Deed.RAISED), (3, Deed.RAISED)]


Commands = st.lists(
    st.one_of(
        st.tuples(st.just("fire"), st.integers(1, 5)),
        st.tuples(st.just("hold"), st.sampled_from(list(Hold)[:3])),
        st.tuples(st.just("manual"), st.integers(1, 5)),
        st.tuples(st.just("staff"), st.booleans()),
    ),
    max_size=25,
)
Rungs = st.lists(st.sampled_from([Wait(), Wait(seconds=5), DAY]), min_size=1, max_size=5)


@given(Rungs, Commands, st.sampled_from(list(Priority)))
def test_level_n_plus_one_only_after_level_n_and_each_level_once(
    waits: list[Wait], commands: list[tuple[str, object]], priority: Priority
) -> None:
    rungs = tuple(
        Rung(n, Role.MANAGER, ("notify",), wait, (Priority.P1,) if n % 3 == 0 else None)
        for n, wait in enumerate(waits, start=1)
    )
    staffed, state = True, Hold.NONE
    levels: list[int] = []

    def holders(_: Role) -> tuple[UUID, ...]:
        return (SOMEBODY,) if staffed else ()

    climb: Climb | None = rules.begin(Ladder(Metric.RESOLUTION, 1, rungs), holders, priority)
    assert climb is not None
    ladder = climb.ladder
    levels += [step.rung.level for step in climb.steps]
    for name, value in commands:
        if name == "fire":
            assert isinstance(value, int)
            climb = rules.fire(ladder, value, state, holders, priority)
        elif name == "manual" and state is Hold.NONE and ladder.following():
            assert isinstance(value, int)
            climb = rules.climb(ladder, holders, priority, value)
        elif name == "hold":
            assert isinstance(value, Hold)
            state = value
            climb = rules.settle(ladder, state, holders, priority)
        else:
            staffed, climb = value is True, None
        if climb is not None:
            levels += [step.rung.level for step in climb.steps]
            ladder = climb.ladder
            assert climb.wait_for is None or climb.wait_for.level == ladder.reached + 1
    assert levels == list(range(1, len(levels) + 1))


@pytest.mark.parametrize(
    ("status", "metric", "clock", "expected"),
    [
        (Status.OPEN, Metric.RESOLUTION, None, Hold.NONE),
        (Status.NEW, Metric.FIRST_RESPONSE, Clock("breached"), Hold.NONE),
        (Status.WAITING_CUSTOMER, Metric.RESOLUTION, None, Hold.PAUSED),
        (Status.WAITING_CUSTOMER, Metric.FIRST_RESPONSE, None, Hold.NONE),
        (Status.WAITING_THIRD_PARTY, Metric.RESOLUTION, None, Hold.NONE),
        (Status.WAITING_THIRD_PARTY, Metric.RESOLUTION, Clock("paused"), Hold.PAUSED),
        (Status.RESOLVED, Metric.RESOLUTION, None, Hold.STOPPED),
        (Status.CLOSED, Metric.FIRST_RESPONSE, None, Hold.STOPPED),
        (Status.OPEN, Metric.RESOLUTION, Clock("stopped"), Hold.STOPPED),
        (Status.OPEN, Metric.FIRST_RESPONSE, Clock("met"), Hold.ENDED),
        (Status.OPEN, Metric.FIRST_RESPONSE, Clock("breached", NOW), Hold.ENDED),
        (Status.OPEN, Metric.NEXT_RESPONSE, Clock("breached", NOW - timedelta(1)), Hold.NONE),
        (Status.OPEN, Metric.RESOLUTION, Clock("cancelled"), Hold.STOPPED),
        (Status.MERGED, Metric.RESOLUTION, None, Hold.STOPPED),
        (Status.SPAM, Metric.RESOLUTION, None, Hold.STOPPED),
    ],
)
def test_what_a_tickets_state_does_to_its_ladder(
    status: Status, metric: Metric, clock: Clock | None, expected: Hold
) -> None:
    assert hold(status, metric, clock, broken_at=NOW) is expected


DEPARTMENT, OTHER = uuid4(), uuid4()
ANNA, BASEM, DALAL, HUDA = (UUID(int=n) for n in range(11, 15))


def away(who: UUID, deputy: UUID | None, days: int = 1) -> Absence:
    return Absence(who, deputy, NOW - timedelta(days=days), NOW + timedelta(days=days))


def directory(*absences: Absence, disabled: frozenset[UUID] = frozenset()) -> Directory:
    positions = {
        (Role.SUPERVISOR, DEPARTMENT): [ANNA],
        (Role.MANAGER, DEPARTMENT): [BASEM, ANNA],
        (Role.EXECUTIVE, None): [DALAL],
    }
    players = {Role.ADMIN: [HUDA]}
    return Directory(positions, players, absences, disabled)


@pytest.mark.parametrize(
    ("role", "department", "absences", "expected"),
    [
        (Role.SUPERVISOR, DEPARTMENT, (), (ANNA,)),
        (Role.SUPERVISOR, OTHER, (), ()),
        (Role.MANAGER, DEPARTMENT, (), (BASEM, ANNA)),
        (Role.EXECUTIVE, OTHER, (), (DALAL,)),
        (Role.SENIOR_MANAGEMENT, DEPARTMENT, (), ()),
        (Role.ADMIN, DEPARTMENT, (), (HUDA,)),
        (Role.AGENT, DEPARTMENT, (), (HUDA,)),
        (Role.SUPERVISOR, DEPARTMENT, (away(ANNA, BASEM),), (BASEM,)),
        (Role.SUPERVISOR, DEPARTMENT, (away(ANNA, None),), ()),
        (Role.SUPERVISOR, DEPARTMENT, (away(ANNA, BASEM), away(BASEM, DALAL)), (DALAL,)),
        (Role.SUPERVISOR, DEPARTMENT, (away(ANNA, BASEM), away(BASEM, ANNA)), ()),
        (Role.MANAGER, DEPARTMENT, (away(BASEM, ANNA),), (ANNA,)),
        (Role.SUPERVISOR, DEPARTMENT, (away(ANNA, BASEM, days=0),), (ANNA,)),
    ],
)
def test_who_answers_for_a_role(
    role: Role, department: UUID, absences: tuple[Absence, ...], expected: tuple[UUID, ...]
) -> None:
    assert directory(*absences).holders(role, department, HUDA, NOW) == expected


def test_people_who_left_answer_for_nothing() -> None:
    gone = directory(disabled=frozenset({ANNA}))
    assert gone.holders(Role.SUPERVISOR, DEPARTMENT, None, NOW) == ()
    assert gone.holders(Role.MANAGER, DEPARTMENT, None, NOW) == (BASEM,)


def test_timer_keys_read_back_and_others_are_not_ours() -> None:
    key = TimerKey(uuid4(), Metric.RESOLUTION, 2, 3)
    assert read_key(key.text()) == key
    for other in ("close:x:1", "ladder:x", f"ladder:{uuid4()}:nothing:1:1", "ladder:a:b:c:d", ""):
        assert read_key(other) is None
