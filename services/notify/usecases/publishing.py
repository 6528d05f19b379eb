"""Partner-visible facts: into the feed, and to every endpoint that asked for them."""

from typing import Any, Final
from uuid import UUID

import orjson

from services.notify.domain.subscriptions import inside_only, outside, wanted
from services.notify.store import endpoints, feed, webhooks
from services.notify.usecases.explaining import Explanation
from shared.events.base import Envelope, Event, render_instant
from shared.events.catalogue import BOOK
from shared.kit.ids import uuid7
from shared.kit.tx import Tx

WEBHOOKS: Final = "webhooks"
FEED: Final = "feed"
"""Names of the workers that are woken."""

PARTNER_TYPES: Final = frozenset(entry.fact.TYPE for entry in BOOK if entry.partner_visible)


async def publish(event: Event[Any], tx: Tx) -> None:
    """The same event for the feed and for the webhooks, in the transaction that heard it."""
    await _publish(event, tx, {})


async def publish_explained(event: Event[Any], tx: Tx, explanation: Explanation | None) -> None:
    """A broken promise with how it was counted; composed here once, so every attempt is alike."""
    await _publish(event, tx, {} if explanation is None else {"explain": explanation})


async def _publish(event: Event[Any], tx: Tx, more: dict[str, Any]) -> None:
    data = event.data.model_dump(mode="json") | more
    inside = inside_only(event.type, data)
    envelope = Envelope(**{**event.model_dump(exclude={"data"}), "data": data})
    values = {
        "id": event.id,
        "type": event.type,
        "organization_id": event.data.organization_id,
        "ticket_id": event.data.ticket_id,
        "inside": inside,
        "envelope": envelope.model_dump_json(),
        "at": event.time,
    }
    feed.append(tx, values)
    tx.wake(FEED)
    await _queue(tx, event, envelope, inside=inside)


def webhook_body(envelope: Envelope, organization_id: UUID | None) -> str:
    """The Standard Webhooks body for an endpoint: these exact bytes are signed and sent.

    An endpoint of an organization hears what its customers may see.
    """
    bound = organization_id is not None
    body = {
        "type": envelope.type,
        "timestamp": render_instant(envelope.time),
        "data": outside(envelope.type, envelope.data) if bound else envelope.data,
    }
    return orjson.dumps(body).decode()


async def _queue(tx: Tx, event: Event[Any], envelope: Envelope, *, inside: bool) -> None:
    listening = await endpoints.listening(tx, event.data.organization_id, inside=inside)
    rows = [
        {
            "id": uuid7(),
            "endpoint_id": endpoint["id"],
            "organization_id": endpoint["organization_id"],
            "event_id": event.id,
            "type": event.type,
            "body": webhook_body(envelope, endpoint["organization_id"]),
            "state": "pending",
            "next_at": tx.now,
            "log": [],
            "created_at": tx.now,
        }
        for endpoint in listening
        if wanted(endpoint["event_types"], event.type)
    ]
    webhooks.queue(tx, rows)
    if rows:
        tx.wake(WEBHOOKS)
