"""The tables of schema `tickets`, one class each; the migrations make them, the store uses them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, DateTime, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

SCHEMA = {"schema": "tickets"}
_INSTANT: Any = DateTime(timezone=True)


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
    created_at: datetime = Field(sa_type=_INSTANT)
    updated_at: datetime = Field(sa_type=_INSTANT)
    resolved_at: datetime | None = Field(sa_type=_INSTANT, default=None)
    closed_at: datetime | None = Field(sa_type=_INSTANT, default=None)
    reopen_until: datetime | None = Field(sa_type=_INSTANT, default=None)
    reopen_window_seconds: int = 86400
    reopen_moved: bool = False
    reopen_count: int = 0
    mail_reopens: list[datetime] = Field(sa_column=Column(ARRAY(_INSTANT), nullable=False))
    follow_up_of: UUID | None = None
    merged_into: UUID | None = None
    version: int
    last_staff_message_at: datetime | None = Field(sa_type=_INSTANT, default=None)
    last_customer_message_at: datetime | None = Field(sa_type=_INSTANT, default=None)
    sla: Any = Field(sa_column=Column(JSONB, nullable=True))
    sla_state: str = "pending"
    sla_sequence: int = 0
    next_due_at: datetime = Field(sa_type=_INSTANT)
    escalation_level: int = 0
    escalation_raised_at: datetime | None = Field(sa_type=_INSTANT, default=None)
    escalation_acknowledged_at: datetime | None = Field(sa_type=_INSTANT, default=None)
    escalation_sequence: int = 0
    reindex: bool = False
    held_mails: int = 0
    watching_department_ids: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))


class Message(SQLModel, table=True):
    """What somebody wrote; texts and mail headers are sealed, `visible_text` null = all of it."""

    __table_args__ = SCHEMA
    id: UUID = Field(primary_key=True)
    ticket_id: UUID
    organization_id: UUID
    direction: str
    public: bool
    author_id: UUID | None = None
    author_kind: str
    channel: str
    automatic: bool = False
    created_at: datetime = Field(sa_type=_INSTANT)
    body_text: bytes
    body_html: bytes | None = None
    visible_text: bytes | None = None
    mail_id: UUID | None = None
    mail: bytes | None = None
    indexed: bool = False
    bounced_at: datetime | None = Field(sa_type=_INSTANT, default=None)


class Attachment(SQLModel, table=True):
    """A file of a message: its bytes lie sealed under `file_id`, their key is wrapped here."""

    __table_args__ = SCHEMA
    id: UUID = Field(primary_key=True)
    ticket_id: UUID
    message_id: UUID
    organization_id: UUID
    public: bool
    name: bytes
    media_type: str
    size: int
    file_id: UUID
    file_key: bytes
    about: bytes | None = None
    cautions: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    content_id: bytes | None = None
    state: str
    created_at: datetime = Field(sa_type=_INSTANT)
    scanned_at: datetime | None = Field(sa_type=_INSTANT, default=None)
    scan_at: datetime | None = Field(sa_type=_INSTANT, default=None)
    scan_attempts: int = 0
    preview: str = "none"
    preview_id: UUID | None = None
    preview_key: bytes | None = None
    preview_size: int | None = None
    preview_at: datetime | None = Field(sa_type=_INSTANT, default=None)


class Participant(SQLModel, table=True):
    """A person besides the requester who may see and answer."""

    __table_args__ = SCHEMA
    ticket_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    organization_id: UUID
    added_at: datetime = Field(sa_type=_INSTANT)


class Feedback(SQLModel, table=True):
    """One rating for each resolution; casting again replaces it."""

    __table_args__ = SCHEMA
    ticket_id: UUID = Field(primary_key=True)
    reopen_count: int = Field(primary_key=True)
    organization_id: UUID
    score: int
    comment: bytes | None = None
    by_link: bool
    given_at: datetime = Field(sa_type=_INSTANT)


class Timeline(SQLModel, table=True):
    """What happened, beyond the opening and the messages, which are read from their own rows."""

    __table_args__ = SCHEMA
    id: UUID = Field(primary_key=True)
    ticket_id: UUID
    organization_id: UUID
    at: datetime = Field(sa_type=_INSTANT)
    kind: str
    public: bool
    actor_id: UUID | None = None
    actor_kind: str
    data: Any = Field(sa_column=Column(JSONB, nullable=False))
    reason: bytes | None = None


class Link(SQLModel, table=True):
    """Two tickets that belong together, and how."""

    __table_args__ = SCHEMA
    ticket_id: UUID = Field(primary_key=True)
    other_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    organization_id: UUID
    actor_id: UUID | None = None
    created_at: datetime = Field(sa_type=_INSTANT)


class Search(SQLModel, table=True):
    """A keyed word stem of a ticket; `public` when a customer may find it by this word."""

    __table_args__ = SCHEMA
    token: bytes = Field(primary_key=True)
    ticket_id: UUID = Field(primary_key=True)
    organization_id: UUID
    public: bool


class Person(SQLModel, table=True):
    """Projection of a user; no name, no address."""

    __table_args__ = SCHEMA
    id: UUID = Field(primary_key=True)
    organization_id: UUID
    roles: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    department_ids: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    locale: str
    disabled: bool = False


class Department(SQLModel, table=True):
    """Projection of a department."""

    __table_args__ = SCHEMA
    id: UUID = Field(primary_key=True)
    name_ar: str
    name_en: str
    is_default: bool = False


class Organization(SQLModel, table=True):
    """Projection of a customer organization."""

    __table_args__ = SCHEMA
    id: UUID = Field(primary_key=True)
    locale: str
    timezone: str


class Upload(SQLModel, table=True):
    """A file on its way in (tus 1.0): `parts` are what was received, until it is a whole file."""

    __table_args__ = SCHEMA
    id: UUID = Field(primary_key=True)
    organization_id: UUID
    owner_id: UUID | None = None
    length: int
    name: bytes
    media_type: str
    declared: str = ""
    received: int = 0
    parts: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    partial: bool = False
    created_at: datetime = Field(sa_type=_INSTANT)
    touched_at: datetime = Field(sa_type=_INSTANT)
    completed_at: datetime | None = Field(sa_type=_INSTANT, default=None)
    file_id: UUID | None = None
    file_key: bytes | None = None
    about: bytes | None = None
    cautions: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class SpentProof(SQLModel, table=True):
    """A proof of work that was used; kept until it would have run out anyway."""

    __tablename__ = "spent_proof"
    __table_args__ = SCHEMA
    id: bytes = Field(primary_key=True, sa_type=LargeBinary)
    expires_at: datetime = Field(sa_type=_INSTANT)
