"""HTTP bodies of contracts."""

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.sla.domain.words import ContractKind
from shared.kit.model import Body, Instant, Out

Policies = Annotated[list[UUID], Field(max_length=20)]


class ContractIn(Body):
    """What a customer bought (contracts.md, contract object); both dates are included.

    Of `policy_ids` the first whose `match` fits a new ticket serves it, else `policy_id` does.
    """

    organization_id: UUID
    kind: ContractKind
    policy_id: UUID
    policy_ids: Policies = Field(default_factory=list)
    calendar_id: UUID | None = None
    starts_on: date
    ends_on: date | None = None
    uptime_target: Annotated[float, Field(gt=0, le=100)] | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise PydanticCustomError("ends_before_start", "The end lies before the start")
        return self


class ContractPatch(Body):
    """The fields of a contract that change; the customer stays."""

    kind: ContractKind | None = None
    policy_id: UUID | None = None
    policy_ids: Policies | None = None
    calendar_id: UUID | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    uptime_target: Annotated[float, Field(gt=0, le=100)] | None = None


class ContractOut(Out):
    """A contract."""

    id: UUID
    organization_id: UUID
    kind: ContractKind
    policy_id: UUID
    policy_ids: list[UUID]
    calendar_id: UUID | None
    starts_on: date
    ends_on: date | None
    uptime_target: float | None
    version: int
    created_at: Instant
    updated_at: Instant


class ContractList(Out):
    """A page of contracts."""

    items: list[ContractOut]
    next_cursor: str | None = None


class ContractVersionOut(Out):
    """What a contract said from `created_at` until its next version."""

    version: int
    created_at: Instant
    created_by: UUID | None
    document: dict[str, Any]


class ContractVersionList(Out):
    """A page of versions, newest first."""

    items: list[ContractVersionOut]
    next_cursor: str | None = None
