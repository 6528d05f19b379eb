"""Questions for the list that people saved, and what was done to those that others read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.tickets.tables.schema import INSTANT, SCHEMA


class View(SQLModel, table=True):
    """A saved view; without an owner it came with the house."""

    __table_args__ = SCHEMA
    id: UUID = Field(primary_key=True)
    owner_id: UUID | None = None
    shared: str
    department_id: UUID | None = None
    name_ar: str
    name_en: str
    filters: Any = Field(sa_column=Column(JSONB, nullable=False))
    sort: str
    position: int
    columns: list[str] | None = Field(sa_column=Column(ARRAY(Text), nullable=True))
    version: int = 1
    created_at: datetime = Field(sa_type=INSTANT)
    updated_at: datetime = Field(sa_type=INSTANT)


class ViewChange(SQLModel, table=True):
    """Who did what to a view that others read, for the audit; rows are only ever added."""

    __tablename__ = "view_change"
    __table_args__ = SCHEMA
    id: UUID = Field(primary_key=True)
    view_id: UUID
    at: datetime = Field(sa_type=INSTANT)
    actor_id: UUID
    kind: str
    shared: str
    department_id: UUID | None = None
