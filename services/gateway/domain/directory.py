"""Positions: which seat of which department, or of the company, a fact speaks about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from shared.vocabulary import Localized, Role

COMPANY: Final = "company"

DepartmentRole = Literal[Role.SUPERVISOR, Role.MANAGER]
CompanyRole = Literal[Role.SENIOR_MANAGEMENT, Role.EXECUTIVE]
PositionRole = Literal[Role.SUPERVISOR, Role.MANAGER, Role.SENIOR_MANAGEMENT, Role.EXECUTIVE]

DEPARTMENT_ROLES: Final[tuple[DepartmentRole, ...]] = (Role.SUPERVISOR, Role.MANAGER)
COMPANY_ROLES: Final[tuple[CompanyRole, ...]] = (Role.SENIOR_MANAGEMENT, Role.EXECUTIVE)


def position_key(department_id: UUID | None, role: PositionRole) -> str:
    """The subject under which facts about a position are ordered."""
    return f"{department_id or COMPANY}:{role.value}"


@dataclass(frozen=True, slots=True)
class Department:
    """A part of the desk; mail to its mailbox opens tickets in it."""

    id: UUID
    name: Localized
    mailbox: str | None
    is_default: bool
    version: int
    created_at: datetime
    updated_at: datetime
