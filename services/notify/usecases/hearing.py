"""Events as their readers hear them: other tickets are named to whoever may see them."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import orjson

from services.notify.domain.outside import for_house, others, outside, strangers, unnamed
from services.notify.store import projection
from shared.events.base import Envelope
from shared.kit.callers import Caller, Seat
from shared.kit.tx import Tx

Told = tuple[str, dict[str, Any]]
"""Type and data of an event."""


async def heard(tx: Tx, caller: Caller, envelopes: Sequence[str]) -> list[str | None]:
    """Each envelope as the caller may read it; None for what is not for these ears."""
    events = [orjson.loads(one) for one in envelopes]
    if caller.seat is not Seat.CUSTOMER:
        pairs = zip(envelopes, events, strict=True)
        return [text if for_house(event["data"]) else None for text, event in pairs]
    named = {one for event in events for one in others(event["type"], event["data"])}
    unseen = await _unseen(named, lambda ids: projection.seen(tx, caller, ids))
    return [_told(event, unseen) for event in events]


async def foreign(tx: Tx, organization_id: UUID | None, events: Iterable[Told]) -> frozenset[str]:
    """Tickets that these events name and that are not known to be of the organization."""
    if organization_id is None:
        return frozenset()
    named = {one for kind, data in events for one in strangers(kind, data)}
    return await _unseen(named, lambda ids: projection.owned(tx, organization_id, ids))


def for_endpoint(
    envelope: Envelope, organization_id: UUID | None, unseen: frozenset[str]
) -> dict[str, Any] | None:
    """What an endpoint hears of an event: one of an organization, what its customers may see."""
    if organization_id is None:
        return envelope.data if for_house(envelope.data) else None
    told = outside(envelope.type, envelope.data)
    return None if told is None else unnamed(told, unseen)


def _told(event: dict[str, Any], unseen: frozenset[str]) -> str | None:
    told = outside(event["type"], event["data"])
    return None if told is None else orjson.dumps(event | {"data": unnamed(told, unseen)}).decode()


async def _unseen(named: set[str], look: Any) -> frozenset[str]:
    """Ids as events write them."""
    if not named:
        return frozenset()
    seen = await look([UUID(one) for one in named])
    return frozenset(named) - {str(one) for one in seen}
