"""HTTP bodies of notify."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from services.notify.domain.words import Digits, Kind
from shared.kit.model import Body, Instant, Line, Out

Url = Annotated[str, Line(2000)]
EventType = Annotated[str, Line(80)]
Note = Annotated[str, Line(500, 0)]
Types = list[EventType]


class EndpointIn(Body):
    """A new endpoint; no types = every type that partners can receive."""

    url: Url
    event_types: Types = Field(default=[], max_length=100)
    organization_id: UUID | None = None
    description: Note | None = None


class EndpointChange(Body):
    """Only what is named changes; enabling forgets the failures."""

    url: Url | None = None
    event_types: Types | None = Field(default=None, max_length=100)
    description: Note | None = None
    enabled: bool | None = None


class EndpointOut(Out):
    """An endpoint without its secret."""

    id: UUID
    url: str
    event_types: list[str]
    organization_id: UUID | None
    description: str | None
    enabled: bool
    disabled_reason: str | None
    failing_since: Instant | None
    previous_secret_until: Instant | None
    created_at: Instant
    updated_at: Instant
    version: int


class EndpointMade(EndpointOut):
    """The only answers that show a secret."""

    secret: str


class EndpointList(Out):
    """Endpoints the caller manages, oldest first."""

    items: list[EndpointOut]
    next_cursor: str | None


class AttemptOut(Out):
    """One attempt at a delivery."""

    attempt: int
    at: Instant
    status: int | None
    error: str | None
    milliseconds: int


class DeliveryOut(Out):
    """One event on its way to one endpoint."""

    id: UUID
    event_id: UUID
    type: str
    state: Literal["pending", "delivered", "failed"]
    attempts: int
    next_at: Instant | None
    last_status: int | None
    last_error: str | None
    log: list[AttemptOut]
    created_at: Instant
    delivered_at: Instant | None


class DeliveryList(Out):
    """An endpoint's deliveries, newest first."""

    items: list[DeliveryOut]
    next_cursor: str | None


class ReplayIn(Body):
    """Which events go out again: those since an instant, of some types or all."""

    since: Instant
    until: Instant | None = None
    event_types: Types = Field(default=[], max_length=100)


class ReplayOut(Out):
    """How many events were queued."""

    queued: int


class NoticeOut(Out):
    """A line of the in-app inbox, in the reader's language."""

    id: UUID
    kind: Literal[
        "escalation",
        "breach",
        "assigned",
        "reopened",
        "rated",
        "warning",
        "pause_overdue",
        "watched",
        "fallback",
        "bounced",
        "calendar",
    ]
    title: str
    ticket_id: UUID | None
    ticket_number: str | None
    facts: dict[str, Any]
    created_at: Instant
    read_at: Instant | None


class NoticeList(Out):
    """The caller's inbox, newest first."""

    items: list[NoticeOut]
    next_cursor: str | None


class PreferenceIn(Body):
    """How the caller likes to be told; receipts, solutions and alarms cannot be muted."""

    digits: Digits = Digits.LATIN
    muted: list[
        Literal["reply", "reopened", "closed", "assigned", "warning", "pause_overdue", "watched"]
    ] = Field(default=[], max_length=7)


class PreferenceOut(Out):
    """How the caller is told."""

    digits: Digits
    muted: list[str]


class TemplateOut(Out):
    """A template, filled with example values."""

    kind: Kind
    locale: str
    subject: str
    text: str
    html: str
    missing_variables: list[str]


class TemplateList(Out):
    """Every template in both languages."""

    items: list[TemplateOut]
    next_cursor: str | None = None
