"""Bodies between services of ours."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from services.gateway.domain.people import User
from services.gateway.schemas.directory import DepartmentOut
from services.gateway.schemas.fields import Email
from services.gateway.usecases.people import Refusal, Resolved, Stranger
from shared.kit.model import Body, Out
from shared.kit.problems import Problem
from shared.vocabulary import Locale, Role


class StrangerIn(Body):
    """What a mail or a form says of its sender; all of it is as hostile as any text."""

    address: Annotated[str, Field(max_length=998)]
    name: Annotated[str, Field(max_length=998)] | None = None
    locale: Locale | None = None
    organization_id: UUID | None = None
    closed: bool = False
    """Whether the one who names them sits behind the wall of that organization."""
    unproven: bool = False
    """Whether nothing but the claim of somebody unknown says that the address is theirs."""

    def stranger(self) -> Stranger:
        plain = "".join(char for char in self.name or "" if char.isprintable())
        name = " ".join(plain.split())[:200]
        named = self.organization_id
        proven = not self.unproven
        return Stranger(self.address, name or None, self.locale, named, self.closed, proven)


class ResolveIn(StrangerIn):
    address: Email


class ColleaguesIn(Body):
    """Addresses as a person typed them."""

    addresses: Annotated[list[Annotated[str, Field(max_length=254)]], Field(max_length=50)]


class ColleagueOut(Out):
    """Whose address it is."""

    address: str
    user_id: UUID


class ColleaguesOut(Out):
    items: list[ColleagueOut]


class ResolvedOut(Out):
    user_id: UUID
    organization_id: UUID
    locale: Locale
    timezone: str
    roles: list[Role]
    disabled: bool
    created: bool

    @classmethod
    def of(cls, resolved: Resolved) -> Self:
        person = resolved.user.person
        return cls(
            user_id=person.id,
            organization_id=person.organization_id,
            locale=person.locale,
            timezone=resolved.organization.timezone,
            roles=sorted(person.roles),
            disabled=person.disabled,
            created=resolved.created,
        )


class ResolveAllIn(Body):
    """Senders by a key of the asker's; one address that cannot be one spoils no other answer."""

    items: Annotated[dict[Annotated[str, Field(max_length=300)], StrangerIn], Field(max_length=200)]


class OutcomeOut(Out):
    """Who a sender is, or the code of the refusal."""

    id: str
    person: ResolvedOut | None = None
    refused: str | None = None

    @classmethod
    def of(cls, key: str, outcome: Resolved | Refusal) -> Self:
        if isinstance(outcome, Resolved):
            return cls(id=key, person=ResolvedOut.of(outcome))
        code = outcome.code if isinstance(outcome, Problem) else "invalid_address"
        return cls(id=key, refused=code)


class OutcomesOut(Out):
    items: list[OutcomeOut]


class BatchIn(Body):
    user_ids: Annotated[list[UUID], Field(max_length=1000)]


class PersonOut(Out):
    id: UUID
    email: str
    name: str
    locale: Locale
    timezone: str
    organization_id: UUID
    roles: list[Role]
    department_ids: list[UUID]
    disabled: bool

    @classmethod
    def of(cls, user: User, timezone: str) -> Self:
        person = user.person
        return cls(
            id=person.id,
            email=user.email,
            name=user.name,
            locale=person.locale,
            timezone=timezone,
            organization_id=person.organization_id,
            roles=sorted(person.roles),
            department_ids=sorted(person.department_ids),
            disabled=person.disabled,
        )


class PeopleOut(Out):
    items: list[PersonOut]


class DepartmentsOut(Out):
    items: list[DepartmentOut]


class OrganizationsIn(Body):
    organization_ids: Annotated[list[UUID], Field(max_length=1000)]


class NamedOut(Out):
    """What an organization is called."""

    id: UUID
    name: str


class NamesOut(Out):
    items: list[NamedOut]


class OrganizationOut(Out):
    id: UUID
    locale: Locale
    timezone: str
    domains: list[str]
