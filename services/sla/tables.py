"""The tables of schema `sla` that change by Core statements; the hot ones are plain SQL."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, DateTime, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

_SCHEMA = {"schema": "sla"}
_INSTANT: Any = DateTime(timezone=True)


def _moment() -> Any:
    return Field(sa_type=_INSTANT)


def _document() -> Any:
    return Field(sa_column=Column(JSONB, nullable=False))


class Calendar(SQLModel, table=True):
    """A calendar's identity; what it says lies in its versions."""

    __tablename__ = "calendar"
    __table_args__ = _SCHEMA
    id: UUID = Field(primary_key=True)
    name: dict[str, str] = _document()
    version: int
    created_at: datetime = _moment()
    updated_at: datetime = _moment()


class CalendarVersion(SQLModel, table=True):
    """One immutable version, in force from an instant on (sla.md 5.9)."""

    __tablename__ = "calendar_version"
    __table_args__ = _SCHEMA
    calendar_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    document: dict[str, Any] = _document()
    effective_from: datetime = _moment()
    retroactive: bool = False
    created_at: datetime = _moment()
    created_by: UUID


class Policy(SQLModel, table=True):
    """A policy's identity; `match` is what its newest version asks about new tickets."""

    __tablename__ = "policy"
    __table_args__ = _SCHEMA
    id: UUID = Field(primary_key=True)
    version: int
    match: dict[str, Any] | None = Field(sa_column=Column(JSONB(none_as_null=True)))
    created_at: datetime = _moment()
    updated_at: datetime = _moment()


class PolicyVersion(SQLModel, table=True):
    """One immutable version of a policy; a ticket keeps the one it began with."""

    __tablename__ = "policy_version"
    __table_args__ = _SCHEMA
    policy_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    document: dict[str, Any] = _document()
    created_at: datetime = _moment()
    created_by: UUID


class Contract(SQLModel, table=True):
    """What a customer bought."""

    __tablename__ = "contract"
    __table_args__ = _SCHEMA
    id: UUID = Field(primary_key=True)
    organization_id: UUID
    kind: str
    policy_id: UUID
    policy_ids: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    calendar_id: UUID | None = None
    starts_on: date
    ends_on: date | None = None
    uptime_target: float | None = None
    version: int
    created_at: datetime = _moment()
    updated_at: datetime = _moment()


class ContractVersion(SQLModel, table=True):
    """What a contract said from `created_at` on, until the next version."""

    __tablename__ = "contract_version"
    __table_args__ = _SCHEMA
    contract_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    organization_id: UUID
    document: dict[str, Any] = _document()
    created_at: datetime = _moment()
    created_by: UUID
