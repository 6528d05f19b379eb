"""The tables of schema `notify`; the migrations make them, the store uses them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, DateTime, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

_SCHEMA = {"schema": "notify"}
_INSTANT: Any = DateTime(timezone=True)


def _moment() -> Any:
    return Field(default=None, sa_type=_INSTANT)


class Person(SQLModel, table=True):
    """What notify must know of a person without asking: rights, language, reachability."""

    __tablename__ = "person"
    __table_args__ = _SCHEMA
    user_id: UUID = Field(primary_key=True)
    organization_id: UUID
    roles: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    locale: str
    disabled: bool = False
    bounced_at: datetime | None = _moment()


class Ticket(SQLModel, table=True):
    """Who may see a ticket's events, and what the acknowledgement promises."""

    __tablename__ = "ticket"
    __table_args__ = _SCHEMA
    ticket_id: UUID = Field(primary_key=True)
    organization_id: UUID
    number: int | None = None
    requester_id: UUID | None = None
    assignee_id: UUID | None = None
    department_id: UUID | None = None
    participants: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    promise: Any = Field(default=None, sa_column=Column(JSONB))
    version: int = 0
    watchers: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False, server_default="{}"))
    silent: bool = False
    """Spam: nobody is told anything of it."""
    unconfirmed: bool = False
    """A request of the form that nobody has confirmed: no customer sees it."""


class Delivery(SQLModel, table=True):
    """One mail to one person; `sealed` holds the composed mail, `facts` no personal text."""

    __tablename__ = "delivery"
    __table_args__ = _SCHEMA
    id: UUID = Field(primary_key=True)
    organization_id: UUID
    kind: str
    ticket_id: UUID | None = None
    recipient_id: UUID
    cause_id: UUID
    state: str = "pending"
    reason: str | None = None
    facts: Any = Field(sa_column=Column(JSONB, nullable=False))
    attempts: int = 0
    next_at: datetime | None = _moment()
    leased_until: datetime | None = _moment()
    sealed: bytes | None = None
    message_id: str | None = None
    provider_message_id: str | None = None
    address_key: bytes | None = None
    domain_key: bytes | None = None
    subject_key: bytes | None = None
    created_at: datetime = _moment()
    composed_at: datetime | None = _moment()
    sent_at: datetime | None = _moment()


class Notice(SQLModel, table=True):
    """One line of a person's in-app inbox."""

    __tablename__ = "notice"
    __table_args__ = _SCHEMA
    id: UUID = Field(primary_key=True)
    user_id: UUID
    organization_id: UUID
    kind: str
    ticket_id: UUID | None = None
    cause_id: UUID
    facts: Any = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = _moment()
    read_at: datetime | None = _moment()


class Preference(SQLModel, table=True):
    """How a person likes to be told; no row = the defaults."""

    __tablename__ = "preference"
    __table_args__ = _SCHEMA
    user_id: UUID = Field(primary_key=True)
    organization_id: UUID
    digits: str
    muted: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    updated_at: datetime = _moment()


class Endpoint(SQLModel, table=True):
    """A partner's address for webhooks; no organization = events of all of them."""

    __tablename__ = "endpoint"
    __table_args__ = _SCHEMA
    id: UUID = Field(primary_key=True)
    organization_id: UUID | None = None
    url: bytes
    description: bytes | None = None
    secret: bytes
    previous_secret: bytes | None = None
    previous_until: datetime | None = _moment()
    event_types: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    enabled: bool = True
    disabled_reason: str | None = None
    failing_since: datetime | None = _moment()
    throttled_until: datetime | None = _moment()
    created_by: UUID
    created_at: datetime = _moment()
    updated_at: datetime = _moment()
    version: int = 1


class Webhook(SQLModel, table=True):
    """One event on its way to one endpoint; `body` is the exact text that is signed."""

    __tablename__ = "webhook"
    __table_args__ = _SCHEMA
    id: UUID = Field(primary_key=True)
    endpoint_id: UUID
    organization_id: UUID | None = None
    event_id: UUID
    type: str
    body: str
    state: str = "pending"
    attempts: int = 0
    next_at: datetime | None = _moment()
    leased_until: datetime | None = _moment()
    last_status: int | None = None
    last_error: str | None = None
    log: Any = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = _moment()
    delivered_at: datetime | None = _moment()


class Feed(SQLModel, table=True):
    """A partner-visible event; `position` is given in commit order by one worker at a time."""

    __tablename__ = "feed"
    __table_args__ = _SCHEMA
    id: UUID = Field(primary_key=True)
    position: int | None = None
    type: str
    organization_id: UUID
    ticket_id: UUID
    inside: bool = False
    envelope: str
    at: datetime = _moment()
