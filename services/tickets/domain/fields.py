"""Definitions of custom fields: what the desk asks about a ticket beyond its own columns."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.vocabulary import Localized

MOST_FIELDS: Final = 200
MOST_OPTIONS: Final = 200
LONGEST: Final = 4000
LONGEST_URL: Final = 2000


class FieldType(StrEnum):
    """What a value is."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"
    URL = "url"


class Customers(StrEnum):
    """What customers may do with a field."""

    HIDDEN = "hidden"
    READ = "read"
    WRITE = "write"


class Need(StrEnum):
    """When a field must not be empty."""

    CREATE = "create"
    RESOLVE = "resolve"


class Filling(StrEnum):
    """What a worker still owes to the rows that a filter reads."""

    BUILDING = "building"
    DROPPING = "dropping"
    HIDING = "hiding"
    """Besides, the search index must learn who may find by it."""


NUMBERS: Final = frozenset({FieldType.INTEGER, FieldType.DECIMAL})
LISTED: Final = frozenset({FieldType.CHOICE, FieldType.CHOICES})
WRITTEN: Final = frozenset({FieldType.TEXT, FieldType.URL})
RANGED: Final = frozenset({*NUMBERS, FieldType.DATE})

Limit = int | float | str
"""A number, or a date as ISO 8601 writes it."""


@dataclass(frozen=True, slots=True)
class Option:
    """One of a choice's values; a retired one stays readable where it was chosen."""

    value: str
    label: Localized
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """What people decide about a field."""

    key: str
    label: Localized
    type: FieldType
    help: Localized | None = None
    options: tuple[Option, ...] = ()
    department_id: UUID | None = None
    required: tuple[Need, ...] = ()
    customers: Customers = Customers.HIDDEN
    minimum: Limit | None = None
    maximum: Limit | None = None
    max_length: int | None = None
    position: int = 0
    active: bool = True
    filterable: bool = False

    def in_force(self, department_id: UUID) -> bool:
        """Whether tickets of this department have it; None owns it for all."""
        return self.active and self.department_id in {None, department_id}

    def seen_by(self, *, staff: bool) -> bool:
        return staff or self.customers is not Customers.HIDDEN

    def written_by(self, *, staff: bool) -> bool:
        return staff or self.customers is Customers.WRITE


@dataclass(frozen=True, slots=True)
class Field:
    """A definition with what the house knows of it."""

    id: UUID
    definition: Definition
    version: int
    created_at: datetime
    updated_at: datetime
    used: bool = False
    """Some ticket has had a value of it: from then on its type stays."""
    filling: Filling | None = None

    @property
    def key(self) -> str:
        return self.definition.key

    @property
    def type(self) -> FieldType:
        return self.definition.type

    @property
    def filter_ready(self) -> bool:
        """Whether a filter finds old tickets too."""
        return self.definition.filterable and self.filling is None
