"""Bodies about organizations, people and whoever asks."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field

from services.gateway.domain import people
from services.gateway.schemas.fields import (
    MOST_DEPARTMENTS,
    Domain,
    Email,
    Name,
    Password,
    Timezone,
)
from services.gateway.usecases.wishes import OrganizationWish, PersonWish
from shared.kit.model import Body, Instant, Out
from shared.vocabulary import Locale, Role

Domains = Annotated[list[Domain], Field(max_length=100)]
Roles = Annotated[list[Role], Field(max_length=9)]
Departments = Annotated[list[UUID], Field(max_length=MOST_DEPARTMENTS)]


class OrganizationIn(Body):
    """A new customer; mail from its domains makes its people known."""

    name: Name
    domains: Domains = Field(default_factory=list)
    locale: Locale | None = None
    timezone: Timezone | None = None

    def wish(self) -> OrganizationWish:
        return OrganizationWish(self.name, self.domains, self.locale, self.timezone)


class OrganizationPatch(Body):
    """What to change; the rest stays."""

    name: Name | None = None
    domains: Domains | None = None
    locale: Locale | None = None
    timezone: Timezone | None = None

    def wish(self) -> OrganizationWish:
        return OrganizationWish(self.name, self.domains, self.locale, self.timezone)


class OrganizationOut(Out):
    """A customer of the house."""

    id: UUID
    name: str
    domains: list[str]
    locale: Locale
    timezone: str
    version: int
    created_at: Instant
    updated_at: Instant


class UserIn(Body):
    """A new person; without a password they are known, but cannot log in with one."""

    email: Email
    name: Name
    roles: Roles
    locale: Locale | None = None
    organization_id: UUID | None = None
    department_ids: Departments = Field(default_factory=list)
    password: Password | None = None

    def wish(self) -> PersonWish:
        return PersonWish(
            email=self.email,
            name=self.name,
            locale=self.locale,
            roles=frozenset(self.roles),
            organization_id=self.organization_id,
            department_ids=frozenset(self.department_ids),
            password=self.password.get_secret_value() if self.password else None,
        )


class UserPatch(Body):
    """What to change; the rest stays."""

    email: Email | None = None
    name: Name | None = None
    roles: Roles | None = None
    locale: Locale | None = None
    organization_id: UUID | None = None
    department_ids: Departments | None = None
    password: Password | None = None
    disabled: bool | None = None
    proven: Literal[True] | None = None
    """The administrator vouches for whom the form alone has made."""

    def wish(self) -> PersonWish:
        departments = self.department_ids
        return PersonWish(
            email=self.email,
            name=self.name,
            locale=self.locale,
            roles=None if self.roles is None else frozenset(self.roles),
            organization_id=self.organization_id,
            department_ids=None if departments is None else frozenset(departments),
            password=self.password.get_secret_value() if self.password else None,
            disabled=self.disabled,
            proven=self.proven,
        )


class UserOut(Out):
    """A person as those who may see them see them."""

    id: UUID
    email: str
    name: str
    locale: Locale
    roles: list[Role]
    organization_id: UUID
    department_ids: list[UUID]
    disabled: bool
    proven: bool
    """False for whom the web form has made until they confirm: no customer sees them."""
    version: int
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, user: people.User) -> Self:
        person = user.person
        return cls(
            id=person.id,
            email=user.email,
            name=user.name,
            locale=person.locale,
            roles=sorted(person.roles),
            organization_id=person.organization_id,
            department_ids=sorted(person.department_ids),
            disabled=person.disabled,
            proven=user.proven,
            version=user.version,
            created_at=user.created_at,
            updated_at=user.updated_at,
        )


class MeOut(Out):
    """Whoever asks, and what they may do."""

    id: UUID
    kind: Literal["user", "client"]
    scopes: list[str]
    roles: list[Role]
    organization_id: UUID | None
    department_ids: list[UUID]
    locale: Locale
    name: str
    email: str | None = None


class OrganizationPage(Out):
    items: list[OrganizationOut]
    next_cursor: str | None


class UserPage(Out):
    items: list[UserOut]
    next_cursor: str | None
