"""Bodies about departments and positions."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from services.gateway.domain.directory import Department, DepartmentRole, PositionRole
from services.gateway.schemas.fields import Bilingual, Email
from services.gateway.usecases.directory import Holders
from services.gateway.usecases.wishes import DepartmentWish
from shared.kit.model import Body, Instant, Out
from shared.vocabulary import Localized, Role

People = Annotated[list[UUID], Field(max_length=50)]


class DepartmentIn(Body):
    """A new department; mail to its mailbox opens tickets in it."""

    name: Bilingual
    mailbox: Email | None = None

    def localized(self) -> Localized:
        return Localized(ar=self.name.ar, en=self.name.en)


class DepartmentPatch(Body):
    """What to change; the rest stays."""

    name: Bilingual | None = None
    mailbox: Email | None = None

    def wish(self) -> DepartmentWish:
        name = Localized(ar=self.name.ar, en=self.name.en) if self.name else None
        return DepartmentWish(name, self.mailbox)


class DepartmentOut(Out):
    """A department; its leaders are for people of the desk only."""

    id: UUID
    name: Localized
    mailbox: str | None
    is_default: bool
    supervisor: UUID | None
    manager: UUID | None
    version: int
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, department: Department, holders: Holders) -> Self:
        return cls(
            id=department.id,
            name=department.name,
            mailbox=department.mailbox,
            is_default=department.is_default,
            supervisor=_first(holders, Role.SUPERVISOR),
            manager=_first(holders, Role.MANAGER),
            version=department.version,
            created_at=department.created_at,
            updated_at=department.updated_at,
        )


class DepartmentPage(Out):
    items: list[DepartmentOut]
    next_cursor: str | None


class PositionsIn(Body):
    """Who leads a department; a position that is not named stays, null leaves it empty."""

    supervisor: UUID | None = None
    manager: UUID | None = None

    def holders(self) -> dict[PositionRole, tuple[UUID, ...]]:
        named: dict[DepartmentRole, UUID | None] = {
            Role.SUPERVISOR: self.supervisor,
            Role.MANAGER: self.manager,
        }
        return {
            role: (holder,) if holder else ()
            for role, holder in named.items()
            if role.value in self.model_fields_set
        }


class CompanyPositionsIn(Body):
    """Who leads the company; a list that is not named stays."""

    senior_management: People | None = None
    executive: People | None = None

    def holders(self) -> dict[PositionRole, tuple[UUID, ...]]:
        named: dict[PositionRole, list[UUID] | None] = {
            Role.SENIOR_MANAGEMENT: self.senior_management,
            Role.EXECUTIVE: self.executive,
        }
        return {role: tuple(people) for role, people in named.items() if people is not None}


class PositionsOut(Out):
    """The leaders of a department."""

    supervisor: UUID | None
    manager: UUID | None

    @classmethod
    def of(cls, holders: Holders) -> Self:
        return cls(
            supervisor=_first(holders, Role.SUPERVISOR), manager=_first(holders, Role.MANAGER)
        )


class CompanyPositionsOut(Out):
    """The leaders of the company."""

    senior_management: list[UUID]
    executive: list[UUID]

    @classmethod
    def of(cls, holders: Holders) -> Self:
        return cls(
            senior_management=list(holders.get(Role.SENIOR_MANAGEMENT, ())),
            executive=list(holders.get(Role.EXECUTIVE, ())),
        )


def _first(holders: Holders, role: DepartmentRole) -> UUID | None:
    return next(iter(holders.get(role, ())), None)
