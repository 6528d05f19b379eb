"""Partner-visible facts: into the feed, and to every endpoint that asked for them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import orjson

from services.notify.domain.outside import inside_only
from services.notify.domain.subscriptions import wanted
from services.notify.store import endpoints, feed, projection, webhooks
from services.notify.usecases.explaining import Explanation
from services.notify.usecases.hearing import for_endpoint, foreign
from shared.events.base import Envelope, Event, render_instant
from shared.events.catalogue import BOOK
from shared.events.ticket import TicketEdited
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


def webhook_body(
    envelope: Envelope, organization_id: UUID | None, unseen: frozenset[str] = frozenset()
) -> str | None:
    """The Standard Webhooks body for an endpoint: these exact bytes are signed and sent.

    None when the endpoint does not hear of the event.
    """
    data = for_endpoint(envelope, organization_id, unseen)
    if data is None:
        return None
    timestamp = render_instant(envelope.time)
    return orjson.dumps({"type": envelope.type, "timestamp": timestamp, "data": data}).decode()


async def conceal(tx: Tx, event: Event[TicketEdited], *, hidden: bool) -> None:
    """A request of the form is its customers' from the moment when somebody confirms it.

    Their endpoints then hear what has happened so far.
    """
    fact = event.data
    await projection.change_ticket(tx, fact.ticket_id, "unconfirmed", hidden)
    listening = await endpoints.listening(tx, fact.organization_id, inside=False)
    theirs = [one for one in listening if one["organization_id"]]
    if hidden or not theirs:
        return
    for row in await feed.of_ticket(tx, fact.ticket_id):
        if row["id"] != event.id:
            envelope = Envelope.model_validate_json(row["envelope"])
            await _send(tx, envelope, theirs, fact.organization_id)


async def _queue(tx: Tx, event: Event[Any], envelope: Envelope, *, inside: bool) -> None:
    owner = event.data.organization_id
    listening = await endpoints.listening(tx, owner, inside=inside)
    asked = [one for one in listening if wanted(one["event_types"], event.type)]
    theirs = any(one["organization_id"] for one in asked)
    ticket_id = event.data.ticket_id
    if theirs and ticket_id and await projection.unconfirmed(tx, ticket_id):
        asked = [one for one in asked if one["organization_id"] is None]
    await _send(tx, envelope, asked, owner)


async def _send(
    tx: Tx,
    envelope: Envelope,
    listening: Sequence[Mapping[Any, Any]],
    organization_id: UUID | None,
) -> None:
    asked = [one for one in listening if wanted(one["event_types"], envelope.type)]
    owner = organization_id if any(one["organization_id"] for one in asked) else None
    unseen = await foreign(tx, owner, [(envelope.type, envelope.data)])
    bodies = [(one, webhook_body(envelope, one["organization_id"], unseen)) for one in asked]
    rows = [
        {
            "id": uuid7(),
            "endpoint_id": endpoint["id"],
            "organization_id": endpoint["organization_id"],
            "event_id": envelope.id,
            "type": envelope.type,
            "body": body,
            "state": "pending",
            "next_at": tx.now,
            "log": [],
            "created_at": tx.now,
        }
        for endpoint, body in bodies
        if body is not None
    ]
    webhooks.queue(tx, rows)
    if rows:
        tx.wake(WEBHOOKS)
