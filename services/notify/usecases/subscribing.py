"""Partners' endpoints: made, changed, given new secrets, tested and replayed."""

import secrets
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from services.notify.domain.egress import EgressDenied, check_url
from services.notify.domain.signing import new_secret
from services.notify.domain.subscriptions import known_pattern, wanted
from services.notify.problems import (
    ForeignOrganization,
    TooManyEndpoints,
    UnknownEventType,
    UrlRefused,
)
from services.notify.store import endpoints as store
from services.notify.store import feed, webhooks
from services.notify.store.endpoints import Endpoint
from services.notify.usecases.hearing import foreign
from services.notify.usecases.publishing import PARTNER_TYPES, WEBHOOKS, webhook_body
from shared.events.base import Envelope, render_instant
from shared.kit.callers import Caller, Seat
from shared.kit.etags import Versions
from shared.kit.ids import uuid7
from shared.kit.problems import NotFound, PreconditionFailed
from shared.kit.tx import Tx

OVERLAP: Final = timedelta(hours=24)
"""How long an old secret signs beside the new one."""

_SECRET_BYTES: Final = 32
_PER_ORGANIZATION: Final = 50


async def make_endpoint(tx: Tx, caller: Caller, wish: dict[str, Any]) -> Endpoint:
    """A new endpoint; its secret is shown by this answer alone."""
    if caller.seat is Seat.CUSTOMER:
        if wish["organization_id"] not in {None, caller.organization_id}:
            raise ForeignOrganization
        wish = {**wish, "organization_id": caller.organization_id}
    _check(tx, wish["url"], wish["event_types"])
    if await store.count(tx, wish["organization_id"]) >= _PER_ORGANIZATION:
        raise TooManyEndpoints(limit=_PER_ORGANIZATION)
    values = {
        **wish,
        "id": uuid7(),
        "secret": new_secret(secrets.token_bytes(_SECRET_BYTES)),
        "created_by": caller.id,
        "created_at": tx.now,
        "updated_at": tx.now,
    }
    return await store.insert_endpoint(tx, values)


def _check(tx: Tx, url: str | None, types: list[str] | None) -> None:
    if url is not None:
        try:
            check_url(url, tx.context.settings.allowed_hosts())
        except EgressDenied as denial:
            raise UrlRefused(reason=denial.reason) from denial
    strangers = [one for one in types or () if not known_pattern(one, PARTNER_TYPES)]
    if strangers:
        raise UnknownEventType(types=strangers)


async def find(tx: Tx, caller: Caller, endpoint_id: UUID, *, lock: bool = False) -> Endpoint:
    """The endpoint, or it does not exist for this caller."""
    endpoint = await store.endpoint(tx, caller, endpoint_id, lock=lock)
    if endpoint is None:
        raise NotFound
    return endpoint


async def endpoints_of(tx: Tx, caller: Caller, after: UUID | None, limit: int) -> list[Endpoint]:
    return await store.endpoints(tx, caller, after, limit)


async def webhooks_of(
    tx: Tx, caller: Caller, endpoint_id: UUID, state: str | None, span: tuple[UUID | None, int]
) -> list[dict[str, Any]]:
    """An endpoint's deliveries before an id, newest first."""
    await find(tx, caller, endpoint_id)
    before, limit = span
    return await webhooks.webhooks(tx, endpoint_id, state, before, limit)


async def change_endpoint(
    tx: Tx, caller: Caller, endpoint_id: UUID, changes: dict[str, Any], version: Versions | None
) -> Endpoint:
    """Change what is named; enabling again forgets why it was disabled."""
    endpoint = await find(tx, caller, endpoint_id, lock=True)
    if version is not None and endpoint.version not in version:
        raise PreconditionFailed
    _check(tx, changes.get("url"), changes.get("event_types"))
    if changes.get("enabled"):
        fresh = {"disabled_reason": None, "failing_since": None, "throttled_until": None}
        changes = {**changes, **fresh}
        tx.wake(WEBHOOKS)
    return await store.update_endpoint(tx, endpoint, changes)


async def rotate_secret(tx: Tx, caller: Caller, endpoint_id: UUID) -> Endpoint:
    """A new secret signs from now on; the old one signs beside it for a day."""
    endpoint = await find(tx, caller, endpoint_id, lock=True)
    changes = {
        "secret": new_secret(secrets.token_bytes(_SECRET_BYTES)),
        "previous_secret": endpoint.secret,
        "previous_until": tx.now + OVERLAP,
    }
    return await store.update_endpoint(tx, endpoint, changes)


async def drop_endpoint(tx: Tx, caller: Caller, endpoint_id: UUID) -> None:
    await find(tx, caller, endpoint_id, lock=True)
    await store.delete_endpoint(tx, endpoint_id)


async def send_test(tx: Tx, caller: Caller, endpoint_id: UUID) -> dict[str, Any]:
    """An event that says nothing but that the line works."""
    endpoint = await find(tx, caller, endpoint_id)
    event_id = uuid7()
    body = {
        "type": "webhook.test.v1",
        "timestamp": render_instant(tx.now),
        "data": {"endpoint_id": str(endpoint_id)},
    }
    row = _row(tx, endpoint, event_id, "webhook.test.v1", orjson.dumps(body).decode())
    webhooks.queue(tx, [row])
    tx.wake(WEBHOOKS)
    return row


async def resend(tx: Tx, caller: Caller, endpoint_id: UUID, webhook_id: UUID) -> dict[str, Any]:
    await find(tx, caller, endpoint_id)
    row = await webhooks.resend(tx, endpoint_id, webhook_id)
    if row is None:
        raise NotFound
    tx.wake(WEBHOOKS)
    return row


async def replay(
    tx: Tx,
    caller: Caller,
    endpoint_id: UUID,
    span: tuple[datetime, datetime | None],
    types: list[str],
) -> int:
    """Events of a span go out again, in their order, under their own ids."""
    endpoint = await find(tx, caller, endpoint_id)
    _check(tx, None, types)
    since, until = span
    events = await feed.between(tx, endpoint.organization_id, since, until or tx.now)
    chosen = [one for one in events if wanted(types or endpoint.event_types, one["type"])]
    envelopes = [_envelope(one["envelope"]) for one in chosen]
    owner = endpoint.organization_id
    unseen = await foreign(tx, owner, [(one.type, one.data) for one in envelopes])
    bodies = [webhook_body(one, owner, unseen) for one in envelopes]
    rows = [
        _row(tx, endpoint, one["id"], one["type"], body)
        for one, body in zip(chosen, bodies, strict=True)
        if body is not None
    ]
    tx.wake(WEBHOOKS)
    return await webhooks.queue_again(tx, rows)


def _envelope(text: str) -> Envelope:
    return Envelope.model_validate_json(text)


def _row(tx: Tx, endpoint: Endpoint, event_id: UUID, kind: str, body: str) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "endpoint_id": endpoint.id,
        "organization_id": endpoint.organization_id,
        "event_id": event_id,
        "type": kind,
        "body": body,
        "state": "pending",
        "attempts": 0,
        "next_at": tx.now,
        "last_status": None,
        "last_error": None,
        "log": [],
        "created_at": tx.now,
        "delivered_at": None,
    }
