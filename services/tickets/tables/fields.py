"""Custom fields, the rows that filters read of their values, and tags."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.tickets.tables.schema import INSTANT, SCHEMA


class CustomField(SQLModel, table=True):
    """A definition; made by staff, so its words lie in plain."""

    __tablename__ = "custom_field"
    __table_args__ = SCHEMA
    id: UUID = Field(primary_key=True)
    key: str
    label: Any = Field(sa_column=Column(JSONB, nullable=False))
    help: Any = Field(sa_column=Column(JSONB(none_as_null=True), nullable=True))
    type: str
    options: Any = Field(sa_column=Column(JSONB, nullable=False))
    department_id: UUID | None = None
    required: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    customers: str
    minimum: Any = Field(sa_column=Column(JSONB(none_as_null=True), nullable=True))
    maximum: Any = Field(sa_column=Column(JSONB(none_as_null=True), nullable=True))
    max_length: int | None = None
    position: int
    active: bool
    filterable: bool
    used: bool = False
    filling: str | None = None
    filled_to: UUID | None = None
    fill_at: datetime | None = Field(sa_type=INSTANT, default=None)
    version: int
    created_at: datetime = Field(sa_type=INSTANT)
    updated_at: datetime = Field(sa_type=INSTANT)


class CustomValue(SQLModel, table=True):
    """What a filter reads of one value; texts only as keyed tokens."""

    __tablename__ = "custom_value"
    __table_args__ = SCHEMA
    field_id: UUID = Field(primary_key=True)
    ticket_id: UUID = Field(primary_key=True)
    word: str = Field(primary_key=True, default="")
    organization_id: UUID
    number: Decimal | None = None
    day: date | None = None
    token: bytes | None = Field(sa_type=LargeBinary, default=None)


class Tag(SQLModel, table=True):
    """A tag by its folded key; the first writing is its name until somebody renames it."""

    __table_args__ = SCHEMA
    key: str = Field(primary_key=True)
    name: str
    merged_into: str | None = None
    created_at: datetime = Field(sa_type=INSTANT)


class TagJob(SQLModel, table=True):
    """Tickets that still bear an old name of a tag."""

    __tablename__ = "tag_job"
    __table_args__ = SCHEMA
    id: UUID = Field(primary_key=True)
    from_tag: str
    to_tag: str
    actor_id: UUID | None = None
    changed: int = 0
    look_at: datetime = Field(sa_type=INSTANT)
    created_at: datetime = Field(sa_type=INSTANT)
    finished_at: datetime | None = Field(sa_type=INSTANT, default=None)
