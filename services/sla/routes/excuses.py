"""Excusing a broken promise over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Path

from services.sla.problems import AlreadyExcused, NotBreached
from services.sla.schemas.clocks import SlaOut
from services.sla.schemas.excuses import ExcuseIn
from services.sla.usecases import excusing, explaining
from shared.kit.callers import Caller
from shared.kit.http import InTx, require, router
from shared.kit.problems import NotFound, problems
from shared.vocabulary import Metric, Role

MayExcuse = Annotated[
    Caller,
    require("reports:read", Role.MANAGER, Role.SENIOR_MANAGEMENT, Role.EXECUTIVE, Role.ADMIN),
]
Cycle = Annotated[int, Path(ge=1, le=2**31 - 1)]

door = router("/v1", tags=["sla"])


@door.post(
    "/tickets/{ticket_id}/sla/breaches/{metric}/{cycle}/excuse",
    summary="Excuse a broken promise",
    response_model=SlaOut,
    responses=problems(NotFound, NotBreached, AlreadyExcused),
)
async def excuse_breach(
    ticket_id: UUID, metric: Metric, cycle: Cycle, body: ExcuseIn, caller: MayExcuse, tx: InTx
) -> object:
    """Managers and above. The breach stays on record; reports show both figures."""
    await excusing.excuse(tx, caller, ticket_id, (metric, cycle), body)
    return explaining.standing(await explaining.load(tx, ticket_id), tx.now)
