"""How a change of people or directory is told to the other services."""

from datetime import datetime

from services.gateway.domain.directory import Department
from services.gateway.domain.people import Organization, Person, User
from shared.events.identity import (
    IdentityDepartmentCreated,
    IdentityDepartmentUpdated,
    IdentityOrganizationUpdated,
    IdentityUserCreated,
    IdentityUserUpdated,
)


def user_created(user: User) -> IdentityUserCreated:
    person = user.person
    return IdentityUserCreated(
        user_id=person.id,
        at=user.created_at,
        organization_id=person.organization_id,
        roles=tuple(sorted(person.roles)),
        department_ids=tuple(sorted(person.department_ids)),
        locale=person.locale,
        disabled=person.disabled,
    )


def user_updated(person: Person, at: datetime, valid_from: datetime | None) -> IdentityUserUpdated:
    return IdentityUserUpdated(
        user_id=person.id,
        at=at,
        organization_id=person.organization_id,
        roles=tuple(sorted(person.roles)),
        department_ids=tuple(sorted(person.department_ids)),
        locale=person.locale,
        disabled=person.disabled,
        valid_from=valid_from,
    )


def organization_updated(organization: Organization) -> IdentityOrganizationUpdated:
    return IdentityOrganizationUpdated(
        organization_id=organization.id,
        locale=organization.locale,
        timezone=organization.timezone,
        at=organization.updated_at,
    )


def department_created(made: Department) -> IdentityDepartmentCreated:
    return IdentityDepartmentCreated(
        department_id=made.id,
        name=made.name,
        mailbox=made.mailbox,
        is_default=made.is_default,
        at=made.created_at,
    )


def department_updated(changed: Department) -> IdentityDepartmentUpdated:
    return IdentityDepartmentUpdated(
        department_id=changed.id,
        name=changed.name,
        mailbox=changed.mailbox,
        is_default=changed.is_default,
        at=changed.updated_at,
    )
