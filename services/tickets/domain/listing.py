"""What a list of tickets may be narrowed and ordered by."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.vocabulary import Priority, Status

NEVER: Final = "9999-12-31T00:00:00Z"
"""Stands in `next_due_at` for tickets without a due time, so that they sort last."""


class Sort(StrEnum):
    """Orders of a list; a leading minus is newest first."""

    NEXT_DUE = "next_due_at"
    CREATED = "-created_at"
    UPDATED = "-updated_at"
    PRIORITY = "priority"


class SlaState(StrEnum):
    """The worst of a ticket's promises."""

    OK = "ok"
    WARNING = "warning"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True)
class Filters:
    """All must hold; several values of one filter are alternatives."""

    status: tuple[Status, ...] = ()
    priority: tuple[Priority, ...] = ()
    department_id: UUID | None = None
    assignee_id: UUID | None = None
    organization_id: UUID | None = None
    requester_id: UUID | None = None
    tag: tuple[str, ...] = ()
    sla_state: SlaState | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    q: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The last row of the page before: its sort value and id."""

    value: datetime | str
    id: UUID
