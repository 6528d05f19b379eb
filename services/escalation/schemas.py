"""HTTP bodies of escalation."""

from typing import Literal, Self
from uuid import UUID

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from shared.kit.model import Body, Instant, Out
from shared.vocabulary import Localized, Metric, Role


class EscalationOut(Out):
    """A rung of a ticket's ladder.

    Customers see its level and when it was raised and taken, not who of us was told, in which
    office, or why nobody was found.
    """

    id: UUID
    ticket_id: UUID
    metric: Metric
    cycle: int
    level: int
    to_role: Role | None
    action: list[Literal["assign", "notify"]]
    user_ids: list[UUID]
    assign_to: UUID | None
    cause: Literal["breach", "ladder", "manual"]
    state: Literal["raised", "acknowledged", "skipped"]
    reason: str | None
    raised_at: Instant
    acknowledged_at: Instant | None
    acknowledged_by: UUID | None


class EscalationList(Out):
    """All that happened on a ticket's ladders, oldest first."""

    items: list[EscalationOut]
    next_cursor: str | None = None


class AbsenceIn(Body):
    """Somebody will be away; without `user_id` it is the caller."""

    user_id: UUID | None = None
    deputy_id: UUID | None = None
    starts_at: Instant
    ends_at: Instant

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise PydanticCustomError("not_a_span", "ends_at must be later than starts_at")
        if self.deputy_id is not None and self.deputy_id == self.user_id:
            raise PydanticCustomError("own_deputy", "Nobody is their own deputy")
        return self


class AbsenceOut(Out):
    """A person's absence and who stands in."""

    id: UUID
    user_id: UUID
    deputy_id: UUID | None
    starts_at: Instant
    ends_at: Instant
    created_by: UUID
    created_at: Instant


class AbsenceList(Out):
    """Absences that are not over."""

    items: list[AbsenceOut]
    next_cursor: str | None


class DepartmentOnCall(Out):
    """Who answers for a department now."""

    department_id: UUID
    name: Localized
    supervisor: list[UUID]
    manager: list[UUID]


class OnCallOut(Out):
    """Who holds each position at this moment, deputies in the place of the absent."""

    at: Instant
    senior_management: list[UUID]
    executive: list[UUID]
    departments: list[DepartmentOnCall]
