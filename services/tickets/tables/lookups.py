"""Keys that find or refuse: the search index, spent proofs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, SmallInteger
from sqlmodel import Field, SQLModel

from services.tickets.tables.schema import INSTANT, SCHEMA


class Posting(SQLModel, table=True):
    """Which of 8192 consecutive ticket numbers have a token in a field (domain/postings.py).

    No organization stands here: it is a token like others, and customers have no right to the
    table at all (docs/search.md).
    """

    __table_args__ = SCHEMA
    slice: int = Field(primary_key=True)
    generation: int = Field(primary_key=True, sa_type=SmallInteger)
    field: int = Field(primary_key=True, sa_type=SmallInteger)
    count: int = Field(sa_type=SmallInteger)
    token: bytes = Field(primary_key=True, sa_type=LargeBinary)
    bits: bytes = Field(sa_type=LargeBinary)


class SearchEntry(SQLModel, table=True):
    """What a ticket is found by now, of that which may change: subject, people, tags, facts."""

    __tablename__ = "search_entry"
    __table_args__ = SCHEMA
    ticket_id: UUID = Field(primary_key=True)
    generation: int = Field(primary_key=True, sa_type=SmallInteger)
    number: int
    marks: bytes = Field(sa_type=LargeBinary)


class SearchGeneration(SQLModel, table=True):
    """One whole index: `building` until it has all tickets, then the `active` one."""

    __tablename__ = "search_generation"
    __table_args__ = SCHEMA
    id: int = Field(primary_key=True, sa_type=SmallInteger)
    key_version: int = Field(sa_type=SmallInteger)
    state: str
    place: int = 0
    done: int = 0
    rules: int = Field(sa_type=SmallInteger, default=1)
    started_at: datetime = Field(sa_type=INSTANT)
    finished_at: datetime | None = Field(sa_type=INSTANT, default=None)


class SearchTask(SQLModel, table=True):
    """A ticket (or a renamed person) that the index must look at, besides fresh texts."""

    __tablename__ = "search_task"
    __table_args__ = SCHEMA
    about_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    number: int
    asked_at: datetime = Field(sa_type=INSTANT)


class SearchPerson(SQLModel, table=True):
    """What a person's name and address were when tickets were last indexed by them, hashed."""

    __tablename__ = "search_person"
    __table_args__ = SCHEMA
    person_id: UUID = Field(primary_key=True)
    print: bytes = Field(sa_type=LargeBinary)


class SpentProof(SQLModel, table=True):
    """A proof of work that was used; kept until it would have run out anyway."""

    __tablename__ = "spent_proof"
    __table_args__ = SCHEMA
    id: bytes = Field(primary_key=True, sa_type=LargeBinary)
    expires_at: datetime = Field(sa_type=INSTANT)
