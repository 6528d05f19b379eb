"""Many tickets at once: every one has its own outcome."""

from fastapi import Request, Response

from services.tickets.problems.macros import (
    MacroInactive,
    MacroLoop,
    MacroTooDeep,
    MacroTooLong,
    MacroUnusable,
)
from services.tickets.routes.policies import CanManage
from services.tickets.schemas.macros import BulkIn, BulkOut
from services.tickets.schemas.steps import stored
from services.tickets.usecases import bulk
from services.tickets.usecases.bulk import Order
from shared.kit import http
from shared.kit.http import InTx, json, language
from shared.kit.lanes import in_lane
from shared.kit.problems import NotFound, ValidationFailed, problems

router = http.router("/v1/bulk", tags=["macros"])


@router.post(
    "",
    summary="The same actions on many tickets",
    response_model=BulkOut,
    responses=problems(
        NotFound,
        ValidationFailed,
        MacroInactive,
        MacroLoop,
        MacroTooDeep,
        MacroTooLong,
        MacroUnusable,
    ),
    dependencies=in_lane("bulk"),
)
async def act_on_many(body: BulkIn, caller: CanManage, tx: InTx, request: Request) -> Response:
    """Up to 500, each done or refused by itself, all in one transaction.

    After a lost answer send the same request with the same `Idempotency-Key`: it is done once.
    """
    order = Order(
        wanted=body.wanted(),
        macro_id=body.macro_id,
        actions=stored(body.actions or []),
        message=body.text(),
        reader=language(request),
    )
    return json(await bulk.bulk(tx, caller, order))
