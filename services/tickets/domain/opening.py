"""What a new ticket or message consists of, whichever door it came through."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.vocabulary import AuthorKind, Channel, Locale, Priority

FALLBACK_PRIORITY = Priority.P3
"""Decisions 11."""


@dataclass(frozen=True, slots=True)
class Requester:
    """Whom the ticket is for, when it is not the caller."""

    email: str
    name: str | None = None
    locale: Locale | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What a caller wants to open."""

    subject: str
    body: str
    priority: Priority | None = None
    department_id: UUID | None = None
    organization_id: UUID | None = None
    requester: Requester | None = None
    upload_ids: tuple[UUID, ...] = ()
    tags: tuple[str, ...] = ()
    custom: dict[str, Any] | None = None
    channel: Channel | None = None
    follow_up_of: UUID | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A stored file on its way to a message; `key` is wrapped for the ticket's organization."""

    name: str
    media_type: str
    size: int
    file_id: UUID
    key: bytes
    about: dict[str, Any]
    cautions: tuple[str, ...] = ()
    content_id: str | None = None


@dataclass(frozen=True, slots=True)
class Writing:
    """A message before it is sealed."""

    text: str
    author_id: UUID | None
    author_kind: AuthorKind
    channel: Channel
    at: datetime
    public: bool = True
    automatic: bool = False
    html: str | None = None
    visible: str | None = None
    mail_id: UUID | None = None
    mail_headers: dict[str, Any] | None = None
    once: bool = False
    """Its author takes no part in the ticket beyond it."""
    files: tuple[File, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Opening:
    """A ticket about to exist: everything is decided, nothing is sealed yet."""

    subject: str
    first: Writing
    organization_id: UUID
    requester_id: UUID
    department_id: UUID
    locale: Locale
    channel: Channel
    priority: Priority = FALLBACK_PRIORITY
    requested_priority: Priority | None = None
    priority_settled: bool = False
    tags: tuple[str, ...] = ()
    custom: dict[str, Any] | None = None
    acknowledge: bool = True
    unsaid: str | None = None
    """Why it is not acknowledged, where its door knows better than whoever sends the mail."""
    confirm: bytes | None = None
    """The acknowledgement asks whether the request is the reader's own; a hash of the inbox."""
    follow_up_of: UUID | None = None
