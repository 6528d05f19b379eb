"""The tables of schema `escalation`; the migrations make them, the store uses them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, DateTime, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

_SCHEMA = {"schema": "escalation"}
_INSTANT: Any = DateTime(timezone=True)


def _moment() -> Any:
    return Field(default=None, sa_type=_INSTANT)


class Person(SQLModel, table=True):
    """Whether somebody works here and which roles they play."""

    __tablename__ = "person"
    __table_args__ = _SCHEMA
    user_id: UUID = Field(primary_key=True)
    organization_id: UUID
    roles: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    department_ids: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    disabled: bool = False


class Department(SQLModel, table=True):
    """A part of the desk, by its names."""

    __tablename__ = "department"
    __table_args__ = _SCHEMA
    id: UUID = Field(primary_key=True)
    name_ar: str
    name_en: str
    is_default: bool = False


class Position(SQLModel, table=True):
    """Who holds a role of a department, or of the company, in order."""

    __tablename__ = "position"
    __table_args__ = _SCHEMA
    position: str = Field(primary_key=True)
    role: str
    department_id: UUID | None = None
    user_ids: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))


class Ticket(SQLModel, table=True):
    """Where a ticket belongs and whether it still waits; `clocks` is sla's last word per metric."""

    __tablename__ = "ticket"
    __table_args__ = _SCHEMA
    ticket_id: UUID = Field(primary_key=True)
    organization_id: UUID
    department_id: UUID
    requester_id: UUID | None = None
    assignee_id: UUID | None = None
    priority: str
    status: str
    clocks: Any = Field(sa_column=Column(JSONB, nullable=False))
    version: int = 0
    watching_department_ids: list[UUID] = Field(
        sa_column=Column(ARRAY(Uuid), nullable=False, server_default="{}")
    )
    unconfirmed: bool = False


class Ladder(SQLModel, table=True):
    """The running snapshot of a policy's ladder for one broken promise."""

    __tablename__ = "ladder"
    __table_args__ = _SCHEMA
    ticket_id: UUID = Field(primary_key=True)
    metric: str = Field(primary_key=True)
    cycle: int = Field(primary_key=True)
    organization_id: UUID
    rungs: Any = Field(sa_column=Column(JSONB, nullable=False))
    policy_id: UUID | None = None
    policy_version: int | None = None
    reached: int = 0
    standing: str
    waits_for: int | None = None
    broken_at: datetime | None = _moment()
    created_at: datetime = _moment()


class Escalation(SQLModel, table=True):
    """A rung that was dealt with, once per ticket, metric, cycle and level."""

    __tablename__ = "escalation"
    __table_args__ = _SCHEMA
    id: UUID = Field(primary_key=True)
    ticket_id: UUID
    organization_id: UUID
    metric: str
    cycle: int
    level: int
    to_role: str
    action: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    user_ids: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    assign_to: UUID | None = None
    cause: str
    state: str
    reason: str | None = None
    raised_at: datetime = _moment()
    acknowledged_at: datetime | None = _moment()
    acknowledged_by: UUID | None = None


class Absence(SQLModel, table=True):
    """When a person is away and who stands in."""

    __tablename__ = "absence"
    __table_args__ = _SCHEMA
    id: UUID = Field(primary_key=True)
    user_id: UUID
    deputy_id: UUID | None = None
    starts_at: datetime = _moment()
    ends_at: datetime = _moment()
    created_by: UUID
    created_at: datetime = _moment()
    stated: bool = True
