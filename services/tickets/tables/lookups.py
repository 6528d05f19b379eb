"""Keys that find or refuse: search tokens, spent proofs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from services.tickets.tables.schema import INSTANT, SCHEMA


class Search(SQLModel, table=True):
    """A keyed word stem of a ticket; `public` when a customer may find it by this word."""

    __table_args__ = SCHEMA
    token: bytes = Field(primary_key=True)
    ticket_id: UUID = Field(primary_key=True)
    organization_id: UUID
    public: bool


class SpentProof(SQLModel, table=True):
    """A proof of work that was used; kept until it would have run out anyway."""

    __tablename__ = "spent_proof"
    __table_args__ = SCHEMA
    id: bytes = Field(primary_key=True, sa_type=LargeBinary)
    expires_at: datetime = Field(sa_type=INSTANT)
