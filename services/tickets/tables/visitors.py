"""Requests of the web form whose sender has proven nothing yet."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from services.tickets.tables.schema import INSTANT, SCHEMA


class Verification(SQLModel, table=True):
    """One request, and what the reader of its acknowledgement said about it."""

    __table_args__ = SCHEMA
    ticket_id: UUID = Field(primary_key=True)
    person_id: UUID
    organization_id: UUID
    inbox: bytes | None = None
    """Keyed hash of the inbox behind the address: what stands behind a plus is no other."""
    asked_at: datetime = Field(sa_type=INSTANT)
    word: str | None = None
    said_at: datetime | None = Field(sa_type=INSTANT, default=None)
    told: bool = True
    """Whether the other services have heard of it as unconfirmed: of older ones they had not."""
