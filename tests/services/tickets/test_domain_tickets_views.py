"""Who sees, shares and changes a saved view, and that what was saved is what is asked."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tickets.domain.listing import Filters, SlaState, Sort, within_reach
from services.tickets.domain.rights import Ownership, Reach, Viewer, sees
from services.tickets.domain.views import (
    Holding,
    Sharing,
    may_change,
    may_see,
    may_share,
    order_of,
    recalled,
)
from services.tickets.schemas.filters import FiltersIn, filters_of
from shared.vocabulary import Channel, Priority, Status

ME, THEY, HERE, THERE = (UUID(int=n) for n in range(1, 5))
AGENT = Viewer(ME, Reach.DEPARTMENTS, staff=True, department_ids=frozenset({HERE}))
HEAD = Viewer(ME, Reach.ALL, staff=True)
PRIVATE, DEPARTMENT, ALL = Sharing


@pytest.mark.parametrize(
    ("viewer", "view", "seen"),
    [
        (AGENT, Holding(PRIVATE, ME), True),
        (AGENT, Holding(PRIVATE, THEY), False),
        (HEAD, Holding(PRIVATE, THEY), False),
        (AGENT, Holding(DEPARTMENT, THEY, HERE), True),
        (AGENT, Holding(DEPARTMENT, THEY, THERE), False),
        (AGENT, Holding(DEPARTMENT, ME, THERE), True),
        (HEAD, Holding(DEPARTMENT, THEY, THERE), True),
        (AGENT, Holding(ALL, THEY), True),
        (AGENT, Holding(ALL, None), True),
    ],
)
def test_a_view_is_seen_by_those_it_is_for(viewer: Viewer, view: Holding, seen: bool) -> None:
    assert may_see(viewer, view) is seen


@pytest.mark.parametrize(
    ("role", "view", "shares"),
    [
        ("agent", Holding(PRIVATE, ME), True),
        ("agent", Holding(DEPARTMENT, ME, HERE), False),
        ("supervisor", Holding(DEPARTMENT, ME, HERE), False),
        ("supervisor", Holding(ALL, ME), False),
        ("manager", Holding(DEPARTMENT, ME, HERE), True),
        ("manager", Holding(DEPARTMENT, ME, THERE), False),
        ("manager", Holding(ALL, ME), True),
        ("admin", Holding(DEPARTMENT, ME, THERE), True),
        ("admin", Holding(ALL, ME), True),
    ],
)
def test_only_managers_and_administrators_share(role: str, view: Holding, shares: bool) -> None:
    assert may_share(AGENT, frozenset({role}), view) is shares


@pytest.mark.parametrize(
    ("role", "view", "changes"),
    [
        ("agent", Holding(PRIVATE, ME), True),
        ("agent", Holding(ALL, ME), False),
        ("agent", Holding(ALL, None), False),
        ("manager", Holding(ALL, None), False),
        ("manager", Holding(ALL, THEY), False),
        ("manager", Holding(ALL, ME), True),
        ("manager", Holding(DEPARTMENT, THEY, HERE), True),
        ("manager", Holding(DEPARTMENT, THEY, THERE), False),
        ("admin", Holding(ALL, None), True),
        ("admin", Holding(DEPARTMENT, THEY, THERE), True),
        ("admin", Holding(PRIVATE, THEY), False),
    ],
)
def test_a_view_is_changed_by_its_owner_or_by_who_could_share_it(
    role: str, view: Holding, changes: bool
) -> None:
    assert may_change(AGENT, frozenset({role}), view) is changes


def several(values: type) -> st.SearchStrategy[list[object] | None]:
    return st.none() | st.lists(st.sampled_from(list(values)), min_size=1, max_size=4)


FIRST, LAST = datetime(1901, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC)
INSTANTS = st.none() | st.datetimes(
    FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None), timezones=st.just(UTC)
)
WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)
ASKED = st.fixed_dictionaries(
    {
        "status": several(Status),
        "priority": several(Priority),
        "channel": several(Channel),
        "tag": st.none() | st.lists(WORDS, min_size=1, max_size=3),
        "department_id": st.none() | st.just("mine") | st.uuids(),
        "assignee_id": st.none() | st.sampled_from(["me", "none"]) | st.uuids(),
        "unassigned": st.none() | st.booleans(),
        "organization_id": st.none() | st.uuids(),
        "sla_state": st.none() | st.sampled_from(SlaState),
        "escalation_level": st.none() | st.integers(0, 100),
        "waiting_since": INSTANTS,
        "created_from": INSTANTS,
        "due_before": INSTANTS,
        "custom": st.dictionaries(st.from_regex("^[a-z][a-z0-9_]{0,9}$", fullmatch=True), WORDS),
        "q": st.none() | WORDS,
    }
)


@given(ASKED.filter(lambda asked: len(asked["custom"]) <= 10))
def test_what_was_saved_is_asked_again(asked: dict[str, object]) -> None:
    saved = FiltersIn.model_validate(asked)
    assert recalled(saved.kept()) == saved.value() == filters_of(saved.model_dump())


@pytest.mark.parametrize(
    "kept", [{"status": ["vanished"]}, {"odd": 1}, {"department_id": 5}, {"created_from": "x"}]
)
def test_a_question_for_what_is_no_more_is_none(kept: dict[str, object]) -> None:
    assert recalled(kept) is None


def test_nothing_saved_asks_for_everything_newest_first() -> None:
    assert recalled({}) == Filters()
    assert order_of("vanished") is Sort.CREATED


SOMEBODY = st.sampled_from([ME, THEY])
PLACE = st.sampled_from([HERE, THERE])


@given(
    st.builds(
        Ownership,
        organization_id=st.just(UUID(int=9)),
        requester_id=SOMEBODY,
        department_id=PLACE,
        assignee_id=st.none() | SOMEBODY,
    ),
    st.builds(
        Filters,
        department_id=st.none() | st.just("mine") | PLACE,
        assignee_id=st.none() | st.sampled_from(["me", "none"]) | SOMEBODY,
        requester_id=st.none() | SOMEBODY,
    ),
    st.sampled_from([frozenset[UUID](), frozenset({HERE}), frozenset({HERE, THERE})]),
)
def test_where_the_rights_are_left_out_the_filters_say_no_less(
    ticket: Ownership, filters: Filters, departments: frozenset[UUID]
) -> None:
    viewer = Viewer(ME, Reach.DEPARTMENTS, staff=True, department_ids=departments)
    if within_reach(viewer, filters) and fits(viewer, filters, ticket):
        assert sees(viewer, ticket)


def fits(viewer: Viewer, filters: Filters, ticket: Ownership) -> bool:
    whose = {None: ticket.assignee_id, "me": viewer.id, "none": None}
    place = filters.department_id
    return (
        ticket.assignee_id == whose.get(filters.assignee_id, filters.assignee_id)
        and place in {None, "mine", ticket.department_id}
        and (place != "mine" or ticket.department_id in viewer.department_ids)
        and filters.requester_id in {None, ticket.requester_id}
    )
