"""What a list of tickets may be narrowed and ordered by."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from services.tickets.domain.rights import Reach, Viewer
from shared.vocabulary import Channel, Priority, Status

NEVER: Final = "9999-12-31T00:00:00Z"
"""Stands in `next_due_at` for tickets without a due time, so that they sort last."""


class Sort(StrEnum):
    """Orders of a list; a leading minus is newest first, or least urgent first."""

    NEXT_DUE = "next_due_at"
    CREATED = "-created_at"
    OLDEST = "created_at"
    UPDATED = "-updated_at"
    STALEST = "updated_at"
    PRIORITY = "priority"
    LEAST = "-priority"
    RELEVANCE = "relevance"
    """With `q`: by the rarity of its words and where they stand; else newest first."""


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
    channel: tuple[Channel, ...] = ()
    department_id: UUID | Literal["mine"] | None = None
    assignee_id: UUID | Literal["me", "none"] | None = None
    unassigned: bool | None = None
    organization_id: UUID | None = None
    requester_id: UUID | None = None
    tag: tuple[str, ...] = ()
    requester_answer: Literal["pending", "denied"] | None = None
    """Requests of the form: nobody has said whose they are, or their owner that they are not."""
    sla_state: SlaState | None = None
    escalation_level: int | None = None
    """At least so high."""
    waiting_since: datetime | None = None
    """The customer wrote by then and has not been answered."""
    created_from: datetime | None = None
    created_to: datetime | None = None
    updated_from: datetime | None = None
    updated_to: datetime | None = None
    due_before: datetime | None = None
    custom: tuple[tuple[str, str], ...] = ()
    """Custom fields by key, as text; what they mean the fields' own definitions say."""
    q: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The last row of the page before: its sort value and id."""

    value: datetime | str
    id: UUID


def within_reach(viewer: Viewer, filters: Filters) -> bool:
    """Whether the filters alone keep the list to what a departmental viewer may see anyway.

    Then the rights rule need not stand in the statement, and one index serves it.
    """
    if viewer.reach is not Reach.DEPARTMENTS:
        return False
    mine = filters.assignee_id in {"me", viewer.id} or filters.requester_id == viewer.id
    return mine or filters.department_id in {"mine", *viewer.department_ids}
