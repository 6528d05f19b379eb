"""A life as stretches: what ends one, what begins another, and who held it then."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tickets.domain.lifecycle import LIVE, MOVES
from services.tickets.domain.stretches import (
    Assigned,
    Change,
    Holder,
    Life,
    Moved,
    Rehoused,
    Stretch,
    stretches,
)
from shared.vocabulary import Status

START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOME, OTHER = UUID(int=1), UUID(int=2)
ANNA, OMAR = UUID(int=11), UUID(int=12)
N, L, R, C = Status.NEW, Status.OPEN, Status.RESOLVED, Status.CLOSED
NOBODY = Holder(HOME, None)


def at(hours: float) -> datetime:
    return START + hours * HOUR


def life(status: Status, holder: Holder = NOBODY, **more: datetime) -> Life:
    return Life(START, status, holder, **more)


def moves(*path: Status) -> list[Change]:
    return [Moved(at(n), one, other) for n, (one, other) in enumerate(pairwise(path), 1)]


def test_each_solution_of_what_nobody_holds_is_theirs_who_found_it() -> None:
    story: list[Change] = [
        Moved(at(1), L, R, ANNA),
        Moved(at(2), R, L),
        Moved(at(3), L, R, OMAR),
        Moved(at(4), R, C),
    ]
    found = stretches(life(C, NOBODY), story)
    assert [one.holder.assignee_id for one in found] == [ANNA, OMAR]
    handed = [*story[:2], Assigned(at(2.5), OMAR), *story[2:]]
    found = stretches(life(C, Holder(HOME, OMAR)), handed)
    assert [one.holder.assignee_id for one in found] == [ANNA, OMAR]


def ends(found: list[Stretch]) -> list[tuple[object, ...]]:
    return [(one.cycle, one.began_at, one.ended_at, one.ended_by) for one in found]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((N,), [(0, at(0), None, None)]),
        ((N, L), [(0, at(0), None, None)]),
        ((N, L, R), [(0, at(0), at(2), "resolved")]),
        ((N, L, R, C), [(0, at(0), at(2), "resolved")]),
        ((N, C), [(0, at(0), at(1), "closed")]),
        ((N, R, L), [(0, at(0), at(1), "resolved"), (1, at(2), None, None)]),
        ((N, R, C, L), [(0, at(0), at(1), "resolved"), (1, at(3), None, None)]),
        ((N, R, L, R), [(0, at(0), at(1), "resolved"), (1, at(2), at(3), "resolved")]),
        ((N, Status.MERGED), [(0, at(0), at(1), "merged")]),
        ((N, Status.MERGED, L), [(0, at(0), None, None)]),
        ((N, R, Status.MERGED), [(0, at(0), at(1), "resolved")]),
        ((N, R, Status.MERGED, R), [(0, at(0), at(1), "resolved")]),
        ((N, Status.SPAM, N, L), [(0, at(0), None, None)]),
    ],
)
def test_what_ends_a_stretch_and_what_begins_one(
    path: tuple[Status, ...], expected: list[tuple[object, ...]]
) -> None:
    assert ends(stretches(life(path[-1]), moves(*path))) == expected


def test_a_stretch_belongs_to_whoever_held_it_when_it_ended() -> None:
    changes: list[Change] = [
        Assigned(at(1), ANNA),
        Moved(at(2), N, R),
        Assigned(at(3), OMAR),
        Moved(at(4), R, L),
        Rehoused(at(5), HOME, OTHER),
        Moved(at(6), L, R),
        Assigned(at(7), None),
    ]
    first, second = stretches(life(R, Holder(OTHER, None)), changes)
    assert first.holder == Holder(HOME, ANNA)
    assert second.holder == Holder(OTHER, OMAR)


def test_who_reopens_finds_it_where_it_was_put_meanwhile() -> None:
    changes: list[Change] = [Moved(at(1), N, R), Assigned(at(2), OMAR), Moved(at(3), R, L)]
    first, second = stretches(life(L, Holder(HOME, OMAR)), changes)
    assert (first.holder.assignee_id, second.holder.assignee_id) == (None, OMAR)


def test_a_mail_that_was_handled_late_reopens_from_its_arrival_but_not_before_the_end() -> None:
    late: list[Change] = [Moved(at(5), N, R), Moved(at(9), R, C), Moved(at(7), C, L)]
    first, second = stretches(life(L), late)
    assert (first.closed_at, second.began_at) == (at(9), at(7))
    early: list[Change] = [Moved(at(5), N, R), Moved(at(4), R, L)]
    assert stretches(life(L), early)[1].began_at == at(5)


def test_a_ticket_without_a_story_is_told_by_its_row() -> None:
    [solved] = stretches(life(C, resolved_at=at(3), closed_at=at(27)), [])
    assert (solved.ended_at, solved.ended_by, solved.closed_at) == (at(3), "resolved", at(27))
    [shut] = stretches(life(C, closed_at=at(4)), [])
    assert (shut.ended_at, shut.ended_by, shut.resolved_at) == (at(4), "closed", None)
    [gone] = stretches(life(Status.MERGED, updated_at=at(6)), [])
    assert (gone.ended_at, gone.ended_by) == (at(6), "merged")


@st.composite
def walks(draw: st.DrawFn) -> list[Status]:
    """Ways through the table of moves, from new."""
    path = [N]
    for _ in range(draw(st.integers(0, 12))):
        legal = sorted({to for (source, _), to in MOVES.items() if source is path[-1]})
        if not legal:
            break
        path.append(draw(st.sampled_from(legal)))
    return path


@given(walks())
def test_stretches_follow_each_other_and_only_the_last_one_may_live(path: list[Status]) -> None:
    found = stretches(life(path[-1]), moves(*path))
    assert [one.cycle for one in found] == list(range(len(found)))
    reopened = sum(one not in LIVE and other in LIVE for one, other in pairwise(path))
    assert len(found) == reopened + 1
    for one, other in pairwise(found):
        assert one.ended_at is not None
        assert one.began_at <= one.ended_at <= other.began_at
    assert (found[-1].ended_at is None) == (path[-1] in LIVE)
    assert sum(one.resolved_at is not None for one in found) == path.count(R)
