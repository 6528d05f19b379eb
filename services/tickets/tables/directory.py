"""Projections of what gateway states: ids, roles, names of departments."""

from uuid import UUID

from sqlalchemy import ARRAY, Column, Text, Uuid
from sqlmodel import Field, SQLModel

from services.tickets.tables.schema import SCHEMA


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
