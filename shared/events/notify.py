"""What notify states about telling people and partners."""

from uuid import UUID

from shared.events.base import Fact, Instant


class DeliveryFact(Fact):
    """Common to delivery facts; `kind` names the template or `webhook`."""

    SUBJECT = "delivery_id"
    delivery_id: UUID
    kind: str
    ticket_id: UUID | None = None
    at: Instant


class NotifySent(DeliveryFact):
    """Accepted by the outgoing mail server (or written to the maildir) at `at`."""

    TYPE = "notify.sent.v1"
    reopen_count: int | None = None
    provider_message_id: str | None = None
    """The Message-ID that the provider put in place of ours, when it said so."""
    inside: bool = False
    """It went to our own people: an answer to it stays within the house."""


class NotifyBounced(DeliveryFact):
    """Came back; `message_id` is the ticket's message that it carried."""

    TYPE = "notify.bounced.v1"
    message_id: UUID | None = None
    permanent: bool = False
    address_dead: bool = False


class NotifySuppressed(DeliveryFact):
    """Stays unsaid on purpose, and why."""

    TYPE = "notify.suppressed.v1"
    reason: str


class NotifyFailed(DeliveryFact):
    """Given up after the last attempt."""

    TYPE = "notify.failed.v1"
    attempts: int


class NotifyWebhookDisabled(Fact):
    """An endpoint failed for too long, or answered 410."""

    TYPE = "notify.webhook_disabled.v1"
    SUBJECT = "endpoint_id"
    endpoint_id: UUID
    reason: str
    at: Instant
