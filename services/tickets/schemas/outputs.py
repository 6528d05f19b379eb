"""What callers are answered; the answers are built as plain values, these models describe them."""

from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.kit.model import Instant, Out
from shared.vocabulary import (
    AuthorKind,
    Channel,
    Direction,
    Locale,
    Localized,
    MailClass,
    Priority,
    SenderAuth,
    Status,
)


class PersonOut(Out):
    """A person; name and address are null while the gateway cannot tell them."""

    id: UUID | None
    name: str | None
    email: str | None = None


class ClockOut(Out):
    """`state` is `pending` until the promise is known."""

    due_at: Instant | None
    met_at: Instant | None
    breached_at: Instant | None
    state: str
    excused: bool = False


class ResolutionClockOut(ClockOut):
    paused: bool


class SlaOut(Out):
    first_response: ClockOut
    next_response: ClockOut
    resolution: ResolutionClockOut
    next_due_at: Instant | None


class LadderOut(Out):
    level: int
    raised_at: Instant | None
    acknowledged_at: Instant | None


class AttachmentOut(Out):
    """A file; `media_type` is what its bytes say. `original_name` and `cautions` are for staff."""

    id: UUID
    ticket_id: UUID
    message_id: UUID
    name: str
    original_name: str | None
    media_type: str
    size: int
    sha256: str | None
    state: Literal["pending", "clean", "infected", "unscannable"]
    cautions: list[str]
    content_id: str | None
    created_at: Instant
    content_url: str
    preview_url: str | None


class AuthorOut(PersonOut):
    kind: AuthorKind


class WarningOut(Out):
    """Why staff should look twice, in both languages."""

    code: str
    text: Localized


class MailMarkOut(Out):
    """For staff: how far the sender of a mail is proven, and why it is on this ticket."""

    model_config = ConfigDict(populate_by_name=True)

    sender_auth: SenderAuth
    mail_class: MailClass = Field(alias="class")
    match: str
    degraded: bool
    forwarded_by: UUID | None
    warnings: list[WarningOut]


class HeldMailOut(Out):
    """For staff: a mail that names this ticket and waits; `release` or `reject` it at intake."""

    mail_id: UUID
    sender_auth: SenderAuth | None
    held_at: Instant
    warnings: list[WarningOut]


class MessageOut(Out):
    id: UUID
    ticket_id: UUID
    direction: Direction
    public: bool
    author: AuthorOut
    channel: Channel
    automatic: bool
    created_at: Instant
    body_text: str
    body_html: str | None
    visible_text: str
    mail_id: UUID | None
    mail: MailMarkOut | None = None
    bounced_at: Instant | None = None
    attachments: list[AttachmentOut]
    warnings: list[WarningOut] = Field(default_factory=list)
    """When it is written: why its requester may not hear of it."""


class ReportsOut(Out):
    """For staff: how far the reports of a solved incident are told; `passed` needed no word."""

    total: int
    told: int
    failed: int
    passed: int
    pending: int


class TicketOut(Out):
    """The ticket object of the contract; `messages` only where asked for."""

    id: UUID
    number: str
    subject: str
    status: Status
    priority: Priority
    requested_priority: Priority | None
    department_id: UUID
    watching_department_ids: list[UUID]
    assignee_id: UUID | None
    organization_id: UUID
    requester: PersonOut
    channel: Channel
    locale: Locale
    created_at: Instant
    updated_at: Instant
    resolved_at: Instant | None
    closed_at: Instant | None
    reopen_until: Instant | None
    reopen_count: int
    follow_up_of: UUID | None
    merged_into: UUID | None
    tags: list[str]
    custom: dict[str, Any]
    version: int
    sla: SlaOut
    escalation: LadderOut
    messages: list[MessageOut] = Field(default_factory=list)
    held_mails: list[HeldMailOut] | None = None
    requester_answer: Literal["pending", "confirmed", "denied"] | None = None
    """Of the form's strangers: what they said when asked whether the request is theirs."""
    merged_into_final: UUID | None = None
    """Where a chain of merges ends."""
    reports: ReportsOut | None = None


class TicketPage(Out):
    items: list[TicketOut]
    next_cursor: str | None


class MessagePage(Out):
    items: list[MessageOut]
    next_cursor: str | None


class ActorOut(Out):
    kind: str
    id: UUID | None
    name: str | None


class EntryOut(Out):
    """One thing that happened, told in the reader's language."""

    id: UUID
    at: Instant
    kind: str
    text: str
    actor: ActorOut
    data: dict[str, Any]
    reason: str | None = None


class TimelinePage(Out):
    items: list[EntryOut]
    next_cursor: str | None


class FeedbackOut(Out):
    score: int
    comment: str | None
    given_at: Instant
    reopen_count: int


class FeedbackList(Out):
    items: list[FeedbackOut]
    next_cursor: str | None = None


class UploadOut(Out):
    id: UUID
    offset: int
    length: int


class ChallengeOut(Out):
    """Find a `nonce` so that `sha256(salt + nonce)` begins with `difficulty` zero bits."""

    salt: str
    difficulty: int
    algorithm: str
    rule: str
    expires_at: Instant
