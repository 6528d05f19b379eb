"""What intake states about each mail on its way to a visible final state."""

from typing import Literal
from uuid import UUID

from shared.events.base import Fact, Instant
from shared.vocabulary import Locale, MailClass, SenderAuth


class MailFact(Fact):
    """Common to mail facts."""

    SUBJECT = "mail_id"
    mail_id: UUID
    at: Instant


class MailAccepted(MailFact):
    """The raw bytes are ours; said after the commit that owns them."""

    TYPE = "mail.accepted.v1"
    channel: Literal["smtp", "http", "imap"]


class MailRouted(MailFact):
    """Decided: a new ticket, or a reply to one. `received_at` counts for every clock.

    `ticket_id` is the matched ticket (reply), or the closed one that a follow-up belongs to.
    `may_reopen` is false for automatic classes and held senders. A mail that is not `public`
    answers one that went out internally and stays so. `reasons` and `match` are words of the
    house (`shared.reasons`). `once`: a person let in this mail alone, its sender takes no part in
    the ticket. Departments that were addressed beside the owner are `watching`.
    """

    TYPE = "mail.routed.v1"
    decision: Literal["new", "reply", "note"]
    mail_class: MailClass
    sender_auth: SenderAuth
    received_at: Instant
    department_id: UUID
    organization_id: UUID
    requester_id: UUID
    locale: Locale
    ticket_id: UUID | None = None
    related_ticket_id: UUID | None = None
    may_reopen: bool = True
    acknowledge: bool = True
    degraded: bool = False
    public: bool = True
    once: bool = False
    unverified: bool = False
    match: str = "none"
    reasons: tuple[str, ...] = ()
    participant_ids: tuple[UUID, ...] = ()
    proposed: int = 0
    forwarded_by: UUID | None = None
    watching_department_ids: tuple[UUID, ...] = ()


class MailApplied(MailFact):
    """The mail is on a ticket."""

    TYPE = "mail.applied.v1"
    ticket_id: UUID


class MailHeld(MailFact):
    """Waits for a person: the sender may not act on the matched ticket."""

    TYPE = "mail.held.v1"
    ticket_id: UUID | None = None
    reason: str
    sender_auth: SenderAuth | None = None


class MailRejected(MailFact):
    """A person has refused it: it stays where it is, and on no ticket."""

    TYPE = "mail.rejected.v1"
    ticket_id: UUID | None = None
    actor_id: UUID


class MailQuarantined(MailFact):
    """Kept and visible to operators, no ticket made."""

    TYPE = "mail.quarantined.v1"
    reason: str


class MailBounced(MailFact):
    """A delivery report came back for a mail of ours."""

    TYPE = "mail.bounced.v1"
    ticket_id: UUID | None = None
    delivery_id: UUID | None = None
    permanent: bool
    status: str = ""
    """The enhanced status code (RFC 3463) that the report names; 5.1.x is a dead address."""
