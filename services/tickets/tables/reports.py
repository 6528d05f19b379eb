"""What reports read: stretches of life, and whose ticket must be read anew."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Column, Text
from sqlmodel import Field, SQLModel

from services.tickets.tables.schema import INSTANT, SCHEMA


class Stretch(SQLModel, table=True):
    """From an opening or reopening to the end of it; a reading of the ticket, never a source."""

    __table_args__ = SCHEMA
    ticket_id: UUID = Field(primary_key=True)
    cycle: int = Field(primary_key=True)
    organization_id: UUID
    department_id: UUID
    assignee_id: UUID | None = None
    opened_at: datetime = Field(sa_type=INSTANT)
    began_at: datetime = Field(sa_type=INSTANT)
    ended_at: datetime | None = Field(sa_type=INSTANT, default=None)
    resolved_at: datetime | None = Field(sa_type=INSTANT, default=None)
    closed_at: datetime | None = Field(sa_type=INSTANT, default=None)
    answered_at: datetime | None = Field(sa_type=INSTANT, default=None)
    answer_counted: int | None = None
    resolve_counted: int | None = None
    messages: int = 0
    score: int | None = None
    reopened: bool = False
    spam: bool = False
    ended_by: str | None = None
    priority: str
    channel: str
    tags: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class Untallied(SQLModel, table=True):
    """A change of a ticket that its stretches do not show yet."""

    __table_args__ = SCHEMA
    id: UUID = Field(primary_key=True)
    ticket_id: UUID
    organization_id: UUID
