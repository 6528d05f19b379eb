"""What people wrote, and the files that came along."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Column, Text, Uuid
from sqlmodel import Field, SQLModel

from services.tickets.tables.schema import INSTANT, SCHEMA


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
    created_at: datetime = Field(sa_type=INSTANT)
    body_text: bytes
    body_html: bytes | None = None
    visible_text: bytes | None = None
    mail_id: UUID | None = None
    mail: bytes | None = None
    indexed: bool = False
    bounced_at: datetime | None = Field(sa_type=INSTANT, default=None)


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
    created_at: datetime = Field(sa_type=INSTANT)
    scanned_at: datetime | None = Field(sa_type=INSTANT, default=None)
    scan_at: datetime | None = Field(sa_type=INSTANT, default=None)
    scan_attempts: int = 0
    preview: str = "none"
    preview_id: UUID | None = None
    preview_key: bytes | None = None
    preview_size: int | None = None
    preview_at: datetime | None = Field(sa_type=INSTANT, default=None)


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
    created_at: datetime = Field(sa_type=INSTANT)
    touched_at: datetime = Field(sa_type=INSTANT)
    completed_at: datetime | None = Field(sa_type=INSTANT, default=None)
    file_id: UUID | None = None
    file_key: bytes | None = None
    about: bytes | None = None
    cautions: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    visitor: bytes | None = None
