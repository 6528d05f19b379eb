"""How tickets find somebody: rules of departments, what people can take, who is away."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Column, Text
from sqlmodel import Field, SQLModel

from services.tickets.tables.schema import INSTANT, SCHEMA


class AssignmentRule(SQLModel, table=True):
    """How a department gives out its tickets, and to whom the last one went."""

    __tablename__ = "assignment_rule"
    __table_args__ = SCHEMA
    department_id: UUID = Field(primary_key=True)
    mode: str
    default_capacity: int
    language: str
    reassign_when_absent: bool
    last_assigned_id: UUID | None = None
    version: int = 1
    updated_at: datetime = Field(sa_type=INSTANT)


class AssignmentPerson(SQLModel, table=True):
    """What one person takes; without a row the department's default holds."""

    __tablename__ = "assignment_person"
    __table_args__ = SCHEMA
    person_id: UUID = Field(primary_key=True)
    capacity: int | None = None
    languages: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    paused: bool = False
    version: int = 1
    updated_at: datetime = Field(sa_type=INSTANT)


class Absence(SQLModel, table=True):
    """Projection of an absence: who is away in [starts_at, ends_at)."""

    __table_args__ = SCHEMA
    id: UUID = Field(primary_key=True)
    person_id: UUID
    starts_at: datetime = Field(sa_type=INSTANT)
    ends_at: datetime = Field(sa_type=INSTANT)
