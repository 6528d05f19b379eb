"""A ticket, who takes part, what happened to it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.tickets.tables.schema import INSTANT, SCHEMA


class Ticket(SQLModel, table=True):
    """One request for support; `subject` and `custom` are sealed."""

    __table_args__ = SCHEMA
    id: UUID = Field(primary_key=True)
    number: int
    organization_id: UUID
    requester_id: UUID
    department_id: UUID
    assignee_id: UUID | None = None
    status: str
    priority: str
    requested_priority: str | None = None
    priority_settled: bool = False
    channel: str
    locale: str
    subject: bytes
    tags: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    custom: bytes | None = None
    created_at: datetime = Field(sa_type=INSTANT)
    updated_at: datetime = Field(sa_type=INSTANT)
    resolved_at: datetime | None = Field(sa_type=INSTANT, default=None)
    closed_at: datetime | None = Field(sa_type=INSTANT, default=None)
    reopen_until: datetime | None = Field(sa_type=INSTANT, default=None)
    reopen_window_seconds: int = 86400
    reopen_moved: bool = False
    reopen_count: int = 0
    mail_reopens: list[datetime] = Field(sa_column=Column(ARRAY(INSTANT), nullable=False))
    follow_up_of: UUID | None = None
    merged_into: UUID | None = None
    version: int
    last_staff_message_at: datetime | None = Field(sa_type=INSTANT, default=None)
    last_customer_message_at: datetime | None = Field(sa_type=INSTANT, default=None)
    sla: Any = Field(sa_column=Column(JSONB, nullable=True))
    sla_state: str = "pending"
    sla_sequence: int = 0
    next_due_at: datetime = Field(sa_type=INSTANT)
    escalation_level: int = 0
    escalation_raised_at: datetime | None = Field(sa_type=INSTANT, default=None)
    escalation_acknowledged_at: datetime | None = Field(sa_type=INSTANT, default=None)
    escalation_sequence: int = 0
    reindex: bool = False
    held_mails: int = 0
    status_before: str | None = None
    reports: int = 0
    unconfirmed: bool = False
    watching_department_ids: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))


class Participant(SQLModel, table=True):
    """A person besides the requester who may see and answer."""

    __table_args__ = SCHEMA
    ticket_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    organization_id: UUID
    added_at: datetime = Field(sa_type=INSTANT)


class Link(SQLModel, table=True):
    """Two tickets that belong together, and how."""

    __table_args__ = SCHEMA
    ticket_id: UUID = Field(primary_key=True)
    other_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    organization_id: UUID
    actor_id: UUID | None = None
    created_at: datetime = Field(sa_type=INSTANT)


class Feedback(SQLModel, table=True):
    """One rating for each resolution; casting again replaces it."""

    __table_args__ = SCHEMA
    ticket_id: UUID = Field(primary_key=True)
    reopen_count: int = Field(primary_key=True)
    organization_id: UUID
    score: int
    comment: bytes | None = None
    by_link: bool
    given_at: datetime = Field(sa_type=INSTANT)
    reopened: bool = False


class Timeline(SQLModel, table=True):
    """What happened, beyond the opening and the messages, which are read from their own rows."""

    __table_args__ = SCHEMA
    id: UUID = Field(primary_key=True)
    ticket_id: UUID
    organization_id: UUID
    at: datetime = Field(sa_type=INSTANT)
    kind: str
    public: bool
    actor_id: UUID | None = None
    actor_kind: str
    data: Any = Field(sa_column=Column(JSONB, nullable=False))
    reason: bytes | None = None
    detail: bytes | None = None
