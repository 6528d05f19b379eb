"""Macros and canned replies, and how often they are used."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.tickets.tables.schema import INSTANT, SCHEMA


class Macro(SQLModel, table=True):
    """What staff say and do again and again; names and texts are the desk's own words.

    `runs` are the macros that `actions` run, `folded` is what a search looks at.
    """

    __table_args__ = SCHEMA
    id: UUID = Field(primary_key=True)
    owner_id: UUID
    shared: str
    department_id: UUID | None = None
    name_ar: str
    name_en: str
    body_ar: str | None = None
    body_en: str | None = None
    public: bool = True
    actions: Any = Field(sa_column=Column(JSONB, nullable=False))
    runs: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    folded: str = Field(sa_column=Column(Text, nullable=False))
    position: int = 0
    active: bool = True
    uses: int = 0
    version: int = 1
    created_at: datetime = Field(sa_type=INSTANT)
    updated_at: datetime = Field(sa_type=INSTANT)
    deleted_at: datetime | None = Field(sa_type=INSTANT, default=None)


class MacroUse(SQLModel, table=True):
    """A macro was applied to so many tickets; waits to be added to its count."""

    __tablename__ = "macro_use"
    __table_args__ = SCHEMA
    id: UUID = Field(primary_key=True)
    macro_id: UUID
    times: int
