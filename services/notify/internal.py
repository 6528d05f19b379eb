"""HTTP door of the operations listener: which ticket a delivery of ours was about."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.notify.store import deliveries
from shared.kit import http
from shared.kit.http import InTx, internal
from shared.kit.model import Body, Out

router = http.router(prefix="/internal/deliveries", tags=["internal"])


class DeliveriesIn(Body):
    """Which deliveries a colleague wants to know."""

    delivery_ids: Annotated[list[UUID], Field(max_length=500)]


class DeliveryOut(Out):
    id: UUID
    kind: str
    ticket_id: UUID | None


class DeliveriesOut(Out):
    items: list[DeliveryOut]


@router.post(
    "/batch",
    summary="Deliveries by their ids",
    response_model=DeliveriesOut,
    dependencies=[internal()],
)
async def batch(body: DeliveriesIn, tx: InTx) -> object:
    """Unknown ids are left out."""
    found = await deliveries.some(tx, body.delivery_ids)
    return DeliveriesOut(items=[DeliveryOut(**row) for row in found])
