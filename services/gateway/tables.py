"""Tables of the schema `identity`, as the statements of the store name them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, DateTime, Text, Uuid
from sqlmodel import Field, SQLModel

_SCHEMA = {"schema": "identity"}


def _moment() -> Any:
    return Field(default=None, sa_type=DateTime(timezone=True))


class Organization(SQLModel, table=True):
    """A customer; one reserved row holds staff and strangers."""

    __tablename__ = "organization"
    __table_args__ = _SCHEMA
    id: UUID = Field(primary_key=True)
    name_sealed: bytes
    locale: str
    timezone: str
    version: int
    created_at: datetime = _moment()
    updated_at: datetime = _moment()


class User(SQLModel, table=True):
    """A person; `email_lookup` is a keyed hash of the folded address."""

    __tablename__ = "user"
    __table_args__ = _SCHEMA
    id: UUID = Field(primary_key=True)
    organization_id: UUID
    email_lookup: bytes
    email_sealed: bytes
    name_sealed: bytes
    password_hash: str | None
    roles: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    locale: str
    disabled_at: datetime | None = _moment()
    tokens_valid_from: datetime | None = _moment()
    unproven: bool = False
    version: int
    created_at: datetime = _moment()
    updated_at: datetime = _moment()


class Department(SQLModel, table=True):
    """A part of the desk with, maybe, a mailbox of its own."""

    __tablename__ = "department"
    __table_args__ = _SCHEMA
    id: UUID = Field(primary_key=True)
    name_ar: str
    name_en: str
    mailbox: str | None
    is_default: bool
    version: int
    created_at: datetime = _moment()
    updated_at: datetime = _moment()


class Position(SQLModel, table=True):
    """Who holds a role in a department (`scope` its id) or in the company."""

    __tablename__ = "position"
    __table_args__ = _SCHEMA
    scope: str = Field(primary_key=True)
    role: str = Field(primary_key=True)
    department_id: UUID | None
    user_ids: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    updated_at: datetime = _moment()


class Session(SQLModel, table=True):
    """A login; its refresh tokens form one chain."""

    __tablename__ = "session"
    __table_args__ = _SCHEMA
    id: UUID = Field(primary_key=True)
    user_id: UUID
    organization_id: UUID
    created_at: datetime = _moment()
    ends_at: datetime = _moment()
    revoked_at: datetime | None = _moment()


class RefreshToken(SQLModel, table=True):
    """A link of the chain, known by its hash only."""

    __tablename__ = "refresh_token"
    __table_args__ = _SCHEMA
    hash: bytes = Field(primary_key=True)
    session_id: UUID
    expires_at: datetime = _moment()
    used_at: datetime | None = _moment()


class ApiClient(SQLModel, table=True):
    """A partner's program; bound to one organization or to none."""

    __tablename__ = "api_client"
    __table_args__ = _SCHEMA
    id: UUID = Field(primary_key=True)
    organization_id: UUID | None
    name: str
    secret_hash: bytes
    scopes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    created_by: UUID
    created_at: datetime = _moment()
    revoked_at: datetime | None = _moment()


class SigningKeyRow(SQLModel, table=True):
    """A key that signs tokens; the private half sealed, the public half as served."""

    __tablename__ = "signing_key"
    __table_args__ = _SCHEMA
    id: UUID = Field(primary_key=True)
    state: str
    not_before: datetime = _moment()
    retired_at: datetime | None = _moment()
    private_sealed: bytes
    public_jwk: str
