"""Who a person may be: roles that fit together, and the organization that they belong to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.vocabulary import CUSTOMER_ROLES, RESERVED_ORGANIZATION, Locale, Role

_ONE_REQUEST: Final = timedelta(minutes=1)


class Misfit(StrEnum):
    """Why a person cannot be as asked."""

    NO_ROLE = "no_role"
    MIXED_ROLES = "mixed_roles"
    ORGANIZATION_REQUIRED = "organization_required"
    STAFF_ORGANIZATION = "staff_organization"
    CUSTOMER_DEPARTMENT = "customer_department"


@dataclass(frozen=True, slots=True)
class Person:
    """A person as rights see them: no name, no address."""

    id: UUID
    organization_id: UUID
    roles: frozenset[Role]
    department_ids: frozenset[UUID]
    locale: Locale
    disabled: bool = False


def is_staff(roles: Collection[Role]) -> bool:
    """Whether these are roles of the house."""
    return not CUSTOMER_ROLES.issuperset(roles)


def home(roles: Collection[Role], organization_id: UUID | None) -> UUID | None:
    """The organization of a person with these roles; None when one must be named."""
    return RESERVED_ORGANIZATION if is_staff(roles) and organization_id is None else organization_id


def misfit(
    roles: Collection[Role], organization_id: UUID | None, departments: Collection[UUID]
) -> Misfit | None:
    """What is wrong with the combination, if anything."""
    if not roles:
        return Misfit.NO_ROLE
    if not is_staff(roles):
        return _customer_misfit(roles, organization_id, departments)
    if CUSTOMER_ROLES.intersection(roles):
        return Misfit.MIXED_ROLES
    if organization_id not in {None, RESERVED_ORGANIZATION}:
        return Misfit.STAFF_ORGANIZATION
    return None


def _customer_misfit(
    roles: Collection[Role], organization_id: UUID | None, departments: Collection[UUID]
) -> Misfit | None:
    if organization_id is None:
        return Misfit.ORGANIZATION_REQUIRED
    # The reserved organization holds strangers: nobody may speak for all of them.
    if organization_id == RESERVED_ORGANIZATION and Role.CUSTOMER_ADMIN in roles:
        return Misfit.ORGANIZATION_REQUIRED
    return Misfit.CUSTOMER_DEPARTMENT if departments else None


def may_join(owner: UUID | None, named: UUID | None, *, closed: bool) -> bool:
    """Whether somebody new may be made where `named` says; `owner` holds their mail domain.

    A domain's people belong to its owner, whatever is named. Behind a customer's wall (`closed`)
    nobody makes people of other domains: they might be anybody's.
    """
    if closed:
        return owner is not None and named == owner
    return owner is None or named in {None, owner}


def made_by_form(created_at: datetime, asked_at: datetime) -> bool:
    """Whether a person came into being with the first request that the form brought from them.

    Somebody whom an administrator, a mail or a colleague made was there before, or came later.
    """
    return abs(created_at - asked_at) <= _ONE_REQUEST


def changes_rights(before: Person, after: Person, *, password: bool) -> bool:
    """Whether tokens issued before the change say something that is no longer true."""
    moved = before.organization_id != after.organization_id
    roles = before.roles != after.roles or before.department_ids != after.department_ids
    return moved or roles or password or before.disabled != after.disabled


def ends_sessions(before: Person, after: Person, *, password: bool) -> bool:
    """Whether even a refresh token must not survive: a thief may hold it, or the door is shut."""
    return password or (after.disabled and not before.disabled)


@dataclass(frozen=True, slots=True)
class User:
    """A person with what identifies them; the store seals it."""

    person: Person
    email: str
    name: str
    version: int
    created_at: datetime
    updated_at: datetime
    tokens_valid_from: datetime | None = None
    proven: bool = True
    """False while only the web form has spoken of them: customers do not see them."""


@dataclass(frozen=True, slots=True)
class Organization:
    """A customer of the house."""

    id: UUID
    name: str
    domains: tuple[str, ...]
    locale: Locale
    timezone: str
    version: int
    created_at: datetime
    updated_at: datetime
