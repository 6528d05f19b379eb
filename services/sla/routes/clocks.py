"""A ticket's clocks and the explain ledger over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from services.sla.routes.doors import CanRead
from services.sla.schemas.clocks import ExplainOut, LedgerOut, SlaOut
from services.sla.usecases import explaining
from shared.kit.http import InContext, router
from shared.kit.model import Instant
from shared.kit.problems import NotFound, ValidationFailed, problems
from shared.vocabulary import Metric

Moment = Annotated[Instant | None, Query()]

door = router("/v1", tags=["sla"])


@door.get(
    "/tickets/{ticket_id}/sla",
    summary="Where a ticket's promises stand",
    response_model=SlaOut,
    responses=problems(NotFound),
)
async def get_sla(ticket_id: UUID, caller: CanRead, context: InContext) -> object:
    sight = await explaining.see(context, caller, ticket_id)
    return explaining.standing(sight, context.clock.now())


@door.get(
    "/tickets/{ticket_id}/sla/explain",
    summary="Where every second of a promise went",
    response_model=ExplainOut | LedgerOut,
    responses=problems(NotFound, ValidationFailed),
)
async def explain_sla(
    ticket_id: UUID,
    caller: CanRead,
    context: InContext,
    metric: Metric | None = None,
    as_of: Moment = None,
    granularity: Literal["segment", "day"] = "segment",
) -> object:
    """Without `metric` the ledgers of all three; segments add up to the second."""
    sight = await explaining.see(context, caller, ticket_id)
    moment = explaining.moment(sight, caller, as_of, context.clock.now())
    question = explaining.Question(moment, granularity == "day")
    if metric is not None:
        return explaining.explained(sight, caller, metric, question)
    return {one.value: explaining.explained(sight, caller, one, question) for one in Metric}
