"""A ticket's record of broken promises, as its readers may see it."""

from typing import Any, Final
from uuid import UUID, uuid5

from services.sla.store import breaches
from shared.kit.callers import Seat
from shared.kit.tx import Tx
from shared.vocabulary import Metric

REASON: Final = "sla.breach.reason"


def place_of(ticket_id: UUID, metric: Metric | str, cycle: int) -> UUID:
    """The row that a reason is sealed for: a promise is excused once."""
    return uuid5(ticket_id, f"{metric}:{cycle}")


async def of_ticket(tx: Tx, ticket_id: UUID, organization_id: UUID) -> list[dict[str, Any]]:
    """Oldest first; why a breach was excused is for staff."""
    record = await breaches.of_ticket(tx, ticket_id)
    box = await tx.context.vault.box(organization_id) if tx.caller.seat is Seat.STAFF else None
    for one in record:
        sealed, one["reason"] = one["reason"], None
        if sealed is not None and box is not None:
            place = place_of(ticket_id, one["metric"], one["cycle"])
            one["reason"] = box.open(REASON, place, sealed)
        if tx.caller.seat is Seat.CUSTOMER:
            one["actor_id"] = None
    return record
