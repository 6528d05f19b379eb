"""Which roles fit together, what they may do, and when tokens stop telling the truth."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.passwords import Weakness, weakness
from services.gateway.domain.people import (
    Misfit,
    Person,
    changes_rights,
    ends_sessions,
    home,
    misfit,
)
from services.gateway.domain.scopes import BOUND_SCOPES, SCOPES, scopes_of, ungrantable
from services.gateway.domain.validity import issued_at, next_valid_from
from shared.vocabulary import CUSTOMER_ROLES, RESERVED_ORGANIZATION, Locale, Role

ACME = UUID(int=7)
SALES = UUID(int=8)

START = datetime(2024, 1, 1, tzinfo=UTC)
moments = st.timedeltas(timedelta(0), timedelta(days=2000)).map(lambda after: START + after)


@pytest.mark.parametrize(
    ("roles", "organization", "departments", "wrong"),
    [
        ({Role.CUSTOMER}, ACME, set(), None),
        ({Role.CUSTOMER, Role.CUSTOMER_ADMIN}, ACME, set(), None),
        ({Role.CUSTOMER}, RESERVED_ORGANIZATION, set(), None),
        ({Role.AGENT}, None, {SALES}, None),
        ({Role.AGENT, Role.SUPERVISOR}, RESERVED_ORGANIZATION, set(), None),
        (set(), ACME, set(), Misfit.NO_ROLE),
        ({Role.CUSTOMER, Role.AGENT}, ACME, set(), Misfit.MIXED_ROLES),
        ({Role.CUSTOMER_ADMIN, Role.ADMIN}, None, set(), Misfit.MIXED_ROLES),
        ({Role.CUSTOMER}, None, set(), Misfit.ORGANIZATION_REQUIRED),
        ({Role.CUSTOMER_ADMIN}, RESERVED_ORGANIZATION, set(), Misfit.ORGANIZATION_REQUIRED),
        ({Role.ADMIN}, ACME, set(), Misfit.STAFF_ORGANIZATION),
        ({Role.CUSTOMER}, ACME, {SALES}, Misfit.CUSTOMER_DEPARTMENT),
    ],
)
def test_only_fitting_combinations_pass(
    roles: set[Role], organization: UUID | None, departments: set[UUID], wrong: Misfit | None
) -> None:
    assert misfit(roles, organization, departments) is wrong


@given(st.sets(st.sampled_from(Role), min_size=1), st.sampled_from([None, ACME]))
def test_whoever_passes_has_one_home_and_one_side(
    roles: set[Role], organization: UUID | None
) -> None:
    if misfit(roles, organization, set()) is None:
        assert home(roles, organization) is not None
        assert roles <= CUSTOMER_ROLES or roles.isdisjoint(CUSTOMER_ROLES)


def test_roles_imply_the_scopes_of_the_book() -> None:
    customer = set(scopes_of([Role.CUSTOMER]))
    assert customer == {
        *("tickets:read", "tickets:write", "sla:read"),
        *("escalations:read", "notifications:read"),
    }
    assert set(scopes_of([Role.CUSTOMER_ADMIN])) == customer | {"users:read", "reports:read"}
    assert set(scopes_of([Role.ADMIN])) == set(SCOPES)
    assert all(scope.endswith(":read") for scope in scopes_of([Role.AUDITOR]))
    assert "escalations:write" not in scopes_of([Role.AGENT])
    assert {"escalations:write", "reports:read"} <= set(scopes_of([Role.SUPERVISOR]))


@given(st.sets(st.sampled_from(SCOPES)), st.sets(st.sampled_from(SCOPES)), st.booleans())
def test_nobody_grants_what_they_lack_and_no_wall_gets_a_door(
    wanted: set[str],
    granter: set[str],
    bound: bool,
) -> None:
    refused = set(ungrantable(wanted, granter, bound=bound))
    granted = wanted - refused
    assert granted <= granter
    assert not bound or granted <= BOUND_SCOPES
    assert not BOUND_SCOPES & {"users:manage", "organizations:manage", "clients:manage"}


@given(st.lists(moments, min_size=1, max_size=8).map(sorted))
def test_a_change_refuses_every_token_before_it_and_none_after(times: list[datetime]) -> None:
    valid_from: datetime | None = None
    older: list[datetime] = []
    for now in times:
        older.append(issued_at(now, valid_from))
        valid_from = next_valid_from(now, valid_from)
        assert all(iat < valid_from for iat in older)
        assert issued_at(now, valid_from) >= valid_from


@given(moments)
def test_a_token_never_lies_more_than_a_moment_ahead(now: datetime) -> None:
    assert issued_at(now, next_valid_from(now, None)) - now <= timedelta(seconds=1)


def test_rights_change_with_role_department_organization_password_and_door() -> None:
    person = Person(UUID(int=1), ACME, frozenset({Role.CUSTOMER}), frozenset(), Locale.AR)
    changed = [
        Person(person.id, UUID(int=9), person.roles, person.department_ids, Locale.AR),
        Person(person.id, ACME, frozenset({Role.CUSTOMER_ADMIN}), frozenset(), Locale.AR),
        Person(person.id, ACME, person.roles, frozenset({SALES}), Locale.AR),
        Person(person.id, ACME, person.roles, frozenset(), Locale.AR, disabled=True),
    ]
    assert all(changes_rights(person, one, password=False) for one in changed)
    assert changes_rights(person, person, password=True)
    greeted = Person(person.id, ACME, person.roles, frozenset(), Locale.EN)
    assert not changes_rights(person, greeted, password=False)
    assert ends_sessions(person, changed[3], password=False)
    assert ends_sessions(person, person, password=True)
    assert not ends_sessions(person, changed[1], password=False)


@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("short", Weakness.TOO_SHORT),
        ("x" * 257, Weakness.TOO_LONG),
        ("Password1", Weakness.GUESSABLE),
        ("abababab", Weakness.GUESSABLE),
        ("sara@example.com", Weakness.GUESSABLE),
        ("كلمة سر طويلة", None),
        ("correct horse", None),
    ],
)
def test_guessable_passwords_are_refused(password: str, wrong: Weakness | None) -> None:
    assert weakness(password, "Sara@example.com") is wrong
