"""What doors ask for, in values of the rules; None leaves a thing as it is."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from shared.vocabulary import Locale, Localized, Role


@dataclass(frozen=True, slots=True)
class PersonWish:
    """A person as somebody wants them to be."""

    email: str | None = None
    name: str | None = None
    locale: Locale | None = None
    roles: frozenset[Role] | None = None
    organization_id: UUID | None = None
    department_ids: frozenset[UUID] | None = None
    password: str | None = None
    disabled: bool | None = None
    proven: bool | None = None


@dataclass(frozen=True, slots=True)
class OrganizationWish:
    """An organization as somebody wants it to be."""

    name: str | None = None
    domains: Collection[str] | None = None
    locale: Locale | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class DepartmentWish:
    """A department as somebody wants it to be."""

    name: Localized | None = None
    mailbox: str | None = None


@dataclass(frozen=True, slots=True)
class ClientWish:
    """An API client as somebody wants it to be."""

    name: str
    scopes: tuple[str, ...]
    organization_id: UUID | None = None
