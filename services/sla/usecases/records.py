"""A ticket's record of broken promises, as its readers may see it."""

from typing import Any, Final
from uuid import UUID, uuid5

from services.sla.store import breaches
from shared.kit.callers import Seat
from shared.kit.tx import Tx
from shared.vocabulary import Metric

REASON: Final = "sla.breach.reason"
PUBLIC_REASON: Final = "sla.breach.public_reason"
_SEALED: Final = (("reason", REASON), ("public_reason", PUBLIC_REASON))
_DESK: Final = "desk"
"""Who of us gave an excuse, and in which office, is the house's own affair."""


def place_of(ticket_id: UUID, metric: Metric | str, cycle: int) -> UUID:
    """The row that a reason is sealed for: a promise is excused once."""
    return uuid5(ticket_id, f"{metric}:{cycle}")


async def of_ticket(tx: Tx, ticket_id: UUID, organization_id: UUID) -> list[dict[str, Any]]:
    """Oldest first. Customers read that a breach was excused, and what they were told of why."""
    record = await breaches.of_ticket(tx, ticket_id)
    for one in record:
        if tx.caller.seat is not Seat.STAFF:
            one["reason"] = None
        if tx.caller.seat is Seat.CUSTOMER:
            one["actor_id"] = None
            one["cause"] = _DESK if one["fact"] == "excused" else one["cause"]
        place = place_of(ticket_id, one["metric"], one["cycle"])
        for name, purpose in _SEALED:
            if one[name] is not None:
                box = await tx.context.vault.box(organization_id)
                one[name] = box.open(purpose, place, one[name])
    return record
